// Package audit keeps who did what to which personal data, and why: one entry for
// each request or piece of work, in an append-only chain per tenant and month. Each
// entry's mark is a keyed hash over its content and the mark before it, so that a row
// that was changed, removed or slipped in is found (Verify), and by nobody who lacks
// the platform's secret hidden again. The end of each chain is noted in another table
// (Anchor), so that one that was cut short is found too.
//
// Whose data it was is said by a pseudonym that follows from the person's own key
// (seal.Keyring.Pseudonym). Once that key is destroyed, nobody can tell any more:
// erasing a person pseudonymises the log without touching it.
//
// A chat turn writes no entry here, unless it shows an order: its messages, with
// author and time, and the ledger of what a model was sent are its record.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Actor is who did something.
type Actor string

// The actors. A scheduled function or a worker is System.
const (
	Shopper  Actor = "shopper"
	Merchant Actor = "merchant"
	Operator Actor = "operator"
	System   Actor = "system"
)

// Action is what was done.
type Action string

// The actions.
const (
	Read   Action = "read"
	Write  Action = "write"
	Delete Action = "delete"
)

// Entry is one line of the log.
type Entry struct {
	Seq      int               `json:"seq"` // within the chain, from 1
	At       time.Time         `json:"at"`
	Actor    Actor             `json:"actor"`
	By       string            `json:"by"` // the function that did it
	Action   Action            `json:"action"`
	Record   string            `json:"record"`             // as package inventory calls it
	Subjects []string          `json:"subjects,omitempty"` // pseudonyms
	Count    int               `json:"count,omitempty"`    // of records
	Why      inventory.Purpose `json:"why"`
	Before   string            `json:"before,omitempty"`  // keyed hash of what was there
	After    string            `json:"after,omitempty"`   // keyed hash of what is there now
	Request  string            `json:"request,omitempty"` // of the gateway, or of the person
}

// maxSubjects bounds an entry.
const maxSubjects = 100

// Log is the log. It is safe for concurrent use.
type Log struct {
	table *table.Store
	marks *seal.Signer
	by    string

	mu   sync.Mutex
	ends map[table.Range]end // of chains, as last seen
}

// end is the last entry of a chain.
type end struct {
	seq  int
	mark string
}

// New makes the log of one function, whose marks follow from the platform's signing
// secret.
func New(main *table.Store, secret []byte, function string) (*Log, error) {
	marks, err := seal.NewSigner(secret, "audit")
	if err != nil {
		return nil, err
	}
	return &Log{table: main, marks: marks, by: function, ends: map[table.Range]end{}}, nil
}

