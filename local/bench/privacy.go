package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"omniops/local/clock"
	"omniops/local/services"
	chats "omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// archive is the tables of one merchant with a clock of their own, for what happens
// to conversations over months.
type archive struct {
	*services.Services
	clock   *clock.Clock
	main    *table.Store
	keys    *table.Store
	chats   *chats.Store
	ring    *seal.Keyring
	tenants *tenant.Store
}

const chatKeep = 90 * inventory.Day

// newArchive starts the services in memory, and makes the merchant.
func (b *bench) newArchive() (*archive, error) {
	c := clock.Fixed(time.Date(2026, 8, 1, 9, 0, 0, 0, time.UTC))
	secrets, err := sandboxSecrets(b.root)
	if err != nil {
		return nil, err
	}
	s, err := services.Start(b.ctx, services.Options{
		Template: b.root + "/template.yaml", Clock: c,
		Parameters: map[string]string{"DomainName": "api.bench", "CertificateArn": "arn:aws:acm:eu-west-2:000000000000:certificate/bench"},
		Secrets:    secrets,
	})
	if err != nil {
		return nil, err
	}
	a := &archive{Services: s, clock: c}
	name := func(logical string) string { return fmt.Sprint(s.Template.Resources[logical].Properties["TableName"]) }
	a.main, a.keys = table.New(s.AWS, name("Table"), c.Now), table.New(s.AWS, name("KeyTable"), c.Now)
	a.ring = seal.NewKeyring(s.AWS, a.keys, a.keyringID())
	a.chats, a.tenants = chats.NewStore(a.main, a.ring), tenant.NewStore(a.main)
	return a, a.tenants.Save(b.ctx, tenant.Account{
		Tenant: shop, Name: "Bench", Domains: []string{shopHost}, SiteURL: "https://" + shopHost + "/", ContactEmail: "help@" + shopHost, CreatedAt: c.Now(),
	}.WithDefaults())
}

// chat writes a conversation of so many turns.
func (a *archive) chat(ctx context.Context, ref chats.Ref, turns int) error {
	var thread chats.Thread
	for n := range turns {
		if n > 0 {
			var err error
			if thread, err = a.chats.Read(ctx, ref, chatKeep, 1); err != nil {
				return err
			}
		}
		m, err := a.chats.Begin(ctx, ref, thread, chats.Head{Domain: shopHost}, seal.Clear("How long does delivery take?"), fmt.Sprintf("key-%06d", n), chatKeep)
		if err != nil {
			return err
		}
		_, err = a.chats.Finish(ctx, ref, chats.Answer{Message: chats.Message{
			Turn: m.Turn, Author: chats.Assistant, Text: seal.Clear("Two to three working days."), State: chats.Complete,
		}}, chatKeep)
		if err != nil {
			return err
		}
	}
	return nil
}

func refTo(kind string, n int) chats.Ref {
	name := fmt.Sprintf("%s-%d", kind, n)
	return chats.Ref{Tenant: shop, Conversation: id.Conversation(name), Shopper: id.Shopper("of-" + name)}
}

// units gives the capacity that work takes.
func (a *archive) units(work func() error) (read, write float64, err error) {
	before := a.Dynamo.Meter().Total()
	err = work()
	after := a.Dynamo.Meter().Total()
	return after.Read - before.Read, after.Write - before.Write, err
}

func (a *archive) sweeper() *rights.Sweeper {
	return &rights.Sweeper{Tenants: a.tenants, Chats: a.chats, Keys: a.ring, Main: a.main, Now: a.clock.Now}
}

// sweepScaling is P14: what a sweep reads for the same that is due among little and
// among much that is not.
func (b *bench) sweepScaling() ([]Result, error) {
	due := b.size(500, 50)
	little, much := b.size(1_000, 100), b.size(20_000, 1_000)
	var reads [2]float64
	for i, live := range []int{little, much} {
		a, err := b.newArchive()
		if err != nil {
			return nil, err
		}
		for n := range due {
			if err := a.chat(b.ctx, refTo("old", n), 1); err != nil {
				return nil, err
			}
		}
		a.clock.SetOffset(10 * inventory.Day)
		for n := range live {
			ref := refTo("live", n)
			if _, err := a.chats.Begin(b.ctx, ref, chats.Thread{}, chats.Head{Domain: shopHost}, seal.Clear("Hello"), "key-00001", chatKeep); err != nil {
				return nil, err
			}
		}
		if err := a.tenants.SetChatDays(b.ctx, shop, 7); err != nil {
			return nil, err
		}
		var swept rights.Swept
		reads[i], _, err = a.units(func() (err error) {
			swept, err = a.sweeper().Tenant(b.ctx, shop)
			return err
		})
		if err == nil && swept.Conversations != due {
			err = fmt.Errorf("swept %d conversations, not %d", swept.Conversations, due)
		}
		if closed := a.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return nil, err
		}
	}
	growth := reads[1] / reads[0]
	r := Result{
		ID: "P14", Value: parts(growth, reads[1]), Unit: "ratio/RRU", Ratio: times(growth), Target: "<=1.05", Floor: "1.00", Moonshot: "1.00 and <= 13 RRU per 1,000",
		Numbers: map[string]float64{"rru_little": reads[0], "rru_much": reads[1], "due": float64(due), "live_little": float64(little), "live_much": float64(much)},
	}
	r.note("%d due among %d and among %d live conversations; the same query of a day's index whatever is stored, so it holds for 1 M as well", due, little, much)
	r.note("of the %s RRU the index takes a few; the rest is reading what is removed, a conversation's partition each", number(reads[1]))
	r.need("growth", growth, 1.05, 1.0)
	r.short = r.short || reads[1]/float64(due)*1000 > 13
	return []Result{r}, nil
}

