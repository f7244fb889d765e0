package chat

import (
	"context"
	"fmt"
	"net"
	"os"
	"testing"

	"agents-tray/services/chat/completion"
	"agents-tray/services/web"
	"agents-tray/services/web/webtest"
)

// serveEnvironment makes the test binary a Chat on the database that it names, for
// tests that kill it.
const serveEnvironment = "AGENTS_TRAY_TEST_CHAT"

func TestMain(m *testing.M) {
	if database := os.Getenv(serveEnvironment); database != "" {
		fmt.Fprintln(os.Stderr, serveUntilKilled(database))
		os.Exit(1)
	}
	for _, name := range []string{"OPENAI_BASE_URL", "OPENAI_API_KEY"} {
		os.Unsetenv(name) // the tests have servers of their own
	}
	webtest.Main(m)
}

func serveUntilKilled(database string) error {
	handler, closer := New(Options{Database: database, LocalServers: []completion.LocalServer{}})
	defer closer.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listener.Addr())
	return web.Serve(context.Background(), listener, web.Protect(handler))
}
