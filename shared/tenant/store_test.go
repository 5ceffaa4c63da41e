package tenant_test

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// bench is the main table of template.yaml.
type bench struct {
	*localtest.Cloud
	table  *table.Store
	stores *tenant.Store
	turns  *tenant.Recent
	name   string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	name := c.Env(t, "tenant-provision", "TABLE_NAME")
	main := table.New(c.AWS, name, c.Clock.Now)
	stores := tenant.NewStore(main)
	return &bench{c, main, stores, tenant.NewRecent(stores), name}
}

func (b *bench) wantOwner(t *testing.T, host string, want id.Tenant) {
	t.Helper()
	got, err := b.stores.ByHost(t.Context(), host)
	if want == "" {
		wantKind(t, err, fault.NotFound)
		return
	}
	if err != nil || got != want {
		t.Errorf("%s belongs to %q, %v; want %q", host, got, err, want)
	}
}

func (b *bench) wantAccount(t *testing.T, want tenant.Account) {
	t.Helper()
	got, err := b.stores.Get(t.Context(), want.Tenant)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("account is %+v, %v; want %+v", got, err, want)
	}
}

func TestSaveAndFind(t *testing.T) {
	b := newBench(t)
	a := account("fern", "fern.example", "www.fern.example", "localhost:3001")
	b.wantOwner(t, "fern.example", "")
	_, err := b.stores.Get(t.Context(), "fern")
	wantKind(t, err, fault.NotFound)
	_, _, err = b.turns.Today(t.Context(), "fern")
	wantKind(t, err, fault.NotFound)

	must(t, b.stores.Save(t.Context(), a))
	b.wantAccount(t, a)
	for _, d := range a.Domains {
		b.wantOwner(t, d, "fern")
	}
	b.wantOwner(t, "evil.fern.example", "")
	_, err = b.stores.Get(t.Context(), "fern-2")
	wantKind(t, err, fault.NotFound)

	// Saving again keeps what the merchant does not give.
	must(t, b.stores.UseIndex(t.Context(), "fern", "v7", []string{"Do you deliver?"}))
	b.Advance(time.Hour)
	again := a
	again.Name, again.CreatedAt = "Fern", b.Clock.Now()
	must(t, b.stores.Save(t.Context(), again))
	again.CreatedAt, again.IndexVersion, again.Suggestions = a.CreatedAt, "v7", []string{"Do you deliver?"}
	b.wantAccount(t, again)
	wantKind(t, b.stores.UseIndex(t.Context(), "nobody", "v1", nil), fault.NotFound)
}

func TestARemovedDomainIsFree(t *testing.T) {
	b := newBench(t)
	must(t, b.stores.Save(t.Context(), account("fern", "fern.example", "old.example")))
	must(t, b.stores.Save(t.Context(), account("fern", "fern.example", "new.example")))
	b.wantOwner(t, "old.example", "")
	b.wantOwner(t, "new.example", "fern")
	b.wantOwner(t, "fern.example", "fern")
	must(t, b.stores.Save(t.Context(), account("moss", "old.example")))
	b.wantOwner(t, "old.example", "moss")
}

func TestADomainBelongsToOneShop(t *testing.T) {
	b := newBench(t)
	fern, moss := account("fern", "fern.example"), account("moss", "moss.example")
	must(t, b.stores.Save(t.Context(), fern))
	must(t, b.stores.Save(t.Context(), moss))
	greedy := account("moss", "new.example", "moss.example", "fern.example", "other.example")
	greedy.Name = "Changed"
	wantKind(t, b.stores.Save(t.Context(), greedy), fault.Conflict)
	b.wantAccount(t, fern)
	b.wantAccount(t, moss)
	b.wantOwner(t, "fern.example", "fern")
	b.wantOwner(t, "moss.example", "moss")
	b.wantOwner(t, "new.example", "")
	b.wantOwner(t, "other.example", "")
}

// Two merchants who claim one domain at the same moment: one gets it.
func TestOneOfTwoGetsTheDomain(t *testing.T) {
	b := newBench(t)
	for round := range 5 {
		wanted := fmt.Sprintf("wanted-%d.example", round)
		shops := []id.Tenant{"fern", "moss", "reed", "sage"}
		errs := make([]error, len(shops))
		var group sync.WaitGroup
		for i, shop := range shops {
			group.Go(func() {
				errs[i] = b.stores.Save(t.Context(), account(shop, fmt.Sprintf("%s-%d.example", shop, round), wanted))
			})
		}
		group.Wait()
		owner, err := b.stores.ByHost(t.Context(), wanted)
		must(t, err)
		for i, shop := range shops {
			if shop == owner {
				must(t, errs[i])
				continue
			}
			wantKind(t, errs[i], fault.Conflict)
			if a, err := b.stores.Get(t.Context(), shop); err == nil && slices.Contains(a.Domains, wanted) {
				t.Errorf("%s names %s, which is %s's", shop, wanted, owner)
			}
			b.wantOwner(t, fmt.Sprintf("%s-%d.example", shop, round), "")
		}
	}
}

// A merchant may keep chats for a shorter time than the default, never longer.
func TestChatsAreKeptShorterOnly(t *testing.T) {
	claim.Proves(t, "C113")
	b := newBench(t)
	a := account("fern", "fern.example")
	must(t, b.stores.Save(t.Context(), a))
	for _, days := range []int{91, 365, 0, -1} {
		longer := a
		longer.ChatDays = days
		wantKind(t, b.stores.Save(t.Context(), longer), fault.Invalid)
		b.wantAccount(t, a)
	}
	for _, days := range []int{1, 30, 90} {
		a.ChatDays = days
		must(t, b.stores.Save(t.Context(), a))
		got, _, err := b.turns.Refresh(t.Context(), "fern")
		if err != nil || got.ChatRetention() != time.Duration(days)*inventory.Day {
			t.Errorf("%d days are %v, %v", days, got.ChatRetention(), err)
		}
	}
}

func TestWithoutTheTable(t *testing.T) {
	b := newBench(t)
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Kind: faults.Error}))
	_, get := b.stores.Get(t.Context(), "fern")
	_, find := b.stores.ByHost(t.Context(), "fern.example")
	_, _, today := b.turns.Today(t.Context(), "fern")
	for _, err := range []error{get, find, today, b.turns.CountTurn(t.Context(), "fern"), b.stores.Save(t.Context(), account("fern", "fern.example"))} {
		wantKind(t, err, fault.Unavailable)
	}
	b.Faults.Clear()
	_, err := b.stores.ByHost(t.Context(), "not a host")
	wantKind(t, err, fault.Invalid)
}

// Saving settings while a new index comes into use keeps both.
func TestSaveBesideUseIndex(t *testing.T) {
	b := newBench(t)
	a := account("fern", "fern.example")
	must(t, b.stores.Save(t.Context(), a))
	var wait sync.WaitGroup
	for n := range 20 {
		wait.Go(func() {
			changed := a
			changed.Name = fmt.Sprintf("Fern %d", n)
			if err := b.stores.Save(t.Context(), changed); err != nil && fault.KindOf(err) != fault.Conflict {
				t.Error(err)
			}
		})
	}
	must(t, b.stores.UseIndex(t.Context(), "fern", "v1", []string{"Do you deliver?"}))
	wait.Wait()
	if got, err := b.stores.Get(t.Context(), "fern"); err != nil || got.IndexVersion != "v1" || len(got.Suggestions) != 1 {
		t.Errorf("account %+v, %v", got, err)
	}
}
