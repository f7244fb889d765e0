package tray

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	createPopupMenu     = user32.NewProc("CreatePopupMenu")
	destroyMenu         = user32.NewProc("DestroyMenu")
	appendMenu          = user32.NewProc("AppendMenuW")
	trackPopupMenu      = user32.NewProc("TrackPopupMenu")
	endMenu             = user32.NewProc("EndMenu")
	postMessage         = user32.NewProc("PostMessageW")
	setForegroundWindow = user32.NewProc("SetForegroundWindow")
)

const (
	wmNull = 0

	mfGrayed    = 0x0001
	mfChecked   = 0x0008
	mfPopup     = 0x0010
	mfSeparator = 0x0800

	tpmRightButton = 0x0002
	tpmBottomAlign = 0x0020
	tpmNoNotify    = 0x0080
	tpmReturn      = 0x0100
)

// popUp shows a menu at a point of the screen until something is chosen or the menu is
// closed, and returns what is wished. The window hears messages meanwhile.
func popUp(window uintptr, items []Item, x, y int) Intent {
	var choices []Intent
	menu := popupMenu(items, &choices)
	defer destroyMenu.Call(menu)     // with its submenus
	setForegroundWindow.Call(window) // or a click elsewhere does not close it
	chosen, _, _ := trackPopupMenu.Call(menu, tpmRightButton|tpmBottomAlign|tpmNoNotify|tpmReturn, uintptr(x), uintptr(y), 0, window, 0)
	postMessage.Call(window, wmNull, 0, 0) // or the next one closes at once
	if chosen == 0 {
		return Intent{}
	}
	return choices[chosen-1]
}

// popupMenu makes a menu. Its entries are numbered from 1 on, as choices are.
func popupMenu(items []Item, choices *[]Intent) (menu uintptr) {
	menu, _, _ = createPopupMenu.Call()
	for _, item := range items {
		var flags, what uintptr
		switch {
		case item.Hidden:
			continue
		case item.Separator:
			appendMenu.Call(menu, mfSeparator, 0, 0)
			continue
		case item.Items != nil:
			flags, what = mfPopup, popupMenu(item.Items, choices)
		default:
			*choices = append(*choices, item.Intent)
			what = uintptr(len(*choices))
		}
		if item.Disabled {
			flags |= mfGrayed
		}
		if item.Checked {
			flags |= mfChecked
		}
		label, err := windows.UTF16PtrFromString(escape(item.Label))
		if err != nil {
			continue // it holds a zero
		}
		appendMenu.Call(menu, flags, what, uintptr(unsafe.Pointer(label)))
	}
	return menu
}
