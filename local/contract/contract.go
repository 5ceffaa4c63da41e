// Package contract holds what is asked and answered over HTTP against
// docs/openapi.yaml, in the tests of those who answer.
package contract

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"omniops/local/localtest"
)

// Pages and archives are text and bytes to the contract.
func init() {
	for _, kind := range []string{"text/html", "application/zip"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.FileBodyDecoder)
	}
}

// Transport fails t for every exchange that the contract does not allow: an
// answer that is not described, a body or an event of a stream that does not
// match its schema, and a request that breaks the contract and is not refused
// for it. So a test may send what is wrong without saying so. What browsers ask
// for permission (OPTIONS) is no part of the contract.
func Transport(t testing.TB, next http.RoundTripper) http.RoundTripper {
	t.Helper()
	pages()
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(localtest.Root(t), "docs", "openapi.yaml"))
	if err != nil {
		t.Fatalf("read the contract: %v", err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("the contract is not OpenAPI: %v", err)
	}
	doc.Servers = nil // tests listen elsewhere
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatalf("read the contract's routes: %v", err)
	}
	return &transport{t: t, next: next, doc: doc, router: router}
}

// pages has the library read pages as it reads text, which it does not by itself.
var pages = sync.OnceFunc(func() { openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.PlainBodyDecoder) })

// Client is Transport in a client, over the default transport.
func Client(t testing.TB) *http.Client {
	t.Helper()
	return &http.Client{Transport: Transport(t, http.DefaultTransport)}
}

type transport struct {
	t      testing.TB
	next   http.RoundTripper
	doc    *openapi3.T
	router routers.Router
}

// RoundTrip sends the request and holds it and its answer against the contract.
func (c *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodOptions {
		return c.next.RoundTrip(r)
	}
	sent, err := drain(&r.Body)
	if err != nil {
		return nil, err
	}
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMethodNotAllowed {
			c.t.Errorf("%s %s is no part of the contract and was answered %d", r.Method, r.URL.Path, resp.StatusCode)
		}
		return resp, nil
	}
	asked := r.Clone(r.Context())
	asked.Body = io.NopCloser(bytes.NewReader(sent))
	options := &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	in := &openapi3filter.RequestValidationInput{Request: asked, PathParams: params, Route: route, Options: options}
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil && (resp.StatusCode < 400 || resp.StatusCode > 499) {
		c.t.Errorf("%s %s breaks the contract and was answered %d: %v", r.Method, r.URL.Path, resp.StatusCode, err)
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header, Options: options}
	described := route.Operation.Responses.Status(resp.StatusCode)
	if described != nil && described.Value.Content["text/event-stream"] != nil && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		options.ExcludeResponseBody = true // its events are checked as they pass
		resp.Body = &stream{ReadCloser: resp.Body, t: c.t, schemas: c.doc.Components.Schemas}
	} else if described != nil && described.Value.Content["text/html"] != nil && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		options.ExcludeResponseBody = true // a page has no schema
	} else {
		body, err := drain(&resp.Body)
		if err != nil {
			return nil, err
		}
		out.SetBodyBytes(body)
	}
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		c.t.Errorf("%s %s was answered %d against the contract: %v", r.Method, r.URL.Path, resp.StatusCode, err)
	}
	return resp, nil
}

// drain reads a body and leaves a copy in its place.
func drain(body *io.ReadCloser) ([]byte, error) {
	if *body == nil || *body == http.NoBody {
		return nil, nil
	}
	all, err := io.ReadAll(*body)
	if err != nil {
		return nil, fmt.Errorf("read a body: %w", err)
	}
	if err := (*body).Close(); err != nil {
		return nil, fmt.Errorf("close a body: %w", err)
	}
	*body = io.NopCloser(bytes.NewReader(all))
	return all, nil
}
