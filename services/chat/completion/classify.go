package completion

import (
	"errors"
	"net/http"
	"strings"
)

// classify derives the kind of an error from its status (0 within a stream) and from what it
// says. The phrases are those of the providers' documentation and of the servers' sources:
// OpenAI, Azure, Anthropic, Google, Mistral, Groq, Together, DeepSeek, OpenRouter, LiteLLM,
// Cohere, xAI, GitHub, Hugging Face, MiniMax, Moonshot, Z.ai, Alibaba, Ollama, llama.cpp, vLLM,
// LM Studio, text-generation-inference.
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
	aboutModel := has("model", "deployment", "模型")
	ofMinute := has("perminute", "per minute", "per-minute", "per min ", "per min)", "/min", "/ min", "(tpm)", "(rpm)")
	ofDay := has("perday", "per day", "per-day", "byday", "/day", "/ day", "daily", "permonth", "per month", "/month", "/ month", "monthly", "weekly", "per week", "usage limit", "spend limit",
		"will regain access", "limit: 0,", "(tpd)", "(rpd)")
	limited := status == http.StatusTooManyRequests || status == http.StatusForbidden || status == http.StatusPaymentRequired
	switch {
	case status > 200 && status < 300: // as 204, without an answer
		e.Kind = NotAModelServer
	case status >= 300 && status < 400:
		e.Kind = Redirected
	case has("http request to an https server", "plain http request was sent to https"):
		e.Kind, e.Err = BadAddress, errors.New("this server speaks https: write https:// before its address")
	case status == http.StatusUnavailableForLegalReasons, has("unsupported_country", "country, region, or territory", "user location is not supported", "not available in your country", "not available in your region",
		"not supported in your region", "not supported in your country", "unsupported region", "not available in your location", "from your region", "from your country"):
		e.Kind = WrongRegion
	case has("not a chat model", "does not support chat", "not supported in the v1/chat/completions", "not support chat completions", "only supported in v1/responses", "does not support generate", "does not support the chat completions",
		"does not support completions", "doesn't support completions", "not supported by the chat", "is not an llm", "must provide a chat template", "chat template is not", "is an embedding model", "not a text generation",
		"operation is unsupported", "chatcompletion operation does not work", "chat is not enabled for", "unsupported model type", "not supported for this endpoint"),
		has("is not supported for generatecontent") && notChatName(words): // Google says so of missing ones, too
		e.Kind = NotForChat
	case has("content_policy", "content policy", "content_filter", "content management policy", "responsibleaipolicy", "moderation", "flagged", "prohibited_content", "prohibited content", "safety system", "safety_check", "guardrail",
		"invalid_prompt", "data_inspection_failed", "datainspectionfailed", "inappropriate content", "usage policy", "usage policies", "acceptable use", "sensitive content", "sensitive words", "unsafe content", "violates our", "敏感"):
		e.Kind = Moderated
	case has("included credits"): // Hugging Face: a month's
		e.Kind = QuotaUsed
	case status == http.StatusPaymentRequired, has("insufficient_quota", "insufficient balance", "insufficient_balance", "insufficientbalance", "insufficient credit", "insufficient_credit", "insufficient funds", "not enough credit", "not enough balance",
		"credit balance is too low", "billing_not_active", "billing_hard_limit", "billing is not", "enable billing", "out of credits", "available credits", "any credits", "no credits", "purchase more credits", "requires more credits",
		"balance is too low", "negative balance", "payment required", "arrearage", "in arrears", "overdue", "please recharge", "余额不足", "欠费"):
		e.Kind = NoCredit
	case ofDay && (limited || has("resource_exhausted", "rate_limit", "quota", "usage limit")):
		e.Kind = QuotaUsed
		if has("limit: 0,") { // there is none of this model's: the time it names does not help
			e.Wait = 0
		}
	case limited && has("quota_exceeded", "quotaexceeded", "exceeded your quota", "exceeded quota") && !ofMinute:
		e.Kind = QuotaUsed
	case has("context length", "context_length", "context size", "context window", "context limit", "exceed_context", "maximum context", "prompt is too long", "n_ctx", "available context", "context overflow", "context the overflows",
		"input is too long", "too many tokens in the", "input token count", "reduce the length of the messages", "reduce the length of your", "maximum input length", "maximum prompt length", "max_prompt_tokens", "`inputs` tokens", "inputs must have less than",
		"max_new_tokens", "greater than the context", "prompt too long", "prompt exceeds", "exceeds the maximum number of tokens", "maximum number of input tokens", "model token limit", "range of input length", "max_seq_len", "sequence length", "model_length",
		"input tokens exceed", "超长"),
		status != http.StatusTooManyRequests && has("too many tokens", "token count of", "max length"):
		e.Kind = TooLong
	case status == http.StatusRequestEntityTooLarge, has("request_too_large", "request too large", "request entity too large", "payload too large", "maximum allowed number of bytes", "tokens_limit_reached", "body too large"):
		e.Kind = TooLarge
	case has("more system memory", "out of memory", "cuda error", "insufficient memory", "not enough memory", "failed to allocate", "outofmemory", "insufficient system resources"):
		e.Kind = NoMemory
	case has("failed to load model", "failed to load the model", "could not load model", "unable to load model", "failed loading model", "error loading model"):
		e.Kind = LoadFailed
	case aboutModel && status != http.StatusTooManyRequests && has("not found", "notfound", "does not exist", "not_found", "no such", "unknown model", "unknown_model", "invalid model", "invalid_model", "not a valid model", "no models loaded", "model not exist", "不存在",
		"decommissioned", "deprecated", "retired", "no longer available", "no longer supported", "no endpoints found for", "model_not_available", "model_not_supported", "model is not supported", "model not supported", "not a supported model", "unsupported model",
		"not supported by any provider"):
		e.Kind = ModelNotFound
	case status == http.StatusUnauthorized, has("invalid api key", "invalid_api_key", "invalidapikey", "api key not valid", "api key expired", "api key is invalid", "incorrect api key", "api_key_invalid", "authentication_error", "invalid x-api-key",
		"unauthenticated", "no auth credentials", "missing authentication", "invalid authentication", "authentication fails", "not authorized"):
		e.Kind = Unauthorized
	case has("loading model", "model is loading", "is currently loading", "is being loaded", "still loading", "model_loading", "warming up", "cold start", "modelnotready", "model is not ready", "not ready yet"):
		e.Kind = Loading
	case has("overloaded", "over capacity", "at capacity", "capacity exceeded", "service_tier_capacity", "engine_overloaded", "too busy", "is busy", "server busy", "queue is full", "queue_exceeded", "maximum pending requests", "temporarily unavailable",
		"no available server", "no healthy upstream", "high demand", "high traffic", "heavy load", "high load", "insufficient_system_resource", "访问量过大"),
		status == 529:
		e.Kind = Overloaded
	case status == http.StatusTooManyRequests, has("rate_limit", "rate limit", "ratelimit", "too many requests", "resource_exhausted", "throttl", "concurrency limit"):
		e.Kind = RateLimited
	case !reported.structured && isGateway(status), status == http.StatusServiceUnavailable:
		e.Kind = Unavailable
	case status == http.StatusForbidden:
		e.Kind = Forbidden
	case status == http.StatusNotFound && !reported.structured, status == http.StatusMethodNotAllowed, status == http.StatusNotImplemented:
		e.Kind = NotFound
	case status == http.StatusNotFound && has("not found", "unknown request url", "invalid url", "no route") && !aboutModel:
		e.Kind = NotFound
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		e.Kind = Rejected
	default:
		e.Kind = ServerFailed
	}
	return e
}

// isGateway reports whether a status is one that a gateway or a proxy gives in the place of the
// server behind it: those of HTTP and Cloudflare's.
func isGateway(status int) bool {
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, 530:
		return true
	}
	return status >= 520 && status <= 527
}
