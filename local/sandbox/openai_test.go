package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	api "github.com/sashabaranov/go-openai"

	"omniops/local/clock"
	"omniops/local/faults"
	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/llm"
	"omniops/shared/llm/openai"
	"omniops/shared/processor"
)

// start serves a console whose clock stands still.
func start(t *testing.T) (*Console, *faults.Set, *httptest.Server) {
	t.Helper()
	set := faults.New(1)
	console := New(Options{Clock: clock.Fixed(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)), Faults: set})
	server := httptest.NewServer(console)
	t.Cleanup(server.Close)
	return console, set, server
}

func library(server *httptest.Server) *api.Client {
	config := api.DefaultConfig("sk-test")
	config.BaseURL = server.URL + "/openai/v1"
	return api.NewClientWithConfig(config)
}

func router(server *httptest.Server) *llm.Router {
	return llm.NewRouter(time.Now, openai.New(server.URL+"/openai/v1", "sk-test", "gpt-4.1-mini", server.Client()))
}

func returns() llm.Request {
	return llm.Request{
		Tenant: "kettles", Region: processor.UnitedKingdom, Surface: processor.CustomerChat, Conversation: "c1",
		Task: llm.Task{Version: "test/1", System: "Answer from the passages."},
		Passages: []llm.Passage{
			{N: 1, Title: "Delivery", URL: "https://kettle.example/delivery", Text: "Standard delivery takes 2 to 4 working days."},
			{N: 2, Title: "Returns", URL: "https://kettle.example/returns", Text: "You can send anything back within 30 days.\nWrite to help@kettle.example first."},
		},
		Question: "How long do I have to return a kettle? I am jo@example.com",
	}
}

// TestAnswersThroughTheRouter is the whole way: masked prompt out, cited answer
// in, personal values restored.
func TestAnswersThroughTheRouter(t *testing.T) {
	claim.Proves(t, "C056", "C058", "C059", "C060")
	console, _, server := start(t)
	req := returns()
	req.History = []llm.Turn{
		{Text: "My card is 4242 4242 4242 4242, I use Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/120.0 at 203.0.113.9"},
		{Assistant: true, Text: "Please do not send card numbers."},
		{Text: "ok, here is a token shpat_0123456789abcdef0123456789abcdef"},
	}
	reply, err := router(server).Stream(context.Background(), req, func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if want := "You can send anything back within 30 days [2]."; !strings.HasPrefix(reply.Text, want) {
		t.Errorf("answer %q, want %q", reply.Text, want)
	}
	received := console.Requests.Received("openai", 0)
	if len(received) != 1 {
		t.Fatalf("%d requests", len(received))
	}
	sent := string(received[0].Body)
	for _, personal := range []string{"jo@example.com", "help@kettle", "4242", "Firefox", "203.0.113.9", "shpat_", "kettles", "c1"} {
		if strings.Contains(sent, personal) {
			t.Errorf("%q was sent: %s", personal, sent)
		}
	}
	if len(sent) > llm.Budget {
		t.Errorf("%d bytes were sent", len(sent))
	}
	if !strings.Contains(sent, `"store":false`) {
		t.Error("storing was not forbidden")
	}
	if h := received[0].Headers; h["Authorization"] != "Bearer (hidden)" || strings.Contains(h["User-Agent"], "Firefox") {
		t.Errorf("headers %v", h)
	}
}

func TestRestoresThroughTheStream(t *testing.T) {
	_, _, server := start(t)
	req := returns()
	req.Question = "Which email address do I write to before I return something?"
	var shown strings.Builder
	_, err := router(server).Stream(context.Background(), req, func(s string) error { shown.WriteString(s); return nil })
	if err != nil || !strings.Contains(shown.String(), "help@kettle.example") {
		t.Errorf("%q, %v", shown.String(), err)
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name        string
		rule        faults.Rule
		kind        fault.Kind // of the error
		interrupted bool
	}{
		{"one throttled", faults.Rule{Service: "openai", Kind: faults.Throttle, Count: 1}, -1, false},
		{"one error", faults.Rule{Service: "openai", Operation: "ChatCompletion", Kind: faults.Error, Count: 1}, -1, false},
		{"one cut", faults.Rule{Operation: "ChatCompletion", Kind: faults.Cut, Count: 1}, -1, false},
		{"all throttled", faults.Rule{Service: "openai", Kind: faults.Throttle}, fault.Unavailable, false},
		{"all errors", faults.Rule{Service: "openai", Operation: "ChatCompletion", Kind: faults.Error}, fault.Unavailable, false},
		{"cut midway", faults.Rule{Service: "openai", Operation: "ChatCompletionMidway", Kind: faults.Cut}, -1, true},
		{"error midway", faults.Rule{Service: "openai", Operation: "ChatCompletionMidway", Kind: faults.Error}, -1, true},
		{"another operation", faults.Rule{Service: "openai", Operation: "Embedding", Kind: faults.Error}, -1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, set, server := start(t)
			if err := set.Replace(c.rule); err != nil {
				t.Fatal(err)
			}
			reply, err := router(server).Stream(context.Background(), returns(), func(string) error { return nil })
			if err != nil != (c.kind >= 0) || err != nil && fault.KindOf(err) != c.kind {
				t.Errorf("error %v", err)
			}
			if reply.Interrupted != c.interrupted || c.interrupted && reply.Text == "" {
				t.Errorf("interrupted %v with %q", reply.Interrupted, reply.Text)
			}
		})
	}
}

