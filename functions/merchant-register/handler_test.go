package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/identity"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// bench is the function on local services, with a mailbox.
type bench struct {
	*localtest.Cloud
	url     string
	table   string
	client  *http.Client
	tenants *tenant.Store
	tokens  *identity.Tokens

	mu    sync.Mutex
	mails []string // as sent to the mail service
	down  bool
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{Cloud: c, client: contract.Client(t)}
	resend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		b.mu.Lock()
		defer b.mu.Unlock()
		if err != nil || b.down {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		b.mails = append(b.mails, string(body))
		_, _ = io.WriteString(w, `{"id":"1"}`)
	}))
	t.Cleanup(resend.Close)
	env := func(name string) string { return c.Env(t, "merchant-register", name) }
	handler, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: env("TABLE_NAME"), Domain: env("DOMAIN_NAME"), SessionSecret: boot.NewSecret(localtest.SessionSecret), ResendBaseURL: resend.URL,
		ResendKey: boot.NewSecret("re_test"), MailFrom: env("MAIL_FROM"), AllowPrivate: []string{strings.TrimPrefix(resend.URL, "http://")},
	})
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	b.url, b.table = server.URL, env("TABLE_NAME")
	b.tenants = tenant.NewStore(table.New(c.AWS, b.table, c.Clock.Now))
	b.tokens, err = identity.NewTokens([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	return b
}

// post sends a body and wants a status; it gives what was answered.
func (b *bench) post(t *testing.T, path, body string, want int) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/v1/registrations"+path, strings.NewReader(body))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := b.client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != want {
		t.Fatalf("%s: %d, want %d: %s", body, resp.StatusCode, want, answer)
	}
	return string(answer)
}

// rows is how many items the table holds, whatever they are.
func (b *bench) rows(t *testing.T) int {
	t.Helper()
	out, err := dynamodb.NewFromConfig(b.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &b.table})
	must(t, err)
	return len(out.Items)
}

const sample = `{"email":"Owner@shop.example.com","business_name":"Kettle & Co","country":"GB","of_age":true,"terms_version":"2026-11-24"}`

var linkPattern = regexp.MustCompile(`/v1/registrations#([^\\]+)\\n`)

// link takes the link out of the last e-mail.
func (b *bench) link(t *testing.T) string {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.mails) == 0 {
		t.Fatal("no e-mail was sent")
	}
	m := linkPattern.FindStringSubmatch(b.mails[len(b.mails)-1])
	if m == nil {
		t.Fatalf("no link in %s", b.mails[len(b.mails)-1])
	}
	return m[1]
}

func (b *bench) open(t *testing.T, link string, want int) (out openedView) {
	t.Helper()
	answer := b.post(t, "/opening", `{"link":"`+link+`"}`, want)
	if want == http.StatusCreated {
		must(t, json.Unmarshal([]byte(answer), &out))
	}
	return out
}

// An address, a name, and what follows from them: nothing else is asked, taken or kept.
func TestRegistrationKeepsAnAddressAndAName(t *testing.T) {
	claim.Proves(t, "C006")
	b := newBench(t)
	b.post(t, "", sample, http.StatusAccepted)
	if m := b.mails; len(m) != 1 || !strings.Contains(m[0], `"to":["Owner@shop.example.com"]`) || !strings.Contains(m[0], `"value":"account-link"`) {
		t.Errorf("mailed %q", m)
	}
	tenants, err := table.New(b.AWS, b.table, b.Clock.Now).Tenants(t.Context())
	must(t, err)
	if len(tenants) != 0 {
		t.Errorf("before the link is used there is an account: %v", tenants)
	}
	got := b.open(t, b.link(t), http.StatusCreated)
	account, err := b.tenants.Get(t.Context(), got.Tenant)
	must(t, err)
	want := tenant.Account{
		Tenant: got.Tenant, Name: "Kettle & Co", ContactEmail: "Owner@shop.example.com", Region: tenant.UK, Language: "en", Accent: "#1f5f5b",
		ChatDays: 90, DailyTurns: 5000, CreatedAt: b.Clock.Now().UTC(), Terms: "2026-11-24",
	}
	if diff := cmp.Diff(want, account); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(string(got.Tenant), "kettle-co-") {
		t.Errorf("the account is called %q", got.Tenant)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+got.Token)
	if who, err := b.tokens.FromRequest(r); err != nil || who.Tenant != got.Tenant {
		t.Errorf("the token acts as %v, %v", who, err)
	}

	before := b.rows(t)
	for _, extra := range []string{"phone", "name", "birthday", "address", "gender", "vat_number"} {
		answer := b.post(t, "", strings.Replace(sample, "{", `{"`+extra+`":"x",`, 1), http.StatusBadRequest)
		if !strings.Contains(answer, extra) {
			t.Errorf("a further %s is refused without saying so: %s", extra, answer)
		}
	}
	if after := b.rows(t); after != before {
		t.Errorf("%d items before what is refused, %d after", before, after)
	}
}

