package main

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"omniops/local/localtest"
	"omniops/shared/channel"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/table"
	"omniops/shared/tenant"
	"omniops/shared/wish"
)

func (b *bench) requests(t *testing.T) *rights.Store {
	t.Helper()
	store, err := rights.NewStore(table.New(b.AWS, b.settings.Table, b.Clock.Now), []byte(localtest.SessionSecret))
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// latest is the request that was kept last.
func (b *bench) latest(t *testing.T, kind rights.Kind) (latest rights.Request, n int) {
	t.Helper()
	all, err := b.requests(t).List(t.Context(), shop)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if r.Kind == kind {
			n++
			if !r.Received.Before(latest.Received) {
				latest = r
			}
		}
	}
	return latest, n
}

// wordings are what people say in a language, by what they ask for.
func wordings(t *testing.T, language string) map[wish.Wish][]string {
	t.Helper()
	f, err := os.Open("../../shared/wish/testdata/said/" + language + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[wish.Wish][]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, said, ok := strings.Cut(s.Text(), ": "); ok {
			all[wish.Wish(name)] = strings.Split(said, " | ")
		}
	}
	return all
}

// Whatever somebody asks about their own data in a thread is done there, in ten
// languages and without a model; nothing speaks of a button or of writing to somebody
// for it, and the merchant sees the request with its last day.
func TestAThreadTakesEveryWish(t *testing.T) {
	b := newBench(t)
	for _, language := range wish.Languages() {
		t.Run(language, func(t *testing.T) {
			said := wordings(t, language)
			speech, text := channel.SpeechIn(language), wish.TextIn(language)
			b.Advance(time.Hour)
			if language == "en" {
				b.ask(t, phone, question) // so that there is an answer to be looked at
			}
			asked := len(b.models.all())
			for _, c := range []struct {
				wish  wish.Wish
				says  string
				kept  rights.State // none: no privacy request
				other bool         // an address is named
			}{
				{wish.Human, cut(speech.Human), "", true},
				{wish.Access, "90", rights.Done, false},
				{wish.Export, cut(text.Fetch), rights.Accepted, false},
				{wish.Correct, text.Says[wish.Correct], rights.Waiting, false},
				{wish.Limit, text.Says[wish.Limit], rights.Done, false},
				{wish.OptOut, text.Says[wish.OptOut], rights.Done, false},
				{wish.Object, text.Says[wish.Object], rights.Waiting, false},
				{wish.Review, text.Says[wish.Review], rights.Waiting, false},
				{wish.Complaint, text.Says[wish.Complaint], rights.Waiting, false},
				{wish.NoAI, cut(text.Says[wish.NoAI]), rights.Done, true},
				{wish.Restrict, text.Says[wish.Restrict], rights.Done, false},
				{wish.Child, cut(text.Says[wish.Child]), rights.Accepted, true},
				{wish.Erase, cut(speech.Forgotten), rights.Done, false},
			} {
				b.Advance(time.Minute)
				words := said[c.wish][0]
				answers := b.ask(t, phone, words)
				reply := strings.Join(answers, "\n")
				if !strings.Contains(reply, c.says) || strings.Contains(reply, text.Press) || strings.Contains(reply, "@") != c.other || strings.Contains(reply, "%!") {
					t.Errorf("%q is answered %q, want %q", words, answers, c.says)
				}
				if c.kept == "" {
					continue
				}
				r, n := b.latest(t, rights.Kind(c.wish))
				if n == 0 || r.State != c.kept || r.Due.Before(b.Clock.Now()) || r.Received.Before(b.Clock.Now().Add(-time.Minute)) || len(r.Conversations) != 1 {
					t.Errorf("%q: kept %d, the latest %+v", words, n, r)
				}
			}
			if n := len(b.models.all()); n != asked {
				t.Errorf("a model was asked %d times", n-asked)
			}
		})
	}
}

// cut is a text up to what is filled in.
func cut(text string) string {
	before, _, _ := strings.Cut(text, "%")
	return before
}

// A copy is fetched with the link from the thread and with nothing else. A delivery
// that comes again asks for nothing anew.
func TestACopyIsAskedForInAThread(t *testing.T) {
	b := newBench(t)
	event := b.writes(t, phone, "Could I get a copy of all my data?")
	for range 2 {
		if err := b.handle(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	r, n := b.latest(t, rights.Export)
	if n != 1 || r.State != rights.Accepted || !slices.Equal(r.Conversations, []id.Conversation{b.thread(t, phone).Conversation}) {
		t.Fatalf("kept %d, %+v", n, r)
	}
	link := regexp.MustCompile(`https://api\.test/v1/privacy/requests#([A-Za-z0-9_-]+)\.(\S+)`).FindStringSubmatch(strings.Join(b.since(0), "\n"))
	if link == nil || link[1] != string(r.ID) {
		t.Fatalf("said %q", b.since(0))
	}
	tickets, err := rights.NewTickets([]byte(localtest.SessionSecret), b.Clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	carry := func(name, ticket string) (rights.Ticket, error) {
		req := httptest.NewRequest(http.MethodGet, "/v1/privacy/requests/"+name+"/file", nil)
		req.Header.Set("Authorization", "Bearer "+ticket)
		return tickets.FromRequest(req, name)
	}
	if ticket, err := carry(link[1], link[2]); err != nil || !ticket.Proved || ticket.Tenant != shop {
		t.Errorf("the link gives %+v, %v", ticket, err)
	}
	for name, c := range map[string][2]string{"another request": {"x" + link[1][1:], link[2]}, "a ticket that was changed": {link[1], link[2] + "x"}} {
		if _, err := carry(c[0], c[1]); fault.KindOf(err) != fault.Unauthenticated && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all, err := b.requests(t).List(t.Context(), "rival"); err != nil || len(all) != 0 {
		t.Errorf("another shop sees %v, %v", all, err)
	}
}

// What is said about how long messages stay is what the merchant has set, as of now.
func TestAThreadNamesTheShopsOwnRetention(t *testing.T) {
	b := newBench(t)
	b.ask(t, phone, question)
	if err := b.tenants.SetChatDays(t.Context(), shop, 2); err != nil {
		t.Fatal(err)
	}
	said := strings.Join(b.ask(t, phone, "What do you know about me?"), " ")
	if !strings.Contains(said, " 2 days") || strings.Contains(said, "90") {
		t.Errorf("said %q", said)
	}
}

// Somebody who asked for no AI is answered by none, in this thread and from then on.
func TestNoAIInAThread(t *testing.T) {
	b := newBench(t)
	b.ask(t, phone, question)
	b.ask(t, phone, "I'd rather not talk to a robot")
	standing, err := b.chats.Standing(t.Context(), shop, b.thread(t, phone).Conversation)
	if err != nil || !standing.Has(conversation.NoAI) {
		t.Fatalf("standing %+v, %v", standing, err)
	}
	asked := len(b.models.all())
	said := strings.Join(b.ask(t, phone, "How much is delivery?"), " ")
	if n := len(b.models.all()); n != asked || !strings.Contains(said, fmt.Sprintf(wish.TextIn("en").WithoutAI, "help@shop.example")) {
		t.Errorf("said %q, asked a model %d times", said, n-asked)
	}
	if r, n := b.latest(t, rights.NoAI); n != 1 || r.State != rights.Done || r.Law != rights.LawOf(tenant.UK) && r.Law != rights.LawOf(tenant.EEA) {
		t.Errorf("kept %d, %+v", n, r)
	}
}