// retentionChange is P15: what it costs to drop 60 of 90 days.
func (b *bench) retentionChange() ([]Result, error) {
	a, err := b.newArchive()
	if err != nil {
		return nil, err
	}
	defer func() { _ = a.Close() }()
	perDay := b.size(70, 6) // conversations of two messages
	for day := range 90 {
		a.clock.SetOffset(time.Duration(day) * inventory.Day)
		for n := range perDay {
			if err := a.chat(b.ctx, refTo(fmt.Sprintf("d%d", day), n), 1); err != nil {
				return nil, err
			}
		}
	}
	a.clock.SetOffset(90 * inventory.Day)
	dropped := 0
	began := time.Now()
	_, writes, err := a.units(func() error {
		if err := a.tenants.SetChatDays(b.ctx, shop, 30); err != nil {
			return err
		}
		account, err := a.tenants.Get(b.ctx, shop)
		if err != nil {
			return err
		}
		dropped, err = a.sweeper().Days(b.ctx, account)
		return err
	})
	took := time.Since(began)
	if err != nil {
		return nil, err
	}
	fresh := chats.NewStore(a.main, seal.NewKeyring(a.AWS, a.keys, a.keyringID()))
	for _, day := range []int{0, 30, 59} {
		if thread, err := fresh.Read(b.ctx, refTo(fmt.Sprintf("d%d", day), 0), chatKeep, 0); err != nil || len(thread.Messages) != 0 {
			return nil, fmt.Errorf("day %d can still be read: %d messages, %w", day, len(thread.Messages), err)
		}
	}
	affected := float64(60 * perDay * 2)
	r := Result{
		ID: "P15", Value: parts(writes/affected, writes), Unit: "WRU/item,WRU", Ratio: times(writes / affected), Target: "<=0.01", Floor: "6e-5", Moonshot: "60 writes",
		Numbers: map[string]float64{"writes": writes, "items": affected, "days": float64(dropped), "per_item_of_1M": writes / 1e6, "ms": ms(took)},
	}
	r.note("%d day keys destroyed for %s messages in %s ms; the setting itself is the remaining writes; of 1 M messages it is %s each", dropped, number(affected), number(ms(took)), number(writes/1e6))
	r.need("writes per item", writes/affected, 0.01, 1)
	r.short = writes > 62
	return []Result{r}, nil
}

