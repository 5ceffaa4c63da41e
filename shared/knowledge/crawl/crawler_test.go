package crawl

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"omniops/shared/fault"
)

var now = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// crawler hurries: the limits on speed have tests of their own.
func crawler(client *http.Client) *Crawler {
	return &Crawler{Client: client, Now: func() time.Time { return now }, UserAgent: "OmniOps/1.0",
		Limits: Limits{Rate: 1e9, PageTime: 5 * time.Second}}
}

// site serves pages on an excepted address. What is not listed is not found.
func site(t *testing.T, pages map[string]http.HandlerFunc) (c *Crawler, address string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if page, ok := pages[r.URL.Path]; ok {
			page(w, r)
			return
		}
		if page, ok := pages["*"]; ok && r.URL.Path != "/robots.txt" {
			page(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	client := NewClient([]string{server.Listener.Addr().String()}, nil)
	t.Cleanup(func() {
		client.CloseIdleConnections()
		server.CloseClientConnections()
		server.Close()
	})
	return crawler(client), server.URL
}

func shows(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, body)
	}
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusMovedPermanently)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// keep collects the pages visited.
func keep(to *[]Page) func(Page) error {
	return func(p Page) error {
		if to != nil {
			*to = append(*to, p)
		}
		return nil
	}
}

// paths are the addresses visited, in order of name.
func paths(pages []Page, address string) []string {
	var out []string
	for _, p := range pages {
		out = append(out, strings.TrimPrefix(p.URL, address))
	}
	slices.Sort(out)
	return out
}

func crawl(t *testing.T, c *Crawler, address string) ([]string, Report) {
	t.Helper()
	var pages []Page
	report, err := c.Crawl(t.Context(), address, nil, keep(&pages))
	if err != nil {
		t.Fatal(err)
	}
	return paths(pages, address), report
}

