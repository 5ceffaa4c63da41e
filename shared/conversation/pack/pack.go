// Package pack makes text small that is mostly like other text: an answer with
// its prompt is a few kilobytes, and DynamoDB charges by the kilobyte.
//
// What stands in the dictionary or came before is pointed to; every other byte is
// told by what usually follows the bytes before it. Both are learned from the
// dictionary first, so that the first word of a message is already cheap, which
// no general format does. A range coder writes what is left: each choice takes
// as many bits as it is surprising, without a table in front.
//
// All arithmetic is on integers, so that what one machine packs any other
// unpacks. A packed text is the length of the text as a varint, and the range
// coder's bytes.
package pack

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
)

// MaxText is the longest text that is packed or unpacked, in bytes.
const MaxText = 1 << 20

// ErrPacked is a text that Pack has not made.
var ErrPacked = errors.New("packed text cannot be read")

// Packer packs and unpacks with one dictionary. It is safe for concurrent use.
type Packer struct {
	dictionary string
	learned    func() *lesson
	models     sync.Pool // of *model, to copy what was learned to
}

// lesson is what was learned from a dictionary.
type lesson struct {
	model  model
	window window // without the model
}

// New makes a Packer. The dictionary is a part of the format: with another one,
// nothing that was packed can be read.
func New(dictionary string) *Packer {
	return &Packer{
		dictionary: dictionary, models: sync.Pool{New: func() any { return new(model) }},
		learned: sync.OnceValue(func() *lesson { return learn(dictionary) }),
	}
}

func learn(dictionary string) *lesson {
	l := &lesson{window: window{text: []byte(dictionary), chain: make([]int32, 0, len(dictionary))}}
	l.model.begin()
	l.window.write(&l.model, &coder{}, 0)
	l.model.recent, l.model.inRow = [recents]int{}, 0
	return l
}

// Warm learns the dictionary, so that nobody waits for it.
func (p *Packer) Warm() { p.learned() }

// borrow gives a model that has learned the dictionary.
func (p *Packer) borrow() *model {
	m := p.models.Get().(*model)
	*m = p.learned().model
	return m
}

// Pack gives what Unpack turns back into the text.
func (p *Packer) Pack(text []byte) ([]byte, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("a text of %d bytes is too long to be packed", len(text))
	}
	m := p.borrow()
	defer p.models.Put(m)
	c := &coder{mode: writing, high: top, out: binary.AppendUvarint(make([]byte, 0, 64+len(text)/3), uint64(len(text)))}
	w, size := p.learned().window, len(p.dictionary)+len(text)
	w.text = append(append(make([]byte, 0, size), p.dictionary...), text...)
	w.chain = append(make([]int32, 0, size), w.chain...)
	w.write(m, c, len(p.dictionary))
	return c.end(), nil
}

// Unpack gives the first atMost bytes of the text, or all of a shorter one. It is
// ErrPacked when Pack has not made it.
func (p *Packer) Unpack(packed []byte, atMost int) ([]byte, error) {
	length, n := binary.Uvarint(packed)
	if n <= 0 || length > MaxText {
		return nil, ErrPacked
	}
	m := p.borrow()
	defer p.models.Put(m)
	d := newReader(packed[n:])
	size := len(p.dictionary) + min(int(length), atMost)
	text := append(make([]byte, 0, size), p.dictionary...)
	for len(text) < size {
		if d.exhausted() {
			return nil, ErrPacked
		}
		if m.flag(d, &m.matched[m.inRow], 0) == 0 {
			text = append(text, m.literal(d, text, 0))
			m.inRow = 0
			continue
		}
		length, distance := m.match(d, 0, 0)
		if length < 1 || distance < 1 || distance > len(text) {
			return nil, ErrPacked
		}
		for range min(length, size-len(text)) { // it may reach into itself
			text = append(text, text[len(text)-distance])
		}
	}
	return text[len(p.dictionary):], nil
}

// window is a text on its way into a coder.
type window struct {
	text  []byte
	head  [1 << headBits]int32 // the last place of four bytes, by their hash, plus one
	chain []int32              // and of each place the one before
}

const (
	headBits = 13
	tries    = 32 // places that are looked at for a match
	atLeast  = 6  // bytes of a match; what is shorter is cheaper told by what follows what
	again    = 3  // bytes of a match at a distance that was used lately
	patience = 32 // a match that long is taken at once
)

// write codes the text from a place on.
func (w *window) write(m *model, c *coder, from int) {
	for at := from; at < len(w.text); {
		length, distance := w.find(at)
		if length < atLeast || length < patience && w.better(at+1, length) {
			length = 0
		}
		for _, d := range m.recent {
			if n := w.same(at, d); n >= again && n+again >= length {
				length, distance = n, d
			}
		}
		if length == 0 {
			m.flag(c, &m.matched[m.inRow], 0)
			m.literal(c, w.text[:at], w.text[at])
			m.inRow, length = 0, 1
		} else {
			m.flag(c, &m.matched[m.inRow], 1)
			m.match(c, length, distance)
		}
		for range length {
			w.add(at)
			at++
		}
	}
}

// better reports whether a place begins a longer match.
func (w *window) better(at, length int) bool {
	n, _ := w.find(at)
	return n > length+1
}

// find gives the longest match of a place with one before it.
func (w *window) find(at int) (length, distance int) {
	if at+4 > len(w.text) {
		return 0, 0
	}
	place := w.head[hash4(w.text[at:])]
	for range tries {
		if place == 0 {
			break
		}
		if n := w.same(at, at-int(place-1)); n > length {
			length, distance = n, at-int(place-1)
		}
		place = w.chain[place-1]
	}
	return length, distance
}

// same counts the bytes of a place that repeat those of a distance before.
func (w *window) same(at, distance int) int {
	if distance < 1 || distance > at {
		return 0
	}
	n := 0
	for at+n < len(w.text) && w.text[at+n] == w.text[at+n-distance] {
		n++
	}
	return n
}

// add makes a place one that find finds. Places are added in order.
func (w *window) add(at int) {
	before := int32(0)
	if at+4 <= len(w.text) {
		head := &w.head[hash4(w.text[at:])]
		before, *head = *head, int32(at)+1
	}
	w.chain = append(w.chain, before)
}

func hash4(b []byte) uint32 { return binary.LittleEndian.Uint32(b) * 0x9E3779B1 >> (32 - headBits) }
