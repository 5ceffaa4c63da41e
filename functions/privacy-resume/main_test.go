package main

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/id"
	"omniops/shared/rights"
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

// What a platform handed over begins, a second look comes when it is due, and
// nothing else is queued.
func TestWhatWaitsIsStarted(t *testing.T) {
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "privacy-resume", name) }
	outside := c.Outside(t, "")
	resume, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), ErasureQueue: env("ERASURE_QUEUE_URL"), ExportQueue: env("EXPORT_QUEUE_URL"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
		SecretsKey: env("SECRETS_KEY_ID"), Domain: env("DOMAIN_NAME"), ResendBaseURL: outside.ResendURL, ResendKey: boot.NewSecret("re_test"), MailFrom: env("MAIL_FROM"),
		AllowPrivate: []string{strings.TrimPrefix(outside.ShopifyURL, "http://")},
	})
	must(t, err)
	for _, name := range []id.Tenant{"one", "two"} {
		must(t, tenant.NewStore(table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now)).Save(t.Context(), tenant.Account{
			Tenant: name, Name: string(name), Domains: []string{string(name) + ".example"}, SiteURL: "https://" + string(name) + ".example/", ContactEmail: "help@" + string(name) + ".example", CreatedAt: c.Clock.Now(),
		}.WithDefaults()))
	}
	requests, err := rights.NewStore(table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now), []byte(localtest.SessionSecret))
	must(t, err)
	accept := func(t *testing.T, shop id.Tenant, kind rights.Kind, state rights.State) id.Request {
		name, err := requests.Accept(t.Context(), shop, rights.Request{Kind: kind, Source: rights.FromShopify, SourceID: string(kind) + string(state), State: state, Subjects: []id.Subject{"h"}, CheckAt: map[bool]time.Time{true: c.Clock.Now().Add(10 * time.Minute)}[state == rights.Checking]})
		must(t, err)
		return name
	}
	erase := accept(t, "one", rights.Erase, rights.Accepted)
	export := accept(t, "two", rights.Access, rights.Accepted)
	look := accept(t, "two", rights.Erase, rights.Checking)
	accept(t, "two", rights.Erase, rights.Done)
	accept(t, "two", rights.Erase, rights.Unverified)
	accept(t, "two", rights.Complaint, rights.Waiting)
	limit := accept(t, "two", rights.Limit, rights.Accepted)
	queued := func(name string) (all []id.Request) {
		url := env(name)
		client := sqs.NewFromConfig(c.AWS)
		for {
			out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10})
			must(t, err)
			if len(out.Messages) == 0 {
				slices.Sort(all)
				return all
			}
			for _, m := range out.Messages {
				var w rights.Work
				must(t, json.Unmarshal([]byte(*m.Body), &w))
				all = append(all, w.Request)
				_, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle})
				must(t, err)
			}
		}
	}
	want := func(queue string, names ...id.Request) {
		t.Helper()
		slices.Sort(names)
		if got := queued(queue); !slices.Equal(got, names) {
			t.Errorf("%s holds %v, want %v", queue, got, names)
		}
	}
	must(t, resume(t.Context()))
	must(t, resume(t.Context()))
	want("ERASURE_QUEUE_URL", erase)
	want("EXPORT_QUEUE_URL", export)
	if r, err := requests.Get(t.Context(), "two", limit); err != nil || r.State != rights.Done {
		t.Errorf("a choice is %+v, %v", r, err)
	}
	c.Advance(10 * time.Minute)
	must(t, resume(t.Context()))
	want("ERASURE_QUEUE_URL", erase, look)
	if letters := outside.Mail.Messages(""); len(letters) != 1 || letters[0].To[0] != "help@two.example" {
		t.Errorf("the shops were told %+v", letters)
	}
}

