package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"omniops/local/faults"
	sandboxmeta "omniops/local/sandbox/meta"
	"omniops/shared/channel"
	"omniops/shared/claim"
	"omniops/shared/fault"
)

// Scenarios 1, 2 and 18: however often, from however many and however late an
// event comes, it is answered once.
func TestAnEventIsAnsweredOnce(t *testing.T) {
	claim.Proves(t, "C071")
	b := newBench(t)
	event := b.writes(t, phone, question)
	var workers sync.WaitGroup
	for range 50 {
		workers.Go(func() {
			if err := b.handle(t.Context(), event); err != nil && !fault.KindOf(err).Retryable() {
				t.Errorf("a copy is given up: %v", err)
			}
		})
	}
	workers.Wait()
	if err := b.handle(t.Context(), event); err != nil {
		t.Error(err)
	}
	said := b.since(0)
	for _, late := range []time.Duration{6 * time.Minute, 2 * time.Hour, 3 * 24 * time.Hour, 6*24*time.Hour + 23*time.Hour} {
		b.Advance(late)
		if err := b.instance(t)(t.Context(), event); err != nil {
			t.Errorf("after %s more: %v", late, err)
		}
	}
	if now := b.since(0); len(said) != 2 || len(now) != 2 {
		t.Errorf("said %q, and after all copies %q", said, now)
	}
	if lines := b.transcript(t, b.thread(t, phone)); len(lines) != 2 {
		t.Errorf("transcript %q", lines)
	}
}

