package rights

import (
	"cmp"
	"context"
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

// Store keeps privacy requests and the links between people and their
// conversations.
type Store struct {
	table *table.Store
	names *seal.Signer
}

// NewStore makes a Store on the main table. The platform's signing secret names
// requests, so that nobody can guess one from what the source calls it.
func NewStore(t *table.Store, secret []byte) (*Store, error) {
	names, err := seal.NewSigner(secret, "rights-request")
	if err != nil {
		return nil, err
	}
	return &Store{table: t, names: names}, nil
}

// requestItem is a Request as stored.
type requestItem struct {
	table.Key
	table.Due
	ID            id.Request        `dynamodbav:"id"`
	Kind          Kind              `dynamodbav:"kind"`
	Source        Source            `dynamodbav:"source"`
	Law           Law               `dynamodbav:"law"`
	Subjects      []id.Subject      `dynamodbav:"subjects,omitempty"`
	Conversations []id.Conversation `dynamodbav:"conversations,omitempty"`
	Visitors      []id.Visitor      `dynamodbav:"visitors,omitempty"`
	Guardian      id.Subject        `dynamodbav:"guardian,omitempty"`
	Named         []id.Subject      `dynamodbav:"named,omitempty"`
	Shopper       id.Shopper        `dynamodbav:"shopper,omitempty"`
	Message       id.Message        `dynamodbav:"message,omitempty"`
	Contact       []byte            `dynamodbav:"contact,omitempty"`
	Language      string            `dynamodbav:"language,omitempty"`
	Letters       string            `dynamodbav:"letters,omitempty"` // []Sent as JSON
	Note          []byte            `dynamodbav:"note,omitempty"`
	Asked         []byte            `dynamodbav:"asked,omitempty"`
	Answer        []byte            `dynamodbav:"answer,omitempty"`
	Pauses        string            `dynamodbav:"pauses,omitempty"` // []Pause as JSON
	ExtendedAt    time.Time         `dynamodbav:"extended_at,omitempty"`
	ReceivedAt    time.Time         `dynamodbav:"received_at"`
	DueOn         string            `dynamodbav:"due_on"` // 2006-01-02
	State         State             `dynamodbav:"state"`
	CheckAt       time.Time         `dynamodbav:"check_at,omitempty"`
	EndedAt       time.Time         `dynamodbav:"ended_at,omitempty"`
	FileUntil     time.Time         `dynamodbav:"file_until,omitempty"`
	Receipt       string            `dynamodbav:"receipt,omitempty"` // []Effect as JSON; says nothing about a person
	Revision      int               `dynamodbav:"revision"`          // counts changes, so that two workers do not undo each other's
	ExpireAt      int64             `dynamodbav:"expires_at"`        // Unix seconds; DynamoDB TTL
}

// Inventory makes requestItem a table.Record.
func (requestItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:     "rights.request",
		Subject:    inventory.Shopper,
		SubjectKey: "subjects",
		Fields: map[string]inventory.Category{
			"id": inventory.None, "kind": inventory.None, "source": inventory.None, "law": inventory.None,
			"subjects": inventory.Identifier, "conversations": inventory.Identifier, "visitors": inventory.Identifier, "guardian": inventory.Identifier, "named": inventory.Identifier, "message": inventory.Identifier, "shopper": inventory.Identifier,
			"contact": inventory.ContactDetail, "language": inventory.None, "letters": inventory.None, "note": inventory.MessageContent,
			"asked": inventory.MessageContent, "answer": inventory.MessageContent, "pauses": inventory.None, "extended_at": inventory.None,
			"received_at": inventory.None, "due_on": inventory.None, "state": inventory.None, "check_at": inventory.None, "file_until": inventory.None, "ended_at": inventory.None,
			"receipt": inventory.None, "revision": inventory.None, "expires_at": inventory.None,
			"due_pk": inventory.None, "due_sk": inventory.None,
		},
		Purpose:    inventory.LegalCompliance,
		LegalBasis: inventory.LegalObligation, // GDPR Art. 5(2), 12: to show that requests are answered
		Role:       inventory.Processor,
		Retention:  inventory.AuditRetention,
		Source:     inventory.FirstParty,
		Exported:   true,
	}
}

