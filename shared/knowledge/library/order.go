package library

import (
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
)

// Crawl is the order to read a tenant's site, as it is queued.
type Crawl struct {
	Tenant id.Tenant `json:"tenant"`
	// Run names the crawl: a later one sorts behind an earlier one and takes its
	// place. An order without starts a new one, or goes on with one that broke off.
	Run string `json:"run,omitempty"`
	// Leg is which part of the crawl is ordered, from 0: a large site takes several.
	Leg int `json:"leg,omitempty"`
}

// NewCrawl is the order to read a tenant's site anew.
func NewCrawl(t id.Tenant, now time.Time) Crawl { return Crawl{Tenant: t, Run: runAt(now)} }

const runFormat = "20060102T150405.000"

// runAt names a crawl that is ordered now. Names sort by time.
func runAt(now time.Time) string { return now.UTC().Format(runFormat) }

// Next is the order for the leg after this one, and the name that keeps the
// queue from taking it twice.
func (c Crawl) Next(leg int) (order Crawl, dedupID string) {
	c.Leg = leg
	return c, fmt.Sprintf("%s-%s-%d", c.Tenant, c.Run, leg)
}

// DueCrawl names the crawl of a site that is due, so that a schedule which fires
// twice within a minute queues it once.
func DueCrawl(t id.Tenant, now time.Time) string {
	return fmt.Sprintf("%s-%d", t, now.Unix()/60)
}

// Check refuses an order that none of ours is: fault.Invalid.
func (c Crawl) Check() error {
	if _, err := id.Parse[id.Tenant](string(c.Tenant)); err != nil {
		return err
	}
	if _, err := time.Parse(runFormat, c.Run); c.Run != "" && err != nil || c.Leg < 0 {
		return fault.E(fault.Invalid, "The order names no crawl.", err)
	}
	return nil
}

// Named is the order with a name, if it has none: that of a crawl that starts now.
func (c Crawl) Named(now time.Time) Crawl {
	if c.Run == "" {
		c.Run = runAt(now)
	}
	return c
}
