package table_test

import (
	"testing"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/table"
)

// Every call is refused when the key is not the tenant's own, also when its name
// begins with the tenant's.
func TestAnotherTenantsKeyIsRefused(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	for _, pair := range []struct{ caller, owner id.Tenant }{{shop, rival}, {rival, shop}, {"", shop}} {
		keys := map[string]table.Key{
			"merchant":     table.Merchant(pair.owner),
			"usage":        table.Usage(pair.owner, "2026-11-24"),
			"secret":       table.Secret(pair.owner, "openai"),
			"site":         table.Site(pair.owner),
			"question":     table.Question(pair.owner, "q1"),
			"conversation": table.Conversation(pair.owner, chat),
			"message":      table.Message(pair.owner, chat, 1, 0),
			"ledger":       table.Ledger(pair.owner, chat, 1, "m"),
			"consent":      table.Consent(pair.owner, "v1", 1),
			"analytics":    table.Analytics(pair.owner, "2026-11-24", 0, "v1", "e1"),
			"tenant key":   table.TenantKey(pair.owner),
			"day key":      table.DayKey(pair.owner, "2026-11-24"),
			"subject key":  table.SubjectKey(pair.owner, "s"),
		}
		for name, key := range keys {
			t.Run(string(pair.caller)+" asks for "+string(pair.owner)+"'s "+name, func(t *testing.T) {
				mine := note{Key: key, Text: "secret of " + string(pair.owner), Version: 1, ExpireAt: b.in(time.Hour)}
				must(t, b.Put(ctx, pair.owner, mine))
				theirs := mine
				theirs.Text = "overwritten"
				var n note
				_, got := b.GetItem(ctx, pair.caller, key)
				_, all := b.GetAll(ctx, pair.caller, key)
				_, added := b.Add(ctx, pair.caller, theirs, "count", 1)
				for call, err := range map[string]error{
					"Put":     b.Put(ctx, pair.caller, theirs),
					"PutAll":  b.PutAll(ctx, pair.caller, theirs),
					"Create":  b.Create(ctx, pair.caller, theirs),
					"Replace": b.Replace(ctx, pair.caller, theirs, "version", 1),
					"Set":     b.Set(ctx, pair.caller, theirs, map[string]any{"text": "overwritten"}),
					"Add":     added,
					"Get":     b.Get(ctx, pair.caller, key, &n),
					"GetItem": got,
					"GetAll":  all,
					"Delete":  b.Delete(ctx, pair.caller, key),
					"Lookup":  b.Lookup(ctx, key, &n),
				} {
					if err == nil || fault.KindOf(err) != fault.Internal { // a bug of ours, not the caller's
						t.Errorf("%s: %v", call, err)
					}
				}
				must(t, b.Get(ctx, pair.owner, key, &n))
				if n != mine {
					t.Errorf("the item is now %+v, was %+v", n, mine)
				}
			})
		}
		for name, r := range map[string]table.Range{
			"thread": table.Thread(pair.owner, chat), "messages": table.Messages(pair.owner, chat), "ledgers": table.Ledgers(pair.owner, chat), "secrets": table.Secrets(pair.owner),
			"consents": table.Consents(pair.owner, "v1"), "analytics": table.AnalyticsShard(pair.owner, "2026-11-24", 0), "analytics of one": table.AnalyticsOf(pair.owner, "2026-11-24", 0, "v1"),
		} {
			_, latest := b.Latest(ctx, pair.caller, r, 0)
			_, earliest := b.Earliest(ctx, pair.caller, r, 0)
			_, deleted := b.DeleteRange(ctx, pair.caller, r)
			for _, err := range []error{latest, earliest, deleted} {
				wantKind(t, err, fault.Internal)
			}
			items, err := b.Latest(ctx, pair.owner, r, 0)
			if err != nil || len(items) == 0 {
				t.Errorf("the owner's %s has %d items, %v", name, len(items), err)
			}
		}
	}
}
