package config

import (
	"slices"
	"strings"
	"testing"

	"agents-tray/manager/words"
)

// readKey reads a services file in which one key of a service has a value.
func readKey(t *testing.T, path, value string) *document {
	t.Helper()
	file := "services:\n  web:\n"
	indent := "    "
	for key := range strings.SplitSeq(path, ".") {
		file += indent + key + ":\n"
		indent += "  "
	}
	d, err := parse("services.yaml", t.TempDir(), []byte(strings.TrimSuffix(file, "\n")+" "+value+"\n"))
	if err != nil {
		t.Fatalf("%s: %s: %v", path, value, err)
	}
	d.contents()
	return d
}

// allowedIn lists the keys that the reader allows in the mapping at a path; none if no
// such mapping may stand there.
func allowedIn(t *testing.T, path string) []string {
	t.Helper()
	probe := strings.TrimPrefix(path+".no_such_key", ".")
	for _, fault := range readKey(t, probe, "1").faults {
		_, list, found := strings.Cut(words.English.Mistake(fault.Err), "allowed: ")
		if found && fault.Key == "services.web."+probe {
			return strings.Split(list, ", ")
		}
	}
	return nil
}

func TestEveryKeyThatIsReadIsDescribed(t *testing.T) {
	described := map[string]Key{}
	for _, key := range Keys() {
		if _, twice := described[key.Path]; twice {
			t.Errorf("%s is described twice", key.Path)
		}
		described[key.Path] = key
		if key.Description == "" || key.Type == "" || key.Example == "" {
			t.Errorf("%s lacks its description, type or example", key.Path)
		}
	}
	var visit func(mapping string)
	visit = func(mapping string) {
		for _, name := range allowedIn(t, mapping) {
			path := strings.TrimPrefix(mapping+"."+name, ".")
			if _, found := described[path]; !found {
				t.Errorf("the reader takes %s, which is not described", path)
			}
			delete(described, path)
			visit(path)
		}
	}
	visit("")
	for path := range described {
		t.Errorf("%s is described, and the reader does not take it", path)
	}
}

func TestKeysAreAsDescribed(t *testing.T) {
	for _, key := range Keys() {
		values := append([]string{key.Example}, key.Values...)
		if key.Default != "" {
			values = append(values, key.Default)
		}
		for _, value := range values {
			if faults := readKey(t, key.Path, value).faults; len(faults) > 0 {
				t.Errorf("%s: %s is not taken: %v", key.Path, value, faults[0])
			}
		}
		if key.Type == Choice && !slices.Contains(key.Values, key.Example) {
			t.Errorf("%s: the example %s is not one of %v", key.Path, key.Example, key.Values)
		}
	}
}

func TestEverySettingThatIsReadIsDescribed(t *testing.T) {
	var settings Settings
	var read, described []string
	for _, key := range settings.keys() {
		read = append(read, key.name)
	}
	for _, key := range SettingKeys() {
		described = append(described, key.Path)
		if key.Description == "" || key.Type == "" || key.Example == "" {
			t.Errorf("settings.%s lacks its description, type or example", key.Path)
		}
		d, err := parse("services.yaml", t.TempDir(), []byte("settings: {"+key.Path+": "+key.Example+"}"))
		if err != nil {
			t.Fatal(err)
		}
		if d.contents(); len(d.faults) > 0 {
			t.Errorf("settings.%s: %s is not taken: %v", key.Path, key.Example, d.faults[0])
		}
	}
	if !slices.Equal(read, described) {
		t.Errorf("read are %q, described %q", read, described)
	}
}
