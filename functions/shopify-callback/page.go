package main

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"net/http"
	"strings"
)

// page is what a person sees at the end of an installation.
type page struct{ Title, Text, Reference string }

const pageStyle = `:root{color-scheme:light dark;--ink:#1c1c1e;--paper:#fff;--soft:#5b5b60}
@media(prefers-color-scheme:dark){:root{--ink:#f2f2f4;--paper:#17171a;--soft:#a9a9b0}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-inline-size:60ch;margin-inline:auto;padding:48px 24px}
h1{font-size:28px;line-height:1.25;margin:0 0 16px}
p{margin:0 0 12px}
small{font-size:14px;color:var(--soft)}`

// styleHash lets the page's own style through its security policy, and nothing
// else.
var styleHash = func() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return base64.StdEncoding.EncodeToString(sum[:])
}()

// write answers with a page that works without a script.
func write(w http.ResponseWriter, status int, p page) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+styleHash+"'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>`)
	b.WriteString(html.EscapeString(p.Title) + `</title><style>` + pageStyle + `</style></head><body><main><h1>`)
	b.WriteString(html.EscapeString(p.Title) + `</h1><p>` + html.EscapeString(p.Text) + `</p>`)
	if p.Reference != "" {
		b.WriteString(`<p><small>Reference: ` + html.EscapeString(p.Reference) + `</small></p>`)
	}
	b.WriteString(`</main></body></html>`)
	_, _ = w.Write([]byte(b.String())) // the browser may be gone
}
