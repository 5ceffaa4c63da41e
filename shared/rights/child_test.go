package rights_test

import (
	"testing"
	"time"

	"omniops/shared/claim"
	"omniops/shared/rights"
	"omniops/shared/tenant"
	"omniops/shared/wish"
)

// A child's chat is erased without anybody's doing, a day after it was noticed and
// long before three have passed, and there is a receipt.
func TestAChildsChatIsErasedPromptly(t *testing.T) {
	claim.Proves(t, "C143")
	b := newBench(t)
	b.chat(t, refOf("one"), "I am 12 years old")
	for range 2 {
		must(t, b.Requests.AcceptWish(t.Context(), refOf("one"), tenant.UK, wish.Child))
	}
	all, err := b.Requests.List(t.Context(), shop)
	if err != nil || len(all) != 1 || all[0].Kind != rights.Child || all[0].Due.Format(time.DateOnly) != "2026-11-27" {
		t.Fatalf("kept %+v, %v", all, err)
	}
	b.erase(t, all[0].ID)
	b.want(t, all[0].ID, rights.Accepted) // a parent may step in
	b.wantMessages(t, b.Chats, refOf("one"), 2)
	b.Advance(24 * time.Hour)
	b.erase(t, all[0].ID)
	b.wantMessages(t, b.Chats, refOf("one"), 0)
	b.Advance(settle)
	b.erase(t, all[0].ID)
	if r := b.want(t, all[0].ID, rights.Done); r.EndedAt.After(r.Due) || len(r.Receipt) == 0 {
		t.Errorf("ended as %+v", r)
	}
}
