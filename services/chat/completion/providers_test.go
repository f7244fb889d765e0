package completion_test

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"agents-tray/services/chat/completion"
)

// More refusals, as providers document them and as their users report them.
var reported = []wire{
	{"xAI, nothing paid", 403, "", `{"code":"The caller does not have permission to execute the specified operation","error":"Your newly created team doesn't have any credits yet. You can purchase credits on https://console.x.ai/team/x."}`,
		completion.NoCredit, "any credits", 0},
	{"xAI, all is spent", 429, "", `{"code":"Some resource has been exhausted","error":"Your team x has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit."}`,
		completion.NoCredit, "", 0},
	{"xAI, a wrong key", 400, "", `{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***ey. You can obtain an API key from https://console.x.ai."}`,
		completion.Unauthorized, "", 0},
	{"xAI, too long", 400, "", `{"code":"Client specified an invalid argument","error":"This model's maximum prompt length is 131072 but the request contains 537812 tokens."}`,
		completion.TooLong, "", 0},
	{"Anthropic, the limit of a month", 400, "", `{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2025-07-01 at 00:00 UTC."}}`,
		completion.QuotaUsed, "2025-07-01 at 00:00 UTC", 0},
	{"Anthropic, OpenAI's shape", 404, "", `{"error":{"code":"not_found_error","message":"model: claude-x","type":"not_found_error","param":null}}`,
		completion.ModelNotFound, "", 0},
	{"Anthropic, a time limit of its own", 504, "", `{"type":"error","error":{"type":"timeout_error","message":"Request timed out"}}`,
		completion.ServerFailed, "timed out", 0},
	{"Azure, no such deployment", 404, "", `{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}`,
		completion.ModelNotFound, "", 0},
	{"Azure, too fast", 429, "", `{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-02-01 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 60 seconds. Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit."}}`,
		completion.RateLimited, "", time.Minute},
	{"Azure, an operation that took too long", 408, "", `{"error":{"code":"Timeout","message":"The operation was timeout."}}`,
		completion.ServerFailed, "timeout", 0},
	{"GitHub, a day's requests", 429, "", `{"error":{"code":"RateLimitReached","message":"Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 34567 seconds before retrying.","details":"Please wait 34567 seconds before retrying."}}`,
		completion.QuotaUsed, "", 34567 * time.Second},
	{"GitHub, too large", 413, "", `{"error":{"code":"tokens_limit_reached","message":"Request body too large for gpt-4o model. Max size: 8000 tokens.","details":"…"}}`,
		completion.TooLarge, "8000 tokens", 0},
	{"GitHub, too long", 400, "", `{"error":{"message":"prompt token count of 140000 exceeds the limit of 128000","code":"model_max_prompt_tokens_exceeded"}}`,
		completion.TooLong, "", 0},
	{"Google, none of this model for free", 429, "", `[{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0, model: gemini-2.5-pro\nPlease retry in 20.04466179s.","status":"RESOURCE_EXHAUSTED"}}]`,
		completion.QuotaUsed, "limit: 0", 0},
	{"Google, an error within its text", 429, "", `{"error":{"message":"{\n  \"error\": {\n    \"code\": 429,\n    \"message\": \"Resource has been exhausted (e.g. check quota).\",\n    \"status\": \"RESOURCE_EXHAUSTED\"\n  }\n}\n","code":429,"status":"Too Many Requests"}}`,
		completion.RateLimited, "Resource has been exhausted", 0},
	{"Google, a model for something else", 404, "", `[{"error":{"code":404,"message":"models/text-embedding-004 is not found for API version v1main, or is not supported for generateContent.","status":"NOT_FOUND"}}]`,
		completion.NotForChat, "", 0},
	{"Cohere, calls of a month", 429, "", `{"message":"You are using a Trial key, which is limited to 1000 API calls / month. You can continue to use the Trial key for free or upgrade."}`,
		completion.QuotaUsed, "", 0},
	{"Cohere, calls of a minute", 429, "", `{"message":"You are using a Trial key, which is limited to 40 API calls / minute."}`, completion.RateLimited, "", 0},
	{"Cohere, too long", 400, "", `{"message":"too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292. Try using a shorter prompt, or enabling prompt truncating."}`,
		completion.TooLong, "", 0},
	{"Cerebras, tokens of a minute", 429, "", `{"message":"Tokens per minute limit exceeded - too many tokens processed.","type":"too_many_tokens_error","param":"quota","code":"token_quota_exceeded"}`,
		completion.RateLimited, "", 0},
	{"Cerebras, tokens of a day", 429, "", `{"message":"Tokens per day limit exceeded - too many tokens processed.","type":"too_many_tokens_error","param":"quota","code":"token_quota_exceeded"}`,
		completion.QuotaUsed, "", 0},
	{"Bedrock, tokens of a day", 429, "", `{"message":"Too many tokens per day, please wait before trying again."}`, completion.QuotaUsed, "", 0},
	{"NVIDIA, a problem without words", 429, "", `{"status":429,"title":"Too Many Requests"}`, completion.RateLimited, "", 0},
	{"Hugging Face, being loaded", 503, "", `{"error":"Model x/y is currently loading","estimated_time":20.5}`, completion.Loading, "", 20500 * time.Millisecond},
	{"Hugging Face, credits of a month", 402, "", `{"error":"You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x more monthly included credits."}`,
		completion.QuotaUsed, "", 0},
	{"Hugging Face, no provider", 400, "", `{"error":{"message":"The requested model 'x/y' is not supported by any provider you have enabled.","type":"invalid_request_error","param":"model","code":"model_not_supported"}}`,
		completion.ModelNotFound, "", 0},
	{"LM Studio, too long", 400, "", `{"error":"The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 13055>= n_ctx: 4096). Try to load the model with a larger context length, or provide a shorter input."}`,
		completion.TooLong, "", 0},
	{"LM Studio, too long, in the past", 400, "", `{"error":"Trying to keep the first 10136 tokens when context the overflows. However, the model is loaded with context length of only 7866 tokens, which is not enough."}`,
		completion.TooLong, "", 0},
	{"llama.cpp, embeddings only", 501, "", `{"error":{"code":501,"message":"This server does not support completions. Start it without ` + "`--embeddings`" + `","type":"not_supported_error"}}`,
		completion.NotForChat, "", 0},
	{"LocalAI, a model that does not load", 500, "", `{"error":{"code":500,"message":"failed to load model with internal loader: could not load model: rpc error: code = Unknown desc = failed loading model","type":""}}`,
		completion.LoadFailed, "", 0},
	{"Ollama, a model that does not load", 500, "", `{"error":{"message":"unable to load model: /root/.ollama/models/blobs/sha256-x","type":"api_error","param":null,"code":null}}`, completion.LoadFailed, "", 0},
	{"Ollama, a week's use", 429, "", `{"error":{"message":"you (x) have reached your weekly usage limit, upgrade for higher limits: https://ollama.com/upgrade","type":"api_error"}}`, completion.QuotaUsed, "", 0},
	{"Ollama, a subscription", 403, "", `{"error":{"message":"this model requires a subscription, upgrade for access: https://ollama.com/upgrade"}}`, completion.Forbidden, "requires a subscription", 0},
	{"Anthropic, the answer would not fit", 400, "", "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"input length and `max_tokens` exceed context limit: 143653 + 64000 > 200000, decrease input length or `max_tokens` and try again\"}}",
		completion.TooLong, "", 0},
	{"SGLang, too long", 400, "", `{"object":"error","message":"The input (61709 tokens) is longer than the model's context length (40960 tokens).","type":"BadRequestError","param":null,"code":400}`,
		completion.TooLong, "", 0},
	{"Perplexity, a model", 400, "", `{"error":{"message":"Invalid model 'x'. Permitted models can be found in the documentation at https://docs.perplexity.ai/.","type":"invalid_model","code":400}}`,
		completion.ModelNotFound, "", 0},
	{"Z.ai, nothing paid", 429, "", `{"error":{"code":"1113","message":"Insufficient balance or no resource package. Please recharge."}}`, completion.NoCredit, "", 0},
	{"Z.ai, five hours", 429, "", `{"error":{"code":"1308","message":"Usage limit reached for 5 hour. Your limit will reset at 2025-11-06 21:43:32"}}`, completion.QuotaUsed, "21:43:32", 0},
	{"Zhipu, nothing paid", 429, "", `{"error":{"code":"1113","message":"您的账户已欠费,请充值后重试"}}`, completion.NoCredit, "", 0},
	{"Zhipu, no such model", 400, "", `{"error":{"code":"1211","message":"模型不存在,请检查模型代码"}}`, completion.ModelNotFound, "", 0},
	{"Alibaba, nothing paid", 400, "", `{"error":{"code":"Arrearage","message":"Access denied, please make sure your account is in good standing.","type":"Arrearage"},"request_id":"x"}`, completion.NoCredit, "", 0},
	{"Alibaba, too long", 400, "", `{"error":{"message":"Range of input length should be [1, 30720]","type":"invalid_request_error","param":null,"code":"invalid_parameter_error"}}`, completion.TooLong, "", 0},
	{"Moonshot, too long", 400, "", `{"error":{"message":"Invalid request: Your request exceeded model token limit: 8192","type":"invalid_request_error"}}`, completion.TooLong, "", 0},
	{"OpenRouter, until a time", 429, "", `{"error":{"message":"Rate limit exceeded: free-models-per-day. ","code":429,"metadata":{"headers":{"X-RateLimit-Limit":"50","X-RateLimit-Remaining":"0","X-RateLimit-Reset":"4102444800000"}}}}`,
		completion.QuotaUsed, "", 0}, // that is too far away to be believed
	{"OpenRouter, a user that is gone", 401, "", `{"error":{"message":"User not found.","code":401}}`, completion.Unauthorized, "", 0},
	{"Scaleway, a model", 422, "", `{"error":"Model Not Found","status":422,"message":"The requested model is not found"}`, completion.ModelNotFound, "", 0},
	{"an event of a gateway", 429, "", "event: error\ndata: {\"error\":{\"message\":\"slow down, retry in 3s\"}}\n\n", completion.RateLimited, "slow down", 3 * time.Second},
	{"a text around JSON", 500, "", `upstream answered: {"error":{"message":"This model's maximum context length is 8192 tokens."}}`, completion.TooLong, "maximum context", 0},
	{"a byte order mark", 400, "", "\ufeff" + `{"error":{"message":"prompt is too long: 9 tokens"}}`, completion.TooLong, "", 0},
	{"seconds and minutes", 429, "", `{"error":{"message":"Rate limited. Please try again in 2 minutes and 5 seconds."}}`, completion.RateLimited, "", 125 * time.Second},
	{"a date", 429, "Retry-After: " + time.Now().Add(3*time.Hour).UTC().Format(http.TimeFormat), `{"error":{"message":"slow down"}}`, completion.RateLimited, "", -1},
	{"a limit in headers", 429, "X-Ratelimit-Reset-Requests: 1m2.5s", `{"error":{"message":"slow down"}}`, completion.RateLimited, "", -1},
	{"an error without words", 500, "", `{"error":{"code":"internal_error"}}`, completion.ServerFailed, "", 0},
	{"no content", 204, "", ``, completion.NotAModelServer, "", 0},
	{"a law", 451, "", ``, completion.WrongRegion, "", 0},
	{"http for https", 400, "", "Client sent an HTTP request to an HTTPS server.\n", completion.BadAddress, "HTTPS", 0},
	{"nginx, nothing behind it", 502, "Content-Type: text/html", "<html><head><title>502 Bad Gateway</title></head></html>", completion.Unavailable, "", 0},
	{"nginx, too slow", 504, "Content-Type: text/plain", "<html><head><title>504 Gateway Time-out</title></head></html>", completion.Unavailable, "", 0},
	{"Cloudflare, too slow", 524, "Content-Type: text/html", "<!DOCTYPE html><html>…", completion.Unavailable, "", 0},
	{"Cloudflare, too large", 413, "Content-Type: text/html", "<html><center><h1>413 Request Entity Too Large</h1></center></html>", completion.TooLarge, "", 0},
	{"Cloudflare, a riddle", 403, "Content-Type: text/html", "<!DOCTYPE html><title>Just a moment...</title>", completion.Forbidden, "", 0},
	{"Envoy", 503, "Content-Type: text/plain", "no healthy upstream", completion.Overloaded, "no healthy upstream", 0},
	{"Google, not available", 503, "", `[{"error":{"code":503,"message":"The service is currently unavailable.","status":"UNAVAILABLE"}}]`, completion.Unavailable, "currently unavailable", 0},
	{"a gateway without words", 503, "Retry-After: 9", "", completion.Unavailable, "", 9 * time.Second},
	{"a program that takes no POST", 501, "Content-Type: text/html", "<html>Unsupported method ('POST')</html>", completion.NotFound, "", 0},
}

