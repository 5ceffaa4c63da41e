package channel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Holder is who has a thread when the AI has not.
type Holder string

// The holders.
const (
	Nobody   Holder = ""
	Agent    Holder = "person" // a person at the shop wrote
	OtherApp Holder = "app"    // another app has control of the thread
	Awaited  Holder = "waits"  // the person asked for somebody at the shop, who has not written yet
	Stopped  Holder = "nobody" // the shop has stopped the AI, until it gives the thread back
)

// PersonHolds is how long a person at the shop has the thread after their last
// message. The thread can be given back before.
const PersonHolds = 24 * time.Hour

// PersonIsAwaited is how long the AI leaves a thread to the person who was asked for,
// until it answers again. The shop and who asked can give it back before.
const PersonIsAwaited = 24 * time.Hour

// Flag says why a person at the shop should look at a thread.
type Flag string

// The flags.
const (
	NoFlag      Flag = ""
	AskedFor    Flag = "asked-for"   // the person asked for somebody
	Unanswered  Flag = "unanswered"  // the pages did not say, or no answer could be made
	MaybeSent   Flag = "maybe-sent"  // it is not known whether a message arrived
	NotSent     Flag = "not-sent"    // a message could not be, or may not be sent
	BeingTried  Flag = "being-tried" // an answer is tried again; cleared when that works
	TooManyOnce Flag = "too-many"    // more messages at once than are answered
	OnlyMedia   Flag = "only-media"  // a picture or a voice, which the AI does not take
)

// Contact is whom to write to.
type Contact struct {
	Person string `json:"person"`
	Phone  string `json:"phone,omitempty"`
}

// PostState is how far a message of ours came. It only ever rises.
type PostState string

// The states, in order.
const (
	PostSending   PostState = "sending" // on its way to the platform; after a crash, nobody knows
	PostUnknown   PostState = "unknown" // and nobody ever heard
	PostRefused   PostState = "refused" // by the platform
	PostSent      PostState = "sent"
	PostDelivered PostState = "delivered"
	PostRead      PostState = "read"
	PostFailed    PostState = "failed" // taken, and not delivered
)

var ranks = []PostState{PostSending, PostUnknown, PostRefused, PostSent, PostDelivered, PostRead, PostFailed}

// Worse reports whether a part of a message in one state is more of a reason to look
// than one in another: failed before unknown before what is on its way.
func Worse(a, b PostState) bool { return slices.Index(troubles, a) < slices.Index(troubles, b) }

// troubles are the states, the worst first.
var troubles = []PostState{PostFailed, PostRefused, PostUnknown, PostSending, PostSent, PostDelivered, PostRead}

// Post is one message of ours: a part of the answer to an event. It is recorded
// before it is sent.
type Post struct {
	Event id.Message `json:"e"`
	Part  int        `json:"p"`
	State PostState  `json:"s"`
	Name  id.Message `json:"n,omitempty"` // the platform's id for it, as a keyed hash
	At    int64      `json:"t"`           // Unix milliseconds
	Code  int        `json:"c,omitempty"` // the platform's error
	Turn  int        `json:"u,omitempty"` // of the transcript, whose answer it is part of

	Discloses string `json:"d,omitempty"` // the language in which it is the disclosure
}

// PostName is our own name for a post. It goes along to the platform, and comes
// back with what is said of the message.
type PostName struct {
	Thread id.Conversation
	Event  id.Message
	Part   int
}

// String is the name as it is sent.
func (n PostName) String() string { return fmt.Sprintf("%s.%s.%d", n.Thread, n.Event, n.Part) }

// ParsePostName reads a name that String made.
func ParsePostName(s string) (PostName, bool) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return PostName{}, false
	}
	thread, err := id.Parse[id.Conversation](parts[0])
	if err != nil {
		return PostName{}, false
	}
	event, err := id.Parse[id.Message](parts[1])
	if err != nil {
		return PostName{}, false
	}
	part, err := strconv.Atoi(parts[2])
	n := PostName{thread, event, part}
	return n, err == nil && part >= 0 && n.String() == s
}

// maxPosts is how many of the latest posts a thread remembers.
const maxPosts = 24

