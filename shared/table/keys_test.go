package table_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"omniops/shared/fault"
	"omniops/shared/table"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestKeyShapes(t *testing.T) {
	domain, err := table.Domain("shop.example.com:8443")
	if err != nil {
		t.Fatal(err)
	}
	shop, err := table.Shop("kettle-and-co.myshopify.com")
	if err != nil {
		t.Fatal(err)
	}
	product, err := table.Product("acme", "green-kettle")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, k := range []struct {
		name string
		key  table.Key
	}{
		{"Merchant", table.Merchant("acme")},
		{"Owner", table.Owner("01jd2x")},
		{"RegistrationLink", table.RegistrationLink("01jd2x")},
		{"RegistrationMails", table.RegistrationMails("01jd2x", "2026-11-24")},
		{"Usage", table.Usage("acme", "2026-11-24")},
		{"Secret", table.Secret("acme", "openai")},
		{"Integration", table.Integration("acme", "shopify")},
		{"Shop", shop},
		{"ShopEvent", table.ShopEvent("acme", "9f2c")},
		{"Catalogue", table.Catalogue("acme")},
		{"Product", product},
		{"ProductNumber", table.ProductNumber("acme", "7")},
		{"Site", table.Site("acme")},
		{"Question", table.Question("acme", "returns-1")},
		{"Conversation", table.Conversation("acme", "c1")},
		{"Message, question", table.Message("acme", "c1", 7, 0)},
		{"Message, answer", table.Message("acme", "c1", 7, 1)},
		{"Ledger", table.Ledger("acme", "c1", 7, "m1")},
		{"Consent", table.Consent("acme", "v1", 3)},
		{"Analytics", table.Analytics("acme", "2026-11-24", 5, "v1", "e1")},
		{"Verification", table.Verification("acme", "c1", "v1")},
		{"Feedback", table.Feedback("acme", "c1", "m1")},
		{"OrderGrant", table.OrderGrant("acme", "c1", "5001042")},
		{"Action", table.Action("acme", "c1", "a1")},
		{"Approval", table.Approval("acme", "a1")},
		{"Settlement", table.Settlement("acme", "a1")},
		{"OrderRules", table.OrderRules("acme")},
		{"Counter", table.Counter("acme", "verify-order-hour", "hash", 1795512600)},
		{"OrderCode", table.OrderCode("acme", "hash")},
		{"TenantKey", table.TenantKey("acme")},
		{"DayKey", table.DayKey("acme", "2026-11-24")},
		{"SubjectKey", table.SubjectKey("acme", "s1")},
		{"Request", table.Request("acme", "r1")},
		{"Audit", table.Audit("acme", "2026-11", 7)},
		{"AuditAnchor", table.AuditAnchor("acme", "2026-11")},
		{"Retention", table.Retention("acme")},
		{"Standing", table.Standing("acme", "c1")},
		{"SubjectErased", table.SubjectErased("acme", "s1")},
		{"Erasure", table.Erasure("acme", "c1", "2026-11-24")},
		{"VisitorErasure", table.VisitorErasure("acme", "v1", "2026-11-24")},
		{"RequestCode", table.RequestCode("acme", "r1")},
		{"SubjectMails", table.SubjectMails("acme", "s1", "2026-11-24")},
		{"PrivacyMails", table.PrivacyMails("acme", "2026-11-24T09")},
		{"Linked", table.Linked("acme", "c1", "s1")},
		{"SubjectLink", table.SubjectLink("acme", "s1", "c1")},
		{"Domain", domain},
		{"ChannelEvent", table.ChannelEvent("acme", "t1", "e1")},
		{"ChannelThread", table.ChannelThread("acme", "whatsapp-1234", "t1")},
		{"ChannelUserLogin", table.ChannelUserLogin("u1", "acme")},
		{"ChannelWish", table.ChannelWish("acme", "t1")},
		{"ChannelPlace", table.ChannelPlace("acme", "c1")},
		{"Connection", table.Connection("acme", "whatsapp-1234")},
		{"ChannelLogin", table.ChannelLogin("acme")},
		{"ChannelAccount", table.ChannelAccount("whatsapp-1234")},
		{"ChannelUser", table.ChannelUser("u1")},
		{"Deletion", table.Deletion("d1")},
	} {
		fmt.Fprintf(&b, "%-18s %-40s %s\n", k.name, k.key.PK, k.key.SK)
	}
	due := table.CrawlDue("acme", "2026-11-25")
	fmt.Fprintf(&b, "%-18s %-40s %s\n", "CrawlDue (index)", due.DuePK, due.DueSK)
	shopDue := table.ShopDue("acme", "2026-11-25")
	fmt.Fprintf(&b, "%-18s %-40s %s\n", "ShopDue (index)", shopDue.DuePK, shopDue.DueSK)
	given := table.FeedbackGiven("acme", "c1", "m1", "2026-11-25")
	fmt.Fprintf(&b, "%-18s %-40s %s\n", "Feedback (index)", given.DuePK, given.DueSK)
	began := table.ChatActive("acme", "0e7qaygv5yds6nyjphf6j25k66", "2026-11-25")
	fmt.Fprintf(&b, "%-18s %-40s %s\n", "ChatActive (index)", began.DuePK, began.DueSK)

	chain := table.AuditChain("acme", "2026-11")
	fmt.Fprintf(&b, "%-18s %-40s %s\n", "AuditChain (index)", chain.DuePK, chain.DueSK)
	listed := table.Listed("acme")
	fmt.Fprintf(&b, "%-18s %-40s %s\n", "Listed (index)", listed.DuePK, listed.DueSK)
	token := table.TokenDue("acme", "whatsapp-1234", "2026-12-24")
	fmt.Fprintf(&b, "%-18s %-40s %s\n", "TokenDue (index)", token.DuePK, token.DueSK)
	deletion := table.DeletionDue("d1", "2026-12-24")
	fmt.Fprintf(&b, "%-18s %-40s %s\n", "DeletionDue (index)", deletion.DuePK, deletion.DueSK)
	waiting, dueOn := table.RequestWaiting("acme", "r1"), table.RequestDue("acme", "r1", "2026-12-24")
	fmt.Fprintf(&b, "%-18s %-40s %s\n", "RequestWaiting (index)", waiting.DuePK, waiting.DueSK)
	fmt.Fprintf(&b, "%-18s %-40s %s\n", "RequestDue (index)", dueOn.DuePK, dueOn.DueSK)
	copied := table.CopyDue("acme", "r1", "2026-12-01")
	fmt.Fprintf(&b, "%-18s %-40s %s\n", "CopyDue (index)", copied.DuePK, copied.DueSK)

	path := filepath.Join("testdata", "keys.golden")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("keys have changed (-update rewrites the file):\n%s\nwant\n%s", b.String(), want)
	}
}

func TestDomainRefusesWhatIsNoHost(t *testing.T) {
	for _, host := range []string{"", "a#b", "a/b", "a b", "#"} {
		_, err := table.Domain(host)
		wantKind(t, err, fault.Invalid)
	}
}

func TestTurnsSortInOrder(t *testing.T) {
	before := ""
	for turn := 1; turn < 3000; turn += 7 {
		for side := range 2 {
			k := table.Message(shop, chat, turn, side)
			if k.SK <= before {
				t.Fatalf("%q does not sort after %q", k.SK, before)
			}
			before = k.SK
		}
	}
	if head := table.Conversation(shop, chat).SK; head <= before {
		t.Errorf("the head %q does not sort after the messages", head)
	}
}
