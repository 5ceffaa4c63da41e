package llm

import (
	"strings"
	"sync/atomic"

	"omniops/shared/mask"
)

// relay passes the pieces of an answer on, restored. All of the answer is
// collected in one place anyway, and each token is a part of it, so a token
// costs no allocation of its own.
type relay struct {
	yield    func(string) error
	restorer *mask.Restorer
	text     strings.Builder
	received int         // bytes of the model
	begun    atomic.Bool // a piece has come
	refused  error       // of yield
}

func newRelay(restorer *mask.Restorer, yield func(string) error) *relay {
	r := &relay{yield: yield, restorer: restorer}
	r.text.Grow(2 << 10)
	return r
}

// write passes a piece on.
func (r *relay) write(piece []byte) error {
	if len(piece) == 0 {
		return nil
	}
	r.begun.Store(true)
	r.received += len(piece)
	before := r.text.Len()
	r.restorer.Write(&r.text, piece)
	return r.pass(before)
}

// flush passes on what the restorer holds back.
func (r *relay) flush() error {
	before := r.text.Len()
	r.restorer.Flush(&r.text)
	return r.pass(before)
}

func (r *relay) pass(from int) error {
	if r.text.Len() > from && r.refused == nil {
		r.refused = r.yield(r.text.String()[from:])
	}
	return r.refused
}
