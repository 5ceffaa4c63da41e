package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/local/localtest/storetest"
	"omniops/local/sandbox/shopify"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/commerce"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const (
	shop = id.Tenant("demo")
	jane = "jane.doe@example.com"
)

// bench is the worker on local services, with a merchant whose shop is connected.
type bench struct {
	*localtest.Cloud
	*localtest.Outside
	send     func(context.Context, commerce.Attempt) error
	verifier *commerce.Verifier
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{Cloud: localtest.Start(t)}
	b.Outside = b.Cloud.Outside(t, "")
	const f = "order-verify"
	var err error
	b.send, err = build(t.Context(), &boot.Runtime{AWS: b.AWS, Now: b.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: b.Env(t, f, "TABLE_NAME"), KeyTable: b.Env(t, f, "KEY_TABLE_NAME"), KeyringKey: b.Env(t, f, "KEYRING_KEY_ID"),
		SessionSecret: boot.NewSecret(localtest.SessionSecret), SecretsKey: b.Env(t, f, "SECRETS_KEY_ID"), ShopifyURL: b.ShopifyURL,
		ShopifyID: shopify.SandboxClientID, ShopifySecret: boot.NewSecret(localtest.ShopifySecret), AllowPrivate: []string{strings.TrimPrefix(b.ShopifyURL, "http://")},
		MailURL: b.ResendURL, MailKey: boot.NewSecret("re_test"), MailFrom: "no-reply@omniops.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	main := table.New(b.AWS, b.Env(t, f, "TABLE_NAME"), b.Clock.Now)
	keys := seal.NewKeyring(b.AWS, table.New(b.AWS, b.Env(t, f, "KEY_TABLE_NAME"), b.Clock.Now), b.Env(t, f, "KEYRING_KEY_ID"))
	b.verifier = commerce.NewVerifier(main, keys, []byte(localtest.SessionSecret))
	storetest.Connect(t, b.Cloud, b.Outside, storetest.Client(t, b.Cloud, b.Outside, f), shop, shopify.DemoShop)
	if err := tenant.NewStore(main).Save(t.Context(), tenant.Account{
		Tenant: shop, Name: "Kettle & Co", Domains: []string{"shop.example"}, SiteURL: "https://shop.example", ContactEmail: "help@shop.example", CreatedAt: b.Clock.Now(),
	}.WithDefaults()); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) claimed(t *testing.T, number, typed, language string) commerce.Attempt {
	t.Helper()
	contact, err := commerce.ParseContact(typed)
	if err != nil {
		t.Fatal(err)
	}
	attempt, _, err := b.verifier.Begin(t.Context(), conversation.Ref{Tenant: shop, Conversation: "c1", Shopper: "s1"},
		commerce.Claimed{Number: number, Contact: contact, Language: language}, "")
	if err != nil {
		t.Fatal(err)
	}
	return attempt
}

func TestTheCodeGoesToTheOrdersAddress(t *testing.T) {
	claim.Proves(t, "C127")
	b := newBench(t)
	attempt := b.claimed(t, "1042", jane, "de-AT")
	for range 3 { // the queue delivers again
		if err := b.send(t.Context(), attempt); err != nil {
			t.Fatal(err)
		}
	}
	sent := b.Mail.Messages("")
	if len(sent) != 1 || len(sent[0].To) != 1 || sent[0].To[0] != jane || !strings.Contains(sent[0].From, "Kettle & Co") ||
		!strings.Contains(sent[0].Subject, "Ihr Code für Bestellung #1042") {
		t.Fatalf("sent: %+v", sent)
	}
	for _, other := range []struct{ number, contact string }{{"1043", jane}, {"99999", jane}, {"1042", "eve@example.com"}} {
		if err := b.send(t.Context(), b.claimed(t, other.number, other.contact, "en")); err != nil {
			t.Errorf("%s, %s: %v", other.number, other.contact, err)
		}
	}
	if sent := b.Mail.Messages(""); len(sent) != 1 {
		t.Errorf("letters to %d", len(sent))
	}
}

func TestWhenTheShopOrThePostIsDown(t *testing.T) {
	b := newBench(t)
	attempt := b.claimed(t, "1042", jane, "en")
	for _, service := range []string{"shopify", "resend"} {
		if err := b.Faults.Replace(faults.Rule{Service: service, Kind: faults.Error, Rate: 1}); err != nil {
			t.Fatal(err)
		}
		if err := b.send(t.Context(), attempt); err == nil || !fault.KindOf(err).Retryable() || strings.Contains(err.Error(), jane) {
			t.Errorf("%s is down: %v", service, err)
		}
	}
	if err := b.Faults.Replace(); err != nil {
		t.Fatal(err)
	}
	if err := b.send(t.Context(), attempt); err != nil || len(b.Mail.Messages(jane)) != 1 {
		t.Errorf("afterwards: %v, %d letters", err, len(b.Mail.Messages(jane)))
	}
	b.Shopify.Switch(func(s *shopify.Switches) { s.ProtectedData = 0 })
	if err := b.send(t.Context(), b.claimed(t, "1019", jane, "en")); err == nil || fault.KindOf(err).Retryable() {
		t.Errorf("a shop that does not show its orders: %v", err) // parked: another try would not help
	}
}
