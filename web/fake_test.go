package web_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"omniops/web/build"
)

// api speaks the HTTP contract of the chat, as a script tells it to.
type api struct {
	*httptest.Server
	t *testing.T

	mu       sync.Mutex
	session  map[string]any    // what POST /v1/sessions answers
	refuse   map[string]int    // status by method and path
	valid    map[string]string // conversation by session token
	lines    []line
	log      []string // every request, method and path
	messages []message
	began    string // what the transcript says of orders
	script   func(s *stream)
	issued   int
	gate     <-chan struct{} // while it is open, nothing is answered

	order   map[string]any            // what a right code shows
	actions map[string]map[string]any // by id
	asked   []call                    // everything below /v1/orders
	answers map[string]func(w http.ResponseWriter, c call)
}

// call is a request for an order.
type call struct {
	To    string // method and path below /v1/orders
	Body  map[string]any
	Token string
	Try   int // how often it came, from 1
}

// line is one line of GET /v1/chat.
type line struct {
	ID      string   `json:"id"`
	Turn    int      `json:"turn"`
	Author  string   `json:"author"`
	Text    string   `json:"text"`
	Sources []source `json:"sources"`
	SentAt  string   `json:"sent_at"`
	State   string   `json:"state"`
	Handoff bool     `json:"handoff"`
}

type source struct {
	N         int    `json:"n"`
	Title     string `json:"title"`
	URL       string `json:"url"`
	CrawledAt string `json:"crawled_at"`
	Stale     bool   `json:"stale"`
}

// message is what a shopper sent.
type message struct {
	Message string `json:"message"`
	Key     string `json:"idempotency_key"`
	Token   string `json:"-"`
}

// stream is one answer on its way. Its script runs in the request's handler.
type stream struct {
	message
	Try  int // how often this key came, from 1
	w    http.ResponseWriter
	r    *http.Request
	next int
}

// widget builds the chat once for all tests.
var widget = sync.OnceValues(build.Widget)

func newAPI(t *testing.T) *api {
	t.Helper()
	a := &api{
		t:       t,
		refuse:  map[string]int{},
		valid:   map[string]string{},
		order:   onItsWay(),
		actions: map[string]map[string]any{},
		answers: map[string]func(http.ResponseWriter, call){},
		script:  answerReturns,
		session: map[string]any{
			"expires_at":  "2026-12-01T10:00:00Z",
			"shop":        map[string]any{"name": "Kettle & Co", "accent": "#e08a00"},
			"language":    "en",
			"disclosure":  "You are chatting with an AI assistant of Kettle & Co, not with a person.",
			"notice":      "AI can make mistakes. Please check important information.",
			"suggestions": []string{"How long do I have to return a kettle?", "Which kettle works on induction?", "How do I descale a kettle?"},
		},
	}
	assets, err := widget()
	if err != nil {
		t.Fatal(err)
	}
	files := build.Handler(assets)
	mux := http.NewServeMux()
	mux.Handle("/widget/", files)
	mux.HandleFunc("POST /v1/sessions", a.mint)
	mux.HandleFunc("GET /v1/chat", a.transcript)
	mux.HandleFunc("POST /v1/chat", a.reply)
	mux.HandleFunc("GET /v1/orders/", a.orders)
	mux.HandleFunc("POST /v1/orders/", a.orders)
	mux.HandleFunc("OPTIONS /v1/", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		if r.Method != http.MethodOptions {
			a.log = append(a.log, r.Method+" "+r.URL.Path)
		}
		status := a.refuse[r.Method+" "+r.URL.Path]
		gate := a.gate
		a.mu.Unlock()
		if gate != nil {
			<-gate
		}
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
		h.Set("Access-Control-Expose-Headers", "Retry-After")
		h.Set("Access-Control-Max-Age", "600")
		if status != 0 {
			refuse(w, status, "Refused by the test.")
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(a.Close)
	return a
}

// set changes the script or the configuration while the server runs.
func (a *api) set(change func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change()
}

// requests lists what arrived so far.
func (a *api) requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.log)
}

// sent lists the messages that arrived so far.
func (a *api) sent() []message {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.messages)
}

func refuse(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"type": "https://omniops.dev/problems/test", "title": http.StatusText(status), "status": status, "detail": detail})
}

