// Package library keeps what is known of each tenant's website: the pages of the
// last crawl, what they changed and where they contradict each other, and the
// index that answers are drawn from, which stays open in memory for as long as it
// is the current one.
package library

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"golang.org/x/sync/singleflight"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/knowledge/index"
	"omniops/shared/object"
)

// maxIndex is the largest index that is loaded, in bytes.
const maxIndex = 128 << 20

// maxOpen is how many tenants' indexes stay in memory.
const maxOpen = 16

// Library gives out indexes. It is safe for concurrent use.
type Library struct {
	bucket *object.Bucket

	loads singleflight.Group // by object

	mu   sync.Mutex
	open map[id.Tenant]opened
}

type opened struct {
	version string
	index   *index.Index
}

// New makes a Library on the content bucket.
func New(bucket *object.Bucket) *Library {
	return &Library{bucket: bucket, open: map[id.Tenant]opened{}}
}

// Save stores an index and gives the version to use it by, which is the hash of
// its content: saving the same twice changes nothing. Nobody changes it after.
func (l *Library) Save(ctx context.Context, t id.Tenant, blob []byte) (version string, err error) {
	ix, err := index.Open(blob)
	if err != nil {
		return "", fmt.Errorf("check index before saving: %w", err)
	}
	sum := sha256.Sum256(blob)
	version = hex.EncodeToString(sum[:12])
	if _, err := l.bucket.Put(ctx, name(t, version), blob, "application/octet-stream"); err != nil {
		return "", fmt.Errorf("save index: %w", err)
	}
	l.keep(t, version, ix)
	return version, nil
}

// Index gives a version of a tenant's index: NotFound before the first crawl.
func (l *Library) Index(ctx context.Context, t id.Tenant, version string) (*index.Index, error) {
	if version == "" {
		return nil, fault.E(fault.NotFound, "The shop's pages have not been read yet.", nil)
	}
	l.mu.Lock()
	have, ok := l.open[t]
	l.mu.Unlock()
	if ok && have.version == version {
		return have.index, nil
	}
	// Two that need it at once load it once.
	loaded, err, _ := l.loads.Do(string(name(t, version)), func() (any, error) { return l.load(ctx, t, version) })
	if err != nil {
		return nil, err
	}
	return loaded.(*index.Index), nil
}

// load reads an index and keeps it open.
func (l *Library) load(ctx context.Context, t id.Tenant, version string) (*index.Index, error) {
	blob, err := l.bucket.Get(ctx, name(t, version), maxIndex)
	if err != nil {
		return nil, fmt.Errorf("load index: %w", err)
	}
	ix, err := index.Open(blob.Body)
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w", version, err)
	}
	l.keep(t, version, ix)
	return ix, nil
}

// keep keeps an index open.
func (l *Library) keep(t id.Tenant, version string, ix *index.Index) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) >= maxOpen {
		clear(l.open)
	}
	l.open[t] = opened{version, ix}
}

func name(t id.Tenant, version string) object.Key { return object.KeyOf(t, "index", version) }
