package words

import (
	"strings"

	"agents-tray/manager"
)

// Left says which process was left running and why: "sudo (pid 812, user root) still runs:
// only its user may end it".
func (l Language) Left(p manager.Left) string {
	if p.Why == manager.NotSeen && p.PID == 0 {
		return text{"What still runs is not known: {why}", "Was noch läuft, ist nicht bekannt: {why}"}.fill(l, "{why}", l.leftReason(p))
	}
	return text{"{process} still runs: {why}", "{process} läuft noch: {why}"}.fill(l, "{process}", l.process(&p.Process), "{why}", l.leftReason(p))
}

// leftReason says why a process was left, as a clause.
func (l Language) leftReason(p manager.Left) string {
	var row text
	switch p.Why {
	case manager.NotPermitted:
		row = text{"it runs as another user, and only that user may end it", "der Prozess gehört einem anderen Benutzer, und nur der darf ihn beenden"}
	case manager.NotKillable:
		row = text{"it was killed, but waits for a device or a network drive", "der Prozess wurde abgebrochen, wartet aber auf ein Gerät oder ein Netzlaufwerk"}
	case manager.Traced:
		row = text{"it was killed, but a debugger holds it", "der Prozess wurde abgebrochen, aber ein Debugger hält ihn"}
	case manager.StillEnding:
		row = text{"it was killed, but has not ended yet", "der Prozess wurde abgebrochen, ist aber noch nicht zu Ende"}
	case manager.NotSeen:
		row = text{"the system's processes could not be looked at", "die Prozesse des Systems waren nicht einzusehen"}
	default:
		return p.Detail
	}
	return row.In(l) + inBrackets(p.Detail)
}

// leftNames names processes, in one line.
func (l Language) leftNames(left []manager.Left) string {
	var names []string
	for _, p := range left {
		names = append(names, l.process(&p.Process))
	}
	return strings.Join(names, ", ")
}

// leftWhy says why the first of them was left; mostly that is so of all.
func (l Language) leftWhy(left []manager.Left) string {
	if len(left) == 0 {
		return ""
	}
	return l.leftReason(left[0])
}
