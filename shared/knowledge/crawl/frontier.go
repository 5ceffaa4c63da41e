package crawl

import (
	"encoding/base64"
	"encoding/binary"
	"hash/fnv"
	"maps"
	"net/url"
	"slices"

	"omniops/shared/fault"
)

// Frontier is the state of a crawl between two legs. It is stored as JSON.
type Frontier struct {
	Seed     string    `json:"seed"`
	Counts   Counts    `json:"counts"`
	Pending  [][]Entry `json:"pending"`  // by rank, each in the order found
	Deferred []Entry   `json:"deferred"` // wait for their originals
	Seen     urlSet    `json:"seen"`     // every address ever put in
	Done     urlSet    `json:"done"`     // addresses that turned out to be pages
	Full     bool      `json:"full"`     // an address was left out for lack of room
	// Variants counts the query strings put in, by the hash of their path.
	Variants map[uint64]int `json:"queries,omitempty"`

	bytes int // of the addresses that wait
}

// maxWaiting is how long all addresses that wait may be together, in bytes.
const maxWaiting = 8 << 20

// Entry is one address to read.
type Entry struct {
	URL       string `json:"url"`
	Hops      int    `json:"hops,omitempty"`      // redirects that led here
	Tries     int    `json:"tries,omitempty"`     // times the site was busy
	Canonical string `json:"canonical,omitempty"` // the original that is waited for
	Settled   bool   `json:"settled,omitempty"`   // the original is no page: take this one
}

const ranks = 4

// newFrontier starts with the seed alone.
func newFrontier(seed string) *Frontier {
	return &Frontier{Seed: seed, Pending: make([][]Entry, ranks), Seen: urlSet{}, Done: urlSet{}, Variants: map[uint64]int{}}
}

// check makes a decoded Frontier usable.
func (f *Frontier) check() error {
	if len(f.Pending) != ranks {
		return fault.E(fault.Invalid, "The state of the crawl cannot be read.", nil)
	}
	if f.Seen == nil {
		f.Seen = urlSet{}
	}
	if f.Done == nil {
		f.Done = urlSet{}
	}
	if f.Variants == nil {
		f.Variants = map[uint64]int{}
	}
	f.bytes = 0
	for _, list := range append(slices.Clone(f.Pending), f.Deferred) {
		for _, e := range list {
			f.bytes += e.size()
		}
	}
	return nil
}

// add puts an address in, unless it was in before or there is no room, and
// reports whether it did.
func (f *Frontier) add(e Entry, rank, room int) bool {
	if f.Seen.has(e.URL) {
		return false
	}
	if f.len() >= room || f.bytes+e.size() > maxWaiting {
		f.Full = true
		return false
	}
	f.Seen.add(e.URL)
	f.Pending[rank] = append(f.Pending[rank], e)
	f.bytes += e.size()
	f.Counts.Found++
	return true
}

// size is what an entry takes, in bytes.
func (e Entry) size() int { return len(e.URL) + len(e.Canonical) }

// put gives an entry back, to be taken next of its rank.
func (f *Frontier) put(e Entry, rank int) {
	f.Pending[rank] = slices.Insert(f.Pending[rank], 0, e)
	f.bytes += e.size()
}

// take removes the next entry: the first of the best rank. When nothing is
// left, those that waited for an original are decided.
func (f *Frontier) take() (Entry, bool) {
	for rank, list := range f.Pending {
		if len(list) > 0 {
			f.Pending[rank] = list[1:]
			f.bytes -= list[0].size()
			return list[0], true
		}
	}
	return Entry{}, false
}

// wait keeps an entry until it is known what became of its original.
func (f *Frontier) wait(e Entry) {
	f.Deferred = append(f.Deferred, e)
	f.bytes += e.size()
}

// settle moves the entries whose original is no page back; the others are
// duplicates, and are returned.
func (f *Frontier) settle() (duplicates []Entry) {
	for _, e := range f.Deferred {
		if f.Done.has(e.Canonical) {
			duplicates = append(duplicates, e)
			f.bytes -= e.size()
			continue
		}
		e.Settled = true
		f.Pending[ranks-1] = append(f.Pending[ranks-1], e)
	}
	f.Deferred = nil
	return duplicates
}

// len is how many addresses wait.
func (f *Frontier) len() int {
	n := len(f.Deferred)
	for _, list := range f.Pending {
		n += len(list)
	}
	return n
}

// urlSet holds addresses by their hash.
type urlSet map[uint64]struct{}

func hashURL(address string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(address))
	return h.Sum64()
}

func (s urlSet) add(address string) { s[hashURL(address)] = struct{}{} }

func (s urlSet) has(address string) bool {
	_, ok := s[hashURL(address)]
	return ok
}

// MarshalText spells the set in eleven characters per address.
func (s urlSet) MarshalText() ([]byte, error) {
	raw := make([]byte, 0, 8*len(s))
	for _, h := range slices.Sorted(maps.Keys(s)) {
		raw = binary.LittleEndian.AppendUint64(raw, h)
	}
	return base64.StdEncoding.AppendEncode(nil, raw), nil
}

// UnmarshalText reads what MarshalText wrote.
func (s *urlSet) UnmarshalText(text []byte) error {
	raw, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil || len(raw)%8 != 0 {
		return fault.E(fault.Invalid, "The state of the crawl cannot be read.", err)
	}
	*s = make(urlSet, len(raw)/8)
	for ; len(raw) > 0; raw = raw[8:] {
		(*s)[binary.LittleEndian.Uint64(raw)] = struct{}{}
	}
	return nil
}

// parse reads an address that is in the frontier, hence valid.
func (e Entry) parse() *url.URL {
	u, err := url.Parse(e.URL)
	if err != nil {
		return &url.URL{}
	}
	return u
}
