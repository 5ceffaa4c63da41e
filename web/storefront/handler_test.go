package storefront

import (
	"net/http/httptest"
	"testing"
)

func TestEveryPageRenders(t *testing.T) {
	h := Handler("http://127.0.0.1:3000")
	for _, p := range paths() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", p, nil))
		if w.Code != 200 {
			t.Errorf("%s: %d", p, w.Code)
		}
	}
	t.Log(len(paths()))
}
