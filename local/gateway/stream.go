package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// errIdle cuts a stream that has gone quiet for too long.
var errIdle = errors.New("the function sent nothing for too long")

// stream relays a streamed answer: what the function writes leaves at once.
// Once the head is out, the only way to report a failure is to cut the
// connection, so that the client does not take half an answer for a whole one.
func (g *Gateway) stream(ctx context.Context, w *recorder, function string, payload []byte) error {
	s, err := g.options.InvokeStream(ctx, function, payload)
	if err != nil {
		return invokeFailure(ctx, err)
	}
	defer s.Body.Close()
	if s.StatusCode < 200 || s.StatusCode > 599 {
		return fault(badOutput, errors.New("the streamed head has no status code"))
	}
	setHeaders(w.Header(), s.Headers, s.MultiValueHeaders)
	for _, c := range s.Cookies {
		w.Header().Add("Set-Cookie", c)
	}
	w.WriteHeader(s.StatusCode)
	control := http.NewResponseController(w)
	if err := control.Flush(); err != nil {
		return nil // the client is gone
	}
	// Closing the body ends a read that is under way.
	stop := context.AfterFunc(ctx, func() { _ = s.Body.Close() })
	defer stop()
	idle := time.AfterFunc(idleTimeout, func() { _ = s.Body.Close() })
	defer idle.Stop()
	buffer := make([]byte, 32*1024)
	for {
		n, err := s.Body.Read(buffer)
		idle.Reset(idleTimeout)
		if n > 0 {
			if _, failed := w.Write(buffer[:n]); failed != nil {
				return nil // the client is gone; the function runs on
			}
			if failed := control.Flush(); failed != nil {
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			if ctx.Err() != nil {
				err = ctx.Err()
			} else if errors.Is(err, io.ErrClosedPipe) {
				err = errIdle
			}
			g.note(err)
			panic(http.ErrAbortHandler)
		}
	}
}

// note tells the owner why something failed on our side.
func (g *Gateway) note(err error) {
	if g.options.Fault != nil {
		g.options.Fault(err)
	}
}
