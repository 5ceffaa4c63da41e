package build

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
)

func TestWidgetFitsItsBudget(t *testing.T) {
	a, err := Widget()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", a.Sizes())
	if n := len(a.Loader.Brotli); n > 2048 {
		t.Errorf("the loader has %d bytes", n)
	}
	if n := len(a.Loader.Brotli) + len(a.UI.Brotli); n > 14000 {
		t.Errorf("loader and chat have %d bytes", n)
	}
	if n := len(a.Loader.Brotli) + len(a.UI.Brotli) + len(a.Orders.Brotli); n > 30000 {
		t.Errorf("the widget has %d bytes", n)
	}
	if n := len(a.Page.Brotli); n > 8000 {
		t.Errorf("loader and banner have %d bytes", n)
	}
	for _, asset := range []Asset{a.Loader, a.Page, a.UI, a.Orders} {
		body, err := io.ReadAll(brotli.NewReader(bytes.NewReader(asset.Brotli)))
		if err != nil || !bytes.Equal(body, asset.Body) {
			t.Errorf("%s does not come back from its compression: %v", asset.Path, err)
		}
		// What a strict policy forbids, and what a widget never needs.
		if bad := regexp.MustCompile(`\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.cssText|https?://(?:[^w]|w[^w])|postMessage`).Find(asset.Body); bad != nil {
			t.Errorf("%s contains %q", asset.Path, bad)
		}
	}
	if !strings.Contains(string(a.Loader.Body), strings.TrimPrefix(a.UI.Path, "/widget/")) {
		t.Error("the loader does not name the chat's file")
	}
	if !strings.Contains(string(a.UI.Body), strings.TrimPrefix(a.Orders.Path, "/widget/")) {
		t.Error("the chat does not name the file of the part that shows orders")
	}
	again, err := Widget()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, again); diff != "" {
		t.Errorf("two builds differ:\n%s", diff)
	}
}

func TestWidgetThatCannotBeBuilt(t *testing.T) {
	noise := func(n int) string {
		var b strings.Builder
		for i, x := 0, uint32(1); i < n; i++ {
			x = x*1664525 + 1013904223
			b.WriteByte("abcdefghijklmnopqrstuvwxyz012345"[x>>27])
		}
		return b.String()
	}
	good := &fstest.MapFile{Data: []byte(`console.log(1)`)}
	for _, c := range []struct {
		name, file string // what the file is instead
		source     string
		want       string
	}{
		{"loader over its budget", "widget/loader.ts", "console.log('" + noise(4000) + "')", "more than its budget"},
		{"chat over its budget", "widget/ui.ts", "console.log('" + noise(24000) + "')", "more than their budget"},
		{"banner over its budget", "consent/page.ts", "console.log('" + noise(16000) + "')", "loader and banner have"},
		{"orders over the budget of all", "widget/orders/desk.ts", "console.log('" + noise(50000) + "')", "the widget has"},
		{"syntax error", "widget/ui.ts", "let let = ;", "ui.ts:1"},
		{"syntax error in the orders", "widget/orders/desk.ts", "let let = ;", "desk.ts:1"},
		{"missing module", "widget/ui.ts", `import "./gone"`, "gone.ts"},
		{"broken style sheet", "widget/ui.ts", `import css from "./x.css"; console.log(css)`, "x.css"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sources := fstest.MapFS{"widget/ui.ts": good, "widget/loader.ts": good, "widget/orders/desk.ts": good, "consent/page.ts": good}
			sources[c.file] = &fstest.MapFile{Data: []byte(c.source)}
			if _, err := widget(sources); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestHandler(t *testing.T) {
	a, err := Widget()
	if err != nil {
		t.Fatal(err)
	}
	h := Handler(a)
	ask := func(method, path string, header ...string) *http.Response {
		r := httptest.NewRequest(method, path, nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	for _, c := range []struct {
		name, method, path string
		header             []string
		status             int
		want               map[string]string
	}{
		{"loader", "GET", "/widget/omniops.js", nil, 200, map[string]string{"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "public, max-age=300", "Content-Encoding": "", "ETag": a.Loader.ETag}},
		{"loader and banner", "GET", "/widget/omniops-page.js", nil, 200, map[string]string{"Cache-Control": "public, max-age=300", "ETag": a.Page.ETag}},
		{"loader, compressed", "GET", "/widget/omniops.js", []string{"Accept-Encoding", "gzip, br;q=0.9"}, 200, map[string]string{"Content-Encoding": "br", "Vary": "Accept-Encoding"}},
		{"brotli refused", "GET", "/widget/omniops.js", []string{"Accept-Encoding", "br;q=0, gzip"}, 200, map[string]string{"Content-Encoding": ""}},
		{"unchanged", "GET", "/widget/omniops.js", []string{"If-None-Match", a.Loader.ETag}, 304, nil},
		{"chat", "GET", a.UI.Path, nil, 200, map[string]string{"Cache-Control": "public, max-age=31536000, immutable"}},
		{"chat of an older release", "GET", "/widget/omniops-ui.000000000000.js", nil, 200, map[string]string{"Cache-Control": "no-cache"}},
		{"orders", "GET", a.Orders.Path, nil, 200, map[string]string{"Cache-Control": "public, max-age=31536000, immutable", "ETag": a.Orders.ETag}},
		{"orders of an older release", "GET", "/widget/omniops-orders.000000000000.js", nil, 200, map[string]string{"Cache-Control": "no-cache", "ETag": a.Orders.ETag}},
		{"part that never was", "GET", "/widget/omniops-x.000000000000.js", nil, 404, nil},
		{"head", "HEAD", "/widget/omniops.js", nil, 200, nil},
		{"other file", "GET", "/widget/ui.ts", nil, 404, nil},
		{"other folder", "GET", "/widget/x/omniops-ui.0.js", nil, 404, nil},
		{"post", "POST", "/widget/omniops.js", nil, 405, map[string]string{"Allow": "GET, HEAD"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ask(c.method, c.path, c.header...)
			if got.StatusCode != c.status {
				t.Errorf("status %d, want %d", got.StatusCode, c.status)
			}
			for name, want := range c.want {
				if value := got.Header.Get(name); value != want {
					t.Errorf("%s: %q, want %q", name, value, want)
				}
			}
			for name, want := range map[string]string{"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", "X-Content-Type-Options": "nosniff"} {
				if value := got.Header.Get(name); value != want {
					t.Errorf("%s: %q, want %q", name, value, want)
				}
			}
		})
	}
}

func FuzzAcceptsBrotli(f *testing.F) {
	for _, seed := range []string{"br", "gzip, br;q=0", "br;q=0.001", "BR ; q=1", "*", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if acceptsBrotli(header) && !strings.Contains(strings.ToLower(header), "br") {
			t.Errorf("%q names no brotli", header)
		}
		if acceptsBrotli("identity, br;q=0.0, "+strings.ReplaceAll(header, "br", "")) && !strings.Contains(strings.ToLower(strings.ReplaceAll(header, "br", "")), "br") {
			t.Errorf("a weight of nought accepts, before %q", header)
		}
	})
}
