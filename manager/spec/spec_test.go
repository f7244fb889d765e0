package spec

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// needing makes s depend on services, all with one condition.
func needing(s ServiceSpec, condition Condition, services ...string) ServiceSpec {
	s.DependsOn = map[string]Condition{}
	for _, name := range services {
		s.DependsOn[name] = condition
	}
	return s
}

func TestGraphsThatCannotWork(t *testing.T) {
	named := func(name string, deps ...string) ServiceSpec {
		return needing(ServiceSpec{Name: name, Command: []string{"sh"}}, ConditionReady, deps...)
	}
	job := named("b")
	completed := needing(named("a"), ConditionCompleted, "b")
	listening := func(s ServiceSpec, address string) ServiceSpec { s.Listen = address; return s }
	for want, specs := range map[string][]ServiceSpec{
		"a: depends_on.b: mistake circle [{path} a → b → c → a":            {named("a", "b"), named("b", "c"), named("c", "a")},
		"a: depends_on.a: mistake circle [{path} a → a":                    {named("a", "a")},
		`a: depends_on.d: mistake unknown-service [{name} "d" {list} a, b`: {named("a", "d"), named("b")},
		"a: depends_on.b: mistake never-completed [{service} b":            {completed, job},
		"b: listen: mistake port-taken [{port} 7000 {service} a":           {listening(named("a"), "127.0.0.1:7000"), listening(named("b"), "[::1]:7000")},
		"a: name: mistake name-taken":                                      {named("a"), named("a")},
	} {
		err := ValidateAll(specs)
		var fault *Error
		if err == nil || !strings.HasPrefix(err.Error(), want) || !errors.As(err, &fault) {
			t.Errorf("want %s\ngot  %v", want, err)
		}
	}
}

func TestSpecsThatCannotWork(t *testing.T) {
	for want, s := range map[string]ServiceSpec{
		"bad-name":                  {Name: "A B", Command: []string{"x"}},
		"no-command":                {Name: "b"},
		"started, ready, completed": {Name: "b", Command: []string{"x"}, DependsOn: map[string]Condition{"a": "someday"}},
		"not-host-port":             {Name: "b", Command: []string{"x"}, Listen: "7860"},
		"always, on-failure":        {Name: "b", Command: []string{"x"}, Restart: Restart{Policy: "often"}},
		"negative":                  {Name: "b", Command: []string{"x"}, StopTimeout: -1},
	} {
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// Whether a program is there is no part of validation: it may come before the start.
func TestMissingPrograms(t *testing.T) {
	lookPath := func(program string, env []string) (string, error) {
		return "", &exec.Error{Name: program, Err: errors.New("not there")}
	}
	missing := ServiceSpec{Name: "a", Command: []string{"no-such-command"}}
	optional, builtin := missing, missing
	optional.Name, optional.Optional = "b", true
	builtin.Name, builtin.Builtin = "c", "chat"
	specs := []ServiceSpec{missing, optional, builtin}
	if err := ValidateAll(specs); err != nil {
		t.Error(err)
	}
	want := `a: command: mistake program-missing [{why} mistake cannot-run [{program} no-such-command {detail} not there]]`
	if err := Missing(specs, lookPath); err == nil || err.Error() != want {
		t.Errorf("want %s\ngot  %v", want, err)
	}
}

// Such addresses once reached the browser's command, some as options of it.
func TestOnlyPagesAreOpened(t *testing.T) {
	for _, url := range []string{"javascript:alert(1)", "file:///etc/passwd", "data:text/html,hi", "--incognito", "-new-window", "127.0.0.1:9000", "http:", "http://", "http://:",
		"HTTP//x", "ftp://127.0.0.1", "vbscript:x", " http://127.0.0.1", "http://127.0.0.1/\n", "https:opaque"} {
		s := ServiceSpec{Name: "b", Command: []string{"x"}, URL: url}
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "not-a-page") {
			t.Errorf("%q: %v", url, err)
		}
	}
	for _, url := range []string{"http://127.0.0.1:9000", "HTTPS://example.org/a?b#c", "http://[::1]:80/", "http://localhost"} {
		if err := (ServiceSpec{Name: "b", Command: []string{"x"}, URL: url}).Validate(); err != nil {
			t.Errorf("%q: %v", url, err)
		}
	}
}

// A port of a URL is one as any other; 70000 was taken where it stood in a URL.
func TestPortsOfURLs(t *testing.T) {
	for address, fine := range map[string]bool{
		"http://127.0.0.1:1": true, "http://[::1]:65535/x": true, "http://127.0.0.1": true, "http://127.0.0.1:0": false, "http://127.0.0.1:70000/": false, "https://x:99999": false,
	} {
		for name, s := range map[string]ServiceSpec{
			"url":         {URL: address},
			"ready.http":  {Ready: Ready{Check: Check{HTTP: address}}},
			"health.http": {Health: Health{Check: Check{HTTP: address}}},
		} {
			s.Name, s.Command = "a", []string{"x"}
			if err := s.Validate(); (err == nil) != fine || err != nil && !strings.Contains(err.Error(), name+": mistake bad-port") {
				t.Errorf("%s %s: %v", name, address, err)
			}
		}
	}
}

func TestATitleIsOneLineOfPlainText(t *testing.T) {
	for given, want := range map[string]string{
		"": "s", " \n ": "s", "Web shop": "Web shop", "Größe 👩‍💻": "Größe 👩‍💻", "one\ntwo\tthree": "one two three",
		"\x1b[31mred\u009b0m": "[31mred0m", "a\u202eb\u2066c\u200f": "abc",
	} {
		if got := (ServiceSpec{Name: "s", Title: given}).WithDefaults().Title; got != want {
			t.Errorf("%q is shown as %q, want %q", given, got, want)
		}
	}
}
