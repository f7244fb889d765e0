package words

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"agents-tray/manager"
)

// constants are the values of a type's constants in package manager, by its source: a new one
// cannot be forgotten here.
func constants(t *testing.T, file, typeName string) []string {
	t.Helper()
	source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(source, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && fmt.Sprint(spec.Type) == typeName {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
		return true
	})
	if len(values) == 0 {
		t.Fatalf("%s has no constants of %s", file, typeName)
	}
	return values
}

// random fills every field with a value that can be told from all others, or, now and then,
// with none.
func random(value reflect.Value, r *rand.Rand, full bool) {
	if !full && r.IntN(3) == 0 {
		return
	}
	switch value.Kind() {
	case reflect.String:
		value.SetString(fmt.Sprintf("value%d", r.IntN(1_000_000)))
	case reflect.Int, reflect.Int64:
		value.SetInt(int64(1000 + r.IntN(1_000_000_000)))
	case reflect.Bool:
		value.SetBool(r.IntN(2) == 0)
	case reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
		random(value.Elem(), r, full)
	case reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 1+r.IntN(2), 2))
		for i := range value.Len() {
			random(value.Index(i), r, full)
		}
	case reflect.Struct:
		if value.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range value.NumField() {
			random(value.Field(i), r, full)
		}
	}
}

// whole reports whether nothing in a sentence is left to be filled in: no name in braces
// but {fd}, which the services file knows, no verb of fmt, no two spaces.
func whole(said string) bool {
	said = strings.ReplaceAll(said, " ({fd})", "")
	return !strings.ContainsAny(said, "{}%") && !strings.Contains(said, "  ") && said == strings.TrimSpace(said) && !strings.Contains(said, "()")
}

// Every kind of problem, with whatever is known of it, gives whole sentences in every
// language, and other ones in each.
func TestEveryKindIsSaidInEveryLanguage(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	kinds, answers := constants(t, "../problem.go", "Kind"), constants(t, "../answer.go", "AnswerKind")
	proofs, reasons := constants(t, "../problem.go", "Proof"), constants(t, "../problem.go", "LeftReason")
	for _, kind := range kinds {
		if _, known := find(&manager.Problem{Kind: manager.Kind(kind)}); !known {
			t.Errorf("nothing is said of %s", kind)
		}
		for round := range 100 {
			var p manager.Problem
			random(reflect.ValueOf(&p).Elem(), r, round%2 == 0)
			p.Kind, p.Title, p.Prose = manager.Kind(kind), "Model server", manager.Prose{}
			p.Proof = manager.Proof(proofs[r.IntN(len(proofs))])
			if p.Answer != nil {
				p.Answer.Kind = manager.AnswerKind(answers[r.IntN(len(answers))])
			}
			if p.Exit != nil {
				p.Exit.Words = ""
			}
			for i := range p.Left {
				p.Left[i].Why = manager.LeftReason(reasons[r.IntN(len(reasons))])
			}
			var summaries []string
			for language := range Language(Languages) {
				said := language.Problem(&p)
				summaries = append(summaries, said.Summary)
				if said.Summary == "" {
					t.Fatalf("%s says nothing of %v", kind, &p)
				}
				if round%2 == 0 { // else a value may be missing in the middle
					for _, sentence := range []string{said.Summary, said.Cause, said.Advice} {
						if !whole(sentence) {
							t.Fatalf("%s: %q is not whole", kind, sentence)
						}
					}
				}
			}
			if summaries[English] == summaries[German] {
				t.Errorf("%s: %q is said in both languages", kind, summaries[English])
			}
		}
	}
}

