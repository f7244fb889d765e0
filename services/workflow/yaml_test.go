package workflow

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is no workflow at all has one clear error, at its place.
func TestOddFiles(t *testing.T) {
	for name, test := range map[string]struct{ content, want string }{
		"empty":            {"", "1:1: this file is empty"},
		"comments":         {"# nothing\n\n", "1:1: this file is empty"},
		"a document of":    {"---\n", "a workflow is a mapping"},
		"text":             {"hello", "1:1: a workflow is a mapping with the keys"},
		"list":             {"- a\n- b\n", "1:1: a workflow is a mapping"},
		"binary":           {"\x7fELF\x02\x01\x00\x00", "1:1: a control character (U+007F)"},
		"not UTF-8":        {"a: b\nc: \xff\n", "2:4: this is not UTF-8"},
		"UTF-16":           {"\xff\xfea\x00", "1:1: this is not UTF-8"},
		"large":            {strings.Repeat("# comment\n", 1<<20), "more than 2 MB"},
		"tab":              {"flow:\n\tname: a\n", "2:1: a tab stands here"},
		"colon in text":    {"flow:\n  name: a\n  description: Note: it\n", "3:"},
		"open quote":       {"flow:\n  name: \"a\n", "a quote is not closed"},
		"open bracket":     {"flow: [a,\nb\n", "a list in brackets is not closed"},
		"second document":  {base + "---\na: b\n", "a second document begins here"},
		"unknown alias":    {"flow: *nobody\n", "there is no anchor of this name"},
		"cycle":            {"flow: &a {name: *a}\n", "holds itself"},
		"bomb":             {bomb(), "aliases of aliases"},
		"deep list":        {strings.Repeat("[", 5000), "YAML"},
		"deep closed list": {"a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "nested deeper than"},
		"deep lines":       {deepLines(500), "nested deeper than"},
		"tag":              {"flow: !!python/object:os.system {name: a}\n", "the tag"},
		"list as key":      {"? [a, b]\n: c\n", "for a key"},
	} {
		result := Check([]byte(test.content))
		if len(result.Errors) != 1 || !strings.Contains(result.Errors[0].String(), test.want) {
			t.Errorf("%s:%s", name, show(result.Errors))
		}
	}
}

func bomb() string {
	s := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 12 {
		s += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	return s
}

func deepLines(n int) string {
	var s strings.Builder
	for i := range n {
		s.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return s.String()
}

func TestYAMLAsThePlatformReadsIt(t *testing.T) {
	for _, test := range []struct {
		change []string
		errors string
	}{
		{[]string{topic, "{type: str, required: true}\n    topic: {type: str}"}, "YAML"},
		{[]string{topic, "{type: str, type: int}"}, "YAML"},
		{[]string{topic, "{type: 5, type: str, required: true}"}, "YAML"},
		{[]string{"name: demo", "name: demo\t"}, "YAML"},
		{[]string{"name: demo", "name:\tdemo"}, "YAML"},
		{[]string{"name: demo", "\t\n  name: demo"}, "YAML"},
		{[]string{"name: demo", "name: \"a\tb\" # c\td"}, ""},
		{[]string{asked, "|\n      {topic}\t{items}\n      {found} {info}"}, ""},
		{[]string{asked, "|\t\n      {topic}{items}\n      {found} {info}"}, "YAML"},
		{[]string{version, version + "#x"}, ""},
		{[]string{"name: demo", "name: ="}, "YAML"},
		{[]string{draft, "{type: str, default: 2024-02-31}"}, "YAML"},
		{[]string{draft, "{type: str, default: 2024-02-29 23:59:59}"}, ""},
		{[]string{draft, "{type: str, default: 0x_}"}, "YAML"},
		{[]string{"name: demo", "name: <<"}, "YAML"},
		{[]string{"name: demo", "name: '='\n  =: x"}, ""},
		{[]string{"name: demo", "name: demo\n  : x"}, "YAML"},
		{[]string{"flow:\n", "flow: &f\n", "nodes:", "optimization: *f\nnodes:"}, ""},
		{[]string{topic, "&t {type: str, required: true}", draft, "{<<: *t, required: false, default: ''}"}, ""},
		{[]string{topic, "&t {type: str, required: true}", draft, "{<<: *t, default: ''}"}, "S2"},
		{[]string{topic, "&t {type: str}", draft, "{<<: [*t, {required: false}]}"}, ""},
		{[]string{draft, "{<<: 5, type: str}"}, "YAML"},
		{[]string{topic, "&t {type: strin}", draft, "*t"}, "T1"},
		{[]string{asked, "|\n      {topic} {items}\n      {found} {info}"}, ""},
		{[]string{asked, ">-\n      {topic} {items}\n      {found} {info}"}, ""},
		{[]string{asked, "{topic}"}, "N1"},
		{[]string{"\n", "\r\n"}, ""},
		{[]string{"schema", "\ufeffschema"}, ""},
		{[]string{"schema", "%YAML 1.1\n---\nschema"}, ""},
		{[]string{"name: demo", "name: 日本語 🙂"}, ""},
		{[]string{"name: demo", "name: !!str 5"}, ""},
		{[]string{"name: demo", "name: !!int '5'"}, "R2"},
		{[]string{"name: demo", "name: 1:30"}, "R2"},
		{[]string{"name: demo", "name: 0x1F"}, "R2"},
		{[]string{"name: demo", "name: 1e3"}, ""}, // a text in YAML 1.1
		{[]string{"name: demo", "name: 1.5e+3"}, "R2"},
		{[]string{"name: demo", "name: 08"}, ""}, // no octal number
		{[]string{"name: demo", "name: 007"}, "R2"},
		{[]string{"name: demo", "name: ~"}, "R2"},
		{[]string{"name: demo", "name: y"}, ""},
	} {
		result := Check([]byte(changed(t, test.change...)))
		if got := strings.Join(rulesOf(result.Errors), " "); got != test.errors {
			t.Errorf("%q: errors of %q, not %q:%s", test.change, got, test.errors, show(result.Errors))
		}
	}
	crlf := strings.ReplaceAll(base, "\n", "\r\n")
	if result := Check([]byte(crlf)); !result.Valid() {
		t.Errorf("lines that end as on Windows:%s", show(result.Errors))
	}
}

// What is no YAML is told at its line, not where the list or mapping around it begins.
func TestSyntaxErrorsAtTheirLines(t *testing.T) {
	for _, test := range []struct {
		change []string
		want   string // line:column
	}{
		{[]string{"    draft:", "    draft: x:"}, "7:13"},
		{[]string{"    prompt: |", "   prompt: |"}, "19:4"},
		{[]string{"    outputs: [score, done]", "    outputs [score, done]"}, "27:5"},
		{[]string{"id: judge", "id: *judge"}, "18:9"},
		{[]string{"type: object", "type: @object"}, "23:13"},
		{[]string{"edges:\n", "edges:\n---\n  : x\n"}, "29:1"},
	} {
		content := changed(t, test.change...)
		for _, content := range []string{content, strings.ReplaceAll(content, "\n", "\r")} {
			result := Check([]byte(content))
			if len(result.Errors) == 0 || !strings.HasPrefix(result.Errors[0].String(), test.want) {
				t.Errorf("%q:%s", test.change, show(result.Errors))
			}
		}
	}
}

// All errors of a file are reported, in its order, each at its place.
func TestAllErrorsAtTheirPlaces(t *testing.T) {
	content := changed(t, "name: demo", "name: 5", "type: float", "type: real", asked, "|\n      one {topic} of\n      two {nobody} and {nobody}", "{type: str}\n    outputs: [draft]",
		"{type: str}\n    outputs: [drafft]", logic, `"state.scor > 1"`)
	var got []string
	for _, f := range Check([]byte(content)).Errors {
		got = append(got, fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.Rule))
	}
	if want := "3:9 R2, 8:19 T1, 17:11 P1, 17:24 P1, 19:15 X1, 35:29 E3s"; strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s%s", strings.Join(got, ", "), want, show(Check([]byte(content)).Errors))
	}
}

// While a valid file is being written nothing is wrong with it.
func TestGrowingFilesShowNoErrorThatTheRestMends(t *testing.T) {
	contents := files(t, "testdata/valid/*.yaml")
	contents["base"] = base
	contents["merged"] = changed(t, "nodes:\n", "optimization: &o\n  enabled: false\nmemory:\n  <<: *o\n  default_scope:\n    agent\nnodes:\n")
	for name, content := range contents {
		for i := range len(content) {
			if content[i] != '\n' {
				continue
			}
			if result := CheckGrowing([]byte(content[:i+1])); !result.Valid() {
				t.Errorf("%s, after %d bytes, %q:%s", name, i, content[max(0, i-60):i], show(result.Errors))
				break
			}
		}
	}
	wrong := changed(t, draft, "{type: string}", wroteOut, "outputs: [drafft]")
	for _, test := range []struct{ until, rules string }{{"    score:", "T1"}, {"  - id: judge", "T1 X1"}} {
		part, _, _ := strings.Cut(wrong, test.until)
		if got := strings.Join(rulesOf(CheckGrowing([]byte(part+test.until+"\n")).Errors), " "); got != test.rules {
			t.Errorf("until %q: %s", test.until, got)
		}
	}
}

// FuzzCheck: whatever the file holds, a check ends soon and does not panic.
func FuzzCheck(f *testing.F) {
	names, _ := filepath.Glob("testdata/*/*.yaml")
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(base))
	f.Add([]byte("a: &a [*a]\n<<: *a\n? {a: b}\n: !!binary x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, check := range []func([]byte) *Result{Check, CheckGrowing} {
			for _, found := range check(data).Errors {
				if found.Line < 1 || found.Column < 1 || found.Text == "" || found.Rule == "" {
					t.Errorf("%+v", found)
				}
			}
		}
	})
}

