// Package table is the way to DynamoDB: it spells every key, stores nothing
// whose personal data is not declared, and returns nothing that has expired.
package table

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"omniops/shared/boot/awsapi"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// Store is one DynamoDB table. It is safe for concurrent use.
type Store struct {
	api      *awsapi.Client
	name     string
	now      func() time.Time
	eventual bool
}

// New makes a Store on the named table. Expiry is judged by now.
func New(cfg aws.Config, name string, now func() time.Time) *Store {
	return &Store{api: awsapi.New(cfg, "DynamoDB", "dynamodb"), name: name, now: now}
}

// Eventual is the same table read with eventual consistency, at half the price:
// what was written in the last moment may not be seen.
func (s *Store) Eventual() *Store {
	e := *s
	e.eventual = true
	return &e
}

// Now is the store's time.
func (s *Store) Now() time.Time { return s.now() }

// Item is a stored record that has not been decoded yet.
type Item struct{ attrs Attributes }

// Exists reports whether there is an item at all.
func (i Item) Exists() bool { return i.attrs != nil }

// Key is the item's primary key.
func (i Item) Key() Key {
	return Key{i.attrs["PK"].text, i.attrs["SK"].text}
}

// Decode fills v, a pointer to a record, from the item.
func (i Item) Decode(v any) error {
	if err := fill(i.attrs, reflect.ValueOf(v).Elem()); err != nil {
		return fmt.Errorf("decode item: %w", err)
	}
	return nil
}

// Get reads one item into v, a pointer to a record: NotFound if there is none,
// or if it has expired.
func (s *Store) Get(ctx context.Context, t id.Tenant, k Key, v any) error {
	if err := s.check(t, k); err != nil {
		return err
	}
	return s.get(ctx, k, v)
}

// Lookup reads an item that is found without knowing the tenant, such as the
// tenant of a domain: NotFound if there is none.
func (s *Store) Lookup(ctx context.Context, k Key, v any) error {
	if !isLookup(k.PK) {
		return fmt.Errorf("%q is not a look-up key", k.PK)
	}
	return s.get(ctx, k, v)
}

// List reads all items of a range that is found without knowing a tenant, such as
// a day's erasures.
func (s *Store) List(ctx context.Context, r Range) ([]Item, error) {
	if !isLookup(r.pk) {
		return nil, fmt.Errorf("%q is not a look-up key", r.pk)
	}
	return s.queryAll(ctx, r, 0, true, s.live)
}

// GetItem is Get for an item that is decoded later.
func (s *Store) GetItem(ctx context.Context, t id.Tenant, k Key) (Item, error) {
	if err := s.check(t, k); err != nil {
		return Item{}, err
	}
	return s.item(ctx, k)
}

func (s *Store) get(ctx context.Context, k Key, v any) error {
	item, err := s.item(ctx, k)
	if err != nil {
		return err
	}
	return item.Decode(v)
}

func (s *Store) item(ctx context.Context, k Key) (Item, error) {
	out, err := s.call(ctx, "get item", "GetItem", request{TableName: s.name, Key: keyAttributes(k), ConsistentRead: !s.eventual})
	if err != nil {
		return Item{}, err
	}
	if out.Item == nil || !s.live(out.Item) {
		return Item{}, fault.E(fault.NotFound, "There is nothing here.", nil)
	}
	return Item{out.Item}, nil
}

// GetAll reads several items in one call, in the order of the keys. A missing or
// expired one is an Item that does not exist.
func (s *Store) GetAll(ctx context.Context, t id.Tenant, keys ...Key) ([]Item, error) {
	wanted := make([]Attributes, len(keys))
	for i, k := range keys {
		if err := s.check(t, k); err != nil {
			return nil, err
		}
		wanted[i] = keyAttributes(k)
	}
	found := map[Key]Item{}
	left := map[string]reads{s.name: {Keys: wanted, ConsistentRead: !s.eventual}}
	for try := 0; len(left) > 0; try++ {
		if err := pause(ctx, try); err != nil {
			return nil, err
		}
		out, err := s.call(ctx, "get items", "BatchGetItem", request{RequestItems: left})
		if err != nil {
			return nil, err
		}
		for _, attrs := range out.Responses[s.name] {
			if item := (Item{attrs}); live(attrs, s.now()) {
				found[item.Key()] = item
			}
		}
		left = out.UnprocessedKeys
	}
	items := make([]Item, len(keys))
	for i, k := range keys {
		items[i] = found[k]
	}
	return items, nil
}

