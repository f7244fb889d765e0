package session

import (
	"slices"

	"agents-tray/tray"
	"agents-tray/tray/words"
)

// A notice is something for the user to know. One with a topic is replaced by the next
// word on it.
type notice struct{ topic, text string }

// newerNotice is the topic of a newer version.
const newerNotice = "newer version"

// recordNotice is the topic of whether the session is being recorded.
const recordNotice = "record"

// notice adds something for the user to know.
func (s *Session) notice(text string) { s.setNotice(text, text) }

// TellNewer lets the user know of a newer version, in a sentence.
func (s *Session) TellNewer(what string) {
	s.setNotice(newerNotice, what)
	s.tell(tray.Notification{
		Key: newerNotice, Summary: tray.Name, Body: what,
		Actions: []tray.Action{{Label: s.language.Say(words.OpenPage, "Dashboard"), Intent: tray.Intent{Verb: tray.Notices}}},
	})
}

// setNotice says how a topic stands; with no text there is nothing to say any more.
func (s *Session) setNotice(topic, text string) {
	s.mu.Lock()
	at := slices.IndexFunc(s.notices, func(n notice) bool { return n.topic == topic })
	switch {
	case at < 0 && text != "":
		s.notices = append(s.notices, notice{topic, text})
	case at >= 0 && text == "":
		s.notices = slices.Delete(s.notices, at, at+1)
	case at >= 0:
		s.notices[at].text = text
	}
	s.mu.Unlock()
	s.changed.tell()
}

// noticeTexts are the words of all of them. The caller holds mu.
func (s *Session) noticeTexts() []string {
	var texts []string
	for _, n := range s.notices {
		texts = append(texts, n.text)
	}
	return texts
}