func TestCrawl(t *testing.T) {
	robots := func(s string) http.HandlerFunc { return text(s) }
	cases := []struct {
		name  string
		pages map[string]http.HandlerFunc
		want  []string
		skips map[string]Reason
	}{
		{"links, relative to the base", map[string]http.HandlerFunc{
			"/":         shows(`<base href="/shop/"><a href="a">a</a> <a href="../b#top">b</a> <a href="mailto:x@y.z">m</a> <a href="javascript:1">j</a> <a href="tel:1">t</a> <a href="https://elsewhere.example/">e</a>`),
			"/shop/a":   shows("a"),
			"/b":        shows("b"),
			"/unlinked": shows("u"),
		}, []string{"/", "/b", "/shop/a"}, nil},
		{"the same page under many addresses", map[string]http.HandlerFunc{
			"/":  shows(`<a href="/a?utm_source=x&b=2&a=1">1</a><a href="/a?a=1&b=2&gclid=9">2</a><a href="/a?b=2&a=1&PHPSESSID=77#x">3</a><a href="/./x/../a?a=1&b=2">4</a>`),
			"/a": shows("a"),
		}, []string{"/", "/a?a=1&b=2"}, nil},
		{"sitemap, index and gzip", map[string]http.HandlerFunc{
			"/robots.txt": robots("Sitemap: /index.xml"),
			"/index.xml":  text(`<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc> /pages.xml.gz </loc></sitemap><sitemap><loc>/index.xml</loc></sitemap></sitemapindex>`),
			"/pages.xml.gz": func(w http.ResponseWriter, _ *http.Request) {
				z := gzip.NewWriter(w)
				fmt.Fprint(z, `<urlset><url><loc>/a</loc><image:image><image:loc>/img.png</image:loc></image:image></url><url><loc><![CDATA[/b?x=1&y=2]]></loc></url><url><loc>https://elsewhere.example/</loc></url>`)
				z.Close()
			},
			"/": shows("home"), "/a": shows("a"), "/b": shows("b"),
		}, []string{"/", "/a", "/b?x=1&y=2"}, nil},
		{"robots.txt", map[string]http.HandlerFunc{
			"/robots.txt": robots("User-agent: *\nDisallow: /\n\nUser-agent: omniops\nDisallow: /no\nAllow: /no/but"),
			"/":           shows(`<a href="/no/x">x</a><a href="/no/but/y">y</a>`), "/no/x": shows("x"), "/no/but/y": shows("y"),
		}, []string{"/", "/no/but/y"}, map[string]Reason{"/no/x": Disallowed}},
		{"no index, no follow", map[string]http.HandlerFunc{
			"/":  shows(`<a href="/a">a</a><a href="/b">b</a><a href="/c">c</a><a href="/d">d</a><a rel="nofollow" href="/f">f</a>`),
			"/a": shows(`<meta name="robots" content="NOINDEX"><a href="/e">e</a>`),
			"/b": shows(`<meta name=OmniOps content="none"><a href="/hidden">h</a>`),
			"/c": func(w http.ResponseWriter, r *http.Request) {
				w.Header().Add("X-Robots-Tag", "noindex, nofollow")
				shows("c")(w, r)
			},
			"/d": func(w http.ResponseWriter, r *http.Request) {
				w.Header().Add("X-Robots-Tag", "otherbot: noindex")
				shows("d")(w, r)
			},
			"/e": shows("e"), "/f": shows("f"), "/hidden": shows("h"),
		}, []string{"/", "/d", "/e"}, map[string]Reason{"/a": NoIndex, "/b": NoIndex, "/c": NoIndex}},
		{"canonical", map[string]http.HandlerFunc{
			"/":                       shows(`<a href="/collections/all/kettle">1</a><a href="/broken">2</a><a href="/home-canonical">3</a><a href="/foreign">4</a>`),
			"/collections/all/kettle": shows(`<link rel="canonical" href="/kettle">kettle`),
			"/kettle":                 shows(`<link rel="canonical" href="/kettle">kettle`),
			"/broken":                 shows(`<link rel="canonical" href="/gone">still a page`),
			"/home-canonical":         shows(`<link rel="canonical" href="/">a theme's mistake`),
			"/foreign":                shows(`<link rel="canonical" href="https://elsewhere.example/x">ours`),
		}, []string{"/", "/broken", "/foreign", "/home-canonical", "/kettle"},
			map[string]Reason{"/collections/all/kettle": Duplicate, "/gone": NotFound}},
		{"redirects", map[string]http.HandlerFunc{
			"/":    shows(`<a href="/old">1</a><a href="/loop">2</a><a href="/r1">3</a><a href="/away">4</a>`),
			"/old": redirect("/new"), "/new": shows("new"),
			"/loop": redirect("/loop2"), "/loop2": redirect("/loop"),
			"/r1": redirect("/r2"), "/r2": redirect("/r3"), "/r3": redirect("/r4"), "/r4": redirect("/r5"), "/r5": redirect("/r6"), "/r6": redirect("/r7"), "/r7": shows("far"),
			"/away": redirect("https://elsewhere.example/"),
		}, []string{"/", "/new"}, map[string]Reason{"/old": Redirected, "/loop": Redirected, "/loop2": Redirected, "/r6": RedirectLoop, "/away": OutOfScope}},
		{"what is no page", map[string]http.HandlerFunc{
			"/": shows(`<a href="/a.PDF">1</a><a href="/data">2</a><a href="/gone">3</a><a href="/broken">4</a><a href="/cart/add">5</a><a href="/a?add-to-cart=7">6</a>
				<a href="/members">7</a><a href="/brotli">8</a><a href="/door">9</a><a href="/x/x/x/x">10</a>`),
			"/data":    func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/pdf") },
			"/broken":  status(500),
			"/members": status(403),
			"/brotli": func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Encoding", "br")
				shows("?")(w, r)
			},
			"/door": shows(`<form>Please sign in<input type=password></form>`),
		}, []string{"/"}, map[string]Reason{"/a.PDF": NotHTML, "/data": NotHTML, "/gone": NotFound, "/broken": ServerError, "/cart/add": NotContent,
			"/a?add-to-cart=7": NotContent, "/members": Denied, "/brotli": BadResponse, "/door": SignIn, "/x/x/x/x": Trap}},
		{"login walls", map[string]http.HandlerFunc{
			"/":           shows(`<a href="/trade">1</a><a href="/club">2</a><a href="/newsletter">3</a><a href="/old">4</a>`),
			"/trade":      redirect("/account/login?return_url=%2Ftrade"),
			"/club":       shows(`<h1>Members</h1><form><input name=mail><input type="PASSWORD"></form>`),
			"/old":        redirect("/cart"),
			"/newsletter": shows(strings.Join(manyWords(200), " ") + `<form><input type=password></form>`),
		}, []string{"/", "/newsletter"}, map[string]Reason{"/trade": SignIn, "/club": SignIn, "/old": NotContent}},
		{"pages that say they are not found", map[string]http.HandlerFunc{
			"/":       shows(`<a href="/real">1</a><a href="/old-product">2</a><a href="/titled">3</a>`),
			"/real":   shows("<title>Kettle</title>" + strings.Repeat("words about a kettle that boils ", 3)),
			"/titled": shows("<title>Seite nicht gefunden – Laden</title>Schade"),
			"*":       shows("<title>Oops</title><p>We looked everywhere, but there is nothing at this address. Try the menu."),
		}, []string{"/", "/real"}, map[string]Reason{"/old-product": SoftNotFound, "/titled": SoftNotFound}},
		{"type not given", map[string]http.HandlerFunc{
			"/": func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = nil
				fmt.Fprint(w, "<!doctype html><html><a href=/b>b</a>")
			},
			"/b": func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = nil
				fmt.Fprint(w, "%PDF-1.7")
			},
		}, []string{"/"}, map[string]Reason{"/b": NotHTML}},
		{"hreflang and next", map[string]http.HandlerFunc{
			"/":   shows(`<link rel="alternate" hreflang="de" href="/de"><link rel="next" href="/?page=2"><link rel="stylesheet" href="/x">`),
			"/de": shows("deutsch"),
		}, []string{"/", "/?page=2", "/de"}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cr, address := site(t, c.pages)
			got, report := crawl(t, cr, address)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			skips := map[string]Reason{}
			for _, s := range report.Skipped {
				skips[strings.TrimPrefix(s.URL, address)] = s.Reason
			}
			for path, reason := range c.skips {
				if skips[path] != reason {
					t.Errorf("%s skipped because %q, want %q", path, skips[path], reason)
				}
			}
			if report.Frontier != nil || report.Indexed != len(got) || report.Found < report.Indexed {
				t.Errorf("report %+v", report)
			}
		})
	}
}

