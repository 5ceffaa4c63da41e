package main

import (
	"context"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/inventory"
	"omniops/shared/rights"
	"omniops/shared/seal"
)

// Bounds of an answer to a request.
const (
	maxBody     = 16 << 10 // bytes
	maxAnswer   = 2000     // characters
	maxQuestion = 1000     // characters
)

type handler struct {
	tokens   *identity.Tokens
	requests *rights.Store
	notes    *rights.Notes
	chats    *conversation.Store
	keys     *seal.Keyring
	log      *audit.Log
	now      func() time.Time
}

// requestView is a request as a merchant sees it. Who asks is not shown: the address
// was proved, and its hash says nothing.
type requestView struct {
	ID         id.Request    `json:"request_id"`
	Kind       rights.Kind   `json:"kind"`
	Source     rights.Source `json:"source"`
	Law        rights.Law    `json:"law"`
	State      rights.State  `json:"state"`
	ReceivedAt time.Time     `json:"received_at"`
	DueOn      string        `json:"due_on"`
	ToldAt     time.Time     `json:"acknowledged_at,omitzero"` // when the person was told that it has arrived
	DaysLeft   int           `json:"days_left"`                // negative when it is late
	EndedAt    time.Time     `json:"ended_at,omitzero"`
	Note       string        `json:"note,omitempty"`     // in the person's own words
	Question   string        `json:"question,omitempty"` // of the answer that is to be looked at
	Answer     string        `json:"answer,omitempty"`   // that is to be looked at
	MessageID  id.Message    `json:"message_id,omitempty"`
	Waits      bool          `json:"waits_for_person"` // who was asked something and has not answered
	Asked      string        `json:"asked,omitempty"`  // of the person
	Told       string        `json:"told,omitempty"`   // by the person
	Extended   bool          `json:"extended"`         // more time was taken

	// Likely are the chats of whoever proved what a guardian says the child used.
	Likely []id.Conversation `json:"likely,omitempty"`
}

// list shows every request that is kept, or those of a kind, such as the register of
// complaints; what is due first is at the head.
func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	all, err := h.requests.List(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	kind, views := rights.Kind(r.URL.Query().Get("kind")), []requestView{}
	entry := audit.Entry{Actor: audit.Merchant, Action: audit.Read, Record: "rights.request", Why: inventory.LegalCompliance, Request: apigw.RequestID(r.Context())}
	for _, request := range all {
		if request.State == rights.Unverified || kind != "" && request.Kind != kind {
			continue
		}
		view, subject, err := h.view(r.Context(), who.Tenant, request)
		if err != nil {
			return err
		}
		if subject != "" {
			entry.Subjects = append(entry.Subjects, subject)
		}
		views = append(views, view)
	}
	entry.Count = len(views)
	if len(views) > 0 {
		if err := h.log.Append(r.Context(), who.Tenant, entry); err != nil {
			return err
		}
	}
	return apigw.WriteJSON(w, http.StatusOK, struct {
		Requests []requestView `json:"requests"`
	}{views})
}

func (h *handler) view(ctx context.Context, t id.Tenant, r rights.Request) (v requestView, subject string, err error) {
	today, due := h.now().UTC().Truncate(inventory.Day), r.DueAt(h.now())
	v = requestView{
		ID: r.ID, Kind: r.Kind, Source: r.Source, Law: r.Law, State: r.State, ReceivedAt: r.Received, DueOn: due.Format(time.DateOnly),
		DaysLeft: int(due.Sub(today) / inventory.Day), ToldAt: r.Acknowledged(), EndedAt: r.EndedAt, MessageID: r.Message,
		Waits: r.Paused(), Extended: !r.ExtendedAt.IsZero(),
	}
	if r.State != rights.Waiting {
		return v, "", nil
	}
	note, err := h.notes.Open(ctx, t, r.Note)
	if err != nil {
		return v, "", err
	}
	v.Note = note.Reveal()
	for sealed, shown := range map[*[]byte]*string{&r.Asked: &v.Asked, &r.Answer: &v.Told} {
		words, err := h.notes.Open(ctx, t, *sealed)
		if err != nil {
			return v, "", err
		}
		*shown = words.Reveal()
	}
	if r.Kind == rights.Child {
		v.Likely, err = h.requests.Likely(ctx, t, r)
		return v, "", err
	}
	if r.Kind != rights.HumanReview || len(r.Conversations) != 1 {
		return v, "", nil
	}
	answer, question, ref, err := h.chats.Find(ctx, t, r.Conversations[0], r.Message)
	if fault.KindOf(err) == fault.NotFound && err != nil { // it is past its retention, or erased
		return v, "", nil
	}
	if err != nil {
		return v, "", err
	}
	v.Answer, v.Question = answer.Text.Reveal(), question.Reveal()
	subject, err = h.keys.Pseudonym(ctx, t, ref.Shopper)
	return v, subject, err
}

// settlement is what a merchant decides about a request.
type settlement struct {
	Decision   string `json:"decision"`   // done, refused, extended, ask or resume
	Question   string `json:"question"`   // that the person is asked
	Correction string `json:"correction"` // the words that take the place of a message's
	MessageID  string `json:"message_id"` // of which message

	Conversations []id.Conversation `json:"conversations"` // that are the child's, whose guardian asked
}