// Latest reads up to limit items of a range, last sort key first. Limit 0 reads
// all. What has expired is left out and does not count.
func (s *Store) Latest(ctx context.Context, t id.Tenant, r Range, limit int) ([]Item, error) {
	return s.query(ctx, t, r, limit, false, s.live)
}

// Earliest is Latest from the other end.
func (s *Store) Earliest(ctx context.Context, t id.Tenant, r Range, limit int) ([]Item, error) {
	return s.query(ctx, t, r, limit, true, s.live)
}

func (s *Store) query(ctx context.Context, t id.Tenant, r Range, limit int, forward bool, keep func(Attributes) bool) ([]Item, error) {
	if err := s.check(t, Key{PK: r.pk}); err != nil {
		return nil, err
	}
	return s.queryAll(ctx, r, limit, forward, keep)
}

func (s *Store) queryAll(ctx context.Context, r Range, limit int, forward bool, keep func(Attributes) bool) ([]Item, error) {
	in := request{
		TableName:                 s.name,
		KeyConditionExpression:    "PK = :pk AND SK BETWEEN :from AND :to",
		ExpressionAttributeValues: Attributes{":pk": textValue(r.pk), ":from": textValue(r.from), ":to": textValue(r.to)},
		ScanIndexForward:          &forward,
		ConsistentRead:            !s.eventual,
		Limit:                     limit,
	}
	var items []Item
	for {
		out, err := s.call(ctx, "query items", "Query", in)
		if err != nil {
			return nil, err
		}
		for _, attrs := range out.Items {
			if keep(attrs) {
				items = append(items, Item{attrs})
			}
			if limit > 0 && len(items) == limit {
				return items, nil
			}
		}
		if out.LastEvaluatedKey == nil {
			return items, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

func (s *Store) live(attrs Attributes) bool { return live(attrs, s.now()) }

// dueIndex is the sparse index over due_pk and due_sk. It holds keys only.
const dueIndex = "due"

// CrawlsDue lists the tenants whose site is to be read again on a day, written
// 2006-01-02. It costs what is due, not what is stored.
func (s *Store) CrawlsDue(ctx context.Context, day string) ([]id.Tenant, error) {
	return due[id.Tenant](ctx, s, duePK("crawl", day), "", 0)
}

// TokensDue lists the connections whose tokens' end is to be announced on a day,
// written 2006-01-02, each as the tenant and the account.
func (s *Store) TokensDue(ctx context.Context, day string) ([]string, error) {
	return due[string](ctx, s, duePK("token", day), "", 0)
}

// DeletionsDue lists the deletions that must be done by a day, written
// 2006-01-02, and are not done yet.
func (s *Store) DeletionsDue(ctx context.Context, day string) ([]id.Request, error) {
	return due[id.Request](ctx, s, duePK("deletion", day), "", 0)
}

// ShopsDue lists the tenants whose connected shop is to be looked after on a day,
// written 2006-01-02.
func (s *Store) ShopsDue(ctx context.Context, day string) ([]id.Tenant, error) {
	return due[id.Tenant](ctx, s, duePK("shop", day), "", 0)
}

// Chats lists up to limit conversations of a tenant whose last day is the given
// one, written 2006-01-02, that come after one ("" for the first), in the order of
// their ids.
func (s *Store) Chats(ctx context.Context, t id.Tenant, day string, after id.Conversation, limit int) ([]id.Conversation, error) {
	at := ChatActive(t, "", day)
	if err := s.check(t, Key{PK: at.DuePK}); err != nil {
		return nil, err
	}
	return due[id.Conversation](ctx, s, at.DuePK, string(after), limit)
}

// GivenFeedback names what a shopper sent about a conversation.
type GivenFeedback struct {
	Conversation id.Conversation
	ID           id.Message
}

// FeedbackOn lists up to limit of what a tenant's shoppers sent on a day, written
// 2006-01-02.
func (s *Store) FeedbackOn(ctx context.Context, t id.Tenant, day string, limit int) ([]GivenFeedback, error) {
	at := FeedbackGiven(t, "", "", day)
	if err := s.check(t, Key{PK: at.DuePK}); err != nil {
		return nil, err
	}
	found, err := due[string](ctx, s, at.DuePK, "", limit)
	if err != nil {
		return nil, err
	}
	all := make([]GivenFeedback, len(found))
	for i, f := range found {
		c, n, _ := strings.Cut(f, "#")
		all[i] = GivenFeedback{id.Conversation(c), id.Message(n)}
	}
	return all, nil
}

// AuditChains lists the tenants that have an audit log of a month, written 2006-01.
func (s *Store) AuditChains(ctx context.Context, month string) ([]id.Tenant, error) {
	return due[id.Tenant](ctx, s, AuditChain("", month).DuePK, "", 0)
}

// Tenants lists all tenants.
func (s *Store) Tenants(ctx context.Context) ([]id.Tenant, error) {
	return due[id.Tenant](ctx, s, Listed("").DuePK, "", 0)
}

// RequestsWaiting lists the privacy requests that wait for a worker, of all tenants.
func (s *Store) RequestsWaiting(ctx context.Context) ([]WaitingRequest, error) {
	return s.requests(ctx, "rights#waiting")
}

// CopiesDue lists the privacy requests whose copies go on a day, written 2006-01-02,
// of all tenants.
func (s *Store) CopiesDue(ctx context.Context, day string) ([]WaitingRequest, error) {
	return s.requests(ctx, duePK("rights#copy", day))
}

func (s *Store) requests(ctx context.Context, pk string) ([]WaitingRequest, error) {
	found, err := due[string](ctx, s, pk, "", 0)
	if err != nil {
		return nil, err
	}
	all := make([]WaitingRequest, len(found))
	for i, f := range found {
		t, r, _ := strings.Cut(f, "#")
		all[i] = WaitingRequest{id.Tenant(t), id.Request(r)}
	}
	return all, nil
}

// WaitingRequest names a privacy request and whose it is.
type WaitingRequest struct {
	Tenant  id.Tenant
	Request id.Request
}

// due lists up to limit entries of a partition of the due index after one; limit 0
// lists all.
func due[ID ~string](ctx context.Context, s *Store, pk, after string, limit int) ([]ID, error) {
	in := request{
		TableName:                 s.name,
		IndexName:                 dueIndex,
		KeyConditionExpression:    "due_pk = :pk AND due_sk > :after",
		ExpressionAttributeValues: Attributes{":pk": textValue(pk), ":after": textValue(cmp.Or(after, " "))}, // a key is not empty
		Limit:                     limit,
	}
	var found []ID
	for {
		out, err := s.call(ctx, "query due work", "Query", in)
		if err != nil {
			return nil, err
		}
		for _, attrs := range out.Items {
			found = append(found, ID(attrs["due_sk"].text))
		}
		if out.LastEvaluatedKey == nil || limit > 0 && len(found) >= limit {
			return found, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// check refuses a key that is not the tenant's own. A look-up may be written by
// the tenant it points to, and is read with Lookup.
func (s *Store) check(t id.Tenant, k Key) error {
	if t == "" {
		return errors.New("a store call names no tenant")
	}
	if !owns(t, k.PK) && !isLookup(k.PK) {
		return fmt.Errorf("key %q is not of tenant %q", k.PK, t)
	}
	return nil
}

func keyAttributes(k Key) Attributes {
	return Attributes{"PK": textValue(k.PK), "SK": textValue(k.SK)}
}

func seconds(t time.Time) Value { return numberValue(t.Unix()) }

// maxTries bounds how often left-over items of a batch are sent again.
const maxTries = 5

// pause waits before the given try: not before the first, then 25 ms, doubling.
func pause(ctx context.Context, try int) error {
	if try == 0 {
		return nil
	}
	if try == maxTries {
		return busy(errors.New("items left unprocessed"))
	}
	timer := time.NewTimer(25 * time.Millisecond << (try - 1))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func busy(cause error) error {
	return fault.After(fault.Unavailable, "The service is busy. Please try again.", time.Second, cause)
}

// Ping reads an item that need not exist, to see whether the table answers.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.call(ctx, "ping table", "GetItem", request{TableName: s.name, Key: keyAttributes(Key{"X#ping#", "X"})})
	return err
}
