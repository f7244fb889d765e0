package dashboard

import (
	"testing"

	"agents-tray/services/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }
