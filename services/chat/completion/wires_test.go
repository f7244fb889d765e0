package completion_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"agents-tray/services/chat/completion"
)

// The wires below follow what providers document and what servers' sources send.

// wire is a response that a server gives.
type wire struct {
	name   string
	status int
	header string // "Name: value"
	body   string

	kind completion.Kind
	says string // part of the message
	wait time.Duration
}

var refusals = []wire{
	{"OpenAI, no such key", 401, "", `{"error":{"message":"Incorrect API key provided: sk-x. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`,
		completion.Unauthorized, "Incorrect API key", 0},
	{"OpenAI, another country", 403, "", `{"error":{"code":"unsupported_country_region_territory","message":"Country, region, or territory not supported","param":null,"type":"request_forbidden"}}`,
		completion.WrongRegion, "", 0},
	{"OpenAI, nothing paid", 429, "", `{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}`,
		completion.NoCredit, "exceeded", 0},
	{"OpenAI, too fast", 429, "", `{"error":{"message":"Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested 4000. Please try again in 6.2s. Visit https://platform.openai.com/account/rate-limits to learn more.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}`,
		completion.RateLimited, "", 6200 * time.Millisecond},
	{"OpenAI, requests of a day", 429, "", `{"error":{"message":"Rate limit reached for gpt-4o on requests per day (RPD): Limit 200, Used 200. Please try again in 7m12s.","type":"requests","code":"rate_limit_exceeded"}}`,
		completion.QuotaUsed, "", 7*time.Minute + 12*time.Second},
	{"OpenAI, overloaded", 503, "Retry-After: 12", `{"error":{"message":"The engine is currently overloaded, please try again later","type":"server_error","param":null,"code":null}}`,
		completion.Overloaded, "", 12 * time.Second},
	{"OpenAI, a model for something else", 404, "", `{"error":{"message":"This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?","type":"invalid_request_error","param":"model","code":null}}`,
		completion.NotForChat, "", 0},
	{"OpenAI, too long", 400, "", `{"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}`,
		completion.TooLong, "", 0},
	{"OpenAI, no permission", 403, "", `{"error":{"message":"You have insufficient permissions for this operation. Missing scopes: model.request.","type":"invalid_request_error"}}`,
		completion.Forbidden, "", 0},
	{"Azure, a filter", 400, "", `{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{}}}}`,
		completion.Moderated, "", 0},
	{"Azure, an operation", 400, "", `{"error":{"code":"OperationNotSupported","message":"The chatCompletion operation does not work with the specified model, text-embedding-3-large. Please choose different model and try again."}}`,
		completion.NotForChat, "", 0},
	{"Anthropic, overloaded", 529, "", `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_x"}`,
		completion.Overloaded, "Overloaded", 0},
	{"Anthropic, nothing paid", 400, "", `{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."}}`,
		completion.NoCredit, "", 0},
	{"Anthropic, too large", 413, "", `{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum allowed number of bytes."}}`,
		completion.TooLarge, "", 0},
	{"Anthropic, too long", 400, "", `{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 213462 tokens > 200000 maximum"}}`,
		completion.TooLong, "", 0},
	{"Anthropic, a wrong key", 401, "", `{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}`,
		completion.Unauthorized, "", 0},
	{"Anthropic, too fast", 429, "retry-after: 41", `{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization's rate limit of 50,000 input tokens per minute."}}`,
		completion.RateLimited, "", 41 * time.Second},
	{"Google, as a list", 400, "", `[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}]`,
		completion.Unauthorized, "API key not valid", 0},
	{"Google, too fast", 429, "", `[{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}]`,
		completion.RateLimited, "", 34 * time.Second},
	{"Google, a day's quota", 429, "", `[{"error":{"code":429,"message":"You exceeded your current quota.","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}]`,
		completion.QuotaUsed, "", 0},
	{"Google, another country", 400, "", `[{"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}]`,
		completion.WrongRegion, "", 0},
	{"Google, overloaded", 503, "", `[{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}]`,
		completion.Overloaded, "", 0},
	{"Google, a missing model", 404, "", `[{"error":{"code":404,"message":"models/gemini-x is not found for API version v1main, or is not supported for generateContent.","status":"NOT_FOUND"}}]`,
		completion.ModelNotFound, "", 0},
	{"Google, too long", 400, "", `[{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}]`,
		completion.TooLong, "", 0},
	{"Mistral, a list of details", 422, "", `{"object":"error","message":{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required","input":{}}]},"type":"invalid_request_error","param":null,"code":null}`,
		completion.Rejected, "body messages: Field required", 0},
	{"Mistral, an unknown model", 400, "", `{"object":"error","message":"Invalid model: mistral-x","type":"invalid_model","param":null,"code":"1500"}`,
		completion.ModelNotFound, "", 0},
	{"Mistral, too busy", 429, "", `{"object":"error","message":"Service tier capacity exceeded for this model.","type":"service_tier_capacity_exceeded","param":null,"code":"3505"}`,
		completion.Overloaded, "", 0},
	{"Mistral, no key", 401, "", `{"detail":"Unauthorized"}`, completion.Unauthorized, "Unauthorized", 0},
	{"OpenRouter, no credits", 402, "", `{"error":{"message":"This request requires more credits, or fewer max_tokens. You requested up to 4096 tokens, but can only afford 12.","code":402}}`,
		completion.NoCredit, "", 0},
	{"OpenRouter, moderation", 403, "", `{"error":{"code":403,"message":"google/gemini requires moderation on Provider. Your input was flagged.","metadata":{"reasons":["violence"],"flagged_input":"…","provider_name":"Provider","model_slug":"x"}}}`,
		completion.Moderated, "", 0},
	{"OpenRouter, an inner error", 429, "", `{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"{\"error\":{\"message\":\"deepseek-r1 is temporarily rate-limited upstream. Please retry in 20 seconds\",\"code\":\"rate_limit\"}}","provider_name":"Chutes"}},"user_id":"u"}`,
		completion.RateLimited, "rate-limited upstream", 20 * time.Second},
	{"OpenRouter, an inner one that is too long", 400, "", `{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"message\":\"prompt is too long: 300000 tokens\"}","provider_name":"Bedrock"}}}`,
		completion.TooLong, "prompt is too long", 0},
	{"OpenRouter, a policy about data", 404, "", `{"error":{"message":"No endpoints found matching your data policy (Free model training).","code":404}}`,
		completion.Rejected, "data policy", 0},
	{"OpenRouter, free models of a day", 429, "", `{"error":{"message":"Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day","code":429,"metadata":{"headers":{"X-RateLimit-Limit":"50"}}}}`,
		completion.QuotaUsed, "", 0},
	{"LiteLLM, around another", 500, "", `{"error":{"message":"litellm.ContextWindowExceededError: AnthropicException - {\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long\"}}","type":null,"code":"500"}}`,
		completion.TooLong, "prompt is too long", 0},
	{"Groq, too large for the tier", 413, "", `{"error":{"message":"Request too large for model x in organization org on tokens per minute (TPM): Limit 6000, Requested 7000, please reduce your message size and try again.","type":"tokens","code":"rate_limit_exceeded"}}`,
		completion.TooLarge, "", 0},
	{"Groq, gone", 400, "", `{"error":{"message":"The model x has been decommissioned and is no longer supported.","type":"invalid_request_error","code":"model_decommissioned"}}`,
		completion.ModelNotFound, "", 0},
	{"DeepSeek, no balance", 402, "", `{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}`,
		completion.NoCredit, "", 0},
	{"Ollama, no model", 404, "", `{"error":{"message":"model 'x' not found","type":"not_found_error","param":null,"code":null}}`, completion.ModelNotFound, "", 0},
	{"Ollama, a model that embeds", 400, "", `{"error":{"message":"\"nomic-embed-text\" does not support chat","type":"invalid_request_error"}}`, completion.NotForChat, "", 0},
	{"Ollama, little memory", 500, "", `{"error":{"message":"model requires more system memory (5.6 GiB) than is available (3.9 GiB)","type":"api_error"}}`, completion.NoMemory, "5.6 GiB", 0},
	{"Ollama, busy", 503, "", `{"error":{"message":"server busy, please try again.  maximum pending requests exceeded","type":"api_error"}}`, completion.Overloaded, "", 0},
	{"llama.cpp, loading", 503, "", `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`, completion.Loading, "", 0},
	{"llama.cpp, too long", 400, "", `{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}}`, completion.TooLong, "", 0},
	{"llama.cpp, a key", 401, "", `{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}`, completion.Unauthorized, "", 0},
	{"vLLM, a missing model", 404, "", `{"object":"error","message":"The model ` + "`x`" + ` does not exist.","type":"NotFoundError","param":"model","code":404}`, completion.ModelNotFound, "", 0},
	{"vLLM, too long", 400, "", `{"error":{"message":"This model's maximum context length is 2048 tokens. However, you requested 2100 tokens (1100 in the messages, 1000 in the completion).","type":"BadRequestError","param":null,"code":400}}`, completion.TooLong, "", 0},
	{"vLLM, no template", 400, "", `{"object":"error","message":"As of transformers v4.44, default chat template is no longer allowed, so you must provide a chat template if the tokenizer does not define one.","type":"BadRequestError","code":400}`, completion.NotForChat, "", 0},
	{"LM Studio, nothing loaded", 404, "", `{"error":{"message":"No models loaded. Please load a model in the developer page or use the 'lms load' command.","type":"invalid_request_error","param":"model","code":null}}`, completion.ModelNotFound, "", 0},
	{"LM Studio, too large to load", 400, "", `{"error":"Failed to load model \"x\". Error: Model loading was stopped due to insufficient system resources: not enough memory."}`, completion.NoMemory, "", 0},
	{"TGI, too long", 422, "", `{"error":"Input validation error: ` + "`inputs`" + ` tokens + ` + "`max_new_tokens`" + ` must be <= 2048. Given: 2100","error_type":"validation"}`, completion.TooLong, "", 0},
	{"TGI, overloaded", 429, "", `{"error":"Model is overloaded","error_type":"overloaded"}`, completion.Overloaded, "", 0},
	{"Cloudflare, a list", 400, "", `{"success":false,"errors":[{"code":5007,"message":"No such model @cf/x or task"}],"messages":[],"result":{}}`, completion.ModelNotFound, "No such model", 0},
	{"Cohere, a plain one", 429, "", `{"message":"You are using a Trial key, which is limited to 1000 API calls per month."}`, completion.QuotaUsed, "", 0},
	{"FastAPI", 422, "", `{"detail":[{"loc":["body","model"],"msg":"field required","type":"value_error.missing"}]}`, completion.Rejected, "body model: field required", 0},
	{"plain text", 429, "Retry-After-Ms: 1500", "Too Many Requests", completion.RateLimited, "", 1500 * time.Millisecond},
	{"a page of another program", 404, "", `{"detail":"Not Found"}`, completion.NotFound, "", 0},
	{"nothing", 403, "", "", completion.Forbidden, "", 0},
}