// settle takes a merchant's decision. Only what waits for a person can be decided;
// the rest is done by itself.
func (h *handler) settle(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	name, err := id.Parse[id.Request](r.PathValue("request"))
	if err != nil {
		return err
	}
	var in settlement
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	if utf8.RuneCountInString(in.Correction) > maxAnswer {
		return fault.E(fault.Invalid, "A correction has at most 2000 characters.", nil)
	}
	before, err := h.requests.Get(r.Context(), who.Tenant, name)
	if err != nil {
		return err
	}
	if before.State != rights.Waiting {
		return fault.E(fault.Conflict, "This request does not wait for a decision.", nil)
	}
	if in.Correction != "" {
		if err := h.correct(r.Context(), who.Tenant, before, in); err != nil {
			return err
		}
	}
	var asked []byte
	if in.Decision == "ask" {
		if asked, err = h.ask(r.Context(), who.Tenant, in.Question); err != nil {
			return err
		}
	}
	if before.Kind == rights.Child && in.Decision == "done" {
		if err := h.pause(r.Context(), who.Tenant, in.Conversations); err != nil {
			return err
		}
	}
	after, err := h.requests.Change(r.Context(), who.Tenant, name, func(now *rights.Request) error { return decide(now, in, asked, h.now()) })
	if err != nil {
		return err
	}
	entry := audit.Entry{Actor: audit.Merchant, Action: audit.Write, Record: "rights.request", Count: 1, Why: inventory.LegalCompliance, Request: string(name)}
	if entry.Before, err = h.log.Hash(before); err != nil {
		return err
	}
	if entry.After, err = h.log.Hash(after); err != nil {
		return err
	}
	if err := h.log.Append(r.Context(), who.Tenant, entry); err != nil {
		return err
	}
	view, _, err := h.view(r.Context(), who.Tenant, after)
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, view)
}

// ask encrypts a question to the person.
func (h *handler) ask(ctx context.Context, t id.Tenant, question string) ([]byte, error) {
	question = strings.TrimSpace(question)
	if n := utf8.RuneCountInString(question); n == 0 || n > maxQuestion {
		return nil, fault.E(fault.Invalid, "A question has 1 to 1000 characters.", nil)
	}
	return h.notes.Seal(ctx, t, question)
}

// correct puts right what a request says is wrong.
func (h *handler) correct(ctx context.Context, t id.Tenant, r rights.Request, in settlement) error {
	message, err := id.Parse[id.Message](in.MessageID)
	if err != nil {
		return err
	}
	if r.Kind != rights.Correct {
		return fault.E(fault.Invalid, "This request is not one for correction.", nil)
	}
	about, err := h.requests.About(ctx, t, r)
	if err != nil {
		return err
	}
	for _, c := range about {
		err := h.chats.Correct(ctx, t, c, message, seal.Clear(in.Correction))
		if err == nil || fault.KindOf(err) != fault.NotFound {
			return err
		}
	}
	return fault.E(fault.NotFound, "There is no such message.", nil)
}

// pause has no model asked any more in the chats of a child: NotFound if one is not
// there.
func (h *handler) pause(ctx context.Context, t id.Tenant, chats []id.Conversation) error {
	for _, c := range chats {
		if _, err := id.Parse[id.Conversation](string(c)); err != nil {
			return err
		}
		shopper, err := h.chats.Owner(ctx, t, c)
		if err != nil {
			return err
		}
		if err := h.chats.Choose(ctx, conversation.Ref{Tenant: t, Conversation: c, Shopper: shopper}, conversation.Paused, true); err != nil {
			return err
		}
	}
	return nil
}

// decided says what became of a request that a person decided.
var decided = map[rights.Kind]string{
	rights.Correct:     "What was wrong has been put right. From the next answer on, only the new words are used.",
	rights.Object:      "Your objection holds: the conversations are used for answering you and for nothing else.",
	rights.HumanReview: "A person at the shop has looked at the answer.",
	rights.Complaint:   "A person at the shop has dealt with your complaint. You may also turn to your data protection authority.",
}

// decide changes a request as a merchant has decided.
func decide(r *rights.Request, in settlement, asked []byte, now time.Time) error {
	switch in.Decision {
	case "done":
		if r.Kind == rights.Child {
			return r.Find(in.Conversations, now)
		}
		r.State, r.EndedAt = rights.Done, now.UTC()
		r.Receipt = append(r.Receipt, rights.Effect{Store: "conversation", Outcome: rights.Changed, Count: 1, Why: decided[r.Kind]})
	case "refused":
		r.State, r.EndedAt = rights.Refused, now.UTC()
		r.Receipt = append(r.Receipt, rights.Effect{Store: "conversation", Outcome: rights.Kept,
			Why: "The shop has declined. It tells you why on request; you may turn to your data protection authority or to a court (GDPR Art. 12(4))."})
	case "extended":
		return r.Extend(now)
	case "ask":
		return r.Ask(asked, now)
	case "resume":
		return r.Resume(r.Answer, now)
	default:
		return fault.E(fault.Invalid, "A decision is done, refused, extended, ask or resume.", nil)
	}
	return nil
}
