package toast

import (
	"encoding/xml"
	"io"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A shell stands for Windows' notifications, which wine 10 lacks: COM objects whose
// methods stand where the interface definitions of the Windows SDK have them. Of the
// methods, those that are not needed fail.
type shell struct {
	known  string // the program that may show toasts
	toasts map[string]string
	popups int
	alive  map[*com]bool // objects that have not been given back, which also keeps them
}

// com is an object, seen as one of its interfaces.
type com struct {
	methods *[24]uintptr // is read by those who call it, so it comes first
	iid     windows.GUID
	of      *thing
}

// thing is an object.
type thing struct {
	shell               *shell
	faces               []*com
	count               int
	content, tag, group string
	program             string
}

const (
	notImplemented = 0x80004001 // E_NOTIMPL
	noInterface    = 0x80004002 // E_NOINTERFACE
	notRegistered  = 0x80040154 // REGDB_E_CLASSNOTREG
	notFound       = 0x80070490 // ERROR_NOT_FOUND
	badXML         = 0xC00CE556
)

// interfaces are their methods after the first six, in order.
func interfaces() map[windows.GUID][]any {
	return map[windows.GUID][]any{
		iidManager:    {nil, createNotifier, nil},
		iidManager2:   {history},
		iidFactory:    {createToast},
		iidToast2:     {func(c *com, t text) uintptr { c.of.tag = t.read(); return 0 }, nil, func(c *com, t text) uintptr { c.of.group = t.read(); return 0 }, nil, nil, nil},
		iidDocumentIO: {load, nil, nil},
		iidDocument:   nil,
		// IToastNotifier, IToastNotificationHistory, IToastNotification
		iidNotifier: {pop, nil, nil, nil, nil, nil},
		iidHistory:  {nil, nil, remove, nil, nil, nil, nil},
		iidToast:    {nil, nil, nil, nil, nil, nil, nil, nil, nil},
	}
}

var (
	iidNotifier = guid("{75927B93-03F3-41EC-91D3-6E5BAC1B38E7}")
	iidHistory  = guid("{5CADDC63-01D3-4C97-986F-0533483FEE14}")
	iidToast    = guid("{997E2675-059E-4E60-8B06-1760917C8B80}")
)

func guid(text string) windows.GUID {
	g, err := windows.GUIDFromString(text)
	if err != nil {
		panic(err)
	}
	return g
}

// tables are the methods of each interface as addresses.
var tables = map[windows.GUID]*[24]uintptr{}

func init() {
	fails := syscall.NewCallback(func(*com) uintptr { return notImplemented })
	base := []uintptr{syscall.NewCallback(query), syscall.NewCallback(add), syscall.NewCallback(giveBack), fails, fails, fails}
	for iid, methods := range interfaces() {
		var table [24]uintptr
		for i := range table {
			table[i] = fails
		}
		copy(table[:], base)
		for i, method := range methods {
			if method != nil {
				table[len(base)+i] = syscall.NewCallback(method)
			}
		}
		tables[iid] = &table
	}
}

// make makes an object with interfaces, and returns it as the first of them.
func (s *shell) make(t thing, iids ...windows.GUID) *com {
	t.shell, t.count = s, 1
	for _, iid := range iids {
		t.faces = append(t.faces, &com{tables[iid], iid, &t})
	}
	s.alive[t.faces[0]] = true
	return t.faces[0]
}

func query(c *com, iid *windows.GUID, out **com) uintptr {
	for _, face := range c.of.faces {
		if face.iid == *iid {
			c.of.count++
			*out = face
			return 0
		}
	}
	return noInterface
}

func add(c *com) uintptr { c.of.count++; return uintptr(c.of.count) }

func giveBack(c *com) uintptr {
	if c.of.count--; c.of.count == 0 {
		delete(c.of.shell.alive, c.of.faces[0])
	}
	return uintptr(c.of.count)
}

func createNotifier(c *com, program text, out **com) uintptr {
	*out = c.of.shell.make(thing{program: program.read()}, iidNotifier)
	return 0
}

func history(c *com, out **com) uintptr {
	*out = c.of.shell.make(thing{}, iidHistory)
	return 0
}

func load(c *com, source text) uintptr {
	c.of.content = source.read()
	for decoder := xml.NewDecoder(strings.NewReader(c.of.content)); ; {
		if _, err := decoder.Token(); err == io.EOF {
			return 0
		} else if err != nil {
			return badXML
		}
	}
}

func createToast(c *com, document *com, out **com) uintptr {
	if document.iid != iidDocument {
		return noInterface
	}
	*out = c.of.shell.make(thing{content: document.of.content}, iidToast, iidToast2)
	return 0
}

func pop(c *com, toast *com) uintptr {
	switch {
	case toast.iid != iidToast:
		return noInterface
	case c.of.program != c.of.shell.known:
		return notFound
	}
	c.of.shell.toasts[toast.of.group+" "+toast.of.tag] = toast.of.content
	c.of.shell.popups++
	return 0
}

func remove(c *com, tag, group, program text) uintptr {
	name := group.read() + " " + tag.read()
	if _, ok := c.of.shell.toasts[name]; !ok || program.read() != c.of.shell.known {
		return notFound
	}
	delete(c.of.shell.toasts, name)
	return 0
}

var rawBuffer = combase.NewProc("WindowsGetStringRawBuffer")

func (t text) read() string {
	var length uint32
	units, _, _ := rawBuffer.Call(uintptr(t), uintptr(unsafe.Pointer(&length)))
	return windows.UTF16ToString(unsafe.Slice(*(**uint16)(unsafe.Pointer(&units)), length))
}

// startShell starts one that knows a program.
func startShell(t *testing.T, program string) (*shell, winrt) {
	s := &shell{known: program, toasts: map[string]string{}, alive: map[*com]bool{}}
	t.Cleanup(func() {
		for left := range s.alive {
			t.Errorf("an object with %v was not given back", left.iid)
		}
	})
	return s, winrt{
		activate: func(class string) (*object, error) {
			if class != documentClass {
				return nil, failure(notRegistered)
			}
			return (*object)(unsafe.Pointer(s.make(thing{}, iidDocument, iidDocumentIO))), nil
		},
		factory: func(class string, iid *windows.GUID) (*object, error) {
			faces := map[string][]windows.GUID{managerClass: {iidManager, iidManager2}, toastClass: {iidFactory}}[class]
			if len(faces) == 0 || faces[0] != *iid {
				return nil, failure(notRegistered)
			}
			return (*object)(unsafe.Pointer(s.make(thing{}, faces...))), nil
		},
	}
}
