// Package conversation holds the transcript between a shopper and a shop: turns
// that are added and answered once, in order, and never changed.
package conversation

import (
	"maps"
	"slices"
	"time"

	"omniops/shared/id"
	"omniops/shared/seal"
)

// Author is who wrote a message. It decides what may be said in whose name: the
// assistant is never passed off as a person.
type Author string

// The authors.
const (
	Shopper   Author = "shopper"
	Assistant Author = "assistant" // the AI
	Agent     Author = "agent"     // a person at the shop
)

// State is how far an answer came.
type State string

// The states.
const (
	Complete    State = "complete"
	Interrupted State = "interrupted" // cut off part way; what came is kept
	Unkept      State = "unkept"      // shown but not stored: the keys could not be reached
)

// Source is a page that an answer rests on.
type Source struct {
	N         int       `json:"n"` // the number it is cited by
	Title     string    `json:"title"`
	URL       string    `json:"url"`
	Hash      string    `json:"hash,omitempty"` // of the text that was read there
	CrawledAt time.Time `json:"crawled_at"`
	Stale     bool      `json:"stale"` // read so long ago that it may have changed
}

// Message is one transcript line.
type Message struct {
	ID       id.Message
	Turn     int // counts up from 1; an answer has the turn of what it answers
	Author   Author
	Text     seal.Personal
	Sources  []Source
	Handoff  bool // offers a person
	Degraded bool // made without a model
	OwnOrder bool // about an order of the shopper's, which it was shown with
	State    State
	SentAt   time.Time

	CorrectedAt time.Time // when other words took the place of its first; zero when none did
}

// Head is what is known of a conversation beside its messages.
type Head struct {
	Domain    string // the site the widget ran on
	Language  string
	StartedAt time.Time
}

// Thread is a conversation as read: its head and its latest messages, oldest
// first.
type Thread struct {
	Head     Head
	Standing Standing
	Messages []Message

	active string        // the day the head is listed under; empty when it is not stored
	last   int           // the latest turn that is stored, readable or not
	claims map[int]claim // by turn
}

// claim is who is answering a turn: the idempotency key it came with, and until
// when nobody else may answer it.
type claim struct {
	key   string
	until time.Time
}

// LastTurn is the number of the latest turn, 0 before the first.
func (t Thread) LastTurn() int { return t.last }

// TurnOf finds the turn that came with an idempotency key.
func (t Thread) TurnOf(key string) (int, bool) {
	hashed := hashKey(key)
	for turn, c := range t.claims {
		if c.key == hashed {
			return turn, true
		}
	}
	return 0, false
}

// Answer gives the answer to a turn, if there is one.
func (t Thread) Answer(turn int) (Message, bool) {
	for _, m := range t.Messages {
		if m.Turn == turn && m.Author != Shopper {
			return m, true
		}
	}
	return Message{}, false
}

// Question gives what the shopper wrote in a turn.
func (t Thread) Question(turn int) (Message, bool) {
	for _, m := range t.Messages {
		if m.Turn == turn && m.Author == Shopper {
			return m, true
		}
	}
	return Message{}, false
}

// ClaimedUntil is when the claim on answering a turn runs out.
func (t Thread) ClaimedUntil(turn int) time.Time { return t.claims[turn].until }

// Within is the thread without what was said at oldest or before.
func (t Thread) Within(oldest time.Time) Thread {
	kept := t
	kept.Messages = slices.DeleteFunc(slices.Clone(t.Messages), func(m Message) bool { return !m.SentAt.After(oldest) })
	kept.claims = maps.Clone(t.claims)
	maps.DeleteFunc(kept.claims, func(turn int, _ claim) bool {
		_, still := kept.Question(turn)
		return !still
	})
	return kept
}

// Since counts the shopper's messages after a time.
func (t Thread) Since(at time.Time) int {
	n := 0
	for _, m := range t.Messages {
		if m.Author == Shopper && m.SentAt.After(at) {
			n++
		}
	}
	return n
}
