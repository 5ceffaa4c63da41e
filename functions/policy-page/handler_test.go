package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"omniops/local/contract"
	"omniops/shared/boot"
	"omniops/shared/ropa/page"
)

// bench is the function, which needs no services.
func newBench(t *testing.T) (url string, client *http.Client) {
	t.Helper()
	h, err := build(t.Context(), &boot.Runtime{Log: slog.New(slog.DiscardHandler)}, settings{Operator: "Kettle Operations Ltd", Email: "privacy@kettle.example"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL, contract.Client(t)
}

// get reads a page as a browser does.
func get(t *testing.T, client *http.Client, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestEveryPageInEveryLanguage(t *testing.T) {
	url, client := newBench(t)
	for _, name := range page.Names {
		for _, language := range page.Languages {
			resp, body := get(t, client, url+"/privacy/"+name+"?lang="+language)
			if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" ||
				resp.Header.Get("Content-Language") != language || !strings.Contains(body, `<html lang="`+language+`">`) {
				t.Errorf("%s in %s: %d, %v", name, language, resp.StatusCode, resp.Header)
			}
			if len(resp.Cookies()) != 0 || strings.Contains(body, "<script") {
				t.Errorf("%s keeps something in the browser, or runs a script: %v", name, resp.Cookies())
			}
			if !strings.HasPrefix(resp.Header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") {
				t.Errorf("%s may load %q", name, resp.Header.Get("Content-Security-Policy"))
			}
		}
	}
	for accept, want := range map[string]string{
		"de-AT,de;q=0.9,en;q=0.8": "de", "fr": "fr", "ja,fr-CA;q=0.5": "fr", "": "en", "*": "en", "ja": "en", ";;,,": "en",
	} {
		if resp, _ := get(t, client, url+"/privacy/policy", "Accept-Language", accept); resp.Header.Get("Content-Language") != want {
			t.Errorf("a browser that prefers %q is answered in %s", accept, resp.Header.Get("Content-Language"))
		}
	}
	for _, path := range []string{"/privacy/nothing", "/privacy/policy.html", "/privacy/..%2fpolicy", "/privacy/Policy"} {
		if resp, body := get(t, client, url+path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, %.80s", path, resp.StatusCode, body)
		}
	}
}

func TestThePolicySaysWhoRunsIt(t *testing.T) {
	url, client := newBench(t)
	_, body := get(t, client, url+"/privacy/policy")
	for _, want := range []string{"Kettle Operations Ltd", `href="mailto:privacy@kettle.example"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the policy does not say %s", want)
		}
	}
}