// erasureCost is P16: how soon a person who has said much is unreadable, and what it
// takes to remove it all.
func (b *bench) erasureCost() ([]Result, error) {
	a, err := b.newArchive()
	if err != nil {
		return nil, err
	}
	defer func() { _ = a.Close() }()
	turns := b.size(5_000, 100)
	ref := refTo("much", 1)
	if err := a.chat(b.ctx, ref, turns); err != nil {
		return nil, err
	}
	requests, err := rights.NewStore(a.main, []byte(secret))
	if err != nil {
		return nil, err
	}
	name, err := requests.Accept(b.ctx, shop, rights.Request{Kind: rights.Erase, Source: rights.FromShopper, SourceID: "bench", Conversations: []id.Conversation{ref.Conversation}})
	if err != nil {
		return nil, err
	}
	other := refTo("little", 1) // the same steps, to see how long until nobody can read it
	if err := a.chat(b.ctx, other, 1); err != nil {
		return nil, err
	}
	began := time.Now()
	_, gone, err := a.units(func() error {
		if err := a.chats.Bury(b.ctx, other); err != nil {
			return err
		}
		return a.ring.DestroySubject(b.ctx, shop, other.Shopper)
	})
	unreadable := time.Since(began)
	if err != nil {
		return nil, err
	}
	eraser := &rights.Eraser{Requests: requests, Ledger: rights.NewLedger(a.keys), Chats: a.chats, Keys: a.ring, Now: a.clock.Now}
	began = time.Now()
	_, writes, err := a.units(func() error { return eraser.Erase(b.ctx, shop, name) })
	took := time.Since(began)
	if err != nil {
		return nil, err
	}
	left, err := a.main.Earliest(b.ctx, shop, table.BelowStanding(shop, ref.Conversation), 0)
	if err != nil {
		return nil, err
	}
	items := float64(2*turns + 1)
	r := Result{
		ID: "P16", Value: parts(ms(unreadable), writes/items, float64(len(left))), Unit: "ms/WRU-per-item/rows", Ratio: times(writes / items),
		Target: "<=1000ms/<=1/0", Floor: "1WRU", Moonshot: "10 ms, 1 write",
		Numbers: map[string]float64{"unreadable_ms": ms(unreadable), "writes_until_unreadable": gone, "writes": writes, "items": items, "seconds": took.Seconds(), "rows_left": float64(len(left))},
	}
	r.note("unreadable for every reader after %s writes (the mark, the key), whatever was said; all %s rows removed after %s s", number(gone), number(items), number(took.Seconds()))
	r.need("ms until unreadable", ms(unreadable), 1000, 10)
	r.need("writes per item", writes/items, 1.01, 1.01)
	r.need("rows left", float64(len(left)), 0, 0)
	r.short = r.short || gone > 2
	return []Result{r}, nil
}

func (a *archive) keyringID() string {
	for _, f := range a.Template.Functions {
		if name := f.Environment["KEYRING_KEY_ID"]; name != "" {
			return name
		}
	}
	return ""
}

// copyMemory is P17: what a copy of a person's data takes, for little and for ten times
// as much.
func (b *bench) copyMemory() ([]Result, error) {
	program := filepath.Join(b.programs, "copy-of-data")
	build := exec.CommandContext(b.ctx, "go", "build", "-tags", "lambda.norpc", "-o", program, "./local/bench/copy")
	build.Dir = b.root
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build copy: %w: %s", err, out)
	}
	sizes := [2]int{b.size(2_500, 100), b.size(25_000, 1_000)} // turns of two messages
	var peak, rate [2]float64
	for i, turns := range sizes {
		if err := func() error {
			a, err := b.newArchive()
			if err != nil {
				return err
			}
			defer func() { _ = a.Close() }()
			ref := refTo("much", 1)
			if err := a.chat(b.ctx, ref, turns); err != nil {
				return err
			}
			requests, err := rights.NewStore(a.main, []byte(secret))
			if err != nil {
				return err
			}
			name, err := requests.Accept(b.ctx, shop, rights.Request{Kind: rights.Export, Source: rights.FromShopper, SourceID: "bench", Conversations: []id.Conversation{ref.Conversation}})
			if err != nil {
				return err
			}
			called := func(logical, property string) string {
				return fmt.Sprint(a.Template.Resources[logical].Properties[property])
			}
			began := time.Now()
			out, err := exec.CommandContext(b.ctx, program, a.Endpoint, called("Table", "TableName"), called("KeyTable", "TableName"), called("ContentBucket", "BucketName"),
				a.keyringID(), secret, string(shop), string(name), a.clock.Now().Format(time.RFC3339)).Output()
			if err != nil {
				return fmt.Errorf("make a copy: %w", err)
			}
			rate[i] = float64(2*turns) / time.Since(began).Seconds()
			peak[i], err = strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
			peak[i] /= 1024
			return err
		}(); err != nil {
			return nil, err
		}
	}
	growth := peak[1] / peak[0]
	r := Result{
		ID: "P17", Value: parts(growth, peak[1], rate[1]), Unit: "RSS-ratio/MB/msg/s", Ratio: times(growth), Target: "<=2/<=64MB/>=50k", Floor: "1MBpage+5MiBpart", Moonshot: "<=1.2, <=24 MB, 200k/s",
		Numbers: map[string]float64{"mb_little": peak[0], "mb_much": peak[1], "rate": rate[1], "messages_little": float64(2 * sizes[0]), "messages_much": float64(2 * sizes[1])},
	}
	r.note("%d and %d messages, in a process of its own; the rate includes the stand-ins of DynamoDB and S3, which share the machine", 2*sizes[0], 2*sizes[1])
	r.need("growth", growth, 2, 1.2)
	r.need("MB", peak[1], 64, 24)
	r.need("50,000 over messages a second", 50_000/rate[1], 1, 0.25)
	return []Result{r}, nil
}
