package meta

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
)

//go:embed console.html
var consoleSource string

//go:embed console.js
var consoleScript []byte

var consolePage = template.Must(template.New("meta").Parse(consoleSource))

// console serves the page where a person plays the customer.
func (m *Meta) console() {
	m.mux.HandleFunc("GET /meta/{$}", m.index)
	m.mux.HandleFunc("GET /meta/console.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(consoleScript)
	})
	m.mux.HandleFunc("GET /meta/messages", m.list)
	m.mux.HandleFunc("POST /meta/messages", m.write)
	m.mux.HandleFunc("PUT /meta/failures", m.setFailures)
	m.mux.HandleFunc("GET /meta/login/{version}/dialog/oauth", m.login)
}

func (m *Meta) index(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'")
	_ = consolePage.Execute(w, m.options.Accounts) // whoever asked may be gone
}

// list shows the messages of one thread, oldest first.
func (m *Meta) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	m.mu.Lock()
	found := []Message{}
	for _, one := range m.messages {
		same := one.Person == q.Get("person") || Scoped(q.Get("person")) == one.Person
		if one.Account == q.Get("account") && (q.Get("person") == "" || same) {
			found = append(found, one)
		}
	}
	m.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"messages": found})
}

// write sends what a person, or somebody at the shop, wrote: as often as is asked
// for, and in the wrong order if that is wanted.
func (m *Meta) write(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Note
		As        string   `json:"as"`        // "agent" for somebody at the shop
		Copies    int      `json:"copies"`    // of each delivery
		Backwards bool     `json:"backwards"` // the last text first
		Texts     []string `json:"texts"`     // instead of text: several at once
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in); err != nil {
		http.Error(w, "send {channel, account, person, text}", http.StatusBadRequest)
		return
	}
	account, known := m.account(in.Account)
	if !known || in.Person == "" || strings.Trim(in.Person, "0123456789") != "" {
		http.Error(w, "there is no such account, or the person is no number", http.StatusBadRequest)
		return
	}
	if in.Texts == nil {
		in.Texts = []string{in.Text}
	}
	var deliveries [][]byte
	for _, text := range in.Texts {
		n := in.Note
		n.Kind, n.Text, n.ID = account.Kind, text, ""
		make := m.Incoming
		if in.As == "agent" {
			make = m.Agent
		}
		d := make(n)
		for range max(1, min(in.Copies, 50)) {
			deliveries = append(deliveries, d)
		}
	}
	if in.Backwards {
		for i, j := 0, len(deliveries)-1; i < j; i, j = i+1, j-1 {
			deliveries[i], deliveries[j] = deliveries[j], deliveries[i]
		}
	}
	statuses := []int{}
	for _, d := range deliveries {
		status, err := m.Post(r.Context(), d)
		if err != nil {
			http.Error(w, "the webhook cannot be reached", http.StatusBadGateway)
			return
		}
		statuses = append(statuses, status)
	}
	answer(w, http.StatusOK, map[string]any{"statuses": statuses})
}

func (m *Meta) setFailures(w http.ResponseWriter, r *http.Request) {
	var failures []Failure
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&failures); err != nil {
		http.Error(w, `send [{"code":190,"error_subcode":0,"count":1}]`, http.StatusBadRequest)
		return
	}
	m.Fail(failures...)
	w.WriteHeader(http.StatusNoContent)
}

// login is the dialog in which a merchant logs in; here it agrees at once.
func (m *Meta) login(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back := q.Get("redirect_uri")
	if q.Get("client_id") != m.options.AppID || !strings.HasPrefix(back, "http://127.0.0.1:") {
		http.Error(w, "this app, or the address it wants to go back to, is not known", http.StatusBadRequest)
		return
	}
	to := back + "?code=" + LoginCode + "&state=" + template.URLQueryEscaper(q.Get("state"))
	http.Redirect(w, r, to, http.StatusFound)
}
