// Package dynamo is DynamoDB on one machine: the wire protocol (JSON 1.0) and
// the subset of operations that OmniOps and its tests use, with DynamoDB's own
// validation, limits, order, paging, capacity and errors.
//
// It keeps everything in memory and, given a folder, writes each change to a
// log there before it answers. The log is not synced to the disk: it survives
// the end of the process, not that of the machine, which is enough here.
//
// It checks that requests are signed, not who signed them. It has no local
// secondary indexes, streams, backups, PartiQL or the parameters that
// expressions replaced, and refuses those. Tags and encryption settings are
// taken and have no effect. Requests never conflict by themselves and idempotency
// tokens are forgotten when the server ends.
package dynamo

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"omniops/local/faults"
)

// Options say where a Server keeps its tables and what surrounds it.
type Options struct {
	// Dir is the folder of the log; "" keeps tables in memory only.
	Dir string
	// Now is the time, of which TTL and idempotency tokens depend; nil is the
	// machine's.
	Now func() time.Time
	// TTLDelay is how long after its expiry ExpireNow deletes an item. Zero is
	// 48 hours, about DynamoDB's own; less than zero is at once.
	TTLDelay time.Duration
	// Faults break requests of the service "dynamodb" on purpose; nil never does.
	Faults *faults.Set
}

// Server answers DynamoDB's wire protocol. It is safe for concurrent use.
type Server struct {
	now        func() time.Time
	ttlDelay   time.Duration
	operations map[string]operation
	handler    http.Handler
	meter      meter

	// mu guards the tables, their items and the log: requests that write are
	// carried out one after the other, which makes every one of them atomic.
	mu      sync.RWMutex
	tables  map[string]*table
	journal *journal // nil in memory
	tokens  map[string]transaction
}

// New opens the tables in the folder, or none.
func New(o Options) (*Server, error) {
	s := &Server{now: o.Now, ttlDelay: o.TTLDelay, tables: map[string]*table{}, tokens: map[string]transaction{}}
	if s.now == nil {
		s.now = time.Now
	}
	switch {
	case s.ttlDelay == 0:
		s.ttlDelay = 48 * time.Hour
	case s.ttlDelay < 0:
		s.ttlDelay = 0
	}
	s.operations = map[string]operation{
		"CreateTable":               handle((*Server).createTable),
		"DescribeTable":             handle((*Server).describeTable),
		"UpdateTable":               handle((*Server).updateTable),
		"ListTables":                handle((*Server).listTables),
		"DeleteTable":               handle((*Server).deleteTable),
		"UpdateTimeToLive":          handle((*Server).updateTimeToLive),
		"DescribeTimeToLive":        handle((*Server).describeTimeToLive),
		"UpdateContinuousBackups":   handle((*Server).updateContinuousBackups),
		"DescribeContinuousBackups": handle((*Server).describeContinuousBackups),
		"PutItem":                   handle((*Server).putItem),
		"GetItem":                   handle((*Server).getItem),
		"UpdateItem":                handle((*Server).updateItem),
		"DeleteItem":                handle((*Server).deleteItem),
		"Query":                     handle((*Server).query),
		"Scan":                      handle((*Server).scan),
		"BatchGetItem":              handle((*Server).batchGetItem),
		"BatchWriteItem":            handle((*Server).batchWriteItem),
		"TransactGetItems":          handle((*Server).transactGetItems),
		"TransactWriteItems":        handle((*Server).transactWriteItems),
	}
	s.handler = o.Faults.Wrap("dynamodb", operationName, s.throttle, failWith(errInternal), http.HandlerFunc(s.serve))
	if o.Dir != "" {
		if err := s.open(o.Dir); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Close ends the log. Requests that write fail from now on.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal == nil {
		return nil
	}
	return s.journal.close()
}

// ServeHTTP answers one request of the wire protocol.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

const (
	target     = "DynamoDB_20120810."
	maxRequest = 17 << 20 // the largest batch is 16 MB
)

func operationName(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("X-Amz-Target"), target)
}

func failWith(f *failure) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { f.write(w) }
}

// serve checks the envelope of a request and carries it out.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", rand.Text())
	run, ok := s.operations[operationName(r)]
	if !ok || r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("X-Amz-Target"), target) {
		fail("UnknownOperationException", "").write(w)
		return
	}
	if err := checkSigned(r.Header); err != nil {
		err.write(w)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		fail("SerializationException", "The request body could not be read: "+err.Error()).write(w)
		return
	}
	out, err := run(s, r.Context(), body)
	if err != nil {
		asFailure(err).write(w)
		return
	}
	var answer bytes.Buffer
	e := json.NewEncoder(&answer)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		errInternal.write(w)
		return
	}
	send(w, http.StatusOK, bytes.TrimSuffix(answer.Bytes(), []byte("\n")))
}

// checkSigned refuses a request without a Signature Version 4.
func checkSigned(h http.Header) *failure {
	authorization := h.Get("Authorization")
	if authorization == "" {
		return fail("MissingAuthenticationTokenException", "Request is missing Authentication Token")
	}
	if !strings.HasPrefix(authorization, "AWS4-HMAC-SHA256 ") || h.Get("X-Amz-Date") == "" ||
		!strings.Contains(authorization, "Credential=") ||
		!strings.Contains(authorization, "SignedHeaders=") ||
		!strings.Contains(authorization, "Signature=") {
		return fail("IncompleteSignatureException", "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters and an 'X-Amz-Date' header.")
	}
	return nil
}

// operation carries out a request's body and returns what to answer as JSON.
type operation func(s *Server, ctx context.Context, body []byte) (any, error)

func handle[In, Out any](run func(*Server, context.Context, *In) (Out, error)) operation {
	return func(s *Server, ctx context.Context, body []byte) (any, error) {
		in := new(In)
		if err := json.Unmarshal(body, in); err != nil {
			return nil, err
		}
		return run(s, ctx, in)
	}
}

type partly struct{}

// throttle is a request beyond the provisioned capacity. A batch of more than
// one gets half done and reports the rest as unprocessed, as DynamoDB does.
func (s *Server) throttle(w http.ResponseWriter, r *http.Request) {
	switch operationName(r) {
	case "BatchGetItem", "BatchWriteItem":
		s.serve(w, r.WithContext(context.WithValue(r.Context(), partly{}, true)))
	default:
		errThrottled.write(w)
	}
}

// share is how many of a batch's n requests are carried out.
func share(ctx context.Context, n int) (int, error) {
	if ctx.Value(partly{}) == nil {
		return n, nil
	}
	if n < 2 {
		return 0, errThrottled
	}
	return n / 2, nil
}
