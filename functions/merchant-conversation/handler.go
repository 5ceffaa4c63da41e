package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/channel"
	"omniops/shared/channel/desk"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/tenant"
)

// Bounds of a request.
const (
	maxBody = 32 << 10 // bytes
	step    = 50       // conversations of one step through the list
)

type handler struct {
	tokens  *identity.Tokens
	tenants *tenant.Store
	desk    *desk.Desk
	keys    *seal.Keyring
	log     *audit.Log
	now     func() time.Time
}

// list shows a merchant's conversations, those that a shopper wrote in last first.
func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	who, keep, err := h.who(r)
	if err != nil {
		return err
	}
	from, err := parseCursor(r.URL.Query().Get("cursor"))
	if err != nil {
		return err
	}
	listed, next, err := h.desk.Chats.Inbox(r.Context(), who.Tenant, from, step, keep)
	if err != nil {
		return err
	}
	var chats []id.Conversation
	for _, l := range listed {
		chats = append(chats, l.Conversation)
	}
	threads, err := h.desk.Threads.OfAll(r.Context(), who.Tenant, chats)
	if err != nil {
		return err
	}
	out := listView{Conversations: []summaryView{}, Next: cursorOf(next)}
	var shown []id.Shopper
	for _, l := range listed {
		var thread *channel.Thread
		if t, ok := threads[l.Conversation]; ok {
			thread = &t
		}
		v := newSummaryView(l.Ref, l.Head, l.Last, thread, keep)
		v.Handler, v.HandlerUntil = desk.HandlerOf(l, thread, h.now())
		if r.URL.Query().Get("attention") == "true" && v.Attention == channel.NoFlag {
			continue
		}
		out.Conversations, shown = append(out.Conversations, v), append(shown, l.Shopper)
	}
	if err := h.record(r.Context(), who.Tenant, audit.Read, len(shown), shown...); err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, out)
}

// show shows one conversation with all that was said, and what may be answered.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	_, chat, keep, err := h.open(r)
	if err != nil {
		return err
	}
	if err := h.record(r.Context(), chat.Tenant, audit.Read, len(chat.Content.Messages), chat.Shopper); err != nil {
		return err
	}
	return h.write(w, r, http.StatusOK, chat, keep)
}

// write answers with a conversation as it is.
func (h *handler) write(w http.ResponseWriter, r *http.Request, status int, chat desk.Chat, keep time.Duration) error {
	verdicts, until, err := h.desk.Verdicts(r.Context(), chat)
	if err != nil {
		return err
	}
	all := chat.Content.Messages
	v := chatView{summaryView: newSummaryView(chat.Ref, chat.Content.Head, all[len(all)-1], chat.Thread, keep), Messages: []messageView{}, Forms: []formView{}, FreeUntil: until}
	v.Handler, v.HandlerUntil = chat.Handler(h.now())
	for _, m := range all {
		v.Messages = append(v.Messages, newMessageView(m, keep, chat.Thread))
	}
	for _, verdict := range verdicts {
		v.Forms = append(v.Forms, formView{verdict.Form, verdict.Decision.Allowed(), verdict.Decision.Reason, verdict.Decision.Next})
	}
	return apigw.WriteJSON(w, status, v)
}

