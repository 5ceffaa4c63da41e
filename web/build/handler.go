package build

import (
	"bytes"
	"net/http"
	"path"
	"strings"
	"time"
)

// Handler serves the widget's files below /widget/ to pages of any origin.
func Handler(assets Assets) http.Handler {
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
		asset := assets.Loader
		switch r.URL.Path {
		case assets.Loader.Path:
		case assets.Page.Path:
			asset = assets.Page
		case assets.UI.Path:
			asset = assets.UI
		case assets.Orders.Path:
			asset = assets.Orders
		default:
			// What was cached before a release asks for the parts it knew.
			name, script := strings.CutSuffix(path.Base(r.URL.Path), ".js")
			part, _, found := strings.Cut(name, ".")
			switch {
			case path.Dir(r.URL.Path) != "/widget" || !script || !found:
				http.NotFound(w, r)
				return
			case part == "omniops-ui":
				asset = assets.UI
			case part == "omniops-orders":
				asset = assets.Orders
			default:
				http.NotFound(w, r)
				return
			}
			asset.CacheControl = "no-cache"
		}
		h.Set("Content-Type", asset.ContentType)
		h.Set("Cache-Control", asset.CacheControl)
		h.Set("Vary", "Accept-Encoding")
		body, tag := asset.Body, asset.ETag
		if acceptsBrotli(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "br")
			body, tag = asset.Brotli, strings.TrimSuffix(tag, `"`)+`-br"`
		}
		h.Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	})
}

// acceptsBrotli reads an Accept-Encoding header.
func acceptsBrotli(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "br") {
			continue
		}
		q, found := strings.CutPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
		return !found || strings.Trim(q, "0.") != ""
	}
	return false
}
