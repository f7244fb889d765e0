//go:build !windows

// The rules hold for every system; go list tells of all of them from one that has Go.

package manager

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// importRules say what the packages below a folder may depend on, directly or not, of this
// module: what is in only, if there is any, and nothing in never. A path stands for
// everything below it, too.
var importRules = []struct {
	packages    string
	only, never []string
}{
	{"manager", nil, []string{"tray", "services"}},
	{"manager/spec", []string{"manager/spec"}, nil},
	{"manager/envfile", []string{"manager/envfile", "manager/disk"}, nil},
	{"manager/inspect", []string{"manager/inspect"}, nil},
	{"manager/peer", []string{"manager/peer"}, nil},
	{"manager/config", []string{"manager/config", "manager/spec", "manager/disk"}, nil},
	{"manager/guard", []string{"manager/guard", "manager/logs"}, nil},
	{"tray", nil, []string{"services"}},
}

// Imports point downwards only, on every system.
func TestImportsPointDownwards(t *testing.T) {
	const module = "agents-tray/"
	below := func(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }
	for _, system := range []string{"linux", "windows", "darwin"} {
		list := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, module+"...")
		list.Env = append(os.Environ(), "GOOS="+system)
		out, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		listed := map[string]bool{}
		for line := range strings.Lines(string(out)) {
			deps := strings.Fields(line)
			path := strings.TrimPrefix(deps[0], module)
			for _, rule := range importRules {
				if !below(path, rule.packages) {
					continue
				}
				listed[rule.packages] = true
				for _, dep := range deps[1:] {
					dep, ours := strings.CutPrefix(dep, module)
					isBelow := func(folder string) bool { return below(dep, folder) }
					if ours && (rule.only != nil && !slices.ContainsFunc(rule.only, isBelow) || slices.ContainsFunc(rule.never, isBelow)) {
						t.Errorf("on %s %s depends on %s", system, path, dep)
					}
				}
			}
		}
		for _, rule := range importRules {
			if !listed[rule.packages] {
				t.Errorf("on %s there is no package %s", system, rule.packages)
			}
		}
	}
}