func TestRobotsThatCannotBeHad(t *testing.T) {
	for code, allowed := range map[int]bool{404: true, 401: true, 403: true, 410: true, 500: false, 503: false, 429: false} {
		c, address := site(t, map[string]http.HandlerFunc{"/robots.txt": status(code), "/": shows("home")})
		var pages []Page
		report, err := c.Crawl(t.Context(), address, map[string]Validators{address + "/old": {}}, keep(&pages))
		if len(pages) == 1 != allowed {
			t.Errorf("robots.txt answers %d: %d pages", code, len(pages))
		}
		if !allowed && (fault.KindOf(err) != fault.Unavailable || len(report.Gone) != 0) {
			t.Errorf("robots.txt answers %d: error %v, gone %v; what is known should stay", code, err, report.Gone)
		}
	}
}

func TestSiteThatCannotBeReached(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	address := server.Listener.Addr().String()
	server.Close()
	_, err := crawler(NewClient([]string{address}, nil)).Crawl(t.Context(), "http://"+address, nil, keep(nil))
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("error %v", err)
	}
}

func TestCharsets(t *testing.T) {
	serve := func(contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			fmt.Fprint(w, body)
		}
	}
	cases := map[string]http.HandlerFunc{
		"Teekännchen 5 €":  serve("text/html; charset=windows-1252", "Teek\xe4nnchen 5 \x80"),
		"Teekännchen":      serve("text/html", `<meta charset="iso-8859-15">Teek`+"\xe4nnchen"),
		"чайник":           serve("text/html; charset=koi8-r", "\xde\xc1\xca\xce\xc9\xcb"),
		"返品":               serve("text/html; charset=Shift_JIS", "\x95\xd4\x95i"),
		"Théière":          serve("text/html; charset=iso-8859-1", "Théière"), // says so, but is UTF-8
		"kettle \uFFFD.":   serve("text/html; charset=utf-8", "kettle \xff."),
		"Wasserkocher auf": serve("text/html; charset=utf-16le", "W\x00a\x00s\x00s\x00e\x00r\x00k\x00o\x00c\x00h\x00e\x00r\x00 \x00a\x00u\x00f\x00"),
	}
	for want, page := range cases {
		c, address := site(t, map[string]http.HandlerFunc{"/": page})
		var pages []Page
		if _, err := c.Crawl(t.Context(), address, nil, keep(&pages)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(pages[0].HTML), want) {
			t.Errorf("%q read as %q", want, pages[0].HTML)
		}
	}
}

