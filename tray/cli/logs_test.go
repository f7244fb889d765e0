package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/manager/control"
)

// logInstance is one that knows where the logs are, and nothing else.
type logInstance struct {
	control.Instance
	logs string
}

func (i logInstance) Status() control.Status {
	return control.Status{Snapshot: manager.Snapshot{Services: []manager.Service{{Name: "chat"}}}}
}

func (i logInstance) LogFile(service string) (string, error) {
	if service != "chat" {
		return "", manager.ErrUnknownService(service)
	}
	return filepath.Join(i.logs, service+".log"), nil
}

// run starts such an instance for these folders.
func run(t *testing.T, folders config.Folders) *control.Server {
	t.Helper()
	listener, address, err := control.Listen(folders.Runtime)
	if err != nil {
		t.Fatal(err)
	}
	server := control.Serve(listener, address, logInstance{logs: folders.Logs()})
	t.Cleanup(server.Close)
	must(t, address.Write(folders.Control()))
	return server
}

func someFolders(t *testing.T) config.Folders {
	t.Helper()
	folders := config.Folders{State: filepath.Join(t.TempDir(), "of [me]*"), Runtime: t.TempDir()} // a name that would be a pattern elsewhere
	must(t, os.MkdirAll(folders.Logs(), 0o700))
	return folders
}

func printTo(t *testing.T, folders config.Folders, lines ...string) {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(folders.Logs(), "chat.log"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, line := range lines {
		fmt.Fprintf(file, "%s out %s\n", time.Now().UTC().Format(time.RFC3339Nano), line)
	}
}

func TestLogsWithAndWithoutAnInstance(t *testing.T) {
	for _, running := range []bool{true, false} {
		t.Run(fmt.Sprintf("running %t", running), func(t *testing.T) {
			folders := someFolders(t)
			server := run(t, folders)
			if !running {
				server.Close() // and its address stays, as after a crash
			}
			if err := os.WriteFile(folders.GuardLog(), nil, 0o600); err != nil { // it is no service's
				t.Fatal(err)
			}
			printTo(t, folders, "one", "two", "\x1b[31mthree\x1b[0m")
			var out strings.Builder
			must(t, printLogs(t.Context(), &out, folders, []string{"chat"}, logRange{lines: 2}))
			lines := strings.Split(out.String(), "\n")
			if len(lines) != 3 || !strings.HasSuffix(lines[0], " out two") || !strings.HasSuffix(lines[1], " out three") {
				t.Errorf("it printed %q", out.String())
			}
			if _, err := time.ParseInLocation("2006-01-02 15:04:05.000", lines[0][:23], time.Local); err != nil {
				t.Error(err)
			}
			for _, name := range []string{"nobody", "../chat"} {
				if err := printLogs(t.Context(), io.Discard, folders, []string{name}, logRange{lines: 2}); err == nil || !strings.Contains(err.Error(), "there is no") || !strings.HasSuffix(err.Error(), "There are chat: agents-tray logs chat") {
					t.Errorf("%s: %v", name, err)
				}
			}
			if err := printLogs(t.Context(), io.Discard, folders, []string{"chat"}, logRange{}); err == nil {
				t.Error("no lines at all were printed")
			}
		})
	}
}

func TestLogsFollow(t *testing.T) {
	for _, running := range []bool{true, false} {
		t.Run(fmt.Sprintf("running %t", running), func(t *testing.T) {
			folders := someFolders(t)
			server := run(t, folders)
			if !running {
				server.Close()
			}
			printTo(t, folders, "one")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			read, write := io.Pipe()
			ended := make(chan error, 1)
			go func() { ended <- printLogs(ctx, write, folders, []string{"chat"}, logRange{lines: 10, follow: true}) }()
			lines := bufio.NewScanner(read)
			for _, want := range []string{"one", "two", "three"} {
				if !lines.Scan() || !strings.HasSuffix(lines.Text(), " out "+want) {
					t.Errorf("%q came, not %q", lines.Text(), want)
				}
				printTo(t, folders, map[string]string{"one": "two", "two": "three", "three": "four"}[want])
			}
			lines.Scan()
			if running {
				server.Close()
				if err := <-ended; err == nil || !strings.Contains(err.Error(), "was stopped") {
					t.Errorf("the end of the instance: %v", err)
				}
				return
			}
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("the end: %v", err)
			}
		})
	}
}
