package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"omniops/local/faults"
)

// service is OpenAI's name in faults and among the recorded requests.
const service = "openai"

// Operations of the service, as faults name them. Midway is looked at while an
// answer streams: a cut there ends it in the middle.
const (
	opChat   = "ChatCompletion"
	opMidway = "ChatCompletionMidway"
	opEmbed  = "Embedding"
	opModels = "Models"
)

// maxRequest bounds a request, in bytes.
const maxRequest = 8 << 20

// OpenAI speaks the parts of OpenAI's API that we use: chat completions,
// streamed or not, embeddings and models, as of the specification of 21 August
// 2026. It has no weights: a reader composes its answers from the passages in
// the prompt.
type OpenAI struct {
	reader *reader
	memory *memory
	faults *faults.Set
	delay  time.Duration // before each token
	now    func() time.Time
	count  atomic.Int64
	mux    *http.ServeMux
}

// NewOpenAI makes the stand-in. Its paths begin with /openai/v1.
func NewOpenAI(set *faults.Set, now func() time.Time, delay time.Duration) *OpenAI {
	o := &OpenAI{reader: newReader(), faults: set, delay: delay, now: now, mux: http.NewServeMux()}
	o.memory = newMemory(o.reader.lexicon)
	o.mux.HandleFunc("POST /openai/v1/chat/completions", o.chat)
	o.mux.HandleFunc("POST /openai/v1/embeddings", o.embeddings)
	o.mux.HandleFunc("GET /openai/v1/models", o.models)
	o.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		apiError(w, http.StatusNotFound, "invalid_request_error", "unknown_url", fmt.Sprintf("Unknown request URL: %s %s.", r.Method, r.URL.Path))
	})
	return o
}

// ServeHTTP answers a request, or fails it if a rule of the faults says so.
func (o *OpenAI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.faults.Wrap(service, operation,
		func(w http.ResponseWriter, _ *http.Request) {
			apiError(w, http.StatusTooManyRequests, "requests", "rate_limit_exceeded", "Rate limit reached. Please try again.")
		},
		func(w http.ResponseWriter, _ *http.Request) {
			apiError(w, http.StatusInternalServerError, "server_error", "", "The server had an error while processing your request.")
		},
		http.HandlerFunc(o.authenticated)).ServeHTTP(w, r)
}

func operation(r *http.Request) string {
	switch {
	case strings.HasSuffix(r.URL.Path, "/chat/completions"):
		return opChat
	case strings.HasSuffix(r.URL.Path, "/embeddings"):
		return opEmbed
	}
	return opModels
}

// authenticated insists on a key, whichever.
func (o *OpenAI) authenticated(w http.ResponseWriter, r *http.Request) {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") || strings.TrimSpace(key) == "" {
		apiError(w, http.StatusUnauthorized, "invalid_request_error", "invalid_api_key",
			"You didn't provide an API key. You need to provide it in an Authorization header using Bearer auth.")
		return
	}
	w.Header().Set("X-Request-Id", "req_"+strconv.FormatInt(o.count.Add(1), 10))
	o.mux.ServeHTTP(w, r)
}

// apiError answers with an error in OpenAI's shape.
func apiError(w http.ResponseWriter, status int, kind, code, message string) {
	body := map[string]any{"message": message, "type": kind, "param": nil, "code": nil}
	if code != "" {
		body["code"] = code
	}
	writeJSON(w, status, map[string]any{"error": body})
}

func badRequest(w http.ResponseWriter, message string) {
	apiError(w, http.StatusBadRequest, "invalid_request_error", "", message)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked may be gone
}

// decode reads a request, and answers it if it makes no sense.
func decode(w http.ResponseWriter, r *http.Request, into any) bool {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		apiError(w, http.StatusRequestEntityTooLarge, "invalid_request_error", "", "The request is too large.")
		return false
	}
	if err := json.Unmarshal(body, into); err != nil {
		badRequest(w, "We could not parse the JSON body of your request.")
		return false
	}
	return true
}

// chatRequest is the part of a chat completion request that is looked at.
type chatRequest struct {
	Model         string        `json:"model"`
	Messages      []chatMessage `json:"messages"`
	Stream        bool          `json:"stream"`
	StreamOptions *struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	MaxTokens           int             `json:"max_tokens"`
	MaxCompletionTokens int             `json:"max_completion_tokens"`
	Tools               []toolOffer     `json:"tools"`
	ToolChoice          json.RawMessage `json:"tool_choice"`
}

// completion is an answer before it is put into messages.
type completion struct {
	tokens []string
	calls  []toolCall
	reason string
	usage  map[string]int
}

// chat answers POST /chat/completions.
func (o *OpenAI) chat(w http.ResponseWriter, r *http.Request) {
	var req chatRequest
	if !decode(w, r, &req) {
		return
	}
	switch {
	case req.Model == "":
		badRequest(w, "you must provide a model parameter")
		return
	case len(req.Messages) == 0:
		badRequest(w, "Invalid 'messages': empty array. Expected an array with minimum length 1.")
		return
	}
	c := o.complete(req)
	id := fmt.Sprintf("chatcmpl-sandbox%d", o.count.Load())
	if req.Stream {
		o.stream(w, r, req, id, c)
		return
	}
	message := map[string]any{"role": "assistant", "content": strings.Join(c.tokens, ""), "refusal": nil}
	if len(c.calls) > 0 {
		message["content"], message["tool_calls"] = nil, c.calls
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"id": id, "object": "chat.completion", "created": o.now().Unix(), "model": req.Model,
		"choices": []any{map[string]any{"index": 0, "message": message, "logprobs": nil, "finish_reason": c.reason}},
		"usage":   c.usage,
	})
}

