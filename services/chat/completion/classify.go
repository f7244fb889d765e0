package completion

import (
	"net/http"
	"strings"
)

// classify derives the kind of an error from its status (0 within a stream) and from what it
// says. The phrases are those of the providers' documentation and of the servers' sources:
// OpenAI, Azure, Anthropic, Google, Mistral, Groq, Together, DeepSeek, OpenRouter, LiteLLM,
// Ollama, llama.cpp, vLLM, LM Studio, text-generation-inference.
func classify(status int, reported serverError) *Error {
	e := &Error{Status: status, Message: shorten(reported.message), Provider: shorten(reported.provider), Wait: reported.wait()}
	if status == 0 {
		status = reported.status // a stream has begun with 200; the error says what it would have been
	}
	words := strings.ToLower(reported.message + " " + reported.codes)
	has := func(phrases ...string) bool {
		for _, phrase := range phrases {
			if strings.Contains(words, phrase) {
				return true
			}
		}
		return false
	}
	aboutModel := strings.Contains(words, "model")
	switch {
	case status >= 300 && status < 400:
		e.Kind = Redirected
	case has("unsupported_country", "country, region, or territory", "user location is not supported", "not available in your country", "not available in your region", "not supported in your region"):
		e.Kind = WrongRegion
	case has("content_policy", "content_filter", "content management policy", "responsibleaipolicy", "moderation", "flagged", "prohibited_content", "safety system", "invalid_prompt", "data_inspection_failed"):
		e.Kind = Moderated
	case status == http.StatusPaymentRequired, has("insufficient_quota", "insufficient balance", "insufficient_balance", "insufficient credits", "credit balance is too low", "billing_not_active", "billing_hard_limit", "out of credits", "requires more credits", "payment required", "arrearage"):
		e.Kind = NoCredit
	case has("perday", "per day", "per-day", "daily", "permonth", "per month", "monthly", "usage limit", "spend limit") && (status == http.StatusTooManyRequests || status == http.StatusForbidden || has("resource_exhausted", "rate_limit", "quota")):
		e.Kind = QuotaUsed
	case has("context length", "context_length", "context size", "context window", "exceed_context", "maximum context", "prompt is too long", "n_ctx", "available context",
		"input is too long", "too many tokens in the", "input token count", "reduce the length of the messages", "maximum input length", "`inputs` tokens", "max_new_tokens", "greater than the context", "prompt too long", "exceeds the maximum number of tokens", "model_length"):
		e.Kind = TooLong
	case status == http.StatusRequestEntityTooLarge, has("request_too_large", "request too large", "request entity too large", "payload too large", "maximum allowed number of bytes"):
		e.Kind = TooLarge
	case has("not a chat model", "does not support chat", "not supported in the v1/chat/completions", "not support chat completions", "only supported in v1/responses", "does not support generate", "does not support the chat completions", "is not an llm", "must provide a chat template", "chat template is not", "is an embedding model", "not a text generation", "is not supported for generatecontent", "operation is unsupported", "chatcompletion operation does not work"):
		e.Kind = NotForChat
	case aboutModel && status != http.StatusTooManyRequests && has("not found", "does not exist", "not_found", "no such", "unknown model", "unknown_model", "invalid model", "invalid_model", "not a valid model", "no models loaded", "model not exist", "decommissioned", "deprecated", "no endpoints found for", "model_not_available", "failed to load model"):
		e.Kind = ModelNotFound
	case status == http.StatusUnauthorized, has("invalid api key", "invalid_api_key", "api key not valid", "incorrect api key", "api_key_invalid", "authentication_error", "invalid x-api-key", "unauthenticated", "no auth credentials", "missing authentication"):
		e.Kind = Unauthorized
	case has("loading model", "model is loading", "is currently loading", "still loading", "model_loading", "warming up", "cold start"):
		e.Kind = Loading
	case has("more system memory", "out of memory", "cuda error", "insufficient memory", "not enough memory", "failed to allocate"):
		e.Kind = NoMemory
	case has("overloaded", "over capacity", "at capacity", "capacity exceeded", "service_tier_capacity", "engine_overloaded", "too busy", "server busy", "queue is full", "maximum pending requests", "temporarily unavailable", "no available server", "high demand", "insufficient_system_resource"),
		status == 529, status == http.StatusServiceUnavailable:
		e.Kind = Overloaded
	case status == http.StatusTooManyRequests, has("rate_limit", "rate limit", "too many requests", "resource_exhausted", "throttl"):
		e.Kind = RateLimited
	case status == http.StatusForbidden:
		e.Kind = Forbidden
	case status == http.StatusNotFound && !reported.structured || status == http.StatusMethodNotAllowed:
		e.Kind = NotFound
	case status == http.StatusNotFound && has("not found", "unknown request url", "invalid url", "no route") && !aboutModel:
		e.Kind = NotFound
	case status >= 400 && status < 500:
		e.Kind = Rejected
	default:
		e.Kind = ServerFailed
	}
	return e
}
