package crawl

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pacer answers at once and notes when it was asked.
type pacer struct {
	mu     sync.Mutex
	asked  []time.Time
	answer func(path string, n int) (status int, header http.Header, body string)
}

func (p *pacer) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	p.asked = append(p.asked, time.Now())
	n := len(p.asked)
	p.mu.Unlock()
	status, header, body := p.answer(r.URL.Path, n)
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "text/html")
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r, ContentLength: -1}, nil
}

const threeLinks = `<a href="/a">a</a><a href="/b">b</a><a href="/c">c</a>`

func TestPace(t *testing.T) {
	cases := []struct {
		name, robots string
		limits       Limits
		least        time.Duration // between two requests
	}{
		{"our own rate", "", Limits{Rate: 2}, 500 * time.Millisecond},
		{"the site's delay", "User-agent: *\nCrawl-delay: 3", Limits{Rate: 100}, 3 * time.Second},
		{"a delay of a day is not obeyed", "User-agent: *\nCrawl-delay: 86400", Limits{Rate: 100, MaxDelay: 5 * time.Second}, 5 * time.Second},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &pacer{answer: func(path string, _ int) (int, http.Header, string) {
					switch path {
					case "/robots.txt":
						return 200, nil, c.robots
					case "/", "/a", "/b", "/c":
						return 200, nil, path + threeLinks
					}
					return 404, nil, ""
				}}
				cr := crawler(&http.Client{Transport: p})
				cr.Limits = c.limits
				cr.Limits.Time = time.Hour
				report, err := cr.Crawl(t.Context(), "https://shop.example/", nil, keep(nil))
				if err != nil || report.Indexed != 4 {
					t.Fatalf("report %+v, error %v", report, err)
				}
				for i := 2; i < len(p.asked); i++ {
					if gap := p.asked[i].Sub(p.asked[i-1]); gap < c.least-time.Millisecond || gap > 2*c.least {
						t.Errorf("request %d came %v after the one before", i, gap)
					}
				}
			})
		})
	}
}

// A site that asks for a pause gets it, and its pages are not lost.
func TestPauseOnRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := 0
		p := &pacer{answer: func(path string, _ int) (int, http.Header, string) {
			switch path {
			case "/":
				return 200, nil, threeLinks
			case "/b":
				if busy++; busy < 3 {
					return 429, http.Header{"Retry-After": {"4"}}, ""
				}
				return 200, nil, "b"
			case "/c":
				return 503, http.Header{"Retry-After": {"86400"}}, ""
			case "/a":
				return 200, nil, "a"
			}
			return 404, nil, ""
		}}
		start := time.Now()
		report, err := crawler(&http.Client{Transport: p}).Crawl(t.Context(), "https://shop.example/", nil, keep(nil))
		if err != nil || report.Indexed != 3 || report.Reasons[Busy] != 1 {
			t.Errorf("report %+v, error %v", report, err)
		}
		if took := time.Since(start); took < 8*time.Second || took > time.Minute {
			t.Errorf("the crawl took %v", took)
		}
	})
}