func TestConditionalRequests(t *testing.T) {
	var full atomic.Int32
	answer := func(etag, more string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("ETag", etag)
			if r.Header.Get("If-None-Match") == etag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			full.Add(1)
			fmt.Fprint(w, `<a href="/dated">d</a><a href="/plain">p</a><a href="/gone">g</a>`, more)
		}
	}
	dated := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Last-Modified", "Tue, 24 Nov 2026 09:00:00 GMT")
		if r.Header.Get("If-Modified-Since") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		shows("dated")(w, r)
	}
	pages := map[string]http.HandlerFunc{"/": answer(`"1"`, ""), "/dated": dated, "/plain": shows("plain"), "/gone": shows("going")}
	c, address := site(t, pages)
	known := map[string]Validators{}
	_, err := c.Crawl(t.Context(), address, nil, func(p Page) error {
		known[p.URL] = p.Validators
		return nil
	})
	if err != nil || len(known) != 4 {
		t.Fatalf("%v %v", known, err)
	}
	delete(pages, "/gone")
	var again []Page
	report, err := c.Crawl(t.Context(), address, known, keep(&again))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range again {
		if !p.Unchanged || p.Validators != known[p.URL] {
			t.Errorf("%s is not taken to be unchanged: %+v", p.URL, p.Validators)
		}
	}
	if full.Load() != 1 || report.Unchanged != 3 || report.Indexed != 0 || !slices.Equal(report.Gone, []string{address + "/gone"}) {
		t.Errorf("%d full answers, report %+v", full.Load(), report)
	}
	pages["/"] = answer(`"2"`, "changed")
	report, err = c.Crawl(t.Context(), address, known, keep(nil))
	if err != nil || report.Indexed != 1 || report.Unchanged != 2 {
		t.Errorf("report %+v, error %v", report, err)
	}
}

func manyWords(n int) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("word%d", i)
	}
	return words
}

// A shop behind a password is told so, and loses nothing.
func TestSiteBehindAPassword(t *testing.T) {
	c, address := site(t, map[string]http.HandlerFunc{
		"/": redirect("/password"), "/a": redirect("/password"), "/password": shows(`<form><input type=password></form>`),
	})
	_, err := c.Crawl(t.Context(), address, map[string]Validators{address + "/a": {}}, keep(nil))
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Detail(err), "sign in") {
		t.Errorf("error %v", err)
	}
}

// A site that cannot be reached for a while loses no page.
func TestTemporaryFailuresKeepPages(t *testing.T) {
	c, address := site(t, map[string]http.HandlerFunc{"/": shows("home"), "/a": status(500), "/b": status(403), "/c": status(404)})
	known := map[string]Validators{address + "/a": {}, address + "/b": {}, address + "/c": {}}
	report, err := c.Crawl(t.Context(), address, known, keep(nil))
	if err != nil || !slices.Equal(report.Gone, []string{address + "/c"}) {
		t.Errorf("gone %v, error %v", report.Gone, err)
	}
}

