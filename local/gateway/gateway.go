// Package gateway is an Amazon API Gateway REST API on one machine: it routes
// as template.yaml says, hands each request to its function as a Lambda proxy
// event, buffered or streamed, and has the same limits and the same answers of
// its own.
package gateway

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"omniops/local/lambda"
	"omniops/local/template"
)

// Limits of API Gateway, https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
// (read 2025-11).
const (
	maxBody        = 10 * 1024 * 1024 // bytes
	maxHeaders     = 10240            // bytes of names and values
	defaultTimeout = 29 * time.Second
	idleTimeout    = 5 * time.Minute // between two pieces of a streamed response
)

// Options connect a Gateway. Invoke and InvokeStream must be set; a
// lambda.Runtime has both.
type Options struct {
	Invoke       func(ctx context.Context, function string, payload []byte) ([]byte, error)
	InvokeStream func(ctx context.Context, function string, payload []byte) (*lambda.Stream, error)
	Account      string           // 000000000000 if empty
	Now          func() time.Time // time.Now if nil
	Access       func(Access)     // told of every request when it is over; may be nil
	Fault        func(error)      // told why an answer is a 5xx of the gateway's own; may be nil
}

// Access is one line of the access log. It holds no address, no query and no
// concrete path.
type Access struct {
	RequestID string
	Method    string
	Resource  string // the path as the template writes it; empty for an unknown one
	Status    int
	Bytes     int64
	Duration  time.Duration
}

// Gateway is the API. It is an http.Handler for the API's whole host.
type Gateway struct {
	options  Options
	api      template.API
	account  string
	apiID    string
	now      func() time.Time
	root     node
	limiters map[string]*rate.Limiter // by method and resource
}

// New makes the API of a template.
func New(t *template.Template, o Options) (*Gateway, error) {
	if t.API == nil {
		return nil, errors.New("the template has no API")
	}
	g := &Gateway{
		options: o, api: *t.API, account: o.Account, apiID: t.Resources[t.API.ID].Name, now: o.Now, limiters: map[string]*rate.Limiter{},
	}
	if g.account == "" {
		g.account = "000000000000"
	}
	if g.now == nil {
		g.now = time.Now
	}
	for _, f := range t.Functions {
		for _, r := range f.Routes {
			g.root.add(route{r, f.Name})
			if limit, ok := throttle(t.API.Throttles, r); ok {
				g.limiters[r.Method+" "+r.Path] = rate.NewLimiter(rate.Limit(limit.Rate), limit.Burst)
			}
		}
	}
	return g, nil
}

// throttle finds the method setting for a route, the most precise one.
func throttle(settings []template.Throttle, r template.Route) (found template.Throttle, ok bool) {
	best := -1
	for _, s := range settings {
		precision := 0
		if s.Path == r.Path {
			precision += 2
		} else if s.Path != "/*" {
			continue
		}
		if s.Method == r.Method {
			precision++
		} else if s.Method != "*" {
			continue
		}
		if precision > best {
			best, found, ok = precision, s, true
		}
	}
	return found, ok
}

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	requestID := newRequestID()
	out := &recorder{ResponseWriter: w}
	out.Header().Set("X-Amzn-Requestid", requestID)
	out.Header().Set("X-Amz-Apigw-Id", extendedID(requestID))
	params := map[string]string{}
	resource := g.root.find(segments(r.URL.EscapedPath()), params)
	if g.options.Access != nil {
		defer func() {
			a := Access{RequestID: requestID, Method: r.Method, Status: out.status, Bytes: out.bytes, Duration: time.Since(started)}
			if resource != nil {
				a.Resource = resource.resource
			}
			g.options.Access(a)
		}()
	}
	if err := g.handle(out, r, resource, params, requestID); err != nil {
		g.refuse(out, r, requestID, err)
	}
}

