// Package support is the storefront engine: a shopper's message in, a grounded
// answer or the way to a person out. Its tools are a closed set of two: to look at
// the order the conversation has proved, and to propose a change to it that the
// shopper then confirms. What the model may see goes through llm.
//
// What the model says goes through three filters before a shopper sees it. The
// verdict holds back an answer that is none. Citations let no picture and no
// address of another site through. Receipts check each sentence against the
// evidence, which is the passages the model was given: a citation that does not
// hold is left out, one that is missing is added, and a sentence with a figure
// that no passage states is dropped. The price of a product, and whether it is in
// stock, are those of the shop's record of it. Text on a page that is addressed to
// a model is neither shown to one nor counted as evidence.
package support

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/knowledge/library"
	"omniops/shared/llm"
	"omniops/shared/mask"
	"omniops/shared/processor"
	"omniops/shared/seal"
	"omniops/shared/tenant"
	"omniops/shared/wish"
)

// Engine answers shoppers. It is safe for concurrent use.
type Engine struct {
	Tenants       *tenant.Recent
	Conversations *conversation.Store
	Knowledge     *library.Library
	Models        *llm.Router
	Orders        *Orders                                                                 // nil where no shop system can be connected
	Wished        func(context.Context, conversation.Ref, tenant.Region, wish.Wish) error // keeps a wish that holds at once as a request; nil does not
	Now           func() time.Time
	Log           *slog.Logger

	warmed sync.Once
	read   shelf
}

// Limits on a shopper. They are read off the thread, so checking them costs no
// call.
const (
	MaxMessage = 2000 // characters
	maxTurns   = 200  // of one conversation
	burst      = 6    // messages
	burstIn    = 30 * time.Second
	recent     = 12 // messages read: enough for the burst and for the model
)

// Ask is what came in.
type Ask struct {
	conversation.Ref
	Domain         string // the site the widget runs on
	Language       string // of the session
	Text           string
	IdempotencyKey string
	InThread       *InThread // where there is nothing but words; nil where there are forms
}

// Turn is an accepted message on its way to an answer.
type Turn struct {
	ask     Ask
	account tenant.Account
	thread  conversation.Thread // before this message
	number  int
	of      int          // the turn that is answered, where that is an earlier one; else 0
	asked   string       // the shopper's words, without card numbers
	replay  bool         // this idempotency key has been seen before
	kept    bool         // stored; not when the keys cannot be reached
	orders  bool         // the message speaks of orders, and the merchant has a shop connected
	lookups []llm.Lookup // what the question was sent for to be found by meaning
}

// Accept checks and stores a message. It is Invalid when empty or too long,
// RateLimited past a limit, Unavailable when the table is.
//
// A message whose keys cannot be reached is accepted but not stored: the answer
// says so.
func (e *Engine) Accept(ctx context.Context, ask Ask) (*Turn, error) {
	ask.Text = strings.TrimSpace(ask.Text)
	if n := utf8.RuneCountInString(ask.Text); !strings.ContainsFunc(ask.Text, unicode.IsGraphic) || n > MaxMessage {
		return nil, fault.E(fault.Invalid, fmt.Sprintf("A message has 1 to %d characters.", MaxMessage), nil)
	}
	turn := &Turn{ask: ask, asked: mask.Scrub(ask.Text), kept: true}
	for try := 0; ; try++ {
		read := e.loadFirst
		if try > 0 { // something was missed
			read = e.load
		}
		used, err := read(ctx, turn)
		if errors.Is(err, seal.ErrNoKeys) {
			turn.kept, turn.number = false, 1
			return turn, e.withinBudget(turn.account, used)
		}
		if err != nil {
			return nil, err
		}
		if n, seen := turn.thread.TurnOf(ask.IdempotencyKey); seen {
			turn.number, turn.replay = n, true
			if q, ok := turn.thread.Question(n); ok && q.Text.Reveal() != turn.asked {
				return nil, fault.E(fault.Conflict, "This idempotency key came with another message before.", nil)
			}
			return turn, nil
		}
		if err := e.withinLimits(turn, used); err != nil {
			return nil, err
		}
		message, err := e.Conversations.Begin(ctx, ask.Ref, turn.thread, conversation.Head{Domain: ask.Domain, Language: ask.Language},
			seal.Clear(turn.asked), ask.IdempotencyKey, turn.account.ChatRetention())
		switch {
		case err == nil:
			turn.number = message.Turn
			return turn, nil
		case fault.KindOf(err) == fault.Conflict && try < 3:
			// Another message of this conversation came in at the same moment.
		case errors.Is(err, seal.ErrNoKeys):
			turn.kept, turn.number = false, 1
			return turn, nil
		default:
			return nil, err
		}
	}
}

// warm makes what every turn needs and no start should wait for.
func warm() {
	orderWords()
	mask.Warm()
}

