package main

import (
	"log/slog"
	"testing"
	"time"

	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
)

const shop = id.Tenant("demo")

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatTheQueueHoldsIsErased(t *testing.T) {
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "privacy-erase", name) }
	work, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), Bucket: env("CONTENT_BUCKET"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	must(t, err)
	main := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now)
	keyring := seal.NewKeyring(c.AWS, table.New(c.AWS, env("KEY_TABLE_NAME"), c.Clock.Now), c.Env(t, "chat-reply", "KEYRING_KEY_ID"))
	chats := conversation.NewStore(main, keyring)
	ref := conversation.Ref{Tenant: shop, Conversation: "c1", Shopper: "s1"}
	_, err = chats.Begin(t.Context(), ref, conversation.Thread{}, conversation.Head{Domain: "demo.example"}, seal.Clear("Hello"), "key-00001", 90*24*time.Hour)
	must(t, err)
	requests, err := rights.NewStore(main, []byte(localtest.SessionSecret))
	must(t, err)
	name, err := requests.Accept(t.Context(), shop, rights.Request{Kind: rights.Erase, Source: rights.FromShopper, SourceID: "1", Conversations: []id.Conversation{"c1"}})
	must(t, err)
	for _, want := range []rights.State{rights.Checking, rights.Done, rights.Done} {
		must(t, work(t.Context(), rights.Work{Tenant: shop, Request: name}))
		if r, err := requests.Get(t.Context(), shop, name); err != nil || r.State != want {
			t.Errorf("it is %+v, %v; want %s", r, err, want)
		}
		if thread, err := chats.Read(t.Context(), ref, 90*24*time.Hour, 0); err != nil || len(thread.Messages) != 0 {
			t.Errorf("there is %+v, %v", thread, err)
		}
		c.Advance(10 * time.Minute)
	}
	if err := work(t.Context(), rights.Work{Tenant: "rival", Request: name}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another shop's: %v", err)
	}
}
