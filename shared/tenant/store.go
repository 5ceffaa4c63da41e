package tenant

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// Store keeps merchant accounts and counts their turns.
type Store struct{ table *table.Store }

// NewStore makes a Store on the main table.
func NewStore(t *table.Store) *Store { return &Store{table: t} }

// accountItem is an Account as stored.
type accountItem struct {
	table.Key
	table.Due
	Name         string    `dynamodbav:"name"`
	Domains      []string  `dynamodbav:"domains"`
	SiteURL      string    `dynamodbav:"site_url"`
	Region       Region    `dynamodbav:"region"`
	Language     string    `dynamodbav:"language"`
	ContactEmail string    `dynamodbav:"contact_email"`
	Accent       string    `dynamodbav:"accent"`
	ChatDays     int       `dynamodbav:"chat_days"`
	DailyTurns   int       `dynamodbav:"daily_turns"`
	IndexVersion string    `dynamodbav:"index_version"`
	Suggestions  []string  `dynamodbav:"suggestions,omitempty"`
	CreatedAt    time.Time `dynamodbav:"created_at"`
	Terms        string    `dynamodbav:"terms,omitempty"`
	ChatsFrom    time.Time `dynamodbav:"chats_from,omitempty"`
}

// Inventory makes accountItem a table.Record.
func (accountItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:     "tenant.account",
		Subject:    inventory.Merchant,
		SubjectKey: "PK",
		Fields: map[string]inventory.Category{
			"name": inventory.BusinessData, "domains": inventory.BusinessData, "site_url": inventory.BusinessData,
			"region": inventory.BusinessData, "language": inventory.BusinessData, "contact_email": inventory.ContactDetail,
			"accent": inventory.BusinessData, "chat_days": inventory.BusinessData, "daily_turns": inventory.BusinessData,
			"due_pk": inventory.None, "due_sk": inventory.None, "index_version": inventory.None, "suggestions": inventory.PublicContent, "created_at": inventory.BusinessData,
			"terms": inventory.BusinessData, "chats_from": inventory.BusinessData,
		},
		Purpose:    inventory.AccountOperation,
		LegalBasis: inventory.Contract,
		Role:       inventory.Controller,
		Retention:  inventory.AccountRetention,
		Source:     inventory.FirstParty,
		Exported:   true,
	}
}

// domainItem finds a tenant by the host its widget runs on.
type domainItem struct {
	table.Key
	Tenant id.Tenant `dynamodbav:"tenant"`
}

// Inventory makes domainItem a table.Record.
func (domainItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:     "tenant.domain",
		Subject:    inventory.NoSubject,
		Fields:     map[string]inventory.Category{"tenant": inventory.BusinessData},
		Purpose:    inventory.AccountOperation,
		LegalBasis: inventory.Contract,
		Role:       inventory.Controller,
		Retention:  inventory.AccountRetention,
		Source:     inventory.FirstParty,
	}
}