func TestWithoutStream(t *testing.T) {
	_, _, server := start(t)
	reply, err := library(server).CreateChatCompletion(context.Background(), api.ChatCompletionRequest{
		Model: "gpt-4.1-mini", Messages: []api.ChatCompletionMessage{{Role: "user", Content: "Hello"}}, MaxCompletionTokens: 3,
	})
	if err != nil || reply.Choices[0].Message.Content != "Hello. What" || reply.Choices[0].FinishReason != api.FinishReasonLength || reply.Usage.CompletionTokens != 3 {
		t.Errorf("%+v, %v", reply, err)
	}
}

func TestToolCalls(t *testing.T) {
	_, _, server := start(t)
	req := returns()
	req.Question = "Look up the order #1042 for jo@example.com"
	req.Tools = []llm.Tool{
		{Name: "find_product", Description: "Finds a product.", Parameters: json.RawMessage(`{"type":"object","properties":{"name":{"type":"string"}}}`)},
		{Name: "look_up_order", Description: "Looks up an order.", Parameters: json.RawMessage(`{"type":"object","properties":{"order":{"type":"string"},"email":{"type":"string"}}}`)},
	}
	reply, err := router(server).Stream(context.Background(), req, func(string) error { return nil })
	if err != nil || len(reply.Calls) != 1 || reply.FinishReason != llm.CallTool {
		t.Fatalf("%+v, %v", reply, err)
	}
	if c := reply.Calls[0]; c.Name != "look_up_order" || c.Arguments != `{"email":"jo@example.com","order":"#1042"}` {
		t.Errorf("%+v", c)
	}
	req.History = []llm.Turn{{Text: req.Question}, {Assistant: true, Calls: reply.Calls}, {Result: reply.Calls[0].ID, Text: "It is on its way."}}
	req.Question = ""
	if reply, err = router(server).Stream(context.Background(), req, func(string) error { return nil }); err != nil || reply.Text != "It is on its way." {
		t.Errorf("%+v, %v", reply, err)
	}
	req = returns()
	req.Tools = []llm.Tool{{Name: "find_product", Description: "Finds a product.", Parameters: json.RawMessage(`{"type":"object"}`)}}
	if reply, err = router(server).Stream(context.Background(), req, func(string) error { return nil }); err != nil || len(reply.Calls) != 0 {
		t.Errorf("a question about returns: %+v, %v", reply, err)
	}
	change := llm.Tool{Name: "propose_change", Description: "Propose to cancel or return an order.", Parameters: json.RawMessage(`{"type":"object","properties":{"kind":{"type":"string","enum":["cancel","return"]}}}`)}
	for question, calls := range map[string]int{
		"Cancel my order #1057": 1, "Please return my order #1019": 1, "Can you cancel order #1057?": 1,
		"Is #1057 cancelled?": 0, "Has my order #1057 been cancelled?": 0, "Ist #1057 storniert?": 0, "When was the return of my order asked for?": 0,
	} {
		req := returns()
		req.Question, req.Tools = question, []llm.Tool{change}
		if reply, err := router(server).Stream(context.Background(), req, func(string) error { return nil }); err != nil || len(reply.Calls) != calls {
			t.Errorf("%q: %+v, %v", question, reply.Calls, err)
		}
	}
}

