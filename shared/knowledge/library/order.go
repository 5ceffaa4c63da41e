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

// CrawlID names a queued crawl. Two within the same minute are one.
func CrawlID(t id.Tenant, now time.Time) string {
	return fmt.Sprintf("%s-%d", t, now.Unix()/60)
}