// Accept keeps a request durably, whose person has proved who they are or whose
// source is known, and gives its id. A worker finds it within minutes. The same
// source and SourceID again is the same request: its id is given and nothing is
// changed. Law, Received, Due and State have defaults: the GDPR, now, the law's
// term, and the first state of its kind.
func (s *Store) Accept(ctx context.Context, t id.Tenant, r Request) (id.Request, error) {
	if !slices.Contains(kinds, r.Kind) {
		return "", fault.E(fault.Invalid, "There is no request of that kind.", nil)
	}
	if r.Source == "" || r.SourceID == "" {
		return "", fault.E(fault.Internal, "", fmt.Errorf("a %s request names no source", r.Kind))
	}
	r.Law = cmp.Or(r.Law, GDPR)
	if r.Kind == Child && len(r.Subjects) > 0 {
		return "", fault.E(fault.Internal, "", fmt.Errorf("whoever asks for a child is no subject of the request"))
	}
	r.State = cmp.Or(r.State, r.first())
	if r.Received.IsZero() {
		r.Received = s.table.Now()
	}
	if r.Due.IsZero() {
		r.Due = Due(r.Law, r.Received, place(r.Law))
	}
	r.ID = s.name(t, r)
	item, err := itemOf(t, r)
	if err != nil {
		return "", err
	}
	err = s.table.Create(ctx, t, item)
	if err != nil && fault.KindOf(err) != fault.Conflict { // a Conflict is the request itself, from before
		return "", fmt.Errorf("keep request %s: %w", r.ID, err)
	}
	return r.ID, nil
}

// name is the id of a request, which follows from the source's own.
func (s *Store) name(t id.Tenant, r Request) id.Request {
	return id.Request(s.names.Name(string(t), string(r.Source), string(r.Kind), r.SourceID))
}

// Get reads a request: NotFound if there is none.
func (s *Store) Get(ctx context.Context, t id.Tenant, r id.Request) (Request, error) {
	item, err := s.item(ctx, t, r)
	if err != nil {
		return Request{}, err
	}
	return requestOf(item)
}

func (s *Store) item(ctx context.Context, t id.Tenant, r id.Request) (requestItem, error) {
	var item requestItem
	if err := s.table.Get(ctx, t, table.Request(t, r), &item); err != nil {
		return item, fmt.Errorf("read request %s: %w", r, err)
	}
	return item, nil
}

// List gives a tenant's requests, those whose answer is due first at the head.
func (s *Store) List(ctx context.Context, t id.Tenant) ([]Request, error) {
	items, err := s.table.Earliest(ctx, t, table.Requests(t), 0)
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	var all []Request
	for _, item := range items {
		var stored requestItem
		if err := item.Decode(&stored); err != nil {
			return nil, err
		}
		r, err := requestOf(stored)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b Request) int { return a.Due.Compare(b.Due) })
	return all, nil
}

// Change changes a request as it is now, and stores it: Conflict if somebody else
// changed it meanwhile. What change returns as an error is given back.
func (s *Store) Change(ctx context.Context, t id.Tenant, name id.Request, change func(*Request) error) (Request, error) {
	was, err := s.item(ctx, t, name)
	if err != nil {
		return Request{}, err
	}
	r, err := requestOf(was)
	if err != nil {
		return Request{}, err
	}
	if err := change(&r); err != nil {
		return Request{}, err
	}
	item, err := itemOf(t, r)
	if err != nil {
		return Request{}, err
	}
	item.Revision = was.Revision + 1
	if err := s.table.Replace(ctx, t, item, "revision", was.Revision); err != nil {
		return Request{}, fmt.Errorf("change request %s: %w", name, err)
	}
	return r, nil
}

