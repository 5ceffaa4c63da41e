// Package awsapi makes single signed calls to an AWS service, for the few
// operations we need of services whose SDK package would cost each cold start
// more than the call itself: their schemas and endpoint rules take one to four
// milliseconds and one to two megabytes each, this package next to nothing.
package awsapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"omniops/shared/fault"
)

// Client calls one AWS service.
type Client struct {
	cfg      aws.Config
	signer   *v4.Signer
	name     string // in the signature and the host name: "sqs"
	endpoint string // "https://sqs.eu-west-2.amazonaws.com"
	custom   bool   // endpoint was configured, so it is a stand-in
	now      func() time.Time
}

// New makes a client for the service that signs as name ("sqs") and that the
// SDK knows by id ("SQS"). AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<ID> work as
// they do for the SDK.
func New(cfg aws.Config, id, name string) *Client {
	c := &Client{cfg: cfg, name: name, now: time.Now} // AWS checks a signature against the real time
	c.signer = v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = name == "s3" })
	c.endpoint, c.custom = configured(cfg, id)
	if !c.custom {
		c.endpoint = "https://" + name + "." + cfg.Region + ".amazonaws.com"
	}
	return c
}

// configured looks for an endpoint other than AWS's own.
func configured(cfg aws.Config, id string) (string, bool) {
	for _, source := range cfg.ConfigSources {
		p, ok := source.(interface {
			GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
		})
		if !ok {
			continue
		}
		if q, ok := source.(interface {
			GetIgnoreConfiguredEndpoints(context.Context) (bool, bool, error)
		}); ok {
			if ignore, _, _ := q.GetIgnoreConfiguredEndpoints(context.Background()); ignore {
				return "", false
			}
		}
		if url, found, err := p.GetServiceBaseEndpoint(context.Background(), id); found && err == nil {
			return strings.TrimSuffix(url, "/"), true
		}
	}
	if cfg.BaseEndpoint != nil {
		return strings.TrimSuffix(*cfg.BaseEndpoint, "/"), true
	}
	return "", false
}

// Endpoint is the service's base URL, and whether it was configured rather
// than AWS's own.
func (c *Client) Endpoint() (url string, custom bool) { return c.endpoint, c.custom }

// maxAnswer bounds a JSON answer, in bytes; our calls return less than 1 MiB.
const maxAnswer = 4 << 20

// JSON calls an operation of a service that speaks AWS JSON, such as
// "AmazonSQS.SendMessage" in version "1.0". An out that reads JSON itself is given the
// whole answer, which it may find to be none.
func (c *Client) JSON(ctx context.Context, version, operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode %s: %w", operation, err)
	}
	resp, err := c.Do(ctx, http.MethodPost, c.endpoint+"/", http.Header{
		"Content-Type": {"application/x-amz-json-" + version},
		"X-Amz-Target": {operation},
	}, body)
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	defer func() { _ = resp.Body.Close() }()
	var text bytes.Buffer
	if n := resp.ContentLength; n > 0 && n <= maxAnswer {
		text.Grow(int(n) + bytes.MinRead)
	}
	if _, err = text.ReadFrom(io.LimitReader(resp.Body, maxAnswer)); err == nil {
		if own, ok := out.(json.Unmarshaler); ok {
			err = own.UnmarshalJSON(text.Bytes())
		} else {
			err = json.Unmarshal(text.Bytes(), out)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", operation, fault.E(fault.Unavailable, "", err))
	}
	return nil
}

// attempts is how often one call is tried: once more, never in a storm.
const attempts = 2

// Do signs and sends one request and returns any answer below 300, whose body
// the caller closes. Any other answer is an *Error inside a fault: NotFound for
// 404, Conflict for 412 and 409, Unavailable for throttling, 5xx and a lost
// connection, Internal for the rest. What is Unavailable is tried twice.
func (c *Client) Do(ctx context.Context, method, url string, header http.Header, body []byte) (*http.Response, error) {
	for n := 1; ; n++ {
		resp, err := c.once(ctx, method, url, header, body)
		if err == nil || n == attempts || ctx.Err() != nil || fault.KindOf(err) != fault.Unavailable {
			return resp, err
		}
		if err := pause(ctx, backoff()); err != nil {
			return nil, fault.E(fault.Unavailable, "", err)
		}
	}
}

// once makes one attempt.
func (c *Client) once(ctx context.Context, method, url string, header http.Header, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", c.name, err)
	}
	if header != nil {
		r.Header = header.Clone()
	}
	sum := sha256.Sum256(body)
	digest := hex.EncodeToString(sum[:])
	if c.name == "s3" {
		r.Header.Set("X-Amz-Content-Sha256", digest)
	}
	who, err := c.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("find credentials for %s: %w", c.name, err)
	}
	if err := c.signer.SignHTTP(ctx, who, r, digest, c.name, c.cfg.Region, c.now()); err != nil {
		return nil, fmt.Errorf("sign a call to %s: %w", c.name, err)
	}
	resp, err := c.cfg.HTTPClient.Do(r)
	if err != nil {
		return nil, fault.E(fault.Unavailable, "", fmt.Errorf("call %s: %w", c.name, err))
	}
	if resp.StatusCode < 300 {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 16<<10)) // a cut message still has its status
	return nil, c.refused(resp, text)
}

// Error is a refusal by AWS.
type Error struct {
	Service   string
	Code      string // such as "ResourceNotFoundException"
	Message   string
	Status    int
	RequestID string
}

// Error is the text for the log.
func (e *Error) Error() string {
	return fmt.Sprintf("%s answered %d %s: %s (request %s)", e.Service, e.Status, e.Code, e.Message, e.RequestID)
}

// refused reads an error answer, in JSON or XML.
func (c *Client) refused(resp *http.Response, text []byte) error {
	e := &Error{Service: c.name, Status: resp.StatusCode, RequestID: resp.Header.Get("X-Amzn-Requestid")}
	var j struct {
		Type    string `json:"__type"`
		Message string `json:"message"` // also matches "Message"
	}
	var x struct{ Code, Message string }
	if json.Unmarshal(text, &j) == nil {
		e.Code, e.Message = j.Type, j.Message
	} else if xml.Unmarshal(text, &x) == nil {
		e.Code, e.Message, e.RequestID = x.Code, x.Message, resp.Header.Get("X-Amz-Request-Id")
	}
	if i := strings.LastIndexByte(e.Code, '#'); i >= 0 {
		e.Code = e.Code[i+1:]
	}
	kind := fault.Internal
	switch {
	case e.Status == http.StatusTooManyRequests, e.Status >= 500, strings.Contains(e.Code, "Throttl"), strings.Contains(e.Code, "Throughput"), e.Code == "RequestLimitExceeded", strings.Contains(e.Code, "SlowDown"):
		kind = fault.Unavailable
	case e.Status == http.StatusNotFound:
		kind = fault.NotFound
	case e.Status == http.StatusPreconditionFailed, e.Status == http.StatusConflict:
		kind = fault.Conflict
	}
	return fault.E(kind, "", e)
}

// backoff is a random time from 25 to 125 milliseconds.
func backoff() time.Duration {
	var b [8]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return 25*time.Millisecond + time.Duration(binary.BigEndian.Uint64(b[:])%uint64(100*time.Millisecond))
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
