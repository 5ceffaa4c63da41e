package support

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"omniops/shared/knowledge/figure"
	"omniops/shared/knowledge/wording"
)

// receipts checks a model's sentences as they stream. What the passages do not
// support is not shown: a citation is left out, and a sentence with a figure is
// dropped.
//
// The words of the first sentence go out at once, up to the first thing that has
// to be checked; what follows it waits for the end of the sentence, and later
// sentences wait for theirs.
type receipts struct {
	evidence func() *evidence
	emit     func(string) error

	text     string // of the sentence, so far
	shown    int    // bytes of it that are out
	later    bool   // the first sentence is over
	cited    []int  // the passages, by first citation
	silent   int    // a passage that backs sentences, but is no page to be shown: its citations are left out
	silently bool   // it did
	withheld bool   // something was dropped
}

// maxSentence is the longest text that is looked at as one sentence, in bytes.
const maxSentence = 2048

// withheldMark stands where a sentence that had begun was cut off.
const withheldMark = "…"

func newReceipts(evidence func() *evidence, emit func(string) error) *receipts {
	return &receipts{evidence: evidence, emit: emit}
}

// Write takes the next piece of text, in which citations are written like [1].
func (r *receipts) Write(piece string) error {
	r.text += piece
	for {
		n, ok := wording.SentenceEnd(r.text, false)
		if !ok && len(r.text) > maxSentence {
			n, ok = len(strings.ToValidUTF8(r.text[:maxSentence], "")), true
		}
		if !ok {
			break
		}
		if err := r.finish(n); err != nil {
			return err
		}
	}
	if r.later {
		return nil
	}
	n := max(r.shown, sure(r.text))
	out := r.text[r.shown:n]
	r.shown = n
	return r.say(out)
}

// Cut drops the last word if it is not out yet: where a text broke off, it may be
// half of a figure.
func (r *receipts) Cut() {
	kept := strings.TrimRightFunc(r.text, func(c rune) bool { return !unicode.IsSpace(c) })
	r.text = r.text[:max(r.shown, len(kept))]
}

// Close takes the end of the text.
func (r *receipts) Close() error {
	for r.text != "" {
		n, _ := wording.SentenceEnd(r.text, true)
		if err := r.finish(n); err != nil {
			return err
		}
	}
	return nil
}

// finish checks the sentence that the first n bytes are, and shows what is left
// of it.
func (r *receipts) finish(n int) error {
	sentence, shown := r.text[:n], r.shown
	r.text, r.shown = r.text[n:], 0
	if strings.TrimSpace(sentence) == "" {
		return r.say(sentence[min(shown, n):])
	}
	r.later = true
	plain, marks := takeMarks(sentence)
	e := r.evidence()
	marks = slices.DeleteFunc(marks, func(m int) bool { return m < 1 || m > len(e.grounds) })
	f := e.check(plain, marks)
	if f.shown {
		return r.say(r.render(sentence, shown, f))
	}
	r.withheld = true
	ending := ""
	if strings.HasSuffix(sentence, "\n") {
		ending = "\n"
	}
	if shown > 0 {
		return r.say(" " + withheldMark + " " + ending)
	}
	return r.say(ending)
}

// render writes what of a sentence is not shown yet, with the citations that hold.
func (r *receipts) render(sentence string, shown int, f finding) string {
	rest := sentence[shown:]
	var out strings.Builder
	last := -1 // where the last citation ends
	for rest != "" {
		at, end, numbers := nextMark(rest)
		if at < 0 {
			break
		}
		before := rest[:at]
		rest = rest[end:]
		var kept string
		for _, n := range numbers {
			if slices.Contains(f.keep, n) {
				kept += r.cite(n)
			}
		}
		if kept == "" && (rest == "" || strings.ContainsRune(" \t\n.,;:!?)", rune(rest[0]))) {
			before = strings.TrimRight(before, " \t")
		}
		out.WriteString(before + kept)
		if kept != "" {
			last = out.Len()
		}
	}
	out.WriteString(rest)
	if len(f.add) == 0 {
		return out.String()
	}
	text := out.String()
	at := last
	if at < 0 {
		at = len(strings.TrimRight(text, " \t\n.!?…:*")) // behind what is quoted
	}
	var added string
	for _, n := range f.add {
		added += r.cite(n)
	}
	if added != "" && last < 0 && strings.TrimSpace(sentence[:shown]+text[:at]) != "" {
		added = " " + added
	}
	return text[:at] + added + text[at:]
}

