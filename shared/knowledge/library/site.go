package library

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// State is how far the reading of a site has come.
type State string

// The states. The zero State is a site that was never read.
const (
	Reading   State = "reading"
	Ready     State = "ready"
	Failed    State = "failed"
	Forgotten State = "forgotten" // at EndedAt, on the merchant's order
)

// Skip is an address that was not read.
type Skip struct {
	URL    string `json:"url"`
	Reason string `json:"reason"`
}

// Site is what is known of a tenant's crawled website. While it is read, Index,
// Meaning and Passages are those of the index in use.
type Site struct {
	State     State
	URL       string // the address that is read
	Run       string // the crawl under way, or the last; see Crawl
	Leg       int    // how many times that crawl was handed on
	Found     int    // pages heard of
	Fetched   int    // answers received
	Indexed   int    // pages that can be answered from
	Unchanged int    // those of them that are as they were
	Skipped   int    // pages left out, for a reason
	Passages  int
	Reasons   map[string]int // how many were skipped for which reason
	Examples  []Skip         // a few of them
	Full      bool           // the site is larger than is read
	Meaning   bool           // pages are found by meaning too, not by words alone
	Index     IndexStats     // zero before the first crawl
	Reason    string         // why it failed
	StartedAt time.Time
	EndedAt   time.Time
}

// IndexStats is the size of the index in use.
type IndexStats struct {
	Version    string   `json:"version"`
	Pages      int      `json:"pages"`
	Passages   int      `json:"passages"`
	Terms      int      `json:"terms"`
	Bytes      int      `json:"bytes"`
	Languages  []string `json:"languages"`
	Model      string   `json:"model,omitempty"`
	Dimensions int      `json:"dimensions,omitempty"`
}

// siteItem is a Site as stored. Lists and counts lie in one JSON text.
type siteItem struct {
	table.Key
	table.Due
	State     State     `dynamodbav:"state"`
	URL       string    `dynamodbav:"url,omitempty"`
	Run       string    `dynamodbav:"run"`
	Leg       int       `dynamodbav:"leg"`
	Found     int       `dynamodbav:"found"`
	Fetched   int       `dynamodbav:"fetched"`
	Indexed   int       `dynamodbav:"indexed"`
	Unchanged int       `dynamodbav:"unchanged"`
	Skipped   int       `dynamodbav:"skipped"`
	Passages  int       `dynamodbav:"passages"`
	Full      bool      `dynamodbav:"full"`
	Meaning   bool      `dynamodbav:"meaning"`
	Detail    string    `dynamodbav:"detail,omitempty"`
	Reason    string    `dynamodbav:"reason,omitempty"`
	StartedAt time.Time `dynamodbav:"started_at"`
	EndedAt   time.Time `dynamodbav:"ended_at"`
}

// siteDetail is the part of a Site that is kept as JSON.
type siteDetail struct {
	Reasons  map[string]int `json:"reasons,omitempty"`
	Examples []Skip         `json:"examples,omitempty"`
	Index    IndexStats     `json:"index,omitzero"`
}

// Inventory makes siteItem a table.Record.
func (siteItem) Inventory() inventory.Entry {
	fields := map[string]inventory.Category{}
	for _, name := range []string{
		"state", "url", "run", "leg", "found", "fetched", "indexed", "unchanged", "skipped", "passages", "full", "meaning",
		"detail", "reason", "started_at", "ended_at",
	} {
		fields[name] = inventory.PublicContent
	}
	fields["due_pk"], fields["due_sk"] = inventory.None, inventory.BusinessData
	return inventory.Entry{
		Record: "knowledge.site", Subject: inventory.NoSubject, Fields: fields,
		Purpose: inventory.KnowledgeBase, LegalBasis: inventory.Contract, Role: inventory.Processor,
		Retention: inventory.ContentRetention, Source: inventory.MerchantSite,
	}
}

// rereadAfter is how long a site's pages are answered from before they are read
// again.
const rereadAfter = 24 * time.Hour

// Sites keeps the state of tenants' websites.
type Sites struct{ table *table.Store }

// NewSites makes a Sites on the main table.
func NewSites(t *table.Store) *Sites { return &Sites{table: t} }

// Put stores the state of a tenant's site, whatever was there. The site is due
// again a day from now.
func (s *Sites) Put(ctx context.Context, t id.Tenant, site Site) error {
	item, err := s.itemOf(t, site)
	if err == nil {
		err = s.table.Put(ctx, t, item)
	}
	if err != nil {
		return fmt.Errorf("store site of %s: %w", t, err)
	}
	return nil
}

