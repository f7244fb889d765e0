package completion

import (
	"encoding/json"
	"strings"
)

// chunk is an event of a stream, with Delta, or a complete answer, with Message.
type chunk struct {
	Choices []choice
	Usage   usage
	Error   json.RawMessage
	Groq    struct {
		Error json.RawMessage
		Usage usage
	} `json:"x_groq"`

	whole json.RawMessage
}

type choice struct {
	Delta, Message *piece
	FinishReason   json.RawMessage `json:"finish_reason"` // a text; SGLang once sent an object
	Error          json.RawMessage
	Usage          usage // Moonshot
}

func (c *chunk) UnmarshalJSON(data []byte) error {
	type plain chunk
	c.whole = data
	return json.Unmarshal(data, (*plain)(c))
}

// failure is the error that the chunk is, with an empty message if it is none.
func (c chunk) failure() serverError {
	for _, raw := range []json.RawMessage{c.Error, c.Groq.Error} {
		if e := parseError(raw); e.message != "" {
			return join(e, parseWhole(c.whole))
		}
	}
	if len(c.Choices) > 0 {
		return serverError{}
	}
	return parseWhole(c.whole) // {"object": "error", "message": …}, {"type": "error", …}, {"detail": …}
}

func (c chunk) usage() usage {
	for _, used := range []usage{c.Usage, c.Groq.Usage} {
		if used.Read+used.Written > 0 {
			return used
		}
	}
	if len(c.Choices) > 0 {
		return c.Choices[0].Usage
	}
	return usage{}
}

// usage is null or missing in most events.
type usage struct {
	Read    int `json:"prompt_tokens"`
	Written int `json:"completion_tokens"`
}

func (u *usage) UnmarshalJSON(data []byte) error {
	type plain usage
	var p plain
	if json.Unmarshal(data, &p) == nil { // what is no usage is no reason to fail
		*u = usage(p)
	}
	return nil
}

type piece struct {
	Content          content
	Refusal          content
	ReasoningContent content `json:"reasoning_content"` // llama.cpp, vLLM, DeepSeek
	Reasoning        content // Ollama, OpenRouter, Groq
	Thinking         content // Ollama's own
	ReasoningText    content `json:"reasoning_text"`    // GitHub
	ReasoningDetails content `json:"reasoning_details"` // OpenRouter, beside reasoning
	ThinkingBlocks   content `json:"thinking_blocks"`   // LiteLLM, beside reasoning_content
}

func (p *piece) delta() Delta {
	if p == nil {
		return Delta{}
	}
	d := Delta{Text: p.Content.text + p.Refusal.text}
	for _, reasoning := range []content{p.ReasoningContent, p.Reasoning, p.Thinking, p.ReasoningText, p.ReasoningDetails, p.ThinkingBlocks} {
		if text := reasoning.text + reasoning.thinking; text != "" {
			d.Reasoning = text
			break
		}
	}
	d.Reasoning += p.Content.thinking
	return d
}

// text is a text in JSON, or the type of an object; "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var object struct{ Type string }
	_ = json.Unmarshal(raw, &object)
	return object.Type
}

// content is a text, or a list of parts that hold texts and thoughts.
type content struct{ text, thinking string }

func (c *content) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &c.text) == nil {
		return nil
	}
	var parts []struct {
		Type      string
		Text      content
		Content   content
		Thinking  content // Mistral: a list of parts; Anthropic: a text
		Reasoning content
		Summary   content
		Refusal   content
		Thought   json.RawMessage // Google: true
	}
	var one json.RawMessage
	if len(data) > 0 && data[0] == '{' { // one part
		one = append(append(json.RawMessage("["), data...), ']')
	} else {
		one = data
	}
	if json.Unmarshal(one, &parts) != nil {
		var texts []content // or a list of texts
		_ = json.Unmarshal(one, &texts)
		for _, text := range texts { // images and the like: nothing to show
			c.text, c.thinking = c.text+text.text, c.thinking+text.thinking
		}
		return nil
	}
	for _, part := range parts {
		said := part.Text.text + part.Content.text + part.Refusal.text
		for _, thought := range []content{part.Thinking, part.Reasoning, part.Summary} {
			c.thinking += thought.text + thought.thinking
		}
		c.thinking += part.Text.thinking + part.Content.thinking
		if strings.Contains(part.Type, "think") || strings.Contains(part.Type, "reasoning") || string(part.Thought) == "true" {
			c.thinking += said
		} else {
			c.text += said
		}
	}
	return nil
}
