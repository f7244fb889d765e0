package open

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/pkg/browser"
)

// The library that knows the commands of each system has them in the caller's session, so
// its caller is a process of our own, in a session of its own, which ends before the
// browser does.
const (
	role       = "open" // the first argument of that process
	helperTime = 3 * time.Second

	// Exit statuses, beside 0 and 1. After failed, standard error has that of the command.
	noBrowser = 3
	failed    = 4

	nothingFound = 3 // of xdg-open: see its manual
)

// fileTarget is the address of a file. All but letters, digits and -_.~/ is escaped: what opens
// it may be a shell's script, to which an ampersand says something.
func fileTarget(path string) string {
	names := strings.Split(path, "/")
	for i, name := range names {
		names[i] = strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	}
	return "file://" + strings.Join(names, "/")
}

// environment returns an environment that leads to this desktop, with its token and no other.
func (d Desktop) environment(before []string) []string {
	env := slices.DeleteFunc(slices.Clone(before), func(variable string) bool {
		return isOneOf(tokenVariables, variable) || d.Env != nil && isOneOf(desktopVariables, variable)
	})
	env = append(env, d.Env...)
	if d.Token != "" {
		for _, name := range tokenVariables {
			env = append(env, name+"="+d.Token)
		}
	}
	return env
}

// run has a process of its own open a target.
func run(target string, on Desktop) error {
	helper := exec.Command("/proc/self/exe", role, target) // even if the file was replaced or removed
	helper.Args[0] = "agents-tray"
	helper.Env = on.environment(os.Environ())
	helper.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	var told bytes.Buffer
	helper.Stderr = &told
	err := helper.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == noBrowser:
		return ErrNoBrowser
	case exit != nil && exit.ExitCode() == failed:
		status, _ := strconv.Atoi(told.String()) // written by Main
		if _, err := exec.LookPath("xdg-open"); err == nil && status == nothingFound {
			return ErrNoProgram
		}
		return &Failed{status}
	case exit != nil && told.Len() > 0:
		return errors.New(strings.TrimSpace(told.String()))
	}
	return err
}

// IsHelper reports whether a process was started by run. It goes on with Main.
func IsHelper(args []string) bool {
	return len(args) == 3 && args[0] == "agents-tray" && args[1] == role && strings.Contains(args[2], "://")
}

// Main is the process that opens a target, and returns its exit status.
func Main(args []string) int {
	ended := make(chan error, 1)
	go func() { ended <- openTarget(args[2]) }()
	select {
	case err := <-ended:
		var exit *exec.ExitError
		switch {
		case errors.Is(err, exec.ErrNotFound):
			return noBrowser
		case errors.As(err, &exit):
			fmt.Fprint(os.Stderr, exit.ExitCode())
			return failed
		case err != nil:
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	case <-time.After(helperTime): // a browser's command may last as long as the browser
	}
	return 0
}

// openTarget runs the user's own choice of a browser, else what the desktop has. A file is
// for the desktop first: most browsers show, and do not edit.
func openTarget(target string) error {
	browser.Stdout, browser.Stderr = nil, nil // the null device; a pipe would end with this process
	isFile := strings.HasPrefix(target, "file:")
	if !isFile && openBy(os.Getenv("BROWSER"), target) == nil {
		return nil
	}
	err := browser.OpenURL(target)
	if err != nil && isFile && openBy(os.Getenv("BROWSER"), target) == nil {
		return nil
	}
	return err
}

// Command is what opens pages: the first of the programs in BROWSER that is there, else what the
// library finds; "" if there is none.
func Command() string {
	var programs []string
	for command := range strings.SplitSeq(os.Getenv("BROWSER"), ":") {
		if words := split(command); len(words) > 0 {
			programs = append(programs, words[0])
		}
	}
	for _, program := range append(programs, "xdg-open", "x-www-browser", "www-browser") {
		if path, err := exec.LookPath(program); err == nil {
			return path
		}
	}
	return ""
}

// split makes a command its words, as Python does: one whole program whose name has spaces is one,
// quotes keep a word together, and an ampersand at the end, for a command that stays, says nothing.
func split(command string) (words []string) {
	command = strings.TrimSpace(command)
	if _, err := exec.LookPath(command); err == nil {
		return []string{command}
	}
	var word strings.Builder
	quote, within := rune(0), false
	for _, r := range strings.TrimSuffix(command, "&") + " " {
		switch {
		case r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, within = r, true
		case quote == 0 && unicode.IsSpace(r):
			if within {
				words = append(words, word.String())
			}
			word.Reset()
			within = false
		default:
			word.WriteRune(r)
			within = true
		}
	}
	return words
}

// openBy runs the first of the commands in a list that works. In the list, as desktops and
// Python read it, a colon stands between commands, and %s for the address; without one the
// address comes last.
func openBy(list, target string) error {
	err := exec.ErrNotFound
	for command := range strings.SplitSeq(list, ":") {
		words := split(command)
		if len(words) == 0 {
			continue
		}
		placed := false
		for i, word := range words[1:] {
			if strings.Contains(word, "%s") {
				words[i+1], placed = strings.ReplaceAll(word, "%s", target), true
			}
		}
		if !placed {
			words = append(words, target)
		}
		if err = exec.Command(words[0], words[1:]...).Run(); err == nil {
			return nil
		}
	}
	return err
}
