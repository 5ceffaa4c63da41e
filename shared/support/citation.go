package support

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// citations passes a model's text on as it streams, and lets nothing through
// that the passages do not back: a citation of a passage that was not given, a
// picture, or a link to a page that is not one of the sources. (A link or a
// picture can carry data out of a chat: the address is enough.)
//
// It holds back text only from an opening "[", "!" or "http" to where that ends.
type citations struct {
	urls []string // of the passages; number n is urls[n-1]
	held string
	emit func(string) error
}

// maxHeld is the most text that is held back, in bytes: longer than any link of
// ours. What grows past it is dropped up to the next space.
const maxHeld = 1024

// gap stands where something was dropped, so that what stood before and behind
// it does not join to an address.
const gap = " "

func newCitations(urls []string, emit func(string) error) *citations {
	return &citations{urls: urls, emit: emit}
}

// Write takes the next piece of text.
func (c *citations) Write(piece string) error {
	c.held += piece
	for c.held != "" {
		at := c.trigger()
		if at < 0 {
			return c.flush(len(c.held))
		}
		if err := c.flush(at); err != nil {
			return err
		}
		out, used, done := c.resolve(false)
		if !done {
			return nil // more is needed to tell
		}
		c.held = c.held[used:]
		if err := c.say(out); err != nil {
			return err
		}
	}
	return nil
}

// Close takes the end of the text.
func (c *citations) Close() error {
	for c.held != "" {
		at := c.trigger()
		if at < 0 {
			return c.flush(len(c.held))
		}
		if err := c.flush(at); err != nil {
			return err
		}
		out, used, _ := c.resolve(true)
		c.held = c.held[used:]
		if err := c.say(out); err != nil {
			return err
		}
	}
	return nil
}

// trigger finds where something begins that must be looked at whole: -1 if
// nothing does.
func (c *citations) trigger() int {
	at := strings.IndexAny(c.held, "[!<")
	lower := asciiLower(c.held)
	for _, scheme := range []string{"http", "www."} {
		if i := strings.Index(lower, scheme); i >= 0 && (at < 0 || i < at) {
			at = i
		}
		// The scheme may be cut off by the end of the piece.
		for n := min(len(scheme)-1, len(lower)); n > 0; n-- {
			if i := len(lower) - n; lower[i:] == scheme[:n] && (at < 0 || i < at) {
				at = i
			}
		}
	}
	return at
}

// asciiLower is lower case byte for byte, so that positions stay the same in
// text that is no valid UTF-8 yet.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// resolve looks at what held begins with. It gives what to say instead, how much
// of held that replaces, and whether enough is there to tell; at the end of the
// text there always is.
func (c *citations) resolve(end bool) (out string, used int, done bool) {
	h := c.held
	switch h[0] {
	case '!':
		if len(h) == 1 && !end {
			return "", 0, false
		}
		if len(h) == 1 || h[1] != '[' {
			return "!", 1, true
		}
		_, used, done := c.bracket(h[1:], end)
		if !done {
			return "", 0, false
		}
		return gap, used + 1, true // a picture
	case '[':
		return c.bracket(h, end)
	case '<':
		return c.tag(h, end)
	}
	return c.address(h, end)
}

// bracket resolves "[1]", "[1, 2]" and "[text](address)".
func (c *citations) bracket(h string, end bool) (string, int, bool) {
	closing := strings.IndexByte(h, ']')
	if closing < 0 {
		if !end && len(h) < maxHeld {
			return "", 0, false
		}
		return "[", 1, true
	}
	inside := h[1:closing]
	if numbers, ok := numbersIn(inside); ok {
		var kept []string
		for _, n := range numbers {
			if n >= 1 && n <= len(c.urls) {
				kept = append(kept, "["+strconv.Itoa(n)+"]")
			}
		}
		if kept == nil {
			return gap, closing + 1, true
		}
		return strings.Join(kept, ""), closing + 1, true
	}
	rest := h[closing+1:]
	if rest == "" && !end {
		return "", 0, false // "(" may follow
	}
	if rest == "" || rest[0] != '(' {
		return h[:1], 1, true
	}
	over := strings.IndexByte(rest, ')')
	if over < 0 {
		if !end && len(h) < maxHeld {
			return "", 0, false
		}
		return gap + c.within(inside) + gap, len(h), true // a link that never ends
	}
	address := strings.TrimSpace(rest[1:over])
	address, _, _ = strings.Cut(address, " ") // a title
	used := closing + 1 + over + 1
	if slices.Contains(c.urls, address) {
		return "[" + c.within(inside) + "](" + address + ")", used, true
	}
	return gap + c.within(inside) + gap, used, true
}

// within filters the text of a link, which may hold an address of its own.
func (c *citations) within(text string) string {
	var out strings.Builder
	inner := newCitations(c.urls, func(s string) error { out.WriteString(s); return nil })
	_ = inner.Write(text) // a Builder does not fail
	_ = inner.Close()
	return out.String()
}

// tag drops HTML; a lone "<" stays.
func (c *citations) tag(h string, end bool) (string, int, bool) {
	if len(h) == 1 && !end {
		return "", 0, false
	}
	if len(h) == 1 || (!unicode.IsLetter(rune(h[1])) && h[1] != '/' && h[1] != '!') {
		return "<", 1, true
	}
	over := strings.IndexByte(h, '>')
	if over < 0 {
		if !end && len(h) < maxHeld {
			return "", 0, false
		}
		return gap, len(h), true
	}
	return gap, over + 1, true
}

// address resolves a bare address: it stays only if it is a source's.
func (c *citations) address(h string, end bool) (string, int, bool) {
	over := strings.IndexFunc(h, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`<>"'`, r) })
	if over < 0 {
		if !end && len(h) < maxHeld {
			return "", 0, false
		}
		over = len(h)
	}
	word := h[:over]
	lower := asciiLower(word)
	if !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") && !strings.HasPrefix(lower, "www.") {
		return h[:1], 1, true // an ordinary word
	}
	bare := strings.TrimRight(word, ".,;:!?)")
	if slices.Contains(c.urls, bare) {
		return word, over, true
	}
	return gap + word[len(bare):], over, true
}

// numbersIn reads "1" and "1, 2".
func numbersIn(s string) ([]int, bool) {
	var numbers []int
	for part := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	return numbers, true
}

// flush says the first n bytes of what is held.
func (c *citations) flush(n int) error {
	out := c.held[:n]
	c.held = c.held[n:]
	return c.say(out)
}

func (c *citations) say(s string) error {
	if s == "" {
		return nil
	}
	return c.emit(s)
}
