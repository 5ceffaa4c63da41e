package mask

import (
	"strings"
	"unicode/utf8"
)

// spoken is a person's words, divided into tokens, at which the rules look that
// need more than a shape: what a name is, only the words beside it tell.
type spoken struct {
	s    string
	list []token
	all  map[string]cue
}

// replaceSpoken rewrites what the rules for people's words find in s. It
// returns s itself if that is nothing.
func (m *Masker) replaceSpoken(s string) string {
	if m.tokens == nil {
		m.tokens = make([]token, 0, len(s)/4+8)
	}
	m.tokens = tokens(m.tokens[:0], s)
	v := spoken{s, m.tokens, phrases()}
	var out strings.Builder
	done := 0
	for n := 0; n < len(v.list); n++ {
		t := v.list[n]
		for t.end > done && (t.start >= done || t.is(ideograph)) {
			found, ok := v.at(n, done)
			if !ok || found.start < done {
				break
			}
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

// at applies the rules that begin with token n, or that it is the sign of. What
// lies before from has been dealt with.
func (v *spoken) at(n, from int) (match, bool) {
	t := v.list[n]
	switch {
	case t.is(holder):
		return v.resident(n)
	case t.is(ideograph):
		if found, ok := v.lastLine(n); ok && found.start >= from {
			return found, true
		}
		return v.ideographs(n, max(from, t.start))
	case t.is(numeric):
		for _, rule := range [...]func(int) (match, bool){v.afterIdeograph, v.postal, v.birthday} {
			if found, ok := rule(n); ok {
				return found, true
			}
		}
		if found, ok := v.numbered(n); ok {
			return found, true
		}
		if found, ok := v.grouped(n); ok {
			return found, true
		}
		if !t.is(lettered) {
			return match{}, false
		}
	}
	if found, ok := v.signed(n); ok {
		return found, true
	}
	if found, ok := v.britishPostcode(n); ok {
		return found, true
	}
	if found, ok := v.cued(n); ok {
		return found, true
	}
	if found, ok := v.lastLine(n); ok {
		return found, true
	}
	if found, ok := v.commonName(n); ok {
		return found, true
	}
	return v.suffixed(n)
}

// cued applies the rules of the phrases that begin with token n, the longest
// phrase first.
func (v *spoken) cued(n int) (match, bool) {
	const silent = never | particle | inStreet | filler | given | unit | houseNo | mailIs | dotSign | opens
	first := v.tells(n)
	if first&^silent == 0 {
		return match{}, false
	}
	if first&more == 0 {
		return v.told(n, n+1, first)
	}
	const most = 6
	var ends [most]struct {
		tells cue
		next  int
	}
	var buffer [96]byte
	var word [longestWord]byte
	phrase, count := buffer[:0], 0
	for i := n; i < len(v.list) && i < n+most; i++ {
		if i > n && !phraseGap(v.gap(i)) || v.list[i].is(holder) {
			break
		}
		w := fold(&word, v.text(i))
		if len(w) == 0 || len(phrase)+len(w)+1 > len(buffer) {
			break
		}
		if i > n {
			phrase = append(phrase, ' ')
		}
		phrase = append(phrase, w...)
		tells, known := v.all[string(phrase)]
		if !known {
			break
		}
		if tells&^more != 0 {
			ends[count].tells, ends[count].next = tells, i+1
			count++
		}
		if tells&more == 0 {
			break
		}
	}
	for count--; count >= 0; count-- {
		if found, ok := v.told(n, ends[count].next, ends[count].tells); ok {
			return found, true
		}
	}
	return match{}, false
}

// told applies the rules of one phrase, which goes from token n to before token
// next.
func (v *spoken) told(n, next int, tells cue) (match, bool) {
	const (
		names   = hereAfter | saysName | mayName | labelName | title | titleAfter | relative | addressee | greeting | signOff
		streets = streetEnds | streetMay | streetNumber | streetName | streetAnd | box
	)
	if tells&names != 0 {
		if found, ok := v.name(n, next, tells); ok {
			return found, true
		}
	}
	if tells&(atSign|atPlain) != 0 {
		if found, ok := v.mail(n, next, tells); ok {
			return found, true
		}
	}
	if tells&streets != 0 {
		if found, ok := v.street(n, next, tells); ok {
			return found, true
		}
	}
	if tells&addressIs != 0 {
		if found, ok := v.address(next); ok {
			return found, true
		}
	}
	if tells&postIs != 0 && next < len(v.list) && saidGap(v.gap(next)) || tells&postIs != 0 && next+1 < len(v.list) && v.tells(next)&filler != 0 {
		if v.tells(next)&filler != 0 {
			next++
		}
		if end := v.postcode(next); end > next && (v.list[next].is(numeric)) {
			return v.between(next, end, Postal), true
		}
	}
	if tells&bornOn != 0 {
		if found, ok := v.bornBefore(n); ok {
			return found, true
		}
	}
	if tells&(phoneIs|idIs|bornOn) != 0 {
		return v.saidNumber(next, tells)
	}
	return match{}, false
}

// text gives the characters of a token.
func (v *spoken) text(n int) string { return v.s[v.list[n].start:v.list[n].end] }

// gap gives what stands between token n and the one before, or the beginning
// or the end of the text.
func (v *spoken) gap(n int) string {
	from, to := 0, len(v.s)
	if n > 0 {
		from = v.list[n-1].end
	}
	if n < len(v.list) {
		to = v.list[n].start
	}
	return v.s[from:to]
}

// tells gives what the word at n tells on its own.
func (v *spoken) tells(n int) cue {
	t := &v.list[n]
	if !t.looked {
		var word [longestWord]byte
		if t.traits&(lettered|numeric) != 0 {
			t.told = v.all[string(fold(&word, v.text(n)))]
		}
		t.looked = true
	}
	return t.told
}

// opening reports whether a sentence begins with token n, or a greeting stands
// before it.
func (v *spoken) opening(n int) bool {
	return n == 0 || strings.ContainsAny(v.gap(n), ".,!?;:\n-–—") || v.tells(n-1)&greeting != 0
}

// closed reports whether what is said ends before token n: a sign follows, or a
// word that begins something else.
func (v *spoken) closed(n int) bool {
	g := v.gap(n)
	return n == len(v.list) || strings.ContainsAny(g, ".,!?;:()\n") || strings.Contains(g, " -") || strings.Contains(g, "–") ||
		v.list[n].is(holder) || v.tells(n)&never != 0 || v.list[n].is(ideograph)
}

// between gives a match that covers the tokens from n to before end.
func (v *spoken) between(n, end int, class Class) match {
	return match{v.list[n].start, v.list[end-1].end, class}
}

// runes gives the number of characters of a token.
func (v *spoken) runes(n int) int { return utf8.RuneCountInString(v.text(n)) }

// phraseGap reports whether a phrase may go on after a gap.
func phraseGap(gap string) bool {
	if gap == " " {
		return true
	}
	for _, r := range gap {
		if !strings.ContainsRune(" .'’-/\u00a0", r) {
			return false
		}
	}
	return len(gap) <= 4
}

// blank reports whether a gap is one or two spaces.
func blank(gap string) bool {
	return gap == " " || gap == "  " || gap == "\u00a0" || gap == "\u3000"
}

// saidGap reports whether a gap may stand between "my name is" and the name.
func saidGap(gap string) bool {
	if gap == "" || len(gap) > 8 {
		return false
	}
	for _, r := range gap {
		if !strings.ContainsRune(" \u00a0\u3000:=-–—,;\"'“”„«»(：>#*.’‘", r) {
			return false
		}
	}
	return true
}
