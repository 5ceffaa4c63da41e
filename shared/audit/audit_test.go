package audit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/audit"
	"omniops/shared/claim"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

const (
	shop  = id.Tenant("fern")
	month = "2026-11"
)

// bench is the log of one function, and its anchors.
type bench struct {
	*localtest.Cloud
	*audit.Log
	anchors *audit.Anchors
	name    string // of the main table
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{Cloud: c, name: c.Env(t, "chat-reply", "TABLE_NAME")}
	b.Log = b.log(t, localtest.SessionSecret)
	b.anchors = audit.NewAnchors(table.New(c.AWS, c.Env(t, "chat-reply", "KEY_TABLE_NAME"), c.Clock.Now))
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// log is another instance's.
func (b *bench) log(t *testing.T, secret string) *audit.Log {
	t.Helper()
	l, err := audit.New(table.New(b.AWS, b.name, b.Clock.Now), []byte(secret), "test")
	must(t, err)
	return l
}

func entry(n int) audit.Entry {
	return audit.Entry{Actor: audit.Merchant, Action: audit.Read, Record: "conversation.message", Count: n, Why: inventory.CustomerSupport, Subjects: []string{"p1"}}
}

func (b *bench) wantFlaw(t *testing.T, what string, seq int) {
	t.Helper()
	flaw, err := b.log(t, localtest.SessionSecret).Verify(t.Context(), b.anchors, shop, month)
	must(t, err)
	switch {
	case seq == 0 && flaw != nil:
		t.Errorf("%s: %v", what, flaw)
	case seq != 0 && (flaw == nil || flaw.Seq != seq):
		t.Errorf("%s: found %v, want entry %d", what, flaw, seq)
	}
}

func (b *bench) row(t *testing.T, seq int) map[string]types.AttributeValue {
	t.Helper()
	k := table.Audit(shop, month, seq)
	out, err := dynamodb.NewFromConfig(b.AWS).GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &b.name, Key: map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: k.PK}, "SK": &types.AttributeValueMemberS{Value: k.SK},
	}})
	must(t, err)
	return out.Item
}

func (b *bench) put(t *testing.T, row map[string]types.AttributeValue) {
	t.Helper()
	_, err := dynamodb.NewFromConfig(b.AWS).PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &b.name, Item: row})
	must(t, err)
}

func (b *bench) remove(t *testing.T, row map[string]types.AttributeValue) {
	t.Helper()
	_, err := dynamodb.NewFromConfig(b.AWS).DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &b.name, Key: map[string]types.AttributeValue{"PK": row["PK"], "SK": row["SK"]}})
	must(t, err)
}

// Who did what, why and when, in the order it was done.
func TestTheLogSaysWhoDidWhat(t *testing.T) {
	b := newBench(t)
	for n := range 3 {
		must(t, b.Append(t.Context(), shop, entry(n+1)))
		b.Advance(time.Second)
	}
	got, err := b.Entries(t.Context(), shop, month)
	must(t, err)
	for n, e := range got {
		want := fmt.Sprintf("%d %s merchant test read conversation.message [p1] %d customer-support", n+1, b.Clock.Now().Add(time.Duration(n-3)*time.Second).Format(time.RFC3339), n+1)
		if s := fmt.Sprint(e.Seq, " ", e.At.Format(time.RFC3339), " ", e.Actor, " ", e.By, " ", e.Action, " ", e.Record, " ", e.Subjects, " ", e.Count, " ", e.Why); s != want {
			t.Errorf("entry %q, want %q", s, want)
		}
	}
	if len(got) != 3 {
		t.Errorf("%d entries", len(got))
	}
	if other, err := b.Entries(t.Context(), "rival", month); err != nil || len(other) != 0 {
		t.Errorf("another shop's log holds %v, %v", other, err)
	}
}

// Scenario 44: whatever is done to one row is found, at that row; only the end of a
// chain that nobody has looked at yet can be cut off.
func TestTamperingIsFoundWhereItIs(t *testing.T) {
	b := newBench(t)
	b.wantFlaw(t, "an empty log", 0)
	for n := range 6 {
		must(t, b.Append(t.Context(), shop, entry(n)))
	}
	b.wantFlaw(t, "as it was written", 0)
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	for name, c := range map[string]struct {
		seq  int
		harm func(row map[string]types.AttributeValue)
	}{
		"the first is changed": {1, func(r map[string]types.AttributeValue) { r["entry"] = text(`{"actor":"system"}`) }},
		"one is changed":       {3, func(r map[string]types.AttributeValue) { r["entry"] = text(`{"seq":3}`) }},
		"a subject is changed": {4, func(r map[string]types.AttributeValue) { delete(r, "subjects") }},
		"a mark is changed":    {2, func(r map[string]types.AttributeValue) { r["mark"] = text("0000") }},
		"a link is changed":    {5, func(r map[string]types.AttributeValue) { r["before"] = text("0000") }},
		"an expiry is changed": {5, func(r map[string]types.AttributeValue) {
			r["expires_at"] = &types.AttributeValueMemberN{Value: "1900000000"}
		}},
		"the last is changed":   {6, func(r map[string]types.AttributeValue) { r["entry"] = text(`{}`) }},
		"one is gone":           {3, nil},
		"the first is gone":     {1, nil},
		"the last is gone":      {6, nil},
		"one is hidden in time": {4, func(r map[string]types.AttributeValue) { r["expires_at"] = &types.AttributeValueMemberN{Value: "1"} }},
	} {
		row := b.row(t, c.seq)
		if c.harm == nil {
			b.remove(t, row)
		} else {
			harmed := b.row(t, c.seq)
			c.harm(harmed)
			b.put(t, harmed)
		}
		b.wantFlaw(t, name, c.seq)
		b.put(t, row)
	}
	// Two rows change places; and a chain is written anew by somebody without the secret.
	second, third := b.row(t, 2), b.row(t, 3)
	second["SK"], third["SK"] = third["SK"], second["SK"]
	b.put(t, second)
	b.put(t, third)
	b.wantFlaw(t, "two change places", 2)
	for n := range 6 {
		b.remove(t, b.row(t, n+1))
	}
	forger := b.log(t, strings.Repeat("x", 32))
	for n := range 6 {
		must(t, forger.Append(t.Context(), shop, entry(n)))
	}
	b.wantFlaw(t, "a forged log", 1)
	flaws, err := b.VerifyAll(t.Context(), b.anchors)
	if err != nil || len(flaws) != 1 || flaws[0].Tenant != shop || flaws[0].Seq != 1 {
		t.Errorf("all: %v, %v", flaws, err)
	}
}