// large is a workflow of n nodes, one after the other.
func large(n int) []byte {
	var fields, nodes, edges bytes.Buffer
	for i := range n {
		fmt.Fprintf(&fields, "    f%d:\n      type: str\n      default: \"\"\n", i)
		fmt.Fprintf(&nodes, "  - id: n%d\n    prompt: |\n      Take {state.topic} and the text so far:\n\n      {state.f%d}\n\n      Write more.\n"+
			"    outputs: [f%d]\n    output_schema:\n      type: object\n      fields:\n        - name: f%d\n          type: str\n", i, max(0, i-1), i, i)
		next := fmt.Sprintf("n%d", i+1)
		if i == n-1 {
			next = "END"
		}
		fmt.Fprintf(&edges, "  - from: n%d\n    to: %s\n", i, next)
	}
	return fmt.Appendf(nil, "schema_version: \"1.0\"\nflow: {name: large}\nstate:\n  fields:\n    topic: {type: str, required: true}\n%snodes:\n%sedges:\n  - {from: START, to: n0}\n%s",
		&fields, &nodes, &edges)
}

func BenchmarkThousandNodes(b *testing.B) {
	data := large(1000)
	if result := Check(data); !result.Valid() || result.Nodes != 1000 {
		b.Fatal(show(result.Errors))
	}
	for b.Loop() {
		Check(data)
	}
}

