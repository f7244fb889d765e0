package words

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"agents-tray/manager"
)

// Problem says what is wrong with a service, why, and what to do, each without a full stop;
// the last two may be empty. A problem of an instance of another version, of which the kind or
// its fields are not known, is told as that instance does: in English.
func (l Language) Problem(p *manager.Problem) manager.Prose {
	row, known := find(p)
	if p.Summary != "" && (l == English || !known || p.Title == "" && p.Kind != manager.NoGuard) {
		return p.Prose
	}
	values := l.values(p)
	return manager.Prose{
		Summary: row.summary.fill(l, values...), Cause: row.cause.fill(l, values...), Advice: row.advice.fill(l, values...),
	}
}

// shownLines is how many of a service's last lines are part of a report.
const shownLines = 10

// Report is a problem as a terminal or a record shows it: all that is said of it, and the
// service's last lines, each on a line of its own.
func (l Language) Report(p *manager.Problem) string {
	said := l.Problem(p)
	report := said.Summary
	for _, more := range []string{said.Cause, said.Advice} {
		if more != "" {
			report += ". " + more
		}
	}
	if len(p.Lines) > 0 {
		report += ". " + lastLines.In(l)
		for _, line := range p.Shown(shownLines) {
			report += "\n    " + line
		}
	}
	return report
}

var lastLines = text{"Its last lines:", "Die letzten Zeilen:"}

// find returns the row of the table for a problem, and whether its kind is known.
func find(p *manager.Problem) (problemText, bool) {
	for _, row := range problems {
		if row.kind == p.Kind && (row.when == nil || row.when(p)) {
			return row, true
		}
	}
	return problemText{
		summary: text{"{service} has a problem ({kind})", "{service} hat ein Problem ({kind})"},
		cause:   text{"{Detail}", "{Detail}"}, advice: logAdvice,
	}, false
}

// values are what the names in braces stand for.
func (l Language) values(p *manager.Problem) []string {
	move, exit, answer, where, searched, user := "", "", "", "", "", ""
	if p.FreePort != 0 {
		move = moveClause.fill(l, "{service}", p.Title, "{free}", strconv.Itoa(p.FreePort))
	}
	if p.Exit != nil {
		exit = l.Exit(*p.Exit)
	}
	if p.Answer != nil {
		answer = l.Answer(p.Answer)
	}
	if p.Searched != "" {
		searched = searchedClause.fill(l, "{searched}", p.Searched)
		if p.Login != "" {
			searched += loginClause.fill(l, "{login}", p.Login)
		}
	}
	if p.Line > 0 {
		where = lineClause.fill(l, "{line}", strconv.Itoa(p.Line))
	}
	name := ""
	if p.Holder != nil {
		name, user = cmp.Or(p.Holder.Name, "?"), p.Holder.User
	}
	detail := p.Detail
	if p.Mistake != nil {
		detail = l.envMistake(p.Mistake)
	}
	return []string{
		"{service}", p.Title, "{kind}", string(p.Kind), "{detail}", detail, "{Detail}", Capital(detail), "{(detail)}", inBrackets(detail),
		"{port}", strconv.Itoa(p.Port), "{name}", name, "{ids}", l.ids(p.Holder), "{user}", user, "{move}", move,
		"{path}", p.Path, "{searched}", searched, "{where}", where, "{size}", kilobytes(p.Size), "{variable}", p.Variable,
		"{proof}", l.missed(p.Proof, p.Expected), "{expected}", p.Expected, "{field}", p.Field, "{seen}", strings.Join(p.Seen, ", "), "{seen1}", strings.Join(p.Seen[:min(1, len(p.Seen))], ""),
		"{Answer}", Capital(answer), "{(answer)}", inBrackets(answer), "{waited}", l.Duration(p.Waited),
		"{exit}", exit, "{code}", strconv.Itoa(codeOf(p.Exit)), "{left}", l.leftNames(p.Left), "{why}", l.leftWhy(p.Left),
	}
}

func inBrackets(clause string) string {
	if clause == "" {
		return ""
	}
	return " (" + clause + ")"
}

func kilobytes(size int) string { return fmt.Sprintf("%d kB", size/1000) }

func codeOf(e *manager.Exit) int {
	if e == nil {
		return 0
	}
	return e.Code
}

// process names a program that is seen: "node (pid 812)".
func (l Language) process(p *manager.Process) string {
	if p == nil {
		return ""
	}
	if p.Platform {
		return text{"the Python platform", "der Python-Plattform"}.In(l) + inBrackets(l.ids(p))
	}
	return cmp.Or(p.Name, "?") + inBrackets(l.ids(p))
}

// Holder names what has a port: a program that is seen, or else its user.
func (l Language) Holder(p manager.Process) string {
	switch {
	case p.PID != 0:
		return l.process(&p)
	case p.User != "":
		return text{"a program of another user ({user})", "einem Programm eines anderen Benutzers ({user})"}.fill(l, "{user}", p.User)
	}
	return text{"a program that cannot be seen", "einem Programm, das nicht zu sehen ist"}.In(l)
}

// ids tells a program from others of its name: "pid 812, user root", or "" if it is not seen.
func (l Language) ids(p *manager.Process) string {
	row := text{"pid {pid}", "PID {pid}"}
	switch {
	case p == nil || p.PID == 0:
		return ""
	case p.User != "":
		row = text{"pid {pid}, user {user}", "PID {pid}, Benutzer {user}"}
	}
	return row.fill(l, "{pid}", strconv.Itoa(p.PID), "{user}", p.User)
}

// missed says what has not come, to follow "it has".
func (l Language) missed(proof manager.Proof, expected string) string {
	row := text{"not answered at {expected}", "auf {expected} nicht geantwortet"}
	switch proof {
	case manager.ProofTCP:
		row = text{"not taken a connection at {expected}", "auf {expected} keine Verbindung angenommen"}
	case manager.ProofLog:
		row = text{`not printed a line that matches "{expected}"`, "keine Zeile ausgegeben, die zu „{expected}“ passt"}
	case manager.ProofNotify:
		row = text{"not said READY=1", "nicht READY=1 gemeldet"}
	case manager.ProofWatchdog:
		row = text{"not said WATCHDOG=1", "nicht WATCHDOG=1 gemeldet"}
	}
	return row.fill(l, "{expected}", expected)
}

var (
	moveClause     = text{", or use another port for {service}: {free} is free", ", oder einen anderen Port für {service} verwenden: {free} ist frei"}
	loginClause    = text{", nor in that of the login shell ({login})", ", auch nicht in dem der Login-Shell ({login})"}
	searchedClause = text{" in PATH ({searched})", " in PATH ({searched})"}
	lineClause     = text{" in line {line}", " in Zeile {line}"}
)
