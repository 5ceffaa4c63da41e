package table_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"omniops/shared/fault"
	"omniops/shared/table"
)

// lookup is a record that is found without a tenant.
type lookup struct{ note }

// visible asks every way of reading whether an item is there, and fails unless
// all say the same.
func visible(t interface {
	Fatalf(string, ...any)
}, b *bench, test *testing.T, key, found table.Key) bool {
	ctx := test.Context()
	var n note
	answers := map[string]bool{}
	is := func(read string, err error) {
		if err != nil && fault.KindOf(err) != fault.NotFound {
			t.Fatalf("%s: %v", read, err)
		}
		answers[read] = err == nil
	}
	is("Get", b.Get(ctx, shop, key, &n))
	is("Get, eventual", b.Eventual().Get(ctx, shop, key, &n))
	item, err := b.GetItem(ctx, shop, key)
	is("GetItem", err)
	if item.Exists() != answers["GetItem"] {
		t.Fatalf("GetItem says %v and gives %v", err, item)
	}
	items, err := b.GetAll(ctx, shop, key)
	is("GetAll", err)
	answers["GetAll"] = items[0].Exists()
	for _, limit := range []int{0, 1} {
		items, err = b.Latest(ctx, shop, table.Thread(shop, chat), limit)
		is("Latest", err)
		answers["Latest"] = len(items) == 1
		items, err = b.Earliest(ctx, shop, table.Thread(shop, chat), limit)
		is("Earliest", err)
		answers["Earliest"] = len(items) == 1
	}
	is("Lookup", b.Lookup(ctx, found, &n))
	for read, there := range answers {
		if there != answers["Get"] {
			t.Fatalf("Get says %v, %s says %v", answers["Get"], read, there)
		}
	}
	return answers["Get"]
}

// The law of expiry: an item is there until the second that its expiry names,
// and gone from then on, though DynamoDB still holds it.
func TestExpiryIsExactOnEveryRead(t *testing.T) {
	b := newBench(t)
	key := table.Message(shop, chat, 1, 0)
	found, err := table.Domain("shop.example.com")
	must(t, err)
	rapid.Check(t, func(rt *rapid.T) {
		b.Clock.SetOffset(0)
		life := time.Duration(rapid.IntRange(1, 90*86400).Draw(rt, "life")) * time.Second
		early := rapid.SampledFrom([]time.Duration{time.Nanosecond, time.Second, time.Hour}).Draw(rt, "early")
		late := rapid.SampledFrom([]time.Duration{0, time.Nanosecond, time.Second, 48 * time.Hour}).Draw(rt, "late")
		n := note{Key: key, Text: "hello", ExpireAt: b.in(life)}
		must(t, b.Put(t.Context(), shop, n))
		n.Key = found
		must(t, b.Put(t.Context(), shop, lookup{n}))
		b.Clock.SetOffset(max(life-early, 0))
		if !visible(rt, b, t, key, found) {
			rt.Fatalf("hidden %v before its expiry", early)
		}
		b.Clock.SetOffset(life + late)
		if visible(rt, b, t, key, found) {
			rt.Fatalf("visible %v after its expiry", late)
		}
		if b.stored(t, key) == nil || b.stored(t, found) == nil {
			rt.Fatalf("DynamoDB no longer holds the item, so this proved nothing")
		}
	})
}

func TestWhatHasExpiredIsNotThereToWrite(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	key := table.Message(shop, chat, 1, 0)
	old := note{Key: key, Text: "old", Count: 5, ExpireAt: b.in(time.Hour)}
	must(t, b.Create(ctx, shop, old))
	b.Advance(time.Hour - time.Second)
	wantKind(t, b.Create(ctx, shop, old), fault.Conflict)
	must(t, b.Set(ctx, shop, old, map[string]any{"text": "still here"}))

	b.Advance(time.Second)
	wantKind(t, b.Set(ctx, shop, old, map[string]any{"text": "too late"}), fault.NotFound)
	if total, err := b.Add(ctx, shop, note{Key: key, ExpireAt: b.in(time.Hour)}, "count", 2); err != nil || total != 2 {
		t.Errorf("a counter went on from one that had expired: %d, %v", total, err)
	}
	if total, err := b.Add(ctx, shop, note{Key: key, ExpireAt: b.in(9 * time.Hour)}, "count", 2); err != nil || total != 4 {
		t.Errorf("the counter is %d, %v; want 4", total, err)
	}
	b.Advance(time.Hour) // the expiry is that of the first count
	fresh := note{Key: key, Text: "new", ExpireAt: b.in(time.Hour)}
	must(t, b.Create(ctx, shop, fresh))
	var got note
	must(t, b.Get(ctx, shop, key, &got))
	if got != fresh {
		t.Errorf("got %+v, want %+v", got, fresh)
	}
}

func TestExpiredItemsDoNotCountTowardsALimit(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	for turn := 1; turn <= 10; turn++ {
		life := time.Hour
		if turn%2 == 0 {
			life = time.Minute
		}
		must(t, b.Put(ctx, shop, note{Key: table.Message(shop, chat, turn, 0), Version: turn, ExpireAt: b.in(life)}))
	}
	b.Advance(time.Minute)
	latest, err := b.Latest(ctx, shop, table.Thread(shop, chat), 3)
	must(t, err)
	wantVersions(t, latest, 9, 7, 5)
	earliest, err := b.Earliest(ctx, shop, table.Thread(shop, chat), 4)
	must(t, err)
	wantVersions(t, earliest, 1, 3, 5, 7)

	n, err := b.DeleteRange(ctx, shop, table.Thread(shop, chat))
	if err != nil || n != 10 {
		t.Errorf("DeleteRange removed %d items, %v; want all 10, the expired ones too", n, err)
	}
	for turn := 1; turn <= 10; turn++ {
		if b.stored(t, table.Message(shop, chat, turn, 0)) != nil {
			t.Errorf("turn %d is still stored", turn)
		}
	}
}

func wantVersions(t *testing.T, items []table.Item, want ...int) {
	t.Helper()
	var got []int
	for _, item := range items {
		var n note
		must(t, item.Decode(&n))
		got = append(got, n.Version)
	}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}
