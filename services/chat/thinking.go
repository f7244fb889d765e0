package chat

import "strings"

// thoughtTags are the names of tags around reasoning, in answers of servers that do not
// separate it: <think> of DeepSeek, Qwen and many others, <thought> of Gemini, <seed:think> of
// Seed-OSS.
var thoughtTags = []string{"think", "thinking", "thought", "thoughts", "reasoning", "reason", "reflection", "analysis", "scratchpad", "seed:think", "longcat_think", "inner_thoughts"}

// thoughtMarks are other marks that begin and end reasoning, in small letters.
var thoughtMarks = []thoughtMark{
	{"[think]", "[/think]"}, // Mistral
	{"◁think▷", "◁/think▷"}, // Kimi
	{"<|begin_of_thought|>", "<|end_of_thought|>"},
	{"<|start_thinking|>", "<|end_thinking|>"},           // Cohere
	{"<|channel|>analysis<|message|>", "<|end|>"},        // gpt-oss
	{"<|channel|>commentary<|message|>", "<|end|>"},      // gpt-oss
	{"<|start|>assistant<|channel|>analysis", "<|end|>"}, // gpt-oss
	{"<|channel>thought", "<channel|>"},                  // Gemma
}

type thoughtMark struct{ begin, end string }

// answerMarks stand around an answer of models that also mark that, in small letters.
var answerMarks = []struct{ begin, end string }{
	{"<|start|>assistant<|channel|>final<|message|>", "<|return|>"},
	{"<|channel|>final<|message|>", "<|return|>"},
	{"<|begin_of_solution|>", "<|end_of_solution|>"},
	{"<|start_response|>", "<|end_response|>"},
	{"[begin final response]", "[end final response]"},
	{"<answer>", "</answer>"},
	{"<response>", "</response>"},
}

const blank = " \n\t\r"

// splitThinking separates the reasoning that some servers leave in an answer from the rest:
// marked passages, each up to its end or, at the start of an answer, all of it without one;
// and what is before an end that has no beginning, as of models whose prompt holds it.
func splitThinking(text string) (thinking, answer string) {
	if !strings.ContainsAny(text, "<[◁") {
		return "", text
	}
	lower := lowerASCII(text)
	if beginsMark(strings.Trim(lower, blank)) {
		return "", ""
	}
	var thoughts []string
	add := func(from, to int) {
		if thought := strings.TrimSpace(text[from:to]); thought != "" {
			thoughts = append(thoughts, thought)
		}
	}
	at := 0
	for {
		next := at + len(text[at:]) - len(strings.TrimLeft(text[at:], blank))
		mark, length := markAt(lower[next:])
		if length == 0 {
			break
		}
		to, after := mark.ending(lower, next+length)
		add(next+length, to)
		at = after
	}
	if at == 0 {
		if to, after := endWithoutBeginning(lower); after > 0 {
			add(0, to)
			at = after
		}
	}
	if at > 0 {
		at += len(text[at:]) - len(strings.TrimLeft(text[at:], blank))
		text, lower = cutAnswerMarks(text[at:], lower[at:])
	} else {
		text, lower = cutMark(text, lower, answerMarks[:4])
	}
	var kept strings.Builder
	from := 0
	eachThoughtWithin(lower, func(begin, to, end, after int) {
		kept.WriteString(text[from:begin])
		if thought := strings.TrimSpace(text[to:end]); thought != "" {
			thoughts = append(thoughts, thought)
		}
		from = after
	})
	kept.WriteString(text[from:])
	return strings.Join(thoughts, "\n\n"), kept.String()
}

// lowerASCII turns the letters A to Z into small ones; all places stay the same.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// markAt returns the mark that a text in small letters begins with, and its length, or 0.
func markAt(lower string) (mark thoughtMark, length int) {
	for _, mark := range thoughtMarks {
		if strings.HasPrefix(lower, mark.begin) {
			return mark, len(mark.begin)
		}
	}
	if !strings.HasPrefix(lower, "<") {
		return thoughtMark{}, 0
	}
	close := strings.IndexByte(lower[:min(len(lower), 200)], '>')
	if close < 0 {
		return thoughtMark{}, 0
	}
	name, attributes, _ := strings.Cut(strings.Trim(lower[1:close], blank), " ")
	for _, tag := range thoughtTags {
		if name == tag {
			return thoughtMark{"<" + tag, "</" + tag + ">"}, close + 1
		}
	}
	if name == "details" && strings.Contains(attributes, `type="reasoning"`) { // Open WebUI
		return thoughtMark{"<details", "</details>"}, close + 1
	}
	return thoughtMark{}, 0
}