func TestRefusalsAreUnderstood(t *testing.T) {
	for _, wire := range refusals {
		t.Run(wire.name, func(t *testing.T) {
			err := replay(t, wire)
			var e *completion.Error
			if !errors.As(err, &e) || e.Kind != wire.kind || !strings.Contains(e.Message, wire.says) || e.Wait.Round(time.Millisecond) != wire.wait {
				t.Errorf("got %+v", e)
			}
		})
	}
}

// replay asks a server that gives a response.
func replay(t *testing.T, wire wire) error {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		if name, value, found := strings.Cut(wire.header, ": "); found {
			w.Header().Set(name, value)
		}
		w.WriteHeader(wire.status)
		_, _ = io.WriteString(w, wire.body)
	}))
	defer server.Close()
	var client completion.Client
	defer client.Close()
	_, err := client.Answer(t.Context(), completion.Server{Base: server.URL}, "tiny", nil, func(completion.Delta) {})
	return err
}

// An error within a stream is never a complete answer.
func TestErrorsWithinStreams(t *testing.T) {
	areErrorsInStreams(t, []streamError{
		{"OpenRouter", `data: {"id":"x","object":"chat.completion.chunk","provider":"P","error":{"code":502,"message":"Provider disconnected unexpectedly"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}` + "\n\n", completion.ServerFailed, "Provider disconnected"},
		{"OpenRouter, too fast", `data: {"error":{"code":429,"message":"Provider returned error","metadata":{"raw":"slow down","provider_name":"P"}}}` + "\n\n", completion.RateLimited, "slow down"},
		{"Anthropic", "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n", completion.Overloaded, "Overloaded"},
		{"LM Studio", "event: error\ndata: {\"error\":{\"message\":\"The model has crashed without additional information. (Exit code: 137)\"}}\n\n", completion.ServerFailed, "crashed"},
		{"vLLM", `data: {"object":"error","message":"EngineDeadError: the engine died","type":"InternalServerError","code":500}` + "\n\ndata: [DONE]\n\n", completion.ServerFailed, "engine died"},
		{"Google", `data: [{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}]` + "\n\n", completion.Overloaded, "overloaded"},
		{"Ollama, a line of its own", `{"error":"an error was encountered while running the model: CUDA error: out of memory"}` + "\n", completion.NoMemory, "out of memory"},
		{"a choice", `data: {"choices":[{"index":0,"delta":{},"error":{"code":403,"message":"flagged by moderation"},"finish_reason":"error"}]}` + "\n\n", completion.Moderated, "flagged"},
		{"only a reason", `data: {"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}` + "\n\ndata: [DONE]\n\n", completion.ServerFailed, ""},
		{"DeepSeek", strings.ReplaceAll(ended, `"stop"`, `"insufficient_system_resource"`), completion.Overloaded, ""},
		{"vLLM, aborted", strings.ReplaceAll(ended, `"stop"`, `"abort"`), completion.Disconnected, ""},
		{"cut within an event", `data: {"choices":[{"delta":{"conte`, completion.Disconnected, ""},
		{"after the reason to finish", ended + `data: {"error":{"message":"boom"}}` + "\n\n", completion.ServerFailed, "boom"},
	})
}

