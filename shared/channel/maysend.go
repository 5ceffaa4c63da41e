package channel

import "time"

// Window is how long after a person last wrote a shop may answer freely, to the
// second.
const Window = 24 * time.Hour

// PersonWindow is how long after that a person at the shop may still answer on
// Messenger and Instagram, under Meta's tag for people.
const PersonWindow = 7 * 24 * time.Hour

// Author is who writes a message that is to be sent.
type Author string

// The authors.
const (
	AI     Author = "ai"
	Person Author = "person" // somebody at the shop
)

// Form is how a message is sent.
type Form string

// The forms.
const (
	Free     Form = "free"     // words for this thread
	Template Form = "template" // WhatsApp: a text that Meta approved beforehand
	HumanTag Form = "human"    // Messenger and Instagram: a person's late answer
)

// Purpose is what a message is for.
type Purpose string

// The purposes.
const (
	Answer Purpose = "answer"
	Notice Purpose = "notice" // confirms what the person just asked for, such as to be left alone
)

// Outgoing is a message that is to be sent.
type Outgoing struct {
	Account Account // through which
	Author  Author
	Form    Form
	Purpose Purpose
	// Discloses says that the message itself tells whom the person is talking to.
	Discloses bool
}

// Context is what is known of a thread when a message is to be sent. Times are
// zero for what never happened.
type Context struct {
	Now       time.Time
	Account   Account   // the thread's own
	Connected bool      // the account is connected, and the channel enabled
	OpenedAt  time.Time // when the person last did what opens the window
	OptedOut  time.Time // when the person asked to be left alone
	TakenOver bool      // somebody else has the thread
	Disclosed bool      // the person has been told that an AI answers
	Template  bool      // the merchant has configured a template that Meta approved
	LateTag   bool      // Meta has allowed the shop the tag for people
}

// Reason is why a message may not be sent.
type Reason string

// The reasons.
const (
	Disconnected   Reason = "disconnected"
	OtherThread    Reason = "other-thread"
	LeftAlone      Reason = "left-alone"
	HasPerson      Reason = "has-person"
	NotDisclosed   Reason = "not-disclosed"
	TagIsForPeople Reason = "tag-is-for-people"
	NoSuchForm     Reason = "no-such-form"
	NoTemplate     Reason = "no-template"
	NeverWrote     Reason = "never-wrote"
	WindowClosed   Reason = "window-closed"
	TagNotGranted  Reason = "tag-not-granted"
)

// Step is the next thing that may lawfully be done about it.
type Step string

// The steps.
const (
	Reconnect    Step = "reconnect"     // the merchant connects the account again
	UseOwnThread Step = "use-thread"    // answer where the person wrote
	WaitForThem  Step = "wait"          // until the person writes again
	LetPerson    Step = "let-person"    // a person at the shop answers, or gives the thread back
	DiscloseAI   Step = "disclose"      // say first that an AI answers
	SendTemplate Step = "send-template" // WhatsApp: the approved template
	UseHumanTag  Step = "use-human-tag" // a person answers under Meta's tag
	SetTemplate  Step = "set-template"  // configure a template that Meta has approved
	WriteFreely  Step = "write-freely"  // as a free message
)

// Decision is whether a message may be sent, and if not, why, and what may be
// done instead. It is allowed when Reason is empty.
type Decision struct {
	Reason Reason
	Next   Step
}

// Allowed reports whether the message may be sent.
func (d Decision) Allowed() bool { return d.Reason == "" }

// rule is one line of the published table: the first whose When holds decides.
type rule struct {
	say  string // in docs/maysend.md
	when func(Outgoing, Context) bool
	then func(Outgoing, Context) Decision
}

// MaySend decides whether a message may be sent. Every message on every channel
// is put to it, as late as can be. docs/maysend.md is its table.
func MaySend(m Outgoing, c Context) Decision {
	for _, r := range rules {
		if r.when(m, c) {
			return r.then(m, c)
		}
	}
	return Decision{NoSuchForm, WriteFreely} // every message falls under a rule
}

func deny(reason Reason, next Step) func(Outgoing, Context) Decision {
	return func(Outgoing, Context) Decision { return Decision{reason, next} }
}

