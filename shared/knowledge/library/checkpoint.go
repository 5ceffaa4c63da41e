package library

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/object"
)

// Checkpoint is how far a crawl has come, so that another call can go on.
type Checkpoint struct {
	Run       string         `json:"run"`
	Site      string         `json:"site"` // the address it began with
	Reading   string         `json:"reading"`
	Leg       int            `json:"leg"`      // the leg that goes on from here
	Segments  int            `json:"segments"` // how many parts its pages were stored in
	Complete  bool           `json:"complete"` // all is read: publish it
	Full      bool           `json:"full"`
	Reasons   map[string]int `json:"reasons"`
	Examples  []Skip         `json:"examples"`
	StartedAt time.Time      `json:"startedAt"`
	// Frontier is the crawl's own state.
	Frontier json.RawMessage `json:"frontier,omitempty"`
}

// maxCheckpoint is the largest checkpoint that is read back, in bytes.
const maxCheckpoint = 64 << 20

func checkpointKey(t id.Tenant) object.Key { return object.KeyOf(t, "site", "crawl", "checkpoint") }

func segmentKey(t id.Tenant, run string, n int) object.Key {
	return object.KeyOf(t, "site", "crawl", fmt.Sprintf("%s-%05d", run, n))
}

// Checkpoint gives the last checkpoint of the crawl under way; the zero one if
// there is none, or none that can be read.
func (l *Library) Checkpoint(ctx context.Context, t id.Tenant) (Checkpoint, error) {
	o, err := l.get(ctx, checkpointKey(t), maxCheckpoint)
	switch fault.KindOf(err) {
	case fault.NotFound, fault.TooLarge:
		return Checkpoint{}, nil
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("load checkpoint: %w", err)
	}
	var c Checkpoint
	if json.Unmarshal(o.Body, &c) != nil {
		return Checkpoint{}, nil // damaged: the crawl starts over
	}
	return c, nil
}

// SaveSegment stores pages that were read, and counts up the checkpoint's
// Segments; they count once the checkpoint is saved.
func (l *Library) SaveSegment(ctx context.Context, t id.Tenant, c *Checkpoint, pages []Page) error {
	if len(pages) == 0 {
		return nil
	}
	blob, err := pack(Edition{Run: c.Run, Pages: len(pages)}, slices.Values(pages))
	if err == nil {
		_, err = l.bucket.Put(ctx, segmentKey(t, c.Run, c.Segments), blob, packed)
	}
	if err != nil {
		return fmt.Errorf("save pages of crawl: %w", err)
	}
	c.Segments++
	return nil
}

// SaveCheckpoint stores the pages read since the last segment, if any, and then
// the checkpoint.
func (l *Library) SaveCheckpoint(ctx context.Context, t id.Tenant, c *Checkpoint, pages []Page) error {
	if err := l.SaveSegment(ctx, t, c, pages); err != nil {
		return err
	}
	body, err := json.Marshal(c)
	if err == nil {
		_, err = l.bucket.Put(ctx, checkpointKey(t), body, "application/json")
	}
	if err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	return nil
}

// Segments passes the pages of a crawl under way to visit, in the order they
// were read; one may come twice.
func (l *Library) Segments(ctx context.Context, t id.Tenant, c Checkpoint, visit func(Page) error) error {
	for n := range c.Segments {
		e, err := l.unpack(ctx, segmentKey(t, c.Run, n), visit)
		if err != nil {
			return err
		}
		if e.Run != c.Run {
			return fault.E(fault.Unavailable, "", fmt.Errorf("part %d of crawl %s is missing", n, c.Run))
		}
	}
	return nil
}

// DropCheckpoints removes what is left of crawls that are over: the checkpoint
// first, so that nobody goes on from one whose parts are gone.
func (l *Library) DropCheckpoints(ctx context.Context, t id.Tenant) error {
	return l.remove(ctx, object.KeyOf(t, "site", "crawl")+"/", "")
}

// get reads an object that may be missing: NotFound then. S3 denies what is
// missing to a role that may list only a part of the bucket, as ours may; so what
// is denied is looked for in the list.
func (l *Library) get(ctx context.Context, key object.Key, most int) (object.Object, error) {
	o, err := l.bucket.Get(ctx, key, most)
	if err == nil || fault.KindOf(err) == fault.NotFound || fault.KindOf(err) == fault.TooLarge {
		return o, err
	}
	if keys, failed := l.bucket.List(ctx, key); failed == nil && !slices.Contains(keys, key) {
		return o, fault.E(fault.NotFound, "There is nothing here.", err)
	}
	return o, err
}

// rank is when an object is deleted: what names others goes before them.
func rank(key object.Key) int {
	if strings.HasSuffix(string(key), "/checkpoint") {
		return 0
	}
	return 1
}

// remove deletes the objects below a prefix, but for one.
func (l *Library) remove(ctx context.Context, prefix, but object.Key) error {
	keys, err := l.bucket.List(ctx, prefix)
	if err != nil {
		return err
	}
	// A checkpoint names the parts beside it.
	slices.SortStableFunc(keys, func(a, b object.Key) int { return rank(a) - rank(b) })
	for _, key := range keys {
		if key == but {
			continue
		}
		if err := l.bucket.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
