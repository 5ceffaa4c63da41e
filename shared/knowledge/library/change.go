package library

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/knowledge/contradiction"
	"omniops/shared/object"
)

// maxChanges is how many pages each list of changes names.
const maxChanges = 1000

// maxRecord is the largest list that is read back, in bytes.
const maxRecord = 8 << 20

// Change is one page that a crawl found to be new, different or gone.
type Change struct {
	URL     string    `json:"url"`
	Title   string    `json:"title"`
	OldHash string    `json:"old_hash,omitempty"`
	NewHash string    `json:"new_hash,omitempty"`
	OldAt   time.Time `json:"old_at,omitzero"` // when the old content was last seen
	NewAt   time.Time `json:"new_at,omitzero"`
}

// Changes is what a crawl found to differ from the one before. The lists name at
// most a thousand pages each; the totals count all.
type Changes struct {
	Run          string    `json:"run,omitempty"`
	At           time.Time `json:"at,omitzero"`
	Added        []Change  `json:"added"`
	Changed      []Change  `json:"changed"`
	Removed      []Change  `json:"removed"`
	AddedTotal   int       `json:"added_total"`
	ChangedTotal int       `json:"changed_total"`
	RemovedTotal int       `json:"removed_total"`
}

// Note compares what was known of a page with what is known now; either may be
// nil.
func (c *Changes) Note(before, now *Page) {
	var change Change
	if before != nil {
		change.URL, change.Title, change.OldHash, change.OldAt = before.URL, before.Title, before.Hash, before.FetchedAt
	}
	if now != nil {
		change.URL, change.Title, change.NewHash, change.NewAt = now.URL, now.Title, now.Hash, now.FetchedAt
	}
	list, total := &c.Changed, &c.ChangedTotal
	switch {
	case before == nil:
		list, total = &c.Added, &c.AddedTotal
	case now == nil:
		list, total = &c.Removed, &c.RemovedTotal
	case before.Hash == now.Hash:
		return
	}
	if *total++; len(*list) < maxChanges {
		*list = append(*list, change)
	}
}

// Changes gives what the last crawl found to differ; zero before the first.
func (l *Library) Changes(ctx context.Context, t id.Tenant) (Changes, error) {
	c := Changes{Added: []Change{}, Changed: []Change{}, Removed: []Change{}}
	return c, l.record(ctx, object.KeyOf(t, "site", "changes"), &c)
}

// SaveChanges stores what a crawl found to differ, until the next.
func (l *Library) SaveChanges(ctx context.Context, t id.Tenant, c Changes) error {
	return l.saveRecord(ctx, object.KeyOf(t, "site", "changes"), c)
}

// Contradictions gives the statements of a tenant's pages that contradict each
// other, as of the last crawl; none before the first.
func (l *Library) Contradictions(ctx context.Context, t id.Tenant) ([]contradiction.Pair, error) {
	pairs := []contradiction.Pair{}
	return pairs, l.record(ctx, object.KeyOf(t, "site", "contradictions"), &pairs)
}

// SaveContradictions stores the contradictions that a crawl found, until the next.
func (l *Library) SaveContradictions(ctx context.Context, t id.Tenant, pairs []contradiction.Pair) error {
	if pairs == nil {
		pairs = []contradiction.Pair{}
	}
	return l.saveRecord(ctx, object.KeyOf(t, "site", "contradictions"), pairs)
}

// record reads a JSON object into v, and leaves v alone if it is not there.
func (l *Library) record(ctx context.Context, key object.Key, v any) error {
	o, err := l.get(ctx, key, maxRecord)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(o.Body, v)
	}
	if err != nil {
		return fmt.Errorf("load %s: %w", key, err)
	}
	return nil
}

func (l *Library) saveRecord(ctx context.Context, key object.Key, v any) error {
	body, err := json.Marshal(v)
	if err == nil {
		_, err = l.bucket.Put(ctx, key, body, "application/json")
	}
	if err != nil {
		return fmt.Errorf("save %s: %w", key, err)
	}
	return nil
}
