package main

import (
	"log/slog"
	"testing"
	"time"

	"omniops/local/localtest"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/object"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const shop = id.Tenant("demo")

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A copy is made of what the queue asks for, once, and that the messages were read is
// in the log: who, what, why, when, and whose by a pseudonym.
func TestWhatTheQueueHoldsIsCopied(t *testing.T) {
	claim.Proves(t, "C097")
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "privacy-export", name) }
	work, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), Bucket: env("CONTENT_BUCKET"), KeyringKey: env("KEYRING_KEY_ID"), SecretsKey: env("SECRETS_KEY_ID"),
		SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	must(t, err)
	main := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now)
	keyring := seal.NewKeyring(c.AWS, table.New(c.AWS, env("KEY_TABLE_NAME"), c.Clock.Now), env("KEYRING_KEY_ID"))
	must(t, tenant.NewStore(main).Save(t.Context(), tenant.Account{
		Tenant: shop, Name: "Demo", Domains: []string{"demo.example"}, SiteURL: "https://demo.example/", ContactEmail: "help@demo.example", CreatedAt: c.Clock.Now(),
	}.WithDefaults()))
	ref := conversation.Ref{Tenant: shop, Conversation: "c1", Shopper: "s1"}
	_, err = conversation.NewStore(main, keyring).Begin(t.Context(), ref, conversation.Thread{}, conversation.Head{Domain: "demo.example"}, seal.Clear("Hello"), "key-00001", 90*24*time.Hour)
	must(t, err)
	requests, err := rights.NewStore(main, []byte(localtest.SessionSecret))
	must(t, err)
	name, err := requests.Accept(t.Context(), shop, rights.Request{Kind: rights.Access, Source: rights.FromShopper, SourceID: "1", Conversations: []id.Conversation{"c1"}})
	must(t, err)
	for range 2 {
		must(t, work(t.Context(), rights.Work{Tenant: shop, Request: name}))
		r, err := requests.Get(t.Context(), shop, name)
		if err != nil || r.State != rights.Done || len(r.Receipt) == 0 || r.Receipt[0].Count != 1 {
			t.Errorf("it is %+v, %v", r, err)
		}
	}
	if keys, err := object.NewBucket(c.AWS, env("CONTENT_BUCKET")).List(t.Context(), object.Copies+"/"); err != nil || len(keys) != 1 || keys[0] != rights.FileKey(shop, name) {
		t.Errorf("in the bucket there is %v, %v", keys, err)
	}
	log, err := audit.New(main, []byte(localtest.SessionSecret), "test")
	must(t, err)
	who, err := keyring.Pseudonym(t.Context(), shop, "s1")
	must(t, err)
	entries, err := log.Entries(t.Context(), shop, c.Clock.Now().Format("2006-01"))
	if err != nil || len(entries) != 1 {
		t.Fatalf("logged %+v, %v", entries, err)
	}
	if e := entries[0]; e.Actor != audit.Shopper || e.By != "privacy-export" || e.Action != audit.Read || e.Record != "conversation.message" || e.Request != string(name) ||
		len(e.Subjects) != 1 || e.Subjects[0] != who || !e.At.Equal(c.Clock.Now()) || e.Why == "" {
		t.Errorf("logged %+v", e)
	}
	if err := work(t.Context(), rights.Work{Tenant: "rival", Request: name}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another shop's: %v", err)
	}
}
