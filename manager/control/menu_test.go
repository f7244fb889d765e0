package control

import (
	"errors"
	"slices"
	"testing"
)

// withMenu is an instance that has a menu of one item, and notes what is chosen.
type withMenu struct {
	Instance
	chosen []string
}

func (*withMenu) Menu() []MenuItem {
	on := true
	return []MenuItem{
		{Label: "Running", Disabled: true}, {}, {Label: "Services", Items: []MenuItem{{Label: "Restart", Do: "restart my chat"}}},
		{Label: "Notifications", Do: "notifications off", Checked: &on},
	}
}

func (w *withMenu) Choose(do string) error {
	if do != "restart my chat" {
		return ErrNoItem
	}
	w.chosen = append(w.chosen, do)
	return nil
}

func (*withMenu) Text(do string) (string, error) {
	if do != "copy my chat" {
		return "", ErrNoItem
	}
	return "http://127.0.0.1:7860/\n“", nil
}

func TestTheMenu(t *testing.T) {
	instance := &withMenu{}
	client := NewClient(serve(t, instance, t.TempDir()))
	items, err := client.Menu(t.Context())
	if err != nil || len(items) != 4 || items[2].Items[0].Do != "restart my chat" || items[3].Checked == nil || !*items[3].Checked || items[0].Checked != nil {
		t.Errorf("%+v, %v", items, err)
	}
	for _, words := range [][]string{{"restart", "my", "chat"}, {"restart my chat"}} {
		if err := client.Choose(t.Context(), words...); err != nil {
			t.Errorf("%q: %v", words, err)
		}
	}
	for _, words := range [][]string{{"restart"}, {"restart", "my", "chat", "now"}, {"quit"}} {
		if err := client.Choose(t.Context(), words...); !errors.Is(err, ErrNoItem) {
			t.Errorf("%q: %v", words, err)
		}
	}
	if text, err := client.Text(t.Context(), "copy", "my", "chat"); err != nil || text != "http://127.0.0.1:7860/\n“" {
		t.Errorf("it copies %q, %v", text, err)
	}
	if text, err := client.Text(t.Context(), "restart", "my", "chat"); !errors.Is(err, ErrNoItem) {
		t.Errorf("it copies %q, %v", text, err)
	}
	if want := []string{"restart my chat", "restart my chat"}; !slices.Equal(instance.chosen, want) {
		t.Errorf("chosen: %q", instance.chosen)
	}
}
