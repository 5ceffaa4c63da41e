package ingest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"omniops/shared/knowledge/ingest"
	"omniops/shared/knowledge/library"
	"omniops/shared/queue"
)

// largeSite has as many pages, in lists of a hundred.
type largeSite struct {
	pages    int
	requests atomic.Int64
	mu       sync.Mutex
	served   map[string]int
	at       func(n int64) // called with the number of each request
}

var fillers = strings.Fields("kettle handle copper lid steel whistle gas hob pour boil limescale filter tea cup warm litre cord base switch spout grip enamel glass")

// ServeHTTP answers with a page, or a list of pages.
func (s *largeSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if n := s.requests.Add(1); s.at != nil {
		s.at(n)
	}
	s.mu.Lock()
	s.served[r.URL.Path]++
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	var b bytes.Buffer
	var n int
	switch {
	case r.URL.Path == "/":
		b.WriteString("<!doctype html><html lang=en><title>Shop</title><main><h1>Shop</h1>")
		for i := 0; i < s.pages; i += 100 {
			fmt.Fprintf(&b, "<a href=/list/%d>List %d</a> ", i, i)
		}
	case strings.HasPrefix(r.URL.Path, "/list/"):
		fmt.Sscanf(r.URL.Path, "/list/%d", &n)
		fmt.Fprintf(&b, "<!doctype html><html lang=en><title>List %d</title><main><h1>List %d</h1>", n, n)
		for i := n; i < n+100; i++ {
			fmt.Fprintf(&b, "<p><a href=/kettle/%d>Kettle %d</a></p>", i, i)
		}
	case strings.HasPrefix(r.URL.Path, "/kettle/"):
		fmt.Sscanf(r.URL.Path, "/kettle/%d", &n)
		fmt.Fprintf(&b, "<!doctype html><html lang=en><title>Kettle %d</title><header><nav>%s</nav></header><main><h1>Kettle %d</h1>",
			n, strings.Repeat("<a href=/>Home</a>", 20), n)
		for section := range 3 {
			fmt.Fprintf(&b, "<h2>Part %d of kettle %d</h2><p>", section, n)
			for i := range 120 {
				b.WriteString(fillers[(n*7+section*13+i*i)%len(fillers)])
				b.WriteString([]string{" ", ". "}[i%12/11]) // as long as sentences are
			}
			fmt.Fprintf(&b, "code KT%dX%d.</p>", n, section)
		}
	default:
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(b.Bytes())
}

// orders takes the orders that wait in the queue.
func (s *shelf) orders(t *testing.T) []library.Crawl {
	t.Helper()
	client, url := sqs.NewFromConfig(s.AWS), s.Env(t, "site-crawl", "CRAWL_QUEUE_URL")
	out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10})
	if err != nil {
		t.Fatal(err)
	}
	var all []library.Crawl
	for _, m := range out.Messages {
		var o library.Crawl
		if err := json.Unmarshal([]byte(*m.Body), &o); err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
		if _, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle}); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// peak samples the heap until the returned function is called, which tells the
// most that was in use, in bytes, over what was before.
func peak() func() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, uint64(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-stopped
		return most - min(before, most)
	}
}

// mostHeap bounds what a crawl of 5,000 pages may use, in MB, the test's own
// server and storage included.
const mostHeap = 64

// A site of 5,000 pages takes several legs. One of them is killed in its middle
// and delivered again, and every order is delivered once more at the end.
func TestLargeSiteInSeveralLegs(t *testing.T) {
	const pages = 5000
	shop := &largeSite{pages: pages, served: map[string]int{}}
	server := httptest.NewServer(shop)
	defer server.Close()
	s := newShelfIn(t, t.TempDir(), strings.TrimPrefix(server.URL, "http://"))
	s.merchant(t, "kettles", server.URL)
	s.reader.Orders = queue.NewSender[library.Crawl](s.AWS, s.Env(t, "site-crawl", "CRAWL_QUEUE_URL"))
	s.reader.Limits.Rate, s.reader.Limits.Time = 1500, 1500*time.Millisecond

	ctx, kill := context.WithCancel(t.Context())
	shop.at = func(n int64) {
		if n == 1700 {
			kill()
		}
	}
	defer ingest.LimitMemory()()
	started, heap := time.Now(), peak()
	waiting := []library.Crawl{library.NewCrawl("kettles", s.Clock.Now())}
	var done []library.Crawl
	killed := 0
	for len(waiting) > 0 {
		order := waiting[0]
		if err := s.reader.Read(ctx, order); err != nil {
			if ctx.Err() == nil || killed > 0 {
				t.Fatalf("leg %d: %v", order.Leg, err)
			}
			killed++
			ctx = t.Context() // the queue delivers the order again
			continue
		}
		done = append(done, order)
		waiting = append(waiting[1:], s.orders(t)...)
	}
	first := float64(heap()) / 1e6
	t.Logf("%d pages in %d legs and %.1f s: %d requests, %.1f MB of heap at most", pages, len(done), time.Since(started).Seconds(),
		shop.requests.Load(), first)
	if killed != 1 || len(done) < 3 {
		t.Errorf("%d legs, %d of them killed", len(done), killed)
	}
	site, err := s.sites.Get(t.Context(), "kettles")
	if err != nil || site.State != library.Ready || site.Index.Pages != pages+pages/100+1 || site.Full {
		t.Errorf("site %+v, %v", site, err)
	}
	twice := 0
	for path, n := range shop.served {
		if n > 1 && strings.HasPrefix(path, "/kettle/") {
			twice++
		}
	}
	if twice > 600 {
		t.Errorf("%d pages were read twice, though every 500 are stored", twice)
	}
	for _, n := range []int{0, 1234, pages - 1} {
		hits := s.search(t, "kettles", fmt.Sprintf("KT%dX1", n))
		if len(hits) == 0 || !strings.HasSuffix(hits[0].Passage.URL, fmt.Sprintf("/kettle/%d", n)) {
			t.Errorf("kettle %d is not found", n)
		}
	}
	before := shop.requests.Load()
	for _, order := range done {
		if err := s.reader.Read(t.Context(), order); err != nil {
			t.Errorf("leg %d once more: %v", order.Leg, err)
		}
	}
	if again := shop.requests.Load() - before; again != 0 || len(s.orders(t)) != 0 {
		t.Errorf("orders that were done led to %d requests", again)
	}
	if keys := s.objects(t); len(keys) != 4 {
		t.Errorf("the bucket holds %q", keys)
	}

	// The day after nothing has changed.
	s.reader.Orders, s.reader.Limits.Time, s.reader.Limits.Rate = nil, 0, 1e6
	started, heap = time.Now(), peak()
	again := s.read(t)
	most := float64(heap()) / 1e6
	t.Logf("read again in %.1f s: %d unchanged, %.1f MB of heap at most", time.Since(started).Seconds(), again.Unchanged, most)
	if again.Unchanged != site.Indexed || again.Index.Pages != site.Index.Pages {
		t.Errorf("read again: %+v", again)
	}
	if first > mostHeap || most > mostHeap {
		t.Errorf("%.1f and %.1f MB of heap, more than %d", first, most, mostHeap)
	}
}