// complete makes the answer.
func (o *OpenAI) complete(req chatRequest) completion {
	in := read(req.Messages)
	c := completion{reason: "stop"}
	if call, ok := choose(req.Tools, string(req.ToolChoice), in); ok {
		call.ID = fmt.Sprintf("call_sandbox%d", o.count.Load())
		c.calls, c.reason = []toolCall{call}, "tool_calls"
	} else {
		c.tokens = tokens(o.reader.answer(in))
	}
	limit := req.MaxTokens
	if req.MaxCompletionTokens > 0 {
		limit = req.MaxCompletionTokens
	}
	if limit > 0 && len(c.tokens) > limit {
		c.tokens, c.reason = c.tokens[:limit], "length"
	}
	prompt := 3
	for _, m := range req.Messages {
		prompt += 4 + (len(m.Content)+3)/4
	}
	answered := max(len(c.tokens), 12*len(c.calls))
	c.usage = map[string]int{"prompt_tokens": prompt, "completion_tokens": answered, "total_tokens": prompt + answered}
	return c
}

// token is what a model would roughly send at once. Placeholders fall into
// several tokens, as they do for a real one.
var token = regexp.MustCompile(`\s*(\p{L}{1,7}|\d{1,3}|[^\s\p{L}\d]|\s+$)`)

func tokens(text string) []string {
	var out []string
	for text != "" {
		at := token.FindStringIndex(text)
		if at == nil || at[0] != 0 {
			return append(out, text)
		}
		out = append(out, text[:at[1]])
		text = text[at[1]:]
	}
	return out
}

// stream sends an answer as server-sent events.
func (o *OpenAI) stream(w http.ResponseWriter, r *http.Request, req chatRequest, id string, c completion) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	out := http.NewResponseController(w)
	usage := req.StreamOptions != nil && req.StreamOptions.IncludeUsage
	created := o.now().Unix()
	send := func(choices []any, counted any) bool {
		chunk := map[string]any{"id": id, "object": "chat.completion.chunk", "created": created, "model": req.Model, "choices": choices}
		if usage {
			chunk["usage"] = counted
		}
		data, err := json.Marshal(chunk)
		if err == nil {
			_, err = fmt.Fprintf(w, "data: %s\n\n", data)
		}
		return err == nil && out.Flush() == nil
	}
	delta := func(d map[string]any, reason any) bool {
		return send([]any{map[string]any{"index": 0, "delta": d, "logprobs": nil, "finish_reason": reason}}, nil)
	}
	if !delta(map[string]any{"role": "assistant", "content": ""}, nil) {
		return
	}
	for i, t := range c.tokens {
		if i == len(c.tokens)/2 && !o.midway(w, r) {
			return
		}
		if !rest(r.Context(), o.delay) || !delta(map[string]any{"content": t}, nil) {
			return
		}
	}
	for i, call := range c.calls {
		first := map[string]any{"index": i, "id": call.ID, "type": "function", "function": map[string]any{"name": call.Function.Name, "arguments": ""}}
		if !delta(map[string]any{"tool_calls": []any{first}}, nil) {
			return
		}
		for _, part := range tokens(call.Function.Arguments) {
			bit := map[string]any{"index": i, "function": map[string]any{"arguments": part}}
			if !rest(r.Context(), o.delay) || !delta(map[string]any{"tool_calls": []any{bit}}, nil) {
				return
			}
		}
	}
	if !delta(map[string]any{}, c.reason) || usage && !send([]any{}, c.usage) {
		return
	}
	_, _ = io.WriteString(w, "data: [DONE]\n\n")
}

// midway lets a fault hit in the middle of an answer, and reports whether the
// answer goes on.
func (o *OpenAI) midway(w http.ResponseWriter, r *http.Request) bool {
	if o.faults == nil {
		return true
	}
	wait, kind := o.faults.Pick(service, opMidway)
	if !rest(r.Context(), wait) {
		return false
	}
	switch kind {
	case faults.Cut:
		panic(http.ErrAbortHandler) // closes the connection under the answer
	case faults.Error, faults.Throttle:
		_, _ = io.WriteString(w, `data: {"error":{"message":"The server had an error.","type":"server_error","param":null,"code":null}}`+"\n\n")
		return false
	}
	return true
}

// rest waits, and reports whether anybody still listens.
func rest(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// models answers GET /models.
func (o *OpenAI) models(w http.ResponseWriter, _ *http.Request) {
	var data []any
	for _, name := range []string{"gpt-4.1-mini", "gpt-4o-mini", "text-embedding-3-large", "text-embedding-3-small"} {
		data = append(data, map[string]any{"id": name, "object": "model", "created": 1735689600, "owned_by": "sandbox"})
	}
	writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": data})
}
