package crawl

import "time"

// Page is one page of the site.
type Page struct {
	URL        string
	HTML       []byte // in UTF-8, until visit returns; nil if the server said that nothing changed
	FetchedAt  time.Time
	Validators Validators
	Unchanged  bool // the same as at the crawl that the validators came from
	Truncated  bool // HTML ends at Limits.PageBytes
}

// Validators are what the next crawl needs to ask only for what changed.
type Validators struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	Hash         string `json:"hash,omitempty"` // of the bytes served
}

// Reason says why an address was not read.
type Reason string

// The reasons. They are shown to merchants.
const (
	Disallowed    Reason = "robots.txt forbids it"
	NoIndex       Reason = "the page asks not to be indexed"
	NotHTML       Reason = "not an HTML page"
	NotContent    Reason = "a shopper's own page, an action or another order of the same page"
	SignIn        Reason = "the page asks visitors to sign in"
	Trap          Reason = "one of endlessly many variants"
	TooLong       Reason = "the address is too long"
	Duplicate     Reason = "another address is given as the original"
	Redirected    Reason = "redirected"
	RedirectLoop  Reason = "redirected too often"
	OutOfScope    Reason = "redirected to another site"
	NotFound      Reason = "not found"
	SoftNotFound  Reason = "a 'not found' page that says it was found"
	Denied        Reason = "the site denied access"
	Refused       Reason = "not an address on the public internet"
	Empty         Reason = "no text"
	ServerError   Reason = "the site failed"
	Unreachable   Reason = "the site could not be reached"
	TimedOut      Reason = "the site was too slow"
	Busy          Reason = "the site asked us to slow down"
	BadResponse   Reason = "the response could not be read"
	RobotsMissing Reason = "robots.txt could not be read"
)

// Temporary reports whether the address may well be read the next time, so that
// what is known of it should be kept.
func (r Reason) Temporary() bool {
	switch r {
	case ServerError, Unreachable, TimedOut, Busy, BadResponse, RobotsMissing, Denied:
		return true
	}
	return false
}

// Counts is how far a crawl is.
type Counts struct {
	Found     int   `json:"found"`     // addresses on the site, each once
	Fetched   int   `json:"fetched"`   // answers received
	Indexed   int   `json:"indexed"`   // pages given to visit, changed or new
	Unchanged int   `json:"unchanged"` // pages that are as they were
	Skipped   int   `json:"skipped"`
	Bytes     int64 `json:"bytes"` // of HTML, decoded
}

// Progress tells what just happened to one address.
type Progress struct {
	Counts
	URL    string
	Reason Reason // why it was skipped; empty if it was not
}

// Skip is an address that was not read.
type Skip struct {
	URL    string `json:"url"`
	Reason Reason `json:"reason"`
}

// maxSkips is how many skipped addresses a report lists.
const maxSkips = 500

// Report sums a crawl up.
type Report struct {
	Counts
	Skipped  []Skip         // the first maxSkips
	Reasons  map[Reason]int // all of them, counted
	Gone     []string       // addresses with validators that are no longer pages
	Full     bool           // the site is larger than Limits.Pages
	Frontier *Frontier      // what is left to do when time ran out, for Resume
}
