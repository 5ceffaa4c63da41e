package faults

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// maxRules bounds the body of a PUT.
const maxRules = 1 << 20

// ServeHTTP is /_faults: GET shows the rules in force, PUT replaces them by
// the list in its body, DELETE clears them.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
	case http.MethodPut:
		var rules []Rule
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRules))
		if err := d.Decode(&rules); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if err := s.Replace(rules...); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	case http.MethodDelete:
		s.Clear()
	default:
		w.Header().Set("Allow", "GET, PUT, DELETE")
		http.Error(w, "GET, PUT or DELETE", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s.Rules()) // the client may have gone
}

// Wrap puts the rules in front of a service's handler. operation names the
// request's operation; throttle and fail write the service's own "too many
// requests" and internal error.
func (s *Set) Wrap(service string, operation func(*http.Request) string, throttle, fail http.HandlerFunc, next http.Handler) http.Handler {
	if s == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wait, kind := s.Pick(service, operation(r))
		if wait > 0 && !pause(r.Context(), wait) {
			return
		}
		switch kind {
		case Throttle:
			throttle(w, r)
		case Error:
			fail(w, r)
		case AppliedThenError:
			next.ServeHTTP(discard{}, r)
			fail(w, r)
		case Cut:
			cut(w)
		case Conflict:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), conflicted{}, true)))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

type conflicted struct{}

// Conflicted tells a service that a Conflict rule hit the request.
func Conflicted(ctx context.Context) bool { return ctx.Value(conflicted{}) != nil }

// pause waits and reports whether the caller is still there afterwards.
func pause(ctx context.Context, wait time.Duration) bool {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// cut closes the connection under the response.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the server closes the connection itself
	}
	conn.Close()
}

// discard is a response that nobody will see.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}
