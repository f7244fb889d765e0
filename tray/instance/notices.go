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

// recordNotice is the topic of whether the session is being recorded.
const recordNotice = "record"

// notice adds something for the user to know.
func (i *Instance) notice(n words.Notice) { i.setNotice(n.Text(words.English), &n) }

// setNotice sets the notice of a topic; nil removes it.
func (i *Instance) setNotice(topic string, n *words.Notice) {
	i.mu.Lock()
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