func TestEmbeddings(t *testing.T) {
	_, _, server := start(t)
	client := library(server)
	embed := func(dimensions int, format api.EmbeddingEncodingFormat, texts ...string) [][]float32 {
		reply, err := client.CreateEmbeddings(context.Background(), api.EmbeddingRequest{
			Input: texts, Model: api.SmallEmbedding3, Dimensions: dimensions, EncodingFormat: format,
		})
		if err != nil {
			t.Fatal(err)
		}
		var out [][]float32
		for _, d := range reply.Data {
			out = append(out, d.Embedding)
		}
		return out
	}
	cosine := func(a, b []float32) (sum float64) {
		for i := range a {
			sum += float64(a[i]) * float64(b[i])
		}
		return sum
	}
	v := embed(256, "", "How do I send a kettle back?", "Returning kettles is free.", "Our showroom is in Leeds.")
	if len(v[0]) != 256 || math.Abs(cosine(v[0], v[0])-1) > 1e-5 {
		t.Errorf("%d dimensions, length %v", len(v[0]), cosine(v[0], v[0]))
	}
	if near, far := cosine(v[0], v[1]), cosine(v[0], v[2]); near < far+0.1 {
		t.Errorf("like %v, unlike %v", near, far)
	}
	if again := embed(256, api.EmbeddingEncodingFormatBase64, "How do I send a kettle back?"); cosine(v[0], again[0]) < 1-1e-6 {
		t.Error("another vector the second time")
	}
	if whole := embed(0, "", "x"); len(whole[0]) != 1536 {
		t.Errorf("%d dimensions", len(whole[0]))
	}
}

func TestErrorsHaveOpenAIsShape(t *testing.T) {
	_, _, server := start(t)
	for _, c := range []struct {
		name, method, path, body, key string
		status                        int
	}{
		{"no key", "POST", "/chat/completions", `{}`, "", 401},
		{"no JSON", "POST", "/chat/completions", `{`, "k", 400},
		{"no model", "POST", "/chat/completions", `{"messages":[{"role":"user","content":"x"}]}`, "k", 400},
		{"no messages", "POST", "/chat/completions", `{"model":"m"}`, "k", 400},
		{"content of another kind", "POST", "/chat/completions", `{"model":"m","messages":[{"role":"user","content":7}]}`, "k", 400},
		{"too large", "POST", "/chat/completions", strings.Repeat(" ", maxRequest+1), "k", 413},
		{"unknown path", "GET", "/engines", ``, "k", 404},
		{"wrong method", "GET", "/chat/completions", ``, "k", 404},
		{"empty text", "POST", "/embeddings", `{"model":"m","input":""}`, "k", 400},
		{"no text", "POST", "/embeddings", `{"model":"m","input":[]}`, "k", 400},
		{"tokens", "POST", "/embeddings", `{"model":"m","input":[[1,2]]}`, "k", 400},
		{"too many dimensions", "POST", "/embeddings", `{"model":"text-embedding-3-small","input":"x","dimensions":1537}`, "k", 400},
		{"models", "GET", "/models", ``, "k", 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequest(c.method, server.URL+"/openai/v1"+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if c.key != "" {
				req.Header.Set("Authorization", "Bearer "+c.key)
			}
			resp, err := server.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != c.status {
				t.Fatalf("status %d, %v", resp.StatusCode, err)
			}
			var reply struct {
				Error *struct{ Message, Type string }
				Data  []any
			}
			if err := json.Unmarshal(body, &reply); err != nil || (c.status == 200) == (reply.Error != nil) || reply.Error != nil && (reply.Error.Message == "" || reply.Error.Type == "") {
				t.Errorf("%s, %v", body, err)
			}
		})
	}
}

