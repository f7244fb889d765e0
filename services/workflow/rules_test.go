package workflow

import (
	"slices"
	"strings"
	"testing"
)

// base is a valid workflow that the tests change.
const base = `schema_version: "1.0"
flow:
  name: demo
state:
  fields:
    topic: {type: str, required: true}
    draft: {type: str, default: ""}
    score: {type: float, default: 0}
    done: {type: bool, default: false}
    items: {type: "list[str]", default: []}
    found: {type: list, default: []}
    info: {type: "dict[str, int]", default: {}}
nodes:
  - id: write
    prompt: "Write about {topic}, {state.items}, {found}, {info}"
    output_schema: {type: str}
    outputs: [draft]
  - id: judge
    prompt: |
      Judge this:
      {state.draft}
    output_schema:
      type: object
      fields:
        - {name: score, type: float}
        - {name: done, type: bool}
    outputs: [score, done]
edges:
  - {from: START, to: write}
  - {from: write, to: judge}
  - from: judge
    routes:
      - {condition: {logic: "state.score > 0.8"}, to: END}
      - {condition: {logic: "default"}, to: END}
`

// changed is base with texts replaced, old and new in turn.
func changed(t *testing.T, pairs ...string) string {
	t.Helper()
	s := base
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(s, pairs[i]) {
			t.Fatalf("there is no %q", pairs[i])
		}
		s = strings.Replace(s, pairs[i], pairs[i+1], 1)
	}
	return s
}

const (
	version  = `schema_version: "1.0"`
	toWrite  = "{from: START, to: write}"
	toJudge  = "{from: write, to: judge}"
	logic    = `"state.score > 0.8"`
	topic    = "{type: str, required: true}"
	draft    = `{type: str, default: ""}`
	asked    = `"Write about {topic}, {state.items}, {found}, {info}"`
	strOut   = "    output_schema: {type: str}\n    outputs: [draft]\n"
	wroteOut = "outputs: [draft]"
)

// onNode adds keys to the first node, atEnd to the file.
func onNode(keys string) []string { return []string{strOut, strOut + "    " + keys + "\n"} }
func atEnd(keys string) []string {
	return []string{"default\"}, to: END}\n", "default\"}, to: END}\n" + keys + "\n"}
}

