// Package storefront is Kettle & Co, a demonstration shop whose pages embed the
// chat widget. Its crawlable pages are what the local assistant learns from.
package storefront

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"net/http"
	"strings"
	"time"

	"omniops/web"
)

// changed is when the shop's content last changed. It is a constant, so that a
// crawler's conditional request still holds after a restart.
var changed = time.Date(2026, time.November, 20, 9, 0, 0, 0, time.UTC)

// Handler serves the shop. The chat comes from widgetOrigin, scheme and host
// without a path, and the pages' policy lets in nothing else.
func Handler(widgetOrigin string) http.Handler {
	s, err := newSite(strings.TrimSuffix(widgetOrigin, "/"))
	if err != nil {
		panic(err) // the templates are compiled in, so this is a bug
	}
	css := append(must(web.Sources.ReadFile("tokens.css")), must(files.ReadFile("shop.css"))...)
	policy := strings.Join([]string{
		"default-src 'none'", "style-src 'self'", "img-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
		"script-src " + s.widget, "connect-src " + s.widget,
	}, "; ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "Only GET and HEAD.", http.StatusMethodNotAllowed)
			return
		}
		where, origin := r.URL.Path, originOf(r)
		switch {
		case where == "/shop.css":
			serve(w, r, "text/css; charset=utf-8", css)
		case where == "/robots.txt":
			serve(w, r, "text/plain; charset=utf-8", []byte("User-agent: *\nAllow: /\nSitemap: "+origin+"/sitemap.xml\n"))
		case where == "/sitemap.xml":
			serve(w, r, "application/xml; charset=utf-8", sitemap(origin))
		case s.pictures[where] != nil:
			serve(w, r, "image/svg+xml", s.pictures[where])
		case where != "/" && strings.HasSuffix(where, "/"):
			http.Redirect(w, r, "/"+strings.Trim(where, "/"), http.StatusMovedPermanently)
		default:
			body, found, err := s.page(where, origin)
			if err != nil {
				http.Error(w, "This page could not be shown.", http.StatusInternalServerError)
				return
			}
			if !found {
				http.NotFound(w, r)
				return
			}
			serve(w, r, "text/html; charset=utf-8", body)
		}
	})
}

// originOf is the origin under which a request reached the shop.
func originOf(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// serve answers with body, or 304 to those who have it.
func serve(w http.ResponseWriter, r *http.Request, contentType string, body []byte) {
	sum := sha256.Sum256(body)
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, "", changed, bytes.NewReader(body))
}

// sitemap lists every page, https://www.sitemaps.org/protocol.html.
func sitemap(origin string) []byte {
	type entry struct {
		Location string `xml:"loc"`
		Changed  string `xml:"lastmod"`
	}
	set := struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		Entries []entry  `xml:"url"`
	}{}
	for _, p := range paths() {
		set.Entries = append(set.Entries, entry{origin + p, changed.Format(time.DateOnly)})
	}
	return append([]byte(xml.Header), must(xml.Marshal(set))...)
}

// must unwraps what cannot fail on compiled-in content.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
