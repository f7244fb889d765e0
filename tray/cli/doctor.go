package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/manager/control"
	"agents-tray/manager/disk"
	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/inspect"
	"agents-tray/manager/spec"
	"agents-tray/manager/words"
	"agents-tray/tray"
	"agents-tray/tray/instance"
	"agents-tray/tray/open"
)

// doctorCommand looks at the computer: at all that the program needs of it. It changes and
// starts nothing.
func doctorCommand(release string) *cobra.Command {
	var options config.Options
	var asJSON bool
	command := &cobra.Command{
		Use: "doctor", Short: "Look at this computer for what keeps the program from working", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			language := words.System()
			if asJSON {
				language = words.English // it is for programs
			}
			findings := examine(command.Context(), language, options, version(release))
			var err error
			if asJSON {
				err = writeFindings(command.OutOrStdout(), findings)
			} else {
				printFindings(command.OutOrStdout(), language, findings)
			}
			for _, f := range findings {
				if f.Level == words.Wrong && err == nil {
					command.SilenceErrors = true
					err = errors.New("something is wrong") // it stands above
				}
			}
			return err
		},
	}
	configFlag(command, &options)
	command.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return command
}

// examine returns what there is to know. The mistakes in the services file are in a language.
func examine(ctx context.Context, language words.Language, options config.Options, version string) []words.Finding {
	var found []words.Finding
	add := func(level words.Level, kind words.FindingKind, values ...string) {
		found = append(found, words.Finding{Kind: kind, Level: level, Values: values})
	}
	add(words.Fine, words.FoundVersion, "{version}", version, "{system}", runtime.GOOS+"/"+runtime.GOARCH)
	services, err := checkServices(ctx, options)
	if err != nil {
		kind, said := words.FoundUnread, config.Explain(err, language)
		if errors.As(err, new(*config.Mistakes)) {
			kind = words.FoundMistakes
		} else if errors.As(err, new(*config.Unusable)) {
			said = instance.Mistakes(language, err, "")
		}
		add(words.Wrong, kind, "{mistakes}", said)
		services, _ = config.Services(options, config.Locate()) // those that can run all the same; none if the file is wrong
	} else {
		var names []string
		for _, s := range services {
			names = append(names, s.Name)
		}
		add(words.Fine, words.FoundServices, "{names}", strings.Join(names, ", "))
	}
	status, err := currentStatus(ctx)
	running := !errors.Is(err, control.ErrNotRunning)
	switch {
	case err == nil:
		add(words.Fine, words.FoundRunning, "{pid}", strconv.Itoa(status.PID), "{version}", status.Version)
	case running:
		add(words.Wrong, words.FoundSilent)
	default:
		add(words.Fine, words.FoundNotRunning)
	}
	folders := config.Locate()
	for _, folder := range []struct {
		path    string
		purpose config.Purpose
	}{{folders.Config, config.ForSettings}, {folders.State, config.ForState}, {folders.Logs(), config.ForState}, {folders.Runtime, config.ForSockets}} {
		if _, err := os.Stat(filepath.Dir(folder.path)); folder.purpose == config.ForSockets && err != nil {
			continue // without a login there is none, and none is made
		}
		level, kind, detail := examineFolder(language, folder.path, folder.purpose)
		add(level, kind, "{path}", folder.path, "{detail}", detail)
	}
	for _, s := range services {
		if level, kind, values := examinePort(language, s, status); kind != "" {
			add(level, kind, values...)
		}
	}
	examineDesktop(add)
	if !running { // those of a running instance are its own
		if left := proctree.Left(earlierSessions(ctx, folders)); len(left) > 0 {
			add(words.Worth, words.FoundLeft, "{pids}", strings.Trim(fmt.Sprint(left), "[]"))
		} else {
			add(words.Fine, words.FoundNothingLeft)
		}
	}
	return found
}

// earlierSessions are those of which the next start ends what is left: the latest, and those
// that have left a journal.
func earlierSessions(ctx context.Context, folders config.Folders) (marks []string) {
	if past, err := openHistory(ctx, folders); err == nil {
		sessions, _ := past.sessions(1) // without the record the journals tell
		for _, s := range sessions {
			marks = append(marks, s.ID)
		}
		past.close()
	}
	for _, journal := range proctree.Journals(folders.Journals(), "") {
		mark, _, _ := strings.Cut(filepath.Base(journal), ".")
		marks = append(marks, mark)
	}
	return marks
}

// probeSize is what a folder must take: a block, for which a full disk has no room.
const probeSize = 4 << 10

func examineFolder(language words.Language, path string, purpose config.Purpose) (words.Level, words.FindingKind, string) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return words.Fine, words.FoundNoFolder, ""
	}
	if err == nil {
		err = disk.Probe(path, probeSize)
	}
	err = disk.Cause(err)
	switch u := config.NewUnusable(purpose, path, err); {
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EROFS):
		return words.Wrong, words.FoundNoRoom, language.Cause(err)
	case err != nil && u.Owner != "":
		return words.Wrong, words.FoundForeign, instance.Mistakes(language, u, "")
	case err != nil:
		return words.Wrong, words.FoundUnwritable, language.Cause(err)
	case purpose == config.ForSettings:
		return words.Fine, words.FoundFolder, "" // what the user writes may be for others
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return words.Worth, words.FoundOpenFolder, ""
	}
	return words.Fine, words.FoundFolder, ""
}