// usageItem counts one day's turns.
type usageItem struct {
	table.Key
	Turns    int64 `dynamodbav:"turns"`
	ExpireAt int64 `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes usageItem a table.Record.
func (usageItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:     "tenant.usage",
		Subject:    inventory.NoSubject,
		Fields:     map[string]inventory.Category{"turns": inventory.BusinessData, "expires_at": inventory.None},
		Purpose:    inventory.Billing,
		LegalBasis: inventory.Contract,
		Role:       inventory.Controller,
		Retention:  inventory.OperationRetention,
		Source:     inventory.FirstParty,
	}
}

// Save stores an account and points its domains to it. What was read off its site
// stays. A domain that already belongs to another merchant is a Conflict, and
// nothing is changed.
func (s *Store) Save(ctx context.Context, a Account) error {
	if err := a.Validate(); err != nil {
		return err
	}
	before, err := s.Get(ctx, a.Tenant)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	// Domains first: the account only ever names those that are its own.
	var claimed []string
	for _, d := range a.Domains {
		fresh, err := s.claim(ctx, a.Tenant, d)
		if fresh {
			claimed = append(claimed, d)
		}
		if err != nil {
			return errors.Join(err, s.release(ctx, a.Tenant, claimed))
		}
	}
	if err := s.write(ctx, a); err != nil {
		return err
	}
	return s.release(ctx, a.Tenant, slices.DeleteFunc(before.Domains, func(d string) bool { return slices.Contains(a.Domains, d) }))
}

// Register stores the account of a merchant who has registered, with the defaults
// and without a site: these come later. One that is there already stays as it is.
func (s *Store) Register(ctx context.Context, a Account) error {
	a = a.WithDefaults()
	if err := a.validateBusiness(); err != nil {
		return err
	}
	err := s.table.Create(ctx, a.Tenant, itemOf(a))
	if fault.KindOf(err) == fault.Conflict {
		return nil
	}
	return err
}

// maxTries bounds how often an account is written while its index changes.
const maxTries = 5

// write stores an account over the one that is there, unless a new index came
// into use meanwhile: then it tries again.
func (s *Store) write(ctx context.Context, a Account) error {
	for try := 1; ; try++ {
		before, err := s.Get(ctx, a.Tenant)
		switch fault.KindOf(err) {
		case fault.NotFound:
			err = s.table.Create(ctx, a.Tenant, itemOf(a))
		default:
			if err != nil {
				return err
			}
			a.CreatedAt, a.IndexVersion, a.Suggestions, a.Terms, a.ChatsFrom = before.CreatedAt, before.IndexVersion, before.Suggestions, before.Terms, before.dropped(s.table.Now(), a.ChatDays)
			err = s.table.Replace(ctx, a.Tenant, itemOf(a), "index_version", before.IndexVersion)
		}
		if fault.KindOf(err) != fault.Conflict || err == nil || try == maxTries {
			return err
		}
	}
}

// claim points a domain to a tenant, and reports whether it did not before:
// Conflict if the domain belongs to another.
func (s *Store) claim(ctx context.Context, t id.Tenant, domain string) (fresh bool, err error) {
	key, err := table.Domain(domain)
	if err != nil {
		return false, err
	}
	err = s.table.Create(ctx, t, domainItem{Key: key, Tenant: t})
	if fault.KindOf(err) != fault.Conflict {
		return err == nil, err
	}
	owner, err := s.ByHost(ctx, domain)
	if err != nil {
		return false, err
	}
	if owner != t {
		return false, fault.E(fault.Conflict, fmt.Sprintf("The domain %s belongs to another shop.", domain), nil)
	}
	return false, nil
}

// release frees domains of a tenant.
func (s *Store) release(ctx context.Context, t id.Tenant, domains []string) error {
	for _, d := range domains {
		key, err := table.Domain(d)
		if err != nil {
			return err
		}
		if err := s.table.Delete(ctx, t, key); err != nil {
			return fmt.Errorf("free domain %s: %w", d, err)
		}
	}
	return nil
}

// Get reads one account: NotFound if there is none.
func (s *Store) Get(ctx context.Context, t id.Tenant) (Account, error) {
	var item accountItem
	if err := s.table.Get(ctx, t, table.Merchant(t), &item); err != nil {
		return Account{}, fmt.Errorf("read account %s: %w", t, err)
	}
	return accountOf(t, item), nil
}

// ByHost finds the tenant whose widget may run on a host: NotFound if none.
func (s *Store) ByHost(ctx context.Context, host string) (id.Tenant, error) {
	key, err := table.Domain(host)
	if err != nil {
		return "", err
	}
	var item domainItem
	if err := s.table.Lookup(ctx, key, &item); err != nil {
		return "", fmt.Errorf("find tenant of domain: %w", err)
	}
	return item.Tenant, nil
}

// Today reads the account together with how many turns it has used today (UTC).
func (s *Store) Today(ctx context.Context, t id.Tenant) (Account, int64, error) {
	items, err := s.table.Eventual().GetAll(ctx, t, table.Merchant(t), table.Usage(t, s.day()))
	if err != nil {
		return Account{}, 0, fmt.Errorf("read account %s: %w", t, err)
	}
	if !items[0].Exists() {
		return Account{}, 0, fault.E(fault.NotFound, "This shop is not known here.", nil)
	}
	var account accountItem
	var usage usageItem
	if err := items[0].Decode(&account); err != nil {
		return Account{}, 0, err
	}
	if items[1].Exists() {
		if err := items[1].Decode(&usage); err != nil {
			return Account{}, 0, err
		}
	}
	return accountOf(t, account), usage.Turns, nil
}

// count adds to the turns of a day, and gives their new number.
func (s *Store) count(ctx context.Context, t id.Tenant, day string, turns int64) (int64, error) {
	period, _ := inventory.OperationRetention.Period()
	return s.table.Add(ctx, t, usageItem{Key: table.Usage(t, day), ExpireAt: s.table.Now().Add(period).Unix()}, "turns", turns)
}

// UseIndex makes a knowledge index the one that answers are drawn from, and the
// questions that its pages answer those that shoppers are offered.
func (s *Store) UseIndex(ctx context.Context, t id.Tenant, version string, suggestions []string) error {
	var item accountItem
	if err := s.table.Get(ctx, t, table.Merchant(t), &item); err != nil {
		return fmt.Errorf("read account %s: %w", t, err)
	}
	return s.table.Set(ctx, t, item, map[string]any{"index_version": version, "suggestions": suggestions})
}

// SetSite makes an address the one that is crawled: Invalid if it is none.
func (s *Store) SetSite(ctx context.Context, t id.Tenant, address string) error {
	var item accountItem
	if err := s.table.Get(ctx, t, table.Merchant(t), &item); err != nil {
		return fmt.Errorf("read account %s: %w", t, err)
	}
	changed := accountOf(t, item)
	changed.SiteURL = address
	if err := changed.Validate(); err != nil {
		return err
	}
	return s.table.Set(ctx, t, item, map[string]any{"site_url": address})
}

func (s *Store) day() string { return s.table.Now().UTC().Format(time.DateOnly) }

func itemOf(a Account) accountItem {
	return accountItem{
		Key: table.Merchant(a.Tenant), Due: table.Listed(a.Tenant), Name: a.Name, Domains: a.Domains, SiteURL: a.SiteURL, Region: a.Region,
		Language: a.Language, ContactEmail: a.ContactEmail, Accent: a.Accent, ChatDays: a.ChatDays,
		DailyTurns: a.DailyTurns, IndexVersion: a.IndexVersion, Suggestions: a.Suggestions, CreatedAt: a.CreatedAt.UTC(), Terms: a.Terms, ChatsFrom: a.ChatsFrom,
	}
}

func accountOf(t id.Tenant, i accountItem) Account {
	return Account{
		Tenant: t, Name: i.Name, Domains: i.Domains, SiteURL: i.SiteURL, Region: i.Region, Language: i.Language,
		ContactEmail: i.ContactEmail, Accent: i.Accent, ChatDays: i.ChatDays, DailyTurns: i.DailyTurns,
		IndexVersion: i.IndexVersion, Suggestions: i.Suggestions, CreatedAt: i.CreatedAt, Terms: i.Terms, ChatsFrom: i.ChatsFrom,
	}
}