// A streamError is what follows a first word in a stream, and the error that it is.
type streamError struct {
	name, body string
	kind       completion.Kind
	says       string // within the error's message
}

func areErrorsInStreams(t *testing.T, tests []streamError) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, _, _, err := ask(t, nil, delta("a")+test.body)
			var e *completion.Error
			if text != "a" || !errors.As(err, &e) || e.Kind != test.kind || !strings.Contains(e.Message, test.says) {
				t.Errorf("got %q, %+v", text, err)
			}
		})
	}
}

// Thoughts and texts, in the shapes that servers give them.
func TestShapesOfContents(t *testing.T) {
	event := func(delta string) string { return `data: {"choices":[{"index":0,"delta":` + delta + `}]}` + "\n\n" }
	for _, test := range []struct{ name, body, text, reasoning string }{
		{"a list of parts", event(`{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}`), "ab", ""},
		{"Mistral's thoughts", event(`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}`) + event(`{"content":"a"}`), "a", "hm"},
		{"Anthropic's thoughts", event(`{"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"a"}]}`), "a", "hm"},
		{"OpenRouter's thoughts, twice", event(`{"content":"","reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm"}]}`) + event(`{"content":"a"}`), "a", "hm"},
		{"OpenRouter's details alone", event(`{"reasoning_details":[{"type":"reasoning.summary","summary":"hm"},{"type":"reasoning.encrypted","data":"x"}]}`) + event(`{"content":"a"}`), "a", "hm"},
		{"one part", event(`{"content":{"type":"text","text":"a"}}`), "a", ""},
		{"an image", event(`{"content":[{"type":"image_url","image_url":{"url":"data:x"}},{"type":"text","text":"a"}]}`), "a", ""},
		{"two choices", `data: {"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}` + "\n\n", "a", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			text, reasoning, finish, err := ask(t, nil, test.body+ended)
			if err != nil || text != test.text || reasoning != test.reasoning || finish != completion.Stop {
				t.Errorf("got %q, %q, %q, %v", text, reasoning, finish, err)
			}
		})
	}
}