// What is known of a problem is said in every language.
func TestWhatIsKnownIsSaid(t *testing.T) {
	exit := &manager.Exit{Code: 77}
	for _, test := range []struct {
		problem manager.Problem
		fields  []string
	}{
		{manager.Problem{Kind: manager.PortHeld, Port: 7860, FreePort: 7862, Holder: &manager.Process{Name: "node", PID: 812}}, []string{"7860", "node", "812", "7862"}},
		{manager.Problem{Kind: manager.PortHeld, Port: 7860, Holder: &manager.Process{User: "root"}}, []string{"7860", "root"}},
		{manager.Problem{Kind: manager.PortHeld, Port: 7860, FreePort: 7862}, []string{"7860", "7862"}},
		{manager.Problem{Kind: manager.PortHeld, Port: 7861, FreePort: 7862, Holder: &manager.Process{Name: "python3", PID: 812, Platform: true}}, []string{"7861", "812", "7862", "Python", "init --python"}},
		{manager.Problem{Kind: manager.PortHeld, Port: 11434, Own: true, Holder: &manager.Process{Name: "ollama", PID: 812}}, []string{"11434", "812", "health"}},
		{manager.Problem{Kind: manager.PortBusy, Port: 7860}, []string{"7860"}},
		{manager.Problem{Kind: manager.NotFound, Path: "mlflow", Searched: "/usr/bin:/bin"}, []string{"mlflow", "/usr/bin:/bin"}},
		{manager.Problem{Kind: manager.NotFound, Detail: "exec: no-such"}, []string{"no-such"}},
		{manager.Problem{Kind: manager.NotExecutable, Path: "/opt/run", Detail: "exec format error"}, []string{"/opt/run", "exec format error"}},
		{manager.Problem{Kind: manager.NotExecutable, Path: "/opt/run", Expected: `/bin/sh\r`}, []string{"/opt/run", `/bin/sh\r`, "Windows"}},
		{manager.Problem{Kind: manager.NotExecutable, Path: "/opt/run", Foreign: true}, []string{"/opt/run", "#!/bin/sh"}},
		{manager.Problem{Kind: manager.NoFolder, Path: "/srv/gone"}, []string{"/srv/gone"}},
		{manager.Problem{Kind: manager.NoFolder, Path: "/srv/closed", Detail: "permission denied"}, []string{"/srv/closed", "permission denied"}},
		{manager.Problem{Kind: manager.PathHangs, Path: "/srv/gone", Waited: 5 * time.Second}, []string{"/srv/gone", "5 s"}},
		{manager.Problem{Kind: manager.NoAddress, Expected: "10.0.0.5:80"}, []string{"10.0.0.5:80", "listen"}},
		{manager.Problem{Kind: manager.NoAddress, Expected: "10.0.0.5:80", Waited: time.Minute}, []string{"10.0.0.5:80", "1 min", "listen"}},
		{manager.Problem{Kind: manager.EnvFile, Path: "/srv/.env", Line: 12, Detail: "unexpected character"}, []string{"/srv/.env", "12", "unexpected character"}},
		{manager.Problem{Kind: manager.EnvFile, Path: "/srv/.env", Missing: true}, []string{"/srv/.env"}},
		{manager.Problem{Kind: manager.EnvFile, Path: "/srv/.env", Waited: 2 * time.Second}, []string{"/srv/.env", "2 s"}},
		{manager.Problem{Kind: manager.EnvTooLarge, Size: 2_300_000}, []string{"2300 kB"}},
		{manager.Problem{Kind: manager.EnvTooLarge, Size: 200_000, Variable: "CERTIFICATE"}, []string{"200 kB", "CERTIFICATE"}},
		{manager.Problem{Kind: manager.CrashLoop, Exit: exit}, []string{"77"}},
		{manager.Problem{Kind: manager.FailedOnce, Exit: exit}, []string{"77"}},
		{manager.Problem{Kind: manager.Background, Exit: exit, Left: []manager.Left{{Process: manager.Process{Name: "nginx"}}}}, []string{"77", "nginx"}},
		{manager.Problem{Kind: manager.BindsItself, Exit: exit, Expected: "127.0.0.1:9000"}, []string{"77", "127.0.0.1:9000", "listen:", "{fd}"}},
		{manager.Problem{Kind: manager.NotReady, Waited: 30 * time.Second, Proof: manager.ProofTCP, Expected: "127.0.0.1:9000", Answer: &manager.Answer{Kind: manager.AnswerStatus, Status: "503 Busy"}}, []string{"30 s", "127.0.0.1:9000", "503 Busy", "ready.timeout"}},
		{manager.Problem{Kind: manager.NotReady, Waited: 30 * time.Second, Proof: manager.ProofLog, Expected: "is ready"}, []string{"30 s", "is ready"}},
		{manager.Problem{Kind: manager.Elsewhere, Expected: "127.0.0.1:9000", Field: "url", Seen: []string{"127.0.0.1:8000", "[::1]:8000"}}, []string{"127.0.0.1:9000", "url", "127.0.0.1:8000", "[::1]:8000"}},
		{manager.Problem{Kind: manager.Elsewhere, Expected: "127.0.0.1:9000", Field: "listen", Seen: []string{"127.0.0.1:8000", "[::1]:8000"}}, []string{"127.0.0.1:9000", "listen:", "url: http://127.0.0.1:8000 ", "[::1]:8000", "{fd}"}},
		{manager.Problem{Kind: manager.NotReady, Answer: &manager.Answer{Kind: manager.AnswerNotHTTP, Detail: "SSH-2.0"}}, []string{"HTTP", "SSH-2.0"}},
		{manager.Problem{Kind: manager.NotReady, Answer: &manager.Answer{Kind: manager.AnswerNoHost, Detail: "gpu-box"}}, []string{"gpu-box"}},
		{manager.Problem{Kind: manager.NotReady, Answer: &manager.Answer{Kind: manager.AnswerUntrusted, Detail: "x509: expired"}}, []string{"x509: expired"}},
		{manager.Problem{Kind: manager.Unhealthy, Answer: &manager.Answer{Kind: manager.AnswerStranger, Port: 7860, Holder: &manager.Process{Name: "node", PID: 812}}}, []string{"7860", "node", "812"}},
		{manager.Problem{Kind: manager.Unhealthy, Answer: &manager.Answer{Kind: manager.AnswerNoPing, Waited: 10 * time.Second}}, []string{"10 s"}},
		{manager.Problem{Kind: manager.Unhealthy, Answer: &manager.Answer{Kind: manager.AnswerStranger, Port: 7860, Holder: &manager.Process{User: "root"}}}, []string{"7860", "root"}},
		{manager.Problem{Kind: manager.CannotFork, Detail: "resource temporarily unavailable"}, []string{"resource temporarily"}},
		{manager.Problem{Kind: manager.GuardFailed, Detail: "its earlier run has not ended"}, []string{"ts earlier run"}},
		{manager.Problem{Kind: manager.CannotFork, Detail: "resource temporarily unavailable", Waited: time.Minute}, []string{"resource temporarily", "1 min"}},
		{manager.Problem{Kind: manager.NoGuard, Detail: "no memory", Waited: time.Minute}, []string{"no memory", "1 min"}},
		{manager.Problem{Kind: manager.NoGuard, Detail: "exit status 2"}, []string{"exit status 2"}},
		{manager.Problem{Kind: manager.LeftRunning, Left: []manager.Left{{Process: manager.Process{Name: "sudo", PID: 812, User: "root"}, Why: manager.NotPermitted}}}, []string{"sudo", "812", "root"}},
	} {
		if test.problem.Kind != manager.NoGuard {
			test.problem.Title = "Model server"
		}
		for language := range Language(Languages) {
			report := language.Report(&test.problem)
			for _, field := range test.fields {
				if !strings.Contains(report, field) {
					t.Errorf("%s: %q does not tell of %q", test.problem.Kind, report, field)
				}
			}
		}
	}
}

