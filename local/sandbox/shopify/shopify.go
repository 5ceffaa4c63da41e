// Package shopify stands in for Shopify: OAuth, the Admin API 2026-10 in GraphQL
// and webhooks, for stores whose customers and orders are made up. It keeps the
// service's formats, errors and limits: a query is validated against the published
// schema, searched with Shopify's own loose syntax, and paid for by its cost. It
// also leaks what the real service would leak to a careless caller.
package shopify

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"omniops/local/faults"
	"omniops/local/sandbox/journal"
)

// Service is Shopify's name in faults and among the recorded requests.
const Service = "shopify"

// Version is the only version of the Admin API that is spoken. Another one is
// answered with this one, as Shopify falls forward.
const Version = "2026-10"

// The stores.
const (
	DemoShop  = "kettle-and-co.myshopify.com"
	OtherShop = "north-pier-books.myshopify.com"
)

// What the sandbox's app is known by, unless Options say otherwise.
const (
	SandboxClientID     = "sandbox-client-id"
	SandboxClientSecret = "shpss_sandbox_not_a_real_secret"
)

// maxRequest bounds a request, in bytes.
const maxRequest = 1 << 20

// Options say whose app is installed and what time it is.
type Options struct {
	Now                    func() time.Time
	Faults                 *faults.Set  // may be nil
	ClientID, ClientSecret string       // of the app; the sandbox's if empty
	Client                 *http.Client // delivers webhooks; one with Shopify's time limit if nil
	App                    string       // http://127.0.0.1:…, where webhooks are delivered whatever host they were registered with; "" takes the host as it is
	Pages                  string       // path of the store admin, such as /shopify
	Storefront             string       // http://127.0.0.1:…, the demo store's site; "" is a name that leads nowhere
}

// Shopify is the service. It is safe for concurrent use.
type Shopify struct {
	options Options
	schema  *ast.Schema

	mu       sync.Mutex // guards all that follows, and the shops
	shops    map[string]*shop
	codes    map[string]grantCode
	access   map[string]*accessToken
	refresh  map[string]*refreshToken
	switches Switches
	counts   map[string]int
	scripts  map[string]Script
	requests []Request
	pending  []*Delivery
	done     []Delivery
	kept     *journal.Journal[happening] // nil keeps nothing
	at       time.Time                   // of what happens again; zero is now
}

// New opens the stores, whose orders were placed in the weeks before now.
func New(o Options) *Shopify {
	if o.ClientID == "" {
		o.ClientID = SandboxClientID
	}
	if o.ClientSecret == "" {
		o.ClientSecret = SandboxClientSecret
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: answerWithin, Transport: &http.Transport{
			DialContext:       (&net.Dialer{Timeout: connectWithin}).DialContext,
			DisableKeepAlives: true,
		}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	s := &Shopify{
		options: o, schema: loadSchema(), shops: map[string]*shop{}, codes: map[string]grantCode{}, access: map[string]*accessToken{},
		refresh: map[string]*refreshToken{}, switches: defaults(), counts: map[string]int{}, scripts: map[string]Script{},
	}
	s.open(o.Now())
	return s
}

// open opens the stores as they were at a time.
func (s *Shopify) open(now time.Time) {
	clear(s.shops)
	for _, made := range []*shop{newDemoShop(now, s.options.Storefront), newOtherShop(now)} {
		s.shops[made.domain] = made
	}
}

// IsShop reports whether a request was meant for a store, by its Host.
func IsShop(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	return strings.HasSuffix(strings.ToLower(name), ".myshopify.com")
}

// ServeHTTP serves Shopify's own paths. The request's Host says which store.
func (s *Shopify) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = r.Host
	}
	s.serve(w, r, strings.ToLower(name))
}

func (s *Shopify) serve(w http.ResponseWriter, r *http.Request, domain string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		httpErrors(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.Header().Set("X-Request-Id", newID())
	asked := s.note(r, domain, body)
	s.mu.Lock()
	there := s.shops[domain]
	state := s.switches.Shop
	s.mu.Unlock()
	switch {
	case there == nil:
		httpErrors(w, http.StatusNotFound, "Not Found")
		return
	case state == Frozen:
		httpErrors(w, http.StatusPaymentRequired, "Unavailable Shop")
		return
	case state == Locked:
		httpErrors(w, http.StatusLocked, "This shop is locked")
		return
	}
	switch {
	case r.URL.Path == authorizePath && (r.Method == http.MethodGet || r.Method == http.MethodPost):
		s.authorize(w, r, there)
	case r.URL.Path == "/admin/oauth/access_token" && r.Method == http.MethodPost:
		s.broken("accessToken", func(w http.ResponseWriter) { tooMany(w) }, func(w http.ResponseWriter, _ bool) {
			httpErrors(w, http.StatusBadGateway, "Bad Gateway")
		}, func(w http.ResponseWriter, r *http.Request) { s.exchange(w, r, there) }).ServeHTTP(w, r)
	case isGraphQL(r.URL.Path) && r.Method == http.MethodPost:
		s.graphQL(w, r, there, asked, body)
	default:
		httpErrors(w, http.StatusNotFound, "Not Found")
	}
}

// isGraphQL accepts the endpoint in any version: there is only one to answer with.
func isGraphQL(path string) bool {
	rest, ok := strings.CutPrefix(path, "/admin/api/")
	version, end, _ := strings.Cut(rest, "/")
	return ok && version != "" && end == "graphql.json"
}

// broken puts the faults in front of an operation. fail is told whether the work
// was done before the answer was lost.
func (s *Shopify) broken(operation string, throttle func(http.ResponseWriter), fail func(http.ResponseWriter, bool), next http.HandlerFunc) http.Handler {
	applied := false
	return s.options.Faults.Wrap(Service, func(*http.Request) string { return operation },
		func(w http.ResponseWriter, _ *http.Request) { throttle(w) },
		func(w http.ResponseWriter, _ *http.Request) { fail(w, applied) },
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			applied = true
			next(w, r)
		}))
}

func (s *Shopify) now() time.Time { return s.clock().UTC().Truncate(time.Second) }

// clock is the time, or that of what happens again.
func (s *Shopify) clock() time.Time {
	if !s.at.IsZero() {
		return s.at
	}
	return s.options.Now()
}

// httpErrors answers as Shopify does where no GraphQL was reached.
func httpErrors(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]any{"errors": message})
}

func tooMany(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "2.0")
	httpErrors(w, http.StatusTooManyRequests, "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.")
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // whoever asked may be gone
}

// newID is a random UUID, version 4.
func newID() string {
	b := randomBytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	x := hex.EncodeToString(b)
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// Run delivers webhooks as they fall due, until the context ends.
func (s *Shopify) Run(ctx context.Context) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.Flush(ctx)
		}
	}
}
