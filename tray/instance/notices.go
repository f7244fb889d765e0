package instance

import (
	"slices"
	"strings"

	"agents-tray/tray/words"
)

// A notice is something for the user to know. A new one on its topic replaces it.
type notice struct {
	topic string
	words.Notice
}

// recordNotice is the topic of whether the session is being recorded, guardNotice of what the
// guard could not do.
const (
	recordNotice = "record"
	guardNotice  = "guard"
)

// mostTroubles is how many of the guard's troubles a notice has. All are in the record.
const mostTroubles = 3

// tellGuardTrouble adds what the guard could not do to the notice about that: one disk that is full
// is the trouble of each service.
func (i *Instance) tellGuardTrouble(trouble string) {
	i.mu.Lock()
	var told []string
	for _, n := range i.notices {
		if n.topic == guardNotice {
			told = strings.Split(n.Detail, "; ")
		}
	}
	i.mu.Unlock()
	if len(told) < mostTroubles && !slices.Contains(told, trouble) {
		i.setNotice(guardNotice, &words.Notice{What: words.GuardTrouble, Detail: strings.Join(append(told, trouble), "; ")})
	}
}

// notice adds something for the user to know.
func (i *Instance) notice(n words.Notice) { i.setNotice(n.Text(words.English), &n) }

// setNotice sets the notice of a topic; nil removes it. One that says the same stays as it is.
func (i *Instance) setNotice(topic string, n *words.Notice) {
	i.mu.Lock()
	at := slices.IndexFunc(i.notices, func(old notice) bool { return old.topic == topic })
	if n == nil && at < 0 || n != nil && at >= 0 && n.Text(words.English) == i.notices[at].Text(words.English) {
		i.mu.Unlock()
		return
	}
	i.notices = slices.DeleteFunc(slices.Clone(i.notices), func(old notice) bool { return old.topic == topic })
	if n != nil {
		i.notices = append(i.notices, notice{topic, *n})
	}
	i.mu.Unlock()
	i.changed.Tell()
}

// noticesText returns all notices as one text.
func (i *Instance) noticesText(l words.Language) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return strings.Join(i.noticeTexts(l), "\n")
}

// noticeTexts returns the texts of all notices. The caller holds mu.
func (i *Instance) noticeTexts(l words.Language) []string {
	var texts []string
	for _, n := range i.notices {
		texts = append(texts, n.Text(l))
	}
	return texts
}