// hand gives a conversation to a person, to the AI, or to nobody.
func (h *handler) hand(w http.ResponseWriter, r *http.Request) error {
	_, chat, keep, err := h.open(r)
	if err != nil {
		return err
	}
	var in struct {
		Handler desk.Handler `json:"handler"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	if err := h.desk.Hand(r.Context(), &chat, in.Handler, keep); err != nil {
		return err
	}
	if err := h.record(r.Context(), chat.Tenant, audit.Write, 1, chat.Shopper); err != nil {
		return err
	}
	return h.write(w, r, http.StatusOK, chat, keep)
}

// answer sends what a person at the shop writes.
func (h *handler) answer(w http.ResponseWriter, r *http.Request) error {
	_, chat, keep, err := h.open(r)
	if err != nil {
		return err
	}
	var in struct {
		Text string       `json:"text"`
		Form channel.Form `json:"form"`
		Key  string       `json:"idempotency_key"`
	}
	in.Form = channel.Free
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	if in.Text, err = words(in.Text); err != nil {
		return err
	}
	if n := len(in.Key); n < 8 || n > 64 || !utf8.ValidString(in.Key) {
		return fault.E(fault.Invalid, "An idempotency_key has 8 to 64 characters.", nil)
	}
	if f := in.Form; f != channel.Free && f != channel.Template && f != channel.HumanTag {
		return fault.E(fault.Invalid, "The form is free, template or human.", nil)
	}
	said, sent, err := h.desk.Answer(r.Context(), &chat, desk.Answer{Text: in.Text, Form: in.Form, Key: in.Key}, keep)
	if said.ID != "" { // it is in the transcript, whatever became of it
		if err := h.record(r.Context(), chat.Tenant, audit.Write, 1, chat.Shopper); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if chat.Thread != nil {
		if err := desk.Undelivered(chat.Thread.Account.Kind, sent); err != nil {
			return err
		}
	}
	return apigw.WriteJSON(w, http.StatusCreated, newMessageView(said, keep, chat.Thread))
}

// correct puts other words in the place of what the AI or a person said.
func (h *handler) correct(w http.ResponseWriter, r *http.Request) error {
	who, chat, keep, err := h.open(r)
	if err != nil {
		return err
	}
	name, err := id.Parse[id.Message](r.PathValue("message"))
	if err != nil {
		return err
	}
	var in struct {
		Text string `json:"text"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	if in.Text, err = words(in.Text); err != nil {
		return err
	}
	if err := h.desk.Correct(r.Context(), chat, name, in.Text); err != nil {
		return err
	}
	if err := h.record(r.Context(), chat.Tenant, audit.Write, 1, chat.Shopper); err != nil {
		return err
	}
	if chat, err = h.desk.Open(r.Context(), who.Tenant, chat.Conversation, keep); err != nil {
		return err
	}
	return h.write(w, r, http.StatusOK, chat, keep)
}

// words are what somebody wrote, without white space around it.
func words(text string) (string, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n > desk.MaxAnswer || !strings.ContainsFunc(text, unicode.IsGraphic) {
		return "", fault.E(fault.Invalid, "A message has 1 to 4000 characters.", nil)
	}
	return text, nil
}

// who asks, and how long their chats are kept.
func (h *handler) who(r *http.Request) (identity.Principal, time.Duration, error) {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return who, 0, err
	}
	account, err := h.tenants.Get(r.Context(), who.Tenant)
	return who, account.ChatRetention(), err
}

// open reads the conversation that a request is about.
func (h *handler) open(r *http.Request) (identity.Principal, desk.Chat, time.Duration, error) {
	who, keep, err := h.who(r)
	if err != nil {
		return who, desk.Chat{}, 0, err
	}
	name, err := id.Parse[id.Conversation](r.PathValue("conversation"))
	if err != nil {
		return who, desk.Chat{}, 0, err
	}
	chat, err := h.desk.Open(r.Context(), who.Tenant, name, keep)
	return who, chat, keep, err
}

// record puts into the audit log whose conversations the merchant saw or changed.
func (h *handler) record(ctx context.Context, t id.Tenant, action audit.Action, count int, shoppers ...id.Shopper) error {
	if count == 0 {
		return nil
	}
	entry := audit.Entry{
		Actor: audit.Merchant, Action: action, Record: "conversation.message", Count: count, Why: inventory.CustomerSupport, Request: apigw.RequestID(ctx),
	}
	for _, s := range shoppers {
		who, err := h.keys.Pseudonym(ctx, t, s)
		if err != nil {
			return err
		}
		if who != "" && !slices.Contains(entry.Subjects, who) {
			entry.Subjects = append(entry.Subjects, who)
		}
	}
	return h.log.Append(ctx, t, entry)
}
