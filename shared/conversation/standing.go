package conversation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// Choice is something a person has decided about their conversation.
type Choice string

// The choices.
const (
	NoAI       Choice = "no-ai"      // no model is asked; people answer
	Restricted Choice = "restricted" // kept, but not used (GDPR Art. 18)
	Objected   Choice = "objected"   // to whatever rests on a legitimate interest (GDPR Art. 21)
	OptedOut   Choice = "opted-out"  // of sale and sharing, which do not happen
	Limited    Choice = "limited"    // to what the service needs (CCPA § 1798.121)
	Paused     Choice = "paused"     // until a parent agrees: the shopper may be a child
	Attended   Choice = "attended"   // the shop's own: a person there answers, and no AI, until they give it back
)

// Standing is what a person has decided about their conversation. It is kept apart
// from the head, so that no turn under way can undo it.
type Standing struct {
	Choices  []Choice
	ErasedAt time.Time // when it was erased; zero while it is not

	read bool // there is one
}

// Has reports whether a choice was made.
func (s Standing) Has(c Choice) bool { return slices.Contains(s.Choices, c) }

// Erased reports whether the conversation is over for good.
func (s Standing) Erased() bool { return !s.ErasedAt.IsZero() }

// AllowsAI reports whether a model may be sent what the person writes.
func (s Standing) AllowsAI() bool {
	return !s.Erased() && !s.Has(NoAI) && !s.Has(Restricted) && !s.Has(Paused) && !s.Has(Attended)
}

// Allows reports whether the conversation may be used for a purpose. Showing it to
// the person, and what the law demands, always may; erasure and restriction leave
// nothing else, and limits and objections leave the service itself and its
// security.
func (s Standing) Allows(p inventory.Purpose) bool {
	if p == inventory.LegalCompliance {
		return true
	}
	if s.Erased() || s.Has(Restricted) || s.Has(Paused) {
		return false
	}
	if s.Has(Limited) || s.Has(Objected) {
		return p == inventory.CustomerSupport || p == inventory.Transparency ||
			p == inventory.SecurityAndFraud && !s.Has(Objected)
	}
	return true
}

