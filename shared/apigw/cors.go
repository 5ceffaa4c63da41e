package apigw

import (
	"net/http"
	"slices"
)

// AllowOrigin lets a page of origin read the answer. Call it once the origin is
// known to be the merchant's. Cookies are never involved, so credentials are
// not allowed.
func AllowOrigin(w http.ResponseWriter, origin string) {
	h := w.Header()
	varyByOrigin(h)
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "Retry-After")
}

// varyByOrigin tells caches that the answer depends on who asks.
func varyByOrigin(h http.Header) {
	if !slices.Contains(h["Vary"], "Origin") {
		h.Add("Vary", "Origin")
	}
}

// CORS answers preflight requests and marks the rest for caches; next allows
// the origins it knows with AllowOrigin. A preflight promises nothing that the
// request itself does not check again, so it admits any origin. The methods are
// those of the resource, as "GET, POST".
func CORS(methods string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if r.Method != http.MethodOptions || origin == "" || r.Header.Get("Access-Control-Request-Method") == "" {
			varyByOrigin(w.Header())
			next.ServeHTTP(w, r)
			return
		}
		AllowOrigin(w, origin)
		h := w.Header()
		h.Set("Access-Control-Allow-Methods", methods)
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID")
		h.Set("Access-Control-Max-Age", "7200") // seconds; the longest Chromium honours
		w.WriteHeader(http.StatusNoContent)
	})
}
