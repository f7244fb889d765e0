package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"agents-tray/manager/spec"
)

// keys are what the file may say of a service.
func (s *service) keys() keys {
	return keys{
		{"title", text(&s.Title)},
		{"command", command(&s.Command)},
		{"builtin", oneOf(&s.builtin, "dashboard", "chat")},
		{"dir", expanded(&s.Dir)},
		{"env", environment(&s.Env)},
		{"env_file", expanded(&s.EnvFile)},
		{"listen", expanded(&s.Listen)},
		{"url", expanded(&s.URL)},
		{"ready", mapping(append(check(&s.Ready.Check), keys{
			{"log", text(&s.Ready.Log)},
			{"notify", boolean(&s.Ready.Notify)},
			{"timeout", duration(&s.Ready.Timeout)},
		}...))},
		{"health", mapping(append(check(&s.Health.Check), keys{
			{"notify", boolean(&s.Health.Notify)},
			{"interval", duration(&s.Health.Interval)},
			{"timeout", duration(&s.Health.Timeout)},
			{"failures", number(&s.Health.Failures, 1, 1000)},
		}...))},
		{"restart", restart(&s.Restart)},
		{"depends_on", dependencies(&s.DependsOn)},
		{"stop", mapping(keys{
			{"signal", signal(&s.StopSignal)},
			{"timeout", duration(&s.StopTimeout)},
		})},
		{"stdin", oneOf(&s.Stdin, spec.StdinOpen, spec.StdinEmpty)},
		{"optional", boolean(&s.Optional)},
		{"open", boolean(&s.Open)},
	}
}

func check(c *spec.Check) keys {
	return keys{
		{"http", text(&c.HTTP)},
		{"status", number(&c.Status, 100, 599)},
		{"body", text(&c.Body)},
		{"tcp", text(&c.TCP)},
	}
}

// restart reads a policy, alone or with its figures.
func restart(r *spec.Restart) func(value) {
	policy := oneOf(&r.Policy, spec.RestartAlways, spec.RestartOnFailure, spec.RestartNever)
	full := mapping(keys{
		{"policy", policy},
		{"delay", durationFrom(0, &r.Delay)},
		{"max_delay", duration(&r.MaxDelay)},
		{"give_up", giveUp(r)},
		{"good_run", duration(&r.GoodRun)},
	})
	return func(v value) {
		if _, ok := v.node.(*ast.MappingNode); ok {
			full(v)
		} else {
			policy(v)
		}
	}
}

// giveUp reads "5 in 60s", or "never".
func giveUp(r *spec.Restart) func(value) {
	return func(v value) {
		read, ok := scalar(v.node)
		if read == "never" {
			r.GiveUp = -1
			return
		}
		count, window, _ := strings.Cut(read, " in ")
		exits, err := strconv.Atoi(strings.TrimSpace(count))
		within, noTime := time.ParseDuration(strings.TrimSpace(window))
		if !ok || err != nil || noTime != nil || exits < 1 || within <= 0 {
			v.expected(spec.ARate)
			return
		}
		r.GiveUp, r.Window = exits, within
	}
}

// dependencies reads names, each with a condition, or in a list for those to be ready.
func dependencies(into *map[string]spec.Condition) func(value) {
	return func(v value) {
		read := map[string]spec.Condition{}
		if list, ok := v.node.(*ast.SequenceNode); ok {
			for _, node := range list.Values {
				var name string
				text(&name)(value{v.document, node, v.path})
				if _, ok := scalar(node); !ok {
					continue
				}
				read[name] = spec.ConditionReady
				v.keys[v.path+"."+name] = start(node)
			}
		} else {
			for _, e := range v.entries(spec.Expected, "{what}", spec.Wrong(spec.AListOfServices)) {
				var condition spec.Condition
				oneOf(&condition, spec.ConditionStarted, spec.ConditionReady, spec.ConditionCompleted)(e.value)
				read[e.name] = condition
			}
		}
		*into = read
	}
}

// environment reads a mapping of names to values.
func environment(into *[]string) func(value) {
	return func(v value) {
		for _, e := range v.entries(spec.Expected, "{what}", spec.Wrong(spec.AnEnvironment)) {
			if strings.Contains(e.name, "=") {
				e.faultAt(e.at, spec.EqualsInName)
			}
			var read string
			expanded(&read)(e.value)
			*into = append(*into, e.name+"="+read)
		}
	}
}

// signal reads the name of a signal, with or without its SIG.
func signal(into *string) func(value) {
	return func(v value) {
		text(into)(v)
		*into = strings.TrimPrefix(*into, "SIG")
	}
}