// Thread is the state of one person's thread with an account.
type Thread struct {
	ID           id.Conversation
	Account      Account
	Conversation id.Conversation // its transcript
	Shopper      id.Shopper
	Generation   int       // counts erasures
	OpenedAt     time.Time // when the person last did what opens the window
	OptedOutAt   time.Time
	NoTemplates  bool // the person does not want any
	HeldBy       Holder
	HeldAt       time.Time // the last message of whoever has it
	ErasedAt     time.Time // what happened until then is forgotten
	Flag         Flag
	FlaggedAt    time.Time
	Disclosed    []string // languages in which the person was told about the AI
	Language     string
	Posts        []Post // the latest, oldest first
	Order        OrderStep
	Numbers      []Number        // that lead here
	Joined       []Chat          // other transcripts of the same person, whatever is left of them
	Into         id.Conversation // where this goes on, if it is the thread of such a number; else empty

	contact   seal.Text
	contactOn string // the day it was sealed
	version   string
}

// Held reports whether somebody else than the AI has the thread.
func (t Thread) Held(now time.Time) bool {
	switch t.HeldBy {
	case OtherApp, Stopped:
		return true
	case Agent, Awaited:
		return now.Before(t.HeldUntil())
	}
	return false
}

// HeldUntil is when a hold ends by itself: the zero time for one that does not.
func (t Thread) HeldUntil() time.Time {
	switch t.HeldBy {
	case Agent:
		return t.HeldAt.Add(PersonHolds)
	case Awaited:
		return t.HeldAt.Add(PersonIsAwaited)
	}
	return time.Time{}
}

// Undisclosed takes back that the person was told about the AI by a post that did not
// reach them.
func (t *Thread) Undisclosed(p *Post) {
	if p.Discloses != "" {
		t.Disclosed = slices.DeleteFunc(slices.Clone(t.Disclosed), func(l string) bool { return l == p.Discloses })
	}
}

// Take notes who has the thread, and since when. Where the shop has stopped the AI,
// it stays so whoever writes.
func (t *Thread) Take(by Holder, at time.Time) {
	if t.HeldBy != Stopped {
		t.HeldBy = by
	}
	t.HeldAt = at
}

// Post finds the post of a part of the answer to an event.
func (t *Thread) Post(event id.Message, part int) *Post {
	for i := range t.Posts {
		if t.Posts[i].Event == event && t.Posts[i].Part == part {
			return &t.Posts[i]
		}
	}
	return nil
}

// PostNamed finds a post by the platform's id, as a keyed hash.
func (t *Thread) PostNamed(name id.Message) *Post {
	for i := range t.Posts {
		if t.Posts[i].Name == name {
			return &t.Posts[i]
		}
	}
	return nil
}

// Add records a post.
func (t *Thread) Add(p Post) {
	t.Posts = append(t.Posts, p)
	t.Posts = t.Posts[max(0, len(t.Posts)-maxPosts):]
}

// Raise moves a post to a later state, and reports whether that is later than the
// one it is in.
func (p *Post) Raise(to PostState) bool {
	if slices.Index(ranks, to) <= slices.Index(ranks, p.State) {
		return false
	}
	p.State = to
	return true
}

// Emptied is the thread with nothing about its person but when it was erased, how it
// is found, what they wish, and who has it: none of these ends with an erasure.
func (t Thread) Emptied(now time.Time) Thread {
	if t.HeldBy == Awaited { // nobody can see any more who asked, and what for
		t.HeldBy = Nobody
	}
	return Thread{
		ID: t.ID, Account: t.Account, Generation: t.Generation, ErasedAt: now, version: t.version,
		OptedOutAt: t.OptedOutAt, NoTemplates: t.NoTemplates, HeldBy: t.HeldBy, HeldAt: t.HeldAt, Numbers: t.Numbers, Joined: t.Joined, Into: t.Into,
	}
}

// Raised flags the thread.
func (t *Thread) Raised(f Flag, now time.Time) { t.Flag, t.FlaggedAt = f, now }

// Threads keeps the state of threads, and which events have been taken care of.
type Threads struct {
	table *table.Store
	keys  *seal.Keyring
	veil  *Veil
}

// NewThreads makes a Threads on the main table.
func NewThreads(t *table.Store, keys *seal.Keyring, veil *Veil) *Threads {
	return &Threads{t, keys, veil}
}