// worst are large files that take long where something grows with the square of their length.
func worst(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	return map[string]string{
		"placeholders": changedBase(asked, `"`+fill("{x}")+`"`),
		"known ones":   changedBase(asked, `"`+fill("{topic}")+`"`),
		"folded":       changedBase(asked, ">\n"+fill("      {x} {topic}\n")),
		"fields":       changedBase("    topic:", fill("    x: {type: str}\n")+"    topic:"),
		"edges":        base + fill("  - {from: a, to: b}\n"),
		"type":         changedBase(topic, `{type: "`+fill("dict[str,")+`"}`),
		"condition":    changedBase(logic, `"`+fill("state.x and ")+`"`),
		"hashes":       fill("#\n"),
		"flow":         "a: [" + fill("{a: b}, ") + "]",
		"key":          fill("a") + ": b\n",
		"quotes":       fill(`"`),
		"stars":        fill("*a "),
		"dashes":       fill("- "),
		"question":     fill("? "),
		"lines":        fill("a:\n"),
		"comments":     fill("a: b # c\n"),
	}
}

func changedBase(old, new string) string { return strings.Replace(base, old, new, 1) }

// Whatever is in a file, the findings are bounded. BenchmarkWorst shows the time that 1 MB takes.
func TestFindingsAreBounded(t *testing.T) {
	for name, content := range worst(128 << 10) {
		if result := Check([]byte(content)); len(result.Errors) > maxFound || len(result.Warnings) > maxFound {
			t.Errorf("%s: %d errors, %d warnings", name, len(result.Errors), len(result.Warnings))
		}
	}
}

func BenchmarkWorst(b *testing.B) {
	for name, content := range worst(1 << 20) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Check([]byte(content))
			}
		})
	}
}
