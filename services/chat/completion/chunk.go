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

	// An error without "error": {"object": "error", "message": …}, {"type": "error", …},
	// {"detail": …}.
	Object  json.RawMessage
	Type    json.RawMessage
	Code    json.RawMessage
	Message json.RawMessage
	Detail  json.RawMessage
}

type choice struct {
	Delta, Message piece
	FinishReason   string `json:"finish_reason"`
	Error          json.RawMessage
}

// failure is the error that the chunk is, with an empty message if it is none.
func (c chunk) failure() serverError {
	if e := parseError(c.Error); e.message != "" {
		e = join(e, serverError{codes: strings.Trim(string(c.Type), `"`)})
		return e
	}
	if len(c.Choices) > 0 {
		return serverError{}
	}
	whole := make(map[string]json.RawMessage)
	for name, raw := range map[string]json.RawMessage{"type": c.Type, "code": c.Code, "message": c.Message, "detail": c.Detail} {
		if len(raw) > 0 {
			whole[name] = raw
		}
	}
	if len(c.Message) == 0 && len(c.Detail) == 0 {
		return serverError{}
	}
	encoded, err := json.Marshal(whole)
	if err != nil {
		return serverError{}
	}
	return parseErrorBody(encoded)
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
	ReasoningContent content           `json:"reasoning_content"` // llama.cpp, vLLM, DeepSeek
	Reasoning        content           // Ollama, OpenRouter, Groq
	Thinking         content           // Ollama's own
	ReasoningDetails []json.RawMessage `json:"reasoning_details"` // OpenRouter, beside reasoning
}

func (p piece) delta() Delta {
	d := Delta{Text: p.Content.text + p.Refusal.text}
	for _, reasoning := range []content{p.ReasoningContent, p.Reasoning, p.Thinking} {
		if text := reasoning.text + reasoning.thinking; text != "" {
			d.Reasoning = text
			break
		}
	}
	if d.Reasoning == "" {
		for _, raw := range p.ReasoningDetails {
			var part struct{ Text, Summary string }
			_ = json.Unmarshal(raw, &part) // encrypted ones have neither
			d.Reasoning += part.Text + part.Summary
		}
	}
	d.Reasoning += p.Content.thinking
	return d
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
		Thinking  content // Mistral: a list of parts; Anthropic: a text
		Reasoning content
		Refusal   content
	}
	var one json.RawMessage
	if len(data) > 0 && data[0] == '{' { // one part
		one = append(append(json.RawMessage("["), data...), ']')
	} else {
		one = data
	}
	if json.Unmarshal(one, &parts) != nil {
		return nil // images and the like: nothing to show
	}
	for _, part := range parts {
		thought := part.Thinking.text + part.Thinking.thinking + part.Reasoning.text + part.Reasoning.thinking
		if part.Type == "thinking" || part.Type == "reasoning" {
			thought += part.Text.text
		} else {
			c.text += part.Text.text + part.Refusal.text
		}
		c.thinking += thought
	}
	return nil
}
