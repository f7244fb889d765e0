package cli

import (
	"net"
	"os"
	"strings"
	"testing"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/spec"
	"agents-tray/manager/words"
)

// Whose a port is follows from who has it. It was told to be the service's own as long as that was
// not stopped, also while the service waited for somebody else to give it up.
func TestWhoseAPortIs(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	web := spec.ServiceSpec{Name: "web", Title: "Web", Command: []string{"web"}, URL: "http://" + listener.Addr().String()}
	const another = 1 // of which this process is no descendant as far as is looked at
	for name, test := range map[string]struct {
		instance int // its process; 0: none runs
		service  manager.Service
		level    words.Level
		says     string
	}{
		"our own":              {os.Getpid(), manager.Service{State: manager.Ready, PID: os.Getpid()}, words.Fine, "'s"},
		"nobody runs":          {0, manager.Service{}, words.Wrong, "for Web, is taken by "},
		"it waits":             {another, manager.Service{State: manager.BackingOff}, words.Wrong, ", and Web waits for it"},
		"it waits for another": {another, manager.Service{State: manager.Waiting}, words.Wrong, ", and Web waits for it"},
		"it starts":            {another, manager.Service{State: manager.Starting, PID: 7}, words.Wrong, ", and Web waits for it"},
		"it has given up":      {another, manager.Service{State: manager.Failed}, words.Wrong, "for Web, is taken by "},
		"it runs without it":   {another, manager.Service{State: manager.Ready, PID: 7}, words.Wrong, "for Web, is taken by "},
	} {
		status := control.Status{PID: test.instance}
		if test.instance != 0 {
			test.service.Name = "web"
			status.Services = []manager.Service{test.service}
		}
		level, kind, values := examinePort(words.English, web, status)
		said, _ := words.English.Finding(words.Finding{Kind: kind, Level: level, Values: values})
		if level != test.level || !strings.Contains(said, test.says) || level == words.Wrong && !strings.Contains(said, "(pid ") {
			t.Errorf("%s: %s: %s", name, level, said)
		}
	}
}
