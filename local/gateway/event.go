package gateway

import (
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// dropped are request headers that never reach a function.
var dropped = map[string]bool{
	"Connection": true, "Content-Length": true, "Content-Md5": true, "Expect": true, "Max-Forwards": true,
	"Proxy-Authenticate": true, "Server": true, "Te": true, "Transfer-Encoding": true, "Trailer": true,
	"Upgrade": true, "Www-Authenticate": true,
}

// event is the request as a REST API hands it to a function: the Lambda proxy
// integration's input format 1.0,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
// (read 2025-11). Where a name has several values the single-value maps hold
// the last one; empty maps and an empty body are null.
func (g *Gateway) event(r *http.Request, body []byte, resource string, params map[string]string, requestID string) ([]byte, error) {
	host, port, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host, port = r.RemoteAddr, "0"
	}
	headers := http.Header{}
	for name, values := range r.Header {
		if !dropped[name] {
			headers[name] = values
		}
	}
	headers.Set("Host", r.Host)
	headers.Set("X-Forwarded-For", strings.TrimPrefix(r.Header.Get("X-Forwarded-For")+", "+host, ", "))
	headers.Set("X-Forwarded-Port", port)
	headers.Set("X-Forwarded-Proto", "https") // as the API is reached on AWS
	now := g.now().UTC()
	domain, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		domain = r.Host
	}
	prefix, _, _ := strings.Cut(domain, ".")
	e := proxyEvent{IsBase64Encoded: g.binary(r.Header.Get("Content-Type"))}
	e.APIGatewayProxyRequest = events.APIGatewayProxyRequest{
		Resource: resource, Path: r.URL.EscapedPath(), HTTPMethod: r.Method,
		Headers: last(headers), MultiValueHeaders: headers, PathParameters: params,
		RequestContext: events.APIGatewayProxyRequestContext{
			AccountID: g.account, APIID: g.apiID, Stage: g.api.Stage, ResourcePath: resource, Path: r.URL.EscapedPath(),
			HTTPMethod: r.Method, Protocol: r.Proto, DomainName: domain, DomainPrefix: prefix,
			RequestID: requestID, ExtendedRequestID: extendedID(requestID),
			RequestTime: now.Format("02/Jan/2006:15:04:05 -0700"), RequestTimeEpoch: now.UnixMilli(),
			Identity: events.APIGatewayRequestIdentity{SourceIP: host, UserAgent: r.UserAgent()},
		},
	}
	if query := parseQuery(r.URL.RawQuery); len(query) > 0 {
		e.QueryStringParameters, e.MultiValueQueryStringParameters = last(query), query
	}
	if len(params) == 0 {
		e.PathParameters = nil
	}
	if text := string(body); len(body) > 0 {
		if e.IsBase64Encoded {
			text = base64.StdEncoding.EncodeToString(body)
		}
		e.Body = &text
	}
	return json.Marshal(e)
}

// proxyEvent is the library's event, but with the null body of a request that
// has none.
type proxyEvent struct {
	events.APIGatewayProxyRequest
	Body            *string `json:"body"`
	IsBase64Encoded bool    `json:"isBase64Encoded"`
}

// last gives the last value of each name.
func last(values map[string][]string) map[string]string {
	single := make(map[string]string, len(values))
	for name, v := range values {
		if len(v) > 0 {
			single[name] = v[len(v)-1]
		}
	}
	return single
}

// parseQuery decodes a query, leaving out what cannot be decoded.
func parseQuery(raw string) map[string][]string {
	values, _ := url.ParseQuery(raw) // gives what it could read
	return values
}

// binary reports whether a media type is one of the API's binary ones.
func (g *Gateway) binary(mediaType string) bool {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	for _, t := range g.api.BinaryMediaTypes {
		if t == "*/*" || strings.EqualFold(t, mediaType) {
			return true
		}
	}
	return false
}

// extendedID is the second, shorter id that API Gateway gives a request.
func extendedID(requestID string) string {
	id := base64.StdEncoding.EncodeToString([]byte(requestID))
	return id[:15] + "="
}

// timeLeft is how long a route may take.
func timeLeft(r route) time.Duration {
	if r.Timeout > 0 {
		return r.Timeout
	}
	return defaultTimeout
}