// entryItem is an Entry as stored.
type entryItem struct {
	table.Key
	table.Due
	Entry    string   `dynamodbav:"entry"` // as JSON, which is what the mark is over
	Subjects []string `dynamodbav:"subjects,omitempty"`
	Nonce    string   `dynamodbav:"nonce"` // tells a try of ours from another's
	Before   string   `dynamodbav:"before,omitempty"`
	Mark     string   `dynamodbav:"mark"`
	ExpireAt int64    `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes entryItem a table.Record.
func (entryItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:     "audit.entry",
		Subject:    inventory.Shopper,
		SubjectKey: "subjects",
		Fields: map[string]inventory.Category{
			"entry": inventory.Identifier, "subjects": inventory.Identifier, "nonce": inventory.None, "before": inventory.None,
			"mark": inventory.None, "expires_at": inventory.None, "due_pk": inventory.None, "due_sk": inventory.None,
		},
		Purpose:    inventory.LegalCompliance,
		LegalBasis: inventory.LegalObligation, // GDPR Art. 5(2), 30, 32
		Role:       inventory.Processor,
		Retention:  inventory.AuditRetention,
		Source:     inventory.FirstParty,
	}
}

// maxTries bounds how often an entry is tried that others were faster than.
const maxTries = 12

// Append adds an entry to a tenant's chain of this month. Seq, At and By are filled
// in. It is one write when nobody else writes to the chain.
func (l *Log) Append(ctx context.Context, t id.Tenant, e Entry) error {
	now := l.table.Now().UTC()
	month := now.Format("2006-01")
	e.At, e.By = now.Truncate(time.Millisecond), l.by
	if len(e.Subjects) > maxSubjects {
		e.Subjects = e.Subjects[:maxSubjects]
	}
	nonce := id.Random[id.Job]()
	for range maxTries {
		last, err := l.last(ctx, t, month)
		if err != nil {
			return fmt.Errorf("read end of audit log: %w", err)
		}
		e.Seq = last.seq + 1
		item, err := l.item(t, month, e, last.mark, string(nonce))
		if err != nil {
			return err
		}
		err = l.table.Create(ctx, t, item)
		if fault.KindOf(err) == fault.Conflict && err != nil {
			l.forget(t, month)
			if mine, err := l.isMine(ctx, t, item); err != nil || mine {
				return err
			}
			continue
		}
		if err != nil {
			l.forget(t, month)
			return fmt.Errorf("append to audit log: %w", err)
		}
		l.mu.Lock()
		l.ends[table.AuditMonth(t, month)] = end{e.Seq, item.Mark}
		l.mu.Unlock()
		return nil
	}
	return fault.After(fault.Unavailable, "The service is busy. Please try again.", time.Second, nil)
}

// Hash is the keyed hash of a value, for Before and After.
func (l *Log) Hash(v any) (string, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode for audit log: %w", err)
	}
	return l.marks.Name("value|" + string(body)), nil
}

func (l *Log) item(t id.Tenant, month string, e Entry, before, nonce string) (entryItem, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return entryItem{}, fmt.Errorf("encode audit entry: %w", err)
	}
	kept, _ := inventory.AuditRetention.Period()
	item := entryItem{
		Key: table.Audit(t, month, e.Seq), Entry: string(body), Subjects: e.Subjects, Nonce: nonce, Before: before, ExpireAt: e.At.Add(kept).Unix(),
	}
	if e.Seq == 1 {
		item.Due = table.AuditChain(t, month)
	}
	item.Mark = l.mark(t, month, item)
	return item, nil
}

// mark covers all that an entry says, its place, and the entry before it.
func (l *Log) mark(t id.Tenant, month string, i entryItem) string {
	return l.marks.Name(fmt.Sprintf("%s|%s|%s|%s|%q|%s|%d|%s", t, month, i.SK, i.Entry, i.Subjects, i.Nonce, i.ExpireAt, i.Before))
}

// last gives the end of a chain, from memory if this instance wrote it.
func (l *Log) last(ctx context.Context, t id.Tenant, month string) (end, error) {
	chain := table.AuditMonth(t, month)
	l.mu.Lock()
	known, ok := l.ends[chain]
	l.mu.Unlock()
	if ok {
		return known, nil
	}
	items, err := l.table.Latest(ctx, t, chain, 1)
	if err != nil || len(items) == 0 {
		return end{}, err
	}
	e, err := decode(items[0])
	if err != nil {
		return end{}, err
	}
	var stored entryItem
	err = items[0].Decode(&stored)
	return end{e.Seq, stored.Mark}, err
}

func (l *Log) forget(t id.Tenant, month string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.ends, table.AuditMonth(t, month))
}

// isMine reports whether what is stored in an entry's place is itself: the answer to
// an earlier try was lost.
func (l *Log) isMine(ctx context.Context, t id.Tenant, item entryItem) (bool, error) {
	found, err := l.table.Latest(ctx, t, table.AuditEntry(item.Key), 1)
	if err != nil || len(found) == 0 {
		return false, err
	}
	var stored entryItem
	err = found[0].Decode(&stored)
	return stored.Nonce == item.Nonce, err
}

func decode(item table.Item) (e Entry, err error) {
	var stored entryItem
	if err := item.Decode(&stored); err != nil {
		return e, err
	}
	if err := json.Unmarshal([]byte(stored.Entry), &e); err != nil {
		return e, fmt.Errorf("decode audit entry: %w", err)
	}
	return e, nil
}
