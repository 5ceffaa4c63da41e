package apigw

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/aws/aws-lambda-go/events"
)

// ErrGone is what a write returns, and the cause of the request's cancelled
// context, once the client no longer listens.
var ErrGone = errors.New("the client has gone")

// errAborted ends the body of an answer whose handler panicked; the gateway
// then cuts the connection rather than pretend the answer was whole.
var errAborted = errors.New("the answer was cut short")

// Stream serves one event with h. It returns as soon as h begins to answer; the
// rest of the answer leaves through the body while h goes on, each write at
// once. Closing the response cancels the request and waits until h has
// returned, so that nothing of one request runs on into the next.
func Stream(ctx context.Context, h http.Handler, e *events.APIGatewayProxyRequest) *events.APIGatewayProxyStreamingResponse {
	ctx, cancel := context.WithCancelCause(ctx)
	s := &stream{header: http.Header{}, begun: make(chan struct{}), done: make(chan struct{}), cancel: cancel}
	s.pipe.ready.L = &s.pipe.mu
	go s.serve(h, NewRequest(ctx, e))
	<-s.begun
	out := &events.APIGatewayProxyStreamingResponse{StatusCode: s.status, Body: s}
	out.Headers, out.MultiValueHeaders = split(s.sent)
	return out
}

// stream is an http.ResponseWriter for the handler and the body's reader for
// the gateway.
type stream struct {
	header http.Header
	sent   http.Header // header as it was when the answer began
	status int
	begun  chan struct{} // closed once status and sent are fixed
	done   chan struct{} // closed once the handler has returned
	cancel context.CancelCauseFunc
	pipe   pipe
}

// serve runs the handler. A panic that gets this far has been reported; it
// only ends the body with an error.
func (s *stream) serve(h http.Handler, r *http.Request) {
	defer close(s.done)
	defer s.cancel(nil)
	defer func() {
		end := io.EOF
		if recover() != nil {
			end = errAborted
			s.WriteHeader(http.StatusInternalServerError)
		}
		s.WriteHeader(http.StatusOK)
		s.pipe.finish(end)
	}()
	h.ServeHTTP(s, r)
}

// Header is the answer's header, to be set before the answer begins.
func (s *stream) Header() http.Header { return s.header }

// WriteHeader begins the answer. Like any http.ResponseWriter, it is for the
// handler's goroutine alone.
func (s *stream) WriteHeader(status int) {
	if s.status == 0 && status >= 200 {
		s.status, s.sent = status, s.header.Clone()
		close(s.begun)
	}
}

// Write sends p; it returns ErrGone when the client no longer listens.
func (s *stream) Write(p []byte) (int, error) {
	if s.status == 0 {
		sniff(s.header, p)
		s.WriteHeader(http.StatusOK)
	}
	return s.pipe.write(p)
}

// FlushError begins the answer; every write leaves at once anyway.
func (s *stream) FlushError() error {
	s.WriteHeader(http.StatusOK)
	return s.pipe.err()
}

// Read gives the gateway what has been written.
func (s *stream) Read(p []byte) (int, error) { return s.pipe.read(p) }

// Close is the gateway's: it wants no more. It returns when the handler has.
func (s *stream) Close() error {
	s.pipe.abandon()
	s.cancel(ErrGone)
	<-s.done
	return nil
}

// maxPending is how many bytes wait for a slow reader before writes block.
const maxPending = 64 << 10

// pipe hands bytes from one writer to one reader. Unlike io.Pipe, a write
// returns without waiting to be read, up to maxPending, so the handler and the
// network do not take turns.
type pipe struct {
	mu      sync.Mutex
	ready   sync.Cond // something below has changed
	pending []byte    // written, not yet read
	start   int       // how much of pending has been read
	end     error     // what a read returns once pending is used up
	gone    bool      // the reader wants no more
}

// write adds p for the reader.
func (p *pipe) write(b []byte) (n int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(b) > 0 {
		for len(p.pending)-p.start >= maxPending && !p.gone {
			p.ready.Wait()
		}
		if p.gone {
			return n, ErrGone
		}
		part := b[:min(len(b), maxPending-(len(p.pending)-p.start))]
		if p.start > 0 && len(p.pending)+len(part) > cap(p.pending) {
			p.pending = p.pending[:copy(p.pending, p.pending[p.start:])]
			p.start = 0
		}
		p.pending = append(p.pending, part...)
		n, b = n+len(part), b[len(part):]
		p.ready.Signal()
	}
	return n, nil
}

// err is ErrGone when a write would be in vain.
func (p *pipe) err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return ErrGone
	}
	return nil
}

// read takes what is there, and waits if there is nothing.
func (p *pipe) read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.start == len(p.pending) {
		if p.end != nil {
			return 0, p.end
		}
		if p.gone {
			return 0, io.ErrClosedPipe
		}
		p.ready.Wait()
	}
	n := copy(b, p.pending[p.start:])
	if p.start += n; p.start == len(p.pending) {
		p.pending, p.start = p.pending[:0], 0
	}
	p.ready.Signal()
	return n, nil
}

// finish says that nothing more will be written.
func (p *pipe) finish(end error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end = end
	p.ready.Broadcast()
}

// abandon says that nothing more will be read.
func (p *pipe) abandon() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = true
	p.ready.Broadcast()
}
