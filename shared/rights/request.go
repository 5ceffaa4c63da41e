// Package rights is what a person may ask about their own data, and what is done
// about it: access, copies, erasure, correction, restriction, objection, opt-outs,
// a human's look. Each request is a durable record with a last day on which it
// must be answered; a worker takes it from there.
//
// Who a person is, is known by keyed hashes (package subject) that are linked to
// conversations once the person has proved them. An address that was merely typed
// into a chat is never linked: whoever writes somebody else's address would put
// their own chat into that person's copy, or get it erased.
package rights

import (
	"time"

	"omniops/shared/id"
	"omniops/shared/tenant"
)

// Kind is what is asked for.
type Kind string

// The kinds.
const (
	Access      Kind = "access"       // what is held, why, from where, disclosed to whom; GDPR Art. 15, CCPA § 1798.110
	Export      Kind = "export"       // a copy to take along; GDPR Art. 20
	Erase       Kind = "erase"        // GDPR Art. 17, CCPA § 1798.105
	Correct     Kind = "correct"      // GDPR Art. 16, CCPA § 1798.106
	Restrict    Kind = "restrict"     // keep, but do not use; GDPR Art. 18
	Object      Kind = "object"       // GDPR Art. 21
	OptOut      Kind = "opt-out"      // of sale and sharing, neither of which happens; CCPA § 1798.120
	Limit       Kind = "limit"        // the use of sensitive data; CCPA § 1798.121
	NoAI        Kind = "no-ai"        // no model is asked any more; people answer
	HumanReview Kind = "human-review" // a person looks at an AI's answer; GDPR Art. 22(3)
	Complaint   Kind = "complaint"
	Child       Kind = "child" // data of a child without a parent's consent; erased promptly
)

// Kinds lists all kinds, as they are offered.
var kinds = []Kind{Access, Export, Erase, Correct, Restrict, Object, OptOut, Limit, NoAI, HumanReview, Complaint, Child}

// Source is who brought a request.
type Source string

// The sources.
const (
	FromShopper  Source = "shopper"
	FromShopify  Source = "shopify"
	FromMeta     Source = "meta"
	FromMerchant Source = "merchant"
)

// Law is the rule a request's deadline follows.
type Law string

// The laws.
const (
	GDPR         Law = "gdpr"    // one month, Art. 12(3)
	UKGDPR       Law = "uk-gdpr" // one month, with a clock that stops while the person is asked
	CCPA         Law = "ccpa"    // 45 days, and a clock that does not stop
	ShopifyTerms Law = "shopify" // 30 days
	MetaTerms    Law = "meta"    // 30 days
	ChildRule    Law = "child"   // our own: three days
)

// LawOf is the law that counts for a tenant's shoppers. Where no law is named, it
// is the GDPR's: its month is never longer than the others' terms.
func LawOf(region tenant.Region) Law {
	if region == tenant.UK {
		return UKGDPR
	}
	return GDPR
}

// State is how far a request is.
type State string

// The states.
const (
	Unverified State = "unverified" // a code was sent; nothing happens until it is entered
	Accepted   State = "accepted"   // waits for a worker
	Working    State = "working"
	Checking   State = "checking" // done, and looked over once more when nothing can be under way any longer
	Waiting    State = "waiting"  // a person at the shop has to act
	Done       State = "done"
	Refused    State = "refused"
)

// Open reports whether a request in this state still has to be answered.
func (s State) Open() bool { return s != Done && s != Refused && s != Unverified }

// worked reports whether a worker has to do with a request in this state.
func (s State) worked() bool { return s == Accepted || s == Working || s == Checking }

// Request is one request.
type Request struct {
	ID            id.Request
	Kind          Kind
	Source        Source
	SourceID      string // the source's own id of it, which makes accepting idempotent; only a hash of it is kept
	Law           Law
	Subjects      []id.Subject      // keyed hashes of the addresses, numbers and accounts that were proved
	Conversations []id.Conversation // that the person has proved besides, such as the chat they ask from
	Visitors      []id.Visitor      // browsers whose choices and page views it is about; nobody but their user knows the number
	Guardian      id.Subject        // who asks for a child, by the proved address; nothing of theirs is touched
	Named         []id.Subject      // the addresses and numbers a guardian says the child used; nothing is proved about them
	Shopper       id.Shopper        // who asks, when it is from a chat
	Message       id.Message        // the answer that a human is to look at
	Contact       []byte            // the proved address, encrypted by Notes, until the last letter is sent
	Language      string            // that letters are written in
	Letters       []Sent            // that were sent
	Note          []byte            // in the person's own words, encrypted by Notes; it goes when the request ends
	Received      time.Time
	Asked         []byte    // what the shop has asked the person to tell, encrypted by Notes
	Answer        []byte    // what they told, likewise
	Pauses        []Pause   // while they were asked; one without an end goes on
	ExtendedAt    time.Time // when the shop took more time; zero if it did not
	Due           time.Time // midnight UTC at the beginning of the last day on which an answer is in time
	State         State
	CheckAt       time.Time // not worked on before
	EndedAt       time.Time
	FileUntil     time.Time // until when the copy can be fetched; zero when there is none, or it was
	Receipt       []Effect  // what was done, and what was not, and why
}

// Outcome is what became of one kind of record.
type Outcome string

// The outcomes.
const (
	Erased   Outcome = "erased"
	Kept     Outcome = "kept"
	Changed  Outcome = "changed"
	Provided Outcome = "provided"
	Nothing  Outcome = "nothing-held"
)

// Effect is one line of a receipt.
type Effect struct {
	Store   string    `json:"store"`          // what kind of record, such as "conversation"
	Outcome Outcome   `json:"outcome"`        // what became of it
	Count   int       `json:"count"`          // of records
	Why     string    `json:"why"`            // a sentence; for what stays, the exemption
	Until   time.Time `json:"until,omitzero"` // until when it stays, where we know
}
