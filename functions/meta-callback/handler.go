package main

import (
	"fmt"
	"html"
	"net/http"

	"omniops/shared/channel/meta"
	"omniops/shared/fault"
	"omniops/shared/problem"
)

type handler struct{ logins *meta.Logins }

// finish keeps what the merchant has granted and shows a page that says so. The
// merchant goes on where it began.
func (h *handler) finish(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	err := h.logins.Finish(r.Context(), q.Get("code"), q.Get("state"))
	if err == nil {
		return write(w, http.StatusOK, "You are logged in", "You can close this page. Back in OmniOps, choose which Pages, Instagram accounts and WhatsApp numbers to connect.")
	}
	if fault.KindOf(err) == fault.Invalid {
		problem.Log(r.Context(), err)
		return write(w, http.StatusBadRequest, "The log-in did not work", fault.Detail(err))
	}
	return err
}

func write(w http.ResponseWriter, status int, title, text string) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the address holds the code
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if _, err := fmt.Fprintf(w, frame, html.EscapeString(title), html.EscapeString(title), html.EscapeString(text)); err != nil {
		return fmt.Errorf("send the page: %w", err)
	}
	return nil
}

const frame = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
<style>
  :root { color-scheme: light dark }
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1c1f24; background: #fbfbfa }
  @media (prefers-color-scheme: dark) { body { color: #e8eaee; background: #15171b } }
  main { max-inline-size: 68ch; margin-inline: auto; padding: 48px 16px }
  h1 { font-size: 28px; line-height: 1.25; margin: 0 0 16px }
</style>
<main>
  <h1>%s</h1>
  <p>%s</p>
</main>
</html>
`
