package build

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/evanw/esbuild/pkg/api"

	"omniops/web"
)

// ConsentBudget is the most that the banner may weigh, in bytes of brotli.
const ConsentBudget = 8 * 1000

// Consent builds the cookie banner and the preference centre. It fails if a
// source does not build, or if the result is larger than its budget.
func Consent() (Asset, error) {
	script, err := bundle(web.Sources, "consent/element.ts", api.FormatIIFE, nil)
	if err != nil {
		return Asset{}, err
	}
	a := newAsset("/widget/omniops-consent.js", script, fmt.Sprintf("public, max-age=%d", int(loaderAge.Seconds())))
	if n := len(a.Brotli); n > ConsentBudget {
		return Asset{}, fmt.Errorf("the banner has %d bytes, %d more than its budget", n, n-ConsentBudget)
	}
	return a, nil
}

// FileHandler serves one file to pages of any origin.
func FileHandler(a Asset) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "Only GET and HEAD.", http.StatusMethodNotAllowed)
			return
		}
		h.Set("Content-Type", a.ContentType)
		h.Set("Cache-Control", a.CacheControl)
		h.Set("Vary", "Accept-Encoding")
		body, tag := a.Body, a.ETag
		if acceptsBrotli(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "br")
			body, tag = a.Brotli, strings.TrimSuffix(tag, `"`)+`-br"`
		}
		h.Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	})
}