// Below the age of the country nobody gets in, and nothing of them is kept.
func TestTooYoungToRegister(t *testing.T) {
	claim.Proves(t, "C141")
	b := newBench(t)
	for country, age := range map[string]string{"GB": "13", "US": "13", "BE": "13", "DE": "16", "FR": "16", "AT": "16", "BR": "16"} {
		young := strings.NewReplacer(`"GB"`, `"`+country+`"`, "true", "false").Replace(sample)
		if answer := b.post(t, "", young, http.StatusForbidden); !strings.Contains(answer, "of "+age+" or older") {
			t.Errorf("%s: %s", country, answer)
		}
		resp, err := b.client.Get(b.url + "/v1/registrations/terms?country=" + country)
		must(t, err)
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		_ = resp.Body.Close()
		if want := `{"terms_version":"2026-11-24","country":"` + country + `","least_age":` + age + `}`; strings.TrimSpace(string(body)) != want {
			t.Errorf("%s is told %s, want %s", country, body, want)
		}
	}
	if b.rows(t) != 0 || len(b.mails) != 0 {
		t.Errorf("%d items are kept, mailed %q", b.rows(t), b.mails)
	}
	resp, err := b.client.Get(b.url + "/v1/registrations")
	must(t, err)
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	must(t, err)
	if !strings.Contains(string(page), "not meant for children under 16, or under 13") {
		t.Error("the page does not say who the service is for")
	}
	b.post(t, "", sample, http.StatusAccepted)
}

func TestRegistrationsThatAreRefused(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		from, to string
		want     int
	}{
		"no address":             {"Owner@shop.example.com", "", http.StatusBadRequest},
		"an address with a name": {"Owner@shop.example.com", "A <a@b.example>", http.StatusBadRequest},
		"two addresses":          {"Owner@shop.example.com", "a@b.example,c@d.example", http.StatusBadRequest},
		"a long address":         {"Owner@shop.example.com", strings.Repeat("a", 250) + "@b.example", http.StatusBadRequest},
		"no name":                {"Kettle & Co", " ", http.StatusBadRequest},
		"a long name":            {"Kettle & Co", strings.Repeat("é", 81), http.StatusBadRequest},
		"no country":             {`"GB"`, `""`, http.StatusBadRequest},
		"a country in words":     {`"GB"`, `"Britain"`, http.StatusBadRequest},
		"old terms":              {"2026-11-24", "2025-01-01", http.StatusConflict},
		"an age in words":        {"true", `"yes"`, http.StatusBadRequest},
		"not JSON":               {sample, "{", http.StatusBadRequest},
		"too much":               {"Kettle & Co", strings.Repeat("a", 5000), http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) { b.post(t, "", strings.Replace(sample, c.from, c.to, 1), c.want) })
	}
	if b.rows(t) != 0 || len(b.mails) != 0 {
		t.Errorf("%d items are kept, mailed %q", b.rows(t), b.mails)
	}
}

// A link opens once and for half an hour; one address is one account, whose link
// signs in; another's account cannot be reached.
func TestALinkOpensOnce(t *testing.T) {
	b := newBench(t)
	b.post(t, "", sample, http.StatusAccepted)
	first := b.link(t)
	got := b.open(t, first, http.StatusCreated)
	b.open(t, first, http.StatusForbidden)
	b.open(t, first+"x", http.StatusForbidden)
	b.open(t, "x", http.StatusForbidden)

	b.post(t, "", strings.NewReplacer("Owner@", "OWNER@", "Kettle & Co", "Thieves").Replace(sample), http.StatusAccepted)
	again := b.open(t, b.link(t), http.StatusCreated)
	account, err := b.tenants.Get(t.Context(), again.Tenant)
	must(t, err)
	if again.Tenant != got.Tenant || account.Name != "Kettle & Co" || account.ContactEmail != "Owner@shop.example.com" {
		t.Errorf("the same address opens %+v, was %s", account, got.Tenant)
	}

	b.post(t, "", strings.Replace(sample, "Owner@", "other@", 1), http.StatusAccepted)
	if other := b.open(t, b.link(t), http.StatusCreated); other.Tenant == got.Tenant {
		t.Error("another address opens the same account")
	}

	b.post(t, "", sample, http.StatusAccepted)
	late := b.link(t)
	b.Advance(30 * time.Minute)
	b.open(t, late, http.StatusForbidden)
}

// Many links opened at once for one address make one account.
func TestTwoLinksAtOnceMakeOneAccount(t *testing.T) {
	b := newBench(t)
	var links []string
	for range 4 {
		b.post(t, "", sample, http.StatusAccepted)
		links = append(links, b.link(t))
	}
	tenants := make(chan string, 2*len(links))
	var wg sync.WaitGroup
	for _, link := range append(links, links...) {
		wg.Go(func() {
			resp, err := b.client.Post(b.url+"/v1/registrations/opening", "application/json", strings.NewReader(`{"link":"`+link+`"}`))
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			var got openedView
			if resp.StatusCode == http.StatusCreated && json.NewDecoder(resp.Body).Decode(&got) == nil {
				tenants <- string(got.Tenant)
			}
		})
	}
	wg.Wait()
	close(tenants)
	opened := map[string]int{}
	for name := range tenants {
		opened[name]++
	}
	if len(opened) != 1 {
		t.Errorf("opened %v", opened)
	}
	for name, n := range opened {
		if n != len(links) {
			t.Errorf("%s was opened %d times with %d links", name, n, len(links))
		}
	}
}

// Nobody's mailbox is filled through us, and mail that fails is told.
func TestMailIsBounded(t *testing.T) {
	b := newBench(t)
	b.down = true
	b.post(t, "", sample, http.StatusServiceUnavailable)
	b.down = false
	for range 4 {
		b.post(t, "", sample, http.StatusAccepted)
	}
	b.post(t, "", strings.Replace(sample, "Owner", "OWNER", 1), http.StatusTooManyRequests)
	b.post(t, "", strings.Replace(sample, "Owner", "other", 1), http.StatusAccepted)
	b.Advance(24 * time.Hour)
	b.post(t, "", sample, http.StatusAccepted)
}
