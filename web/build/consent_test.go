package build

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
)

func TestConsentFitsItsBudget(t *testing.T) {
	a, err := Consent()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the banner has %d bytes, %d in brotli", len(a.Body), len(a.Brotli))
	if bad := regexp.MustCompile(`\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|localStorage|sessionStorage|https?://`).Find(a.Body); bad != nil {
		t.Errorf("it contains %q", bad)
	}
	h := FileHandler(a)
	for method, status := range map[string]int{"GET": 200, "HEAD": 200, "POST": 405} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, a.Path, nil))
		if w.Code != status || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d, %v", method, w.Code, w.Header())
		}
	}
	r := httptest.NewRequest(http.MethodGet, a.Path, nil)
	r.Header.Set("Accept-Encoding", "br")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Header().Get("Content-Encoding") != "br" || w.Body.Len() != len(a.Brotli) {
		t.Errorf("compressed: %v, %d bytes", w.Header(), w.Body.Len())
	}
}
