package dashboard

import (
	"os"
	"testing"

	"agents-tray/services/web/webtest"
)

func TestMain(m *testing.M) {
	status := m.Run()
	webtest.Stop()
	os.Exit(status)
}
