package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"omniops/local/localtest"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The daily run destroys the keys of the days that are over and clears their rows, of
// every shop by its own setting, and writes into each shop's log what went.
func TestTheDailyRunRemovesWhatIsDue(t *testing.T) {
	claim.Proves(t, "C111", "C098")
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "retention-sweep", name) }
	run, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	must(t, err)
	main := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now)
	tenants := tenant.NewStore(main)
	chats := conversation.NewStore(main, seal.NewKeyring(c.AWS, table.New(c.AWS, env("KEY_TABLE_NAME"), c.Clock.Now), c.Env(t, "chat-reply", "KEYRING_KEY_ID")))
	refs := map[id.Tenant]conversation.Ref{}
	for shop, days := range map[id.Tenant]int{"month": 30, "quarter": 90} {
		must(t, tenants.Save(t.Context(), tenant.Account{
			Tenant: shop, Name: string(shop), Domains: []string{string(shop) + ".example"}, SiteURL: "https://" + string(shop) + ".example/", ContactEmail: "help@" + string(shop) + ".example", ChatDays: days, CreatedAt: c.Clock.Now(),
		}.WithDefaults()))
		refs[shop] = conversation.Ref{Tenant: shop, Conversation: "c1", Shopper: "s1"}
		_, err := chats.Begin(t.Context(), refs[shop], conversation.Thread{}, conversation.Head{Domain: string(shop) + ".example"}, seal.Clear("Hello"), "key-00001", 90*inventory.Day)
		must(t, err)
	}
	log, err := audit.New(main, []byte(localtest.SessionSecret), "test")
	must(t, err)
	for _, step := range []struct {
		day   int
		rows  map[id.Tenant]int // of the conversation, as stored
		swept map[id.Tenant]int // entries in the log so far
	}{
		{29, map[id.Tenant]int{"month": 2, "quarter": 2}, map[id.Tenant]int{"month": 0, "quarter": 0}},
		{34, map[id.Tenant]int{"month": 0, "quarter": 2}, map[id.Tenant]int{"month": 1, "quarter": 0}},
		{94, map[id.Tenant]int{"month": 0, "quarter": 0}, map[id.Tenant]int{"month": 1, "quarter": 1}},
	} {
		c.Clock.SetOffset(time.Duration(step.day) * inventory.Day)
		must(t, run(t.Context()))
		must(t, run(t.Context()))
		for shop, want := range step.rows {
			rows := 0
			for _, item := range c.Items(t, env("TABLE_NAME")) {
				if strings.Contains(item, "PK=T#"+string(shop)+"#C#c1") {
					rows++
				}
			}
			entries := 0
			for _, month := range []string{"2026-11", "2026-12", "2027-02"} {
				found, err := log.Entries(t.Context(), shop, month)
				must(t, err)
				for _, e := range found {
					if e.By == "retention-sweep" && e.Action == audit.Delete && e.Actor == audit.System && e.Count > 0 && e.Before != "" {
						entries++
					}
				}
			}
			if rows != want || entries != step.swept[shop] {
				t.Errorf("on day %d %s has %d rows and %d entries, want %d and %d", step.day, shop, rows, entries, want, step.swept[shop])
			}
		}
	}
}
