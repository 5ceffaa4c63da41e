package identity

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/subject"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// Terms is the version of the terms that whoever registers now agrees to: the day
// since when they have stood so.
const Terms = "2026-11-24"

// Registration is all that somebody who registers tells of themselves.
type Registration struct {
	Email   string
	Name    string // of the business
	Country string // ISO 3166-1 alpha-2
	OfAge   bool   // that they are of the least age there
	Terms   string // the version they have read
}

// Bounds of a registration.
const (
	LinkLife     = 30 * time.Minute
	tokenLife    = 90 * 24 * time.Hour
	maxName      = 80  // characters
	mailsPerDay  = 5   // to one address
	mailsPerHour = 500 // in all
)

// Registrar makes accounts for those who register, once they have shown that the
// address is theirs. Until then nothing is kept of them: all of it is in the link
// that they are sent.
type Registrar struct {
	table   *table.Store
	tenants *tenant.Store
	tokens  *Tokens
	links   *seal.Signer
	people  *subject.Hasher
}

// nobody is the tenant of those who register: they are no shop's people.
const nobody id.Tenant = ""

// NewRegistrar makes a Registrar on the main table, that signs with the platform's
// signing secret.
func NewRegistrar(main *table.Store, tokens *Tokens, secret []byte) (*Registrar, error) {
	links, err := seal.NewSigner(secret, "registration")
	if err != nil {
		return nil, err
	}
	people, err := subject.New(secret)
	if err != nil {
		return nil, err
	}
	return &Registrar{main, tenant.NewStore(main), tokens, links, people}, nil
}

// link is what a link says.
type link struct {
	Tenant  id.Tenant     `json:"a"` // of the account, if the address has none yet
	Email   string        `json:"m"`
	Name    string        `json:"n"`
	Region  tenant.Region `json:"r"`
	Terms   string        `json:"t"`
	Once    id.Job        `json:"o"` // tells this link from every other
	Expires int64         `json:"e"` // Unix seconds
}

// Link checks a registration and makes the secret that goes to its address, and to
// nowhere else: Invalid, Forbidden for somebody who is too young, Conflict when the
// terms have changed, RateLimited when an address has been written to too often.
func (r *Registrar) Link(ctx context.Context, in Registration) (string, error) {
	in.Email, in.Name = strings.TrimSpace(in.Email), strings.Join(strings.Fields(in.Name), " ")
	owner, err := r.people.OfEmail(nobody, in.Email)
	if err != nil {
		return "", err
	}
	if n := len([]rune(in.Name)); n == 0 || n > maxName || strings.ContainsFunc(in.Name, unicode.IsControl) {
		return "", fault.E(fault.Invalid, fmt.Sprintf("The name of the business has 1 to %d characters.", maxName), nil)
	}
	age, err := LeastAge(in.Country)
	switch {
	case err != nil:
		return "", err
	case !in.OfAge:
		return "", fault.E(fault.Forbidden, fmt.Sprintf("The service is for people of %d or older. Nothing of what you entered is kept.", age), nil)
	case in.Terms != Terms:
		return "", fault.E(fault.Conflict, "The terms have changed. Please read them again.", nil)
	}
	account := newTenant(in.Name)
	if err := r.count(ctx, account, owner); err != nil {
		return "", err
	}
	secret, err := r.links.Sign(link{account, in.Email, in.Name, regionOf(in.Country), in.Terms, id.Random[id.Job](), r.table.Now().Add(LinkLife).Unix()})
	if err != nil {
		return "", fmt.Errorf("make link: %w", err)
	}
	return secret, nil
}

// Account is what a merchant gets who has proved the address.
type Account struct {
	Tenant    id.Tenant
	Token     string // the merchant's API token
	ExpiresAt time.Time
}

