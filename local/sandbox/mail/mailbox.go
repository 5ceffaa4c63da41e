package mail

import (
	_ "embed"
	"html/template"
	"net/http"
	"slices"
	"strings"
)

// Messages lists what was taken for an address, or all if it is empty, newest
// first.
func (m *Resend) Messages(to string) []Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := []Message{}
	for _, one := range slices.Backward(m.messages) {
		if to == "" || slices.ContainsFunc(slices.Concat(one.To, one.CC, one.BCC), func(a string) bool {
			return strings.EqualFold(a, to) || strings.HasSuffix(strings.ToLower(a), "<"+strings.ToLower(to)+">")
		}) {
			found = append(found, one)
		}
	}
	return found
}

// Clear empties the mailbox.
func (m *Resend) Clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.messages = nil
	m.kept.Restart()
}

//go:embed mailbox.html
var pageSource string

var page = template.Must(template.New("mailbox").Funcs(template.FuncMap{"list": func(a []string) string { return strings.Join(a, ", ") }}).Parse(pageSource))

// policy lets a page load nothing but its own style.
const policy = "default-src 'none'; style-src 'unsafe-inline'"

// Mailbox serves the mailbox: /mail for people, /mail.json for programs.
func (m *Resend) Mailbox() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /mail", func(w http.ResponseWriter, r *http.Request) {
		m.render(w, "list", map[string]any{"To": r.FormValue("to"), "Messages": m.Messages(r.FormValue("to"))})
	})
	mux.HandleFunc("GET /mail/{id}", func(w http.ResponseWriter, r *http.Request) {
		all := m.Messages("")
		i := slices.IndexFunc(all, func(one Message) bool { return one.ID == r.PathValue("id") })
		if i < 0 {
			http.NotFound(w, r)
			return
		}
		m.render(w, "one", all[i])
	})
	mux.HandleFunc("GET /mail/{id}/html", func(w http.ResponseWriter, r *http.Request) {
		for _, one := range m.Messages("") {
			if one.ID == r.PathValue("id") {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				// As a mail program would show it: no script, no request to anywhere.
				w.Header().Set("Content-Security-Policy", "sandbox; "+policy)
				_, _ = w.Write([]byte(one.HTML)) // whoever asked may be gone
				return
			}
		}
		http.NotFound(w, r)
	})
	mux.HandleFunc("GET /mail.json", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusOK, map[string]any{"messages": m.Messages(r.FormValue("to"))})
	})
	return mux
}

func (m *Resend) render(w http.ResponseWriter, name string, view any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	_ = page.ExecuteTemplate(w, name, view) // whoever asked may be gone
}
