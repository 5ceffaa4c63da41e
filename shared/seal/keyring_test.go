package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"pgregory.net/rapid"

	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

const (
	shop  id.Tenant  = "shop"
	rival id.Tenant  = "shop-2"
	anna  id.Shopper = "anna"
	ben   id.Shopper = "ben"
	carl  id.Shopper = "carl"
)

// bench is the key table and the key of template.yaml.
type bench struct {
	*localtest.Cloud
	keyTable string
	keyID    string
	kms      *kms.Client
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	return &bench{c, c.Env(t, "chat-reply", "KEY_TABLE_NAME"), c.Env(t, "chat-reply", "KEYRING_KEY_ID"), kms.NewFromConfig(c.AWS)}
}

// keyring is that of an instance that has just started.
func (b *bench) keyring() *seal.Keyring {
	return seal.NewKeyring(b.AWS, table.New(b.AWS, b.keyTable, b.Clock.Now), b.keyID)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("error %v is %s, want %s", err, fault.KindOf(err), want)
	}
}

func wantOpens(t *testing.T, k *seal.Keyring, tenant id.Tenant, s id.Shopper, sealed seal.Text, want string) {
	t.Helper()
	got, err := k.Open(t.Context(), tenant, s, sealed)
	if err != nil || got.Reveal() != want {
		t.Errorf("opened %q, %v; want %q", got.Reveal(), err, want)
	}
}

func wantErased(t *testing.T, k *seal.Keyring, tenant id.Tenant, s id.Shopper, sealed seal.Text) {
	t.Helper()
	got, err := k.Open(t.Context(), tenant, s, sealed)
	wantKind(t, err, fault.NotFound)
	if got.Reveal() != "" {
		t.Errorf("opened %q", got.Reveal())
	}
}

func sealed(t *testing.T, k *seal.Keyring, tenant id.Tenant, s id.Shopper, text string) seal.Text {
	t.Helper()
	out, err := k.Seal(t.Context(), tenant, s, seal.Clear(text))
	must(t, err)
	return out
}

// The laws of sealing: who sealed it opens it, also after a restart; nobody else
// does; nothing of the text is left in what is stored, and no changed byte passes.
func TestSealing(t *testing.T) {
	b := newBench(t)
	k := b.keyring()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringN(0, 200, -1).Draw(rt, "text")
		out := sealed(t, k, shop, anna, text)
		wantOpens(t, k, shop, anna, out, text)
		for i := 0; i+8 <= len(text); i++ {
			if bytes.Contains(out, []byte(text[i:i+8])) {
				rt.Fatalf("sealed text holds %q", text[i:i+8])
			}
		}
		for _, other := range []struct {
			tenant  id.Tenant
			shopper id.Shopper
		}{{rival, anna}, {shop, ben}} {
			sealed(t, k, other.tenant, other.shopper, "something of theirs")
			wantErased(t, k, other.tenant, other.shopper, out)
		}
		changed := bytes.Clone(out)
		at := rapid.IntRange(0, len(out)-1).Draw(rt, "at")
		changed[at] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		if got, err := k.Open(t.Context(), shop, anna, changed); err == nil {
			rt.Fatalf("a changed byte passed: %q", got.Reveal())
		}
		short := out[:rapid.IntRange(0, len(out)-1).Draw(rt, "length")]
		if _, err := k.Open(t.Context(), shop, anna, short); err == nil {
			rt.Fatalf("%d of %d bytes passed", len(short), len(out))
		}
	})
	out := sealed(t, k, shop, anna, "hello")
	wantOpens(t, b.keyring(), shop, anna, out, "hello")
	if again := sealed(t, k, shop, anna, "hello"); bytes.Equal(again, out) {
		t.Error("the same text was sealed to the same bytes")
	}
}

