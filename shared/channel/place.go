package channel

import (
	"context"
	"fmt"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// placeItem says which thread a transcript is of.
type placeItem struct {
	table.Key
	Kind     Kind            `dynamodbav:"kind"`
	Number   string          `dynamodbav:"number"`
	Thread   id.Conversation `dynamodbav:"thread"`
	Shopper  id.Shopper      `dynamodbav:"shopper"`
	ExpireAt int64           `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes placeItem a table.Record.
func (placeItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "channel.place", Subject: inventory.Shopper, SubjectKey: "shopper",
		Fields: map[string]inventory.Category{
			"kind": inventory.BusinessData, "number": inventory.BusinessData, "thread": inventory.Identifier, "shopper": inventory.Identifier,
			"expires_at": inventory.None,
		},
		Purpose:    inventory.CustomerSupport,
		LegalBasis: inventory.Contract, // GDPR Art. 6(1)(b), the merchant's; we process on its behalf
		Role:       inventory.Processor,
		Retention:  inventory.ChatRetention,
		Source:     inventory.FromMeta,
	}
}

// locate notes where the transcript of a thread is, for as long as the thread is
// kept.
func (s *Threads) locate(ctx context.Context, t id.Tenant, state Thread, keep time.Duration) error {
	err := s.table.Put(ctx, t, placeItem{
		Key: table.ChannelPlace(t, state.Conversation), Kind: state.Account.Kind, Number: state.Account.ID, Thread: state.ID, Shopper: state.Shopper,
		ExpireAt: s.table.Now().Add(keep).Unix(),
	})
	if err != nil {
		return fmt.Errorf("note place of conversation %s: %w", state.Conversation, err)
	}
	return nil
}

// Of gives the thread of a transcript: NotFound where there is none, as with a
// chat of the widget, or where it has gone on in another transcript since.
func (s *Threads) Of(ctx context.Context, t id.Tenant, chat id.Conversation) (Thread, error) {
	var place placeItem
	if err := s.table.Get(ctx, t, table.ChannelPlace(t, chat), &place); err != nil {
		return Thread{}, fmt.Errorf("find thread of conversation %s: %w", chat, err)
	}
	thread, err := s.Get(ctx, t, Account{place.Kind, place.Number}, place.Thread)
	if err == nil && !thread.Has(chat) {
		err = fault.E(fault.NotFound, "There is nothing here.", nil)
	}
	return thread, err
}

// OfAll gives the threads of up to 100 transcripts, as far as they have any.
func (s *Threads) OfAll(ctx context.Context, t id.Tenant, chats []id.Conversation) (map[id.Conversation]Thread, error) {
	all := map[id.Conversation]Thread{}
	if len(chats) == 0 {
		return all, nil
	}
	places := make([]table.Key, len(chats))
	for i, c := range chats {
		places[i] = table.ChannelPlace(t, c)
	}
	found, err := s.table.GetAll(ctx, t, places...)
	if err != nil {
		return nil, fmt.Errorf("find threads: %w", err)
	}
	var accounts []Account
	var threads []table.Key
	var of []id.Conversation
	for n, item := range found {
		if !item.Exists() {
			continue
		}
		var place placeItem
		if err := item.Decode(&place); err != nil {
			return nil, err
		}
		a := Account{place.Kind, place.Number}
		accounts, threads, of = append(accounts, a), append(threads, table.ChannelThread(t, a.Key(), place.Thread)), append(of, chats[n])
	}
	if len(threads) == 0 {
		return all, nil
	}
	if found, err = s.table.GetAll(ctx, t, threads...); err != nil {
		return nil, fmt.Errorf("read threads: %w", err)
	}
	for i, item := range found {
		if !item.Exists() {
			continue
		}
		var stored threadItem
		if err := item.Decode(&stored); err != nil {
			return nil, err
		}
		thread, err := threadOf(accounts[i], stored)
		if err != nil {
			return nil, err
		}
		if thread.Has(of[i]) {
			all[of[i]] = thread
		}
	}
	return all, nil
}
