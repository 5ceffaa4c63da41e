package tenant_test

import (
	"sync"
	"testing"
	"time"

	"omniops/local/faults"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/tenant"
)

// wantTurns checks how many turns are stored.
func (b *bench) wantTurns(t *testing.T, shop id.Tenant, turns int64) {
	t.Helper()
	a, used, err := b.stores.Today(t.Context(), shop)
	if err != nil || used != turns || a.Tenant != shop {
		t.Errorf("%s has used %d turns, %v; want %d", a.Tenant, used, err, turns)
	}
}

func TestTurnsAreCountedByDayAndTenant(t *testing.T) {
	b := newBench(t)
	for _, shop := range []id.Tenant{"fern", "moss"} {
		must(t, b.stores.Save(t.Context(), account(shop, string(shop)+".example")))
	}
	b.wantTurns(t, "fern", 0)
	var group sync.WaitGroup
	for range 12 {
		group.Go(func() { // each an instance of its own
			if err := tenant.NewRecent(b.stores).CountTurn(t.Context(), "fern"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	b.wantTurns(t, "fern", 12)
	b.wantTurns(t, "moss", 0)
	midnight := b.Clock.Now().Truncate(inventory.Day).Add(inventory.Day)
	b.Advance(midnight.Add(-time.Second).Sub(b.Clock.Now()))
	b.wantTurns(t, "fern", 12)
	b.Advance(time.Second)
	b.wantTurns(t, "fern", 0)
	must(t, b.turns.CountTurn(t.Context(), "fern"))
	b.wantTurns(t, "fern", 1)
}

// A busy instance stores its count now and then, and forgets none; it knows its
// own turns at once.
func TestABusyInstanceCountsSomeTurnsAtATime(t *testing.T) {
	b := newBench(t)
	must(t, b.stores.Save(t.Context(), account("fern", "fern.example")))
	const turns = 100
	for n := range int64(turns) {
		_, used, err := b.turns.Today(t.Context(), "fern")
		if err != nil || used != n {
			t.Fatalf("before turn %d it knows of %d, %v", n+1, used, err)
		}
		must(t, b.turns.CountTurn(t.Context(), "fern"))
	}
	if writes := b.Dynamo.Meter()[b.name]["UpdateItem"].Requests; writes > turns/8+1 {
		t.Errorf("%d turns took %d writes", turns, writes)
	}
	b.Advance(11 * time.Second)
	must(t, b.turns.CountTurn(t.Context(), "fern"))
	b.wantTurns(t, "fern", turns+1)
}

// The last turns of a day's budget are counted one by one, so that instances do
// not spend it twice.
func TestTheLastTurnsAreCountedAtOnce(t *testing.T) {
	b := newBench(t)
	a := account("fern", "fern.example")
	a.DailyTurns = 50
	must(t, b.stores.Save(t.Context(), a))
	other := tenant.NewRecent(b.stores)
	for n := range int64(20) {
		must(t, b.turns.CountTurn(t.Context(), "fern"))
		if _, used, err := other.Refresh(t.Context(), "fern"); err != nil || used != n+1 {
			t.Fatalf("after %d turns another instance knows of %d, %v", n+1, used, err)
		}
	}
}

func TestAnAccountIsRememberedForSeconds(t *testing.T) {
	b := newBench(t)
	a := account("fern", "fern.example")
	must(t, b.stores.Save(t.Context(), a))
	name := func() string {
		t.Helper()
		got, _, err := b.turns.Today(t.Context(), "fern")
		must(t, err)
		return got.Name
	}
	before := name()
	b.Dynamo.ResetMeter()
	a.Name = "Fern & Sons"
	must(t, b.stores.Save(t.Context(), a))
	reads := b.Dynamo.Meter()[b.name]["BatchGetItem"].Requests
	if got := name(); got != before {
		t.Errorf("at once it is %q", got)
	}
	if n := b.Dynamo.Meter()[b.name]["BatchGetItem"].Requests; n != reads {
		t.Errorf("a remembered account was read")
	}
	b.Advance(5 * time.Second)
	if got := name(); got != a.Name {
		t.Errorf("five seconds later it is %q, want %q", got, a.Name)
	}
	b.Advance(-time.Hour) // a clock that goes back
	if got := name(); got != a.Name {
		t.Errorf("an hour before it is %q", got)
	}
}

func TestAFailedCountIsMadeUpFor(t *testing.T) {
	b := newBench(t)
	must(t, b.stores.Save(t.Context(), account("fern", "fern.example")))
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Kind: faults.Error}))
	wantKind(t, b.turns.CountTurn(t.Context(), "fern"), fault.Unavailable)
	b.Faults.Clear()
	must(t, b.turns.CountTurn(t.Context(), "fern"))
	b.wantTurns(t, "fern", 2)
}
