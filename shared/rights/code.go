package rights

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// Bounds of a code that is e-mailed to prove an address.
const (
	CodeLife     = 15 * time.Minute
	maxAttempts  = 5
	mailsPerDay  = 5   // to one address
	mailsPerHour = 200 // of one shop
)

// codeItem is the code of one request.
type codeItem struct {
	table.Key
	Code     string `dynamodbav:"code"` // its keyed hash
	Attempts int    `dynamodbav:"attempts"`
	ExpireAt int64  `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes codeItem a table.Record.
func (codeItem) Inventory() inventory.Entry {
	return proofEntry("rights.code", map[string]inventory.Category{
		"code": inventory.SecretMaterial, "attempts": inventory.None, "expires_at": inventory.None,
	})
}

// mailsItem counts e-mails to an address, or of a shop.
type mailsItem struct {
	table.Key
	Mails    int64 `dynamodbav:"mails"`
	ExpireAt int64 `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes mailsItem a table.Record.
func (mailsItem) Inventory() inventory.Entry {
	return proofEntry("rights.mails", map[string]inventory.Category{"mails": inventory.None, "expires_at": inventory.None})
}

func proofEntry(record string, fields map[string]inventory.Category) inventory.Entry {
	return inventory.Entry{
		Record:     record,
		Subject:    inventory.NoSubject,
		Fields:     fields,
		Purpose:    inventory.SecurityAndFraud,
		LegalBasis: inventory.LegalObligation, // GDPR Art. 12(6), 32
		Role:       inventory.Processor,
		Retention:  inventory.OperationRetention,
		Source:     inventory.FirstParty,
	}
}

// NewCode makes the code that proves an address for a request, over any that there
// was: RateLimited when an address or a shop has had too many.
func (s *Store) NewCode(ctx context.Context, t id.Tenant, r id.Request, who id.Subject) (string, error) {
	now := s.table.Now().UTC()
	for _, limit := range []struct {
		key  table.Key
		most int64
		wait time.Duration
	}{
		{table.SubjectMails(t, who, now.Format(time.DateOnly)), mailsPerDay, 24 * time.Hour},
		{table.PrivacyMails(t, now.Format("2006-01-02T15")), mailsPerHour, time.Hour},
	} {
		kept, _ := inventory.OperationRetention.Period()
		n, err := s.table.Add(ctx, t, mailsItem{Key: limit.key, ExpireAt: now.Add(kept).Unix()}, "mails", 1)
		if err != nil {
			return "", fmt.Errorf("count e-mails: %w", err)
		}
		if n > limit.most {
			return "", fault.After(fault.RateLimited, "Too many codes have been sent. Please try again later.", limit.wait, nil)
		}
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("make a code: %w", err)
	}
	code := fmt.Sprintf("%06d", n)
	err = s.table.Put(ctx, t, codeItem{
		Key: table.RequestCode(t, r), Code: s.codeHash(t, r, code), ExpireAt: now.Add(CodeLife).Unix(),
	})
	if err != nil {
		return "", fmt.Errorf("keep a code: %w", err)
	}
	return code, nil
}

// Prove checks the code of a request and, when it is right, accepts the request:
// what it asks for is the person's own. A wrong code, or one that is too old, is
// Forbidden, and after five tries none is right any more.
func (s *Store) Prove(ctx context.Context, t id.Tenant, name id.Request, code string) (Request, error) {
	wrong := fault.E(fault.Forbidden, "That is not the code, or it has run out. Please ask for a new one.", nil)
	items, err := s.table.GetAll(ctx, t, table.RequestCode(t, name))
	if err != nil {
		return Request{}, fmt.Errorf("read a code: %w", err)
	}
	if !items[0].Exists() {
		return Request{}, wrong
	}
	var stored codeItem
	if err := items[0].Decode(&stored); err != nil {
		return Request{}, err
	}
	if stored.Attempts >= maxAttempts {
		return Request{}, wrong
	}
	was := stored.Attempts
	stored.Attempts++ // counted before it is compared: who tries many at once gains nothing
	if err := s.table.Replace(ctx, t, stored, "attempts", was); err != nil {
		return Request{}, fmt.Errorf("count a try: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(s.codeHash(t, name, code)), []byte(stored.Code)) != 1 {
		return Request{}, wrong
	}
	r, err := s.Change(ctx, t, name, func(r *Request) error {
		if r.State == Unverified {
			r.State = r.first()
		}
		return nil
	})
	if err != nil {
		return Request{}, err
	}
	for _, who := range r.Subjects { // the address is proved, and so is the chat that it was asked from
		for _, c := range r.Conversations {
			if err := s.Link(ctx, t, who, c); err != nil {
				return Request{}, err
			}
		}
	}
	return r, nil
}

func (s *Store) codeHash(t id.Tenant, r id.Request, code string) string {
	return s.names.Name("code|" + string(t) + "|" + string(r) + "|" + code)
}
