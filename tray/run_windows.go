package tray

import (
	"time"
	"unsafe"

	"fyne.io/systray"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"agents-tray/icons"
)

// clickOpens: on Windows a click on an icon opens what it stands for, and a right click
// its menu.
const clickOpens = true

func setIcon(picture []byte) { systray.SetIcon(picture) }

// panel is the colour of the taskbar, as the user has chosen it.
func panel() icons.Panel {
	key, err := registry.OpenKey(registry.CURRENT_USER, `Software\Microsoft\Windows\CurrentVersion\Themes\Personalize`, registry.QUERY_VALUE)
	if err != nil {
		return icons.AnyPanel // a Windows without that choice
	}
	defer key.Close()
	light, _, err := key.GetIntegerValue("SystemUsesLightTheme")
	switch {
	case err != nil:
		return icons.AnyPanel
	case light == 0:
		return icons.DarkPanel
	}
	return icons.LightPanel
}

const shellTime = time.Minute // for the taskbar to be there after log-on

var (
	user32     = windows.NewLazySystemDLL("user32.dll")
	findWindow = user32.NewProc("FindWindowW")
)

// awaitShell returns once there is a taskbar. At log-on programs start before it, and
// the library gives up on an icon that it cannot add at once.
func awaitShell(quit <-chan struct{}) {
	class, err := windows.UTF16PtrFromString("Shell_TrayWnd")
	if err != nil {
		return
	}
	look := time.NewTicker(250 * time.Millisecond) // a program without a window is not told
	defer look.Stop()
	for end := time.Now().Add(shellTime); time.Now().Before(end); {
		if window, _, _ := findWindow.Call(uintptr(unsafe.Pointer(class)), 0); window != 0 {
			return
		}
		select {
		case <-look.C:
		case <-quit:
			return
		}
	}
}