// A process that was left is named with its number and its user, and why.
func TestWhatIsLeftIsNamed(t *testing.T) {
	for _, why := range constants(t, "../problem.go", "LeftReason") {
		left := manager.Left{Process: manager.Process{Name: "sudo", PID: 812, User: "root"}, Why: manager.LeftReason(why), Detail: "operation not permitted"}
		for language := range Language(Languages) {
			said := language.Left(left)
			for _, field := range []string{"sudo", "812", "root", "operation not permitted"} {
				if !strings.Contains(said, field) {
					t.Errorf("%s: %q does not tell of %q", why, said, field)
				}
			}
		}
	}
	if got, want := English.Left(manager.Left{Why: manager.NotSeen, Detail: "permission denied"}), "What still runs is not known: the system's processes could not be looked at (permission denied)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Problems of other versions are told in their words: an older one sends no fields, a newer
// one kinds that are not known here.
func TestProblemsOfOtherVersions(t *testing.T) {
	for _, p := range []manager.Problem{
		{Kind: manager.PortHeld, FreePort: 7862, Prose: manager.Prose{Summary: "Port 7860 is taken by node (pid 812)", Advice: "Stop node"}},
		{Kind: "of-the-future", Title: "Chat", Prose: manager.Prose{Summary: "Chat has met the future", Cause: "It came"}},
	} {
		for language := range Language(Languages) {
			if got := language.Problem(&p); got != p.Prose {
				t.Errorf("%+v", got)
			}
		}
	}
	p := manager.Problem{Kind: manager.CrashLoop, Title: "Chat", Exit: &manager.Exit{Code: 1}, Prose: manager.Prose{Summary: "Chat keeps crashing"}}
	if got := German.Problem(&p).Summary; got != "Chat stürzt immer wieder ab" {
		t.Errorf("%q", got)
	}
}
