package words

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Ending says how a recorded session ended: ending is that of package sessiondb, and detail
// what more is known of a clean one, such as who asked for it.
func (l Language) Ending(ending, detail string) string {
	row, known := endings(ending)
	switch {
	case ending == "clean" && detail != "":
		return row.In(l) + ", " + small(detail)
	case known:
		return row.In(l)
	}
	return text{"Ended: {ending}", "Beendet: {ending}"}.fill(l, "{ending}", ending)
}

// NoEnding says that a session runs or, unless it is the current one, that its end is not
// recorded.
func (l Language) NoEnding(current bool) string {
	if current {
		return text{"Running", "Läuft"}.In(l)
	}
	return text{"End not recorded", "Ende nicht aufgezeichnet"}.In(l)
}

func endings(ending string) (said text, known bool) {
	switch ending {
	case "clean":
		said = text{"Ended cleanly", "Ordentlich beendet"}
	case "unexpected":
		said = text{"Ended unexpectedly", "Unerwartet beendet"}
	case "restarted":
		said = text{"The computer went down", "Der Rechner ging aus"}
	case "crashed":
		said = text{"Crashed", "Abgestürzt"}
	case "out of memory":
		said = text{"Killed for lack of memory", "Aus Mangel an Arbeitsspeicher abgebrochen"}
	case "left running":
		said = text{"Could not end everything", "Konnte nicht alles beenden"}
	case "killed":
		said = text{"Was killed", "Abgebrochen"}
	case "unknown":
		said = text{"End not known", "Ende nicht bekannt"}
	}
	return said, said != none
}

// Event says what happened in a session, by the kind of a recorded event.
func (l Language) Event(kind string) string {
	var said text
	switch kind {
	case "started":
		said = text{"Started", "Gestartet"}
	case "ready":
		said = text{"Ready", "Bereit"}
	case "exited":
		said = text{"Ended", "Beendet"}
	case "lost":
		said = text{"No longer answers", "Antwortet nicht mehr"}
	case "restarting":
		said = text{"To be started again", "Startet neu"}
	case "gave up":
		said = text{"Given up", "Aufgegeben"}
	case "stopped":
		said = text{"Stopped", "Angehalten"}
	case "guard lost":
		said = text{"The guard ended", "Der Wächter endete"}
	case "guard fault":
		said = text{"The guard had a fault", "Der Wächter hatte einen Fehler"}
	case "localhost taken":
		said = text{"localhost may be another program", "localhost kann ein anderes Programm sein"}
	case "left running":
		said = text{"Could not be ended", "Ließ sich nicht beenden"}
	case "services changed":
		said = text{"The services file was applied", "Die Dienste-Datei wurde übernommen"}
	case "missed":
		said = text{"Events are missing here", "Hier fehlen Ereignisse"}
	case "workflow interrupted":
		said = text{"A workflow was interrupted", "Ein Workflow wurde unterbrochen"}
	case "refused":
		said = text{"Other users were refused", "Andere Benutzer abgewiesen"}
	case "other users":
		said = text{"Open to other users", "Offen für andere Benutzer"}
	default:
		return Capital(kind)
	}
	return said.In(l)
}

// Interrupted names the workflows that the end of a session has interrupted, in one line:
// "2 workflows were active: nightly-report, mail-sorter"; "" if there were none.
func (l Language) Interrupted(workflows []string) string {
	const named = 3
	n := len(workflows)
	said := text{"{n} workflows were active: {names}", "{n} Workflows liefen: {names}"}
	switch {
	case n == 0:
		return ""
	case n == 1:
		said = text{"1 workflow was active: {names}", "Ein Workflow lief: {names}"}
	case n > named:
		said = text{"{n} workflows were active: {names} and {more} more", "{n} Workflows liefen: {names} und {more} weitere"}
	}
	return said.fill(l, "{n}", strconv.Itoa(n), "{names}", strings.Join(workflows[:min(named, n)], ", "), "{more}", strconv.Itoa(n-named))
}

// small makes the first letter a small one.
func small(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToLower(first)) + words[size:]
}
