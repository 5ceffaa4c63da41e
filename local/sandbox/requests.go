package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Request is one request that a sandbox received.
type Request struct {
	ID      int64             `json:"id"` // counts up from 1
	Service string            `json:"service"`
	At      time.Time         `json:"at"`
	Method  string            `json:"method"`
	Path    string            `json:"path"` // with the query
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"` // as it came if it is JSON, else as a string
}

// Bounds of what is kept.
const (
	keepRequests = 1000
	keepBytes    = 32 << 20 // of bodies
	keepBody     = 1 << 20  // of one body
)

// Requests keeps what the sandboxes received, newest last, for people and tests
// to look at. It is safe for concurrent use.
type Requests struct {
	now func() time.Time

	mu    sync.Mutex
	kept  []Request
	bytes int
	last  int64
}

// NewRequests makes an empty record that takes its times from now.
func NewRequests(now func() time.Time) *Requests { return &Requests{now: now} }

// Record puts the record in front of a sandbox.
func (q *Requests) Record(service string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head, err := io.ReadAll(io.LimitReader(r.Body, keepBody))
		if err != nil {
			http.Error(w, "the request's body ended early", http.StatusBadRequest)
			return
		}
		q.add(Request{Service: service, Method: r.Method, Path: r.URL.RequestURI(), Headers: headers(r), Body: body(head)})
		r.Body = rejoined{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
		next.ServeHTTP(w, r)
	})
}

// rejoined is a body whose head was read before.
type rejoined struct {
	io.Reader
	io.Closer
}

// headers gives a request's headers, without what would let somebody in.
func headers(r *http.Request) map[string]string {
	out := make(map[string]string, len(r.Header)+1)
	out["Host"] = r.Host
	for name, values := range r.Header {
		out[name] = strings.Join(values, ", ")
		lower := strings.ToLower(name)
		switch {
		case lower == "authorization":
			scheme, _, _ := strings.Cut(out[name], " ")
			out[name] = scheme + " (hidden)"
		case strings.Contains(lower, "key"), strings.Contains(lower, "token"), strings.Contains(lower, "secret"), strings.Contains(lower, "cookie"):
			out[name] = "(hidden)"
		}
	}
	return out
}

// body gives a body as JSON.
func body(b []byte) json.RawMessage {
	if json.Valid(b) {
		return b
	}
	text, _ := json.Marshal(string(b)) // a string always encodes
	return text
}

// Text is the body for a person to read.
func (r Request) Text() string {
	var text string
	if json.Unmarshal(r.Body, &text) == nil {
		return text
	}
	var out bytes.Buffer
	if json.Indent(&out, r.Body, "", "  ") != nil {
		return ""
	}
	return out.String()
}

func (q *Requests) add(r Request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last++
	r.ID, r.At = q.last, q.now()
	q.kept = append(q.kept, r)
	q.bytes += len(r.Body)
	drop := 0
	for len(q.kept)-drop > keepRequests || q.bytes > keepBytes && len(q.kept)-drop > 1 {
		q.bytes -= len(q.kept[drop].Body)
		q.kept[drop] = Request{}
		drop++
	}
	q.kept = q.kept[drop:]
}

// Received gives the requests of one service, or of all if it is empty, that
// came after the one with this ID.
func (q *Requests) Received(service string, after int64) []Request {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := []Request{}
	for _, r := range q.kept {
		if r.ID > after && (service == "" || r.Service == service) {
			out = append(out, r)
		}
	}
	return out
}

// Clear forgets all requests.
func (q *Requests) Clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.kept, q.bytes = nil, 0
}

// ServeHTTP is /_requests: GET lists what was received, narrowed by ?service=
// and ?after=<id>, DELETE forgets it.
func (q *Requests) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		after := int64(0)
		if s := r.URL.Query().Get("after"); s != "" {
			n, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				http.Error(w, "after is the id of a request", http.StatusBadRequest)
				return
			}
			after = n
		}
		writeJSON(w, http.StatusOK, map[string]any{"requests": q.Received(r.URL.Query().Get("service"), after)})
	case http.MethodDelete:
		q.Clear()
		w.WriteHeader(http.StatusNoContent)
	default:
		notAllowed(w, "GET, DELETE")
	}
}

func notAllowed(w http.ResponseWriter, methods string) {
	w.Header().Set("Allow", methods)
	http.Error(w, methods+" only", http.StatusMethodNotAllowed)
}
