package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/inventory"
	"omniops/shared/object"
	"omniops/shared/rights"
	"omniops/shared/rights/holding"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// A parent asks by e-mail to have a child's chats erased: a person at the shop reads
// what the parent wrote, says which chats are the child's, and these go. The parent's
// own are never touched.
func TestAParentsRequestFindsTheChildsChats(t *testing.T) {
	claim.Proves(t, "C142", "C143")
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "merchant-request", name) }
	secret := []byte(localtest.SessionSecret)
	handler, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), KeyTable: env("KEY_TABLE_NAME"), KeyringKey: env("KEYRING_KEY_ID"), SecretsKey: env("SECRETS_KEY_ID"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := contract.Client(t)
	tokens, err := identity.NewTokens(secret, c.Clock.Now)
	must(t, err)
	main, keys := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now), table.New(c.AWS, env("KEY_TABLE_NAME"), c.Clock.Now)
	requests, err := rights.NewStore(main, secret)
	must(t, err)
	ring := seal.NewKeyring(c.AWS, keys, env("KEYRING_KEY_ID"))
	chats := conversation.NewStore(main, ring)
	eraser, err := holding.Places{Main: main, Keys: keys, Ring: ring, Bucket: object.NewBucket(c.AWS, c.Env(t, "privacy-erase", "CONTENT_BUCKET")), Secret: secret, Now: c.Clock.Now}.Eraser()
	must(t, err)
	ref := func(name id.Conversation) conversation.Ref {
		return conversation.Ref{Tenant: "demo", Conversation: name, Shopper: id.Shopper("s-" + name)}
	}
	for _, name := range []id.Conversation{"parents", "childs", "likely"} {
		_, err := chats.Begin(t.Context(), ref(name), conversation.Thread{}, conversation.Head{Domain: "demo.example"}, seal.Clear("Hello"), "key-00001", 90*inventory.Day)
		must(t, err)
	}
	must(t, requests.Link(t.Context(), "demo", "parent", "parents"))
	must(t, requests.Link(t.Context(), "demo", "child", "likely"))
	note, err := rights.NewNotes(seal.NewSecrets(c.AWS, env("SECRETS_KEY_ID"))).Seal(t.Context(), "demo", "My son wrote yesterday from our tablet.")
	must(t, err)
	ask := func(source string, from ...id.Conversation) id.Request {
		name, err := requests.Accept(t.Context(), "demo", rights.Request{
			Kind: rights.Child, Law: rights.ChildRule, Source: rights.FromShopper, SourceID: source, State: rights.Unverified,
			Guardian: "parent", Named: []id.Subject{"child"}, Note: note, Conversations: from,
		})
		must(t, err)
		code, err := requests.NewCode(t.Context(), "demo", name, "parent")
		must(t, err)
		_, err = requests.Prove(t.Context(), "demo", name, code)
		must(t, err)
		return name
	}
	call := func(shop id.Tenant, method, path, body string, want int) []byte {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/v1/merchant/requests"+path, strings.NewReader(body))
		must(t, err)
		token, err := tokens.Mint(shop, c.Clock.Now().Add(time.Hour))
		must(t, err)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		must(t, err)
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		must(t, err)
		if resp.StatusCode != want {
			t.Fatalf("%s: %d, want %d: %s", body, resp.StatusCode, want, raw)
		}
		return raw
	}
	erase := func(name id.Request) rights.Request {
		t.Helper()
		must(t, eraser.Erase(t.Context(), "demo", name))
		r, err := requests.Get(t.Context(), "demo", name)
		must(t, err)
		return r
	}
	said := func(name id.Conversation) int {
		t.Helper()
		thread, err := chats.Read(t.Context(), ref(name), 90*inventory.Day, 0)
		must(t, err)
		return len(thread.Messages)
	}

	name := ask("one")
	if r := erase(name); r.State != rights.Waiting || said("parents") != 1 {
		t.Fatalf("nobody has looked yet: %+v, %d of the parent's messages", r, said("parents"))
	}
	var list struct{ Requests []requestView }
	must(t, json.Unmarshal(call("demo", http.MethodGet, "", "", 200), &list))
	if v := list.Requests[0]; v.State != rights.Waiting || v.Note != "My son wrote yesterday from our tablet." || v.DaysLeft != 3 || !slices.Equal(v.Likely, []id.Conversation{"likely"}) {
		t.Errorf("the shop sees %+v", v)
	}
	for name, step := range map[string]struct {
		shop id.Tenant
		body string
		want int
	}{
		"another shop":          {"rival", `{"decision":"done","conversations":["childs"]}`, 404},
		"no such chat":          {"demo", `{"decision":"done","conversations":["nobodys"]}`, 404},
		"more chats than a few": {"demo", `{"decision":"done","conversations":["` + strings.Repeat(`childs","`, 50) + `likely"]}`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			call(step.shop, http.MethodPut, "/"+string(list.Requests[0].ID), step.body, step.want)
		})
	}
	call("demo", http.MethodPut, "/"+string(name), `{"decision":"done","conversations":["childs","likely"]}`, 200)
	if standing, err := chats.Standing(t.Context(), "demo", "childs"); err != nil || !standing.Has(conversation.Paused) {
		t.Errorf("the child's chat goes on: %+v, %v", standing, err)
	}
	erase(name)
	c.Advance(10 * time.Minute)
	if r := erase(name); r.State != rights.Done || r.EndedAt.After(r.Due) || r.Receipt[0].Outcome != rights.Erased || r.Note != nil {
		t.Errorf("ended as %+v", r)
	}
	for chat, want := range map[id.Conversation]int{"parents": 1, "childs": 0, "likely": 0} {
		if got := said(chat); got != want {
			t.Errorf("%s has %d messages, want %d", chat, got, want)
		}
	}
	if linked, err := requests.Linked(t.Context(), "demo", "parent"); err != nil || !slices.Equal(linked, []id.Conversation{"parents"}) {
		t.Errorf("the parent's chats are %v, %v", linked, err)
	}
	if at, err := requests.ErasedAt(t.Context(), "demo", "parent"); err != nil || !at.IsZero() {
		t.Errorf("the parent counts as erased: %v, %v", at, err)
	}

	none := ask("two")
	call("demo", http.MethodPut, "/"+string(none), `{"decision":"done"}`, 200)
	if r, err := requests.Get(t.Context(), "demo", none); err != nil || r.State != rights.Done || len(r.Receipt) != 1 || r.Receipt[0].Outcome != rights.Nothing {
		t.Errorf("without any chat it is %+v, %v", r, err)
	}

	_, err = chats.Begin(t.Context(), ref("tablet"), conversation.Thread{}, conversation.Head{Domain: "demo.example"}, seal.Clear("Hello"), "key-00001", 90*inventory.Day)
	must(t, err)
	told := ask("three", "tablet")
	if r := erase(told); r.State != rights.Checking || said("tablet") != 0 || said("parents") != 1 {
		t.Errorf("from the child's own chat it is %s, with %d and %d messages", fmt.Sprint(r.State), said("tablet"), said("parents"))
	}
}