// threadItem is a Thread as stored.
type threadItem struct {
	table.Key
	Thread       id.Conversation `dynamodbav:"thread"`
	Conversation id.Conversation `dynamodbav:"conversation"`
	Shopper      id.Shopper      `dynamodbav:"shopper"`
	Generation   int             `dynamodbav:"generation"`
	Contact      seal.Text       `dynamodbav:"contact,omitempty"`
	ContactOn    string          `dynamodbav:"contact_on,omitempty"`
	OpenedAt     int64           `dynamodbav:"opened_at"` // these in Unix milliseconds; 0 is never
	OptedOutAt   int64           `dynamodbav:"opted_out_at"`
	HeldAt       int64           `dynamodbav:"held_at"`
	ErasedAt     int64           `dynamodbav:"erased_at"`
	FlaggedAt    int64           `dynamodbav:"flagged_at"`
	NoTemplates  bool            `dynamodbav:"no_templates"`
	HeldBy       Holder          `dynamodbav:"held_by"`
	Flag         Flag            `dynamodbav:"flag"`
	Disclosed    []string        `dynamodbav:"disclosed,omitempty"`
	Language     string          `dynamodbav:"language"`
	Posts        string          `dynamodbav:"posts,omitempty"`      // as JSON; names nobody
	Order        string          `dynamodbav:"order_step,omitempty"` // as JSON; ids only
	Numbers      string          `dynamodbav:"numbers,omitempty"`    // as JSON; keyed hashes
	Joined       string          `dynamodbav:"joined,omitempty"`     // as JSON; keyed hashes
	Into         id.Conversation `dynamodbav:"into,omitempty"`
	Version      string          `dynamodbav:"version"`    // another one with every change
	ExpireAt     int64           `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes threadItem a table.Record.
func (threadItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "channel.thread", Subject: inventory.Shopper, SubjectKey: "shopper",
		Fields: map[string]inventory.Category{
			"thread": inventory.Identifier, "conversation": inventory.Identifier, "shopper": inventory.Identifier, "generation": inventory.None,
			"contact": inventory.ContactDetail, "contact_on": inventory.None, "opened_at": inventory.None, "opted_out_at": inventory.None,
			"held_at": inventory.None, "erased_at": inventory.None, "flagged_at": inventory.None, "no_templates": inventory.None,
			"held_by": inventory.None, "flag": inventory.None, "disclosed": inventory.None, "language": inventory.None,
			"posts": inventory.Identifier, "order_step": inventory.Identifier, "numbers": inventory.Identifier,
			"joined": inventory.Identifier, "into": inventory.Identifier, "version": inventory.None, "expires_at": inventory.None,
		},
		Purpose:    inventory.CustomerSupport,
		LegalBasis: inventory.Contract, // GDPR Art. 6(1)(b), the merchant's; we process on its behalf
		Role:       inventory.Processor,
		Retention:  inventory.ChatRetention,
		Source:     inventory.FromMeta,
		Exported:   true,
	}
}

// Get reads a thread: NotFound if there is none.
func (s *Threads) Get(ctx context.Context, t id.Tenant, a Account, thread id.Conversation) (Thread, error) {
	var item threadItem
	if err := s.table.Get(ctx, t, table.ChannelThread(t, a.Key(), thread), &item); err != nil {
		return Thread{}, fmt.Errorf("read thread %s: %w", thread, err)
	}
	return threadOf(a, item)
}

// maxChanges bounds how often a change is tried while others change the thread.
const maxChanges = 10

// ErrUnchanged is what a change gives to leave the thread as it is.
var ErrUnchanged = errors.New("unchanged")

// Change reads a thread, or begins it, lets change work on it and stores it,
// unless somebody else has changed it meanwhile: then all of this again. What
// change has seen is therefore true in the moment that its work is stored. With
// ErrUnchanged nothing is stored. keep is how long a thread is kept after it.
func (s *Threads) Change(ctx context.Context, t id.Tenant, a Account, thread id.Conversation, keep time.Duration, change func(*Thread) error) (Thread, error) {
	for range maxChanges {
		state, err := s.state(ctx, t, a, thread)
		if err != nil {
			return Thread{}, err
		}
		was := state.version
		err = change(&state)
		if errors.Is(err, ErrUnchanged) {
			return state, nil
		}
		if err != nil {
			return state, err
		}
		state.version = string(id.Random[id.Message]())
		item, err := itemOf(t, state, s.table.Now().Add(keep))
		if err != nil {
			return Thread{}, err
		}
		if was == "" {
			err = s.table.Create(ctx, t, item)
		} else {
			err = s.table.Replace(ctx, t, item, "version", was)
		}
		if fault.KindOf(err) != fault.Conflict {
			return state, err
		}
		// A lost answer to our own write looks like somebody else's.
		if now, err := s.Get(ctx, t, a, thread); err == nil && now.version == state.version {
			return state, nil
		}
	}
	return Thread{}, fault.E(fault.Conflict, "This thread keeps changing.", nil)
}

// Remember seals whom the thread is with, once a day, so that a person at the
// shop can answer and the text can be forgotten with its day. With it goes where
// the thread's transcript is, which is kept as long as the thread.
func (s *Threads) Remember(ctx context.Context, t id.Tenant, state *Thread, c Contact, keep time.Duration) error {
	day := s.table.Now().UTC().Format(time.DateOnly)
	if state.contact != nil && state.contactOn == day {
		return nil
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode contact: %w", err)
	}
	sealed, err := s.keys.Seal(ctx, t, state.Shopper, seal.Clear(string(plain)))
	if err != nil {
		return err
	}
	if err := s.locate(ctx, t, *state, keep); err != nil {
		return err
	}
	state.contact, state.contactOn = sealed, day
	return nil
}

// Contact gives whom a thread is with: NotFound if that was erased, or is not
// known.
func (s *Threads) Contact(ctx context.Context, t id.Tenant, state Thread) (Contact, error) {
	var c Contact
	if state.contact == nil {
		return c, fault.E(fault.NotFound, "It is not known whom this thread is with.", nil)
	}
	plain, err := s.keys.Open(ctx, t, state.Shopper, state.contact)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal([]byte(plain.Reveal()), &c); err != nil {
		return c, fmt.Errorf("decode contact: %w", err)
	}
	return c, nil
}

// All lists the threads of an account.
func (s *Threads) All(ctx context.Context, t id.Tenant, a Account) ([]Thread, error) {
	items, err := s.table.Earliest(ctx, t, table.ChannelThreads(t, a.Key()), 0)
	if err != nil {
		return nil, fmt.Errorf("list threads of %s: %w", a, err)
	}
	all := make([]Thread, 0, len(items))
	for _, i := range items {
		var item threadItem
		if err := i.Decode(&item); err != nil {
			return nil, err
		}
		thread, err := threadOf(a, item)
		if err != nil {
			return nil, err
		}
		all = append(all, thread)
	}
	return all, nil
}

func itemOf(t id.Tenant, s Thread, expires time.Time) (threadItem, error) {
	item := threadItem{
		Key: table.ChannelThread(t, s.Account.Key(), s.ID), Thread: s.ID, Conversation: s.Conversation, Shopper: s.Shopper, Generation: s.Generation,
		Contact: s.contact, ContactOn: s.contactOn, OpenedAt: millis(s.OpenedAt), OptedOutAt: millis(s.OptedOutAt), HeldAt: millis(s.HeldAt),
		ErasedAt: millis(s.ErasedAt), FlaggedAt: millis(s.FlaggedAt), NoTemplates: s.NoTemplates, HeldBy: s.HeldBy, Flag: s.Flag,
		Disclosed: s.Disclosed, Language: s.Language, Into: s.Into, Version: s.version, ExpireAt: expires.Unix(),
	}
	for _, part := range []struct {
		into  *string
		any   bool
		value any
	}{
		{&item.Posts, len(s.Posts) > 0, s.Posts}, {&item.Order, s.Order != (OrderStep{}), s.Order},
		{&item.Numbers, len(s.Numbers) > 0, s.Numbers}, {&item.Joined, len(s.Joined) > 0, s.Joined},
	} {
		if !part.any {
			continue
		}
		text, err := json.Marshal(part.value)
		if err != nil {
			return item, fmt.Errorf("encode thread %s: %w", s.ID, err)
		}
		*part.into = string(text)
	}
	return item, nil
}

func threadOf(a Account, item threadItem) (Thread, error) {
	s := Thread{
		ID: item.Thread, Account: a, Conversation: item.Conversation, Shopper: item.Shopper, Generation: item.Generation,
		OpenedAt: at(item.OpenedAt), OptedOutAt: at(item.OptedOutAt), NoTemplates: item.NoTemplates, HeldBy: item.HeldBy, HeldAt: at(item.HeldAt),
		ErasedAt: at(item.ErasedAt), Flag: item.Flag, FlaggedAt: at(item.FlaggedAt), Disclosed: item.Disclosed, Language: item.Language, Into: item.Into,
		contact: item.Contact, contactOn: item.ContactOn, version: item.Version,
	}
	for _, part := range []struct {
		text string
		into any
	}{{item.Posts, &s.Posts}, {item.Order, &s.Order}, {item.Numbers, &s.Numbers}, {item.Joined, &s.Joined}} {
		if part.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return s, fmt.Errorf("decode thread %s: %w", s.ID, err)
		}
	}
	return s, nil
}

// millis and at keep the time that never was as 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