func TestRules(t *testing.T) {
	if result := Check([]byte(base)); !result.Valid() || len(result.Warnings) > 0 {
		t.Fatalf("the base is not valid:%s%s", show(result.Errors), show(result.Warnings))
	}
	for _, test := range []struct {
		change []string
		errors string // rules, sorted
		warns  string
	}{
		// Structure
		{[]string{version, `schema_version: "1.1"`}, "R1", ""},
		{[]string{version, `schema_version: 1`}, "R1", ""},
		{[]string{version, `schema_version: '1.0'`}, "", ""},
		{[]string{version, `schema_version: !!str 1.0`}, "", ""},
		{[]string{version, `schema_version:`}, "R1", ""},
		{[]string{version + "\n", ""}, "R3", ""},
		{[]string{"name: demo", `name: ""`}, "R2", ""},
		{[]string{"name: demo", `name: "\t "`}, "R2", ""},
		{[]string{"name: demo", "name: 7"}, "R2", ""},
		{[]string{"name: demo", "name: yes"}, "R2", ""},
		{[]string{"name: demo", "name: 2024-01-31"}, "R2", ""},
		{[]string{"name: demo", `name: "7"`}, "", ""},
		{[]string{"name: demo", "name: ünïcode 名前"}, "", ""},
		{[]string{"name: demo", "name: demo\n  version: 1.0"}, "R2", ""},
		{[]string{"name: demo", "name: demo\n  version: \"1.0\"\n  description: null"}, "", ""},
		{[]string{"name: demo", "nam: demo"}, "R2", "R4"},
		{[]string{"flow:\n  name: demo", "flow: demo"}, "R2", ""},
		{[]string{"flow:\n  name: demo\n", ""}, "R3", ""},
		{atEnd("edgs: []"), "", "R4"},
		{onNode("temprature: 1"), "", "R4"},
		// State
		{[]string{topic, "{type: str, required: true, default: null}"}, "", ""},
		{[]string{topic, "{type: str, required: true, default: ''}"}, "S2", ""},
		{[]string{topic, "{type: str, required: 'yes', default: x}"}, "S2", "S1"},
		{[]string{topic, "{type: str, required: false, default: x}"}, "", ""},
		{[]string{topic, "{type: str, required: yes}"}, "", "YAML"},
		{[]string{topic, "{type: str, required: 1}"}, "", "S1"},
		{[]string{topic, "{type: str, required: 2}"}, "S1", ""},
		{[]string{topic, "{type: str, required: maybe}"}, "S1", ""},
		{[]string{topic, "{required: true}"}, "S1", ""},
		{[]string{topic, "str"}, "S1", ""},
		{[]string{topic, "{type: 5}"}, "S1", ""},
		{[]string{topic, "{type: text}"}, "T1", ""},
		{[]string{topic, `{type: " str "}`}, "", ""},
		{[]string{topic, `{type: "list[dict[str, int]]"}`}, "", ""},
		{[]string{topic, `{type: "list[list[list[int]]]"}`}, "", ""},
		{[]string{topic, `{type: "dict[str, dict[str, int]]"}`}, "T1", ""},
		{[]string{topic, `{type: "dict[str, list[int]]"}`}, "", ""},
		{[]string{topic, `{type: "dict[dict[str, int], bool]"}`}, "", ""},
		{[]string{topic, `{type: "dict[str]"}`}, "T1", ""},
		{[]string{topic, `{type: "list[]"}`}, "T1", ""},
		{[]string{topic, `{type: "list[string]"}`}, "T1", ""},
		{[]string{topic, `{type: "List[str]"}`}, "T1", ""},
		{[]string{topic, `{type: "str | None"}`}, "T1", ""},
		{[]string{topic, `{type: STR}`}, "T1", ""},
		{[]string{topic, `{type: ""}`}, "T1", ""},
		{[]string{topic, "{type: object}"}, "Q1", ""},
		{[]string{topic, "{type: object, schema: {}}"}, "Q1", ""},
		{[]string{topic, "{type: object, schema: {a: str, b: {type: 'list[int]', required: true}}}"}, "", ""},
		{[]string{topic, "{type: object, schema_: {a: str}}"}, "", ""},
		{[]string{topic, "{type: object, schema: {a: string}}"}, "T1", ""},
		{[]string{topic, "{type: object, schema: {a: {type: object}}}"}, "Q1", ""},
		{[]string{topic, "{type: object, schema: {a: {type: object, schema: {b: int}}}}"}, "", ""},
		{[]string{topic, "{type: object, schema: {a: {type: int, required: true, default: 1}}}"}, "S2", ""},
		{[]string{topic, "{type: object, schema: {a: 5}}"}, "Q1", ""},
		{[]string{"    topic: ", "    7: {type: str}\n    topic: "}, "S1", ""},
		{[]string{"    topic: ", "    on: {type: str}\n    topic: "}, "S1", ""},
		{[]string{"    topic: ", "    \"on\": {type: str}\n    topic: "}, "", "S1"}, // nothing uses it
		// Nodes
		{[]string{"id: write", "id: wríte", "to: write}", "to: wríte}", "from: write", "from: wríte"}, "", ""},
		{[]string{"id: write", "id: class", "to: write}", "to: class}", "from: write", "from: class"}, "", ""},
		{[]string{"id: write", "id: 2write", "to: write}", "to: 2write}", "from: write", "from: 2write"}, "I1", ""},
		{[]string{"id: write", "id: my write", "to: write}", "to: my write}", "from: write", "from: my write"}, "I1", ""},
		{[]string{"id: write", `id: ""`}, "E2 I1", ""},
		{[]string{"id: write", "id: 5"}, "E2 I1", ""},
		{[]string{"id: write", "id: x€y", "to: write}", "to: x€y}", "from: write", "from: x€y"}, "I1", ""},
		{[]string{"id: judge", "id: write"}, "E2 I2", ""},
		{[]string{"id: judge", "id: Write", "to: judge", "to: Write", "from: judge", "from: Write"}, "", ""},
		{[]string{"  - id: judge\n    prompt", "  - prompt"}, "E2 N1", ""},
		{[]string{"    prompt: " + asked + "\n", ""}, "N1", "S1"},
		{[]string{asked, `""`, "{state.draft}", "{draft} {topic} {items} {found} {info}"}, "", ""},
		{[]string{asked, ""}, "N1", "S1"},
		{[]string{"    output_schema: {type: str}\n", ""}, "N1", ""},
		{[]string{wroteOut, "outputs: []"}, "N1", ""},
		{[]string{wroteOut, "outputs: draft"}, "N1", ""},
		{[]string{wroteOut, "output: [draft]"}, "N1", "R4"},
		{[]string{wroteOut, "outputs: [draf]"}, "X1", ""},
		{[]string{wroteOut, "outputs: [draft, topic]"}, "O3", "S1"},
		{[]string{wroteOut, "outputs: [7]"}, "N1", ""},
		{[]string{"{type: str}\n    outputs", "{type: int}\n    outputs"}, "O4", ""},
		{[]string{"{type: str}\n    outputs", "{type: ' str'}\n    outputs"}, "O4", ""},
		{[]string{"{type: str}\n    outputs: [draft]", "{type: list}\n    outputs: [items]"}, "O4", ""},
		{[]string{"{type: str}\n    outputs: [draft]", "{type: 'list[str]'}\n    outputs: [items]"}, "", ""},
		{[]string{"{type: str}\n    outputs: [draft]", "{type: 'list[ str ]'}\n    outputs: [items]"}, "O4", ""},
		{[]string{"{type: str}\n    outputs", "str\n    outputs"}, "O1", ""},
		{[]string{"{type: str}\n    outputs", "{description: x}\n    outputs"}, "O1", ""},
		{[]string{"{type: str}\n    outputs", "{type: object, fields: []}\n    outputs"}, "O1", ""},
		{[]string{"{type: str}\n    outputs", "{type: object, fields: null}\n    outputs"}, "O1", ""},
		{[]string{"{type: str}\n    outputs", "{type: object, fields: [draft]}\n    outputs"}, "O1", ""},
		{[]string{"{type: str}\n    outputs", "{type: object, fields: [{name: draft}]}\n    outputs"}, "O1", ""},
		{[]string{"{type: str}\n    outputs", "{type: object, fields: [{name: draft, type: str, schema: {a: str}}]}\n    outputs"}, "", "R4"},
		{[]string{"{type: str}\n    outputs", "{type: str, fields: []}\n    outputs"}, "", ""},
		{[]string{"outputs: [score, done]", "outputs: [score]"}, "O2", ""},
		{[]string{"        - {name: done, type: bool}\n", ""}, "O2", ""},
		{[]string{"{name: done, type: bool}", "{name: done, type: str}"}, "O4", ""},
		{[]string{"{name: done, type: bool}", "{name: dune, type: bool}"}, "O2", ""},
		// Placeholders
		{[]string{asked, `"{ topic } {items} {found} {info}"`}, "P1", "S1"},
		{[]string{asked, `"{topic}} {} {items}{found}{info}"`}, "", ""},
		{[]string{asked, `"{topic.deeper.still} {state.items.x} {found}{info}"`}, "", ""},
		{[]string{asked, `"{state} {topic}{items}{found}{info}"`}, "P1", ""},
		{[]string{asked, `"{state.} {topic}{items}{found}{info}"`}, "P1", ""},
		{[]string{asked, `"{state.topik} {topic}{items}{found}{info}"`}, "P1", ""},
		{[]string{asked, `"{TOPIC} {topic}{items}{found}{info}"`}, "P1", ""},
		{[]string{asked, `"body {color: red} {topic}{items}{found}{info}"`}, "P1", ""},
		{[]string{asked, `"{who} {topic}{items}{found}{info}"` + "\n    inputs: {who: '{topic}'}"}, "", ""},
		{[]string{asked, `"{state.who} {topic}{items}{found}{info}"` + "\n    inputs: {who: '{topic}'}"}, "P1", ""},
		{[]string{asked, `"{who} {topic}{items}{found}{info}"` + "\n    inputs: {who: topic}"}, "", ""},
		{[]string{asked, `"{who} {topic}{items}{found}{info}"` + "\n    inputs: {who: '{nobody}'}"}, "Q2", ""},
		{[]string{asked, `"{who} {topic}{items}{found}{info}"` + "\n    inputs: {who: 7}"}, "N1", ""},
		{[]string{asked, `"{who} {topic}{items}{found}{info}"` + "\n    inputs: {who: '{who}'}"}, "Q2", ""},
		// Node settings
		{onNode("llm: {provider: openai, model: gpt-4o, temperature: 1, max_tokens: 1}"), "", ""},
		{onNode("llm: {provider: OpenAI}"), "L1", ""},
		{onNode("llm: {provider: mistral}"), "L1", ""},
		{onNode("llm: {provider: null, temperature: null}"), "", ""},
		{onNode("llm: {provider: 5}"), "L1", ""},
		{onNode("llm: {temperature: -0.1}"), "L2", ""},
		{onNode("llm: {temperature: 1.01}"), "L2", ""},
		{onNode("llm: {temperature: .nan}"), "L2", ""},
		{onNode("llm: {temperature: .inf}"), "L2", ""},
		{onNode("llm: {temperature: '0.5'}"), "", "L2"},
		{onNode("llm: {temperature: '1.5'}"), "L2", "L2"},
		{onNode("llm: {temperature: hot}"), "L2", ""},
		{onNode("llm: {max_tokens: 0}"), "L2", ""},
		{onNode("llm: {max_tokens: 100.0}"), "", "L2"},
		{onNode("llm: {max_tokens: 100.5}"), "L2", ""},
		{onNode("llm: {max_tokens: '100'}"), "", "L2"},
		{onNode("llm: {max_tokens: 1_000}"), "", ""},
		{onNode("llm: {model: 4}"), "L2", ""},
		{onNode("llm: gpt"), "L2", ""},
		{onNode("sandbox: {mode: docker, preset: max, timeout: 3600, network: {allow: [a]}}"), "", ""},
		{onNode("sandbox: {mode: podman}"), "B1", ""},
		{onNode("sandbox: {preset: huge}"), "B1", ""},
		{onNode("sandbox: {timeout: 0}"), "B1", ""},
		{onNode("sandbox: {timeout: 3601}"), "B1", ""},
		{onNode("sandbox: {timeout: 1:30}"), "", "YAML"},
		{onNode("sandbox: {timeout: 0100}"), "", "YAML"},
		{onNode("sandbox: {network: off}"), "", "YAML"},
		{onNode("sandbox: {network: none}"), "B1", ""},
		{onNode("memory: {enabled: true, default_scope: workflow, max_entries: 5}"), "", ""},
		{onNode("memory: {default_scope: global}"), "M1", ""},
		{onNode("memory: {default_scope: null}"), "M1", ""},
		{onNode("memory: {max_entries: many}"), "M1", ""},
		{onNode("memory: null"), "", ""},
		{onNode("tools: [web_search, {name: shell, on_error: continue, config: {a: 1}}]"), "", ""},
		{onNode("tools: [websearch]"), "Q4", ""},
		{onNode("tools: [{name: calculator}]"), "Q4", ""},
		{onNode("tools: [{on_error: fail}]"), "K1", ""},
		{onNode("tools: [{name: shell, on_error: retry}]"), "K1", ""},
		{onNode("tools: [{name: shell, on_error: null}]"), "K1", ""},
		{onNode("tools: web_search"), "K1", ""},
		{onNode("tools: [5]"), "K1", ""},
		{onNode("tools: []"), "", ""},
		{onNode("code: 5"), "N1", ""},
		{onNode("log_prompts: 'on'"), "", "N1"},
		{onNode("optimize: {enabled: true, max_demos: 2}"), "", ""},
		{onNode("mlflow: {experiment: 5}"), "G0m", ""},
		// Edges
		{[]string{toWrite, "{to: write}"}, "E0", ""},
		{[]string{toWrite, "{from_: START, to: write}"}, "", ""},
		{[]string{toWrite, "{from: 5, to: write}"}, "E0", ""},
		{[]string{toWrite, "{from: '', to: write}"}, "E2", ""},
		{[]string{toWrite, "{from: START}"}, "E1", ""},
		{[]string{toWrite, "{from: START, to: null}"}, "E1", ""},
		{[]string{toWrite, "{from: START, to: ''}"}, "E2", ""},
		{[]string{toWrite, "{from: START, to: write, routes: []}"}, "", ""},
		{[]string{toWrite, "{from: START, to: write, loop: null}"}, "", ""},
		{[]string{toWrite, "{from: START, to: '', routes: [{condition: {logic: default}, to: write}]}"}, "E1 E2", ""},
		{[]string{toWrite, "{from: start, to: write}"}, "E2", ""},
		{[]string{toWrite, "{from: Start, to: write}"}, "E2", ""},
		{[]string{toWrite, "{from: START, to: Write}"}, "E2", ""},
		{[]string{toWrite, "{from: START, to: [write]}"}, "E1f", ""},
		{[]string{toWrite, "{from: START, to: []}"}, "E1f", ""},
		{[]string{toWrite, "{from: START, to: [write, judge]}"}, "", ""},
		{[]string{toWrite, "{from: START, to: [write, write]}"}, "E1f", ""},
		{[]string{toWrite, "{from: START, to: [write, ' ']}"}, "E1f", ""},
		{[]string{toWrite, "{from: START, to: [write, nobody]}"}, "E2", ""},
		{[]string{toWrite, "START"}, "E1", ""},
		{[]string{toJudge, "{from: write, to: end}"}, "E2 G2", ""},
		{[]string{toJudge, "{from: write, to: judge}\n  - {from: END, to: write}"}, "", "E2"},
		{[]string{toJudge, "{from: write, to: judge}\n  - {from: judge, to: START}"}, "", "E1 E2"},
		{[]string{toJudge, "{from: write, to: judge}\n  - {from: judge, to: write}"}, "", "E1 G3"},
		{[]string{toJudge, "{from: write, to: [judge, write]}"}, "", "G3"},
		{[]string{toWrite, "{from: START, to: write}\n  - {from: START, to: write}"}, "G1", ""},
		{[]string{toWrite, "{from: write, to: END}"}, "G1 G2", ""},
		{[]string{toJudge, "{from: write, to: END}"}, "G2", ""},
		// Routes
		{[]string{`"default"}`, `"Default"}`}, "E3 Q3", ""},
		{[]string{`"default"}`, `" default"}`}, "E3 Q3", ""},
		{[]string{`"default"}`, `default}`}, "", ""},
		{[]string{`{condition: {logic: "default"}, to: END}`, `{condition: {logic: "default"}}`}, "E1", ""},
		{[]string{`{condition: {logic: "default"}, to: END}`, `{condition: default, to: END}`}, "E1", ""},
		{[]string{`{condition: {logic: "default"}, to: END}`, `{condition: {logic: yes}, to: END}`}, "E1", ""},
		{[]string{logic, `"state.scor > 0.8"`}, "E3s", ""},
		{[]string{logic, `"state.done"`}, "", ""},
		{[]string{logic, `"not state.done"`}, "", ""},
		{[]string{logic, `"state.draft == 'fine' and state.score >= 1"`}, "", ""},
		{[]string{logic, `"state.done or state.score != -1.5"`}, "", ""},
		{[]string{logic, `"(state.score > 0.5)"`}, "", ""},
		{[]string{logic, `"state.done == true"`}, "", ""},
		{[]string{logic, `"state.draft == fine"`}, "", "Q3"},
		{[]string{logic, `"state.done or state.score > 1 and state.done"`}, "", "Q3"},
		{[]string{logic, `"(state.score > 0.5) and state.done"`}, "Q3", ""},
		{[]string{logic, `"score > 0.8"`}, "Q3", ""},
		{[]string{logic, `"len(state.draft) > 5"`}, "Q3", ""},
		{[]string{logic, `"state.score = 1"`}, "Q3", ""},
		{[]string{logic, `"state.score === 1"`}, "Q3", ""},
		{[]string{logic, `"state.done && state.score"`}, "Q3", ""},
		{[]string{logic, `"not state.score > 1"`}, "Q3", ""},
		{[]string{logic, `"state.score > state.score"`}, "Q3", ""},
		{[]string{logic, `"state.draft in ['a']"`}, "Q3", ""},
		{[]string{logic, `"state.draft == 'salt and pepper'"`}, "Q3", ""},
		{[]string{logic, `""`}, "Q3", ""},
		{[]string{logic, `"state.done; import os"`}, "Q3", ""},
		{[]string{"done: {type", "evaluation_ok: {type", "name: done", "name: evaluation_ok", "score, done", "score, evaluation_ok", logic, `"state.evaluation_ok"`}, "Q3", ""},
		{[]string{logic, `7`}, "E1", ""},
		// Loops
		{[]string{toJudge, "{from: write, loop: {condition_field: done, exit_to: judge}}"}, "", ""},
		{[]string{toJudge, "{from: write, loop: {condition_field: draft, exit_to: judge}}"}, "E5", ""},
		{[]string{toJudge, "{from: write, loop: {condition_field: dune, exit_to: judge}}"}, "E5", ""},
		{[]string{toJudge, "{from: write, loop: {exit_to: judge}}"}, "E4", ""},
		{[]string{toJudge, "{from: write, loop: {condition_field: done, exit_to: nobody}}"}, "E2 G2", ""},
		{[]string{toJudge, "{from: write, loop: {condition_field: done}}"}, "G2", ""},
		{[]string{toJudge, "{from: write, loop: {condition_field: done, exit_to: null}}"}, "E4", ""},
		{[]string{toJudge, "{from: write, loop: {condition_field: done, exit_to: judge, max_iterations: 0}}"}, "E4", ""},
		{[]string{toJudge, "{from: write, loop: {condition_field: done, exit_to: judge, max_iterations: 101}}"}, "E4", ""},
		{[]string{toJudge, "{from: write, loop: {condition_field: done, exit_to: judge, max_iterations: 100}}"}, "", ""},
		{[]string{toJudge, "{from: write, loop: done}"}, "E4", ""},
		// Parallel
		{[]string{toJudge, "{from: write, parallel: {items_field: items, target_node: judge, collect_field: found}}"}, "", ""},
		{[]string{toJudge, "{from: write, parallel: {items_field: topic, target_node: judge, collect_field: found}}"}, "E6", ""},
		{[]string{toJudge, "{from: write, parallel: {items_field: items, target_node: judge, collect_field: info}}"}, "E6", ""},
		{[]string{toJudge, "{from: write, parallel: {items_field: itens, target_node: judge, collect_field: found}}"}, "E6", ""},
		{[]string{toJudge, "{from: write, parallel: {items_field: items, target_node: END, collect_field: found}}"}, "E2 G2", ""},
		{[]string{toJudge, "{from: write, parallel: {items_field: items, target_node: judge}}"}, "E1", ""},
		{[]string{toWrite, "{from: START, to: [write, judge]}", toJudge, "{from: write, parallel: {items_field: items, target_node: judge, collect_field: found}}"}, "E1f", ""},
		// Start
		{[]string{toWrite, "{from: START, loop: {condition_field: done, exit_to: write}}"}, "", ""},
		// The whole
		{atEnd("config: {llm: {provider: google}, execution: {timeout: 1, max_retries: 0}, observability: {logging: {level: debug}, mlflow: {artifact_level: full}}}"), "", ""},
		{atEnd("config: {execution: {timeout: 0}}"), "G0", ""},
		{atEnd("config: {execution: {max_retries: -1}}"), "G0", ""},
		{atEnd("config: {observability: {logging: {level: verbose}}}"), "G0", ""},
		{atEnd("config: {observability: {mlflow: {artifact_level: most}}}"), "G0", ""},
		{atEnd("config: {memory: {default_scope: all}}"), "M1", ""},
		{atEnd("config: {llm: {temperature: 2}}"), "L2", ""},
		{atEnd("config: {llm: {provider: bedrock}}"), "L1", ""},
		{atEnd("config: {ab_test: {experiment: e, run_count: 11, variants: []}}"), "G0m", ""},
		{atEnd("config: {ab_test: {run_count: 1}}"), "G0m", ""},
		{atEnd("config: {ab_test: {experiment: e, variants: [{name: a, prompt: b}]}}"), "", ""},
		{atEnd("config: {gates: {on_fail: stop}}"), "G0m", ""},
		{atEnd("config: {gates: {gates: [{max: 1}]}}"), "G0m", ""},
		{atEnd("config: []"), "G0", ""},
		{atEnd("config:"), "", ""},
		{atEnd("optimization: {max_demos: 0}"), "G0m", ""},
		{atEnd("memory: {default_scope: x}"), "M1", ""},
	} {
		content := changed(t, test.change...)
		result := Check([]byte(content))
		if got := strings.Join(rulesOf(result.Errors), " "); got != test.errors {
			t.Errorf("%q: errors of %q, not %q:%s", test.change, got, test.errors, show(result.Errors))
		}
		if got := rulesOf(result.Warnings); test.errors == "" && strings.Join(got, " ") != test.warns {
			t.Errorf("%q: warnings of %q, not %q:%s", test.change, got, test.warns, show(result.Warnings))
		} else if test.warns != "" && !slices.Contains(got, strings.Fields(test.warns)[0]) && test.errors == "" {
			t.Errorf("%q: no warning of %s", test.change, test.warns)
		}
	}
}