func TestTextOfAnotherDayNeedsThatDaysKey(t *testing.T) {
	b := newBench(t)
	k := b.keyring()
	monday := sealed(t, k, shop, anna, "said on Monday")
	b.Advance(inventory.Day)
	tuesday := sealed(t, k, shop, anna, "said on Tuesday")
	wantOpens(t, k, shop, anna, monday, "said on Monday")

	moved := bytes.Clone(monday) // Monday's text under Tuesday's header
	copy(moved, tuesday[:9])
	if got, err := b.keyring().Open(t.Context(), shop, anna, moved); err == nil {
		t.Errorf("opened %q with another day's key", got.Reveal())
	}

	must(t, k.DestroyDay(t.Context(), shop, b.Clock.Now().Add(-inventory.Day)))
	for _, ring := range []*seal.Keyring{k, b.keyring()} {
		wantErased(t, ring, shop, anna, monday)
		wantOpens(t, ring, shop, anna, tuesday, "said on Tuesday")
	}
}

func TestDestroyedSubject(t *testing.T) {
	b := newBench(t)
	k, warm := b.keyring(), b.keyring()
	annas := sealed(t, k, shop, anna, "from Anna")
	bens := sealed(t, k, shop, ben, "from Ben")
	wantOpens(t, warm, shop, anna, annas, "from Anna")

	must(t, k.DestroySubject(t.Context(), shop, anna))
	must(t, k.DestroySubject(t.Context(), shop, anna)) // once more is no error
	wantErased(t, k, shop, anna, annas)
	wantErased(t, b.keyring(), shop, anna, annas)
	wantOpens(t, k, shop, ben, bens, "from Ben")

	b.Advance(5 * time.Minute) // as long as another instance may remember
	wantErased(t, warm, shop, anna, annas)

	// Whoever writes again gets a new key, and what was erased stays so.
	again := sealed(t, k, shop, anna, "Anna again")
	for _, ring := range []*seal.Keyring{k, warm, b.keyring()} {
		wantErased(t, ring, shop, anna, annas)
		wantOpens(t, ring, shop, anna, again, "Anna again")
	}
}

func TestADaysKeyEndsWithItsText(t *testing.T) {
	b := newBench(t)
	sealedAt := b.Clock.Now()
	text := sealed(t, b.keyring(), shop, anna, "hello")
	b.Clock.SetOffset(90*inventory.Day - time.Second)
	wantOpens(t, b.keyring(), shop, anna, text, "hello")
	endOfDay := sealedAt.Truncate(inventory.Day).Add(inventory.Day)
	b.Clock.SetOffset(endOfDay.Add(90 * inventory.Day).Sub(sealedAt))
	wantErased(t, b.keyring(), shop, anna, text)
	sealed(t, b.keyring(), shop, anna, "a new day has a new key")
}

// Nothing of a shopper stays: their key goes with the last text sealed under it,
// and is kept for as long as there is any.
func TestASubjectsKeyEndsWithTheirLastText(t *testing.T) {
	b := newBench(t)
	day := 24 * time.Hour
	first := sealed(t, b.keyring(), shop, anna, "first")
	b.Advance(60 * day)
	second := b.turn(t, shop, anna, "second") // a key that would have gone in 31 days, read ahead
	b.Advance(29 * day)
	wantOpens(t, b.keyring(), shop, anna, first, "first") // day 89
	b.Advance(60 * day)
	wantOpens(t, b.keyring(), shop, anna, second, "second") // day 149: 89 after it was sealed
	b.Advance(2 * day)
	wantErased(t, b.keyring(), shop, anna, second)
	keys := table.New(b.AWS, b.keyTable, b.Clock.Now)
	if _, err := keys.GetItem(t.Context(), shop, table.SubjectKey(shop, anna)); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the subject's key is still there: %v", err)
	}
}

// turn seals as a turn of a chat does: after its keys were read ahead.
func (b *bench) turn(t *testing.T, tenant id.Tenant, s id.Shopper, text string) seal.Text {
	t.Helper()
	k := b.keyring()
	must(t, k.Prepare(t.Context(), tenant, s))
	return sealed(t, k, tenant, s, text)
}

