package main

import (
	"strconv"
	"strings"
	"time"

	"omniops/shared/channel"
	"omniops/shared/channel/desk"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// listView is one step of the walk through a merchant's conversations.
type listView struct {
	Conversations []summaryView `json:"conversations"`
	Next          string        `json:"next,omitempty"` // the cursor of the next step; empty at the end
}

// summaryView is a conversation as a list shows it.
type summaryView struct {
	ID             id.Conversation `json:"conversation_id"`
	Channel        string          `json:"channel"` // web, messenger, instagram or whatsapp
	Account        string          `json:"account"` // the site, or the platform's number of the shop's account
	Language       string          `json:"language"`
	StartedAt      time.Time       `json:"started_at"`
	Handler        desk.Handler    `json:"handler"`                // who answers
	HandlerUntil   time.Time       `json:"handler_until,omitzero"` // when the AI answers again by itself
	Attention      channel.Flag    `json:"attention,omitempty"`    // why somebody should look
	AttentionSince time.Time       `json:"attention_since,omitzero"`
	Last           messageView     `json:"last_message"`
	ExpiresAt      time.Time       `json:"expires_at"` // when the last of it goes, to the second
}

// messageView is one line.
type messageView struct {
	ID          id.Message          `json:"message_id"`
	Turn        int                 `json:"turn"`
	Author      conversation.Author `json:"author"`
	Text        string              `json:"text"`
	Sources     []sourceView        `json:"sources,omitempty"`
	Handoff     bool                `json:"handoff,omitempty"`
	State       conversation.State  `json:"state"`
	SentAt      time.Time           `json:"sent_at"`
	CorrectedAt time.Time           `json:"corrected_at,omitzero"`
	ExpiresAt   time.Time           `json:"expires_at"`
	Delivery    channel.PostState   `json:"delivery,omitempty"` // of what was sent on a channel, as far as it is known
}

// sourceView is a page that an answer rests on.
type sourceView struct {
	N     int    `json:"n"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

// formView is whether a person may send a form now and, if not, why, and what may be
// done instead.
type formView struct {
	Form    channel.Form   `json:"form"`
	Allowed bool           `json:"allowed"`
	Reason  channel.Reason `json:"reason,omitempty"`
	Next    channel.Step   `json:"next,omitempty"`
}

// chatView is a conversation with all that was said.
type chatView struct {
	summaryView
	Messages  []messageView `json:"messages"`
	Forms     []formView    `json:"forms"`
	FreeUntil time.Time     `json:"free_until,omitzero"` // when a free message can no longer be sent
}

func newMessageView(m conversation.Message, keep time.Duration, thread *channel.Thread) messageView {
	v := messageView{
		ID: m.ID, Turn: m.Turn, Author: m.Author, Text: m.Text.Reveal(), Handoff: m.Handoff, State: m.State, SentAt: m.SentAt,
		CorrectedAt: m.CorrectedAt, ExpiresAt: m.SentAt.Add(keep), Delivery: delivery(m, thread),
	}
	for _, s := range m.Sources {
		v.Sources = append(v.Sources, sourceView{s.N, s.Title, s.URL})
	}
	return v
}

// delivery is how far a line came on a channel: as far as the part of it that came
// least far.
func delivery(m conversation.Message, thread *channel.Thread) (state channel.PostState) {
	if thread == nil || m.Author == conversation.Shopper {
		return ""
	}
	for _, p := range thread.Posts {
		of := p.Event == m.ID || m.Author == conversation.Assistant && p.Turn == m.Turn
		if of && (state == "" || channel.Worse(p.State, state)) {
			state = p.State
		}
	}
	return state
}

// placeOf splits where a conversation is into the channel and the account.
func placeOf(domain string, thread *channel.Thread) (kind, account string) {
	if thread != nil {
		return string(thread.Account.Kind), thread.Account.ID
	}
	if kind, number, ok := strings.Cut(domain, "-"); ok {
		if a, err := channel.ParseAccount(kind, number); err == nil { // its thread goes on elsewhere
			return string(a.Kind), a.ID
		}
	}
	return "web", domain
}

func newSummaryView(ref conversation.Ref, head conversation.Head, last conversation.Message, thread *channel.Thread, keep time.Duration) summaryView {
	v := summaryView{ID: ref.Conversation, Language: head.Language, StartedAt: head.StartedAt, Last: newMessageView(last, keep, thread), ExpiresAt: last.SentAt.Add(keep)}
	v.Channel, v.Account = placeOf(head.Domain, thread)
	if thread != nil {
		v.Attention = thread.Flag
	}
	switch {
	case v.Attention != channel.NoFlag:
		v.AttentionSince = thread.FlaggedAt
	case thread == nil && last.Handoff: // the last word is that a person is offered
		v.Attention, v.AttentionSince = channel.Unanswered, last.SentAt
	}
	return v
}

// A cursor is a day and, within one, the time of a latest message in Unix
// milliseconds and its conversation:
// "2026-11-24.1795512600000.0e7qaygv5yds6nyjphf6j25k66".
func cursorOf(m *conversation.Mark) string {
	switch {
	case m == nil:
		return ""
	case m.At.IsZero():
		return m.Day.Format(time.DateOnly)
	}
	return m.Day.Format(time.DateOnly) + "." + strconv.FormatInt(m.At.UnixMilli(), 10) + "." + string(m.After)
}

func parseCursor(cursor string) (conversation.Mark, error) {
	if cursor == "" {
		return conversation.Mark{}, nil
	}
	parts := strings.Split(cursor, ".")
	day, err := time.Parse(time.DateOnly, parts[0])
	m := conversation.Mark{Day: day}
	if err == nil && len(parts) == 3 {
		var ms int64
		ms, err = strconv.ParseInt(parts[1], 10, 64)
		m.At = time.UnixMilli(ms).UTC()
		if err == nil {
			m.After, err = id.Parse[id.Conversation](parts[2])
		}
	}
	if err != nil || len(parts) != 1 && len(parts) != 3 || cursorOf(&m) != cursor {
		return conversation.Mark{}, fault.E(fault.Invalid, "cursor must be the next of an earlier answer.", err)
	}
	return m, nil
}