// cite gives the citation that shoppers see: passages are numbered by when they
// are first cited.
func (r *receipts) cite(n int) string {
	if n == r.silent {
		r.silently = true
		return ""
	}
	at := slices.Index(r.cited, n)
	if at < 0 {
		at = len(r.cited)
		r.cited = append(r.cited, n)
	}
	return "[" + strconv.Itoa(at+1) + "]"
}

func (r *receipts) say(s string) error {
	if s == "" {
		return nil
	}
	return r.emit(s)
}

// nextMark finds the first citation in a text.
func nextMark(text string) (at, end int, numbers []int) {
	for from := 0; ; {
		open := strings.IndexByte(text[from:], '[')
		if open < 0 {
			return -1, 0, nil
		}
		open += from
		closing := strings.IndexByte(text[open:], ']')
		if closing < 0 {
			return -1, 0, nil
		}
		if numbers, ok := numbersIn(text[open+1 : open+closing]); ok {
			return open, open + closing + 1, numbers
		}
		from = open + 1
	}
}

// takeMarks gives a sentence without its citations, and them.
func takeMarks(sentence string) (plain string, cited []int) {
	var out strings.Builder
	for {
		at, end, numbers := nextMark(sentence)
		if at < 0 {
			out.WriteString(sentence)
			return out.String(), cited
		}
		out.WriteString(sentence[:at])
		cited = append(cited, numbers...)
		sentence = sentence[end:]
	}
}

// triggers are words that must be checked before they are shown: what says that
// something is free or can be bought, and the numbers.
var triggers = sync.OnceValue(func() []string {
	all := strings.Fields("stock sold available unavailable lager verfügbar vorrätig lieferbar ausverkauft vergriffen disponible disponibles épuisé épuisée rupture indisponible")
	all = append(all, figure.Words()...)
	slices.Sort(all)
	return slices.Compact(all)
})

// sure gives how much of the beginning of a sentence can be shown before the
// sentence ends.
func sure(text string) int {
	upTo := func(i int) int { return len(strings.TrimRight(text[:i], " \t")) }
	start, article, before := -1, -1, "" // of a word, of an article that may be a one, and the word before
	for i, c := range text {
		if unicode.IsLetter(c) || unicode.IsMark(c) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			w := strings.ToLower(text[start:i])
			switch {
			case trigger(w), figure.IsFreeAfter(before, w):
				return upTo(start)
			case article >= 0 && figure.IsUnit(w):
				return upTo(article)
			case figure.IsOne(w):
				article = start
			default:
				article = -1
			}
			start, before = -1, w
		}
		if unicode.IsNumber(c) || unicode.Is(unicode.Sc, c) || c == '@' || c == utf8.RuneError || strings.ContainsRune("[].!?…。！？%°\n", c) {
			return upTo(i)
		}
	}
	if article >= 0 {
		return upTo(article)
	}
	if start >= 0 {
		w := strings.ToLower(text[start:])
		if at, _ := slices.BinarySearch(triggers(), w); at < len(triggers()) && strings.HasPrefix(triggers()[at], w) || figure.IsOne(w) || figure.AwaitsPrice(before) {
			return upTo(start) // it may become one
		}
	}
	return upTo(len(text))
}

func trigger(w string) bool {
	_, found := slices.BinarySearch(triggers(), w)
	return found || figure.InWords(w)
}
