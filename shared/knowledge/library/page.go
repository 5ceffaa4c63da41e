package library

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/knowledge/passage"
	"omniops/shared/object"
)

// The bounds of what is read back.
const (
	maxStored = 64 << 20  // bytes of a compressed object
	maxPlain  = 512 << 20 // bytes of what it holds
	maxPage   = 16 << 20  // bytes of one page
)

// Validators are what the next crawl asks with whether a page has changed.
type Validators struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	Hash         string `json:"hash,omitempty"` // of the bytes served
}

// Page is what a crawl knows of one page.
type Page struct {
	URL        string            `json:"url"`
	Title      string            `json:"title,omitempty"`
	Hash       string            `json:"hash,omitempty"` // of its passages' texts
	FetchedAt  time.Time         `json:"at"`             // UTC, to the second
	Validators Validators        `json:"validators"`
	Passages   []passage.Passage `json:"passages,omitempty"`
	Standing   Standing          `json:"standing,omitempty"`
}

// Standing says how a page of a crawl under way relates to the crawl before.
type Standing string

// The standings. Pages as published have none.
const (
	Read      Standing = ""          // read, and its passages are here
	Same      Standing = "same"      // as it was: its passages are those of the crawl before
	Unreached Standing = "unreached" // not to be had today: all is as it was
)

// PageHash names the content of a page: it changes if and only if the texts of
// its passages do.
func PageHash(passages []passage.Passage) string {
	h := sha256.New()
	for _, p := range passages {
		h.Write([]byte(strconv.Itoa(len(p.Text))))
		h.Write([]byte{':'})
		h.Write([]byte(p.Text))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Edition is what is known of all the pages of one crawl.
type Edition struct {
	Run     string    `json:"run"`     // the crawl
	Site    string    `json:"site"`    // the address it began with
	Reading string    `json:"reading"` // how pages were turned into passages
	At      time.Time `json:"at"`      // when it was published
	Pages   int       `json:"pages"`
}

func pagesKey(t id.Tenant) object.Key { return object.KeyOf(t, "site", "pages") }

// SavePages stores the pages of a crawl in place of those of the one before.
func (l *Library) SavePages(ctx context.Context, t id.Tenant, e Edition, pages iter.Seq[Page]) error {
	blob, err := pack(e, pages)
	if err != nil {
		return fmt.Errorf("save pages: %w", err)
	}
	if _, err := l.bucket.Put(ctx, pagesKey(t), blob, packed); err != nil {
		return fmt.Errorf("save pages: %w", err)
	}
	return nil
}

// LoadPages passes the pages of the last published crawl to visit, one at a time
// and in order of their address. A first crawl has none: that is the zero
// Edition, and no error. An error of visit ends it and is passed on.
func (l *Library) LoadPages(ctx context.Context, t id.Tenant, visit func(Page) error) (Edition, error) {
	return l.unpack(ctx, pagesKey(t), visit)
}

// packed is the content type of compressed objects.
const packed = "application/gzip"

// pack writes a head and pages, a line of JSON each, and compresses them. What
// all passages of a page share is stored once.
func pack(head any, pages iter.Seq[Page]) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	lines := json.NewEncoder(z)
	if err := lines.Encode(head); err != nil {
		return nil, err
	}
	for p := range pages {
		p.FetchedAt = p.FetchedAt.UTC().Truncate(time.Second)
		bare := make([]passage.Passage, len(p.Passages))
		for i, s := range p.Passages {
			s.URL, s.CrawledAt = "", time.Time{}
			bare[i] = s
		}
		p.Passages = bare
		if err := lines.Encode(p); err != nil {
			return nil, fmt.Errorf("page %s: %w", p.URL, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// unpack reads what pack wrote; an object that is not there is empty.
func (l *Library) unpack(ctx context.Context, key object.Key, visit func(Page) error) (Edition, error) {
	o, err := l.get(ctx, key, maxStored)
	if fault.KindOf(err) == fault.NotFound {
		return Edition{}, nil
	}
	if err != nil {
		return Edition{}, fmt.Errorf("load pages: %w", err)
	}
	e, err := unpack(o.Body, visit)
	if err != nil {
		return Edition{}, fmt.Errorf("load pages %s: %w", key, err)
	}
	return e, nil
}

// ErrDamaged says that what is stored of pages cannot be read.
var ErrDamaged = errors.New("the object is damaged")

func unpack(blob []byte, visit func(Page) error) (Edition, error) {
	z, err := gzip.NewReader(bytes.NewReader(blob))
	if err != nil {
		return Edition{}, errors.Join(ErrDamaged, err)
	}
	lines := bufio.NewScanner(io.LimitReader(z, maxPlain))
	lines.Buffer(make([]byte, 0, 64<<10), maxPage)
	var e Edition
	first := true
	for lines.Scan() {
		if first {
			first = false
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				return Edition{}, errors.Join(ErrDamaged, err)
			}
			continue
		}
		var p Page
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			return Edition{}, errors.Join(ErrDamaged, err)
		}
		if len(p.Passages) == 0 {
			p.Passages = nil
		}
		p.Date(p.FetchedAt)
		if err := visit(p); err != nil {
			return Edition{}, err
		}
	}
	if err := lines.Err(); err != nil || first {
		return Edition{}, errors.Join(ErrDamaged, err)
	}
	return e, nil
}

// Date says when the page, and with it each passage, was last seen like this.
func (p *Page) Date(at time.Time) {
	p.FetchedAt = at.UTC().Truncate(time.Second)
	for i := range p.Passages {
		p.Passages[i].URL, p.Passages[i].CrawledAt = p.URL, p.FetchedAt
	}
}
