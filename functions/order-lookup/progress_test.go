package main

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"omniops/shared/commerce"
	"omniops/shared/id"
)

// progress asks what is under way.
func (c *caller) progress(t *testing.T) (int, progressView) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.b.url+"/v1/orders/progress", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Origin", origin)
	resp, err := c.b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var view progressView
	if err := json.Unmarshal(body, &view); err != nil {
		t.Fatalf("%d %s: %v", resp.StatusCode, body, err)
	}
	return resp.StatusCode, view
}

// Another tab finds the code that is awaited, then the order, then the change to it;
// another conversation finds nothing of them.
func TestAnotherTabGoesOn(t *testing.T) {
	b := newBench(t)
	c, stranger, elsewhere := b.shopper(t, shop), b.shopper(t, shop), b.shopper(t, "other")
	nothing := func(when string, who *caller) {
		t.Helper()
		if status, p := who.progress(t); status != http.StatusOK || p.Verification != "" || len(p.Orders) != 0 || len(p.Actions) != 0 {
			t.Errorf("%s: %d %+v", when, status, p)
		}
	}
	nothing("before", c)
	attempt, letter, sent := c.verify(t, "#1057", "jane.doe@example.com")
	if !sent {
		t.Fatal("no letter")
	}
	if status, p := c.progress(t); status != http.StatusOK || p.Verification != attempt.ID || p.ExpiresAt.Sub(b.Clock.Now()) <= 0 || len(p.Orders) != 0 {
		t.Errorf("a code is awaited: %d %+v", status, p)
	}
	if a := c.post(t, "/v1/orders/confirm", map[string]any{"verification_id": attempt.ID, "code": letter.Code}); a.status != http.StatusOK {
		t.Fatalf("confirm: %d %s", a.status, a.body)
	}
	_, p := c.progress(t)
	if p.Verification != "" || len(p.Orders) != 1 || p.Orders[0].Number != "#1057" {
		t.Fatalf("proved: %+v", p)
	}
	grants, err := b.verifier.Grants(t.Context(), c.session.Ref())
	if err != nil {
		t.Fatal(err)
	}
	order, err := b.platform.Order(t.Context(), commerce.Access{Tenant: shop, Purpose: commerce.Support}, grants[0].Order)
	if err != nil {
		t.Fatal(err)
	}
	var want []id.Action
	for range maxActions + 1 {
		b.Advance(time.Second)
		a, err := b.actions.Propose(t.Context(), c.session.Ref(), b.platform, order, commerce.Wish{Kind: commerce.Cancel}, "en", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, a.ID)
	}
	if _, p := c.progress(t); len(p.Actions) == 0 || p.Actions[len(p.Actions)-1] != want[len(want)-1] || len(p.Actions) > maxActions {
		t.Errorf("proposed: %v of %v", p.Actions, want)
	}
	nothing("another conversation", stranger)
	nothing("another merchant's", elsewhere)
	b.Advance(commerce.GrantLife)
	if _, p := c.progress(t); len(p.Orders) != 0 {
		t.Errorf("after the proof has run out: %+v", p.Orders)
	}
	c.token = ""
	if status, _ := c.progress(t); status != http.StatusUnauthorized {
		t.Errorf("nobody: %d", status)
	}
}

// maxActions is how many changes are shown.
const maxActions = 5
