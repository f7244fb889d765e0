package cli

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/spf13/cobra"
)

// A start at login has the options that last, whatever the working directory, and neither
// those of one start nor the form for a terminal.
func TestWhatAStartAtLoginIsGiven(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	for _, test := range []struct{ typed, want []string }{
		{nil, nil},
		{[]string{"--start", "-v", "--at-login"}, nil},
		{[]string{"--config", "my services.yaml", "--no-chat"}, []string{"--config", filepath.Join(folder, "my services.yaml"), "--no-chat"}},
		{[]string{"--chat-port=1", "--dashboard-port", "2", "--host", "127.0.0.2"}, []string{"--host", "127.0.0.2", "--dashboard-port", "2", "--chat-port", "1"}},
		{[]string{"--mlflow-port", "5000", "--mlflow-uri", "http://127.0.0.1:5000"}, []string{"--mlflow-uri", "http://127.0.0.1:5000", "--mlflow-port", "5000"}},
		{[]string{"--db-url", "sqlite:///a%3Fb.db?x=y"}, []string{"--db-url", "sqlite:///" + filepath.ToSlash(folder) + "/a%3Fb.db"}},
	} {
		var l launch
		command := &cobra.Command{}
		l.flags(command)
		must(t, command.ParseFlags(test.typed))
		got, err := l.loginArguments()
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("of %q a start at login has %q, want %q: %v", test.typed, got, test.want, err)
		}
	}
}