// Begin stores the state of a crawl that starts, over that of the one before:
// Conflict if another took its place meanwhile.
func (s *Sites) Begin(ctx context.Context, t id.Tenant, before, site Site) error {
	item, err := s.itemOf(t, site)
	switch {
	case err != nil:
	case before.State == "":
		err = s.table.Create(ctx, t, item)
	case before.Run == "": // stored before crawls had names
		err = s.table.Put(ctx, t, item)
	default:
		err = s.table.Replace(ctx, t, item, "run", before.Run)
	}
	if err != nil {
		return fmt.Errorf("start crawl of %s: %w", t, err)
	}
	return nil
}

// Update stores the state of a crawl under way: Conflict if its site was
// forgotten or a later crawl has begun.
func (s *Sites) Update(ctx context.Context, t id.Tenant, site Site) error {
	item, err := s.itemOf(t, site)
	if err == nil {
		err = s.table.Replace(ctx, t, item, "run", site.Run)
	}
	if err != nil {
		return fmt.Errorf("store site of %s: %w", t, err)
	}
	return nil
}

// forget leaves nothing of a site but when it was forgotten. It is never due.
func (s *Sites) forget(ctx context.Context, t id.Tenant) error {
	now := s.table.Now().UTC()
	item, err := s.itemOf(t, Site{State: Forgotten, Run: runAt(now) + forgotten, StartedAt: now, EndedAt: now})
	if err == nil {
		item.Due = table.Due{}
		err = s.table.Put(ctx, t, item)
	}
	if err != nil {
		return fmt.Errorf("forget site of %s: %w", t, err)
	}
	return nil
}

// forgotten ends the name that a forgotten site has in place of a crawl's, so
// that it is no crawl's name and sorts behind those ordered until then.
const forgotten = "-"

func (s *Sites) itemOf(t id.Tenant, site Site) (siteItem, error) {
	detail, err := json.Marshal(siteDetail{site.Reasons, site.Examples, site.Index})
	if err != nil {
		return siteItem{}, err
	}
	return siteItem{
		Key: table.Site(t), Due: table.CrawlDue(t, s.table.Now().Add(rereadAfter).UTC().Format(time.DateOnly)),
		State: site.State, URL: site.URL, Run: site.Run, Leg: site.Leg,
		Found: site.Found, Fetched: site.Fetched, Indexed: site.Indexed, Unchanged: site.Unchanged, Skipped: site.Skipped,
		Passages: site.Passages, Full: site.Full, Meaning: site.Meaning, Detail: string(detail), Reason: site.Reason,
		StartedAt: site.StartedAt.UTC(), EndedAt: site.EndedAt.UTC(),
	}, nil
}

// Get gives the state of a tenant's site; the zero Site before the first crawl.
func (s *Sites) Get(ctx context.Context, t id.Tenant) (Site, error) {
	var i siteItem
	err := s.table.Get(ctx, t, table.Site(t), &i)
	if fault.KindOf(err) == fault.NotFound {
		return Site{}, nil
	}
	var detail siteDetail
	if err == nil && i.Detail != "" {
		err = json.Unmarshal([]byte(i.Detail), &detail)
	}
	if err != nil {
		return Site{}, fmt.Errorf("read site of %s: %w", t, err)
	}
	return Site{
		State: i.State, URL: i.URL, Run: i.Run, Leg: i.Leg,
		Found: i.Found, Fetched: i.Fetched, Indexed: i.Indexed, Unchanged: i.Unchanged, Skipped: i.Skipped,
		Passages: i.Passages, Reasons: detail.Reasons, Examples: detail.Examples, Full: i.Full, Meaning: i.Meaning,
		Index: detail.Index, Reason: i.Reason, StartedAt: i.StartedAt, EndedAt: i.EndedAt,
	}, nil
}

// Due lists the tenants whose site is to be read again: those of today and of
// the week before, which a fault may have left behind.
func (s *Sites) Due(ctx context.Context) ([]id.Tenant, error) {
	var due []id.Tenant
	for back := range 8 {
		day := s.table.Now().AddDate(0, 0, -back).UTC().Format(time.DateOnly)
		tenants, err := s.table.CrawlsDue(ctx, day)
		if err != nil {
			return nil, fmt.Errorf("list due crawls: %w", err)
		}
		due = append(due, tenants...)
	}
	return due, nil
}