func TestProgress(t *testing.T) {
	c, address := site(t, map[string]http.HandlerFunc{
		"/": shows(`<a href="/a">a</a><a href="/b.pdf">b</a><a href="/empty">e</a>`), "/a": shows("a"), "/empty": shows("")})
	var last Progress
	steps := 0
	c.Progress = func(p Progress) {
		if p.Indexed < last.Indexed || p.Skipped < last.Skipped || p.Found < last.Found {
			t.Errorf("progress went back from %+v to %+v", last, p)
		}
		last = p
		steps++
	}
	report, err := c.Crawl(t.Context(), address, nil, func(p Page) error {
		if strings.HasSuffix(p.URL, "/empty") {
			return fault.E(fault.Invalid, "no text", nil)
		}
		return nil
	})
	want := Counts{Found: 4, Fetched: 3, Indexed: 2, Skipped: 2, Bytes: report.Bytes}
	if err != nil || report.Counts != want || last.Counts != want || steps != 4 || report.Reasons[Empty] != 1 {
		t.Errorf("report %+v, last %+v after %d steps, error %v", report, last, steps, err)
	}
}

// A crawl that is cut short anywhere goes on where it was, and in the end has
// visited each page once.
func TestResume(t *testing.T) {
	pages := map[string]http.HandlerFunc{}
	var links strings.Builder
	for i := range 40 {
		path := fmt.Sprintf("/p/%d", i)
		fmt.Fprintf(&links, `<a href="%s">x</a>`, path)
		pages[path] = shows(path)
	}
	pages["/p/7"] = shows(`<link rel=canonical href="/p/8">`)
	pages["/"] = shows(links.String())
	c, address := site(t, pages)
	stop := errors.New("stop")
	visited := map[string]int{}
	var frontier *Frontier
	var found, indexed int
	for leg := 0; leg < 50; leg++ {
		n := 0
		visit := func(p Page) error {
			if n++; n > 3 {
				return stop
			}
			visited[p.URL]++
			return nil
		}
		var report Report
		var err error
		if frontier == nil {
			report, err = c.Crawl(t.Context(), address, nil, visit)
		} else {
			report, err = c.Resume(t.Context(), frontier, nil, visit)
		}
		found, indexed = report.Found, report.Indexed
		if err == nil {
			break
		}
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		stored, err := json.Marshal(report.Frontier)
		if err != nil {
			t.Fatal(err)
		}
		frontier = new(Frontier)
		if err := json.Unmarshal(stored, frontier); err != nil {
			t.Fatal(err)
		}
	}
	if len(visited) != 40 || found != 41 || indexed != 40 {
		t.Errorf("%d pages visited, found %d, indexed %d", len(visited), found, indexed)
	}
	for address, n := range visited {
		if n != 1 {
			t.Errorf("%s visited %d times", address, n)
		}
	}
}

func TestResumeRefusesWhatItDidNotWrite(t *testing.T) {
	c, _ := site(t, nil)
	if _, err := c.Resume(t.Context(), &Frontier{Seed: "http://x"}, nil, keep(nil)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("error %v", err)
	}
}

func TestTimeLimit(t *testing.T) {
	c, address := site(t, map[string]http.HandlerFunc{
		"/":     shows(`<a href="/a">a</a><a href="/slow">s</a>`),
		"/a":    shows("a"),
		"/slow": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	})
	c.Limits.Time = 300 * time.Millisecond
	var pages []Page
	report, err := c.Crawl(t.Context(), address, nil, keep(&pages))
	if err != nil || report.Frontier == nil || report.Frontier.len() != 1 || len(pages) != 2 {
		t.Errorf("%d pages, report %+v, error %v", len(pages), report, err)
	}
}
