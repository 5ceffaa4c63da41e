package cloud_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"omniops/local/sandbox/meta"
	"omniops/shared/claim"
)

// Somebody writes on each channel, and the whole system answers there: webhook,
// queue, worker, Graph API.
func TestTheShopAnswersOnMeta(t *testing.T) {
	claim.Proves(t, "C071", "C075")
	s := running(t)
	if err := s.ConnectMeta(t.Context(), "demo"); err != nil {
		t.Fatal(err)
	}
	for _, a := range s.Meta.Accounts() {
		t.Run(a.Kind, func(t *testing.T) {
			note := meta.Note{Kind: a.Kind, Account: a.ID, Person: "447700900777", Text: question}
			delivery := s.Meta.Incoming(note)
			for range 3 { // Meta delivers again whenever it likes
				if status, err := s.Meta.Post(t.Context(), delivery); err != nil || status != http.StatusOK {
					t.Fatalf("the webhook answers %d, %v", status, err)
				}
			}
			said := s.awaitMeta(t, a.ID, 2)
			if !strings.Contains(said[0], "AI assistant") || !strings.Contains(said[1], "30 days") {
				t.Errorf("said %q", said)
			}
			if status, err := s.Meta.Post(t.Context(), s.Meta.Incoming(meta.Note{Kind: a.Kind, Account: a.ID, Person: "447700900777", Text: "stop"})); err != nil || status != http.StatusOK {
				t.Fatalf("the webhook answers %d, %v", status, err)
			}
			if all := s.awaitMeta(t, a.ID, 3); len(all) != 3 || !strings.Contains(all[2], "START") {
				t.Errorf("said %q", all)
			}
		})
	}
}

// awaitMeta waits until the shop has sent n messages through an account.
func (s *system) awaitMeta(t *testing.T, account string, n int) []string {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var texts []string
		for _, m := range s.Meta.Sent() {
			if m.Account == account {
				texts = append(texts, m.Text)
			}
		}
		if len(texts) >= n {
			return texts
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%d messages of %d were sent: %q", len(texts), n, texts)
		}
	}
}
