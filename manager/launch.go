package manager

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"agents-tray/manager/envfile"
	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
)

// launch asks the guard to start a process. The service fails if its env_file cannot be read
// or its port is taken.
func (s *service) launch() {
	fromFile, err := s.readEnvFile()
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
	s.m.link.send(guard.Request{Start: s.order(fromFile)})
}

// order returns the request that starts the process. fromFile are the variables of its
// env_file, whose values stay as they are.
func (s *service) order(fromFile []string) *guard.Start {
	replace := placeholders(s.spec)
	start := &guard.Start{
		Service: s.spec.Name, Run: s.run, Needs: s.needs(),
		Path: s.spec.Program(), Dir: s.spec.Dir, Listen: s.spec.Listen, Match: s.spec.Ready.Log,
		Notify: s.spec.Ready.Notify, StopSignal: s.spec.StopSignal,
	}
	for _, argument := range s.spec.Command {
		start.Command = append(start.Command, replace.Replace(argument))
	}
	if _, set := os.LookupEnv("PYTHONUNBUFFERED"); !set { // else what a Python program prints may come minutes late
		start.Env = append(start.Env, "PYTHONUNBUFFERED=1")
	}
	start.Env = append(append(start.Env, s.m.options.Env...), fromFile...)
	for _, pair := range s.spec.Env { // these override the others
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

// envFileTimeout bounds reading an env_file, which may lie on a mount that hangs.
const envFileTimeout = 5 * time.Second

// readEnvFile returns the variables of the service's env_file, if it has one.
func (s *service) readEnvFile() ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), envFileTimeout)
	defer cancel()
	return ReadEnvFile(ctx, s.spec, s.m.options.Env)
}

// ReadEnvFile returns the variables of a service's env_file, none if it has none. A value
// can name variables of the service's own environment, which begins with env. The error is
// an *envfile.Error.
func ReadEnvFile(ctx context.Context, s spec.ServiceSpec, env []string) ([]string, error) {
	if s.EnvFile == "" {
		return nil, nil
	}
	path := s.EnvFile
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.Dir, path)
	}
	return envfile.Read(ctx, path, slices.Concat(s.Env, os.Environ(), env))
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
