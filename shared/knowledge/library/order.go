package library

import (
	"fmt"
	"time"

	"omniops/shared/id"
)

// Crawl is the order to read a tenant's site, as it is queued.
type Crawl struct {
	Tenant id.Tenant `json:"tenant"`
}

// DueCrawl names the crawl of a site that is due, so that a schedule which fires
// twice within a minute queues it once.
func DueCrawl(t id.Tenant, now time.Time) string {
	return fmt.Sprintf("%s-%d", t, now.Unix()/60)
}