func (a *api) mint(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Language string `json:"language"`
		Token    string `json:"session_token"`
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&ask); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.issued++
	conversation := fmt.Sprintf("c%d", a.issued)
	if ask.Token != "" {
		var ours bool
		if _, err := fmt.Sscanf(ask.Token, "token-%d-", new(int)); err == nil {
			_, conversation, ours = cutLast(ask.Token)
		}
		if !ours {
			refuse(w, http.StatusUnauthorized, "That session is not ours.")
			return
		}
	}
	token := fmt.Sprintf("token-%d-%s", a.issued, conversation)
	a.valid[token] = conversation
	answer := map[string]any{"session_token": token, "conversation_id": conversation}
	for k, v := range a.session {
		answer[k] = v
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func cutLast(token string) (before, after string, found bool) {
	for i := len(token) - 1; i >= 0; i-- {
		if token[i] == '-' {
			return token[:i], token[i+1:], true
		}
	}
	return token, "", false
}

// allowed is false, and the answer 401, for a token that is not valid (any more).
func (a *api) allowed(w http.ResponseWriter, r *http.Request) (string, bool) {
	token := ""
	_, _ = fmt.Sscanf(r.Header.Get("Authorization"), "Bearer %s", &token)
	a.mu.Lock()
	_, ok := a.valid[token]
	a.mu.Unlock()
	if !ok {
		refuse(w, http.StatusUnauthorized, "The session has expired.")
	}
	return token, ok
}

func (a *api) transcript(w http.ResponseWriter, r *http.Request) {
	token, ok := a.allowed(w, r)
	if !ok {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	view := map[string]any{"conversation_id": a.valid[token], "messages": a.lines}
	if a.began != "" {
		view["orders"] = a.began
	}
	_ = json.NewEncoder(w).Encode(view)
}

func (a *api) reply(w http.ResponseWriter, r *http.Request) {
	token, ok := a.allowed(w, r)
	if !ok {
		return
	}
	m := message{Token: token}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	a.mu.Lock()
	a.messages = append(a.messages, m)
	try := 0
	for _, old := range a.messages {
		if old.Key == m.Key {
			try++
		}
	}
	script := a.script
	a.mu.Unlock()
	script(&stream{message: m, Try: try, w: w, r: r})
}

// event writes one event and sends it at once. The first one opens the stream
// with the disclosure, as the contract wants it.
func (s *stream) event(name string, data any) {
	if s.next == 0 {
		s.w.Header().Set("Content-Type", "text/event-stream")
		s.next = 1
		s.event("disclosure", map[string]any{"text": "You are chatting with an AI assistant.", "turn": 1})
	}
	raw, _ := json.Marshal(data)
	_, _ = fmt.Fprintf(s.w, "id: %d\nevent: %s\ndata: %s\n\n", s.next, name, raw)
	s.next++
	s.w.(http.Flusher).Flush()
}

func (s *stream) status(text string) { s.event("status", map[string]any{"text": text}) }
func (s *stream) token(text string)  { s.event("token", map[string]any{"text": text}) }
func (s *stream) done()              { s.event("done", map[string]any{"message_id": "m2", "turn": 1}) }

func (s *stream) sources(handoff bool, list ...source) {
	s.event("sources", map[string]any{"sources": list, "handoff": handoff, "degraded": false})
}

// hold keeps the answer back until the test lets it go, or the shopper leaves.
func (s *stream) hold(until <-chan struct{}) {
	select {
	case <-until:
	case <-s.r.Context().Done():
	}
}

// cut drops the connection in the middle of the answer.
func (s *stream) cut() {
	conn, _, err := s.w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

var returnsPage = source{1, "Returns and refunds", "https://shop.example/returns", "2026-11-24T05:00:00Z", false}

func answerReturns(s *stream) {
	for _, piece := range []string{"You may return a kettle ", "**within 30 days** of delivery [1]. ", "Unopened, you have 60 days."} {
		s.token(piece)
	}
	s.sources(false, returnsPage)
	s.done()
}

// newShop serves one page that embeds the chat under the strictest policy that
// the widget asks of a shop: scripts and connections to the API, nothing else.
func newShop(t *testing.T, chat *api, attributes string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; script-src "+chat.URL+"; connect-src "+chat.URL)
		_, _ = io.WriteString(w, `<!doctype html><html `+attributes+`><head><title>Shop</title><meta name="viewport" content="width=device-width, initial-scale=1"><script src="`+chat.URL+`/widget/omniops.js" async></script></head><body><h1>Shop</h1><p><a href="#a">A link of the shop</a></p></body></html>`)
	}))
	t.Cleanup(s.Close)
	return s
}
