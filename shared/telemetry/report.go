package telemetry

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"omniops/shared/fault"
)

// Reporter sends errors to Sentry (envelope protocol, develop.sentry.dev, read
// 2026-07). An event is put together here from what may be known: the scrubbed
// error, where a panic was raised, and identifiers. Nothing is collected that
// would have to be taken out again, which is why the SDK is not used; it would
// also add a tenth to every function's size.
type Reporter struct {
	client      *http.Client
	url, auth   string
	environment string
	function    string
	now         func() time.Time

	mu     sync.Mutex
	recent map[string]time.Time // fingerprint → when it was last sent
	quiet  time.Time            // until then nothing is sent
}

// NewReporter makes a reporter for a DSN, https://<key>@<host>/<project>. The
// client decides which hosts it may reach.
func NewReporter(dsn string, client *http.Client, now func() time.Time, environment, function string) (*Reporter, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.User.Username() == "" || u.Host == "" || len(u.Path) < 2 {
		return nil, errors.New("the Sentry DSN is not https://<key>@<host>/<project>")
	}
	prefix, project := path.Split(u.Path)
	return &Reporter{
		client:      client,
		url:         u.Scheme + "://" + u.Host + prefix + "api/" + project + "/envelope/",
		auth:        "Sentry sentry_version=7, sentry_client=omniops/1, sentry_key=" + u.User.Username(),
		environment: environment,
		function:    function,
		now:         now,
		recent:      map[string]time.Time{},
	}, nil
}

// The event of Sentry's protocol, as far as we fill it.
type (
	event struct {
		ID          string            `json:"event_id"`
		Timestamp   time.Time         `json:"timestamp"`
		Platform    string            `json:"platform"`
		Level       string            `json:"level"`
		Environment string            `json:"environment,omitempty"`
		Transaction string            `json:"transaction,omitempty"`
		Fingerprint []string          `json:"fingerprint"`
		Tags        map[string]string `json:"tags"`
		Exception   exceptions        `json:"exception"`
	}
	exceptions struct {
		Values []exception `json:"values"` // the cause first
	}
	exception struct {
		Type       string      `json:"type"`
		Value      string      `json:"value"`
		Stacktrace *stacktrace `json:"stacktrace,omitempty"`
	}
	stacktrace struct {
		Frames []frame `json:"frames"` // the innermost last
	}
	frame struct {
		Function string `json:"function"`
		Filename string `json:"filename"`
		Line     int    `json:"lineno"`
		InApp    bool   `json:"in_app"`
	}
)

const (
	maxWait  = 2 * time.Second // for Sentry to take an event
	interval = time.Minute     // between two events with one fingerprint, and after a refusal
)

// Report sends err with the notes of ctx's line, and waits until Sentry has it,
// because a Lambda function is frozen once it has answered. The same fault is
// sent once a minute at most. What goes wrong here is logged and nothing more.
func (r *Reporter) Report(ctx context.Context, err error) {
	e := r.describe(ctx, err)
	if !r.due(strings.Join(e.Fingerprint, "\x00")) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxWait)
	defer cancel()
	if err := r.send(ctx, e); err != nil {
		r.mu.Lock()
		r.quiet = r.now().Add(interval)
		r.mu.Unlock()
		Logger(ctx).WarnContext(ctx, "an error report was not sent", "error", err)
	}
}

// due reports whether a fingerprint may be sent now, and counts it as sent.
func (r *Reporter) due(fingerprint string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if now.Before(r.quiet) || now.Sub(r.recent[fingerprint]) < interval {
		return false
	}
	if len(r.recent) >= 100 {
		clear(r.recent)
	}
	r.recent[fingerprint] = now
	return true
}

// describe makes the event for err.
func (r *Reporter) describe(ctx context.Context, err error) event {
	var id [16]byte
	_, _ = rand.Read(id[:]) // documented never to fail
	kind := fault.KindOf(err)
	e := event{
		ID:          hex.EncodeToString(id[:]),
		Timestamp:   r.now().UTC(),
		Platform:    "go",
		Level:       "error",
		Environment: r.environment,
		Transaction: r.function,
		Tags:        map[string]string{"kind": kind.String()},
	}
	if kind == fault.Unavailable {
		e.Level = "warning"
	}
	for _, note := range notes(ctx) {
		e.Tags[note.Key] = Scrub(note.Value.String())
	}
	top := exception{Type: fmt.Sprintf("%T", root(err)), Value: Scrub(err.Error())}
	if p, ok := errors.AsType[*Panic](err); ok {
		e.Level = "fatal"
		top.Type, top.Value = "panic", Scrub(fmt.Sprint(p.Value))
		top.Stacktrace = trace(p)
	}
	e.Exception.Values = []exception{top}
	e.Fingerprint = []string{r.function, kind.String(), top.Type, shape(top.Value)}
	return e
}

// root is the innermost cause, whose type says most.
func root(err error) error {
	for {
		cause := errors.Unwrap(err)
		if cause == nil {
			return err
		}
		err = cause
	}
}

// trace gives a panic's calls in Sentry's order.
func trace(p *Panic) *stacktrace {
	var t stacktrace
	for f := range p.frames {
		t.Frames = append([]frame{{
			Function: f.Function,
			Filename: f.File,
			Line:     f.Line,
			InApp:    strings.HasPrefix(f.Function, "omniops/") || strings.HasPrefix(f.Function, "main."),
		}}, t.Frames...)
	}
	return &t
}

// shape is a text without the words that differ between two cases of one fault:
// those with a digit in them.
func shape(text string) string {
	words := strings.Fields(text)
	for i, w := range words {
		if strings.ContainsAny(w, "0123456789") {
			words[i] = "#"
		}
	}
	return strings.Join(words, " ")
}

// send delivers one event.
func (r *Reporter) send(ctx context.Context, e event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode a report: %w", err)
	}
	var envelope bytes.Buffer
	fmt.Fprintf(&envelope, "{\"event_id\":%q}\n{\"type\":\"event\",\"length\":%d}\n%s\n", e.ID, len(body), body)
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, &envelope)
	if err != nil {
		return fmt.Errorf("send a report: %w", err)
	}
	q.Header.Set("Content-Type", "application/x-sentry-envelope")
	q.Header.Set("X-Sentry-Auth", r.auth)
	q.Header.Set("User-Agent", "omniops/1")
	resp, err := r.client.Do(q)
	if err != nil {
		return fmt.Errorf("send a report: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // lets the connection be used again
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("send a report: Sentry answered %d", resp.StatusCode)
	}
	return nil
}
