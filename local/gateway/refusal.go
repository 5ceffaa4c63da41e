package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"strings"
)

// refusal is an answer of the gateway's own. The template may word each kind
// differently,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
// (read 2025-11).
type refusal struct {
	kind    string // gateway response type
	status  int
	message string
	header  string // x-amzn-ErrorType
}

var (
	unknownRoute       = &refusal{"MISSING_AUTHENTICATION_TOKEN", http.StatusForbidden, "Missing Authentication Token", "MissingAuthenticationTokenException"}
	bodyTooLarge       = &refusal{"REQUEST_TOO_LARGE", http.StatusRequestEntityTooLarge, "Request Too Long", "RequestEntityTooLargeException"}
	headersTooLarge    = &refusal{"DEFAULT_4XX", http.StatusRequestHeaderFieldsTooLarge, "Request Header Or Cookie Too Large", "RequestHeaderTooLargeException"}
	throttled          = &refusal{"THROTTLED", http.StatusTooManyRequests, "Too Many Requests", "TooManyRequestsException"}
	integrationTimeout = &refusal{"INTEGRATION_TIMEOUT", http.StatusGatewayTimeout, "Endpoint request timed out", "InternalServerErrorException"}
	// A function that cannot be reached, for example because it is throttled.
	integrationFailure = &refusal{"INTEGRATION_FAILURE", http.StatusInternalServerError, "Internal server error", "InternalServerErrorException"}
	apiConfiguration   = &refusal{"API_CONFIGURATION_ERROR", http.StatusInternalServerError, "Internal server error", "InternalServerErrorException"}
	badOutput          = &refusal{"DEFAULT_5XX", http.StatusBadGateway, "Internal server error", "InternalServerErrorException"}
)

// Error is the message.
func (r *refusal) Error() string { return r.message }

// faultError is a refusal with a cause that only the owner is told.
type faultError struct {
	*refusal
	cause error
}

func (f *faultError) Error() string { return f.message + ": " + f.cause.Error() }
func (f *faultError) Unwrap() error { return f.cause }

func fault(r *refusal, cause error) error { return &faultError{r, cause} }

// refuse sends an answer of the gateway's own, worded as the template says.
func (g *Gateway) refuse(w http.ResponseWriter, r *http.Request, requestID string, err error) {
	var answer *refusal
	switch err := err.(type) { // made above, never wrapped
	case *refusal:
		answer = err
	case *faultError:
		answer = err.refusal
		g.note(err)
	}
	custom, ok := g.api.Responses[answer.kind]
	if !ok && answer.status < 500 {
		custom = g.api.Responses["DEFAULT_4XX"]
	} else if !ok {
		custom = g.api.Responses["DEFAULT_5XX"]
	}
	status := answer.status
	if custom.Status != 0 {
		status = custom.Status
	}
	quoted, _ := json.Marshal(answer.message) // a string marshals
	contentType, body := "application/json", `{"message":`+string(quoted)+`}`
	if t, template, ok := pick(custom.Bodies, r.Header.Get("Accept")); ok {
		contentType = t
		body = strings.NewReplacer(
			"$context.error.messageString", string(quoted), "$context.error.message", answer.message,
			"$context.error.responseType", answer.kind, "$context.requestId", requestID,
		).Replace(template)
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("X-Amzn-Errortype", answer.header)
	for name, expression := range custom.Headers {
		if value := mapped(expression, r, requestID); value != "" {
			h.Set(name, value)
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, body) // the client may be gone
}

// pick chooses the body template for what the client accepts; JSON, or else
// the first, for a client that accepts anything.
func pick(bodies map[string]string, accept string) (contentType, body string, ok bool) {
	for _, wanted := range strings.Split(accept, ",") {
		wanted, _, _ = strings.Cut(strings.TrimSpace(wanted), ";")
		if body, ok := bodies[wanted]; ok {
			return wanted, body, true
		}
	}
	if body, ok := bodies["application/json"]; ok {
		return "application/json", body, true
	}
	types := make([]string, 0, len(bodies))
	for t := range bodies {
		types = append(types, t)
	}
	sort.Strings(types)
	if len(types) == 0 {
		return "", "", false
	}
	return types[0], bodies[types[0]], true
}

// mapped evaluates a parameter mapping: a quoted literal, a request header, or
// the request's id.
func mapped(expression string, r *http.Request, requestID string) string {
	if len(expression) > 1 && expression[0] == '\'' && expression[len(expression)-1] == '\'' {
		return expression[1 : len(expression)-1]
	}
	if name, ok := strings.CutPrefix(expression, "method.request.header."); ok {
		return r.Header.Get(name)
	}
	if expression == "context.requestId" {
		return requestID
	}
	return ""
}
