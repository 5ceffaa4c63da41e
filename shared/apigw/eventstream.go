package apigw

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"unicode/utf8"
)

// EventStream writes server-sent events (WHATWG HTML, section 9.2, read
// 2026-07). Events are numbered from 1. It is safe for concurrent use, so that
// a heartbeat may run beside the answer.
type EventStream struct {
	mu    sync.Mutex
	w     http.ResponseWriter
	flush func() error
	id    int
	frame []byte // reused
}

// NewEventStream prepares w for events. The answer begins with the first one,
// so an error before it can still be answered with a problem.
func NewEventStream(w http.ResponseWriter) *EventStream {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Accel-Buffering", "no") // asks proxies to pass events on at once
	return &EventStream{w: w, flush: http.NewResponseController(w).Flush, frame: make([]byte, 0, 512)}
}

// Send writes one event with v as JSON. It returns ErrGone when the client no
// longer listens.
func (s *EventStream) Send(event string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode event %s: %w", event, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin(event)
	s.frame = append(s.frame, data...)
	return s.end()
}

// Text is Send(event, struct{Text string `json:"text"`}{text}) without its
// allocations: an answer sends one per token.
func (s *EventStream) Text(event, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin(event)
	s.frame = append(s.frame, `{"text":`...)
	s.frame = appendQuoted(s.frame, text)
	s.frame = append(s.frame, '}')
	return s.end()
}

// Heartbeat writes a comment, which clients ignore and idle time-outs do not.
func (s *EventStream) Heartbeat() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frame = append(s.frame[:0], ":"...)
	return s.end()
}

// begin starts the next event's frame.
func (s *EventStream) begin(event string) {
	s.id++
	s.frame = append(s.frame[:0], "id: "...)
	s.frame = strconv.AppendInt(s.frame, int64(s.id), 10)
	s.frame = append(s.frame, "\nevent: "...)
	s.frame = append(s.frame, event...)
	s.frame = append(s.frame, "\ndata: "...)
}

// end sends the frame in one write.
func (s *EventStream) end() error {
	s.frame = append(s.frame, "\n\n"...)
	if _, err := s.w.Write(s.frame); err != nil {
		return fmt.Errorf("send an event: %w", err)
	}
	if err := s.flush(); err != nil {
		return fmt.Errorf("send an event: %w", err)
	}
	return nil
}

// appendQuoted appends text as a JSON string. Bytes that are not UTF-8 become
// U+FFFD, as in encoding/json.
func appendQuoted(b []byte, text string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			b = append(b, text[start:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			default:
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(b, text[start:i]...)
			b = append(b, "\ufffd"...)
			start = i + size
		}
		i += size
	}
	b = append(b, text[start:]...)
	return append(b, '"')
}
