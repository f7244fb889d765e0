package words

import (
	"strings"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/words"
)

// A Notice is something for the user to know that concerns no single service, as data.
type Notice struct {
	What      Key    // in one line
	Names     []any  // arguments of What
	More      Key    // what else there is to know; Nothing: only Detail
	Arguments []any  // of More: texts, times that are told with their day, errors of the system, or who has a port
	Detail    string // what the system says, in English; may be empty
}

// Line is the notice in one line, for a menu.
func (n Notice) Line(l Language) string { return l.Say(n.What, n.Names...) }

// Text is the whole notice, in sentences.
func (n Notice) Text(l Language) string {
	if rest := n.Rest(l); rest != "" {
		return words.Sentence(n.Line(l)) + " " + rest
	}
	return words.Sentence(n.Line(l))
}

// Rest is what there is to know beside the line, "" if nothing is.
func (n Notice) Rest(l Language) string {
	var parts []string
	if n.More != Nothing {
		arguments := make([]any, len(n.Arguments))
		for i, argument := range n.Arguments {
			switch a := argument.(type) {
			case time.Time:
				argument = l.When(a, time.Now(), true)
			case manager.Process:
				argument = l.Holder(a)
			case error:
				argument = l.Cause(a)
			}
			arguments[i] = argument
		}
		parts = append(parts, l.Say(n.More, arguments...))
	}
	if n.Detail != "" {
		parts = append(parts, words.Sentence(n.Detail))
	}
	return strings.Join(parts, " ")
}
