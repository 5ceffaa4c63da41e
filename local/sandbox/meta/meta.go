// Package meta plays Meta's part: the Graph API that answers and logs in, the
// webhooks that it sends, and the people on the other side of Messenger,
// Instagram and WhatsApp. It keeps the platforms' formats, limits and errors.
package meta

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"omniops/local/faults"
)

// Service is Meta's name in faults and among the recorded requests. Its operations
// are Send, Typing and Graph.
const Service = "meta"

// Options say what Meta knows.
type Options struct {
	Now      func() time.Time
	Faults   *faults.Set // may be nil
	AppID    string
	Secret   string // of the app: signs webhooks, and proves calls
	Webhook  string // where deliveries go; empty sends none of its own accord
	Accounts []Account
	Client   *http.Client // sends webhooks; nil is the default
}

// Account is a Page, an Instagram account or a phone number at Meta.
type Account struct {
	Kind     string // "messenger", "instagram" or "whatsapp"
	ID       string
	Name     string
	Token    string
	Page     string // of an Instagram account: the Page it is linked to
	Business string // of a phone number: its WhatsApp business account
}

// User is who logs in to connect accounts: app-scoped id and token.
const (
	User      = "218471"
	UserToken = "EAAsandboxUserToken"
)

// Message is one message between a person and an account.
type Message struct {
	ID      string    `json:"id"`
	Kind    string    `json:"channel"`
	Account string    `json:"account"`
	Person  string    `json:"person"`
	From    string    `json:"from"` // "person", "shop" or "agent"
	Text    string    `json:"text"`
	Form    string    `json:"form,omitempty"` // of a message of the shop's: RESPONSE, MESSAGE_TAG or the template's name
	Ours    string    `json:"-"`              // the name that the app gave it
	Status  string    `json:"status,omitempty"`
	At      time.Time `json:"at"`
}

// Failure makes calls fail as the platform does.
type Failure struct {
	Code    int `json:"code"`
	Subcode int `json:"error_subcode"`
	Status  int `json:"status"` // of HTTP; 0 is 400
	Count   int `json:"count"`  // calls left; 0 is every one
	OnSend  bool
}

// Meta is the stand-in. It is safe for concurrent use.
type Meta struct {
	options Options
	mux     *http.ServeMux

	mu         sync.Mutex
	messages   []Message
	wrote      map[string]time.Time // when a person last did what opens the window, by thread
	typing     int
	failures   []Failure
	subscribed map[string][]string
	revoked    bool
	lastID     int
	pending    sync.WaitGroup
}

// New makes the stand-in. Its paths begin with /meta/.
func New(o Options) *Meta {
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
	m := &Meta{options: o, mux: http.NewServeMux(), wrote: map[string]time.Time{}, subscribed: map[string][]string{}}
	m.mux.Handle("/meta/graph/", o.Faults.Wrap(Service, operation, m.busy, m.broken, http.HandlerFunc(m.graph)))
	m.console()
	return m
}

// ServeHTTP answers a call or shows the console.
func (m *Meta) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.mux.ServeHTTP(w, r) }

// Wait waits until the deliveries that were begun have been sent.
func (m *Meta) Wait() { m.pending.Wait() }

func operation(r *http.Request) string {
	if !strings.HasSuffix(r.URL.Path, "/messages") {
		return "Graph"
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	if strings.Contains(string(body), "typing") {
		return "Typing"
	}
	return "Send"
}

func (m *Meta) busy(w http.ResponseWriter, _ *http.Request) {
	refuse(w, http.StatusBadRequest, 4, 0, "Application request limit reached")
}

func (m *Meta) broken(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "Service temporarily unavailable", http.StatusServiceUnavailable)
}

// refuse answers with an error in Meta's shape.
func refuse(w http.ResponseWriter, status, code, subcode int, message string) {
	e := map[string]any{"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Asandbox"}
	if subcode != 0 {
		e["error_subcode"] = subcode
	}
	answer(w, status, map[string]any{"error": e})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked may be gone
}

// Fail has calls fail from now on, instead of those that did before.
func (m *Meta) Fail(failures ...Failure) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failures = failures
}

// failing gives the failure that hits a call, if one does.
func (m *Meta) failing(send bool) (Failure, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, f := range m.failures {
		if f.OnSend && !send {
			continue
		}
		if f.Count > 0 {
			if f.Count--; f.Count == 0 {
				m.failures = slices.Delete(m.failures, i, i+1)
			} else {
				m.failures[i] = f
			}
		}
		return f, true
	}
	return Failure{}, false
}

// Sent gives the messages of the shop, oldest first.
func (m *Meta) Sent() []Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	var sent []Message
	for _, one := range m.messages {
		if one.From == "shop" {
			sent = append(sent, one)
		}
	}
	return sent
}

// LastID is the id of what a person last wrote to an account.
func (m *Meta) LastID(account, person string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	last := ""
	for _, one := range m.messages {
		if one.From == "person" && one.Account == account && one.Person == person {
			last = one.ID
		}
	}
	return last
}

// Typing counts how often typing was shown.
func (m *Meta) Typing() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.typing
}

// Subscribed gives the fields of an account's webhooks that the app wants.
func (m *Meta) Subscribed(account string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.subscribed[account])
}

// Revoke takes the app's permissions away, or gives them back.
func (m *Meta) Revoke(yes bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.revoked = yes
}

// Accounts lists the accounts.
func (m *Meta) Accounts() []Account { return slices.Clone(m.options.Accounts) }

// name makes an id that no message has yet.
func (m *Meta) name(prefix string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lastID++
	return prefix + strconv.FormatInt(m.options.Now().UnixMilli(), 36) + "x" + strconv.Itoa(m.lastID)
}

func (m *Meta) account(id string) (Account, bool) {
	for _, a := range m.options.Accounts {
		if a.ID == id {
			return a, true
		}
	}
	return Account{}, false
}

// sign is the HMAC of the app's secret, in hex.
func (m *Meta) sign(message []byte) string {
	mac := hmac.New(sha256.New, []byte(m.options.Secret))
	mac.Write(message)
	return hex.EncodeToString(mac.Sum(nil))
}

// proved checks a call's token and the proof that the app itself makes it.
func (m *Meta) proved(w http.ResponseWriter, r *http.Request, tokens ...string) bool {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	m.mu.Lock()
	revoked := m.revoked
	m.mu.Unlock()
	if !slices.Contains(tokens, token) || revoked {
		refuse(w, http.StatusUnauthorized, 190, 0, "Invalid OAuth access token")
		return false
	}
	if !hmac.Equal([]byte(r.URL.Query().Get("appsecret_proof")), []byte(m.sign([]byte(token)))) {
		refuse(w, http.StatusBadRequest, 100, 0, "Invalid appsecret_proof provided in the API argument")
		return false
	}
	return true
}

func thread(account, person string) string { return fmt.Sprintf("%s/%s", account, person) }
