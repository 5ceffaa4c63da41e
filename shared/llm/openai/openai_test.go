package openai_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/inventory"
	"omniops/shared/llm"
	"omniops/shared/llm/openai"
	"omniops/shared/processor"
)

// at is when all tests take place.
func at() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// serve answers every request with a script, and gives a connection to it and
// the bodies it has received.
func serve(t *testing.T, answer http.HandlerFunc) (*openai.Model, func() []string) {
	t.Helper()
	var mu sync.Mutex
	var bodies []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		bodies = append(bodies, string(body))
		mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer test-key" {
			t.Errorf("Authorization = %q", r.Header.Get("Authorization"))
		}
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return openai.New(server.URL+"/v1", "test-key", "gpt-4.1-mini", server.Client()), func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(bodies)
	}
}

// stream answers with events.
func stream(events ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		for _, e := range events {
			fmt.Fprintf(w, "data: %s\n\n", e)
		}
	}
}

func chunk(content string) string {
	text, _ := json.Marshal(content)
	return fmt.Sprintf(`{"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4.1-mini","choices":[{"index":0,"delta":{"content":%s},"finish_reason":null}],"usage":null}`, text)
}

const (
	role  = `{"id":"c1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`
	stop  = `{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`
	usage = `{"id":"c1","choices":[],"usage":{"prompt_tokens":120,"completion_tokens":7,"total_tokens":127}}`
	done  = `[DONE]`
)

func ask() llm.Request {
	return llm.Request{
		Tenant: "shop", Region: processor.UnitedKingdom, Surface: processor.CustomerChat, Conversation: "c1",
		Task:     llm.Task{Version: "test/1", System: "Answer from the passages."},
		Passages: []llm.Passage{{N: 1, Title: "Returns", URL: "https://shop.example/returns", Text: "30 days."}},
		History:  []llm.Turn{{Text: "Hello"}, {Assistant: true, Text: "Hello, how can I help?"}},
		Question: "How long? I am jo@example.com", MaxTokens: 200, Language: "en",
	}
}

// answer asks through a router, as everybody does.
func answer(m *openai.Model, req llm.Request) (string, llm.Reply, error) {
	var shown strings.Builder
	reply, err := llm.NewRouter(at, m).Stream(context.Background(), req, func(token string) error {
		shown.WriteString(token)
		return nil
	})
	return shown.String(), reply, err
}

func TestStream(t *testing.T) {
	claim.Proves(t, "C063")
	m, bodies := serve(t, stream(role, chunk("You have "), chunk("30 days, [em"), chunk("ail_1] [1].\n\"Fine\" é 🫖 \\"), stop, usage, done))
	shown, reply, err := answer(m, ask())
	if err != nil {
		t.Fatal(err)
	}
	want := "You have 30 days, jo@example.com [1].\n\"Fine\" é 🫖 \\"
	if shown != want || reply.Text != want {
		t.Errorf("shown %q, text %q", shown, reply.Text)
	}
	l := reply.Ledger
	if reply.FinishReason != llm.Stopped || reply.Interrupted || l.PromptTokens != 120 || l.CompletionTokens != 7 ||
		l.CostMicroUSD != 60 || l.Provider != processor.OpenAI || l.Model != "gpt-4.1-mini" || l.Estimated {
		t.Errorf("reply = %+v", reply)
	}
	var sent map[string]any
	if err := json.Unmarshal([]byte(bodies()[0]), &sent); err != nil {
		t.Fatal(err)
	}
	messages := sent["messages"].([]any)
	delete(sent, "messages")
	if diff := cmp.Diff(map[string]any{
		"model": "gpt-4.1-mini", "store": false, "stream": true, "stream_options": map[string]any{"include_usage": true},
		"max_completion_tokens": 200.0, "temperature": 0.2,
	}, sent); diff != "" {
		t.Errorf("fields sent (-want +got):\n%s", diff)
	}
	var outbound []any
	for _, msg := range l.Outbound {
		outbound = append(outbound, map[string]any{"role": string(msg.Role), "content": msg.Text})
	}
	if diff := cmp.Diff(outbound, messages); diff != "" {
		t.Errorf("the ledger is not what was sent (-ledger +sent):\n%s", diff)
	}
	if strings.Contains(bodies()[0], "jo@example.com") {
		t.Error("the address was sent in clear")
	}
}