// A stream that is complete but is never closed ends all the same.
func TestStreamThatIsNeverClosed(t *testing.T) {
	left := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, delta("a")+ended)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(left)
	}))
	defer server.Close()
	client := completion.Client{Silence: 500 * time.Millisecond}
	defer client.Close()
	result, err := client.Answer(t.Context(), completion.Server{Base: server.URL}, "tiny", nil, func(completion.Delta) {})
	if err != nil || result.Finish != completion.Stop {
		t.Errorf("got %+v, %v", result, err)
	}
	<-left
}

func TestUsageIsCounted(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), `"stream_options":{"include_usage":true}`) {
			t.Errorf("asked %s", body)
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, delta("a")+ended+`data: {"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}`+"\n\ndata: [DONE]\n\n")
	}))
	defer server.Close()
	var client completion.Client
	defer client.Close()
	result, err := client.Answer(t.Context(), completion.Server{Base: server.URL}, "tiny", nil, func(completion.Delta) {})
	if err != nil || result.Usage != (completion.Usage{Read: 12, Written: 3}) {
		t.Errorf("got %+v, %v", result, err)
	}
}

// What a server does not know is left out of a second request.
func TestServersThatKnowLess(t *testing.T) {
	for _, test := range []struct{ name, refuses, answer, want string }{
		{"no counting", "stream_options", `{"error":{"message":"Unrecognized request argument supplied: stream_options","type":"invalid_request_error"}}`,
			`{"model":"tiny","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],"stream":true}`},
		{"no streams", `"stream":true`, `{"error":{"message":"Your organization must be verified to stream this model.","type":"invalid_request_error","param":"stream","code":"unsupported_value"}}`,
			`{"model":"tiny","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],"stream":false}`},
		{"no instructions of developers", `"system"`, `[{"error":{"code":400,"message":"Developer instruction is not enabled for models/gemma-3-27b-it","status":"INVALID_ARGUMENT"}}]`,
			`{"model":"tiny","messages":[{"role":"user","content":"Be brief.\n\nHi"}],"stream":true,"stream_options":{"include_usage":true}}`},
		{"no system prompt", `"system"`, `{"object":"error","message":"System role not supported","type":"BadRequestError","code":400}`,
			`{"model":"tiny","messages":[{"role":"user","content":"Be brief.\n\nHi"}],"stream":true,"stream_options":{"include_usage":true}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var last string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				last = strings.TrimSpace(string(body))
				if strings.Contains(last, test.refuses) {
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(http.StatusBadRequest)
					_, _ = io.WriteString(w, test.answer)
					return
				}
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, delta("a")+ended)
			}))
			defer server.Close()
			var client completion.Client
			defer client.Close()
			_, err := client.Answer(t.Context(), completion.Server{Base: server.URL}, "tiny",
				[]completion.Message{{Role: "system", Content: "Be brief."}, {Role: "user", Content: "Hi"}}, func(completion.Delta) {})
			if err != nil || last != test.want {
				t.Errorf("asked %s, %v", last, err)
			}
		})
	}
}
