// Package page reads one web page: its title, language, main text as Markdown
// and the products it sells. What a visitor could never see is left out, so that
// text hidden in a page cannot speak to a model.
package page

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"

	"omniops/shared/fault"
	"omniops/shared/knowledge/passage"
)

// The size of what is read of one page. A page beyond them is read in part.
const (
	maxTags       = 40_000
	maxAttributes = 200_000
	maxToken      = 512 << 10 // bytes of one tag or run of text
	maxScript     = 256 << 10 // bytes of one script, style or comment
	maxText       = 400 << 10 // bytes of Markdown
	maxTitle      = 200       // bytes of a title
	maxAbout      = 400       // bytes of a description
	maxProducts   = 50
)

// Content is what a page says.
type Content struct {
	URL         string
	Title       string
	Language    string // lower-case primary subtag such as "en", empty if unknown
	Description string
	Text        string // Markdown
	Products    []passage.Product
	Cut         bool // the page was larger than is read
}

// Passages splits the page's text for the index. Each product follows as a
// passage of its own.
func (c Content) Passages(crawledAt time.Time) []passage.Passage {
	src := passage.Source{URL: c.URL, Title: c.Title, Language: c.Language, CrawledAt: crawledAt}
	return append(passage.Split(src, c.Text), passage.Records(src, c.Products)...)
}

// legible composes letters and their accents, and removes characters that are
// nothing to the eye, which can carry a text past the reader: marks of direction,
// tags, variation selectors, soft hyphens and spaces of no width. The joiners
// that some scripts need stay.
func legible(s string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unseenRune(r) {
			return -1
		}
		return r
	}, s))
}

func unseenRune(r rune) bool {
	switch {
	case r == '\u200c' || r == '\u200d':
		return false
	case r >= 0xe0000 && r <= 0xe0fff, r == unicode.ReplacementChar, r == '\u115f', r == '\u1160', r == '\u3164', r == '\uffa0':
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && r != '\n' && r != '\t'
}

// Extract reads a page, given in UTF-8. A page without any text is
// fault.Invalid; broken HTML is not an error.
func Extract(address string, source []byte) (Content, error) {
	base, err := url.Parse(address)
	if err != nil {
		return Content{}, fault.E(fault.Invalid, "The page's address is not a URL.", err)
	}
	source, cut := bounded(source)
	doc, err := html.Parse(bytes.NewReader(source))
	if err != nil { // nested too deeply: its words are still worth having
		doc, cut = flat(source), true
	}
	hideStyled(doc)
	c := Content{URL: address, Cut: cut}
	head := readHead(doc)
	c.Title, c.Description = head.pageTitle(base), head.description
	data := readGraph(doc)
	questions := readQuestions(doc, data)
	sold := readCatalogue(doc, base, head, data)
	c.Products = sold.products
	for _, n := range sold.stated { // their records say it
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
	c.Text = withAnswers(mainText(doc), questions)
	c.Title, c.Description, c.Text = legible(c.Title), legible(c.Description), legible(c.Text)
	if len(c.Text) > maxText {
		c.Text, c.Cut = clip(c.Text, maxText), true
	}
	if c.Text == "" && len(c.Products) == 0 {
		return Content{}, fault.E(fault.Invalid, "The page has no text.", errors.New("no text in "+address))
	}
	c.Language = language(head.language, c.Text)
	return c, nil
}