// handle answers a request, or says what the gateway itself must answer.
func (g *Gateway) handle(w *recorder, r *http.Request, resource *node, params map[string]string, requestID string) error {
	size := len(r.Host)
	for name, values := range r.Header {
		for _, v := range values {
			size += len(name) + len(v)
		}
	}
	if size > maxHeaders {
		return headersTooLarge
	}
	if resource == nil {
		return unknownRoute
	}
	method, ok := resource.methods[r.Method]
	if !ok {
		method, ok = resource.methods["ANY"]
	}
	switch {
	case !ok && r.Method == http.MethodOptions && g.api.CORS != nil:
		g.preflight(w.Header())
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
		return nil
	case !ok:
		return unknownRoute
	}
	if limiter := g.limiters[method.Method+" "+method.Path]; limiter != nil && !limiter.AllowN(g.now(), 1) {
		return throttled
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		panic(http.ErrAbortHandler) // the client broke off its request
	}
	if len(body) > maxBody {
		return bodyTooLarge
	}
	payload, err := g.event(r, body, resource.resource, params, requestID)
	if err != nil {
		return fault(apiConfiguration, err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeLeft(method))
	defer cancel()
	if method.Stream {
		return g.stream(ctx, w, method.function, payload)
	}
	answer, err := g.options.Invoke(ctx, method.function, payload)
	if err != nil {
		return invokeFailure(ctx, err)
	}
	return g.relay(w, r, answer)
}

// preflight sets the headers of an answer to OPTIONS.
func (g *Gateway) preflight(h http.Header) {
	c := g.api.CORS
	for name, value := range map[string]string{
		"Access-Control-Allow-Origin": c.Origin, "Access-Control-Allow-Methods": c.Methods,
		"Access-Control-Allow-Headers": c.Headers, "Access-Control-Max-Age": c.MaxAge,
	} {
		if value != "" {
			h.Set(name, value)
		}
	}
	if c.Credentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
}

// invokeFailure says what a failed invocation looks like from outside.
func invokeFailure(ctx context.Context, err error) error {
	var failed *lambda.FunctionError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		panic(http.ErrAbortHandler) // the client is gone
	case ctx.Err() != nil:
		return fault(integrationTimeout, err)
	case errors.Is(err, lambda.ErrTooLarge):
		return bodyTooLarge
	case errors.As(err, &failed):
		return fault(badOutput, err)
	}
	return fault(integrationFailure, err) // throttled, or not there
}

// relay sends a buffered answer. It must have the shape of a Lambda proxy
// response and nothing else.
func (g *Gateway) relay(w *recorder, r *http.Request, answer []byte) error {
	var response struct {
		StatusCode        json.Number         `json:"statusCode"`
		Headers           map[string]any      `json:"headers"`
		MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
		Body              string              `json:"body"`
		IsBase64Encoded   bool                `json:"isBase64Encoded"`
	}
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&response); err != nil || bytes.Equal(bytes.TrimSpace(answer), []byte("null")) {
		return fault(badOutput, fmt.Errorf("malformed Lambda proxy response: %w", err))
	}
	status := http.StatusOK
	if response.StatusCode != "" {
		n, err := strconv.Atoi(response.StatusCode.String())
		if err != nil || n < 200 || n > 599 {
			return fault(badOutput, fmt.Errorf("malformed Lambda proxy response: statusCode %s", response.StatusCode))
		}
		status = n
	}
	single := map[string]string{}
	for name, v := range response.Headers {
		switch v.(type) {
		case string, bool:
			single[name] = fmt.Sprint(v)
		default:
			return fault(badOutput, fmt.Errorf("malformed Lambda proxy response: header %s", name))
		}
	}
	body := []byte(response.Body)
	// Without a binary type that the client accepts, base64 stays base64.
	accept, _, _ := strings.Cut(r.Header.Get("Accept"), ",")
	if response.IsBase64Encoded && g.binary(accept) {
		plain, err := base64.StdEncoding.DecodeString(response.Body)
		if err != nil {
			return fault(badOutput, fmt.Errorf("malformed Lambda proxy response: body: %w", err))
		}
		body = plain
	}
	setHeaders(w.Header(), single, response.MultiValueHeaders)
	if status != http.StatusNoContent && status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
	return nil
}

// remapped are response headers that the gateway sets itself; a function's own
// go under another name.
var remapped = map[string]bool{"Connection": true, "Content-Length": true, "Date": true, "Server": true}

// setHeaders sets a function's headers. Those with several values win over a
// single one of the same name.
func setHeaders(h http.Header, single map[string]string, multiple map[string][]string) {
	h.Set("Content-Type", "application/json")
	name := func(s string) string {
		if s = http.CanonicalHeaderKey(s); remapped[s] {
			return "X-Amzn-Remapped-" + s
		}
		return s
	}
	for k, v := range single {
		h.Set(name(k), v)
	}
	for k, values := range multiple {
		h[name(k)] = values
	}
	h.Del("Transfer-Encoding")
}

// recorder remembers what was sent.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (r *recorder) Write(b []byte) (int, error) {
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// newRequestID is a random UUID.
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
