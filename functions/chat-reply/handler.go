package main

import (
	"context"
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/channel/webchat"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/problem"
	"omniops/shared/seal"
	"omniops/shared/support"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 16 << 10

type handler struct {
	sessions *webchat.Sessions
	engine   *support.Engine
	keys     *seal.Keyring
	log      *audit.Log
}

// message is what a shopper sends.
type message struct {
	Message        string `json:"message"`
	IdempotencyKey string `json:"idempotency_key"`
}

// reply stores a message and streams the answer. The same idempotency key gets
// the same answer again. Up to the first event an error is a problem document;
// from then on it is an error event that holds one.
func (h *handler) reply(w http.ResponseWriter, r *http.Request) error {
	session, err := h.sessions.Admit(w, r)
	if err != nil {
		return err
	}
	var in message
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	if !validKey(in.IdempotencyKey) {
		return fault.E(fault.Invalid, "The idempotency key has 8 to 64 of A-Z, a-z, 0-9, - and _.", nil)
	}
	turn, err := h.engine.Accept(r.Context(), support.Ask{
		Ref: session.Ref(), Domain: session.Host, Language: session.Language,
		Text: in.Message, IdempotencyKey: in.IdempotencyKey,
	})
	if err != nil {
		return err
	}
	stream := apigw.NewEventStream(w)
	if err := h.engine.Answer(r.Context(), turn, func(ev support.Event) error { return send(stream, ev) }); err != nil {
		problem.Log(r.Context(), err)
		_ = stream.Send("error", problem.Of(err, apigw.RequestID(r.Context()))) // the shopper may be gone
	}
	return nil
}

// send writes an engine's event as a server-sent one.
func send(stream *apigw.EventStream, ev support.Event) error {
	switch ev := ev.(type) {
	case support.Disclosure:
		return stream.Send("disclosure", ev)
	case support.Status:
		return stream.Text("status", ev.Text)
	case support.Token:
		return stream.Text("token", ev.Text)
	case support.Verify:
		return stream.Send("verify", ev)
	case support.Order:
		return stream.Send("order", ev)
	case support.Proposal:
		return stream.Send("action", ev)
	case support.Privacy:
		return stream.Send("privacy", ev)
	case support.Sources:
		return stream.Send("sources", ev)
	default:
		return stream.Send("done", ev)
	}
}

// transcriptView is a conversation as the widget shows it.
type transcriptView struct {
	Conversation id.Conversation `json:"conversation_id"`
	Messages     []messageView   `json:"messages"`
	Orders       string          `json:"orders,omitempty"` // asked: the last answer asks to prove an order; earlier: another did
}

type messageView struct {
	ID       id.Message            `json:"id"`
	Turn     int                   `json:"turn"`
	Author   conversation.Author   `json:"author"`
	Text     string                `json:"text"`
	Sources  []conversation.Source `json:"sources"`
	Handoff  bool                  `json:"handoff"`
	Degraded bool                  `json:"degraded"`
	State    conversation.State    `json:"state"`
	SentAt   time.Time             `json:"sent_at"`
}

// transcript shows all that is kept of the conversation, oldest first.
func (h *handler) transcript(w http.ResponseWriter, r *http.Request) error {
	session, err := h.sessions.Admit(w, r)
	if err != nil {
		return err
	}
	thread, err := h.engine.Transcript(r.Context(), session.Ref())
	if err != nil {
		return err
	}
	view := transcriptView{Conversation: session.Conversation, Messages: []messageView{}}
	for i, m := range thread.Messages {
		switch {
		case support.AsksForProof(m) && i == len(thread.Messages)-1:
			view.Orders = "asked"
		case support.AsksForProof(m):
			view.Orders = "earlier"
		case i > 1 && askedAgain(thread.Messages[i-2:i+1]):
			continue
		}
		if m.Sources == nil {
			m.Sources = []conversation.Source{} // [] in JSON
		}
		view.Messages = append(view.Messages, messageView{
			m.ID, m.Turn, m.Author, m.Text.Reveal(), m.Sources, m.Handoff, m.Degraded, m.State, m.SentAt,
		})
	}
	if len(view.Messages) > 0 {
		if err := h.record(r.Context(), session, len(view.Messages)); err != nil {
			problem.Log(r.Context(), err) // who reads their own chat is not kept from it
		}
	}
	return apigw.WriteJSON(w, http.StatusOK, view)
}

// askedAgain reports whether the last of three messages is the question before them,
// which the widget asks again once the order is proved. It was said once.
func askedAgain(m []conversation.Message) bool {
	return m[0].Author == conversation.Shopper && m[2].Author == conversation.Shopper && support.AsksForProof(m[1]) && m[0].Text.Reveal() == m[2].Text.Reveal()
}

// record puts into the audit log that a shopper has read their chat. A turn is its
// own record.
func (h *handler) record(ctx context.Context, session webchat.Session, messages int) error {
	who, err := h.keys.Pseudonym(ctx, session.Tenant, session.Shopper)
	if err != nil {
		return err
	}
	return h.log.Append(ctx, session.Tenant, audit.Entry{
		Actor: audit.Shopper, Action: audit.Read, Record: "conversation.message", Subjects: []string{who}, Count: messages,
		Why: inventory.CustomerSupport, Request: apigw.RequestID(ctx),
	})
}

// validKey reports whether a client's idempotency key is well formed.
func validKey(key string) bool {
	if len(key) < 8 || len(key) > 64 {
		return false
	}
	for i := range len(key) {
		c := key[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