func TestReportedRefusalsAreUnderstood(t *testing.T) {
	for _, wire := range reported {
		t.Run(wire.name, func(t *testing.T) {
			err := replay(t, wire)
			var e *completion.Error
			if !errors.As(err, &e) || e.Kind != wire.kind || !strings.Contains(e.Message, wire.says) {
				t.Fatalf("got %+v", e)
			}
			if wire.wait < 0 && e.Wait > 0 {
				return // some time, which depends on the clock
			}
			if e.Wait.Round(time.Millisecond) != wire.wait {
				t.Errorf("to wait for %v", e.Wait)
			}
		})
	}
}

func TestErrorsWithinStreamsOfMoreServers(t *testing.T) {
	areErrorsInStreams(t, []streamError{
		{"a text as an event of error", "event: error\ndata: error from LLM: unexpected status code: 413, body: {\"error\":{\"message\":\"Request too large for model x\",\"code\":\"rate_limit_exceeded\"}}\n\n", completion.TooLarge, "Request too large"},
		{"Groq", `data: {"choices":[],"x_groq":{"id":"x","error":"over capacity"}}` + "\n\ndata: [DONE]\n\n", completion.Overloaded, "over capacity"},
		{"llama.cpp, in the past", `error: {"code":500,"message":"Context size has been exceeded.","type":"server_error"}` + "\n\n", completion.TooLong, "exceeded"},
		{"MiniMax", `data: {"choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}` + "\n\n", completion.NoCredit, "insufficient balance"},
		{"Responses", "event: response.failed\n" + `data: {"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"Rate limit reached. Please try again in 3s."}}}` + "\n\n", completion.RateLimited, "try again in 3s"},
		{"Responses, an event", "event: error\n" + `data: {"type":"error","code":"server_error","message":"The server had an error","param":null}` + "\n\n", completion.ServerFailed, "had an error"},
		{"Google, in lines", "[{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"The model is overloaded.\",\n    \"status\": \"UNAVAILABLE\"\n  }\n}\n]\n", completion.Overloaded, "overloaded"},
		{"NVIDIA", `data: {"status":429,"title":"Too Many Requests"}` + "\n\n", completion.RateLimited, ""},
		{"no words", `data: {"error":{"type":"server_error"}}` + "\n\ndata: [DONE]\n\n", completion.ServerFailed, "server_error"},
		{"an empty event of error", "event: error\ndata: {}\n\n", completion.ServerFailed, ""},
		{"a number for the error", `data: {"error":500}` + "\n\ndata: [DONE]\n\n", completion.ServerFailed, ""},
		{"Google, a broken call", strings.ReplaceAll(ended, `"stop"`, `"function_call_filter: MALFORMED_FUNCTION_CALL"`), completion.ServerFailed, "MALFORMED"},
		{"Cohere", strings.ReplaceAll(ended, `"stop"`, `"ERROR"`) + "data: [DONE]\n\n", completion.ServerFailed, ""},
		{"cut within an event of lines", "data: {\"choices\":[\ndata: {\"delta\":{\"content\":\"b\"}}", completion.Disconnected, ""},
		{"an event that is never complete", "data: {\"choices\":[\n\ndata: [DONE]\n\n", completion.Malformed, ""},
	})
}

