package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Scenario 42: one visitor, who writes on and on and takes new sessions whenever one
// is used up, costs the merchant no more than the day's budget; and no message is long
// enough to cost much by itself.
func TestScenario42DenialOfWallet(t *testing.T) {
	b := newBench(t)
	const budget, tries, most = 12, 120, 48 << 10 // bytes of one request to a model
	account, err := b.tenants.Get(t.Context(), shop)
	if err != nil {
		t.Fatal(err)
	}
	account.DailyTurns = budget
	if err := b.tenants.Save(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	answered, token := 0, ""
	for i := range tries {
		if i%6 == 0 { // the most of half a minute
			_, token = b.session(t, shop, "shop.example", "en")
			b.Advance(31 * time.Second)
		}
		switch a := b.ask(t, token, "How long do I have to return a kettle? "+strings.Repeat("really ", 250), fmt.Sprintf("key-%08d", i)); a.status {
		case http.StatusOK:
			answered++
		case http.StatusTooManyRequests:
		default:
			t.Fatalf("turn %d: %d %+v", i, a.status, a.problem)
		}
	}
	asked := b.models.all()
	if answered > budget+1 || len(asked) > budget+1 {
		t.Errorf("%d turns were answered with %d calls of a model, of %d that were paid for", answered, len(asked), budget)
	}
	for _, request := range asked {
		if len(request) > most {
			t.Errorf("a model was sent %d bytes", len(request))
		}
	}
	b.Advance(24 * time.Hour)
	_, token = b.session(t, shop, "shop.example", "en")
	for name, message := range map[string]string{
		"100,000 tokens": strings.Repeat("kettle ", 100_000), "one character too many": strings.Repeat("k", 2001), "one word without end": strings.Repeat("a", 1<<20),
	} {
		if a := b.ask(t, token, message, "key-00000001"); a.status != http.StatusBadRequest && a.status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if n := len(b.models.all()); n != 0 { // since they were looked at
		t.Errorf("what is too long was sent to a model %d times", n)
	}
}
