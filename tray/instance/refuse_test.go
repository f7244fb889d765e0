package instance

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/tray/words"
)

// A refusal is told in the user's language, and in English for programs; one for mistakes in the
// services file once showed them as data.
func TestARefusalIsTold(t *testing.T) {
	i := &Instance{language: words.German}
	for name, test := range map[string]struct {
		err           error
		message, told string
	}{
		"a key":    {i.refuse(http.StatusConflict, words.NoRerunCommand, "Answer"), "Answer did not leave a command", "Answer hat keinen Befehl hinterlassen"},
		"mistakes": {i.refusal(config.Valid([]byte("services: {a: {comand: x}}"))), "services.a.comand: there is no such key", "services.a.comand: diesen Schlüssel gibt es nicht"},
		"another":  {i.refusal(config.ErrAddByHand), "add the service yourself", "add the service yourself"},
	} {
		refused, ok := errors.AsType[*control.Refused](test.err)
		if !ok || refused.Status != http.StatusConflict || !strings.Contains(refused.Message, test.message) || !strings.Contains(refused.Told, test.told) || strings.Contains(refused.Told, "mistake ") {
			t.Errorf("%s: %+v", name, refused)
		}
	}
}
