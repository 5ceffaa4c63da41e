package conversation_test

import (
	"testing"
	"time"

	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
)

func TestAChoiceOutlastsTheConversationsDays(t *testing.T) {
	b := newBench(t)
	b.ask(t, ref, "Hello?", "key-0001")
	must(t, b.Choose(t.Context(), ref, conversation.NoAI, true))
	must(t, b.Choose(t.Context(), ref, conversation.NoAI, true))
	must(t, b.Choose(t.Context(), ref, conversation.Limited, true))
	must(t, b.Choose(t.Context(), ref, conversation.Limited, false))
	for range 5 {
		b.Advance(60 * inventory.Day)
		thread := b.read(t, ref)
		if !thread.Standing.Has(conversation.NoAI) || thread.Standing.AllowsAI() || thread.Standing.Has(conversation.Limited) {
			t.Fatalf("after %v it stands as %+v", b.Clock.Offset(), thread.Standing)
		}
		b.ask(t, ref, "Still here?", "key-"+b.Clock.Now().Format("0102150405"))
	}
}

// An erased conversation shows nothing, takes nothing, and stays so: for a message
// that was read before, for a choice, and for what is still stored of it.
func TestAnErasedConversationIsOver(t *testing.T) {
	b := newBench(t)
	b.ask(t, ref, "Hello?", "key-0001")
	b.reply(t, ref, 1, "Hi.", "sent")
	before := b.read(t, ref)
	must(t, b.Choose(t.Context(), ref, conversation.NoAI, true))
	underWay := b.read(t, ref)
	must(t, b.Bury(t.Context(), ref))
	for range 2 {
		thread := b.read(t, ref)
		wantLines(t, thread)
		if !thread.Standing.Erased() || thread.Standing.Allows(inventory.CustomerSupport) || !thread.Standing.Allows(inventory.LegalCompliance) {
			t.Errorf("it stands as %+v", thread.Standing)
		}
		_, err := b.Begin(t.Context(), ref, thread, head, seal.Clear("More"), "key-0002", keep)
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("it takes more: %v", err)
		}
		must(t, b.Choose(t.Context(), ref, conversation.NoAI, false))
		must(t, b.Choose(t.Context(), ref, conversation.Limited, true))
		if _, err := b.Clear(t.Context(), ref.Tenant, ref.Conversation); err != nil {
			t.Fatal(err)
		}
	}
	// Two turns that began before it was erased, one on a later day.
	b.Advance(24 * time.Hour)
	if _, err := b.Begin(t.Context(), ref, underWay, head, seal.Clear("More"), "key-0003", keep); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a turn under way: %v", err)
	}
	_, _ = b.Begin(t.Context(), ref, before, head, seal.Clear("More"), "key-0004", keep)
	wantLines(t, b.read(t, ref))
	if n, err := b.Clear(t.Context(), ref.Tenant, ref.Conversation); err != nil || n.Rows == 0 || n.Digest == "" {
		t.Errorf("what came in after: %+v, %v", n, err)
	}
	if n, err := b.Clear(t.Context(), ref.Tenant, ref.Conversation); err != nil || n.Rows != 0 {
		t.Errorf("cleared again: %+v, %v", n, err)
	}
}

func TestWhatAConversationMayBeUsedFor(t *testing.T) {
	all := []inventory.Purpose{inventory.CustomerSupport, inventory.Transparency, inventory.SecurityAndFraud,
		inventory.KnowledgeBase, inventory.UsageAnalytics, inventory.LegalCompliance}
	for name, c := range map[string]struct {
		standing conversation.Standing
		ai       bool
		may      string // one letter for each purpose
	}{
		"nothing was asked for": {conversation.Standing{}, true, "yyyyyy"},
		"no AI":                 {choices(conversation.NoAI), false, "yyyyyy"},
		"no sale":               {choices(conversation.OptedOut), true, "yyyyyy"},
		"limited":               {choices(conversation.Limited), true, "yyynny"},
		"objected":              {choices(conversation.Objected), true, "yynnny"},
		"both":                  {choices(conversation.Limited, conversation.Objected), true, "yynnny"},
		"restricted":            {choices(conversation.Restricted), false, "nnnnny"},
		"paused":                {choices(conversation.Paused), false, "nnnnny"},
		"erased":                {conversation.Standing{ErasedAt: time.Unix(1, 0)}, false, "nnnnny"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			for _, p := range all {
				if c.standing.Allows(p) {
					got += "y"
				} else {
					got += "n"
				}
			}
			if got != c.may || c.standing.AllowsAI() != c.ai {
				t.Errorf("may %s, AI %v", got, c.standing.AllowsAI())
			}
		})
	}
}

func choices(c ...conversation.Choice) conversation.Standing {
	return conversation.Standing{Choices: c}
}

// Who has limited the use of their chat, or objected to it, is answered all the same;
// but a merchant who looks at past answers to improve its pages does not see it.
func TestALimitedChatServesNothingElse(t *testing.T) {
	claim.Proves(t, "C152")
	b := newBench(t)
	for _, c := range []conversation.Choice{conversation.Limited, conversation.Objected, conversation.Restricted} {
		r := ref
		r.Conversation = id.Conversation("chat-" + string(c))
		b.ask(t, r, "Hello?", "key-0001")
		full := answer(1, "Yes [1].", nil)
		full.Message.Sources = []conversation.Source{{N: 1, URL: "https://fern.example/returns"}}
		_, err := b.Finish(t.Context(), r, full, keep)
		must(t, err)
		seen := func() int {
			found, _, err := b.Citing(t.Context(), r.Tenant, "https://fern.example/returns", conversation.Page{}, keep)
			must(t, err)
			return len(found)
		}
		if n := seen(); n != 1 {
			t.Errorf("before it is %s, %d answers are seen", c, n)
		}
		must(t, b.Choose(t.Context(), r, c, true))
		if n := seen(); n != 0 {
			t.Errorf("when it is %s, %d answers are seen", c, n)
		}
		if thread := b.read(t, r); len(thread.Messages) != 2 || thread.Standing.AllowsAI() != (c != conversation.Restricted) {
			t.Errorf("when it is %s, it reads %+v", c, thread)
		}
	}
}

// A sweep leaves a shopper alone who came back after the sweep had listed them.
func TestAConversationThatGoesOnIsNotIdle(t *testing.T) {
	b := newBench(t)
	b.ask(t, ref, "Hello?", "key-0001")
	day := b.Clock.Now().Format(time.DateOnly)
	idle := func() bool {
		yes, err := b.Idle(t.Context(), ref.Tenant, ref.Conversation, day)
		must(t, err)
		return yes
	}
	if !idle() {
		t.Error("on its last day it is not idle")
	}
	b.Advance(20 * inventory.Day)
	b.ask(t, ref, "Hello again", "key-0002")
	if idle() {
		t.Error("it goes on, and is idle")
	}
	_, err := b.Clear(t.Context(), ref.Tenant, ref.Conversation)
	must(t, err)
	if !idle() {
		t.Error("nothing is left of it, and it is not idle")
	}
}
