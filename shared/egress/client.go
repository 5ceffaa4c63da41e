// Package egress is the only way out to the internet: a client that reaches
// listed hosts and nobody else, over TLS 1.3, and never a private address,
// whatever a name resolves to.
package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// Options say what a client may reach.
type Options struct {
	// Hosts reports whether a host, in lower case and without a port, is listed:
	// a processor's or an integration's.
	Hosts func(host string) bool

	// AllowPrivate lists the host:port pairs that may have a private address,
	// any port and plain HTTP, whether Hosts lists them or not. Only the local
	// cloud sets it.
	AllowPrivate []string

	// Timeout bounds waiting for the answer's header; 0 means 30 s. The body has
	// no limit of its own, because a model streams for as long as it answers:
	// bound it with the request's context.
	Timeout time.Duration

	// Roots are the certificate authorities to trust; nil means the system's.
	Roots *x509.CertPool
}

// Refused is the error for a request that may not leave.
type Refused struct {
	Host   string // as asked for
	Reason string
}

// Error is the text for the log.
func (e *Refused) Error() string { return fmt.Sprintf("egress to %s refused: %s", e.Host, e.Reason) }

// New makes a client. It uses no proxy, keeps no cookies, and checks each
// redirect as it checks a request.
func New(o Options) *http.Client {
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	private := o.AllowPrivate
	guard := ssrf.New(ssrf.WithPorts(443))
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	safe := *dialer
	// Control sees the address that is about to be dialled, after the name was
	// resolved, so a name that changes its mind gains nothing.
	safe.Control = func(network, address string, raw syscall.RawConn) error {
		if err := guard.Safe(network, address, raw); err != nil {
			return &Refused{Host: address, Reason: err.Error()}
		}
		return nil
	}
	return &http.Client{
		Transport: &gate{hosts: o.Hosts, private: private, next: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if slices.Contains(private, address) {
					return dialer.DialContext(ctx, network, address)
				}
				return safe.DialContext(ctx, network, address)
			},
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: o.Roots},
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: o.Timeout,
			ExpectContinueTimeout: time.Second,
			IdleConnTimeout:       90 * time.Second,
			MaxIdleConns:          64,
			MaxIdleConnsPerHost:   16,
			ForceAttemptHTTP2:     true,
		}},
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) >= 5 {
				return errors.New("stopped after 5 redirects")
			}
			return nil // the gate sees every hop
		},
	}
}

// gate lets a request pass only to where it may go.
type gate struct {
	hosts   func(string) bool
	private []string
	next    http.RoundTripper
}

// RoundTrip sends a request, or returns a *Refused.
func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	if reason := g.refuse(r); reason != "" {
		if r.Body != nil {
			_ = r.Body.Close() // RoundTrip's duty, error or not
		}
		return nil, &Refused{Host: r.URL.Host, Reason: reason}
	}
	return g.next.RoundTrip(r)
}

// refuse says why a request may not leave; empty means it may.
func (g *gate) refuse(r *http.Request) string {
	host := strings.ToLower(r.URL.Hostname())
	port := r.URL.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[r.URL.Scheme]
	}
	if slices.Contains(g.private, net.JoinHostPort(host, port)) && (r.URL.Scheme == "http" || r.URL.Scheme == "https") {
		return ""
	}
	switch _, err := netip.ParseAddr(host); {
	case r.URL.Scheme != "https":
		return "only https leaves"
	case port != "443":
		return "only port 443 leaves"
	case err == nil:
		return "an address is not a listed host"
	case r.URL.User != nil:
		return "a URL carries no password"
	case g.hosts == nil || !g.hosts(host):
		return "the host is not in the processor register"
	}
	return ""
}

// CloseIdleConnections closes what no request is using.
func (g *gate) CloseIdleConnections() {
	if c, ok := g.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
