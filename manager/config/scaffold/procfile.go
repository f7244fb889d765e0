package scaffold

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"agents-tray/manager/disk"
)

// maxProcfile is the largest Procfile that is read, in bytes.
const maxProcfile = 1 << 20

var (
	procfileLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([A-Za-z0-9_-]+):\s*(\S.*)$`) })
	needsShell   = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("[$`|&;<>()*?~#\\n]|^[A-Za-z_][A-Za-z0-9_]*=")
	})
)

// firstPort is the PORT of a Procfile's first process; each other has 100 more, as foreman
// gives them.
const firstPort = 5000

// FromProcfile makes a services file of a Procfile. left are the lines that could not be
// carried over, and why, each with its number.
func FromProcfile(path string) (file File, left []string, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return File{}, nil, err
	}
	info, err := os.Stat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxProcfile) {
		return File{}, nil, fmt.Errorf("%s is no Procfile: it is no file of up to 1 MB", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return File{}, nil, fmt.Errorf("the Procfile %s cannot be read: %w", path, disk.Cause(err))
	}
	dir := filepath.Dir(path)
	_, noEnv := os.Stat(filepath.Join(dir, ".env"))
	file = File{Comment: "Made from " + strings.Join(strings.Fields(path), " ") + "."}
	file.Services = append(file.Services, Service{Name: "dashboard", Comments: []string{"The program's own pages."}, Keys: []Pair{{Key: "builtin", Value: "dashboard"}}})
	names := map[string]bool{"dashboard": true}
	for i, line := range strings.Split(strings.TrimPrefix(string(text), "\ufeff"), "\n") {
		line = strings.TrimSpace(line)
		complain := func(why string) { left = append(left, fmt.Sprintf("%s:%d: %s: %s", path, i+1, why, line)) }
		found := procfileLine().FindStringSubmatch(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case found == nil:
			complain("this is not NAME: COMMAND")
			continue
		case found[1] == "release":
			complain("this runs once before a release, not beside the others")
			continue
		}
		name := strings.Trim(strings.ToLower(found[1]), "-_")
		if name == "" || names[name] {
			complain("there is a service of that name already")
			continue
		}
		names[name] = true
		port := firstPort + 100*(len(names)-2)
		service := Service{Name: name, Keys: []Pair{{Key: "command", Value: shell(found[2])}, {Key: "dir", Value: dir}}}
		if noEnv == nil {
			service.Keys = append(service.Keys, Pair{Key: "env_file", Value: ".env"})
		}
		if strings.Contains(found[2], "PORT") || name == "web" {
			service.Keys = append(service.Keys,
				Pair{Key: "env", Value: Pairs{{Key: "PORT", Value: strconv.Itoa(port)}}},
				Pair{Key: "url", Value: fmt.Sprintf("http://127.0.0.1:%d", port)},
				Pair{Key: "open", Value: true})
		}
		file.Services = append(file.Services, service)
	}
	if len(file.Services) == 1 {
		return File{}, left, fmt.Errorf("%s has no line NAME: COMMAND that could be carried over", path)
	}
	return file, left, nil
}

// shell is a command as a Procfile means it: read by a shell, where that makes a difference.
func shell(command string) any {
	if !needsShell().MatchString(command) {
		return command
	}
	if !strings.ContainsAny(command, "|&;\n") && !needsShell().MatchString(strings.Fields(command)[0]) {
		command = "exec " + command // the shell does not stay as a process of its own
	}
	return []string{"sh", "-c", command}
}
