package instance

import (
	"fmt"
	"net"
	"testing"

	"agents-tray/tray"
	"agents-tray/tray/words"
)

// told passes on what is shown.
type told chan tray.Notification

func (c told) Notify(n tray.Notification) { c <- n }
func (c told) Withdraw(string)            {}

// A display that takes the connection and says nothing kept a click from any effect.
func TestCopyingWhereTheDisplayHangs(t *testing.T) {
	display, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer display.Close()
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Setenv("DISPLAY", fmt.Sprintf("127.0.0.1:%d", display.Addr().(*net.TCPAddr).Port-6000))
	messages := make(told, 1)
	i := &Instance{desktop: messages, language: words.German}
	i.copy("http://127.0.0.1:7861")
	if n := <-messages; n.Summary != "Hier lässt sich nichts kopieren" || n.Body != "http://127.0.0.1:7861" {
		t.Errorf("it says %+v", n)
	}
}
