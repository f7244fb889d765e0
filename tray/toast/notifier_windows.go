package toast

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The classes and interfaces, with the places of their methods: those that every object
// of the Windows Runtime has are the first six. See windows.ui.notifications.idl and
// windows.data.xml.dom.idl in the Windows SDK.
const (
	managerClass  = "Windows.UI.Notifications.ToastNotificationManager"
	toastClass    = "Windows.UI.Notifications.ToastNotification"
	documentClass = "Windows.Data.Xml.Dom.XmlDocument"

	createToastNotifierWithID = 7 // IToastNotificationManagerStatics
	getHistory                = 6 // IToastNotificationManagerStatics2
	createToastNotification   = 6 // IToastNotificationFactory
	putTag                    = 6 // IToastNotification2
	putGroup                  = 8 // the same
	showToast                 = 6 // IToastNotifier
	removeGroupedTagWithID    = 8 // IToastNotificationHistory
	loadXML                   = 6 // IXmlDocumentIO
)

var (
	iidManager    = windows.GUID{Data1: 0x50AC103F, Data2: 0xD235, Data3: 0x4598, Data4: [8]byte{0xBB, 0xEF, 0x98, 0xFE, 0x4D, 0x1A, 0x3A, 0xD4}}
	iidManager2   = windows.GUID{Data1: 0x7AB93C52, Data2: 0x0E48, Data3: 0x4750, Data4: [8]byte{0xBA, 0x9D, 0x1A, 0x41, 0x13, 0x98, 0x18, 0x47}}
	iidFactory    = windows.GUID{Data1: 0x04124B20, Data2: 0x82C6, Data3: 0x4229, Data4: [8]byte{0xB1, 0x09, 0xFD, 0x9E, 0xD4, 0x66, 0x2B, 0x53}}
	iidToast2     = windows.GUID{Data1: 0x9DFB9FD1, Data2: 0x143A, Data3: 0x490E, Data4: [8]byte{0x90, 0xBF, 0xB9, 0xFB, 0xA7, 0x13, 0x2D, 0xE7}}
	iidDocument   = windows.GUID{Data1: 0xF7F3A506, Data2: 0x1E87, Data3: 0x42D6, Data4: [8]byte{0xBC, 0xFB, 0xB8, 0xC8, 0x09, 0xFA, 0x54, 0x94}}
	iidDocumentIO = windows.GUID{Data1: 0x6CD0E74E, Data2: 0xEE65, Data3: 0x4489, Data4: [8]byte{0x9E, 0xBF, 0xCA, 0x43, 0xE8, 0x7B, 0xA6, 0x37}}
)

// group is that of all toasts of a program; Windows wants one to find them by.
const group = "messages"

// A Notifier shows the toasts of a program. It belongs to the thread that has opened it.
type Notifier struct {
	winrt    winrt
	program  text
	notifier *object // IToastNotifier
	history  *object // IToastNotificationHistory
	toasts   *object // IToastNotificationFactory
	entered  bool    // the thread has
}

// Open returns a notifier for the program that Register was told of; without toasts, as
// before Windows 10, it is an error. The thread must be locked.
func Open(program string) (*Notifier, error) { return open(program, system) }

func open(program string, winrt winrt) (*Notifier, error) {
	n := &Notifier{winrt: winrt}
	if err := n.begin(program); err != nil {
		n.Close()
		return nil, fmt.Errorf("begin to show toasts: %w", err)
	}
	return n, nil
}

func (n *Notifier) begin(program string) (err error) {
	hresult, _, _ := roInitialize.Call(multithreaded)
	if err := failure(hresult); err != nil && err != errOtherMode {
		return err
	}
	n.entered = result(hresult) >= 0
	if n.program, err = newText(program); err != nil {
		return err
	}
	if n.toasts, err = n.winrt.factory(toastClass, &iidFactory); err != nil {
		return err
	}
	manager, err := n.winrt.factory(managerClass, &iidManager)
	if err != nil {
		return err
	}
	defer manager.Release()
	if err := manager.call(createToastNotifierWithID, uintptr(n.program), uintptr(unsafe.Pointer(&n.notifier))); err != nil {
		return err
	}
	manager2, err := manager.as(&iidManager2)
	if err != nil {
		return err
	}
	defer manager2.Release()
	return manager2.call(getHistory, uintptr(unsafe.Pointer(&n.history)))
}

// Close gives back what Open has taken. What is shown stays.
func (n *Notifier) Close() {
	n.history.Release()
	n.notifier.Release()
	n.toasts.Release()
	n.program.delete()
	if n.entered {
		roUninitialize.Call()
	}
}

// Show shows a toast. Where the user wants none it is no error.
func (n *Notifier) Show(t Toast) error {
	if err := n.show(t); err != nil {
		return fmt.Errorf("show the toast %q: %w", t.Title, err)
	}
	return nil
}

func (n *Notifier) show(t Toast) error {
	document, err := n.document(t)
	if err != nil {
		return err
	}
	defer document.Release()
	var toast *object
	if err := n.toasts.call(createToastNotification, uintptr(unsafe.Pointer(document)), uintptr(unsafe.Pointer(&toast))); err != nil {
		return err
	}
	defer toast.Release()
	toast2, err := toast.as(&iidToast2)
	if err != nil {
		return err
	}
	defer toast2.Release()
	for place, value := range map[int]string{putTag: t.Tag, putGroup: group} {
		value, err := newText(value)
		if err != nil {
			return err
		}
		err = toast2.call(place, uintptr(value))
		value.delete()
		if err != nil {
			return err
		}
	}
	if err := n.notifier.call(showToast, uintptr(unsafe.Pointer(toast))); err != errDisabled {
		return err
	}
	return nil
}

// document is a toast's content as an IXmlDocument.
func (n *Notifier) document(t Toast) (*object, error) {
	content, err := t.content()
	if err != nil {
		return nil, err
	}
	source, err := newText(content)
	if err != nil {
		return nil, err
	}
	defer source.delete()
	document, err := n.winrt.activate(documentClass)
	if err != nil {
		return nil, err
	}
	defer document.Release()
	load, err := document.as(&iidDocumentIO)
	if err != nil {
		return nil, err
	}
	defer load.Release()
	if err := load.call(loadXML, uintptr(source)); err != nil {
		return nil, err
	}
	return document.as(&iidDocument)
}

// Remove takes a toast away, from the screen and from the notification center. One that
// is gone is no error.
func (n *Notifier) Remove(tag string) error {
	var texts [2]text
	for i, value := range []string{tag, group} {
		text, err := newText(value)
		if err != nil {
			return fmt.Errorf("take the toast %q back: %w", tag, err)
		}
		defer text.delete()
		texts[i] = text
	}
	if err := n.history.call(removeGroupedTagWithID, uintptr(texts[0]), uintptr(texts[1]), uintptr(n.program)); err != nil && err != errNotFound {
		return fmt.Errorf("take the toast %q back: %w", tag, err)
	}
	return nil
}
