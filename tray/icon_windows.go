package tray

import (
	"encoding/binary"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"agents-tray/icons"
	"agents-tray/tray/notify"
	"agents-tray/tray/words"
)

var (
	user32                   = windows.NewLazySystemDLL("user32.dll")
	shellNotifyIcon          = windows.NewLazySystemDLL("shell32.dll").NewProc("Shell_NotifyIconW")
	findWindow               = user32.NewProc("FindWindowW")
	getDPIForWindow          = user32.NewProc("GetDpiForWindow")
	getDPIForSystem          = user32.NewProc("GetDpiForSystem")
	getSystemMetricsForDPI   = user32.NewProc("GetSystemMetricsForDpi")
	createIconFromResourceEx = user32.NewProc("CreateIconFromResourceEx")
	destroyIcon              = user32.NewProc("DestroyIcon")
	setTimer                 = user32.NewProc("SetTimer")
	killTimer                = user32.NewProc("KillTimer")
)

const (
	nimAdd    = 0
	nimModify = 1
	nimDelete = 2

	nifMessage = 0x01
	nifIcon    = 0x02
	nifTip     = 0x04
	nifInfo    = 0x10

	niifInfo    = 1
	niifWarning = 2

	iconNumber = 100        // the library's icon
	wmIcon     = 0x0400 + 1 // the message to its window, WM_USER+1: something has happened to it
	retryTimer = 1
	smallWidth = 49 // SM_CXSMICON
)

// The shell is asked again for an icon that it refuses, at first soon, then less often.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = time.Minute
)

// notifyIconData is NOTIFYICONDATAW.
type notifyIconData struct {
	Size             uint32
	Window           uintptr
	ID, Flags        uint32
	CallbackMessage  uint32
	Icon             uintptr
	Tip              [128]uint16
	State, StateMask uint32
	Info             [256]uint16
	Version          uint32
	InfoTitle        [64]uint16
	InfoFlags        uint32
	GUID             windows.GUID
	BalloonIcon      uintptr
}

// A shellIcon is the icon in the taskbar. It belongs to the thread of its window.
type shellIcon struct {
	window uintptr
	looks  looks
	shown  looks   // what the shell was given
	handle uintptr // of the picture
	there  bool    // the shell has it
	retry  time.Duration
	unsaid *notify.Notification // the shell has not taken it yet
}

// looks are all that can be seen of the icon.
type looks struct {
	picture
	title string
}

// picture is what is drawn, in pixels of the screen.
type picture struct {
	state icons.State
	panel icons.Panel
	size  int
}

// show changes what the icon shows.
func (i *shellIcon) show(state icons.State, title string) {
	i.looks.state, i.looks.title = state, title
	i.refresh()
}

// refresh shows the icon in the colour and the size of the taskbar as it is now.
func (i *shellIcon) refresh() {
	i.looks.panel, i.looks.size = panel(), iconSize()
	if i.there && i.looks == i.shown {
		return
	}
	if i.handle == 0 || i.looks.picture != i.shown.picture {
		before := i.handle
		i.handle = load(icons.Tray(i.looks.state, i.looks.panel), i.looks.size)
		defer destroyIcon.Call(before) // the shell has the new one then
	}
	i.shown = i.looks
	i.put()
}

// again gives the icon to a shell that has just started.
func (i *shellIcon) again() {
	i.there, i.retry = false, 0
	i.refresh()
}

// put gives the shell the icon, or sees to another try. It may have an icon that it has
// refused, where it was only slow, so that is found out first.
func (i *shellIcon) put() {
	data := i.data(nifMessage | nifIcon | nifTip)
	data.CallbackMessage, data.Icon = wmIcon, i.handle
	put(data.Tip[:], i.shown.title)
	i.there = shellNotify(nimModify, data) || shellNotify(nimAdd, data)
	if !i.there {
		i.retry = min(max(2*i.retry, firstRetry), lastRetry)
		setTimer.Call(i.window, retryTimer, uintptr(i.retry.Milliseconds()), 0)
		return
	}
	i.retry = 0
	if i.unsaid != nil {
		i.say(*i.unsaid)
	}
}