// loadFirst is load, eventually consistent, and gets ready beside it what a cold
// instance needs next: the keys, the index, and the tables of words.
func (e *Engine) loadFirst(ctx context.Context, turn *Turn) (used int64, err error) {
	e.warmed.Do(func() { go warm() })
	var unready error
	var prepared sync.WaitGroup
	prepared.Go(func() { unready = e.Conversations.Prepare(ctx, turn.ask.Ref) })
	go wish.Languages() // has the tables read
	used, err = e.loadFrom(ctx, turn, e.Conversations.Eventual())
	prepared.Wait()
	if err == nil && unready != nil {
		return used, unready
	}
	// Whether the index can be read is retrieve's to find.
	go func(version string) { _, _ = e.Knowledge.Index(context.WithoutCancel(ctx), turn.ask.Tenant, version) }(turn.account.IndexVersion)
	return used, err
}

// load reads the account and the thread in one round trip. With an error that
// holds seal.ErrNoKeys, all but the thread has been read.
func (e *Engine) load(ctx context.Context, turn *Turn) (used int64, err error) {
	return e.loadFrom(ctx, turn, e.Conversations)
}

func (e *Engine) loadFrom(ctx context.Context, turn *Turn, chats *conversation.Store) (used int64, err error) {
	group, groupCtx := errgroup.WithContext(ctx)
	var noKeys error
	group.Go(func() (err error) {
		turn.account, used, err = e.Tenants.Today(groupCtx, turn.ask.Tenant)
		return err
	})
	group.Go(func() (err error) {
		turn.thread, err = chats.Read(groupCtx, turn.ask.Ref, tenant.MaxChatDays*24*time.Hour, recent)
		if errors.Is(err, seal.ErrNoKeys) {
			noKeys, err = err, nil
		}
		return err
	})
	if err := group.Wait(); err != nil {
		return 0, err
	}
	turn.thread = turn.thread.Within(e.Now().Add(-turn.account.Shown(e.Now())))
	return used, noKeys
}

func (e *Engine) withinLimits(turn *Turn, used int64) error {
	if turn.thread.Since(e.Now().Add(-burstIn)) >= burst {
		return fault.After(fault.RateLimited, "That was a lot of messages at once. Please wait a moment.", burstIn, nil)
	}
	if turn.thread.LastTurn() >= maxTurns {
		return fault.After(fault.RateLimited, "This chat has become very long. Please start a new one.", time.Hour, nil)
	}
	return e.withinBudget(turn.account, used)
}

// Waits reports whether answering means waiting for another call that is still
// at it.
func (t *Turn) Waits() bool {
	_, answered := t.thread.Answer(t.number)
	return t.replay && !answered
}

// withinBudget keeps a merchant's daily number of turns.
func (e *Engine) withinBudget(account tenant.Account, used int64) error {
	if used < int64(account.DailyTurns) {
		return nil
	}
	now := e.Now().UTC()
	return fault.After(fault.RateLimited, "The assistant has answered as much as it may today. You can write to "+account.ContactEmail+".",
		now.Truncate(24*time.Hour).Add(24*time.Hour).Sub(now), nil)
}

// Event is one thing a shopper is shown while a turn is answered: a Disclosure,
// Status, Token, Sources, Verify, Order, Proposal or Done.
type Event any

// Disclosure comes first: whom the shopper is talking to.
type Disclosure struct {
	Text string `json:"text"`
	Turn int    `json:"turn"`
}

// Status says what a slow answer is doing.
type Status struct {
	Text string `json:"text"`
}

// Token is the next piece of the answer.
type Token struct {
	Text string `json:"text"`
}

// Sources are the pages the answer rests on, and whether a person is offered.
type Sources struct {
	Sources  []conversation.Source `json:"sources"`
	Handoff  bool                  `json:"handoff"`
	Degraded bool                  `json:"degraded"`
	Contact  string                `json:"contact,omitempty"` // where a person is reached, when handoff is set
}

// Done comes last: the answer is complete.
type Done struct {
	MessageID id.Message         `json:"message_id"`
	Turn      int                `json:"turn"`
	State     conversation.State `json:"state"`
}

// pollEvery is how often a repeated message looks for the answer that another
// call is still writing.
const pollEvery = 400 * time.Millisecond

// Answer answers an accepted turn. Once emit fails, which means that nobody
// listens any more, the answer is still finished and stored, so that the next
// try of the same message gets it.
func (e *Engine) Answer(ctx context.Context, turn *Turn, emit func(Event) error) error {
	ctx, cancel := detached(ctx)
	defer cancel()
	text := TextIn(LanguageOf(turn.asked, turn.ask.Language))
	if words := turn.ask.InThread; words != nil {
		text.ProveOrder, text.PleaseConfirm = words.Prove, words.Confirm
	}
	out := &listener{emit: emit}
	out.send(Disclosure{fmt.Sprintf(text.Disclosure, turn.account.Name), turn.number})
	if turn.replay {
		answered, err := e.await(ctx, turn)
		if err != nil {
			return err
		}
		if answered != nil {
			e.date(answered)
			out.send(Token{answered.Text.Reveal()})
			out.send(sourcesEvent(*answered, turn.account))
			out.send(Done{answered.ID, turn.number, answered.State})
			return nil
		}
	}
	answer, err := e.compose(ctx, turn, text, out)
	if err != nil {
		return err
	}
	answer.Message.Turn = turn.number
	answer.Ledger = e.withLookups(turn, answer.Ledger)
	out.send(sourcesEvent(answer.Message, turn.account))
	message, err := e.keep(ctx, turn, answer)
	if err != nil {
		return err
	}
	out.send(Done{message.ID, turn.number, message.State})
	return nil
}

