package apigw_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniops/shared/apigw"
)

func TestCORS(t *testing.T) {
	h := apigw.CORS("GET, POST", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") == "https://shop.example" {
			apigw.AllowOrigin(w, "https://shop.example")
		}
		w.WriteHeader(http.StatusTeapot)
	}))
	for name, c := range map[string]struct {
		method, origin, asks string
		status               int
		want                 http.Header
	}{
		"preflight": {"OPTIONS", "https://shop.example", "POST", 204, http.Header{
			"Vary": {"Origin"}, "Access-Control-Allow-Origin": {"https://shop.example"},
			"Access-Control-Allow-Methods":  {"GET, POST"},
			"Access-Control-Allow-Headers":  {"Authorization, Content-Type, Last-Event-ID"},
			"Access-Control-Expose-Headers": {"Retry-After"}, "Access-Control-Max-Age": {"7200"},
		}},
		"known origin": {"POST", "https://shop.example", "", 418, http.Header{
			"Vary": {"Origin"}, "Access-Control-Allow-Origin": {"https://shop.example"}, "Access-Control-Expose-Headers": {"Retry-After"},
		}},
		"other origin":         {"POST", "https://evil.example", "", 418, http.Header{"Vary": {"Origin"}}},
		"no origin":            {"POST", "", "", 418, http.Header{"Vary": {"Origin"}}},
		"OPTIONS of its own":   {"OPTIONS", "https://evil.example", "", 418, http.Header{"Vary": {"Origin"}}},
		"OPTIONS of no origin": {"OPTIONS", "", "POST", 418, http.Header{"Vary": {"Origin"}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, "/", nil)
			for name, value := range map[string]string{"Origin": c.origin, "Access-Control-Request-Method": c.asks} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.status || !cmp.Equal(w.Header(), c.want) {
				t.Errorf("%d %s", w.Code, cmp.Diff(c.want, w.Header()))
			}
		})
	}
}
