package tray

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"

	"agents-tray/icons"
)

// At 100, 125, 150, 200 and 300 %, and between.
func TestTheIconHasTheSizeThatIsShown(t *testing.T) {
	for _, size := range []int{16, 20, 22, 24, 32, 48, 300} {
		icon := load(icons.Tray(icons.Running, icons.DarkPanel), size)
		if icon == 0 {
			t.Errorf("there is none of %d pixels", size)
			continue
		}
		if got := iconWidth(t, icon); got != size {
			t.Errorf("it has %d pixels instead of %d", got, size)
		}
		destroyIcon.Call(icon)
	}
}

func iconWidth(t *testing.T, icon uintptr) int {
	t.Helper()
	var info struct {
		icon, x, y   uint32
		mask, colour windows.Handle
	}
	var bitmap struct {
		kind, width, height, widthBytes int32
		planes, depth                   uint16
		bits                            uintptr
	}
	gdi32 := windows.NewLazySystemDLL("gdi32.dll")
	if done, _, err := user32.NewProc("GetIconInfo").Call(icon, uintptr(unsafe.Pointer(&info))); done == 0 {
		t.Fatal(err)
	}
	if done, _, err := gdi32.NewProc("GetObjectW").Call(uintptr(info.colour), unsafe.Sizeof(bitmap), uintptr(unsafe.Pointer(&bitmap))); done == 0 {
		t.Fatal(err)
	}
	for _, handle := range []windows.Handle{info.mask, info.colour} {
		gdi32.NewProc("DeleteObject").Call(uintptr(handle))
	}
	return int(bitmap.width)
}