// Open makes the account that a link is for, or finds the one that its address has
// already, and signs its owner in. A link opens once: Forbidden afterwards, and when
// it has run out.
func (r *Registrar) Open(ctx context.Context, secret string) (Account, error) {
	var l link
	gone := fault.E(fault.Forbidden, "That link has run out or was used already. Please ask for a new one.", nil)
	now := r.table.Now().UTC()
	if err := r.links.Verify(secret, &l); err != nil || now.Unix() >= l.Expires {
		return Account{}, gone
	}
	err := r.table.Create(ctx, l.Tenant, usedItem{Key: table.RegistrationLink(l.Once), ExpireAt: l.Expires})
	if fault.KindOf(err) == fault.Conflict && err != nil {
		return Account{}, gone
	}
	if err != nil {
		return Account{}, fmt.Errorf("use up link: %w", err)
	}
	who, err := r.people.OfEmail(nobody, l.Email)
	if err != nil {
		return Account{}, err
	}
	owner := ownerItem{Key: table.Owner(who), Tenant: l.Tenant}
	err = r.table.Create(ctx, owner.Tenant, owner)
	if fault.KindOf(err) == fault.Conflict && err != nil {
		err = r.table.Lookup(ctx, owner.Key, &owner)
	}
	if err != nil {
		return Account{}, fmt.Errorf("find account: %w", err)
	}
	err = r.tenants.Register(ctx, tenant.Account{
		Tenant: owner.Tenant, Name: l.Name, ContactEmail: l.Email, Region: l.Region, Terms: l.Terms, CreatedAt: now,
	})
	if err != nil {
		return Account{}, err
	}
	expires := now.Add(tokenLife)
	token, err := r.tokens.Mint(owner.Tenant, expires)
	return Account{owner.Tenant, token, expires}, err
}

// count refuses what would make us a nuisance to an address, or a sender of junk.
func (r *Registrar) count(ctx context.Context, account id.Tenant, owner id.Subject) error {
	now := r.table.Now().UTC()
	kept, _ := inventory.OperationRetention.Period()
	for _, limit := range []struct {
		key  table.Key
		most int64
		wait time.Duration
	}{
		{table.RegistrationMails(owner, now.Format(time.DateOnly)), mailsPerDay, 24 * time.Hour},
		{table.RegistrationMails("all", now.Format("2006-01-02T15")), mailsPerHour, time.Hour},
	} {
		n, err := r.table.Add(ctx, account, mailsItem{Key: limit.key, ExpireAt: now.Add(kept).Unix()}, "mails", 1)
		if err != nil {
			return fmt.Errorf("count e-mails: %w", err)
		}
		if n > limit.most {
			return fault.After(fault.RateLimited, "Too many links have been sent. Please try again later.", limit.wait, nil)
		}
	}
	return nil
}

// newTenant names an account: after its business, as far as that has letters of the
// alphabet, and then at random.
func newTenant(name string) id.Tenant {
	short := strings.Trim(strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return '-'
	}, strings.ToLower(name)), "-")
	for strings.Contains(short, "--") {
		short = strings.ReplaceAll(short, "--", "-")
	}
	return id.Tenant(strings.Trim(short[:min(len(short), 24)]+"-"+string(id.Random[id.Tenant]())[:10], "-"))
}

// regionOf is the regime that a shop's shoppers are taken to fall under at first:
// the shop's own country's.
func regionOf(country string) tenant.Region {
	switch {
	case country == "GB":
		return tenant.UK
	case strings.Contains(" AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK ", " "+country+" "):
		return tenant.EEA
	}
	return tenant.Other
}

// usedItem says that a link was used.
type usedItem struct {
	table.Key
	ExpireAt int64 `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes usedItem a table.Record.
func (usedItem) Inventory() inventory.Entry {
	return registrationEntry("identity.link", map[string]inventory.Category{"expires_at": inventory.None})
}

// mailsItem counts e-mails to an address, which is named by a keyed hash, or in all.
type mailsItem struct {
	table.Key
	Mails    int64 `dynamodbav:"mails"`
	ExpireAt int64 `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes mailsItem a table.Record.
func (mailsItem) Inventory() inventory.Entry {
	return registrationEntry("identity.mails", map[string]inventory.Category{"mails": inventory.None, "expires_at": inventory.None})
}

func registrationEntry(record string, fields map[string]inventory.Category) inventory.Entry {
	return inventory.Entry{
		Record: record, Subject: inventory.NoSubject, Fields: fields,
		Purpose: inventory.SecurityAndFraud, LegalBasis: inventory.LegitimateInterest, Role: inventory.Controller,
		Retention: inventory.OperationRetention, Source: inventory.FirstParty,
	}
}

// ownerItem finds the account that an address, named by a keyed hash, has registered.
type ownerItem struct {
	table.Key
	Tenant id.Tenant `dynamodbav:"tenant"`
}

// Inventory makes ownerItem a table.Record.
func (ownerItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "identity.owner", Subject: inventory.Merchant, SubjectKey: "tenant",
		Fields:  map[string]inventory.Category{"tenant": inventory.BusinessData},
		Purpose: inventory.AccountOperation, LegalBasis: inventory.Contract, Role: inventory.Controller,
		Retention: inventory.AccountRetention, Source: inventory.FirstParty, Exported: true,
	}
}