// tryAgain is for the timer.
func (i *shellIcon) tryAgain() {
	killTimer.Call(i.window, retryTimer)
	if !i.there {
		i.refresh()
	}
}

// say shows a message in place of the one before, as soon as there is an icon; an empty
// one takes it away.
func (i *shellIcon) say(n notify.Notification) {
	i.unsaid = &n
	if !i.there {
		return
	}
	data := i.data(nifInfo)
	data.InfoFlags = niifInfo
	if n.Urgent {
		data.InfoFlags = niifWarning
	}
	put(data.InfoTitle[:], n.Summary)
	put(data.Info[:], n.Body)
	if n.Body == "" && n.Summary != "" {
		put(data.Info[:], " ") // without a text there is no message
	}
	if shellNotify(nimModify, data) {
		i.unsaid = nil
	}
}

func (i *shellIcon) remove() {
	killTimer.Call(i.window, retryTimer)
	shellNotify(nimDelete, i.data(0))
	destroyIcon.Call(i.handle)
	i.there, i.handle = false, 0
}

func (i *shellIcon) data(flags uint32) *notifyIconData {
	data := &notifyIconData{Window: i.window, ID: iconNumber, Flags: flags}
	data.Size = uint32(unsafe.Sizeof(*data))
	return data
}

func shellNotify(message uintptr, data *notifyIconData) bool {
	done, _, _ := shellNotifyIcon.Call(message, uintptr(unsafe.Pointer(data)))
	return done != 0
}

// put writes a text with its zero, cut if it must be.
func put(into []uint16, text string) {
	units, err := windows.UTF16FromString(words.Fit(text, len(into)-1))
	if err == nil { // else it holds a zero
		copy(into, units)
	}
}

// panel is the colour of the taskbar, as the user has chosen it.
func panel() icons.Panel {
	key, err := registry.OpenKey(registry.CURRENT_USER, themeKey, registry.QUERY_VALUE)
	if err != nil {
		return icons.AnyPanel // a Windows without that choice
	}
	defer key.Close()
	light, _, err := key.GetIntegerValue(themeValue)
	switch {
	case err != nil:
		return icons.AnyPanel
	case light == 0:
		return icons.DarkPanel
	}
	return icons.LightPanel
}

const (
	themeKey   = `Software\Microsoft\Windows\CurrentVersion\Themes\Personalize`
	themeValue = "SystemUsesLightTheme"
)

// iconSize is how many pixels wide an icon is in the taskbar, on the screen that it is on.
func iconSize() int {
	dpi, _, _ := getDPIForSystem.Call()
	if taskbar, _, _ := findWindow.Call(uintptr(unsafe.Pointer(windows.StringToUTF16Ptr("Shell_TrayWnd"))), 0); taskbar != 0 {
		if its, _, _ := getDPIForWindow.Call(taskbar); its != 0 {
			dpi = its
		}
	}
	size, _, _ := getSystemMetricsForDPI.Call(smallWidth, dpi)
	return int(size)
}

// load makes an icon of a size from an .ico file: of the smallest picture in it that need
// not be enlarged. 0: it cannot be had.
func load(file []byte, size int) uintptr {
	const header, entry = 6, 16
	var data []byte
	for best, n := 0, 0; n < int(binary.LittleEndian.Uint16(file[4:])); n++ {
		e := file[header+n*entry:]
		width := int(e[0])
		if width == 0 {
			width = 256
		}
		if best == 0 || best < size && width > best || size <= width && width < best {
			length, offset := binary.LittleEndian.Uint32(e[8:]), binary.LittleEndian.Uint32(e[12:])
			best, data = width, file[offset:offset+length]
		}
	}
	icon, _, _ := createIconFromResourceEx.Call(uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)), 1, 0x00030000, uintptr(size), uintptr(size), 0)
	return icon
}