func TestFilteredAnswers(t *testing.T) {
	for _, reason := range []string{"content_filter", "SAFETY", "content_filter: PROHIBITED_CONTENT", "content-filter", "RECITATION", "SPII", "refusal", "sensitive", "IMAGE_SAFETY"} {
		if _, _, finish, err := ask(t, nil, delta("a")+strings.ReplaceAll(ended, `"stop"`, `"`+reason+`"`)); err != nil || finish != completion.Filtered {
			t.Errorf("%s: %q, %v", reason, finish, err)
		}
	}
	for _, reason := range []string{"MAX_TOKENS", "max_tokens", "model_length", "model_context_window_exceeded"} {
		if _, _, finish, err := ask(t, nil, delta("a")+strings.ReplaceAll(ended, `"stop"`, `"`+reason+`"`)); err != nil || finish != completion.Length {
			t.Errorf("%s: %q, %v", reason, finish, err)
		}
	}
}

// Compressed, and cut into pieces at any byte, an answer is the same.
func TestAnswersInPieces(t *testing.T) {
	body := "\ufeff: hello\r\n\r\n" + `data: {"choices":[{"delta":{"reasoning":"hm"}}]}` + "\r\n\r\n" + delta("größer") + ended + "data: [DONE]\n\n"
	for _, size := range []int{1, 2, 7, len(body)} {
		for _, compressed := range []bool{false, true} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				var to io.Writer = w
				flush := w.(http.Flusher).Flush
				if compressed && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
					w.Header().Set("Content-Encoding", "gzip")
					packer := gzip.NewWriter(w)
					defer packer.Close()
					to, flush = packer, func() { _ = packer.Flush(); w.(http.Flusher).Flush() }
				}
				for piece := range slices.Chunk([]byte(body), size) {
					_, _ = to.Write(piece)
					flush()
				}
			}))
			var client completion.Client
			var text, reasoning string
			result, err := client.Answer(t.Context(), completion.Server{Base: server.URL}, "tiny", nil, func(d completion.Delta) { text, reasoning = text+d.Text, reasoning+d.Reasoning })
			client.Close()
			server.Close()
			if err != nil || text != "größer" || reasoning != "hm" || result.Finish != completion.Stop {
				t.Errorf("pieces of %d, compressed %v: %q, %q, %+v, %v", size, compressed, text, reasoning, result, err)
			}
		}
	}
}

