package main

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/inventory"
	"omniops/shared/knowledge/library"
	"omniops/shared/seal"
	"omniops/shared/tenant"
)

// maxSource is the longest address of a page, in bytes.
const maxSource = 2048

type handler struct {
	tokens        *identity.Tokens
	tenants       *tenant.Store
	conversations *conversation.Store
	knowledge     *library.Library
	keys          *seal.Keyring
	log           *audit.Log
	now           func() time.Time
}

// answersView is one step of the walk through past answers, the conversations
// that were active last first.
type answersView struct {
	Answers []answerView `json:"answers"`
	Next    string       `json:"next,omitempty"` // the cursor of the next step; empty at the end
}

// answerView is an answer that cites the page.
type answerView struct {
	Conversation id.Conversation `json:"conversation"`
	Turn         int             `json:"turn"`
	Text         string          `json:"text"`
	SentAt       time.Time       `json:"sent_at"`
	Sources      []sourceView    `json:"sources"`
	Outdated     bool            `json:"outdated"` // the page no longer has a passage that the answer cites
}

// sourceView is a passage of the page that an answer cites.
type sourceView struct {
	Title     string    `json:"title"`
	URL       string    `json:"url"`
	Hash      string    `json:"hash"`
	CrawledAt time.Time `json:"crawled_at"`
	Current   bool      `json:"current"` // the page still has it, word for word
}

// list shows answers that cite the page named by source.
func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	page, err := pageOf(r.URL.Query().Get("source"))
	if err != nil {
		return err
	}
	from, err := parseCursor(r.URL.Query().Get("cursor"))
	if err != nil {
		return err
	}
	account, err := h.tenants.Get(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	current, err := h.passages(r.Context(), account, page)
	if err != nil {
		return err
	}
	found, next, err := h.conversations.Citing(r.Context(), who.Tenant, page, from, account.Shown(h.now()))
	if err != nil {
		return err
	}
	out := answersView{Answers: []answerView{}, Next: cursorOf(next)}
	for _, f := range found {
		out.Answers = append(out.Answers, viewOf(f, current))
	}
	if err := h.record(r.Context(), who.Tenant, found); err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, out)
}

// record puts into the audit log whose answers the merchant is shown.
func (h *handler) record(ctx context.Context, t id.Tenant, found []conversation.Reliance) error {
	if len(found) == 0 {
		return nil
	}
	entry := audit.Entry{
		Actor: audit.Merchant, Action: audit.Read, Record: "conversation.message", Count: len(found), Why: inventory.KnowledgeBase, Request: apigw.RequestID(ctx),
	}
	for _, f := range found {
		who, err := h.keys.Pseudonym(ctx, t, f.Shopper)
		if err != nil {
			return err
		}
		if who != "" && !slices.Contains(entry.Subjects, who) {
			entry.Subjects = append(entry.Subjects, who)
		}
	}
	return h.log.Append(ctx, t, entry)
}

// passages gives the hashes of what the page says now: none when it is gone.
func (h *handler) passages(ctx context.Context, account tenant.Account, page string) (map[string]bool, error) {
	hashes := map[string]bool{}
	ix, err := h.knowledge.Index(ctx, account.Tenant, account.IndexVersion)
	if fault.KindOf(err) == fault.NotFound {
		return hashes, nil
	}
	if err != nil {
		return nil, err
	}
	for p := range ix.Passages {
		if p.URL == page {
			hashes[p.Hash()] = true
		}
	}
	return hashes, nil
}

func viewOf(f conversation.Reliance, current map[string]bool) answerView {
	v := answerView{Conversation: f.Conversation, Turn: f.Answer.Turn, Text: f.Answer.Text.Reveal(), SentAt: f.Answer.SentAt}
	for _, s := range f.Sources {
		v.Sources = append(v.Sources, sourceView{s.Title, s.URL, s.Hash, s.CrawledAt, current[s.Hash]})
		v.Outdated = v.Outdated || !current[s.Hash]
	}
	return v
}

func pageOf(source string) (string, error) {
	u, err := url.Parse(source)
	if err != nil || len(source) > maxSource || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", fault.E(fault.Invalid, "source must be the address of a page, such as https://shop.example/returns.", err)
	}
	u.Scheme, u.Host, u.Fragment, u.RawFragment = strings.ToLower(u.Scheme), strings.ToLower(u.Host), "", "" // as pages are kept
	return u.String(), nil
}

// A cursor is a day and, within one, the conversation to go on after:
// "2026-11-24" or "2026-11-24.0e7qaygv5yds6nyjphf6j25k66".
func cursorOf(p *conversation.Page) string {
	switch {
	case p == nil:
		return ""
	case p.After == "":
		return p.Day.Format(time.DateOnly)
	}
	return p.Day.Format(time.DateOnly) + "." + string(p.After)
}

func parseCursor(cursor string) (conversation.Page, error) {
	if cursor == "" {
		return conversation.Page{}, nil
	}
	wrong := func(cause error) (conversation.Page, error) {
		return conversation.Page{}, fault.E(fault.Invalid, "cursor must be the next of an earlier answer.", cause)
	}
	day, after, within := strings.Cut(cursor, ".")
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return wrong(err)
	}
	p := conversation.Page{Day: at}
	if within {
		if p.After, err = id.Parse[id.Conversation](after); err != nil {
			return wrong(err)
		}
	}
	return p, nil
}