// Each letter of a request is sent once, also when mail is down at first, and the
// person's address goes with the last.
func TestLettersOfARequest(t *testing.T) {
	claim.Proves(t, "C159", "C131")
	c := localtest.Start(t)
	env := func(name string) string { return c.Env(t, "privacy-resume", name) }
	outside := c.Outside(t, "")
	resume, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), ErasureQueue: env("ERASURE_QUEUE_URL"), ExportQueue: env("EXPORT_QUEUE_URL"), SessionSecret: boot.NewSecret(localtest.SessionSecret),
		SecretsKey: env("SECRETS_KEY_ID"), Domain: env("DOMAIN_NAME"), ResendBaseURL: outside.ResendURL, ResendKey: boot.NewSecret("re_test"), MailFrom: env("MAIL_FROM"),
		AllowPrivate: []string{strings.TrimPrefix(outside.ShopifyURL, "http://")},
	})
	must(t, err)
	main := table.New(c.AWS, env("TABLE_NAME"), c.Clock.Now)
	must(t, tenant.NewStore(main).Save(t.Context(), tenant.Account{
		Tenant: "one", Name: "Fern", Domains: []string{"one.example"}, SiteURL: "https://one.example/", ContactEmail: "help@one.example", Language: "fr", CreatedAt: c.Clock.Now(),
	}.WithDefaults()))
	requests, err := rights.NewStore(main, []byte(localtest.SessionSecret))
	must(t, err)
	notes := rights.NewNotes(seal.NewSecrets(c.AWS, env("SECRETS_KEY_ID")))
	sealed := func(words string) []byte {
		got, err := notes.Seal(t.Context(), "one", words)
		must(t, err)
		return got
	}
	name, err := requests.Accept(t.Context(), "one", rights.Request{Kind: rights.Complaint, Law: rights.UKGDPR, Source: rights.FromShopper, SourceID: "1", Subjects: []id.Subject{"h"}, Contact: sealed("jane@example.com")})
	must(t, err)
	change := func(to func(*rights.Request) error) {
		t.Helper()
		_, err := requests.Change(t.Context(), "one", name, to)
		must(t, err)
	}
	subjects := func(address string) (all []string) {
		for _, m := range outside.Mail.Messages(address) {
			all = append(all, m.Subject)
		}
		slices.Reverse(all)
		return all
	}
	must(t, c.Faults.Replace(faults.Rule{Service: "resend", Kind: faults.Error}))
	if err := resume(t.Context()); err == nil || strings.Contains(err.Error(), "jane") {
		t.Errorf("with mail down: %v", err)
	}
	must(t, c.Faults.Replace())
	for _, step := range []struct {
		name   string
		change func(*rights.Request) error
		person []string
	}{
		{"it arrived", nil, []string{"Fern has received your privacy request"}},
		{"a question", func(r *rights.Request) error { return r.Ask(sealed("Which chat is it about?"), c.Clock.Now()) }, []string{"A question from Fern about your privacy request"}},
		{"an answer", func(r *rights.Request) error { return r.Resume(sealed("Tuesday's."), c.Clock.Now()) }, nil},
		{"another question", func(r *rights.Request) error { return r.Ask(sealed("Which Tuesday?"), c.Clock.Now()) }, []string{"A question from Fern about your privacy request"}},
		{"more time", func(r *rights.Request) error { return r.Extend(c.Clock.Now()) }, []string{"Fern takes longer for your privacy request"}},
		{"the end", func(r *rights.Request) error {
			r.State, r.EndedAt = rights.Done, c.Clock.Now()
			r.Receipt = append(r.Receipt, rights.Effect{Store: "conversation", Outcome: rights.Changed, Count: 1, Why: "A person has dealt with it."})
			return nil
		}, []string{"What came of your privacy request to Fern"}},
	} {
		t.Run(step.name, func(t *testing.T) {
			outside.Mail.Clear()
			if step.change != nil {
				change(step.change)
			}
			for range 2 {
				must(t, resume(t.Context()))
			}
			if got := subjects("jane@example.com"); !slices.Equal(got, step.person) {
				t.Errorf("the person got %q, want %q", got, step.person)
			}
			shop := map[bool]int{true: 1}[step.name == "it arrived"]
			if got := subjects("help@one.example"); len(got) != shop {
				t.Errorf("the shop got %q", got)
			}
		})
	}
	if last := outside.Mail.Messages("jane@example.com")[0].Text; !strings.Contains(last, "- A person has dealt with it.") || !strings.Contains(last, "a complaint") {
		t.Errorf("the last letter is %s", last)
	}
	if r, err := requests.Get(t.Context(), "one", name); err != nil || r.Contact != nil || r.Note != nil || len(r.Letters) != 6 {
		t.Errorf("what stays is %+v, %v", r, err)
	}
	for n := range 30 { // a flood of requests is none of letters
		_, err := requests.Accept(t.Context(), "one", rights.Request{Kind: rights.Object, Source: rights.FromShopper, SourceID: strings.Repeat("x", n+1), Conversations: []id.Conversation{"c"}})
		must(t, err)
	}
	outside.Mail.Clear()
	must(t, resume(t.Context()))
	if got := subjects("help@one.example"); len(got) != 18 { // of 20 a day: one was tried in vain, one was sent before
		t.Errorf("the shop got %d letters", len(got))
	}
}