func allow(Outgoing, Context) Decision { return Decision{} }

// rules are tried in this order.
var rules = []rule{
	{"the account is not connected, or its channel is switched off",
		func(_ Outgoing, c Context) bool { return !c.Connected }, deny(Disconnected, Reconnect)},
	{"the message is for another account than the one the person wrote to",
		func(m Outgoing, c Context) bool { return m.Account != c.Account }, deny(OtherThread, UseOwnThread)},
	{"the AI writes, and somebody else has the thread or is waited for; unless this confirms what the person just asked for",
		func(m Outgoing, c Context) bool { return m.Author == AI && c.TakenOver && m.Purpose != Notice }, deny(HasPerson, LetPerson)},
	{"the person asked to be left alone; this is a template, or neither confirms that nor is a person's answer to what was written since",
		func(m Outgoing, c Context) bool {
			return !c.OptedOut.IsZero() && (m.Purpose != Notice || m.Form == Template) &&
				!(m.Author == Person && m.Form != Template && c.OpenedAt.After(c.OptedOut))
		}, deny(LeftAlone, WaitForThem)},
	{"the AI writes, and the person has not been told that it is one",
		func(m Outgoing, c Context) bool { return m.Author == AI && !c.Disclosed && !m.Discloses }, deny(NotDisclosed, DiscloseAI)},
	{"the person never wrote",
		func(_ Outgoing, c Context) bool { return c.OpenedAt.IsZero() }, deny(NeverWrote, WaitForThem)},
	{"a template, not on WhatsApp",
		func(m Outgoing, _ Context) bool { return m.Form == Template && m.Account.Kind != WhatsApp }, deny(NoSuchForm, WriteFreely)},
	{"a template, and the merchant has none that is approved",
		func(m Outgoing, c Context) bool { return m.Form == Template && !c.Template }, deny(NoTemplate, SetTemplate)},
	{"a template on WhatsApp",
		func(m Outgoing, _ Context) bool { return m.Form == Template }, allow},
	{"the tag for people, on WhatsApp, which has none",
		func(m Outgoing, _ Context) bool { return m.Form == HumanTag && m.Account.Kind == WhatsApp }, otherWay(NoSuchForm)},
	{"the tag for people, and the AI writes",
		func(m Outgoing, _ Context) bool { return m.Form == HumanTag && m.Author == AI }, deny(TagIsForPeople, LetPerson)},
	{"the tag for people, which Meta has not granted the shop",
		func(m Outgoing, c Context) bool { return m.Form == HumanTag && !c.LateTag }, otherWay(TagNotGranted)},
	{"the tag for people, within 7 days of what the person last wrote",
		func(m Outgoing, c Context) bool { return m.Form == HumanTag && c.since() < PersonWindow }, allow},
	{"the tag for people, later",
		func(m Outgoing, _ Context) bool { return m.Form == HumanTag }, deny(WindowClosed, WaitForThem)},
	{"a free message within 24 hours, to the second, of what the person last wrote",
		func(m Outgoing, c Context) bool { return m.Form == Free && c.since() < Window }, allow},
	{"a free message later",
		func(m Outgoing, _ Context) bool { return m.Form == Free }, otherWay(WindowClosed)},
}

// since is how long ago the window opened. A clock that is behind the platform's
// gains nothing.
func (c Context) since() time.Duration { return max(0, c.Now.Sub(c.OpenedAt)) }

// otherWay denies and finds what may be sent instead, if anything.
func otherWay(reason Reason) func(Outgoing, Context) Decision {
	return func(m Outgoing, c Context) Decision {
		switch {
		case c.since() < Window && m.Form != Free:
			return Decision{reason, WriteFreely}
		case m.Account.Kind == WhatsApp && c.Template && c.OptedOut.IsZero():
			return Decision{reason, SendTemplate}
		case m.Account.Kind != WhatsApp && c.LateTag && c.since() < PersonWindow && m.Form != HumanTag:
			return Decision{reason, UseHumanTag}
		}
		return Decision{reason, WaitForThem}
	}
}