// A new shopper's first text costs half a unit to see that there is no key, and
// one to make it.
func TestAKeyThatWasMissedIsMadeWithoutAnotherLook(t *testing.T) {
	b := newBench(t)
	k := b.keyring()
	sealed(t, k, shop, anna, "the tenant's and the day's keys are there")
	b.Dynamo.ResetMeter()
	must(t, k.Prepare(t.Context(), shop, ben))
	text := sealed(t, k, shop, ben, "hello")
	if used := b.Dynamo.Meter().Total(); used.Requests != 2 || used.Read != 0.5 || used.Write != 1 {
		t.Errorf("used %+v", used)
	}
	// Another instance that missed it, too, seals under the same key.
	other := b.keyring()
	must(t, other.Prepare(t.Context(), shop, carl))
	first := sealed(t, k, shop, carl, "first")
	second := sealed(t, other, shop, carl, "second")
	for _, k := range []*seal.Keyring{k, other, b.keyring()} {
		wantOpens(t, k, shop, ben, text, "hello")
		wantOpens(t, k, shop, carl, first, "first")
		wantOpens(t, k, shop, carl, second, "second")
	}
}

func TestWarmTurnsAskNobody(t *testing.T) {
	b := newBench(t)
	k := b.keyring()
	first := sealed(t, k, shop, anna, "first")
	if calls := b.KMS.Calls(); calls["GenerateDataKey"] != 1 || calls["Decrypt"] != 0 {
		t.Errorf("the first text took the KMS calls %v, want one", calls)
	}
	before := b.KMS.Calls()
	b.Dynamo.ResetMeter()
	for range 20 {
		second := sealed(t, k, shop, anna, "second")
		wantOpens(t, k, shop, anna, second, "second")
		wantOpens(t, k, shop, anna, first, "first")
	}
	if after := b.KMS.Calls(); !maps.Equal(before, after) {
		t.Errorf("KMS calls went from %v to %v", before, after)
	}
	if n := b.Dynamo.Meter().Total().Requests; n != 0 {
		t.Errorf("DynamoDB had %d requests", n)
	}
}

// Scenario 30: KMS is disabled, or throttled.
func TestWithoutKMS(t *testing.T) {
	b := newBench(t)
	warm := b.keyring()
	text := sealed(t, warm, shop, anna, "hello")
	outages := map[string]struct{ begin, end func() error }{
		"disabled": {
			func() error {
				_, err := b.kms.DisableKey(t.Context(), &kms.DisableKeyInput{KeyId: &b.keyID})
				return err
			},
			func() error {
				_, err := b.kms.EnableKey(t.Context(), &kms.EnableKeyInput{KeyId: &b.keyID})
				return err
			},
		},
		"throttled": {
			func() error { return b.Faults.Replace(faults.Rule{Service: "kms", Kind: faults.Throttle}) },
			func() error { b.Faults.Clear(); return nil },
		},
		"out of reach": {
			func() error { return b.Faults.Replace(faults.Rule{Service: "kms", Kind: faults.Cut}) },
			func() error { b.Faults.Clear(); return nil },
		},
	}
	for name, outage := range outages {
		t.Run(name, func(t *testing.T) {
			cfg := b.AWS.Copy()
			cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
			cold := seal.NewKeyring(cfg, table.New(cfg, b.keyTable, b.Clock.Now), b.keyID)
			must(t, outage.begin())
			_, opened := cold.Open(t.Context(), shop, anna, text)
			_, kept := cold.Seal(t.Context(), shop, anna, seal.Clear("not kept"))
			_, first := cold.Seal(t.Context(), id.Tenant("new-shop"), anna, seal.Clear("not kept"))
			for _, err := range []error{opened, kept, first} {
				wantKind(t, err, fault.Unavailable)
				if !errors.Is(err, seal.ErrNoKeys) || fault.RetryAfter(err) <= 0 {
					t.Errorf("error %v, want ErrNoKeys and when to try again", err)
				}
			}
			// A warm instance goes on, past the time it remembers keys, and also
			// with new days and new shoppers.
			for range 3 {
				b.Advance(10 * time.Hour)
				wantOpens(t, warm, shop, anna, text, "hello")
				wantOpens(t, warm, shop, ben, sealed(t, warm, shop, ben, "news"), "news")
			}
			must(t, outage.end())
			wantOpens(t, cold, shop, anna, text, "hello")
			wantOpens(t, cold, shop, anna, sealed(t, cold, shop, anna, "kept"), "kept")
		})
	}
}