// beginsMark reports whether a text may become a mark when more of it has come.
func beginsMark(lower string) bool {
	if len(lower) < 2 {
		return false
	}
	for _, mark := range thoughtMarks {
		if len(lower) < len(mark.begin) && strings.HasPrefix(mark.begin, lower) {
			return true
		}
	}
	for _, tag := range thoughtTags {
		if strings.HasPrefix("<"+tag, lower) {
			return true
		}
	}
	return false
}

// maxMarks is how many marks are looked at to find the end of a passage, so that the time for
// a text grows with its length.
const maxMarks = 50

// ending finds the end of a marked passage that begins at from, with those nested in it. Marks
// in quotes are spoken of, not meant, unless there are no others. Without an end the passage
// is all the rest.
func (m thoughtMark) ending(lower string, from int) (to, after int) {
	first, depth := -1, 1
	for at, seen := from, 0; at < len(lower) && seen < maxMarks; seen++ {
		end := strings.Index(lower[at:], m.end)
		if end < 0 {
			break
		}
		begin := strings.Index(lower[at:at+end], m.begin)
		switch {
		case begin >= 0:
			if _, is := markAt(lower[at+begin:]); is > 0 && !inQuotes(lower, at+begin) {
				depth++
			}
			at += begin + len(m.begin)
			continue
		case inQuotes(lower, at+end):
		default:
			if first < 0 {
				first = at + end
			}
			if depth--; depth == 0 {
				return at + end, at + end + len(m.end)
			}
		}
		at += end + len(m.end)
	}
	if first < 0 {
		if end := strings.Index(lower[from:], m.end); end >= 0 {
			first = from + end
		}
	}
	if first < 0 {
		return len(lower), len(lower)
	}
	return first, first + len(m.end)
}

// inQuotes reports whether what is at a place of a text stands in quotes.
func inQuotes(s string, at int) bool { return at > 0 && strings.IndexByte("`\"'", s[at-1]) >= 0 }

// endWithoutBeginning finds the end of reasoning that has no beginning: at the end of a line
// outside of code.
func endWithoutBeginning(lower string) (to, after int) {
	for _, mark := range []thoughtMark{{"<think", "</think>"}, {"<thinking", "</thinking>"}, {"[think]", "[/think]"}, {"◁think▷", "◁/think▷"}, {"<seed:think", "</seed:think>"}} {
		at := strings.Index(lower, mark.end)
		if at < 0 || inQuotes(lower, at) || strings.Contains(lower[:at], mark.begin) || strings.Count(lower[:at], "```")%2 != 0 {
			continue
		}
		if rest := strings.TrimLeft(lower[at+len(mark.end):], " \t\r"); rest == "" || rest[0] == '\n' {
			return at, at + len(mark.end)
		}
	}
	return 0, 0
}

// cutAnswerMarks removes the marks around an answer.
func cutAnswerMarks(text, lower string) (string, string) { return cutMark(text, lower, answerMarks) }

func cutMark(text, lower string, marks []struct{ begin, end string }) (string, string) {
	for _, mark := range marks {
		if !strings.HasPrefix(lower, mark.begin) {
			continue
		}
		text, lower = text[len(mark.begin):], lower[len(mark.begin):]
		if trimmed := strings.TrimRight(lower, blank); strings.HasSuffix(trimmed, mark.end) {
			end := len(trimmed) - len(mark.end)
			return strings.Trim(text[:end], blank), strings.Trim(lower[:end], blank)
		}
		return strings.TrimLeft(text, blank), strings.TrimLeft(lower, blank)
	}
	return text, lower
}

// eachThoughtWithin finds marked passages in the middle of an answer: at the beginning of a
// line outside of code, and with an end.
func eachThoughtWithin(lower string, found func(begin, from, to, after int)) {
	code := false
	closed := make(map[string]bool) // whether a mark has an end further on
	for at := 0; at < len(lower); {
		line := lower[at:]
		next := len(lower)
		if end := strings.IndexByte(line, '\n'); end >= 0 {
			next = at + end + 1
		}
		switch mark, length := markAt(line); {
		case strings.HasPrefix(strings.TrimLeft(line[:min(len(line), 8)], " "), "```"):
			code = !code
		case !code && length > 0:
			if ends, known := closed[mark.end]; known && !ends {
				break
			}
			if closed[mark.end] = strings.Contains(line, mark.end); !closed[mark.end] {
				break
			}
			if to, after := mark.ending(lower, at+length); after > to {
				after += len(lower[after:]) - len(strings.TrimLeft(lower[after:], blank))
				found(at, at+length, to, after)
				next = after
			}
		}
		at = next
	}
}
