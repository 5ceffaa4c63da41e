package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/consent"
	"omniops/shared/consent/analytics"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/object"
	"omniops/shared/rights"
	"omniops/shared/rights/holding"
	"omniops/shared/seal"
	"omniops/shared/table"
)

const (
	shop = id.Tenant("demo")
	keep = 90 * inventory.Day
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Scenario 32: before anybody reads a table that was restored from a backup, what has
// been erased since is erased again: chats, threads on channels, page views, links.
// What nobody asked to have erased is as it was, and expiry goes on.
func TestScenario32ARestoredTableIsErasedAgain(t *testing.T) {
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "erasure-replay", name) }
	replay, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), Bucket: env("CONTENT_BUCKET"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	must(t, err)
	main, keys := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now), table.New(c.AWS, env("KEY_TABLE_NAME"), c.Clock.Now)
	ring := seal.NewKeyring(c.AWS, keys, c.Env(t, "chat-reply", "KEYRING_KEY_ID"))
	eraser, err := holding.Places{Main: main, Keys: keys, Ring: ring, Bucket: object.NewBucket(c.AWS, env("CONTENT_BUCKET")), Secret: []byte(localtest.SessionSecret), Now: c.Clock.Now}.Eraser()
	must(t, err)
	veil, err := channel.NewVeil([]byte(localtest.SessionSecret))
	must(t, err)
	threads, account := channel.NewThreads(main, ring, veil), channel.Account{Kind: channel.WhatsApp, ID: "4004004004"}

	for _, who := range []string{"hers", "his"} {
		thread := id.Conversation(who + "-thread")
		for domain, ref := range map[string]conversation.Ref{
			"demo.example":   {Tenant: shop, Conversation: id.Conversation(who), Shopper: id.Shopper("of-" + who)},
			account.String(): {Tenant: shop, Conversation: veil.Conversation(thread, 0), Shopper: veil.Shopper(thread, 0)},
		} {
			_, err := eraser.Chats.Begin(t.Context(), ref, conversation.Thread{}, conversation.Head{Domain: domain}, seal.Clear("Hello"), "key-00001", keep)
			must(t, err)
			must(t, eraser.Requests.Link(t.Context(), shop, id.Subject("s-"+who), ref.Conversation))
		}
		_, err := threads.Change(t.Context(), shop, account, thread, keep, func(s *channel.Thread) error {
			return threads.Remember(t.Context(), shop, s, channel.Contact{Person: who}, keep)
		})
		must(t, err)
		must(t, analytics.NewStore(main).Add(t.Context(), shop, analytics.Event{Visitor: id.Visitor("v-" + who), Visit: "0123456789abcdef", Kind: analytics.PageView, Path: "/" + who, Receipt: 1}))
		_, err = consent.NewStore(main).Record(t.Context(), shop, id.Visitor("v-"+who), consent.Decision{Choices: consent.Choices{consent.Analytics: true}, Version: consent.Version, Language: "en", Method: consent.ByBanner})
		must(t, err)
	}
	client, name := dynamodb.NewFromConfig(c.AWS), env("TABLE_NAME")
	scan := func() []map[string]types.AttributeValue {
		out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
		must(t, err)
		return out.Items
	}
	backup, taken := scan(), c.Clock.Now()
	c.Advance(30 * time.Hour)
	request, err := eraser.Requests.Accept(t.Context(), shop, rights.Request{Kind: rights.Erase, Source: rights.FromShopper, SourceID: "1", Subjects: []id.Subject{"s-hers"}, Visitors: []id.Visitor{"v-hers"}})
	must(t, err)
	must(t, eraser.Erase(t.Context(), shop, request))

	c.Advance(3 * inventory.Day)
	for _, item := range scan() {
		_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &name, Key: map[string]types.AttributeValue{"PK": item["PK"], "SK": item["SK"]}})
		must(t, err)
	}
	for _, item := range backup {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: item})
		must(t, err)
	}
	for _, since := range []time.Time{{}, c.Clock.Now().Add(time.Hour)} {
		if _, err := replay(t.Context(), order{Since: since}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a backup of %v: %v", since, err)
		}
	}
	for range 2 {
		if n, err := replay(t.Context(), order{Since: taken}); err != nil || n.Conversations != 3 {
			t.Errorf("erased again: %+v, %v; want two conversations and a browser", n, err)
		}
	}
	hers := veil.Conversation("hers-thread", 0)
	for _, item := range c.Items(t, name) {
		about := strings.Contains(item, "PK=T#demo#C#hers ") || strings.Contains(item, string(hers)) || strings.Contains(item, "/hers") || strings.Contains(item, "s-hers")
		if about && !strings.Contains(item, "META#STANDING") && !strings.Contains(item, "SK=ERASED") {
			t.Errorf("the restored table holds %s", item)
		}
	}
	if at, err := eraser.Requests.ErasedAt(t.Context(), shop, "s-hers"); err != nil || at.IsZero() {
		t.Errorf("that she was erased is forgotten: %v, %v", at, err)
	}
	if last, _, err := consent.NewStore(main).Current(t.Context(), shop, "v-hers"); err != nil || last.Allows(consent.Analytics, c.Clock.Now()) {
		t.Errorf("her browser is counted again: %+v, %v", last, err)
	}
	his := conversation.Ref{Tenant: shop, Conversation: "his", Shopper: "of-his"}
	if thread, err := eraser.Chats.Read(t.Context(), his, keep, 0); err != nil || len(thread.Messages) != 1 {
		t.Errorf("of his chat there is %+v, %v", thread.Messages, err)
	}
	if events, err := analytics.NewStore(main).Of(t.Context(), shop, "v-his"); err != nil || len(events) != 1 {
		t.Errorf("of his page views there is %+v, %v", events, err)
	}
	if linked, err := eraser.Requests.Linked(t.Context(), shop, "s-his"); err != nil || len(linked) != 2 {
		t.Errorf("of his links there is %v, %v", linked, err)
	}
	c.Clock.SetOffset(keep)
	if thread, err := eraser.Chats.Read(t.Context(), his, keep, 0); err != nil || len(thread.Messages) != 0 {
		t.Errorf("after its retention there is %+v, %v", thread.Messages, err)
	}
}
