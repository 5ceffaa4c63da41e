package crawl

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"code.dny.dev/ssrf"

	"omniops/shared/fault"
)

// Time limits of one connection.
const (
	dialTimeout   = 5 * time.Second
	tlsTimeout    = 10 * time.Second
	headerTimeout = 10 * time.Second
	maxHeader     = 64 << 10
)

// NewClient makes the client that reads merchants' websites. It connects to
// public addresses only, on ports 80 and 443: the address is checked when the
// connection is made, after the name was resolved, so that no spelling of an
// address, no redirect and no name server that changes its mind gets past it.
// allowPrivate lists the exceptions as host:port, exactly as they stand in the
// URL; it is for the local cloud. resolver may be nil. The client takes no proxy
// from the environment and follows no redirect: each hop is the crawler's to
// judge.
func NewClient(allowPrivate []string, resolver *net.Resolver) *http.Client {
	return newClient(allowPrivate, resolver, ssrf.New())
}

func newClient(allowPrivate []string, resolver *net.Resolver, guard *ssrf.Guardian) *http.Client {
	free := &net.Dialer{Timeout: dialTimeout}
	guarded := &net.Dialer{Timeout: dialTimeout, Resolver: resolver, Control: guard.Safe}
	allowPrivate = slices.Clone(allowPrivate)
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if slices.Contains(allowPrivate, strings.ToLower(address)) {
				return free.DialContext(ctx, network, address)
			}
			conn, err := guarded.DialContext(ctx, network, address)
			if prohibited(err) {
				return nil, fault.E(fault.Forbidden, "This address is not on the public internet.", err)
			}
			return conn, err
		},
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConnsPerHost:    8,
		MaxConnsPerHost:        8,
		IdleConnTimeout:        30 * time.Second,
		ForceAttemptHTTP2:      true,
	}
	return &http.Client{
		Transport:     checked{transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// prohibited reports whether the guard refused the connection.
func prohibited(err error) bool {
	return errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedPort) ||
		errors.Is(err, ssrf.ErrProhibitedNetwork) || errors.Is(err, ssrf.ErrInvalidHostPort)
}

// checked refuses a URL that is not for a crawler before anything is resolved.
type checked struct{ next *http.Transport }

// RoundTrip sends the request if its URL is a plain web address.
func (c checked) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := checkURL(r.URL); err != nil {
		return nil, err
	}
	return c.next.RoundTrip(r)
}

// CloseIdleConnections lets http.Client reach the transport's.
func (c checked) CloseIdleConnections() { c.next.CloseIdleConnections() }

// checkURL refuses schemes other than http and https, and credentials.
func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return fault.E(fault.Forbidden, "Only http and https addresses are read.", nil)
	case u.User != nil:
		return fault.E(fault.Forbidden, "An address with credentials is not read.", nil)
	case u.Hostname() == "":
		return fault.E(fault.Invalid, "The address has no host.", nil)
	}
	return nil
}
