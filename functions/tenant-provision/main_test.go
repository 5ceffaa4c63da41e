package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// bench is the function on local services.
type bench struct {
	*localtest.Cloud
	provision func(context.Context, order) (receipt, error)
	tenants   *tenant.Store
	queue     string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	s := settings{
		Table: c.Env(t, "tenant-provision", "TABLE_NAME"), CrawlQueue: c.Env(t, "tenant-provision", "CRAWL_QUEUE_URL"),
		SessionSecret: boot.NewSecret(localtest.SessionSecret),
	}
	b := &bench{Cloud: c, queue: s.CrawlQueue, tenants: tenant.NewStore(table.New(c.AWS, s.Table, c.Clock.Now))}
	var err error
	if b.provision, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s); err != nil {
		t.Fatal(err)
	}
	return b
}

// queued takes the crawls that wait in the queue.
func (b *bench) queued(t *testing.T) []string {
	t.Helper()
	out, err := sqs.NewFromConfig(b.AWS).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &b.queue, MaxNumberOfMessages: 10, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"MessageGroupId"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range out.Messages {
		all = append(all, m.Attributes["MessageGroupId"]+" "+*m.Body)
	}
	return all
}

func sample(t *testing.T) order {
	t.Helper()
	var o order
	contract.Sample(t, "tenant-provision/invoke.json", &o)
	return o
}

func TestTheSampleOrder(t *testing.T) {
	b := newBench(t)
	got, err := b.provision(t.Context(), sample(t))
	if err != nil {
		t.Fatal(err)
	}
	now := b.Clock.Now()
	if got.Tenant != "kettle-and-co" || !got.ExpiresAt.Equal(now.Add(90*24*time.Hour)) {
		t.Errorf("receipt %+v", got)
	}
	account, err := b.tenants.Get(t.Context(), "kettle-and-co")
	if err != nil {
		t.Fatal(err)
	}
	want := tenant.Account{
		Tenant: "kettle-and-co", Name: "Kettle & Co", Domains: []string{"shop.example.com"}, SiteURL: "https://shop.example.com/", Region: "UK",
		Language: "en", ContactEmail: "support@shop.example.com", Accent: "#1f5f5b", ChatDays: 90, DailyTurns: 5000, CreatedAt: now,
	}
	if diff := cmp.Diff(want, account); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
	if owner, err := b.tenants.ByHost(t.Context(), "shop.example.com"); err != nil || owner != "kettle-and-co" {
		t.Errorf("the domain leads to %q, %v", owner, err)
	}
	if q := b.queued(t); !slices.Equal(q, []string{`kettle-and-co {"tenant":"kettle-and-co","run":"20261124T093000.000"}`}) {
		t.Errorf("queued %q", q)
	}

	tokens, err := identity.NewTokens([]byte(localtest.SessionSecret), b.Clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/v1/merchant/keys/openai", nil)
	r.Header.Set("Authorization", "Bearer "+got.Token)
	if who, err := tokens.FromRequest(r); err != nil || who.Tenant != "kettle-and-co" {
		t.Errorf("the token acts as %+v, %v", who, err)
	}
	b.Advance(90 * 24 * time.Hour)
	if _, err := tokens.FromRequest(r); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("after 90 days: %v", err)
	}
}

