package instance

import (
	"net/http"
	"slices"

	"agents-tray/manager/control"
	"agents-tray/sessiondb"
	"agents-tray/tray/words"
)

// Sessions returns the latest sessions of the record, newest first.
func (i *Instance) Sessions(limit int) ([]control.PastSession, error) {
	past, err := i.record.Sessions(limit)
	return PastSessions(past, i.mark), err
}

// SessionEvents returns the latest events of a session of the record, oldest first.
func (i *Instance) SessionEvents(session string, limit int) ([]control.SessionEvent, error) {
	past, err := i.record.Sessions(1000)
	if err == nil && !slices.ContainsFunc(past, func(p sessiondb.PastSession) bool { return p.Mark == session }) {
		return nil, i.refuse(http.StatusNotFound, words.NoSuchSession, session)
	}
	if err != nil {
		return nil, err
	}
	events, err := i.record.Events(session, limit)
	return PastEvents(events), err
}

// PastSessions are sessions of the record as the control API tells of them; current is
// the mark of the one that runs.
func PastSessions(past []sessiondb.PastSession, current string) []control.PastSession {
	sessions := make([]control.PastSession, len(past))
	for i, p := range past {
		sessions[i] = control.PastSession{
			ID: p.Mark, Version: p.Version, PID: p.PID, Started: p.Started, Ended: p.Ended, Ending: string(p.Ending), Detail: p.Detail,
			Current: p.Mark == current,
		}
	}
	return sessions
}

// PastEvents are events of the record as the control API tells of them.
func PastEvents(events []sessiondb.Event) []control.SessionEvent {
	told := make([]control.SessionEvent, len(events))
	for i, e := range events {
		told[i] = control.SessionEvent(e)
	}
	return told
}
