package main

import (
	"context"
	"fmt"
	"time"

	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/knowledge/library"
	"omniops/shared/queue"
	"omniops/shared/tenant"
)

// tokenLife is how long a merchant's API token is valid; provisioning again
// makes a new one.
const tokenLife = 90 * 24 * time.Hour

type handler struct {
	tenants *tenant.Store
	crawls  *queue.Sender[library.Crawl]
	tokens  *identity.Tokens
	now     func() time.Time
}

// order is what an operator asks for. Only the tenant, name, domains, site and
// contact must be given; package tenant has the defaults and the rules.
type order struct {
	Tenant       id.Tenant     `json:"tenant"`
	Name         string        `json:"name"`
	Domains      []string      `json:"domains"`
	SiteURL      string        `json:"site_url"`
	ContactEmail string        `json:"contact_email"`
	Region       tenant.Region `json:"region"`
	Language     string        `json:"language"`
	Accent       string        `json:"accent"`
	ChatDays     int           `json:"chat_days"`
	DailyTurns   int           `json:"daily_turns"`
}

// receipt is the answer to an order. The token is shown this once.
type receipt struct {
	Tenant    id.Tenant `json:"tenant"`
	Token     string    `json:"merchant_token"`
	ExpiresAt time.Time `json:"expires_at"`
}

// provision stores the account and queues a crawl of its site. Doing it twice
// changes nothing but the token.
func (h *handler) provision(ctx context.Context, o order) (receipt, error) {
	account := tenant.Account{
		Tenant: o.Tenant, Name: o.Name, Domains: o.Domains, SiteURL: o.SiteURL, Region: o.Region, Language: o.Language,
		ContactEmail: o.ContactEmail, Accent: o.Accent, ChatDays: o.ChatDays, DailyTurns: o.DailyTurns, CreatedAt: h.now(),
	}.WithDefaults()
	if err := h.tenants.Save(ctx, account); err != nil {
		return receipt{}, err
	}
	if err := h.crawls.Send(ctx, string(o.Tenant), string(id.New[id.Job](h.now())), library.NewCrawl(o.Tenant, h.now())); err != nil {
		return receipt{}, fmt.Errorf("queue crawl of %s: %w", o.Tenant, err)
	}
	expires := h.now().Add(tokenLife).UTC()
	token, err := h.tokens.Mint(o.Tenant, expires)
	if err != nil {
		return receipt{}, err
	}
	return receipt{o.Tenant, token, expires}, nil
}
