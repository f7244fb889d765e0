package tray

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"sync"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"agents-tray/tray/window"
)

// A taskbar stands for Explorer's. What a program tells Shell_NotifyIcon, wine hands over
// to the topmost window of this class, in a WM_COPYDATA message.
type taskbar struct {
	window *window.Window
	told   chan told

	mu     sync.Mutex
	refuse int // so many icons first
	icon   bool
}

// told is what the taskbar was told, and whether it did it.
type told struct {
	what uintptr
	done bool
	taskbarData
	picture []byte
}

// taskbarData is what wine hands over of a NOTIFYICONDATA, before the icon's pixels.
type taskbarData struct {
	Window, ID, Flags, CallbackMessage uint32
	Width, Height, Planes, Depth       uint32
	Tip                                [128]uint16
	State, StateMask                   uint32
	Info                               [256]uint16
	Version                            uint32
	InfoTitle                          [64]uint16
	InfoFlags                          uint32
	GUID                               [16]byte
	Balloon                            [4]uint32 // width and so on of its picture
}

func (d taskbarData) tip() string   { return windows.UTF16ToString(d.Tip[:]) }
func (d taskbarData) title() string { return windows.UTF16ToString(d.InfoTitle[:]) }
func (d taskbarData) text() string  { return windows.UTF16ToString(d.Info[:]) }

var (
	setWindowPos = user32.NewProc("SetWindowPos")
	sendMessage  = user32.NewProc("SendMessageW")
)

// startTaskbar starts one that refuses an icon so many times.
func startTaskbar(t *testing.T, refuse int) *taskbar {
	t.Helper()
	bar := &taskbar{told: make(chan told, 1000), refuse: refuse}
	opened, ended := make(chan error), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread()
		var err error
		bar.window, err = window.Open("Shell_TrayWnd", bar.hear)
		opened <- err
		if err == nil {
			bar.window.Serve()
		}
	}()
	must(t, <-opened)
	t.Cleanup(func() {
		bar.window.Post(window.Close)
		<-ended
	})
	const topmost, noMoveSizeActivate = ^uintptr(0), 0x13
	setWindowPos.Call(bar.window.Handle, topmost, 0, 0, 0, 0, noMoveSizeActivate)
	if found, _, _ := findWindow.Call(uintptr(unsafe.Pointer(windows.StringToUTF16Ptr("Shell_TrayWnd"))), 0); found != bar.window.Handle {
		t.Fatal("another taskbar is above this one")
	}
	return bar
}

func (b *taskbar) hear(_, message, _, lParam uintptr) (uintptr, bool) {
	const wmCopyData = 0x004A
	if message != wmCopyData {
		return 0, false
	}
	copied := *(**struct {
		what   uintptr
		length uint32
		data   *byte
	})(unsafe.Pointer(&lParam))
	if b.take(copied.what, unsafe.Slice(copied.data, copied.length)) {
		return 1, true
	}
	return 0, true
}

func (b *taskbar) take(what uintptr, data []byte) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	had := b.icon
	switch {
	case what == nimAdd && b.refuse > 0:
		b.refuse--
		had = true // so it cannot be added
	case what == nimAdd:
		b.icon = true
	case what == nimDelete:
		b.icon = false
	}
	told := told{what: what, done: (what == nimAdd) != had}
	_ = binary.Read(bytes.NewReader(data), binary.LittleEndian, &told.taskbarData)
	told.picture = bytes.Clone(data[min(len(data), binary.Size(told.taskbarData)):])
	b.told <- told
	return told.done
}

// forget is what a new Explorer has forgotten; it refuses an icon so many times.
func (b *taskbar) forget(refuse int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.icon, b.refuse = false, refuse
}

// await returns what it was told next of which is holds.
func (b *taskbar) await(t *testing.T, what string, is func(told) bool) told {
	t.Helper()
	end := time.After(10 * time.Second)
	for {
		select {
		case told := <-b.told:
			if is(told) {
				return told
			}
		case <-end:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// shown finds an icon that can be seen, as the library's cannot at first.
func shown(told told) bool   { return told.done && told.tip() != "" }
func removed(told told) bool { return told.what == nimDelete && told.done }

// says finds a message by its title.
func says(title string) func(told) bool {
	return func(told told) bool {
		return told.what == nimModify && told.done && told.Flags&nifInfo != 0 && told.title() == title
	}
}
