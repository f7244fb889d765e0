package manager

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"agents-tray/manager/guard"
	"agents-tray/manager/spec"
)

// prepareTimeout bounds what is read, looked at and asked for before a start: a drive may hang, or
// a name server.
const prepareTimeout = 5 * time.Second

// start begins a run. Its env_file is read, and its folder, program, address and port looked at,
// beside the owner; without any of these the guard is asked at once.
func (s *service) start() {
	s.runs++
	if s.spec.Watched() {
		s.watch()
		return
	}
	r := &run{number: s.runs, port: s.port(), listen: s.spec.Listen, needs: s.spec.DependsOn}
	s.run = r
	described, address := s.spec, s.address()
	if !needsLook(described) && address == "" {
		r.cancel = func() {}
		s.order(nil)
		return
	}
	ctx := s.beside(r)
	outside, guardPID, strict := s.m.outside, s.m.link.pid(), s.suspect
	go func() {
		ctx, cancel := context.WithTimeout(ctx, prepareTimeout)
		defer cancel()
		env, err := outside.prepare(ctx, described)
		var listen string
		var unknown error
		var port portState
		if err == nil {
			listen, unknown = outside.resolve(ctx, described.Listen)
		}
		if err == nil && address != "" {
			port = outside.port(ctx, address, strict, guardPID)
		}
		s.m.post(func() {
			switch {
			case s.run != r || r.stage != preparing || r.ending:
			case err != nil:
				s.dropRun()
				s.fail(unpreparedProblem(s.spec.Title, err))
				s.awaitAppearance()
			case unknown != nil:
				s.noAddress()
			case port.taken:
				s.portTaken(port)
			default:
				s.suspect, r.listen = false, listen
				s.order(env)
			}
		})
	}()
}

// beside returns a context for what is done for a run beside the owner. It ends with the next
// such thing, and with the run.
func (s *service) beside(r *run) context.Context {
	if r.cancel != nil {
		r.cancel()
	}
	ctx, cancel := context.WithCancel(s.m.ctx)
	r.cancel = cancel
	return ctx
}

// address is what the service binds itself, "" if nothing is known of that. A port that is
// handed over is bound by the guard, which refuses the start if it is taken.
func (s *service) address() string {
	if field, address := s.spec.OwnAddress(); field != "listen" {
		return address
	}
	return ""
}

// order asks the guard to start the process.
func (s *service) order(env []string) {
	request := s.request(env)
	for _, pair := range env {
		if value, ok := strings.CutPrefix(pair, "PATH="); ok {
			s.run.path = &value
		}
	}
	s.run.stage, s.run.command = ordered, s.addresses()
	s.run.size, s.run.largest = sizeOf(request)
	s.m.link.send(guard.Request{Start: request})
}

// request is the request that starts the process. env are the variables of its env_file, whose
// values stay as they are.
func (s *service) request(env []string) *guard.Start {
	start := &guard.Start{
		Service: s.spec.Name, Run: s.run.number, Needs: s.needs(),
		Path: s.spec.Program(), Dir: s.spec.Dir, Listen: s.run.listen, Match: s.spec.Ready.Log,
		Notify: s.spec.Ready.Notify, StopSignal: s.spec.StopSignal, StopTimeout: s.spec.StopTimeout,
		OpenInput: s.spec.Stdin == spec.StdinOpen,
	}
	replace := s.placeholders()
	for _, argument := range s.spec.Command {
		start.Command = append(start.Command, s.m.present(replace.Replace(argument)))
	}
	if _, set := os.LookupEnv("PYTHONUNBUFFERED"); !set { // else what a Python program prints may come minutes late
		start.Env = append(start.Env, "PYTHONUNBUFFERED=1")
	}
	if s.byLoginPath {
		start.Env = append(start.Env, "PATH="+s.m.login.paths())
	}
	start.Env = append(append(start.Env, s.m.options.Env...), env...)
	for _, pair := range s.spec.Env { // these override the others
		start.Env = append(start.Env, s.m.present(replace.Replace(pair)))
	}
	if s.spec.Health.Notify {
		start.Notify, start.Watchdog = true, s.spec.Health.Interval
	}
	if s.spec.Builtin != "" {
		start.Path, start.Lifeline, start.BothLoopbacks = s.m.options.Guard.Path, true, true
	} else {
		start.ListenPID = !slices.ContainsFunc(s.spec.Command, func(a string) bool { return strings.Contains(a, "{fd}") })
	}
	if s.m.options.LogFolder != "" {
		start.Log = s.log()
	}
	return start
}

// mostOfOne is how large an argument or a variable may be on Linux, in bytes with its NUL.
const mostOfOne = 128 << 10

// sizeOf is how large a command and its environment are together, in bytes, or the variable
// that alone is too large for the system, if there is one.
func sizeOf(start *guard.Start) (size int, variable string) {
	for _, pair := range start.Env {
		if name, _, ok := strings.Cut(pair, "="); ok && len(pair) >= mostOfOne && runtime.GOOS == "linux" {
			return len(pair), name
		}
	}
	for _, text := range slices.Concat(start.Command, start.Env) {
		size += len(text)
	}
	return size, ""
}

// log is the file that its output is written to, "" if there is none.
func (s *service) log() string {
	if s.m.options.LogFolder == "" {
		return ""
	}
	return filepath.Join(s.m.options.LogFolder, s.spec.Name+".log")
}

// placeholders returns the replacements for {listen}, {host}, {port} and {fd}.
func (s *service) placeholders() *strings.Replacer {
	if s.spec.Listen == "" {
		return strings.NewReplacer()
	}
	host, port, _ := net.SplitHostPort(s.spec.Listen) // Validate has seen it
	return strings.NewReplacer("{listen}", s.spec.Listen, "{host}", host, "{port}", port, "{fd}", fmt.Sprint(guard.HandedDescriptor))
}

// addresses are the command and the environment of the service, with the addresses that
// other services have now.
func (s *service) addresses() string {
	return s.m.present(strings.Join(slices.Concat(s.spec.Command, s.spec.Env), "\x00"))
}

// present returns text with the addresses of services that were moved replaced by those that
// they have now.
func (m *Manager) present(text string) string {
	for old, now := range m.moved {
		var replaced strings.Builder
		rest := text
		for {
			before, after, found := strings.Cut(rest, old)
			replaced.WriteString(before)
			if !found {
				break
			}
			if after != "" && after[0] >= '0' && after[0] <= '9' { // the beginning of another port
				replaced.WriteString(old)
			} else {
				replaced.WriteString(now)
			}
			rest = after
		}
		text = replaced.String()
	}
	return text
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
