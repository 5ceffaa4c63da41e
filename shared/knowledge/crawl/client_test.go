package crawl

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"code.dny.dev/ssrf"
	"golang.org/x/net/dns/dnsmessage"

	"omniops/shared/fault"
)

// listener accepts connections on an address and counts them.
type listener struct {
	net.Listener
	accepted atomic.Int32
}

// forbid listens where nobody may connect to.
func forbid(t *testing.T, address string) *listener {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	f := &listener{Listener: l}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f.accepted.Add(1)
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		if n := f.accepted.Load(); n != 0 {
			t.Errorf("%d connections to %s", n, address)
		}
	})
	return f
}

// resolver answers every question for an IPv4 address with what answer gives.
func resolver(t *testing.T, answer func(name string) netip.Addr) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: answer(q.Name.String()).As4()},
				}}
			}
			if out, err := m.Pack(); err == nil {
				server.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

var loopback = netip.MustParseAddr("127.0.0.1")

func everywhere(netip.Addr) func(string) netip.Addr {
	return func(string) netip.Addr { return loopback }
}

// Scenario 24: no spelling of a private address is connected to, whatever the
// port, and names are judged by what they resolve to.
func TestPrivateAddressesAreRefused(t *testing.T) {
	forbidden := forbid(t, "127.0.0.1:0")
	_, port, _ := net.SplitHostPort(forbidden.Addr().String())
	client := newClient(nil, resolver(t, everywhere(loopback)), ssrf.New(ssrf.WithAnyPort()))
	hosts := []string{
		"127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001",
		"localhost", "localhost.", "LOCALHOST", "localtest.example", "0.0.0.0", "0", "127.0.0.1.", "127.127.127.127",
		"[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "[::127.0.0.1]",
		"[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]",
		"169.254.169.254", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "2852039166", "0xa9fea9fe", "169.254.170.2",
		"10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1", "192.0.0.192", "224.0.0.1", "255.255.255.255", "240.0.0.1",
		"[0:0:0:0:0:0:0:1]", "[::ffff:0:7f00:1]", "[::ffff:0:127.0.0.1]", "[fe80::1%25lo]", "[::1%25lo]", "[::ffff:127.0.0.1%25lo]", "[2001:4860:4860::8888%25lo]",
		"[::5efe:7f00:1]", "[fe80::5efe:a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "[ff02::1]", "[2001:db8::1]", "100.100.100.200", "192.88.99.1", "0.0.0.1",
		"①②⑦.⓪.⓪.①", "127。0。0。1",
	}
	for _, host := range hosts {
		t.Run(host, func(t *testing.T) {
			get(t, client, "http://"+host+":"+port+"/")
			get(t, client, "https://"+host+"/")
		})
	}
}

// get expects a refusal.
func get(t *testing.T, client *http.Client, address string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return // not even a URL
	}
	resp, err := client.Do(r)
	if err == nil {
		resp.Body.Close()
		t.Fatalf("%s answers %s", address, resp.Status)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%s was tried: %v", address, err)
	}
}

func TestOnlyPlainWebAddresses(t *testing.T) {
	client := NewClient(nil, resolver(t, everywhere(loopback)))
	for _, address := range []string{
		"file:///proc/self/environ", "ftp://shop.example/", "gopher://shop.example:70/_x", "data:text/html,x",
		"http://user:pass@shop.example/", "https://token@shop.example/", "http:///path",
		"http://127.0.0.1:9001/2018-06-01/runtime/invocation/next", "http://localhost:9001/2018-06-01/runtime/invocation/next",
	} {
		get(t, client, address)
	}
}

// Ports other than the web's are closed even on public addresses.
func TestOtherPortsAreRefused(t *testing.T) {
	guard := ssrf.New()
	for _, address := range []string{"93.184.216.34:22", "93.184.216.34:9001", "93.184.216.34:8080", "[2606:2800:21f::1]:6379"} {
		if guard.Safe("tcp4", address, nil) == nil && guard.Safe("tcp6", address, nil) == nil {
			t.Errorf("%s is allowed", address)
		}
	}
	for _, address := range []string{"93.184.216.34:80", "93.184.216.34:443"} {
		if err := guard.Safe("tcp4", address, nil); err != nil {
			t.Errorf("%s is refused: %v", address, err)
		}
	}
}

// The exception is one host and port as written, not whatever resolves to it.
func TestExceptionIsExact(t *testing.T) {
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "shop") }))
	defer shop.Close()
	forbidden := forbid(t, "127.0.0.1:0")
	client := NewClient([]string{shop.Listener.Addr().String()}, resolver(t, everywhere(loopback)))
	resp, err := client.Get(shop.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	_, port, _ := net.SplitHostPort(shop.Listener.Addr().String())
	for _, address := range []string{"http://evil.example:" + port, "http://127.1:" + port, "http://[::ffff:127.0.0.1]:" + port, "http://" + forbidden.Addr().String()} {
		get(t, client, address)
	}
}

func TestProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	proxy := forbid(t, "127.0.0.1:0")
	t.Setenv("HTTP_PROXY", "http://"+proxy.Addr().String())
	t.Setenv("HTTPS_PROXY", "http://"+proxy.Addr().String())
	client := NewClient(nil, resolver(t, everywhere(loopback)))
	get(t, client, "http://shop.example/")
	get(t, client, "https://shop.example/")
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	forbidden := forbid(t, "127.0.0.1:0")
	shop := httptest.NewServer(http.RedirectHandler("http://"+forbidden.Addr().String(), http.StatusFound))
	defer shop.Close()
	resp, err := NewClient([]string{shop.Listener.Addr().String()}, nil).Get(shop.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		t.Errorf("status %d", resp.StatusCode)
	}
}

// A name server that changes its mind between the first page and the second
// gains nothing: 127.0.0.2 stands for a public address here.
func TestRebindingIsRefused(t *testing.T) {
	forbidden := forbid(t, "127.0.0.1:0")
	_, port, _ := net.SplitHostPort(forbidden.Addr().String())
	public, err := net.Listen("tcp", "127.0.0.2:"+port)
	if err != nil {
		t.Fatal(err)
	}
	var rebound atomic.Bool
	shop := &httptest.Server{Listener: public, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		switch r.URL.Path {
		case "/robots.txt", "/sitemap.xml":
			http.NotFound(w, r)
		case "/":
			rebound.Store(true)
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<title>Shop</title><p>Words</p><a href="/2">two</a><a href="/3">three</a>`)
		default:
			http.NotFound(w, r)
		}
	})}}
	shop.Start()
	defer shop.Close()
	names := resolver(t, func(string) netip.Addr {
		if rebound.Load() {
			return loopback
		}
		return netip.MustParseAddr("127.0.0.2")
	})
	guard := ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(netip.MustParsePrefix("127.0.0.2/32")))
	c := crawler(newClient(nil, names, guard))
	var pages []string
	report, err := c.Crawl(t.Context(), "http://shop.example:"+port+"/", nil, func(p Page) error {
		pages = append(pages, p.URL)
		return nil
	})
	if err != nil || len(pages) != 1 || report.Reasons[Refused] != 2 {
		t.Errorf("pages %v, report %+v, error %v", pages, report, err)
	}
}

// A page, a redirect and a sitemap that point inside lead nowhere.
func TestHopsInsideAreRefused(t *testing.T) {
	forbidden := forbid(t, "127.0.0.1:0")
	inside := "http://" + forbidden.Addr().String()
	c, address := site(t, map[string]http.HandlerFunc{
		"/robots.txt":  text("Sitemap: " + inside + "/sitemap.xml\nSitemap: /real.xml"),
		"/real.xml":    text(`<sitemapindex><sitemap><loc>` + inside + `/b.xml</loc></sitemap></sitemapindex>`),
		"/":            shows(`<a href="/hop">x</a><a href="` + inside + `/secret">y</a><a href="http://u:p@x.example/">z</a><meta http-equiv="refresh" content="0;url=` + inside + `">`),
		"/hop":         redirect(inside + "/latest/meta-data/"),
		"/file":        redirect("file:///proc/self/environ"),
		"/credentials": redirect("http://a:b@shop.example/"),
	})
	report, err := c.Crawl(t.Context(), address, map[string]Validators{address + "/file": {}, address + "/credentials": {}}, keep(nil))
	if err != nil || report.Reasons[OutOfScope] != 1 || report.Reasons[Refused] != 2 {
		t.Errorf("report %+v, error %v", report, err)
	}
	for _, seed := range []string{inside, "http://169.254.169.254/latest/meta-data/", "http://[::ffff:a9fe:a9fe]/", "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next"} {
		_, err := c.Crawl(t.Context(), seed, nil, keep(nil))
		if fault.KindOf(err) != fault.Forbidden {
			t.Errorf("seed %s: %v", seed, err)
		}
	}
	for _, seed := range []string{"file:///etc/passwd", "http://u:p@shop.example/", "javascript:alert(1)", "http://", "::", ""} {
		_, err := c.Crawl(t.Context(), seed, nil, keep(nil))
		if k := fault.KindOf(err); k != fault.Forbidden && k != fault.Invalid {
			t.Errorf("seed %s: %v", seed, err)
		}
	}
	if _, err := url.Parse(address); err != nil {
		t.Fatal(err)
	}
}
