package main

import (
	"cmp"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"omniops/shared/apigw"
	"omniops/shared/channel/webchat"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/notify"
	"omniops/shared/problem"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/subject"
	"omniops/shared/tenant"
)

// Bounds of a request.
const (
	maxBody = 16 << 10 // bytes
	maxNote = 1000     // characters

	referenceLength = 26 // of a browser's random number; the dashboard's is shorter
)

type handler struct {
	sessions *webchat.Sessions
	tickets  *rights.Tickets
	subjects *subject.Hasher
	tenants  *tenant.Store
	requests *rights.Store
	notes    *rights.Notes
	desk     *rights.Desk
	mails    *notify.Mailer
	pages    string // where the public pages are
	now      func() time.Time
}

// asked is what a person sends.
type asked struct {
	Kind           rights.Kind `json:"kind"`
	Shop           string      `json:"shop"`       // the host of the shop's site; not needed with a session
	Email          string      `json:"email"`      // proved by a code; not needed with a session
	Message        string      `json:"message_id"` // the answer that a person is to look at
	Reference      string      `json:"reference"`  // of the browser, as the cookie settings show it; nobody else knows it
	Child          string      `json:"child"`      // the e-mail address or phone number that a child used, whose guardian asks
	Note           string      `json:"note"`       // in the person's own words
	Language       string      `json:"language"`
	California     bool        `json:"california"` // the CCPA's clock
	IdempotencyKey string      `json:"idempotency_key"`
}

// requestView is a request as the person sees it.
type requestView struct {
	ID     id.Request   `json:"request_id"`
	Kind   rights.Kind  `json:"kind"`
	State  rights.State `json:"state"`
	DueOn  string       `json:"due_on"` // the last day on which it must be answered
	Ticket string       `json:"ticket"` // to follow it with
}

// accept keeps a request. One that comes from a chat is about that chat and begins
// at once; one with an e-mail address begins when the code that is sent there has
// been entered. The answer does not say whether anything is held.
func (h *handler) accept(w http.ResponseWriter, r *http.Request) error {
	if origin := r.Header.Get("Origin"); origin != "" {
		apigw.AllowOrigin(w, origin)
	}
	var in asked
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	in.Email, in.Note = strings.TrimSpace(in.Email), strings.TrimSpace(in.Note)
	if utf8.RuneCountInString(in.Note) > maxNote {
		return fault.E(fault.Invalid, "A note has at most 1000 characters.", nil)
	}
	request, t, language, err := h.read(r, in)
	if err != nil {
		return err
	}
	account, err := h.tenants.Get(r.Context(), t)
	if err != nil {
		return err
	}
	request.Law = lawOf(account, in)
	if in.Note != "" {
		if request.Note, err = h.notes.Seal(r.Context(), t, in.Note); err != nil {
			return err
		}
	}
	if in.Email != "" {
		who, err := h.subjects.OfEmail(t, in.Email)
		if err != nil {
			return err
		}
		request.State, request.Language = rights.Unverified, language
		if request.Contact, err = h.notes.Seal(r.Context(), t, in.Email); err != nil {
			return err
		}
		if in.Kind == rights.Child {
			request.Guardian = who
		} else {
			request.Subjects = []id.Subject{who}
		}
	}
	if err := h.child(t, in, &request); err != nil {
		return err
	}
	name, err := h.requests.Accept(r.Context(), t, request)
	if err != nil {
		return err
	}
	kept, err := h.requests.Get(r.Context(), t, name)
	if err != nil {
		return err
	}
	if kept.State == rights.Unverified {
		if err := h.desk.Pause(r.Context(), t, kept); err != nil {
			return err
		}
		if err := h.sendCode(r, account, kept, in.Email, language); err != nil {
			return err
		}
	} else if started, err := h.desk.Start(r.Context(), t, kept); err == nil {
		kept = started
	} else {
		problem.Log(r.Context(), err) // it is kept, and started within minutes
	}
	ticket, err := h.tickets.Issue(t, name, in.Email == "")
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusAccepted, requestView{name, kept.Kind, kept.State, kept.Due.Format(time.DateOnly), ticket})
}

