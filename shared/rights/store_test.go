package rights_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/local/localtest"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/rights"
	"omniops/shared/table"
)

const (
	shop  = id.Tenant("fern")
	rival = id.Tenant("rival")
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newStore(t *testing.T) (*localtest.Cloud, *rights.Store) {
	t.Helper()
	c := localtest.Start(t)
	s, err := rights.NewStore(table.New(c.AWS, c.Env(t, "chat-reply", "TABLE_NAME"), c.Clock.Now), []byte(localtest.SessionSecret))
	must(t, err)
	return c, s
}

func TestARequestIsAcceptedOnce(t *testing.T) {
	c, s := newStore(t)
	asked := rights.Request{
		Kind: rights.Erase, Source: rights.FromShopify, SourceID: "gid://shopify/Webhook/1", Law: rights.ShopifyTerms,
		Subjects: []id.Subject{"h1", "h2"},
	}
	first, err := s.Accept(t.Context(), shop, asked)
	must(t, err)
	want := asked
	want.ID, want.SourceID, want.State = first, "", rights.Accepted
	want.Received, want.Due = c.Clock.Now(), time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)
	c.Advance(24 * time.Hour)
	asked.Subjects = []id.Subject{"other"}
	again, err := s.Accept(t.Context(), shop, asked)
	must(t, err)
	got, err := s.Get(t.Context(), shop, first)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" || again != first {
		t.Errorf("asked again it is %s, not %s: %s", again, first, diff)
	}
	if _, err := s.Get(t.Context(), rival, first); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another shop reads it: %v", err)
	}
	theirs, err := s.Accept(t.Context(), rival, asked)
	must(t, err)
	if theirs == first {
		t.Error("two shops' requests have one id")
	}
	if all, err := s.List(t.Context(), shop); err != nil || len(all) != 1 {
		t.Errorf("listed %v, %v", all, err)
	}
	for name, bad := range map[string]rights.Request{
		"no kind":   {Source: rights.FromMeta, SourceID: "1"},
		"odd kind":  {Kind: "sell", Source: rights.FromMeta, SourceID: "1"},
		"no source": {Kind: rights.Erase, SourceID: "1"},
		"no id":     {Kind: rights.Erase, Source: rights.FromMeta},
	} {
		if _, err := s.Accept(t.Context(), shop, bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestARequestIsChangedByOneAtATime(t *testing.T) {
	_, s := newStore(t)
	name, err := s.Accept(t.Context(), shop, rights.Request{Kind: rights.Access, Source: rights.FromMerchant, SourceID: "1"})
	must(t, err)
	_, err = s.Change(t.Context(), shop, name, func(r *rights.Request) error {
		_, err := s.Change(t.Context(), shop, name, func(r *rights.Request) error {
			r.State = rights.Working
			return nil
		})
		must(t, err)
		r.State = rights.Refused
		return nil
	})
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("the slower change: %v", err)
	}
	if r, err := s.Get(t.Context(), shop, name); err != nil || r.State != rights.Working {
		t.Errorf("it is %+v, %v", r, err)
	}
}

func TestAConversationIsFoundByWhoseItIs(t *testing.T) {
	c, s := newStore(t)
	must(t, s.Link(t.Context(), shop, "h1", "c1"))
	must(t, s.Link(t.Context(), shop, "h1", "c2"))
	must(t, s.Link(t.Context(), shop, "h2", "c3"))
	must(t, s.Link(t.Context(), rival, "h1", "c4"))
	c.Advance(time.Hour)
	must(t, s.Link(t.Context(), shop, "h1", "c2"))
	for _, step := range []struct {
		at   time.Duration
		want []id.Conversation
	}{
		{0, []id.Conversation{"c1", "c2"}},
		{90 * inventory.Day, []id.Conversation{"c2"}},
		{90*inventory.Day + time.Hour, nil},
	} {
		c.Clock.SetOffset(step.at)
		if got, err := s.Linked(t.Context(), shop, "h1"); err != nil || !cmp.Equal(got, step.want) {
			t.Errorf("after %v: %v, %v", step.at, got, err)
		}
	}
}