func TestOrdersThatAreRefused(t *testing.T) {
	b := newBench(t)
	for name, change := range map[string]func(*order){
		"no tenant":              func(o *order) { o.Tenant = "" },
		"a tenant in capitals":   func(o *order) { o.Tenant = "Kettle" },
		"a tenant with a #":      func(o *order) { o.Tenant = "a#M" },
		"no name":                func(o *order) { o.Name = " " },
		"a name of two lines":    func(o *order) { o.Name = "Kettle\nCo" },
		"no domain":              func(o *order) { o.Domains = nil },
		"too many domains":       func(o *order) { o.Domains = slices.Repeat([]string{"shop.example.com"}, 21) },
		"a domain with a scheme": func(o *order) { o.Domains = []string{"https://shop.example.com"} },
		"a domain with a star":   func(o *order) { o.Domains = []string{"*.example.com"} },
		"a domain in capitals":   func(o *order) { o.Domains = []string{"Shop.example.com"} },
		"a domain with a path":   func(o *order) { o.Domains = []string{"shop.example.com/x"} },
		"no site":                func(o *order) { o.SiteURL = "" },
		"a site on disk":         func(o *order) { o.SiteURL = "file:///etc/passwd" },
		"a site with a password": func(o *order) { o.SiteURL = "https://a:b@shop.example.com" },
		"no contact":             func(o *order) { o.ContactEmail = "" },
		"a contact with a name":  func(o *order) { o.ContactEmail = "Help <help@shop.example.com>" },
		"another region":         func(o *order) { o.Region = "US" },
		"a long language":        func(o *order) { o.Language = "english" },
		"a colour by name":       func(o *order) { o.Accent = "red; x:y" },
		"chats kept for longer":  func(o *order) { o.ChatDays = 91 },
		"chats kept for -1 days": func(o *order) { o.ChatDays = -1 },
		"too many turns":         func(o *order) { o.DailyTurns = 1_000_001 },
	} {
		t.Run(name, func(t *testing.T) {
			o := sample(t)
			change(&o)
			got, err := b.provision(t.Context(), o)
			if fault.KindOf(err) != fault.Invalid || err == nil || got != (receipt{}) || strings.Contains(fault.Detail(err), "\n") {
				t.Errorf("receipt %+v, error %v", got, err)
			}
		})
	}
	if q := b.queued(t); len(q) != 0 {
		t.Errorf("queued %q", q)
	}
	if _, err := b.tenants.Get(t.Context(), "kettle-and-co"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an account was made: %v", err)
	}
}

func TestADomainOfAnotherMerchant(t *testing.T) {
	b := newBench(t)
	if _, err := b.provision(t.Context(), sample(t)); err != nil {
		t.Fatal(err)
	}
	b.queued(t)
	o := sample(t)
	o.Tenant, o.Domains = "thief", []string{"thief.example.com", "shop.example.com"}
	if got, err := b.provision(t.Context(), o); fault.KindOf(err) != fault.Conflict || got != (receipt{}) {
		t.Errorf("receipt %+v, error %v", got, err)
	}
	if _, err := b.tenants.Get(t.Context(), "thief"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an account was made: %v", err)
	}
	for host, owner := range map[string]id.Tenant{"shop.example.com": "kettle-and-co", "thief.example.com": ""} {
		if got, _ := b.tenants.ByHost(t.Context(), host); got != owner {
			t.Errorf("%s leads to %q, want %q", host, got, owner)
		}
	}
	if q := b.queued(t); len(q) != 0 {
		t.Errorf("queued %q", q)
	}
}

func TestProvisioningTwiceChangesOnlyTheToken(t *testing.T) {
	b := newBench(t)
	first, err := b.provision(t.Context(), sample(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.tenants.UseIndex(t.Context(), "kettle-and-co", "v1", []string{"Can I return a kettle?"}); err != nil {
		t.Fatal(err)
	}
	before, err := b.tenants.Get(t.Context(), "kettle-and-co")
	if err != nil {
		t.Fatal(err)
	}
	b.Advance(10 * time.Second)
	second, err := b.provision(t.Context(), sample(t))
	if err != nil || second.Token == first.Token {
		t.Errorf("receipt %+v, %v", second, err)
	}
	after, err := b.tenants.Get(t.Context(), "kettle-and-co")
	if diff := cmp.Diff(before, after); diff != "" || err != nil {
		t.Errorf("account (-before +after), %v:\n%s", err, diff)
	}
	if q := b.queued(t); len(q) != 2 { // each time: the settings may have changed
		t.Errorf("queued %q, want two crawls", q)
	}
}

// An order that could not be queued is tried again by whoever gave it.
func TestQueueDown(t *testing.T) {
	b := newBench(t)
	if err := b.Faults.Replace(faults.Rule{Service: "sqs", Kind: faults.Error}); err != nil {
		t.Fatal(err)
	}
	if got, err := b.provision(t.Context(), sample(t)); fault.KindOf(err) != fault.Unavailable || got != (receipt{}) {
		t.Errorf("receipt %+v, error %v", got, err)
	}
	b.Faults.Clear()
	if _, err := b.provision(t.Context(), sample(t)); err != nil {
		t.Fatal(err)
	}
	if q := b.queued(t); len(q) != 1 {
		t.Errorf("queued %q, want one crawl", q)
	}
}
