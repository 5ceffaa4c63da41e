// Package mail stands in for Resend: it takes e-mails as its API does and puts
// them into a mailbox that a person or a test can open. Nothing is sent.
package mail

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"omniops/local/faults"
	"omniops/local/sandbox/journal"
)

// Service is Resend's name in faults and among the recorded requests.
const Service = "resend"

// Bounds (Resend, "Send email" and "Idempotency keys", read 2026-11-23).
const (
	maxRecipients = 50
	maxKey        = 256 // characters of an idempotency key
	keyLife       = 24 * time.Hour
	maxRequest    = 8 << 20
	keepMessages  = 2000
)

// Message is one e-mail that was taken.
type Message struct {
	ID      string            `json:"id"`
	At      time.Time         `json:"at"`
	From    string            `json:"from"`
	To      []string          `json:"to"`
	CC      []string          `json:"cc,omitempty"`
	BCC     []string          `json:"bcc,omitempty"`
	ReplyTo []string          `json:"reply_to,omitempty"`
	Subject string            `json:"subject"`
	Text    string            `json:"text"`
	HTML    string            `json:"html,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	Tags    []Tag             `json:"tags,omitempty"`
	Key     string            `json:"idempotency_key,omitempty"`
}

// Tag is a name and a value that the sender wants to find an e-mail by.
type Tag struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// used is what an idempotency key was used for.
type used struct {
	body string
	id   string
	at   time.Time
}

// Resend is the service. It is safe for concurrent use.
type Resend struct {
	now    func() time.Time
	faults *faults.Set

	mu       sync.Mutex
	messages []Message // oldest first
	keys     map[string]used
	kept     *journal.Journal[taken] // nil keeps nothing
}

// taken is an e-mail as it is kept, with the body that its key stands for.
type taken struct {
	Message
	Body string `json:"body,omitempty"`
}

// Keep brings back the mailbox that a file holds, and keeps in it what is taken from
// now on.
func (m *Resend) Keep(path string) error {
	kept, all, err := journal.Open[taken](path)
	if err != nil {
		return fmt.Errorf("read the mailbox: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range all {
		m.put(t)
	}
	m.kept = kept
	return nil
}

// Close ends keeping, and tells whether everything was kept.
func (m *Resend) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := m.kept
	m.kept = nil
	return kept.Close()
}

// put puts an e-mail into the mailbox.
func (m *Resend) put(t taken) {
	if m.messages = append(m.messages, t.Message); len(m.messages) > keepMessages {
		m.messages = slices.Clone(m.messages[keepMessages/2:])
	}
	if t.Key != "" {
		m.keys[t.Key] = used{t.Body, t.ID, t.At}
	}
	m.kept.Add(t)
}

// New makes the service with an empty mailbox.
func New(set *faults.Set, now func() time.Time) *Resend {
	return &Resend{now: now, faults: set, keys: map[string]used{}}
}

// ServeHTTP answers POST /emails, below whatever path it is mounted at.
func (m *Resend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.faults.Wrap(Service, func(*http.Request) string { return "SendEmail" },
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "1")
			w.Header().Set("Ratelimit-Limit", "2")
			w.Header().Set("Ratelimit-Remaining", "0")
			w.Header().Set("Ratelimit-Reset", "1")
			refuse(w, http.StatusTooManyRequests, "rate_limit_exceeded", "Too many requests. You can only make 2 requests per second. See rate limit response headers for more information.")
		},
		func(w http.ResponseWriter, _ *http.Request) {
			refuse(w, http.StatusInternalServerError, "application_error", "An unexpected error occurred.")
		}, http.HandlerFunc(m.take)).ServeHTTP(w, r)
}

// refuse answers with an error in Resend's shape.
func refuse(w http.ResponseWriter, status int, name, message string) {
	answer(w, status, map[string]any{"statusCode": status, "name": name, "message": message})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // whoever asked may be gone
}

// several is one string or a list of them.
type several []string

// UnmarshalJSON takes both.
func (s *several) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*s = several{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(s))
}

// take checks an e-mail and puts it into the mailbox.
func (m *Resend) take(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/emails") {
		refuse(w, http.StatusNotFound, "not_found", "The requested endpoint does not exist")
		return
	}
	if r.Method != http.MethodPost {
		refuse(w, http.StatusMethodNotAllowed, "method_not_allowed", "Method is not allowed for the requested path")
		return
	}
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case !strings.EqualFold(scheme, "bearer") || key == "":
		refuse(w, http.StatusUnauthorized, "missing_api_key", "Missing API key in the authorization header")
		return
	case !strings.HasPrefix(key, "re_"):
		refuse(w, http.StatusForbidden, "invalid_api_key", "API key is invalid")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "validation_error", "The e-mail is too large.")
		return
	}
	var in struct {
		From    string            `json:"from"`
		To      several           `json:"to"`
		CC      several           `json:"cc"`
		BCC     several           `json:"bcc"`
		ReplyTo several           `json:"reply_to"`
		Subject string            `json:"subject"`
		Text    string            `json:"text"`
		HTML    string            `json:"html"`
		Headers map[string]string `json:"headers"`
		Tags    []Tag             `json:"tags"`
	}
	if json.Unmarshal(body, &in) != nil {
		refuse(w, http.StatusUnprocessableEntity, "validation_error", "The request body makes no sense.")
		return
	}
	idempotency := r.Header.Get("Idempotency-Key")
	if problem, name := check(in.From, in.Subject, in.Text+in.HTML, idempotency, in.To, in.CC, in.BCC, in.Tags); problem != "" {
		status := http.StatusUnprocessableEntity
		if name == "invalid_idempotency_key" {
			status = http.StatusBadRequest
		}
		refuse(w, status, name, problem)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if idempotency != "" {
		before, again := m.keys[idempotency]
		switch {
		case faults.Conflicted(r.Context()):
			refuse(w, http.StatusConflict, "concurrent_idempotent_requests", "Another request with this idempotency key is in progress.")
			return
		case again && m.now().Sub(before.at) < keyLife && before.body != compact(body):
			refuse(w, http.StatusConflict, "invalid_idempotent_request", "This idempotency key was used with another request body.")
			return
		case again && m.now().Sub(before.at) < keyLife:
			answer(w, http.StatusOK, map[string]string{"id": before.id})
			return
		}
	}
	message := Message{
		ID: newID(), At: m.now().UTC(), From: in.From, To: in.To, CC: in.CC, BCC: in.BCC, ReplyTo: in.ReplyTo, Subject: in.Subject, Text: in.Text, HTML: in.HTML,
		Headers: in.Headers, Tags: in.Tags, Key: idempotency,
	}
	one := taken{Message: message}
	if idempotency != "" {
		one.Body = compact(body)
	}
	m.put(one)
	answer(w, http.StatusOK, map[string]string{"id": message.ID})
}

// check says what is wrong with an e-mail, and what Resend calls it.
func check(from, subject, content, key string, to, cc, bcc []string, tags []Tag) (message, name string) {
	const invalid = "validation_error"
	switch {
	case from == "":
		return "Missing `from` field.", "missing_required_field"
	case len(to) == 0:
		return "Missing `to` field.", "missing_required_field"
	case subject == "":
		return "Missing `subject` field.", "missing_required_field"
	case content == "":
		return "Missing `html` or `text` field.", "missing_required_field"
	case len(to)+len(cc)+len(bcc) > maxRecipients:
		return fmt.Sprintf("The e-mail has more than %d recipients.", maxRecipients), invalid
	case strings.ContainsAny(subject, "\r\n"):
		return "The `\\n` is not allowed in the `subject` field.", invalid
	case len(key) > maxKey:
		return fmt.Sprintf("The idempotency key must be between 1 and %d characters.", maxKey), "invalid_idempotency_key"
	}
	if _, err := netmail.ParseAddress(from); err != nil {
		return "Invalid `from` field. The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.", invalid
	}
	for _, address := range slices.Concat(to, cc, bcc) {
		if parsed, err := netmail.ParseAddress(address); err != nil || strings.ContainsAny(address, "\r\n") || !strings.Contains(parsed.Address, "@") {
			return "Invalid `to` field. The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.", invalid
		}
	}
	for _, t := range tags {
		if strings.Trim(t.Name+t.Value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
			return "Tags should only contain ASCII letters, numbers, underscores, or dashes.", invalid
		}
	}
	return "", ""
}

// compact is a JSON body without its white space.
func compact(body []byte) string {
	var out bytes.Buffer
	if json.Compact(&out, body) != nil {
		return string(body)
	}
	return out.String()
}

// newID is a random UUID, version 4.
func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	x := hex.EncodeToString(b)
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}
