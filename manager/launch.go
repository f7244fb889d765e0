package manager

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/go-envparse"

	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
)

// launch asks the guard to start a process. The service fails if its env_file cannot be read
// or its port is taken.
func (s *service) launch() {
	env, err := environment(s.spec)
	if err != nil {
		s.fail(envFileProblem(s.spec.Title, err))
		return
	}
	if s.portTaken() {
		s.fail(portProblem(s.spec, s.m.ports()))
		return
	}
	s.run++
	s.present = true
	s.state = Starting
	s.fault = nil
	s.status = ""
	s.m.link.send(guard.Request{Start: s.order(env)})
}

// order returns the request that starts the process.
func (s *service) order(env []string) *guard.Start {
	replace := placeholders(s.spec)
	start := &guard.Start{
		Service: s.spec.Name, Run: s.run, Needs: s.needs(),
		Path: s.spec.Program(), Dir: s.spec.Dir, Listen: s.spec.Listen, Match: s.spec.Ready.Log,
		Notify: s.spec.Ready.Notify, StopSignal: s.spec.StopSignal, StopTimeout: s.spec.StopTimeout,
		OpenInput: s.spec.Stdin == spec.StdinOpen,
	}
	for _, argument := range s.spec.Command {
		start.Command = append(start.Command, replace.Replace(argument))
	}
	for _, pair := range slices.Concat(s.m.options.Env, env) {
		start.Env = append(start.Env, replace.Replace(pair))
	}
	if s.spec.Health.Notify {
		start.Notify, start.Watchdog = true, s.spec.Health.Interval
	}
	if s.spec.Builtin != "" {
		start.Path, start.Lifeline = s.m.options.Guard.Path, true
	} else {
		start.ListenPID = !slices.ContainsFunc(s.spec.Command, func(a string) bool { return strings.Contains(a, "{fd}") })
	}
	if s.m.options.LogFolder != "" {
		start.Log = filepath.Join(s.m.options.LogFolder, s.spec.Name+".log")
	}
	return start
}

// placeholders returns the replacements for {listen}, {host}, {port} and {fd}.
func placeholders(s spec.ServiceSpec) *strings.Replacer {
	if s.Listen == "" {
		return strings.NewReplacer()
	}
	host, port, _ := net.SplitHostPort(s.Listen) // Validate has seen it
	return strings.NewReplacer("{listen}", s.Listen, "{host}", host, "{port}", port, "{fd}", fmt.Sprint(guard.HandedDescriptor))
}

// environment returns the variables of EnvFile followed by those of Env, which override them.
func environment(s spec.ServiceSpec) ([]string, error) {
	if s.EnvFile == "" {
		return s.Env, nil
	}
	path := s.EnvFile
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.Dir, path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	values, err := envparse.Parse(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var env []string
	for name, value := range values {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	return append(env, s.Env...), nil
}

// needs returns the services that must not be stopped before this one: its dependencies,
// and theirs.
func (s *service) needs() []string {
	var needs []string
	var visit func(*service)
	visit = func(on *service) {
		for _, dep := range on.spec.Dependencies() {
			if on.spec.DependsOn[dep] != spec.ConditionCompleted && !slices.Contains(needs, dep) {
				needs = append(needs, dep)
				visit(s.m.byName[dep])
			}
		}
	}
	visit(s)
	return needs
}

// portTaken reports whether the port that the service binds itself is in use. A port that is
// handed over is bound by the guard, which refuses the start then.
func (s *service) portTaken() bool {
	field, address := s.spec.OwnAddress()
	if field == "" || field == "listen" {
		return false
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return guard.IsAddressInUse(err)
	}
	listener.Close()
	return false
}