func itemOf(t id.Tenant, r Request) (requestItem, error) {
	kept, _ := inventory.AuditRetention.Period()
	if r.State == Unverified { // anybody may have asked
		kept, _ = inventory.OperationRetention.Period()
	}
	item := requestItem{
		Key: table.Request(t, r.ID), ID: r.ID, Kind: r.Kind, Source: r.Source, Law: r.Law, Subjects: r.Subjects,
		Conversations: r.Conversations, Visitors: r.Visitors, Guardian: r.Guardian, Named: r.Named, Shopper: r.Shopper, Message: r.Message, Contact: r.Contact, Language: r.Language, Note: r.Note, Asked: r.Asked, Answer: r.Answer, ExtendedAt: r.ExtendedAt, ReceivedAt: r.Received.UTC(), DueOn: r.Due.Format(time.DateOnly),
		State: r.State, CheckAt: r.CheckAt, FileUntil: r.FileUntil, EndedAt: r.EndedAt.UTC(), ExpireAt: r.Received.Add(kept).Unix(),
	}
	switch {
	case r.State.worked(), len(r.owed()) > 0:
		item.Due = table.RequestWaiting(t, r.ID)
	case !r.FileUntil.IsZero():
		item.Due = table.CopyDue(t, r.ID, r.FileUntil.UTC().Format(time.DateOnly))
	case r.State.Open():
		item.Due = table.RequestDue(t, r.ID, item.DueOn)
	}
	if r.State == Done || r.State == Refused {
		item.Note, item.Asked, item.Answer = nil, nil, nil
		if len(r.owed()) == 0 {
			item.Contact, item.Language = nil, ""
		}
	}
	var err error
	if item.Letters, err = storedLetters(r.Letters); err != nil {
		return item, fmt.Errorf("encode letters: %w", err)
	}
	if len(r.Pauses) > 0 {
		pauses, err := json.Marshal(r.Pauses)
		if err != nil {
			return item, fmt.Errorf("encode pauses: %w", err)
		}
		item.Pauses = string(pauses)
	}
	if len(r.Receipt) > 0 {
		receipt, err := json.Marshal(r.Receipt)
		if err != nil {
			return item, fmt.Errorf("encode receipt: %w", err)
		}
		item.Receipt = string(receipt)
	}
	return item, nil
}

func requestOf(i requestItem) (Request, error) {
	due, err := time.Parse(time.DateOnly, i.DueOn)
	if err != nil {
		return Request{}, fmt.Errorf("decode request %s: %w", i.ID, err)
	}
	r := Request{
		ID: i.ID, Kind: i.Kind, Source: i.Source, Law: i.Law, Subjects: i.Subjects, Conversations: i.Conversations, Visitors: i.Visitors,
		Guardian: i.Guardian, Named: i.Named, Shopper: i.Shopper, Message: i.Message, Contact: i.Contact, Language: i.Language, Note: i.Note, Asked: i.Asked, Answer: i.Answer, ExtendedAt: i.ExtendedAt, Received: i.ReceivedAt, Due: due, State: i.State, CheckAt: i.CheckAt, FileUntil: i.FileUntil, EndedAt: i.EndedAt,
	}
	if r.Letters, err = lettersOf(i.Letters); err != nil {
		return Request{}, fmt.Errorf("decode letters of request %s: %w", i.ID, err)
	}
	if i.Pauses != "" {
		if err := json.Unmarshal([]byte(i.Pauses), &r.Pauses); err != nil {
			return Request{}, fmt.Errorf("decode pauses of request %s: %w", i.ID, err)
		}
	}
	if i.Receipt != "" {
		if err := json.Unmarshal([]byte(i.Receipt), &r.Receipt); err != nil {
			return Request{}, fmt.Errorf("decode receipt of request %s: %w", i.ID, err)
		}
	}
	return r, nil
}
