package instance

import (
	"slices"
	"strings"
)

// A notice is something for the user to know. A new text on its topic replaces it.
type notice struct{ topic, text string }

// recordNotice is the topic of whether the session is being recorded.
const recordNotice = "record"

// notice adds something for the user to know.
func (i *Instance) notice(text string) { i.setNotice(text, text) }

// setNotice sets the notice of a topic; an empty text removes it.
func (i *Instance) setNotice(topic, text string) {
	i.mu.Lock()
	at := slices.IndexFunc(i.notices, func(n notice) bool { return n.topic == topic })
	switch {
	case at < 0 && text != "":
		i.notices = append(i.notices, notice{topic, text})
	case at >= 0 && text == "":
		i.notices = slices.Delete(i.notices, at, at+1)
	case at >= 0:
		i.notices[at].text = text
	}
	i.mu.Unlock()
	i.changed.tell()
}

// noticesText returns all notices as one text.
func (i *Instance) noticesText() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return strings.Join(i.noticeTexts(), "\n")
}

// noticeTexts returns the texts of all notices. The caller holds mu.
func (i *Instance) noticeTexts() []string {
	var texts []string
	for _, n := range i.notices {
		texts = append(texts, n.text)
	}
	return texts
}
