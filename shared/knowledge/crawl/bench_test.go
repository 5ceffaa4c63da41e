package crawl

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkThroughput compares a crawl of a site with plain requests for the same
// pages, over the same client and as many at a time.
func BenchmarkThroughput(b *testing.B) {
	const pages = 1000
	text := strings.Repeat("<p>Our kettles whistle when the water boils, and switch themselves off.</p>", 150)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		var n int
		switch {
		case r.URL.Path == "/":
			fmt.Fprint(w, "<title>Shop</title><p>Our shop.")
			for i := range pages {
				fmt.Fprintf(w, "<a href=/p/%d>%d</a>", i, i)
			}
		case strings.HasPrefix(r.URL.Path, "/p/"):
			_, _ = fmt.Sscanf(r.URL.Path, "/p/%d", &n)
			fmt.Fprintf(w, "<title>Page %d</title><p>Page %d, of %x.</p>%s", n, n, n*n*7919, text)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	client := NewClient([]string{strings.TrimPrefix(server.URL, "http://")}, nil)
	limits := Limits{Rate: 1e9, Concurrency: 4}

	b.Run("fetch", func(b *testing.B) {
		for b.Loop() {
			next := make(chan int)
			var workers sync.WaitGroup
			for range limits.Concurrency {
				workers.Go(func() {
					for n := range next {
						resp, err := client.Get(fmt.Sprintf("%s/p/%d", server.URL, n))
						if err != nil {
							b.Error(err)
							continue
						}
						if _, err := io.Copy(io.Discard, resp.Body); err != nil {
							b.Error(err)
						}
						_ = resp.Body.Close()
					}
				})
			}
			for n := range pages {
				next <- n
			}
			close(next)
			workers.Wait()
		}
		b.ReportMetric(pages*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
	})
	b.Run("crawl", func(b *testing.B) {
		for b.Loop() {
			c := Crawler{Client: client, Now: time.Now, UserAgent: "Bench/1", Limits: limits}
			report, err := c.Crawl(b.Context(), server.URL, nil, func(Page) error { return nil })
			if err != nil || report.Indexed != pages+1 {
				b.Fatal(report.Counts, err)
			}
		}
		b.ReportMetric(pages*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
	})
}
