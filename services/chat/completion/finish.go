package completion

import (
	"slices"
	"strings"
)

// FinishReason is the reason for the end of an answer. Servers may send others than those below.
type FinishReason string

// Reasons for the end of an answer.
const (
	Stop     FinishReason = "stop"           // the answer is complete
	Length   FinishReason = "length"         // the server's limit cut the answer
	Filtered FinishReason = "content_filter" // the server withheld the rest
	ToolCall FinishReason = "tool_calls"     // the model wants to use a tool
)

// reason is one of the reasons above for what servers call it, in their own letters or
// Google's capitals, and with more after a colon.
func reason(text string) FinishReason {
	kind, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(text)), ":")
	kind = strings.ReplaceAll(kind, "-", "_")
	switch {
	case slices.Contains([]string{"length", "max_tokens", "model_length", "max_output_tokens", "max_length", "error_limit", "model_context_window_exceeded", "context_length_exceeded"}, kind):
		return Length
	case slices.Contains([]string{"content_filter", "content_filtered", "safety", "recitation", "prohibited_content", "blocklist", "spii", "refusal", "sensitive",
		"moderation", "error_toxic", "guardrail_intervened", "image_safety", "image_prohibited_content", "image_recitation"}, kind):
		return Filtered
	case slices.Contains([]string{"tool_calls", "tool_call", "tool_use", "function_call"}, kind):
		return ToolCall
	}
	return FinishReason(text)
}

// finished is the error of an answer that ended for a reason that leaves it incomplete.
func finished(reason FinishReason) error {
	kind := strings.ToLower(string(reason))
	message := "finish_reason: " + shorten(string(reason))
	switch kind {
	case "error", "failed", "server_error", "internal_error", "timeout", "time_limit", "other", "finish_reason_unspecified", "unexpected_tool_call":
		return &Error{Kind: ServerFailed, Message: message}
	case "insufficient_system_resource", "overloaded": // DeepSeek
		return &Error{Kind: Overloaded, Message: string(reason)}
	case "abort", "aborted", "cancelled", "canceled", "user_cancel", "network_error":
		return &Error{Kind: Disconnected, Message: message}
	}
	if strings.Contains(kind, "malformed") { // Google
		return &Error{Kind: ServerFailed, Message: message}
	}
	return nil
}

func orStop(finish FinishReason) FinishReason {
	if finish == "" {
		return Stop
	}
	return finish
}