// read says who asks, and about what.
func (h *handler) read(r *http.Request, in asked) (request rights.Request, t id.Tenant, language string, err error) {
	request = rights.Request{Kind: in.Kind, Source: rights.FromShopper, SourceID: in.IdempotencyKey}
	if n := len(in.IdempotencyKey); n < 8 || n > 64 {
		return request, "", "", fault.E(fault.Invalid, "The idempotency key has 8 to 64 characters.", nil)
	}
	if in.Message != "" {
		if request.Message, err = id.Parse[id.Message](in.Message); err != nil {
			return request, "", "", err
		}
	}
	if in.Reference != "" {
		visitor, err := id.Parse[id.Visitor](in.Reference)
		if err != nil || len(visitor) != referenceLength {
			return request, "", "", fault.E(fault.Invalid, "The reference is the one that the shop's cookie settings show.", err)
		}
		request.Visitors = []id.Visitor{visitor}
	}
	if _, ok := seal.Bearer(r); ok {
		session, err := h.sessions.FromRequest(r)
		if err != nil {
			return request, "", "", err
		}
		request.Conversations, request.Shopper = []id.Conversation{session.Conversation}, session.Shopper
		request.SourceID += "|" + string(session.Conversation)
		return request, session.Tenant, cmp.Or(in.Language, session.Language), nil
	}
	if in.Kind == rights.HumanReview {
		return request, "", "", fault.E(fault.Unauthenticated, "A person looks at an answer that is asked about from its chat.", nil)
	}
	if in.Email == "" {
		return request, "", "", fault.E(fault.Invalid, "Give the e-mail address that the request is about.", nil)
	}
	host, err := tenant.HostOf("https://" + strings.TrimPrefix(strings.TrimPrefix(in.Shop, "https://"), "http://"))
	if err != nil {
		return request, "", "", err
	}
	request.SourceID += "|" + strings.ToLower(in.Email)
	t, err = h.tenants.ByHost(r.Context(), host)
	return request, t, in.Language, err
}

// child takes what helps to find a child's chats: Invalid when a guardian who does not
// ask from the child's own chat tells nothing that a person could look for.
func (h *handler) child(t id.Tenant, in asked, request *rights.Request) error {
	if in.Kind != rights.Child {
		return nil
	}
	if len(request.Conversations) == 0 && in.Note == "" {
		return fault.E(fault.Invalid, "Tell when and where your child wrote, so that it can be found.", nil)
	}
	if in.Child == "" {
		return nil
	}
	of := h.subjects.OfPhone
	if strings.Contains(in.Child, "@") {
		of = h.subjects.OfEmail
	}
	who, err := of(t, strings.TrimSpace(in.Child))
	if err != nil {
		return err
	}
	request.Named = []id.Subject{who}
	return nil
}

// lawOf is whose clock a request follows.
func lawOf(account tenant.Account, in asked) rights.Law {
	if in.Kind == rights.Child {
		return rights.ChildRule
	}
	if in.California {
		return rights.CCPA
	}
	return rights.LawOf(account.Region)
}

// sendCode sends the code that proves the address of a request.
func (h *handler) sendCode(r *http.Request, account tenant.Account, request rights.Request, address, language string) error {
	code, err := h.requests.NewCode(r.Context(), account.Tenant, request.ID, request.Asker())
	if err != nil {
		return err
	}
	ticket, err := h.tickets.Issue(account.Tenant, request.ID, true) // whoever reads the e-mail has proved the address
	if err != nil {
		return err
	}
	text := rights.TextIn(language)
	link := h.pages + "/v1/privacy/requests#" + string(request.ID) + "." + ticket
	return h.mails.Send(r.Context(), notify.Mail{
		Kind: notify.PrivacyCode, To: address, From: account.Name, ReplyTo: account.ContactEmail,
		Subject: text.CodeSubject(account.Name), Text: text.CodeMail(account.Name, code, link), Key: string(request.ID) + "-" + code,
	})
}
