// Package sandbox is the outside world of the local cloud: stand-ins for the
// services that OmniOps calls, and a console to watch them, break them and move
// time. A stand-in keeps its service's wire format, errors and limits.
package sandbox

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"net"
	"net/http"
	"strings"
	"time"

	"omniops/local/clock"
	"omniops/local/faults"
	"omniops/local/sandbox/mail"
	"omniops/local/sandbox/shopify"
)

// Options say what a console shows and moves.
type Options struct {
	Clock      *clock.Clock
	Faults     *faults.Set   // may be nil
	TokenDelay time.Duration // between the tokens of a model's answer
	App        string        // http://127.0.0.1:…, the API, where webhooks are delivered
	Storefront string        // http://127.0.0.1:…, the demo shop's site
	Links      []Link        // to the other parts of the local cloud
	Meta       http.Handler  // Messenger, Instagram and WhatsApp; may be nil
}

// Link is an entry of the console's page.
type Link struct{ Name, URL, About string }

// Console serves every sandbox and the pages about them.
type Console struct {
	Requests *Requests
	Shopify  *shopify.Shopify
	Mail     *mail.Resend
	options  Options
	mux      *http.ServeMux
	shops    http.Handler // by the request's Host
}

// New makes a console with all sandboxes.
func New(o Options) *Console {
	c := &Console{Requests: NewRequests(o.Clock.Now), options: o, mux: http.NewServeMux()}
	c.mux.HandleFunc("GET /{$}", c.index)
	c.mux.HandleFunc("/clock", c.clock)
	c.mux.Handle("/_requests", c.Requests)
	if o.Faults != nil {
		c.mux.Handle("/_faults", o.Faults)
	}
	c.mux.Handle("/openai/", c.Requests.Record(service, NewOpenAI(o.Faults, o.Clock.Now, o.TokenDelay)))
	c.Shopify = shopify.New(shopify.Options{Now: o.Clock.Now, Faults: o.Faults, App: o.App, Pages: "/shopify", Storefront: o.Storefront})
	recorded := c.Requests.Record(shopify.Service, c.Shopify)
	c.shops = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/admin/oauth/") { // its bodies are secrets
			c.Shopify.ServeHTTP(w, r)
			return
		}
		recorded.ServeHTTP(w, r)
	})
	store := c.Shopify.Pages()
	c.mux.Handle("/shopify/", store)
	c.mux.Handle("/admin/oauth/authorize", store) // where a browser is sent, with ?shop=
	c.Mail = mail.New(o.Faults, o.Clock.Now)
	c.mux.Handle("/resend/", c.Requests.Record(mail.Service, c.Mail))
	for _, path := range []string{"/mail", "/mail/", "/mail.json"} {
		c.mux.Handle(path, c.Mail.Mailbox())
	}
	if o.Meta != nil {
		c.mux.Handle("/meta/", o.Meta)
		c.mux.Handle("/meta/graph/", c.Requests.Record("meta", o.Meta))
	}
	return c
}

// ServeHTTP serves the console's port.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Shopify's own paths are at the name of a store, which nobody else can give
	// an address.
	if shopify.IsShop(r.Host) {
		c.shops.ServeHTTP(w, r)
		return
	}
	// A page elsewhere whose name was made to mean this machine may not read
	// what is shown here.
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if host != "localhost" && net.ParseIP(strings.Trim(host, "[]")) == nil {
		http.Error(w, "The console answers to 127.0.0.1 and localhost only.", http.StatusMisdirectedRequest)
		return
	}
	c.mux.ServeHTTP(w, r)
}

// clockView is the clock as JSON.
type clockView struct {
	Offset string    `json:"offset"` // a Go duration
	Now    time.Time `json:"now"`
}

// clock is /clock: GET shows the time, PUT {"offset":"2160h"} moves it.
func (c *Console) clock(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPut:
		var in struct {
			Offset *string `json:"offset"`
		}
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil || in.Offset == nil {
			http.Error(w, `send {"offset":"2160h"}`, http.StatusBadRequest)
			return
		}
		offset, err := time.ParseDuration(*in.Offset)
		if err != nil {
			http.Error(w, "the offset is a Go duration, such as 2160h or -90m", http.StatusBadRequest)
			return
		}
		c.options.Clock.SetOffset(offset)
	default:
		notAllowed(w, "GET, PUT")
		return
	}
	writeJSON(w, http.StatusOK, clockView{c.options.Clock.Offset().String(), c.options.Clock.Now()})
}

//go:embed console.html
var pageSource string

var page = template.Must(template.New("console").Parse(pageSource))

// index is the console's page.
func (c *Console) index(w http.ResponseWriter, _ *http.Request) {
	recent := c.Requests.Received("", 0)
	view := struct {
		Now    time.Time
		Offset time.Duration
		Links  []Link
		Rules  []faults.Rule
		Count  int
		Recent []Request
	}{Now: c.options.Clock.Now(), Offset: c.options.Clock.Offset(), Links: c.options.Links, Count: len(recent)}
	for i := len(recent) - 1; i >= 0 && len(view.Recent) < 20; i-- {
		view.Recent = append(view.Recent, recent[i])
	}
	if c.options.Faults != nil {
		view.Rules = c.options.Faults.Rules()
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_ = page.Execute(w, view) // whoever asked may be gone
}
