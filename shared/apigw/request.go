// Package apigw joins API Gateway's REST proxy events (format 1.0) to net/http,
// so that a function is an http.Handler: a request comes out of an event, an
// answer goes back buffered or streamed. It also holds what every handler needs
// at that edge: bounded bodies, strict JSON, CORS and event streams.
package apigw

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// contextKey is the type of this package's context key.
type contextKey struct{}

// origin is what API Gateway says about a request beyond HTTP.
type origin struct{ requestID, sourceIP string }

// WithOrigin gives ctx the request id and the client's address.
func WithOrigin(ctx context.Context, requestID, sourceIP string) context.Context {
	return context.WithValue(ctx, contextKey{}, origin{requestID, sourceIP})
}

// RequestID is the gateway's id of the request, which the client sees in
// problem documents; empty outside one.
func RequestID(ctx context.Context) string {
	o, _ := ctx.Value(contextKey{}).(origin)
	return o.requestID
}

// SourceIP is the address the client connected from, as the gateway saw it. It
// is personal data: never log it.
func SourceIP(ctx context.Context) string {
	o, _ := ctx.Value(contextKey{}).(origin)
	return o.sourceIP
}

// NewRequest makes the http.Request that an event describes. A body that claims
// to be base64 and is not fails when it is read.
func NewRequest(ctx context.Context, e *events.APIGatewayProxyRequest) *http.Request {
	body, bodyErr := []byte(e.Body), error(nil)
	if e.IsBase64Encoded {
		body, bodyErr = base64.StdEncoding.AppendDecode(body[:0], body)
	}
	header := headers(e)
	host := header.Get("Host")
	if host == "" {
		host = e.RequestContext.DomainName
	}
	header.Del("Host") // net/http keeps it in Request.Host alone
	u := location(e)
	r := &http.Request{
		Method:        e.HTTPMethod,
		URL:           u,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          http.NoBody,
		ContentLength: int64(len(body)),
		Host:          host,
		RemoteAddr:    e.RequestContext.Identity.SourceIP,
		RequestURI:    u.RequestURI(),
	}
	if bodyErr != nil {
		r.Body, r.ContentLength = io.NopCloser(broken{bodyErr}), -1
	} else if len(body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(body))
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	return r.WithContext(WithOrigin(ctx, e.RequestContext.RequestID, e.RequestContext.Identity.SourceIP))
}

// broken is a body that cannot be read.
type broken struct{ err error }

// Read fails.
func (b broken) Read([]byte) (int, error) { return 0, b.err }

// headers gives the event's headers their canonical names: the gateway keeps
// the client's spelling.
func headers(e *events.APIGatewayProxyRequest) http.Header {
	h := make(http.Header, max(len(e.MultiValueHeaders), len(e.Headers))+1)
	for name, values := range e.MultiValueHeaders {
		name = textproto.CanonicalMIMEHeaderKey(name)
		h[name] = append(h[name], values...)
	}
	if len(e.MultiValueHeaders) == 0 {
		for name, value := range e.Headers {
			h.Add(name, value)
		}
	}
	return h
}

// location rebuilds the URL. The path arrives without the stage and as it was
// sent; query values arrive decoded.
func location(e *events.APIGatewayProxyRequest) *url.URL {
	path := e.Path
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	u := &url.URL{Path: path}
	if plain, err := url.PathUnescape(path); err == nil {
		u.Path, u.RawPath = plain, path
	}
	query := url.Values(e.MultiValueQueryStringParameters)
	if len(query) == 0 && len(e.QueryStringParameters) > 0 {
		query = make(url.Values, len(e.QueryStringParameters))
		for name, value := range e.QueryStringParameters {
			query.Set(name, value)
		}
	}
	u.RawQuery = query.Encode()
	return u
}