// Scenario 3: what is said of our messages comes in any order, and only ever
// raises them.
func TestAStatusNeverGoesBack(t *testing.T) {
	b := newBench(t)
	b.ask(t, phone, question)
	sent := b.meta.Sent()[1]
	for _, status := range []string{"read", "delivered", "sent", "delivered"} {
		for _, e := range b.events(t, b.meta.Status(sent, status)) {
			if err := b.handle(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.thread(t, phone).Posts[1].State; got != channel.PostRead {
			t.Errorf("after %q it is %s", status, got)
		}
	}
}

// Scenario 8: a worker dies after the message has left, and before that is
// recorded. It is not sent again, and a person is told; when the platform then
// reports it, all is well.
func TestACrashAfterSendingNeverSendsTwice(t *testing.T) {
	b := newBench(t)
	b.ask(t, phone, question) // the disclosure is out of the way
	event := b.writes(t, phone, "How much is delivery?")
	b.graph.do(func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/messages") && strings.Contains(b.graph.last(), `"type":"text"`) && !strings.Contains(b.graph.last(), "typing") {
			_ = b.Faults.Replace(faults.Rule{Service: "dynamodb", Operation: "PutItem", Kind: faults.Error})
		}
	})
	if err := b.handle(t.Context(), event); err == nil {
		t.Fatal("it did not notice that it could not record")
	}
	b.graph.do(nil)
	b.Faults.Clear()
	if n := len(b.meta.Sent()); n != 3 {
		t.Fatalf("%d messages were sent", n)
	}
	b.Advance(2 * time.Minute) // the lease ends
	if err := b.instance(t)(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	thread := b.thread(t, phone)
	if n := len(b.meta.Sent()); n != 3 || thread.Flag != channel.MaybeSent {
		t.Errorf("%d messages were sent; the thread is flagged %q", n, thread.Flag)
	}
	lost := b.meta.Sent()[2]
	for _, e := range b.events(t, b.meta.Status(lost, "delivered")) {
		if err := b.handle(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if thread := b.thread(t, phone); thread.Flag != channel.NoFlag || thread.Posts[len(thread.Posts)-1].State != channel.PostDelivered {
		t.Errorf("the platform's word changed nothing: %q, %+v", thread.Flag, thread.Posts)
	}
}

// The answer of the Graph API is lost: the message may have arrived.
func TestALostAnswerIsNotSentAgain(t *testing.T) {
	b := newBench(t)
	if err := b.Faults.Replace(faults.Rule{Service: sandboxmeta.Service, Operation: "Send", Kind: faults.AppliedThenError, Count: 1}); err != nil {
		t.Fatal(err)
	}
	event := b.writes(t, page, question)
	for range 2 {
		if err := b.handle(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	thread := b.thread(t, page)
	if n := len(b.meta.Sent()); n != 1 || thread.Flag != channel.MaybeSent || thread.Posts[0].State != channel.PostUnknown {
		t.Fatalf("%d messages, flag %q, %+v", n, thread.Flag, thread.Posts)
	}
	for _, e := range b.events(t, b.meta.Echo(b.meta.Sent()[0])) { // Messenger tells us of our own
		if err := b.handle(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if thread := b.thread(t, page); thread.Posts[0].State != channel.PostSent || thread.Flag != channel.NoFlag {
		t.Errorf("the echo changed nothing: %+v", thread)
	}
}

// Scenario 7: a worker dies before it has answered. The next one does.
func TestACrashBeforeTheAnswer(t *testing.T) {
	b := newBench(t)
	event := b.writes(t, phone, question)
	if err := b.Faults.Replace(faults.Rule{Service: "dynamodb", Operation: "Query", Kind: faults.Error}); err != nil {
		t.Fatal(err)
	}
	if err := b.handle(t.Context(), event); fault.KindOf(err) != fault.Unavailable {
		t.Fatalf("error %v", err)
	}
	b.Faults.Clear()
	if got := b.thread(t, phone).Flag; got != channel.BeingTried {
		t.Errorf("nobody is told meanwhile: %q", got)
	}
	if err := b.instance(t)(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if said := b.since(0); len(said) != 2 {
		t.Errorf("said %q", said)
	}
	if got := b.thread(t, phone).Flag; got != channel.NoFlag {
		t.Errorf("the flag %q stays", got)
	}
}

// Scenarios 9 and 10: whoever comes back after the lease has run out finds that
// another claim has ended theirs.
func TestAStaleClaimIsWorthNothing(t *testing.T) {
	b := newBench(t)
	event := b.writes(t, phone, question)
	stale, err := b.threads.Claim(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.threads.Claim(t.Context(), event); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("two have the event: %v", err)
	}
	b.Advance(channel.Lease + time.Second)
	if err := b.handle(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if err := b.threads.Done(t.Context(), shop, stale); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a stale claim ends the event: %v", err)
	}
	if _, err := b.threads.Claim(t.Context(), event); !errors.Is(err, channel.ErrDone) {
		t.Errorf("error %v", err)
	}
}

// What the platform refuses is tried again, needs the merchant, or needs a person.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		to      channel.Account
		failure sandboxmeta.Failure
		sent    int
		retried bool
		flag    channel.Flag
		state   string
		held    channel.Holder
	}{
		"busy for a moment":          {phone, sandboxmeta.Failure{Code: 130429, Count: 2, OnSend: true}, 2, false, channel.NoFlag, "connected", channel.Nobody},
		"busy for long":              {phone, sandboxmeta.Failure{Code: 130429, OnSend: true}, 0, true, channel.BeingTried, "connected", channel.Nobody},
		"the token is gone":          {page, sandboxmeta.Failure{Code: 190, OnSend: true}, 0, false, channel.NotSent, "reconnect", channel.Nobody},
		"another app has the thread": {page, sandboxmeta.Failure{Code: 100, Subcode: 2018300, OnSend: true}, 0, false, channel.NotSent, "connected", channel.OtherApp},
		"the person is gone":         {instagram, sandboxmeta.Failure{Code: 551, Subcode: 1545041, OnSend: true}, 0, false, channel.NotSent, "connected", channel.Nobody},
		"blocked for policy":         {phone, sandboxmeta.Failure{Code: 368, OnSend: true}, 0, false, channel.NotSent, "connected", channel.Nobody},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			event := b.writes(t, c.to, question)
			b.meta.Fail(c.failure)
			err := b.handle(t.Context(), event)
			if (err != nil) != c.retried || err != nil && !fault.KindOf(err).Retryable() {
				t.Errorf("error %v", err)
			}
			connection, failed := b.connections.Get(t.Context(), shop, c.to)
			thread := b.thread(t, c.to)
			if failed != nil || string(connection.State) != c.state || thread.Flag != c.flag || thread.HeldBy != c.held || len(b.meta.Sent()) != c.sent {
				t.Errorf("%d sent, connection %s, flag %q, held by %q", len(b.meta.Sent()), connection.State, thread.Flag, thread.HeldBy)
			}
			if c.retried {
				b.meta.Fail()
				if err := b.handle(t.Context(), event); err != nil || len(b.meta.Sent()) != 2 {
					t.Errorf("the next try: %v, %d sent", err, len(b.meta.Sent()))
				}
			}
		})
	}
}

// Long answers become several messages, each within the channel's limit.
func TestLongAnswersAreSplit(t *testing.T) {
	var long strings.Builder
	for i := range 400 {
		fmt.Fprintf(&long, "Sentence number %d says é and 漢字. ", i)
	}
	for _, k := range channel.Kinds() {
		parts := channel.Split(k, long.String())
		limit, bytes := k.MaxText()
		for _, p := range parts {
			if n := len(p); bytes && n > limit || !bytes && len([]rune(p)) > limit || n == 0 {
				t.Errorf("%s: a part of %d bytes", k, n)
			}
			if !strings.HasSuffix(p, ".") {
				t.Errorf("%s: a part ends in the middle: %q", k, p[max(0, len(p)-20):])
			}
		}
		if got := strings.Join(parts, " "); got != strings.TrimSpace(long.String()) {
			t.Errorf("%s: words are lost", k)
		}
		if slices.Contains(parts, "") {
			t.Errorf("%s: an empty part", k)
		}
	}
}

func (c *counted) last() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.bodies) == 0 {
		return ""
	}
	return c.bodies[len(c.bodies)-1]
}
