package masking

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"omniops/shared/mask"
)

// Score counts what was found, missed and masked without need.
type Score struct {
	Found, Missed   int
	Right, Needless int
}

// Recall is the share of the personal values that were masked whole.
func (s Score) Recall() float64 { return share(s.Found, s.Missed) }

// Precision is the share of the placeholders that stand for something personal
// and nothing else.
func (s Score) Precision() float64 { return share(s.Right, s.Needless) }

func share(good, bad int) float64 {
	if good+bad == 0 {
		return 1
	}
	return float64(good) / float64(good+bad)
}

func (s *Score) add(o Score) {
	s.Found, s.Missed, s.Right, s.Needless = s.Found+o.Found, s.Missed+o.Missed, s.Right+o.Right, s.Needless+o.Needless
}

// Report is the scores by kind and by locale, and what went wrong.
type Report struct {
	Sentences int
	Kinds     map[string]*Score
	Locales   map[string]*Score
	Mistakes  []string
}

// Kinds lists the rows of the report.
var Kinds = []string{"name", "address", "email", "spelled e-mail", "phone", "card", "iban", "national id", "birth date", "secret"}

// holders finds the placeholders in a masked text.
var holders = regexp.MustCompile(`\[[a-z]+(_[0-9]+)?\]`)

// Evaluate masks each sentence as a person's own words.
func Evaluate(sentences []Sentence) Report {
	r := Report{Sentences: len(sentences), Kinds: map[string]*Score{}, Locales: map[string]*Score{}}
	for _, s := range sentences {
		if r.Locales[s.Locale] == nil {
			r.Locales[s.Locale] = &Score{}
		}
		m := mask.New()
		masked := m.Mask(s.Text)
		left := holders.ReplaceAllString(masked, " \x00 ")
		add := func(kind string, score Score) {
			if r.Kinds[kind] == nil {
				r.Kinds[kind] = &Score{}
			}
			r.Kinds[kind].add(score)
			r.Locales[s.Locale].add(score)
		}
		for _, v := range s.Values {
			if shows(left, s, v) {
				add(v.Kind, Score{Missed: 1})
				r.Mistakes = append(r.Mistakes, fmt.Sprintf("%s: %s missed in %q: %q", s.Locale, v.Kind, s.Text, masked))
			} else {
				add(v.Kind, Score{Found: 1})
			}
		}
		for _, holder := range holders.FindAllString(masked, -1) {
			kind, ok := rightly(s, m.Restore(holder), holder)
			if ok {
				add(kind, Score{Right: 1})
				continue
			}
			add(kind, Score{Needless: 1})
			r.Mistakes = append(r.Mistakes, fmt.Sprintf("%s: %s needless in %q: %q", s.Locale, holder, s.Text, masked))
		}
	}
	return r
}

// words divides a text into words of letters and digits.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}

// shows reports whether what is left of a sentence shows a value or a part of
// it that the sentence's other words do not.
func shows(left string, s Sentence, v Value) bool {
	if strings.Contains(left, v.Text) {
		return true
	}
	if s.Locale == "ja" || s.Locale == "zh" {
		return false
	}
	rest := s.Text
	for _, o := range s.Values {
		rest = strings.ReplaceAll(rest, o.Text, " ")
	}
	other := words(rest)
	after := words(left)
	for _, w := range words(v.Text) {
		if len([]rune(w)) < 3 && v.Kind != "address" || slices.Contains(other, w) || len(w) < 2 {
			continue
		}
		if slices.Contains(after, w) && (len([]rune(w)) >= 3 && !small[strings.ToLower(w)] || strings.ContainsAny(w, "0123456789")) {
			return true
		}
	}
	return false
}

// small lists words in values that tell nothing by themselves.
var small = map[string]bool{"the": true, "der": true, "den": true, "van": true, "von": true, "del": true, "rue": true, "via": true, "dos": true, "cep": true, "str": true, "end": true, "begin": true, "private": true, "key": true}

// rightly reports whether a placeholder stands for something personal and
// nothing else, and of which kind that is.
func rightly(s Sentence, value, holder string) (kind string, ok bool) {
	class := mask.Class(strings.Trim(strings.TrimRight(strings.Trim(holder, "[]"), "0123456789"), "_"))
	for _, v := range s.Values {
		same := v.Class == class || v.Class == mask.Identity && class == mask.Insurance || v.Kind == "secret" && class == mask.Token
		if value == holder && same { // cards and secrets do not come back
			return v.Kind, true
		}
		if value == "" || value == holder {
			continue
		}
		if strings.Contains(v.Text, value) {
			return v.Kind, true
		}
		if strings.Contains(value, v.Text) && covered(s, value) {
			return v.Kind, true
		}
	}
	if value != holder && covered(s, value) {
		return kindOf(class), true
	}
	return kindOf(class), false
}

// covered reports whether a value has only words of the personal values, small
// ones apart.
func covered(s Sentence, value string) bool {
	personal := map[string]bool{}
	for _, v := range s.Values {
		for _, w := range words(v.Text) {
			personal[w] = true
		}
	}
	some := false
	for _, w := range words(value) {
		if !personal[w] && !(len([]rune(w)) <= 3 && !unicode.IsDigit([]rune(w)[0])) {
			return false
		}
		some = some || personal[w]
	}
	return some
}

func kindOf(class mask.Class) string {
	switch class {
	case mask.Postal:
		return "address"
	case mask.Identity, mask.Insurance:
		return "national id"
	case mask.Token:
		return "secret"
	case mask.BankNo:
		return "iban"
	}
	return string(class)
}

// Print writes the report as a table.
func (r Report) Print(w io.Writer) {
	line := func(name string, s *Score) {
		if s == nil {
			s = &Score{}
		}
		fmt.Fprintf(w, "  %-15s recall %.3f (%d of %d)  precision %.3f (%d of %d)\n", name, s.Recall(), s.Found, s.Found+s.Missed, s.Precision(), s.Right, s.Right+s.Needless)
	}
	fmt.Fprintf(w, "%d sentences\nby class\n", r.Sentences)
	for _, k := range Kinds {
		line(k, r.Kinds[k])
	}
	for k := range r.Kinds {
		if !slices.Contains(Kinds, k) {
			line(k, r.Kinds[k])
		}
	}
	fmt.Fprintln(w, "by locale")
	for _, l := range Locales() {
		line(l, r.Locales[l])
	}
}
