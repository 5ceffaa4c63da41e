package library

import (
	"context"
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// State is how far the reading of a site has come.
type State string

// The states.
const (
	Reading State = "reading"
	Ready   State = "ready"
	Failed  State = "failed"
)

// Site is what is known of a tenant's crawled website.
type Site struct {
	State     State
	Found     int // pages heard of
	Fetched   int // pages read
	Indexed   int // pages that can be answered from
	Skipped   int // pages left out, for a reason
	Passages  int
	Reason    string // why it failed
	StartedAt time.Time
	EndedAt   time.Time
}

// siteItem is a Site as stored.
type siteItem struct {
	table.Key
	table.Due
	State     State     `dynamodbav:"state"`
	Found     int       `dynamodbav:"found"`
	Fetched   int       `dynamodbav:"fetched"`
	Indexed   int       `dynamodbav:"indexed"`
	Skipped   int       `dynamodbav:"skipped"`
	Passages  int       `dynamodbav:"passages"`
	Reason    string    `dynamodbav:"reason,omitempty"`
	StartedAt time.Time `dynamodbav:"started_at"`
	EndedAt   time.Time `dynamodbav:"ended_at"`
}

// Inventory makes siteItem a table.Record.
func (siteItem) Inventory() inventory.Entry {
	fields := map[string]inventory.Category{}
	for _, name := range []string{"state", "found", "fetched", "indexed", "skipped", "passages", "reason", "started_at", "ended_at"} {
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

// Put stores the state of a tenant's site, which is due again a day from now.
func (s *Sites) Put(ctx context.Context, t id.Tenant, site Site) error {
	err := s.table.Put(ctx, t, siteItem{
		Key: table.Site(t), Due: table.CrawlDue(t, s.table.Now().Add(rereadAfter).UTC().Format(time.DateOnly)),
		State: site.State, Found: site.Found, Fetched: site.Fetched, Indexed: site.Indexed, Skipped: site.Skipped,
		Passages: site.Passages, Reason: site.Reason, StartedAt: site.StartedAt.UTC(), EndedAt: site.EndedAt.UTC(),
	})
	if err != nil {
		return fmt.Errorf("store site of %s: %w", t, err)
	}
	return nil
}

// Get gives the state of a tenant's site; the zero Site before the first crawl.
func (s *Sites) Get(ctx context.Context, t id.Tenant) (Site, error) {
	var i siteItem
	err := s.table.Get(ctx, t, table.Site(t), &i)
	if fault.KindOf(err) == fault.NotFound {
		return Site{}, nil
	}
	if err != nil {
		return Site{}, fmt.Errorf("read site of %s: %w", t, err)
	}
	return Site{i.State, i.Found, i.Fetched, i.Indexed, i.Skipped, i.Passages, i.Reason, i.StartedAt, i.EndedAt}, nil
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
