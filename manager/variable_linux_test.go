package manager

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"agents-tray/manager/guard/guardtest"
)

// A variable that alone is too large for the system is named: all together may be much larger.
func TestAVariableThatIsTooLarge(t *testing.T) {
	for name, values := range map[string][]string{
		"":            {"A=" + strings.Repeat("x", 100_000), "B=" + strings.Repeat("x", 100_000)},
		"CERTIFICATE": {"A=1", "CERTIFICATE=" + strings.Repeat("x", mostOfOne)},
	} {
		s := newSpec("s", guardtest.Cooperative)
		s.Dir, s.EnvFile = t.TempDir(), ".env"
		must(t, os.WriteFile(filepath.Join(s.Dir, s.EnvFile), []byte(strings.Join(values, "\n")), 0o600))
		err := newManager(t, s).StartAll(t.Context())
		problem, _ := errors.AsType[*Problem](err)
		if name == "" && err != nil || name != "" && (problem == nil || problem.Kind != EnvTooLarge || problem.Variable != name || problem.Size != len(values[1])) {
			t.Errorf("with %q it says %v", name, err)
		}
	}
}
