package channel

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"omniops/shared/claim"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func accountOf(k Kind) Account { return Account{k, "1234"} }

// every calls f with every combination of what the rule looks at.
func every(f func(Outgoing, Context)) {
	ages := []time.Duration{-time.Minute, 0, Window - time.Second, Window, Window + time.Second, PersonWindow - time.Second, PersonWindow, PersonWindow + time.Hour}
	bools := []bool{false, true}
	for _, k := range Kinds() {
		for _, author := range []Author{AI, Person} {
			for _, form := range []Form{Free, Template, HumanTag} {
				for _, purpose := range []Purpose{Answer, Notice} {
					for bits := range 1 << 7 {
						bit := func(n int) bool { return bits>>n&1 == 1 }
						for _, age := range append(ages, time.Duration(-1)) {
							for _, otherThread := range bools {
								m := Outgoing{Account: accountOf(k), Author: author, Form: form, Purpose: purpose, Discloses: bit(0)}
								c := Context{
									Now: noon, Account: accountOf(k), Connected: bit(1), TakenOver: bit(2), Disclosed: bit(3), Template: bit(4), LateTag: bit(5),
								}
								if age != -1 {
									c.OpenedAt = noon.Add(-age)
								}
								if bit(6) {
									c.OptedOut = noon.Add(-2 * time.Hour)
								}
								if otherThread {
									c.Account.ID = "9999"
								}
								f(m, c)
							}
						}
					}
				}
			}
		}
	}
}

// oracle decides anew, as somebody would who has read Meta's rules and the
// shop's promises, and not the table.
func oracle(m Outgoing, c Context) bool {
	if !c.Connected || m.Account != c.Account || c.OpenedAt.IsZero() {
		return false
	}
	if m.Author == AI && (c.TakenOver && m.Purpose != Notice || !c.Disclosed && !m.Discloses || m.Form == HumanTag) {
		return false
	}
	if out := c.OptedOut; !out.IsZero() && m.Purpose == Answer {
		if m.Author == AI || m.Form == Template || !c.OpenedAt.After(out) {
			return false
		}
	}
	if !c.OptedOut.IsZero() && m.Form == Template {
		return false
	}
	age := c.Now.Sub(c.OpenedAt)
	switch m.Form {
	case Free:
		return age < 24*time.Hour
	case Template:
		return m.Account.Kind == WhatsApp && c.Template
	case HumanTag:
		return m.Account.Kind != WhatsApp && c.LateTag && age < 7*24*time.Hour
	}
	return false
}

func TestMaySendDecidesEveryCombination(t *testing.T) {
	claim.Proves(t, "C076")
	allowed, denied := 0, 0
	every(func(m Outgoing, c Context) {
		d := MaySend(m, c)
		if d.Allowed() {
			allowed++
		} else {
			denied++
		}
		if d.Allowed() != oracle(m, c) {
			t.Errorf("%+v in %+v: %+v", m, c, d)
		}
		if d.Allowed() != (d.Next == "") {
			t.Errorf("%+v in %+v: %+v names no way out, or one too many", m, c, d)
		}
	})
	if allowed < 1000 || denied < allowed {
		t.Errorf("%d combinations are allowed, %d denied", allowed, denied)
	}
	t.Logf("%d combinations, %d allowed", allowed+denied, allowed)
}

// A denial that names another form of the same message is right: that form is
// allowed.
func TestTheNextStepIsLegal(t *testing.T) {
	every(func(m Outgoing, c Context) {
		d := MaySend(m, c)
		next, nextContext := m, c
		switch d.Next {
		case SendTemplate:
			next.Form = Template
		case UseHumanTag:
			next.Form, next.Author = HumanTag, Person
		case WriteFreely:
			next.Form = Free
		case UseOwnThread:
			next.Account = c.Account
			if MaySend(next, c).Reason == OtherThread {
				t.Errorf("%+v in %+v", m, c)
			}
			return
		case DiscloseAI:
			nextContext.Disclosed = true
			if MaySend(next, nextContext).Reason == NotDisclosed {
				t.Errorf("%+v in %+v", m, c)
			}
			return
		default:
			return
		}
		if got := MaySend(next, nextContext); !got.Allowed() && got.Reason != WindowClosed {
			t.Errorf("%+v in %+v is sent on to %s, which is denied: %+v", m, c, d.Next, got)
		}
	})
}