func TestConsole(t *testing.T) {
	console, set, server := start(t)
	send := func(method, path, body string) (int, string) {
		req, err := http.NewRequest(method, server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var out bytes.Buffer
		if _, err := out.ReadFrom(resp.Body); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		return resp.StatusCode, strings.TrimSpace(out.String())
	}
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/clock", "", 200, `{"offset":"0s","now":"2026-11-23T09:00:00Z"}`},
		{"PUT", "/clock", `{"offset":"2160h"}`, 200, `{"offset":"2160h0m0s","now":"2027-02-21T09:00:00Z"}`},
		{"PUT", "/clock", `{"offset":"tomorrow"}`, 400, "Go duration"},
		{"PUT", "/clock", `{}`, 400, "2160h"},
		{"PUT", "/clock", `{"offset":"1h","extra":1}`, 400, "2160h"},
		{"DELETE", "/clock", "", 405, "GET, PUT"},
		{"PUT", "/_faults", `[{"service":"openai","kind":"delay","delay":"1ms"}]`, 200, `"1ms"`},
		{"POST", "/openai/v1/chat/completions", "<no json>", 401, "API key"},
		{"GET", "/_requests", "", 200, `"body":"\u003cno json\u003e"`},
		{"GET", "/_requests?service=stripe", "", 200, `{"requests":[]}`},
		{"GET", "/_requests?after=1", "", 200, `{"requests":[]}`},
		{"GET", "/_requests?after=x", "", 400, "id"},
		{"POST", "/_requests", "", 405, "DELETE"},
		{"GET", "/", "", 200, "&lt;no json&gt;"},
		{"GET", "/", "", 200, "Sunday 21 February 2027, 09:00:00"},
		{"GET", "/", "", 200, "delay 1ms"},
		{"DELETE", "/_requests", "", 204, ""},
		{"GET", "/_requests", "", 200, `{"requests":[]}`},
		{"GET", "/nowhere", "", 404, ""},
	} {
		if status, body := send(c.method, c.path, c.body); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s %s: %d %s", c.method, c.path, status, body)
		}
	}
	if len(set.Rules()) != 1 || len(console.Requests.Received("", 0)) != 0 {
		t.Error("the console shows other rules and requests than it keeps")
	}
}

func TestRequestsAreBounded(t *testing.T) {
	q := NewRequests(func() time.Time { return time.Time{} })
	for range keepRequests + 5 {
		q.add(Request{Body: json.RawMessage("1")})
	}
	if kept := q.Received("", 0); len(kept) != keepRequests || kept[0].ID != 6 {
		t.Errorf("%d kept, from %d", len(kept), kept[0].ID)
	}
	large := json.RawMessage(strings.Repeat("1", keepBody))
	for range 50 {
		q.add(Request{Body: large})
	}
	if kept := q.Received("", 0); len(kept) != keepBytes/keepBody || q.bytes > keepBytes {
		t.Errorf("%d kept, %d bytes", len(kept), q.bytes)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("Passages.\n\n[1] Returns\nhttps://a.example\n| 30 days.\n\nLanguage: en\nQuestion:\nHow long?")
	f.Add("Hello")
	r := newReader()
	f.Fuzz(func(t *testing.T, content string) {
		in := read([]chatMessage{{Role: "user", Content: content}})
		answer := r.answer(in)
		if answer == "" || answer != r.answer(in) {
			t.Errorf("%q is answered with %q", content, answer)
		}
		if strings.Join(tokens(answer), "") != answer {
			t.Errorf("the tokens of %q are %q", answer, tokens(answer))
		}
	})
}