// Scenario 31: the KMS key is rotated in the middle of a conversation.
func TestRotatedKey(t *testing.T) {
	b := newBench(t)
	warm := b.keyring()
	before := sealed(t, warm, shop, anna, "before")
	_, err := b.kms.RotateKeyOnDemand(t.Context(), &kms.RotateKeyOnDemandInput{KeyId: &b.keyID})
	must(t, err)
	b.Advance(6 * time.Minute) // the keys that were remembered are read again
	after := sealed(t, warm, shop, anna, "after")
	theirs := sealed(t, warm, rival, anna, "theirs")
	for _, k := range []*seal.Keyring{warm, b.keyring()} {
		wantOpens(t, k, shop, anna, before, "before")
		wantOpens(t, k, shop, anna, after, "after")
		wantOpens(t, k, rival, anna, theirs, "theirs")
	}
}

// Instances that meet a new shop, day or shopper at the same moment agree on the
// keys.
func TestKeysAreMadeOnce(t *testing.T) {
	b := newBench(t)
	const instances, shoppers = 6, 5
	rings := make([]*seal.Keyring, instances)
	texts := make([]seal.Text, instances*shoppers)
	var group sync.WaitGroup
	for i := range rings {
		rings[i] = b.keyring()
		for j := range shoppers {
			group.Go(func() {
				var err error
				texts[i*shoppers+j], err = rings[i].Seal(t.Context(), shop, shopper(j), seal.Clear(fmt.Sprint(i, j)))
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	for _, k := range append(rings, b.keyring()) {
		for i := range instances {
			for j := range shoppers {
				wantOpens(t, k, shop, shopper(j), texts[i*shoppers+j], fmt.Sprint(i, j))
			}
		}
	}
	if n := b.keysStored(t); n != 1+1+shoppers {
		t.Errorf("%d keys are stored, want the tenant's, the day's and %d subjects'", n, shoppers)
	}
}

func shopper(n int) id.Shopper { return id.Shopper(fmt.Sprintf("s%d", n)) }

func (b *bench) keysStored(t *testing.T) int {
	t.Helper()
	out, err := dynamodb.NewFromConfig(b.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &b.keyTable})
	must(t, err)
	return len(out.Items)
}

// A key whose making was carried out but not confirmed is the key.
func TestLostAnswerWhileAKeyIsMade(t *testing.T) {
	b := newBench(t)
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Operation: "PutItem", Kind: faults.AppliedThenError, Rate: 0.5, Count: 3}))
	k := b.keyring()
	texts := map[id.Shopper]seal.Text{}
	for i := range 12 {
		out, err := k.Seal(t.Context(), shop, shopper(i), seal.Clear("hello"))
		if err != nil { // twice in a row
			wantKind(t, err, fault.Unavailable)
			continue
		}
		texts[shopper(i)] = out
	}
	if len(b.Faults.Rules()) != 0 || len(texts) < 9 {
		t.Fatalf("%d texts were sealed with %v to go", len(texts), b.Faults.Rules())
	}
	for s, out := range texts {
		wantOpens(t, b.keyring(), shop, s, out, "hello")
	}
}

func TestWithoutTheKeyTable(t *testing.T) {
	b := newBench(t)
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Kind: faults.Error}))
	_, err := b.keyring().Seal(t.Context(), shop, anna, seal.Clear("hello"))
	wantKind(t, err, fault.Unavailable)
	wantKind(t, b.keyring().DestroySubject(t.Context(), shop, anna), fault.Unavailable)
	b.Faults.Clear()
	sealed(t, b.keyring(), shop, anna, "hello")
}
