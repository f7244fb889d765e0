package words

import (
	"cmp"
	"strconv"

	"agents-tray/manager"
)

// Answer says what a check got instead of what was wanted, as a clause: "it answered 503".
func (l Language) Answer(a *manager.Answer) string {
	holder := l.process(a.Holder)
	if a.Holder != nil && a.Holder.PID == 0 {
		holder = text{"a program of another user ({user})", "ein Programm eines anderen Benutzers ({user})"}.fill(l, "{user}", a.Holder.User)
	}
	return answerText(a.Kind).fill(l, "{status}", a.Status, "{pattern}", a.Pattern, "{port}", strconv.Itoa(a.Port),
		"{holder}", holder, "{waited}", l.Duration(a.Waited), "{detail}", cmp.Or(a.Detail, string(a.Kind)))
}

func answerText(kind manager.AnswerKind) text {
	switch kind {
	case manager.AnswerStatus:
		return text{"it answered {status}", "der Dienst antwortete mit {status}"}
	case manager.AnswerBody:
		return text{`its answer does not match "{pattern}"`, "seine Antwort passt nicht zu „{pattern}“"}
	case manager.AnswerRefused:
		return text{"the connection was refused", "die Verbindung wurde abgelehnt"}
	case manager.AnswerTimeout:
		return text{"no answer came in time", "rechtzeitig kam keine Antwort"}
	case manager.AnswerSilent:
		return text{"it took the connection and said nothing", "der Dienst nahm die Verbindung an und sagte nichts"}
	case manager.AnswerUnaccepted:
		return text{"it has not accepted the connection", "der Dienst hat die Verbindung nicht angenommen"}
	case manager.AnswerStranger:
		return text{"port {port} is answered by {holder}, which this service has not started", "auf Port {port} antwortet {holder}, von diesem Dienst nicht gestartet"}
	case manager.AnswerUnfinished:
		return text{"it began to answer and did not finish in time", "der Dienst begann zu antworten und wurde nicht rechtzeitig fertig"}
	case manager.AnswerClosed:
		return text{"it took the connection and closed it without an answer", "der Dienst nahm die Verbindung an und schloss sie ohne Antwort"}
	case manager.AnswerNotHTTP:
		return text{"its answer is not HTTP; it begins with: {detail}", "seine Antwort ist kein HTTP; sie beginnt mit: {detail}"}
	case manager.AnswerNoHost:
		return text{"the name {detail} could not be resolved", "der Name {detail} ließ sich nicht auflösen"}
	case manager.AnswerUntrusted:
		return text{"its certificate is not trusted: {detail}", "seinem Zertifikat wird nicht vertraut: {detail}"}
	case manager.AnswerHTTPS:
		return text{"it speaks HTTPS at that address: write https:// in place of http://", "der Dienst spricht dort HTTPS: schreiben Sie https:// statt http://"}
	case manager.AnswerNoPing:
		return text{"it has not said WATCHDOG=1 for {waited}", "der Dienst hat seit {waited} nicht WATCHDOG=1 gemeldet"}
	case manager.AnswerTrigger:
		return text{"it said so itself (WATCHDOG=trigger)", "der Dienst hat es selbst gemeldet (WATCHDOG=trigger)"}
	}
	return text{"{detail}", "{detail}"}
}
