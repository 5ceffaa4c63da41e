package apigw_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"omniops/shared/apigw"
)

func TestLanguageIsTheFirstThatIsKnown(t *testing.T) {
	for name, c := range map[string]struct{ query, accept, want string }{
		"nothing":                   {"", "", "en"},
		"the browser's":             {"", "de-AT,en;q=0.5", "de"},
		"the first that is known":   {"", "ja, FR;q=0.9, de;q=0.8", "fr"},
		"none is known":             {"", "ja, *;q=0.1", "en"},
		"asked for":                 {"fr", "de", "fr"},
		"asked for, and not known":  {"xx", "de", "de"},
		"asked for in some country": {"de-CH", "", "de"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/?lang="+c.query, nil)
			r.Header.Set("Accept-Language", c.accept)
			if got := apigw.Language(r, "de", "fr", "en"); got != c.want {
				t.Errorf("%q", got)
			}
		})
	}
}

// Words cannot become markup or script, and only the page's own script runs.
func TestAPageHoldsItsWordsAsText(t *testing.T) {
	page, err := apigw.NewPage(`<html lang="{{lang}}"><style>p{}</style><p>{{hello}}</p><script>say({{words}})</script></html>`,
		[]byte(`{"en": {"page": {"hello": "<b>Hi</b>"}, "script": {"bye": "</script><b>"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := page.Show(w, httptest.NewRequest(http.MethodGet, "/", nil)); err != nil {
		t.Fatal(err)
	}
	const want = `<html lang="en"><style>p{}</style><p>&lt;b&gt;Hi&lt;/b&gt;</p><script>say({"bye":"\u003c/script\u003e\u003cb\u003e"})</script></html>`
	if got := w.Body.String(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Count(policy, "'sha256-") != 2 || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	if _, err := apigw.NewPage("", []byte(`[]`)); err == nil {
		t.Error("words that are no words make a page")
	}
}
