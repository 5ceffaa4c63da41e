package apigw

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// Buffered serves one event with h and gives the whole answer at once.
func Buffered(ctx context.Context, h http.Handler, e *events.APIGatewayProxyRequest) *events.APIGatewayProxyResponse {
	w := &buffer{header: http.Header{}}
	h.ServeHTTP(w, NewRequest(ctx, e))
	return w.response()
}

// buffer is an http.ResponseWriter that keeps everything.
type buffer struct {
	header http.Header
	sent   http.Header // header as it was when the answer began
	status int
	body   bytes.Buffer
}

// Header is the answer's header, to be set before the answer begins.
func (b *buffer) Header() http.Header { return b.header }

// WriteHeader fixes the status and the header.
func (b *buffer) WriteHeader(status int) {
	if b.status == 0 && status >= 200 {
		b.status, b.sent = status, b.header.Clone()
	}
}

// Write adds to the body.
func (b *buffer) Write(p []byte) (int, error) {
	if b.status == 0 {
		sniff(b.header, p)
		b.WriteHeader(http.StatusOK)
	}
	return b.body.Write(p)
}

// FlushError begins the answer; nothing can leave earlier.
func (b *buffer) FlushError() error {
	b.WriteHeader(http.StatusOK)
	return nil
}

// response is the answer for the gateway. A body that is not text goes in
// base64.
func (b *buffer) response() *events.APIGatewayProxyResponse {
	b.WriteHeader(http.StatusOK)
	out := &events.APIGatewayProxyResponse{StatusCode: b.status}
	out.Headers, out.MultiValueHeaders = split(b.sent)
	if body := b.body.Bytes(); utf8.Valid(body) {
		out.Body = string(body)
	} else {
		out.Body, out.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return out
}

// sniff names the content type as net/http does when the handler did not.
func sniff(h http.Header, body []byte) {
	if _, set := h["Content-Type"]; !set {
		h.Set("Content-Type", http.DetectContentType(body))
	}
}

// split puts headers with one value and with several into the two maps of a
// gateway answer.
func split(h http.Header) (single map[string]string, multi map[string][]string) {
	single = make(map[string]string, len(h))
	for name, values := range h {
		switch len(values) {
		case 0:
		case 1:
			single[name] = values[0]
		default:
			if multi == nil {
				multi = map[string][]string{}
			}
			multi[name] = values
		}
	}
	return single, multi
}
