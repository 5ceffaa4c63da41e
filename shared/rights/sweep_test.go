package rights_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/local/faults"
	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

func (b *bench) sweeper(t *testing.T) *rights.Sweeper {
	t.Helper()
	main := table.New(b.AWS, b.main, b.Clock.Now)
	keys := seal.NewKeyring(b.AWS, table.New(b.AWS, b.keys, b.Clock.Now), b.Env(t, "chat-reply", "KEYRING_KEY_ID"))
	return &rights.Sweeper{Tenants: tenant.NewStore(main), Chats: conversation.NewStore(main, keys), Keys: keys, Main: main, Now: b.Clock.Now}
}

func (b *bench) merchant(t *testing.T, name id.Tenant) *tenant.Store {
	t.Helper()
	tenants := tenant.NewStore(table.New(b.AWS, b.main, b.Clock.Now))
	must(t, tenants.Save(t.Context(), tenant.Account{
		Tenant: name, Name: string(name), Domains: []string{string(name) + ".example"}, SiteURL: "https://" + string(name) + ".example/",
		ContactEmail: "help@" + string(name) + ".example", CreatedAt: b.Clock.Now(),
	}.WithDefaults()))
	return tenants
}

// dayKeys lists the days of which a tenant's text can still be opened.
func (b *bench) dayKeys(t *testing.T, name id.Tenant) (days []string) {
	t.Helper()
	for _, item := range b.scan(t, b.keys) {
		sk := item["SK"].(*types.AttributeValueMemberS).Value
		if day, ok := strings.CutPrefix(sk, "DAY#"); ok && item["PK"].(*types.AttributeValueMemberS).Value == "T#"+string(name) {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	return days
}

// A setting that is shortened counts for what is stored already: at once for every
// reader, and for good once the keys of the days it drops are destroyed, which is one
// write for each.
func TestAShorterRetentionDestroysDays(t *testing.T) {
	claim.Proves(t, "C112", "C113")
	b := newBench(t)
	tenants := b.merchant(t, shop)
	b.merchant(t, rival)
	theirs := conversation.Ref{Tenant: rival, Conversation: "theirs", Shopper: "of-theirs"}
	for day := range 80 {
		b.chat(t, refOf(id.Conversation(fmt.Sprintf("day-%02d", day))), "Hello")
		if day == 0 {
			b.chat(t, theirs, "Hello")
		}
		b.Advance(inventory.Day)
	}
	s := b.sweeper(t)
	if n, err := s.All(t.Context()); err != nil || n.Days != 0 || n.Conversations != 0 {
		t.Errorf("before anything is due: %+v, %v", n, err)
	}
	for _, days := range []int{0, 91, -1, 1 << 20} {
		if err := tenants.SetChatDays(t.Context(), shop, days); err == nil {
			t.Errorf("chats may be kept for %d days", days)
		}
	}
	must(t, tenants.SetChatDays(t.Context(), shop, 30))
	account, err := tenants.Get(t.Context(), shop)
	must(t, err)
	if n, err := s.Days(t.Context(), account); err != nil || n != 50 {
		t.Errorf("%d days were destroyed, want 50: %v", n, err)
	}
	if left := b.dayKeys(t, shop); len(left) != 30 || left[0] != b.Clock.Now().Add(-30*inventory.Day).Format(time.DateOnly) {
		t.Errorf("left are %v", left)
	}
	readable := 0
	for day := range 80 { // however long anybody says they are kept, and whatever they remember
		for _, chats := range []*conversation.Store{s.Chats, b.eraser(t, b.main).Chats} {
			readable += len(b.read(t, chats, refOf(id.Conversation(fmt.Sprintf("day-%02d", day)))).Messages)
		}
	}
	if readable != 2*2*30 {
		t.Errorf("%d messages can be read, want %d", readable, 2*2*30)
	}
	b.wantMessages(t, b.Chats, theirs, 2)

	// The rows follow, each conversation's when its last day is over.
	n, err := s.All(t.Context())
	if err != nil || n.Days != 0 || n.Conversations != 48 || n.Rows != 3*48 {
		t.Errorf("swept %+v, %v", n, err)
	}
	b.wantMessages(t, b.Chats, refOf("day-50"), 2)
	b.wantMessages(t, b.Chats, theirs, 2)
	if n, err := s.All(t.Context()); err != nil || n.Conversations != 0 {
		t.Errorf("swept again %+v, %v", n, err)
	}
	// A day later, one more of each; and after 90 days the neighbour's as well.
	b.Advance(inventory.Day)
	if n, err := s.All(t.Context()); err != nil || n.Days != 1 || n.Conversations != 1 {
		t.Errorf("a day later %+v, %v", n, err)
	}
	b.Advance(30 * inventory.Day)
	if n, err := s.All(t.Context()); err != nil || n.Days != 30 || len(b.dayKeys(t, rival)) != 0 {
		t.Errorf("a month later %+v, %v", n, err)
	}
}

// Scenario 38: two sweeps at once do the work once; one that dies is taken up by the
// next, where it was.
func TestSweepsDoNotOverlap(t *testing.T) {
	b := newBench(t)
	tenants := b.merchant(t, shop)
	for n := range 6 {
		b.chat(t, refOf(id.Conversation(fmt.Sprintf("c-%d", n))), "Hello")
		b.Advance(inventory.Day)
	}
	b.Advance(10 * inventory.Day)
	must(t, tenants.SetChatDays(t.Context(), shop, 5))
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Operation: "BatchWriteItem", Kind: faults.Error, Count: 2})) // day keys
	if _, err := b.sweeper(t).Tenant(t.Context(), shop); err == nil {
		t.Error("keys that could not be destroyed are no error")
	}
	b.Faults.Clear()
	if n, err := b.sweeper(t).Tenant(t.Context(), shop); err != nil || n != (rights.Swept{}) {
		t.Errorf("while another is at it: %+v, %v", n, err)
	}
	b.Advance(7 * time.Minute)
	results := make(chan rights.Swept)
	for range 4 {
		s := b.sweeper(t)
		go func() {
			n, err := s.Tenant(t.Context(), shop)
			if err != nil {
				t.Error(err)
			}
			results <- n
		}()
	}
	var total rights.Swept
	for range 4 {
		n := <-results
		total.Days += n.Days
		total.Conversations += n.Conversations
	}
	if total.Days != 6 || total.Conversations != 6 {
		t.Errorf("all together swept %+v", total)
	}
}
