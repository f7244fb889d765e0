package toast

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// What is needed of the Windows Runtime. github.com/go-ole/go-ole has it too, but cuts
// texts that have characters of two UTF-16 units.

var (
	combase             = windows.NewLazySystemDLL("combase.dll")
	roInitialize        = combase.NewProc("RoInitialize")
	roUninitialize      = combase.NewProc("RoUninitialize")
	roActivateInstance  = combase.NewProc("RoActivateInstance")
	roGetFactory        = combase.NewProc("RoGetActivationFactory")
	windowsCreateString = combase.NewProc("WindowsCreateString")
	windowsDeleteString = combase.NewProc("WindowsDeleteString")
)

const multithreaded = 1 // RO_INIT_MULTITHREADED

// result is an HRESULT.
type result int32

// Error is what the system says of it.
func (r result) Error() string {
	return fmt.Sprintf("%v (0x%08X)", syscall.Errno(uint32(r)), uint32(r))
}

// What is no failure here.
const (
	errOtherMode = result(0x80010106 - 1<<32) // RPC_E_CHANGED_MODE: somebody has initialized the thread before
	errNotFound  = result(0x80070490 - 1<<32) // ERROR_NOT_FOUND
	errDisabled  = result(0x803E0111 - 1<<32) // WPN_E_NOTIFICATION_DISABLED: the user wants none
)

// failure is nil for what is no failure.
func failure(hresult uintptr) error {
	if r := result(hresult); r < 0 {
		return r
	}
	return nil
}

// object is a COM object, seen as one of its interfaces. Release gives it back.
type object struct{ methods *[64]uintptr }

// Places of the methods that every object has.
const (
	queryInterface = 0
	release        = 2
)

// call calls the method at a place of the object's interface. Its arguments are pointers
// and integers.
//
//go:uintptrescapes
func (o *object) call(place int, arguments ...uintptr) error {
	hresult, _, _ := syscall.SyscallN(o.methods[place], append([]uintptr{uintptr(unsafe.Pointer(o))}, arguments...)...)
	return failure(hresult)
}

// as returns the object as another of its interfaces.
func (o *object) as(iid *windows.GUID) (other *object, err error) {
	err = o.call(queryInterface, uintptr(unsafe.Pointer(iid)), uintptr(unsafe.Pointer(&other)))
	return other, err
}

// Release gives the object back; it may be nil.
func (o *object) Release() {
	if o != nil {
		_ = o.call(release) // it returns a count
	}
}

// text is an HSTRING. The empty one is 0.
type text uintptr

func newText(s string) (t text, err error) {
	units, err := windows.UTF16FromString(s)
	if err != nil {
		return 0, err
	}
	hresult, _, _ := windowsCreateString.Call(uintptr(unsafe.Pointer(&units[0])), uintptr(len(units)-1), uintptr(unsafe.Pointer(&t)))
	return t, failure(hresult)
}

func (t text) delete() { windowsDeleteString.Call(uintptr(t)) }

// winrt is where objects come from.
type winrt struct {
	activate func(class string) (*object, error)
	factory  func(class string, iid *windows.GUID) (*object, error)
}

// system is the Windows Runtime.
var system = winrt{
	activate: func(class string) (o *object, err error) {
		name, err := newText(class)
		if err != nil {
			return nil, err
		}
		defer name.delete()
		hresult, _, _ := roActivateInstance.Call(uintptr(name), uintptr(unsafe.Pointer(&o)))
		return o, failure(hresult)
	},
	factory: func(class string, iid *windows.GUID) (o *object, err error) {
		name, err := newText(class)
		if err != nil {
			return nil, err
		}
		defer name.delete()
		hresult, _, _ := roGetFactory.Call(uintptr(name), uintptr(unsafe.Pointer(iid)), uintptr(unsafe.Pointer(&o)))
		return o, failure(hresult)
	},
}
