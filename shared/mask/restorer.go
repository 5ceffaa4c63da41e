package mask

import "strings"

// Restorer puts values back into text that comes in pieces. It holds back at
// most the beginning of one placeholder, so text is never late by more than
// that, and it allocates nothing for a piece without one.
type Restorer struct {
	from *Masker
	held [longest]byte
	n    int
}

// Restorer makes a Restorer of the Masker's values.
func (m *Masker) Restorer() *Restorer { return &Restorer{from: m} }

// Write appends a piece to out, restored as far as it can be told.
func (r *Restorer) Write(out *strings.Builder, piece []byte) {
	plain := 0 // the start of what is neither copied nor held back
	for i := 0; i < len(piece); i++ {
		c := piece[i]
		if r.n == 0 {
			if c == '[' {
				out.Write(piece[plain:i])
				r.held[0], r.n = c, 1
				plain = i + 1
			}
			continue
		}
		plain = i + 1
		switch {
		case c == ']':
			r.held[r.n] = c
			holder := r.held[:r.n+1]
			if value, known := r.from.values[string(holder)]; known {
				out.WriteString(value)
			} else {
				out.Write(holder)
			}
			r.n = 0
		case (c >= 'a' && c <= 'z' || c == '_' || c >= '0' && c <= '9') && r.n < longest-1:
			r.held[r.n] = c
			r.n++
		default:
			r.Flush(out)
			plain = i
			i-- // c itself may begin a placeholder
		}
	}
	if r.n == 0 {
		out.Write(piece[plain:])
	}
}

// Flush appends what is held back: no placeholder after all.
func (r *Restorer) Flush(out *strings.Builder) {
	out.Write(r.held[:r.n])
	r.n = 0
}