// withLookups adds to a turn's ledger what was sent to have the question found by
// meaning.
func (e *Engine) withLookups(turn *Turn, ledger any) any {
	if len(turn.lookups) == 0 {
		return ledger
	}
	entry, asked := ledger.(llm.Entry)
	if !asked {
		entry = llm.Entry{
			At: e.Now(), Tenant: turn.ask.Tenant, Conversation: turn.ask.Conversation, Surface: processor.CustomerChat, Task: lookupTask,
			Attempts: []llm.Attempt{},
		}
	}
	entry.Lookups = turn.lookups
	return entry
}

// lookupTask stands in the ledger for a turn in which a model only looked the
// question up.
const lookupTask = "support/lookup"

// detached keeps the deadline of a request but not its end: a shopper who goes
// away does not end the answer.
func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	ctx = context.WithoutCancel(ctx)
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline)
}

// keep stores the answer and counts the turn, even when the shopper is gone. A
// turn that cannot be counted is answered all the same.
func (e *Engine) keep(ctx context.Context, turn *Turn, answer conversation.Answer) (conversation.Message, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	message := answer.Message
	var group errgroup.Group
	group.Go(func() error {
		if err := e.Tenants.CountTurn(ctx, turn.ask.Tenant); err != nil {
			e.Log.WarnContext(ctx, "count turn", "tenant", turn.ask.Tenant, "error", err)
		}
		return nil
	})
	if turn.kept {
		group.Go(func() (err error) {
			message, err = e.Conversations.Finish(ctx, turn.ask.Ref, answer, turn.account.ChatRetention())
			if fault.KindOf(err) == fault.Conflict { // somebody who took over was faster: theirs is the answer
				message, err = e.stored(ctx, turn)
			}
			return err
		})
	} else {
		message.ID, message.State = id.New[id.Message](e.Now()), conversation.Unkept
	}
	return message, group.Wait()
}

// stored reads the answer to a turn back.
func (e *Engine) stored(ctx context.Context, turn *Turn) (conversation.Message, error) {
	if _, err := e.load(ctx, turn); err != nil {
		return conversation.Message{}, err
	}
	if m, ok := turn.thread.Answer(turn.number); ok {
		return m, nil
	}
	return conversation.Message{}, fault.E(fault.Conflict, "The answer has changed meanwhile. Please ask again.", nil)
}

// await gives the answer to a message that came before, waiting for a call that
// is still at it. It gives nil when that call died and this one has taken over.
func (e *Engine) await(ctx context.Context, turn *Turn) (*conversation.Message, error) {
	for {
		if m, ok := turn.thread.Answer(turn.number); ok {
			return &m, nil
		}
		if !e.Now().Before(turn.thread.ClaimedUntil(turn.number)) {
			err := e.Conversations.TakeOver(ctx, turn.ask.Ref, turn.thread, turn.number)
			if err == nil {
				return nil, nil
			}
			if fault.KindOf(err) != fault.Conflict {
				return nil, err
			}
		}
		timer := time.NewTimer(pollEvery)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, fault.After(fault.Unavailable, "The answer is still being written. Please try again.", 5*time.Second, ctx.Err())
		case <-timer.C:
		}
		if _, err := e.load(ctx, turn); err != nil {
			return nil, err
		}
	}
}

// Transcript gives all that is kept of a conversation, oldest first.
func (e *Engine) Transcript(ctx context.Context, ref conversation.Ref) (conversation.Thread, error) {
	account, _, err := e.Tenants.Refresh(ctx, ref.Tenant)
	if err != nil {
		return conversation.Thread{}, err
	}
	thread, err := e.Conversations.Read(ctx, ref, account.Shown(e.Now()), 0)
	for i := range thread.Messages {
		e.date(&thread.Messages[i])
	}
	return thread, err
}

// date says which of a message's sources have become old since it was written.
func (e *Engine) date(m *conversation.Message) {
	for i, s := range m.Sources {
		m.Sources[i].Stale = e.stale(s.CrawledAt)
	}
}

// stale reports whether what was read at a time may have changed.
func (e *Engine) stale(read time.Time) bool { return e.Now().Sub(read) > staleAfter }

// listener sends events until sending fails, and then no more. It is safe for
// concurrent use.
type listener struct {
	mu   sync.Mutex
	emit func(Event) error
	gone bool
}

func (l *listener) send(ev Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.gone && l.emit(ev) != nil {
		l.gone = true
	}
}

func sourcesEvent(m conversation.Message, account tenant.Account) Sources {
	ev := Sources{Sources: slices.Clone(m.Sources), Handoff: m.Handoff, Degraded: m.Degraded}
	if ev.Sources == nil {
		ev.Sources = []conversation.Source{} // [] in JSON
	}
	if m.Handoff {
		ev.Contact = account.ContactEmail
	}
	return ev
}
