package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/knowledge/library"
	"omniops/shared/queue"
	"omniops/shared/tenant"
)

const (
	maxBody    = 4 << 10 // of a request, in bytes
	maxAddress = 2048    // of a site, in bytes
)

type handler struct {
	tokens  *identity.Tokens
	tenants *tenant.Store
	sites   *library.Sites
	library *library.Library
	crawls  *queue.Sender[library.Crawl]
	now     func() time.Time
}

// siteView is what a merchant sees of the reading of the site.
type siteView struct {
	URL       string             `json:"url"`
	State     library.State      `json:"state"`
	Found     int                `json:"found"`     // pages heard of
	Fetched   int                `json:"fetched"`   // answers received
	Indexed   int                `json:"indexed"`   // pages new or changed
	Unchanged int                `json:"unchanged"` // pages as they were
	Skipped   int                `json:"skipped"`
	Reasons   map[string]int     `json:"reasons"`          // how many were skipped for which reason
	Examples  []library.Skip     `json:"examples"`         // a few of them
	Full      bool               `json:"full"`             // the site is larger than is read
	Meaning   bool               `json:"meaning"`          // pages are found by meaning too, not by words alone
	Reason    string             `json:"reason,omitempty"` // why it failed
	StartedAt time.Time          `json:"started_at,omitzero"`
	EndedAt   time.Time          `json:"ended_at,omitzero"`
	Index     library.IndexStats `json:"index,omitzero"` // what is answered from
}

// unread is the state of a site that has not been read yet.
const unread library.State = "unread"

// show tells how far the reading of the site is.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	return h.view(w, r, http.StatusOK, who.Tenant)
}

// register makes an address the one that is read, and queues the reading.
func (h *handler) register(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	var in struct {
		URL string `json:"url"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	account, err := h.tenants.Get(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	site, err := siteOf(account, in.URL)
	if err != nil {
		return err
	}
	if err := h.tenants.SetSite(r.Context(), who.Tenant, site); err != nil {
		return err
	}
	// A site that is registered twice is read twice: the merchant may have changed
	// it in between.
	order := library.NewCrawl(who.Tenant, h.now())
	if err := h.queue(r.Context(), string(id.New[id.Job](h.now())), order); err != nil {
		return err
	}
	return h.view(w, r, http.StatusAccepted, who.Tenant)
}

// read queues a reading of the site as it is now. Asking again before it has begun
// changes nothing.
func (h *handler) read(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	if _, err := h.tenants.Get(r.Context(), who.Tenant); err != nil {
		return err
	}
	site, err := h.sites.Get(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	// Once a crawl has begun, or the site was forgotten, the next order is another.
	once := string(who.Tenant) + "-after-" + site.Run
	if err := h.queue(r.Context(), once, library.NewCrawl(who.Tenant, h.now())); err != nil {
		return err
	}
	return h.view(w, r, http.StatusAccepted, who.Tenant)
}

// forget removes all that is known of the site. It is not read again until the
// merchant says so.
func (h *handler) forget(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	if _, err := h.tenants.Get(r.Context(), who.Tenant); err != nil {
		return err
	}
	if err := h.library.Forget(r.Context(), who.Tenant, h.sites, h.tenants); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (h *handler) queue(ctx context.Context, dedupID string, order library.Crawl) error {
	if err := h.crawls.Send(ctx, string(order.Tenant), dedupID, order); err != nil {
		return fmt.Errorf("queue crawl of %s: %w", order.Tenant, err)
	}
	return nil
}

func (h *handler) view(w http.ResponseWriter, r *http.Request, status int, t id.Tenant) error {
	account, err := h.tenants.Get(r.Context(), t)
	if err != nil {
		return err
	}
	site, err := h.sites.Get(r.Context(), t)
	if err != nil {
		return err
	}
	v := siteView{
		URL: account.SiteURL, State: site.State, Found: site.Found, Fetched: site.Fetched, Indexed: site.Indexed,
		Unchanged: site.Unchanged, Skipped: site.Skipped, Reasons: site.Reasons, Examples: site.Examples, Full: site.Full,
		Meaning: site.Meaning, Reason: site.Reason, StartedAt: site.StartedAt, EndedAt: site.EndedAt, Index: site.Index,
	}
	if v.State == "" || site.URL != "" && site.URL != account.SiteURL { // another address was registered since
		v = siteView{URL: account.SiteURL, State: unread, Index: site.Index, Meaning: site.Meaning}
	}
	if v.Reasons == nil {
		v.Reasons = map[string]int{}
	}
	if v.Examples == nil {
		v.Examples = []library.Skip{}
	}
	return apigw.WriteJSON(w, status, v)
}

// siteOf checks that an address is a site of the merchant's own: on one of the
// domains that are registered, or below one. So nobody makes us read, or answer
// from, what belongs to another.
func siteOf(account tenant.Account, address string) (string, error) {
	if len(address) > maxAddress {
		return "", fault.E(fault.Invalid, fmt.Sprintf("The address of a site has at most %d characters.", maxAddress), nil)
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.User != nil {
		return "", fault.E(fault.Invalid, "The site is an address that begins with https://.", err)
	}
	host, err := tenant.HostOf(u.Scheme + "://" + u.Host)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(account.Domains, func(d string) bool {
		return host == d || strings.HasSuffix(host, "."+d) || d == "www."+host
	}) {
		return "", fault.E(fault.Invalid, "The site must be on one of the shop's own domains: "+strings.Join(account.Domains, ", ")+".", nil)
	}
	u.Fragment = ""
	return u.String(), nil
}