// However many write at once, from however many instances, and whatever answers are
// lost: the chain has each entry once, and holds.
func TestManyWriteOneChain(t *testing.T) {
	b := newBench(t)
	must(t, b.Faults.Replace(
		faults.Rule{Service: "dynamodb", Operation: "PutItem", Kind: faults.AppliedThenError, Rate: 0.2, Count: 12},
	))
	done := make(chan error)
	const writers, each = 4, 6
	for w := range writers {
		l := b.log(t, localtest.SessionSecret)
		go func() {
			var failed error
			for n := range each {
				err := l.Append(context.WithoutCancel(t.Context()), shop, entry(w*100+n))
				for try := 0; err != nil && try < 5; try++ {
					err = l.Append(context.WithoutCancel(t.Context()), shop, entry(w*100+n))
				}
				if err != nil {
					failed = err
				}
			}
			done <- failed
		}()
	}
	for range writers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	b.Faults.Clear()
	b.wantFlaw(t, "written by many", 0)
	got, err := b.Entries(t.Context(), shop, month)
	must(t, err)
	seen := map[int]bool{}
	for n, e := range got {
		if e.Seq != n+1 {
			t.Errorf("entry %d has number %d", n+1, e.Seq)
		}
		seen[e.Count] = true
	}
	if len(seen) != writers*each {
		t.Errorf("%d of %d are there", len(seen), writers*each)
	}
}

// Scenario 27: a clock that goes back does not change the order.
func TestTheOrderIsNotTheClocks(t *testing.T) {
	b := newBench(t)
	for n, offset := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute, 5 * time.Minute} {
		b.Clock.SetOffset(offset)
		must(t, b.Append(t.Context(), shop, entry(n)))
	}
	b.wantFlaw(t, "a clock that jumps", 0)
	got, err := b.Entries(t.Context(), shop, month)
	must(t, err)
	for n, e := range got {
		if e.Count != n {
			t.Errorf("entry %d is number %d", e.Count, n)
		}
	}
}

// Kept for 24 months and gone in that second; and once a person is erased, nobody can
// tell which entries are about them, while the chain still holds.
func TestTheLogIsKeptForTwoYears(t *testing.T) {
	claim.Proves(t, "C117")
	b := newBench(t)
	ring := func() *seal.Keyring {
		return seal.NewKeyring(b.AWS, table.New(b.AWS, b.Env(t, "chat-reply", "KEY_TABLE_NAME"), b.Clock.Now), b.Env(t, "chat-reply", "KEYRING_KEY_ID"))
	}
	keys := ring()
	if p, err := keys.Pseudonym(t.Context(), shop, "anna"); err != nil || p != "" {
		t.Errorf("who has said nothing is %q, %v", p, err)
	}
	_, err := keys.Seal(t.Context(), shop, "anna", seal.Clear("Hello"))
	must(t, err)
	who, err := keys.Pseudonym(t.Context(), shop, "anna")
	must(t, err)
	e := entry(1)
	e.Subjects = []string{who}
	must(t, b.Append(t.Context(), shop, e))
	if again, err := ring().Pseudonym(t.Context(), shop, "anna"); err != nil || again != who || strings.Contains(who, "anna") || len(who) != 26 {
		t.Errorf("her pseudonym is %q and %q, %v", who, again, err)
	}
	must(t, keys.DestroySubject(t.Context(), shop, "anna"))
	for _, k := range []*seal.Keyring{keys, ring()} {
		if again, err := k.Pseudonym(t.Context(), shop, "anna"); err != nil || again != "" {
			t.Errorf("after her erasure she is %q, %v", again, err)
		}
	}
	_, err = ring().Seal(t.Context(), shop, "anna", seal.Clear("Hello again"))
	must(t, err)
	if again, err := ring().Pseudonym(t.Context(), shop, "anna"); err != nil || again == "" || again == who {
		t.Errorf("if she comes back she is %q, %v", again, err)
	}
	b.wantFlaw(t, "after an erasure", 0)
	kept, _ := inventory.AuditRetention.Period()
	for at, want := range map[time.Duration]int{kept - time.Second: 1, kept: 0, kept + time.Hour: 0} {
		b.Clock.SetOffset(at)
		if got, err := b.Entries(t.Context(), shop, month); err != nil || len(got) != want {
			t.Errorf("after %v there are %d, %v; want %d", at, len(got), err, want)
		}
		b.wantFlaw(t, fmt.Sprintf("after %v", at), 0)
	}
}
