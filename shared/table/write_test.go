package table_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"omniops/local/faults"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/table"
)

func TestOnlyOneCreateAndOneReplaceWins(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	const rivals = 12
	key := table.Message(shop, chat, 1, 0)
	race := func(from int, write func(n note) error) (won int) {
		t.Helper()
		results := make([]error, rivals)
		var group sync.WaitGroup
		for i := range rivals {
			group.Go(func() { results[i] = write(note{Key: key, Version: from + i, ExpireAt: b.in(time.Hour)}) })
		}
		group.Wait()
		for i, err := range results {
			switch {
			case err == nil && won == 0:
				won = from + i
			case err == nil:
				t.Errorf("both %d and %d won", won, from+i)
			default:
				wantKind(t, err, fault.Conflict)
			}
		}
		var n note
		must(t, b.Get(ctx, shop, key, &n))
		if n.Version != won {
			t.Errorf("%d won, but %d is stored", won, n.Version)
		}
		return won
	}
	first := race(1, func(n note) error { return b.Create(ctx, shop, n) })
	race(1+rivals, func(n note) error { return b.Replace(ctx, shop, n, "version", first) })
}

func TestCounterUnderConcurrency(t *testing.T) {
	b := newBench(t)
	record := note{Key: table.Usage(shop, "2026-11-24"), ExpireAt: b.in(time.Hour)}
	const workers, each = 10, 8
	count := func() {
		t.Helper()
		totals := make(chan int64, workers*each)
		var group sync.WaitGroup
		for range workers {
			group.Go(func() {
				for range each {
					total, err := b.Add(t.Context(), shop, record, "count", 1)
					if err != nil {
						t.Error(err)
					}
					totals <- total
				}
			})
		}
		group.Wait()
		close(totals)
		seen := map[int64]bool{}
		for total := range totals {
			seen[total] = true
		}
		for n := int64(1); n <= workers*each; n++ {
			if !seen[n] {
				t.Errorf("no call was told %d of %v", n, slices.Sorted(maps.Keys(seen)))
				return
			}
		}
	}
	count()
	b.Advance(time.Hour) // what has expired is begun anew, by one of them
	record.ExpireAt = b.in(time.Hour)
	count()
}

func TestSetLeavesTheRest(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	p := pin{Key: table.Site(shop), Due: table.CrawlDue(shop, "2026-11-25"), Text: "before"}
	wantKind(t, b.Set(ctx, shop, p, map[string]any{"text": "after"}), fault.NotFound)
	must(t, b.Put(ctx, shop, p))
	must(t, b.Set(ctx, shop, p, map[string]any{"text": "after"}))
	p.Text = "after"
	var got pin
	must(t, b.Get(ctx, shop, p.Key, &got))
	if got != p {
		t.Errorf("got %+v, want %+v", got, p)
	}
	must(t, b.Delete(ctx, shop, p.Key))
	must(t, b.Delete(ctx, shop, p.Key)) // once more is no error
	wantKind(t, b.Get(ctx, shop, p.Key, &got), fault.NotFound)
}

func TestReadsGoOnPastOnePage(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	const items, size = 15, 100 << 10 // 1.5 MB; a page has at most 1 MB
	var want []int
	for turn := 1; turn <= items; turn++ {
		want = append(want, turn)
		must(t, b.Put(ctx, shop, note{
			Key: table.Message(shop, chat, turn, 0), Version: turn, Text: strings.Repeat("x", size), ExpireAt: b.in(time.Hour),
		}))
	}
	b.Dynamo.ResetMeter()
	earliest, err := b.Earliest(ctx, shop, table.Thread(shop, chat), 0)
	must(t, err)
	wantVersions(t, earliest, want...)
	if calls := b.Dynamo.Meter()[b.name]["Query"].Requests; calls < 2 {
		t.Fatalf("one call read it all (%d), so this proved nothing", calls)
	}
	latest, err := b.Latest(ctx, shop, table.Thread(shop, chat), 13)
	must(t, err)
	slices.Reverse(want)
	wantVersions(t, latest, want[:13]...)
	if n, err := b.DeleteRange(ctx, shop, table.Thread(shop, chat)); err != nil || n != items {
		t.Errorf("DeleteRange removed %d, %v; want %d", n, err, items)
	}
}

func TestDueWork(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	for i := range 30 {
		t := id.Tenant(fmt.Sprintf("t%02d", i))
		day := []string{"2026-11-24", "2026-11-25", ""}[i%3]
		p := pin{Key: table.Site(t), Text: "site"}
		if day != "" {
			p.Due = table.CrawlDue(t, day)
		}
		if err := b.Put(ctx, t, p); err != nil {
			panic(err)
		}
	}
	var want []id.Tenant
	for i := 0; i < 30; i += 3 {
		want = append(want, id.Tenant(fmt.Sprintf("t%02d", i)))
	}
	b.Dynamo.ResetMeter()
	due, err := b.CrawlsDue(ctx, "2026-11-24")
	must(t, err)
	if !slices.Equal(due, want) {
		t.Errorf("due are %v, want %v", due, want)
	}
	if read := b.Dynamo.Meter().Total().Read; read > 1 {
		t.Errorf("listing 10 due sites took %v read units", read)
	}
	// A site that has been read is due another day.
	must(t, b.Put(ctx, "t00", pin{Key: table.Site("t00"), Due: table.CrawlDue("t00", "2026-11-26"), Text: "site"}))
	if due, err = b.CrawlsDue(ctx, "2026-11-24"); err != nil || !slices.Equal(due, want[1:]) {
		t.Errorf("due are %v, %v; want %v", due, err, want[1:])
	}
}

