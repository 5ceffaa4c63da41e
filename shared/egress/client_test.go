package egress_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"omniops/shared/claim"
	"omniops/shared/egress"
	"omniops/shared/processor"
)

// only lists some hosts.
func only(hosts ...string) func(string) bool {
	return func(host string) bool {
		for _, h := range hosts {
			if h == host {
				return true
			}
		}
		return false
	}
}

// serve starts a server that counts what reaches it.
func serve(t *testing.T, h http.HandlerFunc) (*httptest.Server, *int) {
	t.Helper()
	calls := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s, &calls
}

func TestUnlistedDestinationsAreRefused(t *testing.T) {
	claim.Proves(t, "C003")
	c := egress.New(egress.Options{Hosts: func(host string) bool {
		_, listed := processor.ByHost(host)
		return listed
	}})
	for name, url := range map[string]string{
		"unlisted host":       "https://tracker.example/",
		"looks like a listed": "https://api.openai.com.evil.example/v1",
		"plain http":          "http://api.openai.com/v1",
		"another port":        "https://api.openai.com:8443/v1",
		"an address":          "https://93.184.215.14/",
		"an address, IPv6":    "https://[2606:2800::1]/",
		"an odd address":      "https://2130706433/",
		"a password":          "https://me:secret@api.openai.com/v1",
		"a file":              "file:///etc/passwd",
		"a trailing dot":      "https://tracker.example./",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Post(url, "text/plain", io.NopCloser(strings.NewReader("x")))
			if refused, ok := errors.AsType[*egress.Refused](err); !ok || strings.Contains(refused.Error(), "secret") {
				t.Errorf("got %v, want a refusal", err)
			}
		})
	}
	if _, err := egress.New(egress.Options{}).Get("https://api.openai.com/"); err == nil {
		t.Error("a client without a list reached a host")
	}
}

// Names that a listed host may resolve to, to reach inside.
func TestPrivateAddressesAreRefusedWhenDialled(t *testing.T) {
	inner, calls := serve(t, func(http.ResponseWriter, *http.Request) {})
	// localhost resolves to a loopback address, as a rebinding name would.
	c := egress.New(egress.Options{Hosts: only("localhost")})
	_, err := c.Get("https://localhost/")
	if refused, ok := errors.AsType[*egress.Refused](err); !ok || !strings.Contains(refused.Reason, "prohibited IP") {
		t.Errorf("got %v, want a refusal of the address", err)
	}
	if _, err := c.Get(inner.URL); err == nil || *calls != 0 {
		t.Errorf("reached %s: %v", inner.URL, err)
	}
}

func TestAllowedPrivateAddressIsThatOneOnly(t *testing.T) {
	inner, calls := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	other, others := serve(t, func(http.ResponseWriter, *http.Request) {})
	c := egress.New(egress.Options{AllowPrivate: []string{inner.Listener.Addr().String()}})
	resp, err := c.Get(inner.URL + "/v1")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if string(body) != "hello" || err != nil || *calls != 1 {
		t.Errorf("got %q, %v", body, err)
	}
	if _, err := c.Get(other.URL); err == nil || *others != 0 {
		t.Errorf("reached another port: %v", err)
	}
}

func TestRedirectIsCheckedLikeARequest(t *testing.T) {
	other, others := serve(t, func(http.ResponseWriter, *http.Request) {})
	for name, to := range map[string]string{
		"unlisted host":      "https://tracker.example/",
		"private address":    other.URL,
		"instance metadata":  "http://169.254.169.254/latest/meta-data/",
		"mapped, in IPv6":    "http://[::ffff:a9fe:a9fe]/",
		"Lambda's own":       "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
		"a file":             "file:///proc/self/environ",
		"plain http, listed": "http://listed.example/",
	} {
		t.Run(name, func(t *testing.T) {
			inner, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusTemporaryRedirect) })
			c := egress.New(egress.Options{Hosts: only("listed.example"), AllowPrivate: []string{inner.Listener.Addr().String()}})
			_, err := c.Get(inner.URL)
			if _, ok := errors.AsType[*egress.Refused](err); !ok || *others != 0 {
				t.Errorf("got %v, want a refusal", err)
			}
		})
	}
}

func TestRedirectsEnd(t *testing.T) {
	inner, calls := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) })
	c := egress.New(egress.Options{AllowPrivate: []string{inner.Listener.Addr().String()}})
	if _, err := c.Get(inner.URL); err == nil || *calls != 5 {
		t.Errorf("%d calls, %v", *calls, err)
	}
}

func TestTLS12IsRefused(t *testing.T) {
	claim.Proves(t, "C091")
	for name, c := range map[string]struct {
		highest uint16
		refused bool
	}{
		"TLS 1.2 only": {tls.VersionTLS12, true},
		"TLS 1.3":      {tls.VersionTLS13, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if r.TLS.Version != tls.VersionTLS13 {
					t.Errorf("spoke %s", tls.VersionName(r.TLS.Version))
				}
			}))
			s.TLS = &tls.Config{MaxVersion: c.highest}
			s.Config.ErrorLog = log.New(io.Discard, "", 0)
			s.StartTLS()
			defer s.Close()
			roots := x509.NewCertPool()
			roots.AddCert(s.Certificate())
			resp, err := egress.New(egress.Options{AllowPrivate: []string{s.Listener.Addr().String()}, Roots: roots}).Get(s.URL)
			if err == nil {
				_ = resp.Body.Close()
			}
			if alert, ok := errors.AsType[*net.OpError](err); (err != nil) != c.refused || c.refused && (!ok || alert.Op != "remote error") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestProxyOfTheEnvironmentIsIgnored(t *testing.T) {
	proxy, calls := serve(t, func(http.ResponseWriter, *http.Request) {})
	t.Setenv("HTTPS_PROXY", proxy.URL)
	t.Setenv("HTTP_PROXY", proxy.URL)
	if _, err := egress.New(egress.Options{Hosts: only("localhost")}).Get("https://localhost/"); err == nil || *calls != 0 {
		t.Errorf("went through the proxy: %v", err)
	}
}
