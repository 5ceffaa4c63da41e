package conversation

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Ref names a conversation: whose it is, which one, and about whom.
type Ref struct {
	Tenant       id.Tenant
	Conversation id.Conversation
	Shopper      id.Shopper
}

// Store keeps transcripts. Personal text is sealed before it is stored.
type Store struct {
	table *table.Store
	keys  *seal.Keyring
}

// NewStore makes a Store on the main table.
func NewStore(t *table.Store, keys *seal.Keyring) *Store {
	return &Store{table: t, keys: keys}
}

// now is the time to the millisecond, as it is stored.
func (s *Store) now() time.Time { return s.table.Now().UTC().Truncate(time.Millisecond) }

// Eventual is the same store read with eventual consistency, at half the price: a
// message of the last moment may not be seen. Begin notices what was missed.
func (s *Store) Eventual() *Store { return &Store{s.table.Eventual(), s.keys} }

// ClaimFor is how long a turn's answerer has before another may take over: a
// little longer than the function that answers may run.
const ClaimFor = 70 * time.Second

// headItem is a Head as stored.
type headItem struct {
	table.Key
	table.Due
	Shopper   id.Shopper `dynamodbav:"shopper"`
	Domain    string     `dynamodbav:"domain"`
	Language  string     `dynamodbav:"language"`
	StartedAt time.Time  `dynamodbav:"started_at"`
	ExpireAt  int64      `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes headItem a table.Record.
func (headItem) Inventory() inventory.Entry {
	return chatEntry("conversation.head", inventory.CustomerSupport, map[string]inventory.Category{
		"shopper": inventory.Identifier, "domain": inventory.BusinessData, "language": inventory.None,
		"started_at": inventory.None, "expires_at": inventory.None, "due_pk": inventory.None, "due_sk": inventory.None,
	})
}

// messageItem is a Message as stored.
type messageItem struct {
	table.Key
	ID        id.Message `dynamodbav:"id"`
	Shopper   id.Shopper `dynamodbav:"shopper"`
	Turn      int        `dynamodbav:"turn"`
	Author    Author     `dynamodbav:"author"`
	Body      seal.Text  `dynamodbav:"body"`                 // content as JSON, packed; opens only with the tenant's and the subject's keys
	State     State      `dynamodbav:"state,omitempty"`      // empty when complete
	Claim     string     `dynamodbav:"claim,omitempty"`      // hash of the client's idempotency key
	ClaimedTo int64      `dynamodbav:"claimed_to,omitempty"` // Unix milliseconds; who may answer until then
	SentAt    int64      `dynamodbav:"sent_at"`              // Unix milliseconds
	ExpireAt  int64      `dynamodbav:"expires_at"`           // Unix seconds; DynamoDB TTL
}

// Inventory makes messageItem a table.Record.
func (messageItem) Inventory() inventory.Entry {
	return chatEntry("conversation.message", inventory.CustomerSupport, map[string]inventory.Category{
		"id": inventory.Identifier, "shopper": inventory.Identifier, "turn": inventory.None, "author": inventory.None,
		"body": inventory.MessageContent, "state": inventory.None, "claim": inventory.Identifier,
		"claimed_to": inventory.None, "sent_at": inventory.None, "expires_at": inventory.None,
	})
}

// ledgerItem is what a model was sent for an answer that is not stored, because
// another call's answer came first.
type ledgerItem struct {
	table.Key
	Shopper  id.Shopper `dynamodbav:"shopper"`
	Body     seal.Text  `dynamodbav:"body"`       // content that is a ledger entry alone
	SentAt   int64      `dynamodbav:"sent_at"`    // Unix milliseconds
	ExpireAt int64      `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes ledgerItem a table.Record.
func (ledgerItem) Inventory() inventory.Entry {
	return chatEntry("conversation.ai-ledger", inventory.Transparency, map[string]inventory.Category{
		"shopper": inventory.Identifier, "body": inventory.MessageContent, "sent_at": inventory.None, "expires_at": inventory.None,
	})
}

// chatEntry is what all records of a conversation have in common.
func chatEntry(record string, purpose inventory.Purpose, fields map[string]inventory.Category) inventory.Entry {
	return inventory.Entry{
		Record: record, Subject: inventory.Shopper, SubjectKey: "shopper", Fields: fields, Purpose: purpose,
		LegalBasis: inventory.Contract, // GDPR Art. 6(1)(b), the merchant's; we process on its behalf
		Role:       inventory.Processor,
		Retention:  inventory.ChatRetention,
		Source:     inventory.FirstParty,
		Exported:   true,
	}
}

// content is the part of a message that is sealed. What the model was sent for an
// answer is a part of it: an answer repeats its passages, and packed together they
// take the least room.
type content struct {
	said
	Ledger json.RawMessage `json:"ledger,omitempty"` // nil when no model was asked
}

// said is the part of a content that is shown.
type said struct {
	Text     string   `json:"text"`
	Sources  []Source `json:"sources,omitempty"`
	Handoff  bool     `json:"handoff,omitempty"`
	Degraded bool     `json:"degraded,omitempty"`
	OwnOrder bool     `json:"own_order,omitempty"`

	CorrectedAt time.Time `json:"corrected_at,omitzero"`
}

// Read gives the head and up to limit of the latest messages (0 for all). What is
// older than keep, the merchant's own retention, is not returned, whatever the
// item's expiry says; neither is what can no longer be opened.
func (s *Store) Read(ctx context.Context, ref Ref, keep time.Duration, limit int) (Thread, error) {
	fetch := limit
	if limit > 0 {
		fetch += 2 // the standing and the head come first
	}
	items, err := s.table.Latest(ctx, ref.Tenant, table.Thread(ref.Tenant, ref.Conversation), fetch)
	if err != nil {
		return Thread{}, fmt.Errorf("read conversation %s: %w", ref.Conversation, err)
	}
	thread, err := s.assemble(ctx, ref, items, keep)
	if limit > 0 && len(thread.Messages) > limit { // the head was not among them
		thread.Messages = thread.Messages[:limit]
	}
	slices.Reverse(thread.Messages)
	return thread, err
}

// assemble makes a thread of its items, the latest first, with its messages in that
// order.
func (s *Store) assemble(ctx context.Context, ref Ref, items []table.Item, keep time.Duration) (thread Thread, err error) {
	oldest := s.table.Now().Add(-keep)
	thread = Thread{claims: map[int]claim{}}
	for _, item := range items {
		if item.Key().SK == table.Standing(ref.Tenant, ref.Conversation).SK { // it comes before all else
			if thread.Standing, err = standingOf(item); err != nil || thread.Standing.Erased() {
				return thread, err
			}
			continue
		}
		if item.Key().SK == table.Conversation(ref.Tenant, ref.Conversation).SK {
			var head headItem
			if err := item.Decode(&head); err != nil {
				return Thread{}, err
			}
			thread.active = head.DuePK
			if head.Shopper == ref.Shopper {
				thread.Head = Head{head.Domain, head.Language, head.StartedAt}
			}
			continue
		}
		var stored messageItem
		if err := item.Decode(&stored); err != nil {
			return Thread{}, err
		}
		thread.last = max(thread.last, stored.Turn)
		if !stored.sentAt().After(oldest) || stored.Shopper != ref.Shopper {
			continue
		}
		message, err := s.open(ctx, ref, stored)
		if fault.KindOf(err) == fault.NotFound { // its key was destroyed: erased
			continue
		}
		if err != nil { // whether a model may be asked is known all the same
			return Thread{Standing: thread.Standing}, err
		}
		if stored.Claim != "" {
			thread.claims[stored.Turn] = claim{stored.Claim, time.UnixMilli(stored.ClaimedTo).UTC()}
		}
		thread.Messages = append(thread.Messages, message)
	}
	return thread, nil
}

// Prepare reads the keys that Begin needs, beside other work.
func (s *Store) Prepare(ctx context.Context, ref Ref) error {
	return s.keys.Prepare(ctx, ref.Tenant, ref.Shopper)
}

// Begin stores a shopper's message as the next turn of the thread, and claims it
// for answering. It is a Conflict when another message came in meanwhile: read
// again.
func (s *Store) Begin(ctx context.Context, ref Ref, thread Thread, head Head, text seal.Personal, idempotencyKey string, keep time.Duration) (Message, error) {
	if thread.Standing.Erased() {
		return Message{}, gone()
	}
	now := s.now()
	message := Message{
		ID: id.New[id.Message](now), Turn: thread.LastTurn() + 1, Author: Shopper, Text: text, State: Complete, SentAt: now,
	}
	item, err := s.seal(ctx, ref, message, nil, keep)
	if err != nil {
		return Message{}, err
	}
	item.Claim, item.ClaimedTo = hashKey(idempotencyKey), now.Add(ClaimFor).UnixMilli()
	// The head goes first: once the message is there, the turn has begun, and a
	// failure after that would leave it claimed by nobody who answers.
	if err := s.keepHead(ctx, ref, thread, head, now, keep); err != nil {
		return Message{}, fmt.Errorf("store head of conversation %s: %w", ref.Conversation, err)
	}
	if err := s.create(ctx, ref.Tenant, item); err != nil {
		return Message{}, fmt.Errorf("store message of conversation %s: %w", ref.Conversation, err)
	}
	go packer.Warm() // the answer needs it, and is waited for meanwhile
	return message, nil
}

// keepHead stores the head of a new conversation, and moves that of an older one to
// today.
func (s *Store) keepHead(ctx context.Context, ref Ref, thread Thread, head Head, now time.Time, keep time.Duration) error {
	item := headItem{
		Key: table.Conversation(ref.Tenant, ref.Conversation), Due: table.ChatActive(ref.Tenant, ref.Conversation, now.Format(time.DateOnly)),
		Shopper: ref.Shopper, Domain: head.Domain, Language: head.Language, StartedAt: now, ExpireAt: now.Add(keep).Unix(),
	}
	switch {
	case thread.active == "":
		if err := s.table.Create(ctx, ref.Tenant, item); fault.KindOf(err) != fault.Conflict { // there is one already: it was not seen
			return err
		}
	case thread.active != item.DuePK && !thread.Head.StartedAt.IsZero():
		item.StartedAt = thread.Head.StartedAt
		if len(thread.Standing.Choices) > 0 { // it goes on for as long as the conversation does
			if err := s.stand(ctx, ref, thread.Standing, thread.Standing); err != nil {
				return err
			}
		}
		return s.table.Put(ctx, ref.Tenant, item)
	}
	return nil
}

// create stores a message where none is. A Conflict with the message itself is
// none: an earlier try had stored it, and only its answer was lost.
func (s *Store) create(ctx context.Context, t id.Tenant, item messageItem) error {
	err := s.table.Create(ctx, t, item)
	if fault.KindOf(err) != fault.Conflict {
		return err
	}
	if stored, found := s.message(ctx, t, item.Key); found == nil && stored.ID == item.ID {
		return nil
	}
	return err
}

// message reads one message as stored: NotFound if there is none. It reads a batch
// of one, so that a role needs no permission for this alone.
func (s *Store) message(ctx context.Context, t id.Tenant, key table.Key) (messageItem, error) {
	var stored messageItem
	items, err := s.table.GetAll(ctx, t, key)
	if err != nil {
		return stored, err
	}
	if !items[0].Exists() {
		return stored, fault.E(fault.NotFound, "There is nothing here.", nil)
	}
	return stored, items[0].Decode(&stored)
}

// TakeOver claims the answering of a turn whose claim has run out: Conflict if it
// has not, or if somebody else was faster.
func (s *Store) TakeOver(ctx context.Context, ref Ref, thread Thread, turn int) error {
	was, now := thread.ClaimedUntil(turn), s.table.Now()
	if now.Before(was) {
		return fault.E(fault.Conflict, "This message is being answered.", nil)
	}
	item, err := s.message(ctx, ref.Tenant, table.Message(ref.Tenant, ref.Conversation, turn, 0))
	if err != nil {
		return fmt.Errorf("read turn %d: %w", turn, err)
	}
	item.ClaimedTo = now.Add(ClaimFor).UnixMilli()
	return s.table.Replace(ctx, ref.Tenant, item, "claimed_to", was.UnixMilli())
}

// Answer is an answer to a turn with its ledger entry, which is nil when no
// model was asked.
type Answer struct {
	Message Message
	Ledger  any // encodes as JSON
}

// Finish stores the answer to a turn, and what the model was sent for it. Only
// the first answer to a turn is kept; a second one is a Conflict. The ledger
// keeps both, as a model was asked for both.
func (s *Store) Finish(ctx context.Context, ref Ref, answer Answer, keep time.Duration) (Message, error) {
	now := s.now()
	message := answer.Message
	message.ID, message.SentAt = id.New[id.Message](now), now
	var ledger json.RawMessage
	if answer.Ledger != nil {
		entry, err := json.Marshal(answer.Ledger)
		if err != nil {
			return Message{}, fmt.Errorf("encode ledger entry: %w", err)
		}
		ledger = entry
	}
	item, err := s.seal(ctx, ref, message, ledger, keep)
	if err != nil {
		return Message{}, err
	}
	err = s.create(ctx, ref.Tenant, item)
	if fault.KindOf(err) == fault.Conflict && ledger != nil {
		if err := s.keepLedger(ctx, ref, item, ledger); err != nil {
			return Message{}, err
		}
	}
	if err != nil {
		return Message{}, fmt.Errorf("store answer of conversation %s: %w", ref.Conversation, err)
	}
	return message, nil
}

// keepLedger stores what a model was sent for an answer that is not stored itself.
func (s *Store) keepLedger(ctx context.Context, ref Ref, answer messageItem, ledger json.RawMessage) error {
	body, err := s.sealContent(ctx, ref, content{Ledger: ledger})
	if err != nil {
		return err
	}
	err = s.table.Put(ctx, ref.Tenant, ledgerItem{
		Key: table.Ledger(ref.Tenant, ref.Conversation, answer.Turn, answer.ID), Shopper: ref.Shopper, Body: body,
		SentAt: answer.SentAt, ExpireAt: answer.ExpireAt,
	})
	if err != nil {
		return fmt.Errorf("store ledger entry of conversation %s: %w", ref.Conversation, err)
	}
	return nil
}

// Ledger gives what models were sent in a conversation, as JSON, oldest first.
func (s *Store) Ledger(ctx context.Context, ref Ref, keep time.Duration) ([]seal.Personal, error) {
	answers, err := s.table.Earliest(ctx, ref.Tenant, table.Messages(ref.Tenant, ref.Conversation), 0)
	if err != nil {
		return nil, fmt.Errorf("read messages of conversation %s: %w", ref.Conversation, err)
	}
	others, err := s.table.Earliest(ctx, ref.Tenant, table.Ledgers(ref.Tenant, ref.Conversation), 0)
	if err != nil {
		return nil, fmt.Errorf("read ledger of conversation %s: %w", ref.Conversation, err)
	}
	var stored []ledgerItem
	for _, item := range answers {
		var m messageItem
		if err := item.Decode(&m); err != nil {
			return nil, err
		}
		if m.Author != Shopper {
			stored = append(stored, ledgerItem{Shopper: m.Shopper, Body: m.Body, SentAt: m.SentAt})
		}
	}
	for _, item := range others {
		var l ledgerItem
		if err := item.Decode(&l); err != nil {
			return nil, err
		}
		stored = append(stored, l)
	}
	slices.SortStableFunc(stored, func(a, b ledgerItem) int { return cmp.Compare(a.SentAt, b.SentAt) })
	oldest := s.table.Now().Add(-keep)
	var entries []seal.Personal
	for _, l := range stored {
		if !time.UnixMilli(l.SentAt).After(oldest) || l.Shopper != ref.Shopper {
			continue
		}
		c, err := s.openContent(ctx, ref, l.Body, true)
		if fault.KindOf(err) == fault.NotFound { // its key was destroyed: erased
			continue
		}
		if err != nil {
			return nil, err
		}
		if c.Ledger != nil {
			entries = append(entries, seal.Clear(string(c.Ledger)))
		}
	}
	return entries, nil
}

func (s *Store) seal(ctx context.Context, ref Ref, m Message, ledger json.RawMessage, keep time.Duration) (messageItem, error) {
	body, err := s.sealContent(ctx, ref, content{said{Text: m.Text.Reveal(), Sources: m.Sources, Handoff: m.Handoff, Degraded: m.Degraded, OwnOrder: m.OwnOrder}, ledger})
	if err != nil {
		return messageItem{}, err
	}
	side, state := 0, m.State
	if m.Author != Shopper {
		side = 1
	}
	if state == Complete {
		state = ""
	}
	return messageItem{
		Key: table.Message(ref.Tenant, ref.Conversation, m.Turn, side), ID: m.ID, Shopper: ref.Shopper, Turn: m.Turn,
		Author: m.Author, Body: body, State: state, SentAt: m.SentAt.UnixMilli(), ExpireAt: m.SentAt.Add(keep).Unix(),
	}, nil
}

func (s *Store) open(ctx context.Context, ref Ref, stored messageItem) (Message, error) {
	c, err := s.openContent(ctx, ref, stored.Body, false)
	if err != nil {
		return Message{}, fmt.Errorf("open message %s: %w", stored.ID, err)
	}
	return s.messageOf(stored, c), nil
}

func (s *Store) messageOf(stored messageItem, c content) Message {
	return Message{
		ID: stored.ID, Turn: stored.Turn, Author: stored.Author, Text: seal.Clear(c.Text), Sources: c.Sources,
		Handoff: c.Handoff, Degraded: c.Degraded, OwnOrder: c.OwnOrder, State: cmp.Or(stored.State, Complete), SentAt: stored.sentAt(), CorrectedAt: c.CorrectedAt,
	}
}

func (s *Store) sealContent(ctx context.Context, ref Ref, c content) (seal.Text, error) {
	plain, err := encodeContent(c)
	if err != nil {
		return nil, err
	}
	return s.keys.Seal(ctx, ref.Tenant, ref.Shopper, seal.Clear(string(plain)))
}

// openContent opens what sealContent sealed; without its ledger entry, unless that
// is wanted.
func (s *Store) openContent(ctx context.Context, ref Ref, body seal.Text, withLedger bool) (content, error) {
	plain, err := s.keys.Open(ctx, ref.Tenant, ref.Shopper, body)
	if err != nil {
		return content{}, err
	}
	return decodeContent(plain.Reveal(), withLedger)
}

func (m messageItem) sentAt() time.Time { return time.UnixMilli(m.SentAt).UTC() }

// hashKey keeps the client's idempotency key, which may say anything, out of the
// table.
func hashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}
