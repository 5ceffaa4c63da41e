package page

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// nameBook holds the words that a page shows, to tell a product's name from a
// text that only a machine is meant to read.
type nameBook struct {
	words map[string]bool
	text  string
	scans int // of the whole text, which are dear
}

// newNameBook collects the words of a page's title, address and text.
func newNameBook(doc *html.Node, h head, base *url.URL) *nameBook {
	shownText := strings.Join([]string{h.title, h.ogTitle, base.Path, sight(doc)}, " ")
	v := &nameBook{words: map[string]bool{}, text: strings.ToLower(shownText)}
	for w := range wordsOf(v.text) {
		v.words[w] = true
	}
	return v
}

func wordsOf(s string) func(func(string) bool) {
	return strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// knows reports whether the page shows at least half of the words of a name,
// the address of the thing's own page counted.
func (v *nameBook) knows(name, own string) bool {
	address := map[string]bool{}
	for w := range wordsOf(strings.ToLower(own)) {
		address[w] = true
	}
	known, total := 0, 0
	for w := range wordsOf(strings.ToLower(name)) {
		total++
		if v.shows(w) || address[w] {
			known++
		}
	}
	return known*2 >= total && total <= 40
}

// plain takes from a thing's variants the names that the page does not show.
func (v *nameBook) plain(it item) {
	for i := range it.records {
		if r := &it.records[i]; r.Name != it.name && !v.knows(r.Name, r.URL) {
			r.Name = it.name
		}
	}
}

// maxScans is how often a whole page is looked through for one word.
const maxScans = 200

// shows reports whether a word stands on the page, in another number perhaps.
// In a script without spaces it may stand within another.
func (v *nameBook) shows(word string) bool {
	for _, ending := range []string{"", "s", "es", "n", "en", "x"} {
		if v.words[word+ending] || v.words[strings.TrimSuffix(word, ending)] {
			return true
		}
	}
	if word[0] < utf8.RuneSelf || v.scans >= maxScans {
		return false
	}
	v.scans++
	return strings.Contains(v.text, word)
}