// examinePort looks at the port of a service; the kind is empty if it has none here.
func examinePort(language words.Language, s spec.ServiceSpec, now control.Status) (words.Level, words.FindingKind, []string) {
	_, address := s.OwnAddress()
	port := spec.Port(address)
	if port == 0 || s.Watched() {
		return "", "", nil
	}
	service, running := now.Service(s.Name)
	if running && service.Address != "" { // options, or a choice in the menu, may have put it there
		address, port = service.Address, spec.Port(service.Address)
	}
	title := s.WithDefaults().Title
	values := []string{"{port}", strconv.Itoa(port), "{service}", title}
	listener, err := net.Listen("tcp", address)
	if err == nil {
		listener.Close()
		return words.Fine, words.FoundPortFree, values
	}
	if errors.Is(err, os.ErrPermission) {
		return words.Wrong, words.FoundPortDenied, values
	}
	holder := portHolder(address)
	if isOwnPort(holder, service, now.PID) {
		return words.Fine, words.FoundPortOurs, values
	}
	kind := words.FoundPortTaken
	switch {
	case holder.Platform:
		kind = words.FoundPlatform
	case service.State != "" && !service.State.Idle() && service.State != manager.Ready:
		kind = words.FoundPortAwaited
	}
	return words.Wrong, kind, append(values, "{holder}", language.Holder(holder))
}

// portHolder is who listens at an address, as far as that is seen.
func portHolder(address string) manager.Process {
	at, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return manager.Process{}
	}
	found := inspect.PortHolder(netip.AddrPortFrom(at.AddrPort().Addr().Unmap(), at.AddrPort().Port()))
	return manager.Process{Name: found.Name, PID: found.PID, User: found.User, Platform: manager.IsPlatform(found.PID)}
}

// isOwnPort reports whether it is a service of the running instance, whose process is pid, that
// has its port: the holder was started there, or, where that cannot be seen, the service runs
// and nothing is wrong with it.
func isOwnPort(holder manager.Process, service manager.Service, pid int) bool {
	if holder.PID != 0 && runtime.GOOS == "linux" { // elsewhere nobody's ancestors are known
		return pid != 0 && inspect.DescendsFrom(holder.PID, pid)
	}
	return service.PID != 0 && service.Problem == nil
}

func examineDesktop(add func(words.Level, words.FindingKind, ...string)) {
	session, icons, messages := tray.Diagnose()
	if !session {
		add(words.Worth, words.FoundNoBus)
		return
	}
	add(words.Fine, words.FoundBus)
	for _, part := range []struct {
		there          bool
		found, missing words.FindingKind
	}{{icons, words.FoundTray, words.FoundNoTray}, {messages, words.FoundMessages, words.FoundNoMessages}} {
		if part.there {
			add(words.Fine, part.found)
		} else {
			add(words.Worth, part.missing)
		}
	}
	if runtime.GOOS != "linux" {
		return // the system itself opens pages
	}
	if path := open.Command(); path != "" {
		add(words.Fine, words.FoundBrowser, "{path}", path)
	} else {
		add(words.Worth, words.FoundNoBrowser)
	}
}

func printFindings(to io.Writer, language words.Language, findings []words.Finding) {
	for _, f := range findings {
		what, advice := language.Finding(f)
		if advice != "" && f.Level != words.Fine {
			between := ". "
			if strings.Contains(what, "\n") {
				between = "\n" // below the excerpt of a file
			}
			what += between + advice
		}
		mark := map[words.Level]string{words.Fine: "✓", words.Worth: "!", words.Wrong: "✗"}[f.Level]
		fmt.Fprintf(to, "%s %s\n", mark, strings.ReplaceAll(what, "\n", "\n    "))
	}
}

// writeFindings writes what was found as JSON, in English: the kind is for programs.
func writeFindings(to io.Writer, findings []words.Finding) error {
	type finding struct {
		Kind   words.FindingKind `json:"kind"`
		Level  words.Level       `json:"level"`
		What   string            `json:"what"`
		Advice string            `json:"advice,omitempty"`
		Values map[string]string `json:"values,omitempty"`
	}
	list := []finding{}
	for _, f := range findings {
		what, advice := words.English.Finding(f)
		values := map[string]string{}
		for i := 0; i+1 < len(f.Values); i += 2 {
			values[strings.Trim(f.Values[i], "{}")] = f.Values[i+1]
		}
		list = append(list, finding{f.Kind, f.Level, what, advice, values})
	}
	encoder := json.NewEncoder(to)
	encoder.SetIndent("", "  ")
	return encoder.Encode(list)
}
