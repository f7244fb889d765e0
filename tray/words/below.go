package words

import (
	"regexp"
	"strings"
	"sync"
)

// Sentence says in another language what the parts below the tray say in English:
// problems and causes, made from few patterns. One that is not among them stays as it
// is, so that a new one is told in English rather than not at all.
func (l Language) Sentence(english string) string {
	if l == English {
		return english
	}
	for _, p := range patterns() {
		if found := p.english.FindStringSubmatch(english); found != nil {
			return p.english.ReplaceAllString(english, p.others[l-1])
		}
	}
	return english
}

// below are those patterns: English, German. What differs stands in braces, by number.
var below = [][languages]string{
	// Summaries.
	{"Port {1} is taken by a program of another user", "Port {1} ist von einem Programm eines anderen Benutzers belegt"},
	{"Port {1} is taken by {2} (pid {3})", "Port {1} ist von {2} belegt (PID {3})"},
	{"{1} keeps crashing", "{1} stürzt immer wieder ab"},
	{"{1} keeps ending", "{1} beendet sich immer wieder"},
	{"{1} failed", "{1} ist ausgefallen"},
	{"{1} stopped answering", "{1} antwortet nicht mehr"},
	{"{1} does not answer", "{1} antwortet nicht"},
	{"Services cannot be started", "Die Dienste lassen sich nicht starten"},
	{"{1} cannot be started", "{1} lässt sich nicht starten"},

	// Causes: how a process ended.
	{"It was killed by the system: out of memory (SIGKILL)", "Das System hat ihn aus Speichermangel abgebrochen (SIGKILL)"},
	{"It was killed (SIGKILL), by somebody or by the system for lack of memory", "Er wurde abgebrochen (SIGKILL), von jemandem oder vom System aus Speichermangel"},
	{"It ended by itself (exit 0)", "Er hat sich selbst beendet (Exit 0)"},
	{"It ended with an error (exit {1})", "Er endete mit einem Fehler (Exit {1})"},
	{"It crashed ({1})", "Er ist abgestürzt ({1})"},
	{"It was told to stop by another program ({1})", "Ein anderes Programm hat ihn beendet ({1})"},
	{"It did not answer at {1} within {2} ({3})", "Er hat auf {1} nicht innerhalb von {2} geantwortet ({3})"},

	// Advice.
	{"Look at its log for the reason, then start it again", "Den Grund im Protokoll nachsehen, dann neu starten"},
	{"Look at its log for the reason", "Den Grund im Protokoll nachsehen"},
	{"Stop it, or use another port for {2}: {3} is free", "Es beenden, oder einen anderen Port für {2} verwenden: {3} ist frei"},
	{"Stop {1}, or use another port for {2}: {3} is free", "{1} beenden, oder einen anderen Port für {2} verwenden: {3} ist frei"},
	{"Stop {1}", "{1} beenden"},
	{"Install it, or correct the command, then start it again", "Installieren oder den Befehl berichtigen, dann neu starten"},
	{"Quit, and start again", "Beenden und neu starten"},

	// Of the session before.
	{"the computer went down after {1}", "der Rechner ging nach {1} aus"},
	{"it crashed at {1}", "Absturz um {1}"},
	{"it crashed after {1}", "Absturz nach {1}"},
	{"it ended unrecorded after {1}", "Ende nach {1} nicht aufgezeichnet"},
	{"it was killed at {1}", "abgebrochen um {1}"},
	{"it was killed after {1}", "abgebrochen nach {1}"},
	{"memory had run out at {1}", "der Speicher war um {1} voll"},
	{"memory had run out after {1}", "der Speicher war nach {1} voll"},
	{"it was the Python platform's after {1}", "die der Python-Plattform, nach {1}"},
	{"How Configurable Agents ended is not known: its end was not recorded.", "Wie Configurable Agents endete, ist nicht bekannt: Das Ende wurde nicht aufgezeichnet."},
	{"Configurable Agents itself crashed.", "Configurable Agents ist selbst abgestürzt."},
	{"The system killed Configurable Agents because memory had run out.", "Das System hat Configurable Agents aus Speichermangel abgebrochen."},
	{"Configurable Agents was killed by somebody or by another program.", "Configurable Agents wurde von jemandem oder von einem anderen Programm abgebrochen."},
	{"Configurable Agents was killed by somebody, by another program, or by the system for lack of memory.", "Configurable Agents wurde abgebrochen: von jemandem, von einem anderen Programm oder vom System aus Speichermangel."},
	{"The computer was restarted or lost power while Configurable Agents was running.", "Der Rechner wurde neu gestartet oder verlor den Strom, während Configurable Agents lief."},
	{"1 workflow was active: Answer in “{1}”", "Ein Workflow lief: Antwort in „{1}“"},
	{"1 workflow was active: {1}", "Ein Workflow lief: {1}"},
	{"{1} workflows were active: {2} and {3} more", "{1} Workflows liefen: {2} und {3} weitere"},
	{"{1} workflows were active: {2}", "{1} Workflows liefen: {2}"},
	{"The session record was damaged", "Die Sitzungsaufzeichnung war beschädigt"},
	{"This session is not being recorded", "Diese Sitzung wird nicht aufgezeichnet"},
	{"Nothing of this session will be kept. {1}", "Von dieser Sitzung wird nichts behalten. {1}"},
	{"Nothing of this session will be kept", "Von dieser Sitzung wird nichts behalten"},
}

type pattern struct {
	english *regexp.Regexp
	others  []string // what ReplaceAllString takes, by language after English
}

// patterns are compiled when somebody first needs them.
var patterns = sync.OnceValue(func() []pattern {
	all := make([]pattern, len(below))
	for i, texts := range below {
		all[i].english = regexp.MustCompile("^" + hole.ReplaceAllString(regexp.QuoteMeta(texts[0]), "(?P<n$1>.+?)") + "$")
		for _, text := range texts[1:] {
			all[i].others = append(all[i].others, hole.ReplaceAllString(strings.ReplaceAll(text, "$", "$$"), "$${n$1}"))
		}
	}
	return all
})

// hole is a number in braces, also where regexp.QuoteMeta has been over it.
var hole = regexp.MustCompile(`\\?\{(\d)\\?\}`)