func TestToolCalls(t *testing.T) {
	m, bodies := serve(t, stream(
		role,
		`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"find_order","arguments":""}}]},"finish_reason":null}]}`,
		`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"email\":\"[ema"}}]},"finish_reason":null}]}`,
		`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"il_1]\"}"}}]},"finish_reason":null}]}`,
		`{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}`, usage, done))
	req := ask()
	req.Tools = []llm.Tool{{Name: "find_order", Description: "Finds an order.", Parameters: json.RawMessage(`{"type":"object"}`)}}
	shown, reply, err := answer(m, req)
	if err != nil || shown != "" || reply.FinishReason != llm.CallTool {
		t.Fatalf("%q, %+v, %v", shown, reply, err)
	}
	if diff := cmp.Diff([]llm.ToolCall{{ID: "call_1", Name: "find_order", Arguments: `{"email":"jo@example.com"}`}}, reply.Calls); diff != "" {
		t.Error(diff)
	}
	req.History = append(req.History, llm.Turn{Text: req.Question},
		llm.Turn{Assistant: true, Calls: reply.Calls}, llm.Turn{Result: "call_1", Text: `{"status":"sent to jo@example.com"}`})
	req.Question = ""
	if _, _, err := answer(m, req); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"find_order","arguments":"{\"email\":\"[email_1]\"}"}}]}`,
		`{"role":"tool","content":"{\"status\":\"sent to [email_1]\"}","tool_call_id":"call_1"}`,
		`"parallel_tool_calls":false`,
	} {
		if !strings.Contains(bodies()[1], want) {
			t.Errorf("no %s in %s", want, bodies()[1])
		}
	}
}

// TestMalformedStream holds what a provider must not send: each is an error, or
// an interrupted answer once it has begun, and never a panic.
func TestMalformedStream(t *testing.T) {
	for name, events := range map[string][]string{
		"no JSON":               {"nonsense"},
		"cut off":               {`{"choices":[{"delta":{"content":"a`},
		"no choices":            {`{"id":"c1"}`, done},
		"choices of no kind":    {`{"choices":7}`, done},
		"an array":              {`[1]`, done},
		"nothing":               {},
		"done at once":          {done},
		"no end":                {role},
		"no reason":             {role, done},
		"two reasons":           {stop, stop, done},
		"error in stream":       {`{"error":{"message":"overloaded","type":"server_error"}}`},
		"odd error in stream":   {`{"error":7}`},
		"call out of order":     {`{"choices":[{"delta":{"tool_calls":[{"index":7}]}}]}`, stop, done},
		"negative call":         {`{"choices":[{"delta":{"tool_calls":[{"index":-1}]}}]}`, stop, done},
		"fragment of no call":   {`{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"x"}}]}}]}`, stop, done},
		"calls of no kind":      {`{"choices":[{"delta":{"tool_calls":"all"}}]}`, stop, done},
		"usage of no kind":      {stop, `{"choices":[],"usage":"much"}`, done},
		"arguments without end": {`{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"` + strings.Repeat("x", 70<<10) + `"}}]}}]}`, stop, done},
		"event without end":     {`{"choices":[` + strings.Repeat(" ", 2<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := serve(t, stream(events...))
			shown, _, err := answer(m, ask())
			if fault.KindOf(err) != fault.Unavailable || shown != "" {
				t.Errorf("before the answer: %q, %v", shown, err)
			}
			m, _ = serve(t, stream(append([]string{chunk("You have")}, events...)...))
			shown, reply, err := answer(m, ask())
			if err != nil || !reply.Interrupted || shown != "You have" || reply.Text != shown || !reply.Ledger.Estimated {
				t.Errorf("after it began: %q, %+v, %v", shown, reply, err)
			}
		})
	}
}

func TestOddButValidStream(t *testing.T) {
	for name, body := range map[string]string{
		"carriage returns": "data: " + chunk("Yes") + "\r\n\r\ndata: " + stop + "\r\n\r\ndata: [DONE]\r\n\r\n",
		"comments":         ": hello\n\nevent: chunk\nid: 7\ndata:" + chunk("Yes") + "\n\ndata:" + stop + "\n\ndata:[DONE]",
		"other members":    `data: {"x":{"choices":[{"delta":{"content":"No"}}]},"s":"\"choices\":[","choices" : [ {"logprobs":[[1,{"a":"]"}]] , "delta":{"a":-1.5e3,"content":"Y\u0065\u0073"}} ,{"index":1}] }` + "\ndata: " + stop + "\ndata: [DONE]\n",
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, body)
			})
			if shown, reply, err := answer(m, ask()); err != nil || shown != "Yes" || reply.Interrupted {
				t.Errorf("%q, %+v, %v", shown, reply, err)
			}
		})
	}
}