// standingItem is a Standing as stored.
type standingItem struct {
	table.Key
	Shopper  id.Shopper `dynamodbav:"shopper"`
	Choices  []Choice   `dynamodbav:"choices,omitempty"`
	ErasedAt time.Time  `dynamodbav:"erased_at,omitempty"`
	Erased   bool       `dynamodbav:"erased"`     // always stored: nothing is written over a true one
	ExpireAt int64      `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes standingItem a table.Record.
func (standingItem) Inventory() inventory.Entry {
	e := chatEntry("conversation.standing", inventory.LegalCompliance, map[string]inventory.Category{
		"shopper": inventory.Identifier, "choices": inventory.None, "erased_at": inventory.None, "erased": inventory.None, "expires_at": inventory.None,
	})
	e.LegalBasis = inventory.LegalObligation // GDPR Art. 17, 18, 21
	return e
}

// standingKept is how long a choice is kept after the last turn: as long as a chat
// can be, whatever the merchant's setting, and longer than a session can be renewed.
const standingKept = 90 * inventory.Day

// Standing reads what a person has decided about a conversation.
func (s *Store) Standing(ctx context.Context, t id.Tenant, c id.Conversation) (Standing, error) {
	items, err := s.table.GetAll(ctx, t, table.Standing(t, c))
	if err != nil || !items[0].Exists() {
		return Standing{}, err
	}
	return standingOf(items[0])
}

func standingOf(item table.Item) (Standing, error) {
	var stored standingItem
	err := item.Decode(&stored)
	return Standing{stored.Choices, stored.ErasedAt, true}, err
}

// Choose adds a choice to a conversation, or takes it back. One that was erased
// stays as it is.
func (s *Store) Choose(ctx context.Context, ref Ref, choice Choice, made bool) error {
	for range maxTries {
		now, err := s.Standing(ctx, ref.Tenant, ref.Conversation)
		if err != nil {
			return fmt.Errorf("read standing of conversation %s: %w", ref.Conversation, err)
		}
		if now.Erased() || now.Has(choice) == made {
			return nil
		}
		was := now
		now.Choices = slices.DeleteFunc(slices.Clone(now.Choices), func(c Choice) bool { return c == choice })
		if made {
			now.Choices = append(now.Choices, choice)
		}
		if err := s.stand(ctx, ref, was, now); fault.KindOf(err) != fault.Conflict || err == nil {
			return err
		}
	}
	return fault.After(fault.Unavailable, "This has just been changed. Please try again.", time.Second, nil)
}

// maxTries bounds how often a choice is tried again that was changed meanwhile.
const maxTries = 4

// stand stores the choices of a conversation over those that were read: a Conflict
// if there were none and are some now, or if it was erased meanwhile.
func (s *Store) stand(ctx context.Context, ref Ref, was, now Standing) error {
	item := s.standingItem(ref, now)
	if was.read {
		return s.table.Replace(ctx, ref.Tenant, item, "erased", false)
	}
	return s.table.Create(ctx, ref.Tenant, item)
}

// Bury marks a conversation as erased, before anything of it goes: from here on
// nothing of it is read, and nothing is added to it.
// What its person had decided is still known.
func (s *Store) Bury(ctx context.Context, ref Ref) error {
	was, err := s.decided(ctx, ref.Tenant, ref.Conversation)
	if err != nil {
		return fmt.Errorf("bury conversation %s: %w", ref.Conversation, err)
	}
	if err := s.table.Put(ctx, ref.Tenant, s.standingItem(ref, Standing{Choices: was.Choices, ErasedAt: s.now()})); err != nil {
		return fmt.Errorf("bury conversation %s: %w", ref.Conversation, err)
	}
	return nil
}

func (s *Store) standingItem(ref Ref, standing Standing) standingItem {
	return standingItem{
		Key: table.Standing(ref.Tenant, ref.Conversation), Shopper: ref.Shopper, Choices: standing.Choices,
		ErasedAt: standing.ErasedAt, Erased: standing.Erased(), ExpireAt: s.table.Now().Add(standingKept).Unix(),
	}
}

// Owner gives the shopper of a conversation: NotFound if nothing of it is left.
func (s *Store) Owner(ctx context.Context, t id.Tenant, c id.Conversation) (id.Shopper, error) {
	items, err := s.table.Latest(ctx, t, table.Whole(t, c), 1)
	if err != nil {
		return "", fmt.Errorf("read conversation %s: %w", c, err)
	}
	return ownerOf(items)
}

// ownerOf gives the shopper that items of a conversation name: NotFound without any.
func ownerOf(items []table.Item) (id.Shopper, error) {
	if len(items) == 0 {
		return "", fault.E(fault.NotFound, "There is nothing here.", nil)
	}
	var any struct { // every record of a conversation that somebody said something in calls it the same
		Shopper id.Shopper `dynamodbav:"shopper"`
	}
	if err := items[0].Decode(&any); err != nil {
		return "", err
	}
	if any.Shopper == "" { // all that is left is whose it was
		return "", fault.E(fault.NotFound, "There is nothing here.", nil)
	}
	return any.Shopper, nil
}

// Idle reports whether a conversation's last day is still the one it was listed by,
// written 2006-01-02: the index may lag behind a shopper who has come back.
func (s *Store) Idle(ctx context.Context, t id.Tenant, c id.Conversation, day string) (bool, error) {
	items, err := s.table.Latest(ctx, t, table.Head(t, c), 1)
	if err != nil || len(items) == 0 { // without a head nobody goes on with it
		return true, err
	}
	var head headItem
	err = items[0].Decode(&head)
	return head.DuePK == table.ChatActive(t, c, day).DuePK, err
}

// Cleared is what Clear removed.
type Cleared struct {
	Rows   int
	Digest string // of what they held, as stored
}

// Clear removes everything of a conversation but its standing.
func (s *Store) Clear(ctx context.Context, t id.Tenant, c id.Conversation) (Cleared, error) {
	rows, digest, err := s.table.Remove(ctx, t, table.BelowStanding(t, c))
	if err != nil {
		return Cleared{}, fmt.Errorf("clear conversation %s: %w", c, err)
	}
	above, err := s.table.DeleteRange(ctx, t, table.AboveStanding(t, c))
	if err != nil {
		return Cleared{}, fmt.Errorf("clear conversation %s: %w", c, err)
	}
	return Cleared{rows + above, digest}, nil
}

// gone is what a message to an erased conversation is answered with.
func gone() error {
	return fault.E(fault.NotFound, "This chat has been erased. Please start a new one.", nil)
}