func TestBatchesSendAgainWhatIsLeftOver(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	var records []table.Record
	var keys []table.Key
	for turn := 1; turn <= 25; turn++ {
		k := table.Message(shop, chat, turn, 0)
		keys = append(keys, k)
		records = append(records, note{Key: k, Version: turn, ExpireAt: b.in(time.Hour)})
	}
	must(t, b.Faults.Replace(
		faults.Rule{Service: "dynamodb", Operation: "BatchWriteItem", Kind: faults.Throttle, Count: 3},
		faults.Rule{Service: "dynamodb", Operation: "BatchGetItem", Kind: faults.Throttle, Count: 3},
	))
	must(t, b.PutAll(ctx, shop, records...))
	missing := table.Message(shop, chat, 99, 0)
	items, err := b.GetAll(ctx, shop, append(slices.Clone(keys), missing)...)
	must(t, err)
	if len(b.Faults.Rules()) != 0 {
		t.Fatalf("rules that never hit: %v", b.Faults.Rules())
	}
	if items[25].Exists() {
		t.Error("GetAll found an item that is not there")
	}
	for i, item := range items[:25] {
		if item.Key() != keys[i] {
			t.Errorf("item %d has key %v, want %v", i, item.Key(), keys[i])
		}
	}

	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Kind: faults.Throttle}))
	wantBusy(t, b.hasty().PutAll(ctx, shop, records...))
	_, err = b.hasty().GetAll(ctx, shop, keys...)
	wantBusy(t, err)
}

func TestFaultsAreClassified(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	key := table.Message(shop, chat, 1, 0)
	record := note{Key: key, ExpireAt: b.in(time.Hour)}
	calls := map[string]func(*table.Store) error{
		"Put":     func(s *table.Store) error { return s.Put(ctx, shop, record) },
		"Create":  func(s *table.Store) error { return s.Create(ctx, shop, record) },
		"Replace": func(s *table.Store) error { return s.Replace(ctx, shop, record, "version", 0) },
		"Set":     func(s *table.Store) error { return s.Set(ctx, shop, record, map[string]any{"text": "x"}) },
		"Add":     func(s *table.Store) error { _, err := s.Add(ctx, shop, record, "count", 1); return err },
		"Get":     func(s *table.Store) error { return s.Get(ctx, shop, key, &note{}) },
		"GetAll":  func(s *table.Store) error { _, err := s.GetAll(ctx, shop, key); return err },
		"Latest":  func(s *table.Store) error { _, err := s.Latest(ctx, shop, table.Thread(shop, chat), 0); return err },
		"Delete":  func(s *table.Store) error { return s.Delete(ctx, shop, key) },
		"Due":     func(s *table.Store) error { _, err := s.CrawlsDue(ctx, "2026-11-24"); return err },
		"Ping":    func(s *table.Store) error { return s.Ping(ctx) },
	}
	for _, kind := range []faults.Kind{faults.Throttle, faults.Error, faults.Cut} {
		must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Kind: kind}))
		for name, call := range calls {
			t.Run(string(kind)+" "+name, func(t *testing.T) { wantBusy(t, call(b.hasty())) })
		}
	}
	b.Faults.Clear()
	must(t, b.Ping(ctx))
}

func wantBusy(t *testing.T, err error) {
	t.Helper()
	wantKind(t, err, fault.Unavailable)
	if fault.RetryAfter(err) <= 0 {
		t.Errorf("%v does not say when to try again", err)
	}
}

// An answer that is lost after the work was done is the worst of both: the write
// is there, and the caller hears of a failure.
func TestLostAnswers(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	lose := func(count int) {
		must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Operation: "PutItem", Kind: faults.AppliedThenError, Count: count}))
	}
	record := note{Key: table.Message(shop, chat, 1, 0), Text: "hello", ExpireAt: b.in(time.Hour)}
	var got note

	lose(1) // the second try puts the same once more
	must(t, b.Put(ctx, shop, record))
	lose(2)
	wantBusy(t, b.Put(ctx, shop, record))
	must(t, b.Get(ctx, shop, record.Key, &got))
	if got != record {
		t.Errorf("got %+v, want %+v", got, record)
	}

	record.Key = table.Message(shop, chat, 2, 0)
	lose(1) // the second try meets what the first one stored
	wantKind(t, b.Create(ctx, shop, record), fault.Conflict)
	must(t, b.Get(ctx, shop, record.Key, &got))
	if got != record {
		t.Errorf("got %+v, want %+v", got, record)
	}
}