func TestStreamsOfOddServers(t *testing.T) {
	event := func(delta string) string { return `data: {"choices":[{"index":0,"delta":` + delta + `}]}` + "\n\n" }
	for _, test := range []struct{ name, contentType, body, text, reasoning string }{
		{"a byte order mark", "", "\ufeff" + delta("a") + ended, "a", ""},
		{"data in lines", "", "data: {\"choices\":[\ndata:   {\"delta\":{\"content\":\"a\"}}\ndata: ]}\n\n" + ended, "a", ""},
		{"data in lines, carriage returns", "", "data: {\"choices\":[\r\ndata: {\"delta\":{\"content\":\"a\"}}]}\r\n\r\n" + ended, "a", ""},
		{"events as JSON", "application/json", delta("a") + ended, "a", ""},
		{"JSON as events", "", "\n" + `{"choices":[{"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}]}` + "\n", "a", ""},
		{"JSON in lines, as text", "text/plain", "{\n \"choices\": [\n  {\"message\": {\"content\": \"a\"}}\n ]\n}\n", "a", ""},
		{"the whole answer as one event", "", `data: {"choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n", "a", ""},
		{"all so far beside each piece", "", `data: {"choices":[{"delta":{"content":"a"},"message":{"content":"a"}}]}` + "\n\n" + `data: {"choices":[{"delta":{"content":"b"},"message":{"content":"ab"}}]}` + "\n\n" + ended, "ab", ""},
		{"the end of thoughts", "", `data: {"choices":[{"delta":{"reasoning_content":"hm"},"finish_reason":"stop"}]}` + "\n\n" + delta("a") + ended, "a", "hm"},
		{"an object as the reason", "", delta("a") + `data: {"choices":[{"delta":{},"finish_reason":{"type":"stop"}}]}` + "\n\n", "a", ""},
		{"[DONE] in quotes", "", delta("a") + "data: \"[DONE]\"\n\n", "a", ""},
		{"pings", "", "event: ping\ndata: {\"type\":\"ping\"}\n\n" + delta("a") + ended, "a", ""},
		{"what was filtered of the prompt", "", `data: {"choices":[],"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}` + "\n\n" + delta("a") + ended, "a", ""},
		{"a filter that failed", "", `data: {"choices":[{"delta":{"content":"a"},"content_filter_result":{"error":{"code":"content_filter_error","message":"The contents are not filtered"}}}]}` + "\n\n" + ended, "a", ""},
		{"MiniMax, all well", "", delta("a") + ended + `data: {"choices":[],"base_resp":{"status_code":0,"status_msg":"success"}}` + "\n\n", "a", ""},
		{"null for everything", "", `data: {"choices":null,"usage":null,"error":null,"x_groq":null}` + "\n\n" + `data: {"choices":[{"delta":null,"finish_reason":null,"error":null}]}` + "\n\n" + delta("a") + ended, "a", ""},
		{"GitHub's thoughts", "", event(`{"reasoning_text":"hm"}`) + delta("a") + ended, "a", "hm"},
		{"LiteLLM's thoughts", "", event(`{"thinking_blocks":[{"type":"thinking","thinking":"hm","signature":"x"}]}`) + delta("a") + ended, "a", "hm"},
		{"Google's thoughts", "", event(`{"content":[{"text":"hm","thought":true},{"text":"a"}]}`) + ended, "a", "hm"},
		{"a summary of thoughts", "", event(`{"reasoning":{"summary":[{"type":"summary_text","text":"hm"}]}}`) + delta("a") + ended, "a", "hm"},
		{"a list of texts", "", event(`{"content":["a","b"]}`) + ended, "ab", ""},
		{"a call of a tool", "", event(`{"role":"assistant","tool_calls":[{"index":0,"id":"x","function":{"name":"f","arguments":""}}]}`) + delta("a") + ended, "a", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			header := map[string]string{}
			if test.contentType != "" {
				header["Content-Type"] = test.contentType
			}
			text, reasoning, finish, err := ask(t, header, test.body)
			if err != nil || text != test.text || reasoning != test.reasoning || finish != completion.Stop {
				t.Errorf("got %q, %q, %q, %v", text, reasoning, finish, err)
			}
		})
	}
}
