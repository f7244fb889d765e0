package icons

import (
	"os"
	"path/filepath"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	user32      = windows.NewLazySystemDLL("user32.dll")
	loadImage   = user32.NewProc("LoadImageW")
	getIconInfo = user32.NewProc("GetIconInfo")
	destroyIcon = user32.NewProc("DestroyIcon")
	getObject   = windows.NewLazySystemDLL("gdi32.dll").NewProc("GetObjectW")
)

const (
	imageIcon      = 1
	lrLoadFromFile = 0x10
)

// Windows itself reads each icon, in the sizes of displays from 100 to 400 %.
func TestWindowsReadsEveryIcon(t *testing.T) {
	folder, err := os.MkdirTemp("", "icons") // wine cannot remove what t.TempDir makes
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "icon.ico")
	defer func() { _, _ = os.Remove(file), os.Remove(folder) }()
	name, err := windows.UTF16PtrFromString(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range States {
		for _, panel := range []Panel{DarkPanel, LightPanel, AnyPanel} {
			if err := os.WriteFile(file, Tray(state, panel), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, size := range []uintptr{16, 32, 64} {
				icon, _, err := loadImage.Call(0, uintptr(unsafe.Pointer(name)), imageIcon, size, size, lrLoadFromFile)
				if icon == 0 {
					t.Errorf("%s on %s, %d pixels: %v", state, panel, size, err)
					continue
				}
				if got := width(t, icon); got != int32(size) {
					t.Errorf("%s on %s: %d pixels are %d", state, panel, size, got)
				}
				_, _, _ = destroyIcon.Call(icon)
			}
		}
	}
}

// width returns that of an icon, in pixels.
func width(t *testing.T, icon uintptr) int32 {
	t.Helper()
	var info struct {
		icon          int32
		hotspot       [2]uint32
		mask, colours windows.Handle
	}
	if ok, _, err := getIconInfo.Call(icon, uintptr(unsafe.Pointer(&info))); ok == 0 {
		t.Fatal(err)
	}
	var bitmap struct {
		kind, width, height, rowBytes int32
		planes, bits                  uint16
		pixels                        uintptr
	}
	if size, _, err := getObject.Call(uintptr(info.colours), unsafe.Sizeof(bitmap), uintptr(unsafe.Pointer(&bitmap))); size == 0 {
		t.Fatal(err)
	}
	return bitmap.width
}
