// Package passage holds the unit that is searched and cited: a short stretch of
// one page's text under its headings.
package passage

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Passage is a stretch of a page small enough to quote.
type Passage struct {
	// ID names the passage; it stays the same as long as its page, headings
	// and text do, whatever happens around it.
	ID string
	// URL is the page the passage stands on.
	URL string
	// Path leads to the passage: the page's title, then its headings.
	Path []string
	// Text is the passage as Markdown.
	Text string
	// Language is the page's language as a lower-case primary subtag such as
	// "en"; it is empty when unknown.
	Language string
	// CrawledAt is when the page was read, UTC, to the second.
	CrawledAt time.Time
	// Product is what the passage records, if it is the record of a product and
	// not a stretch of prose.
	Product *Product
}

// Title is the path as people read it: "Returns › How long do I have".
func (p Passage) Title() string { return strings.Join(p.Path, " › ") }

// Hash is the content hash a receipt carries: it changes if and only if the
// text does.
func (p Passage) Hash() string {
	sum := sha256.Sum256([]byte(p.Text))
	return hex.EncodeToString(sum[:16])
}

// idEncoding spells passage ids in lower case, without padding.
var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// newID derives an id from everything that makes a passage the one it is; nth
// tells repeated passages of one page apart.
func newID(url string, path []string, text string, nth int) string {
	h := sha256.New()
	for _, s := range append([]string{url, text, strconv.Itoa(nth)}, path...) {
		h.Write([]byte(strconv.Itoa(len(s))))
		h.Write([]byte{':'})
		h.Write([]byte(s))
	}
	return idEncoding.EncodeToString(h.Sum(nil)[:10])
}
