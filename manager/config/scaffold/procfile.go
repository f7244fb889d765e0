package scaffold

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"agents-tray/manager/config"
	"agents-tray/manager/disk"
)

// maxProcfile is the largest Procfile that is read, in bytes.
const maxProcfile = 1 << 20

// procfileForms are what is looked for in a Procfile; few processes read one.
var procfileForms = sync.OnceValue(func() (f struct{ line, needsShell, shellBuiltin, takesPort, ownPort *regexp.Regexp }) {
	f.line = regexp.MustCompile(`^([A-Za-z0-9_-]+):\s*(\S.*)$`)
	f.needsShell = regexp.MustCompile("[$`|&;<>()*?~#\\n]|^[A-Za-z_][A-Za-z0-9_]*=")
	f.shellBuiltin = regexp.MustCompile(`^(\.|case|cd|eval|exec|export|for|if|set|source|trap|ulimit|umask|until|while)\s`)
	f.takesPort = regexp.MustCompile(`\$(PORT\b|\{PORT\b)`)
	// A port that a command names itself: by an option, or after what serves there.
	f.ownPort = regexp.MustCompile(`(?:\s(?:-p|--port)[ =]?|\s(?:runserver|http\.server)\s+(?:[\w.]+:)?|\s(?:-b|--bind|-l|--listen)[ =]?[\w.]*:)(\d{2,5})(?:\s|$)`)
	return f
})

// firstPort is the PORT of a Procfile's first process; each other has 100 more, as foreman
// gives them.
const firstPort = 5000

// Left is a line of a Procfile that could not be carried over.
type Left struct {
	Line int // from 1
	Text string
	Why  error // a *spec.Mistake, or English
}

var (
	errNoProcess = errors.New("this is not NAME: COMMAND")
	errRelease   = errors.New("this runs once before a release, not beside the others")
	errNameTaken = errors.New("there is a service of that name already")
)

// FromProcfile makes a services file of a Procfile. left are the lines that could not be
// carried over, and why.
func FromProcfile(path string) (file File, left []Left, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return File{}, nil, err
	}
	info, err := os.Stat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxProcfile) {
		return File{}, nil, fmt.Errorf("%s is no Procfile: it is no file of up to 1 MB", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return File{}, nil, fmt.Errorf("the Procfile %s cannot be read: %w", path, disk.Cause(err))
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return File{}, nil, fmt.Errorf("%s is no Procfile: it is no text in UTF-8", path)
	}
	dir := filepath.Dir(path)
	_, noEnv := os.Stat(filepath.Join(dir, ".env"))
	var services []Service
	names := map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		service, err := process(line, dir, firstPort+100*len(services), noEnv == nil)
		if err == nil && names[service.Name] {
			err = errNameTaken
		}
		if err != nil {
			left = append(left, Left{i + 1, line, err})
			continue
		}
		names[service.Name] = true
		services = append(services, service)
	}
	if len(services) == 0 {
		return File{}, left, fmt.Errorf("%s has no line NAME: COMMAND that could be carried over", path)
	}
	pages := Service{Name: "dashboard", Comments: []string{"The program's own pages."}, Keys: []Pair{{Key: "builtin", Value: "dashboard"}}}
	if names[pages.Name] {
		pages.Name, pages.Keys = "home", append(pages.Keys, Pair{Key: "title", Value: "Home"})
	}
	for names[pages.Name] {
		pages.Name += "-"
	}
	return File{Comment: "Made from " + strings.Join(strings.Fields(path), " ") + ".", Services: append([]Service{pages}, services...)}, left, nil
}

// process is the service for a line of a Procfile in a folder. port is its PORT.
func process(line, dir string, port int, envFile bool) (Service, error) {
	found := procfileForms().line.FindStringSubmatch(line)
	if found == nil {
		return Service{}, errNoProcess
	}
	name, command := strings.Trim(strings.ToLower(found[1]), "-_"), found[2]
	switch name {
	case "":
		return Service{}, errNoProcess
	case "release":
		return Service{}, errRelease
	}
	service := Service{Name: name, Keys: []Pair{{Key: "command", Value: shell(command)}, {Key: "dir", Value: dir}}}
	if envFile {
		service.Keys = append(service.Keys, Pair{Key: "env_file", Value: ".env"})
	}
	if given := procfileForms().takesPort.MatchString(command); given || name == "web" {
		if own := procfileForms().ownPort.FindStringSubmatch(command); own != nil && !given {
			port, _ = strconv.Atoi(own[1]) // digits
		}
		address := fmt.Sprintf("127.0.0.1:%d", port)
		service.Keys = append(service.Keys,
			Pair{Key: "env", Value: Pairs{{Key: "PORT", Value: strconv.Itoa(port)}}},
			Pair{Key: "url", Value: "http://" + address},
			Pair{Key: "ready", Value: Pairs{{Key: "tcp", Value: address}, {Key: "timeout", Value: "120s"}}},
			Pair{Key: "open", Value: true})
	}
	var mistakes *config.Mistakes
	if err := config.Valid(File{Services: []Service{service}}.Text()); errors.As(err, &mistakes) {
		return Service{}, mistakes.Faults[0].Err
	} else if err != nil {
		return Service{}, err
	}
	return service, nil
}

// shell is a command as a Procfile means it: read by a shell, where that makes a difference.
func shell(command string) any {
	forms := procfileForms()
	builtin := forms.shellBuiltin.MatchString(command)
	if !forms.needsShell.MatchString(command) && !builtin {
		return command
	}
	if !builtin && !strings.ContainsAny(command, "|&;\n") && !forms.needsShell.MatchString(strings.Fields(command)[0]) {
		command = "exec " + command // the shell does not stay as a process of its own
	}
	return []string{"sh", "-c", command}
}
