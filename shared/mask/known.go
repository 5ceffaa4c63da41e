package mask

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// known is a value that is to be masked because it is known, not because of its
// shape.
type known struct {
	class  Class
	words  []string // folded
	whole  string   // of a value without spaces between words, as in Chinese
	learnt bool     // from a text; nobody vouches for it, so pages stay as they are
	first  string   // how a single word that was learnt begins, capital or not
}

// unmistakable reports whether the value can hardly be part of a text that is
// about something else: it has more than one word, so it is no "Rose".
func (k known) unmistakable() bool {
	return !k.learnt && (len(k.words) > 1 || utf8.RuneCountInString(k.whole) > 2)
}

// Know has values masked wherever a text contains them as whole words, however
// they are capitalised: what is known about the person who writes. Give a name,
// a line of an address; a single word is looked for in people's own words only,
// and a number of fewer than five digits not at all.
func (m *Masker) Know(values ...string) {
	for _, v := range values {
		// A value with one of these inside could not be put back into JSON.
		for part := range strings.FieldsFuncSeq(v, func(r rune) bool { return r < ' ' || strings.ContainsRune("[]\"\\\u2028\u2029", r) }) {
			m.know("", part, false)
		}
	}
}

// know adds one value. Without a class, one with a digit is an address, any
// other one a name.
func (m *Masker) know(class Class, value string, learnt bool) {
	k := known{class: class, learnt: learnt}
	letters, digits := 0, 0
	for _, r := range value {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r):
			digits++
		}
	}
	if letters == 0 && digits < 5 || letters+digits < 2 {
		return
	}
	if class == "" {
		if k.class = Name; digits > 0 {
			k.class = Postal
		}
	}
	var buffer [longestWord]byte
	scripts := traits(0)
	for _, t := range tokens(nil, value) {
		word := fold(&buffer, value[t.start:t.end])
		if len(word) == 0 {
			return
		}
		scripts |= t.traits
		k.words = append(k.words, string(word))
	}
	if len(k.words) == 0 {
		return
	}
	if scripts&ideograph != 0 {
		k.whole, k.words = strings.TrimSpace(value), nil
		if !learnt || utf8.RuneCountInString(k.whole) > 2 {
			m.wholes = append(m.wholes, k)
		}
		return
	}
	if m.knows == nil {
		m.knows, m.known = map[string][]known{}, map[string]bool{}
	}
	m.known[value] = true
	m.vouched = m.vouched || !learnt
	if learnt && len(k.words) == 1 {
		_, size := utf8.DecodeRuneInString(value)
		k.first = value[:size]
	}
	m.knows[k.words[0]] = append(m.knows[k.words[0]], k)
}

// learn has a name that a text told masked wherever else it occurs in people's
// words, and its parts where they are capitalised like it.
func (m *Masker) learn(name string) {
	if m.known[name] {
		return
	}
	m.know(Name, name, true)
	var word [longestWord]byte
	list := tokens(nil, name)
	for _, t := range list {
		part := name[t.start:t.end]
		if len(list) > 1 && t.is(capital) && t.traits&(numeric|ideograph) == 0 && t.end-t.start > 2 && phrases()[string(fold(&word, part))]&(never|particle|title) == 0 {
			m.know(Name, part, true)
		}
	}
}

// knownAt finds the longest known value that begins with token n of a text. In
// a page only what is unmistakable counts.
func (m *Masker) knownAt(s string, list []token, n int, from origin) (best match, ok bool) {
	var buffer [longestWord]byte
	for _, k := range m.knows[string(fold(&buffer, s[list[n].start:list[n].end]))] {
		if from == page && !k.unmistakable() || k.first != "" && !strings.HasPrefix(s[list[n].start:], k.first) || len(k.words) > len(list)-n || list[n+len(k.words)-1].end <= best.end {
			continue
		}
		same := true
		for i := 1; i < len(k.words) && same; i++ {
			t := list[n+i]
			same = t.traits&holder == 0 && knownGap(s[list[n+i-1].end:t.start]) && string(fold(&buffer, s[t.start:t.end])) == k.words[i]
		}
		if same {
			best, ok = match{list[n].start, list[n+len(k.words)-1].end, k.class}, true
		}
	}
	return best, ok
}

// knownGap reports whether a gap may stand between two words of a known value.
func knownGap(gap string) bool {
	if len(gap) > 6 {
		return false
	}
	for _, r := range gap {
		if r < ' ' || strings.ContainsRune("[]\"\\\u2028\u2029", r) {
			return false
		}
	}
	return true
}

// replaceKnown rewrites the known values of s. It returns s itself if there is
// none.
func (m *Masker) replaceKnown(s string, from origin) string {
	for _, k := range m.wholes {
		if from != page || k.unmistakable() {
			if strings.Contains(s, k.whole) {
				s = strings.ReplaceAll(s, k.whole, m.placeholder(k.class, k.whole))
			}
		}
	}
	if len(m.knows) == 0 || from == page && !m.vouched {
		return s
	}
	m.tokens = tokens(m.tokens[:0], s)
	var out strings.Builder
	done := 0
	for n, t := range m.tokens {
		if t.start < done || t.traits&holder != 0 {
			continue
		}
		if found, ok := m.knownAt(s, m.tokens, n, from); ok {
			out.WriteString(s[done:found.start])
			out.WriteString(m.placeholder(found.class, s[found.start:found.end]))
			done = found.end
		}
	}
	if done == 0 {
		return s
	}
	out.WriteString(s[done:])
	return out.String()
}