// fails answers with an error in OpenAI's shape.
func fails(status int, code, after string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":{"message":"Bad key sk-abcdefghijklmnop1234.","type":"x","param":null,"code":%q}}`, code)
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name     string
		answer   http.HandlerFunc
		requests int
		failure  string
	}{
		{"rate limited", fails(429, "rate_limit_exceeded", ""), 2, "rate-limited"},
		{"rate limited for long", fails(429, "rate_limit_exceeded", "20"), 1, "rate-limited"},
		{"no money", fails(429, "insufficient_quota", ""), 1, "forbidden"},
		{"bad key", fails(401, "invalid_api_key", ""), 1, "forbidden"},
		{"bad request", fails(400, "context_length_exceeded", ""), 1, "invalid"},
		{"server error", fails(500, "", ""), 2, "unavailable"},
		{"overloaded", fails(503, "", ""), 2, "unavailable"},
		{"gateway's page", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", 502) }, 2, "unavailable"},
		{"a page instead of a stream", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, 1, "internal"},
		{"cut off", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 2, "unavailable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, bodies := serve(t, c.answer)
			_, reply, err := answer(m, ask())
			if fault.KindOf(err) != fault.Unavailable {
				t.Errorf("Kind %s: %v", fault.KindOf(err), err)
			}
			if len(bodies()) != c.requests {
				t.Errorf("%d requests, want %d", len(bodies()), c.requests)
			}
			for _, a := range reply.Ledger.Attempts {
				if a.Failure != c.failure {
					t.Errorf("failure %q, want %q", a.Failure, c.failure)
				}
			}
			if strings.Contains(err.Error(), "sk-abc") {
				t.Errorf("the error holds a key: %v", err)
			}
		})
	}
}

func TestYieldEndsTheCall(t *testing.T) {
	m, bodies := serve(t, stream(role, chunk("a"), chunk("b"), stop, done))
	gone := errors.New("gone")
	reply, err := llm.NewRouter(at, m).Stream(context.Background(), ask(), func(string) error { return gone })
	if !errors.Is(err, gone) || !reply.Interrupted || len(bodies()) != 1 {
		t.Errorf("%+v, %v", reply, err)
	}
}

func TestEmbed(t *testing.T) {
	m, bodies := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"object":"list","data":[{"index":1,"embedding":[0,1]},{"index":0,"embedding":[1,0]}],"model":"m","usage":{"prompt_tokens":9,"total_tokens":9}}`)
	})
	router := llm.NewRouter(at).WithEmbedders(m)
	got, err := router.Embed(context.Background(), llm.EmbedRequest{
		Tenant: "shop", Region: processor.EuropeanEconomicArea, Class: inventory.PublicContent,
		Texts: []string{"a kettle", "write to jo@example.com"}, Dimensions: 2,
	})
	if err != nil || got.Tokens != 9 || !slices.Equal(got.Vectors[0], []float32{1, 0}) || !slices.Equal(got.Vectors[1], []float32{0, 1}) {
		t.Errorf("%+v, %v", got, err)
	}
	if want := `{"dimensions":2,"input":["a kettle","write to [email_1]"],"model":"gpt-4.1-mini"}`; bodies()[0] != want {
		t.Errorf("sent %s", bodies()[0])
	}
	_, err = router.Embed(context.Background(), llm.EmbedRequest{Tenant: "shop", Region: processor.UnitedKingdom, Class: inventory.SecretMaterial, Texts: []string{"x"}})
	if fault.KindOf(err) != fault.Unavailable || len(bodies()) != 1 {
		t.Errorf("secrets: %v after %d requests", err, len(bodies()))
	}
	for _, data := range []string{`[]`, `[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]`, `[{"index":0,"embedding":[1]},{"index":5,"embedding":[1]}]`, `[{"index":0,"embedding":[]},{"index":1,"embedding":[1]}]`} {
		m, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `{"data":%s}`, data) })
		_, err := llm.NewRouter(at).WithEmbedders(m).Embed(context.Background(), llm.EmbedRequest{
			Tenant: "shop", Region: processor.UnitedKingdom, Class: inventory.PublicContent, Texts: []string{"a", "b"},
		})
		if fault.KindOf(err) != fault.Unavailable {
			t.Errorf("data %s: %v", data, err)
		}
	}
}
