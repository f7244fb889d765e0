package platform

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestWhatPythonMakesOfValues(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                                    `{}`,
		`{'a': 'it\'s', "b": "it's"}`:           `{"a":"it's","b":"it's"}`,
		`{'a': [1, -2.5, 1e-05, ('x',), ()]}`:   `{"a":[1,-2.5,0.00001,["x"],[]]}`,
		`{'n': 123456789012345678901234567890}`: `{"n":123456789012345678901234567890}`,
		`{'t': True, 'f': False, 'n': None,}`:   `{"f":false,"n":null,"t":true}`,
		`{'s': 'line\nnext\t\\ \x1b \u20ac ü'}`: `{"s":"line\nnext\t\\ \u001b € ü"}`,
		` [ 'a' , {'b' : 'c'} ] `:               `["a",{"b":"c"}]`,
		`"{\"flow\": 1}"`:                       `"{\"flow\": 1}"`,
		`{"json": 12345678901234567890.10}`:     `{"json":12345678901234567890.10}`,
	} {
		v, err := value(text)
		got, failed := encode(v)
		if err := errors.Join(err, failed); err != nil || string(got) != want {
			t.Errorf("%s reads as %s, %v", text, got, err)
		}
	}
	for _, text := range []string{
		``, `<Config object at 0x7f3a>`, `{'a': datetime.datetime(2026, 1, 1)}`, `{'a'}`, `{'a': 1`, `{'a': 1}}`, `{1: 2}`, `{'a' 1}`, `['a' 'b']`,
		`'never ends`, `{'a': '\q'}`, `{'a': '\x1'}`, `{'a': '\ud800'}`, `{'a': nan}`, `{"a": 1} {"b": 2}`, strings.Repeat("[", 1000), `{'a': Decimal('1')}`, `'\`,
	} {
		if v, err := value(text); err == nil {
			t.Errorf("%s reads as %v", text, v)
		}
	}
	for _, snapshot := range []string{`[1]`, `"text"`, `null`, `3`} {
		if got, err := config(snapshot); err == nil {
			t.Errorf("the configuration %s reads as %s", snapshot, got)
		}
	}
	if got, err := config(`"{\"flow\": {\"name\": \"<x>\"}}"`); err != nil || string(got) != `{"flow":{"name":"<x>"}}` {
		t.Errorf("JSON in JSON: %s, %v", got, err)
	}
	if _, err := inputs(`{"long": "` + strings.Repeat("x", maxInputs) + `"}`); err == nil {
		t.Error("inputs that are too long for a command")
	}
}

func FuzzValue(f *testing.F) {
	for _, seed := range []string{`{'a': [1, None, 'x\n', ()]}`, `{"a": 1}`, `{'a': '\u20ac'}`, `'\`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := value(text)
		if err != nil {
			return
		}
		if _, err := json.Marshal(v); err != nil {
			t.Errorf("%q reads as %v: %v", text, v, err)
		}
	})
}

func TestTimesWithAndWithoutAFraction(t *testing.T) {
	want := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for text, fraction := range map[string]time.Duration{
		"2026-03-04 05:06:07": 0, "2026-03-04 05:06:07.250000": 250 * time.Millisecond, "2026-03-04T05:06:07": 0, "2026-03-04T07:06:07.250+02:00": 250 * time.Millisecond,
	} {
		if got := parseTime(text); !got.Equal(want.Add(fraction)) {
			t.Errorf("%s reads as %v", text, got)
		}
	}
	if got := parseTime("yesterday"); !got.IsZero() {
		t.Errorf("yesterday was %v", got)
	}
}