func TestTheWindowEndsToTheSecond(t *testing.T) {
	claim.Proves(t, "C076")
	for _, k := range Kinds() {
		m := Outgoing{Account: accountOf(k), Author: AI, Form: Free, Purpose: Answer}
		for age, want := range map[time.Duration]Reason{
			23*time.Hour + 59*time.Minute + 59*time.Second: "", 24 * time.Hour: WindowClosed, 24*time.Hour + time.Second: WindowClosed,
		} {
			c := Context{Now: noon, Account: accountOf(k), Connected: true, Disclosed: true, OpenedAt: noon.Add(-age)}
			if got := MaySend(m, c); got.Reason != want {
				t.Errorf("%s after %s: %+v", k, age, got)
			}
		}
	}
}

// docs/maysend.md is this table, and this table is what is executed.
func TestThePublishedTable(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# What may be sent on Messenger, Instagram and WhatsApp

Every message of the shop, whoever writes it, is put to one rule before it is sent
(` + "`channel.MaySend`" + `). The first line that applies decides. This page is made from the
rule; a test fails when the two differ, and another compares the rule with Meta's
conditions in every combination of author, channel, form, time and wish.

| | when | then | what may be done instead |
| ---: | --- | --- | --- |
`)
	for i, r := range rules {
		then, next := outcomes(i)
		fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", i+1, r.say, then, next)
	}
	b.WriteString(`
**What begins the 24 hours.** On all channels: a message, also a tap on a button that stands for
words. On Messenger and Instagram also a reaction, and opening the thread through a link or an
advertisement. Not: reading, a delivery report, changing a message or taking it back. The
platform's own time counts, or ours if that is earlier.

**Who has a thread.** Somebody at the shop who writes in Meta's inbox or on the shop's phone has it
for 24 hours after their last message; another app has it until it gives it back. Who asks for a
person ("HUMAN") is left to one for 24 hours, until somebody at the shop writes or gives the thread
back, or the one who asked writes "AI"; after that the AI answers again.

**What else is said.** The AI names itself before anything else, once per thread and language. What
confirms a wish ("STOP", "DELETE MY DATA") is a notice.
`)
	path := filepath.Join("..", "..", "docs", "maysend.md")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	published, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(published) != b.String() {
		t.Error("docs/maysend.md says something else (-update rewrites it)")
	}
}

// outcomes collects what a rule decides in all combinations in which it is the
// first that applies.
func outcomes(n int) (then, next string) {
	reasons, steps := map[Reason]bool{}, map[Step]bool{}
	every(func(m Outgoing, c Context) {
		for i, r := range rules {
			if !r.when(m, c) {
				continue
			}
			if i == n {
				d := r.then(m, c)
				reasons[d.Reason], steps[d.Next] = true, true
			}
			return
		}
	})
	var said []string
	for _, s := range []Step{Reconnect, UseOwnThread, LetPerson, DiscloseAI, WriteFreely, SendTemplate, UseHumanTag, SetTemplate, WaitForThem} {
		if steps[s] {
			said = append(said, steptexts[s])
		}
	}
	for r := range reasons {
		if r == "" {
			return "**sent**", ""
		}
		then = "not sent: `" + string(r) + "`"
	}
	return then, strings.Join(said, "; or ")
}

var steptexts = map[Step]string{
	Reconnect: "connect the account again", UseOwnThread: "answer where the person wrote", LetPerson: "a person answers, or gives the thread back",
	DiscloseAI: "say first that an AI answers", WriteFreely: "within 24 hours, as a free message", SendTemplate: "on WhatsApp, the approved template",
	UseHumanTag: "on Messenger and Instagram, a person under Meta's tag for people, if granted, within 7 days",
	SetTemplate: "configure a template that Meta has approved", WaitForThem: "wait until the person writes",
}

func FuzzMaySend(f *testing.F) {
	f.Add(int64(0), int64(3600), uint8(0), "1", "1")
	f.Fuzz(func(t *testing.T, opened, age int64, bits uint8, a, b string) {
		c := Context{
			OpenedAt: time.Unix(opened%4e9, 0), Account: Account{WhatsApp, a}, Connected: bits&1 > 0, TakenOver: bits&2 > 0, Disclosed: bits&4 > 0,
		}
		c.Now = c.OpenedAt.Add(time.Duration(age%1e6) * time.Second)
		m := Outgoing{Account: Account{WhatsApp, b}, Author: AI, Form: Free, Purpose: Answer}
		d := MaySend(m, c)
		if d.Allowed() && (a != b || !c.Connected || c.TakenOver || !c.Disclosed || c.Now.Sub(c.OpenedAt) >= Window) {
			t.Errorf("%+v in %+v is allowed", m, c)
		}
	})
}
