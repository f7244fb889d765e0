package manager

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"agents-tray/manager/guard"
)

// exitWords says how a process ended, to follow "it".
func exitWords(e *guard.Exited, asked bool) string {
	code, signal := e.Code, e.Signal
	switch {
	case e.OutOfMemory:
		return "was killed by the system: out of memory (SIGKILL)"
	case asked && (signal == "SIGTERM" || code == 0):
		return "was stopped"
	case asked && uint32(code) == controlExit:
		return "was stopped"
	case uint32(code) == controlExit:
		return "was told to stop by another program (exit 0xC000013A)"
	case asked && signal == "SIGKILL":
		return "did not stop in time and was killed"
	case signal != "":
		return signalWords(signal)
	}
	switch code {
	case 0:
		return "ended by itself (exit 0)"
	case 126:
		return "could not be executed (exit 126: found, but not a program that can run)"
	case 127:
		return "did not find a command (exit 127: command not found)"
	case 0x40010004:
		return "was ended by the system shutting down"
	}
	if name := signalNames[code-128]; name != "" { // as shells tell of a signal
		return fmt.Sprintf("ended because a program in it was ended by %s (exit %d)", name, code)
	}
	if uint32(code) >= 0xC0000000 { // an NTSTATUS
		return fmt.Sprintf("crashed (exit 0x%08X)", uint32(code))
	}
	return fmt.Sprintf("ended with an error (exit %d)", code)
}

// controlExit is the status of a Windows program that Ctrl-C or CTRL_BREAK has ended.
const controlExit = 0xC000013A

// signalNames are the signals that end programs, by their numbers on every Unix.
var signalNames = map[int]string{
	1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 13: "SIGPIPE", 15: "SIGTERM",
}

func signalWords(signal string) string {
	switch signal {
	case "SIGKILL":
		return "was killed (SIGKILL), by somebody or by the system for lack of memory"
	case "SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGSYS", "SIGTRAP":
		return "crashed (" + signal + ")"
	case "SIGABRT":
		return "gave up by itself (SIGABRT)"
	case "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT":
		return "was told to stop by another program (" + signal + ")"
	}
	return "was ended by " + signal
}

// InWords says a duration as people do: "2 min 5 s", "30 s", "300 ms".
func InWords(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	d = d.Round(time.Second)
	var parts []string
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}} {
		if n := d / unit.size; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, unit.name))
			d -= n * unit.size
		}
	}
	return strings.Join(parts[:min(2, len(parts))], " ")
}

// Sentence gives the words of an error a capital and, where they end in no mark of their
// own, a full stop.
func Sentence(words string) string {
	words = capital(words)
	if words == "" || strings.ContainsAny(words[len(words)-1:], ".!?") {
		return words
	}
	return words + "."
}

func capital(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + words[size:]
}
