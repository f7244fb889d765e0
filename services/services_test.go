package services

import "testing"

// Both commands once kept the address in one variable, so the Dashboard by itself
// listened on the Chat's port.
func TestEachServiceHasItsOwnPort(t *testing.T) {
	for name, want := range map[string]string{"dashboard": "127.0.0.1:7861", "chat": "127.0.0.1:7860"} {
		command, _, err := Command().Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		if got := command.Flag("listen").Value.String(); got != want {
			t.Errorf("serve %s listens on %s, not on %s", name, got, want)
		}
	}
}
