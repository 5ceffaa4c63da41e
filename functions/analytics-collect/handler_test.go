package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/faults"
	"omniops/local/localtest"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/consent"
	"omniops/shared/consent/analytics"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const (
	shop   = id.Tenant("demo")
	rival  = id.Tenant("rival")
	origin = "https://shop.example"

	safari  = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
	address = "203.0.113.77"
	visit   = "0e7qaygv5yds6nyjphf6j25k66"
	page    = `{"visit":"` + visit + `","events":[{"kind":"page-view","path":"/returns"}]}`
)

// bench is the function on local services, with two merchants.
type bench struct {
	*localtest.Cloud
	url      string
	name     string // of the table
	client   *http.Client
	visitors *consent.Visitors
	receipts *consent.Store
	events   *analytics.Store
	address  string // the browser's, as the gateway sees it
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	s := settings{Table: c.Env(t, "analytics-collect", "TABLE_NAME"), SessionSecret: boot.NewSecret(localtest.SessionSecret)}
	main := table.New(c.AWS, s.Table, c.Clock.Now)
	b := &bench{Cloud: c, name: s.Table, client: contract.Client(t), receipts: consent.NewStore(main), events: analytics.NewStore(main), address: address}
	h, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s)
	must(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(apigw.WithOrigin(r.Context(), "test", b.address)))
	}))
	t.Cleanup(server.Close)
	b.url = server.URL + "/v1/analytics"
	b.visitors, err = consent.NewVisitors([]byte(localtest.SessionSecret), c.Clock.Now)
	must(t, err)
	for name, domain := range map[id.Tenant]string{shop: "shop.example", rival: "rival.example"} {
		must(t, tenant.NewStore(main).Save(t.Context(), tenant.Account{
			Tenant: name, Name: string(name), Domains: []string{domain}, SiteURL: "https://" + domain,
			ContactEmail: "help@" + domain, CreatedAt: c.Clock.Now(),
		}.WithDefaults()))
	}
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// choose has a browser answer the banner, and gives its token.
func (b *bench) choose(t *testing.T, name id.Tenant, v id.Visitor, yes bool) (id.Visitor, string) {
	t.Helper()
	who, token, err := b.visitors.Token(consent.Visitor{Tenant: name, Host: string(name) + ".example", ID: v})
	if name == shop {
		who, token, err = b.visitors.Token(consent.Visitor{Tenant: name, Host: "shop.example", ID: v})
	}
	must(t, err)
	_, err = b.receipts.Record(t.Context(), name, who.ID, consent.Decision{
		Choices: consent.Choices{consent.Analytics: yes}, Version: consent.Version, Language: "en", Method: consent.ByBanner,
	})
	must(t, err)
	return who.ID, token
}

// answer is what a report came to.
type answer struct {
	status  int
	raw     string
	cookies []*http.Cookie
	outcome
}

func (b *bench) report(t *testing.T, from, token, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url, strings.NewReader(body))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", safari)
	if from != "" {
		req.Header.Set("Origin", from)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(t, err)
	a := answer{status: resp.StatusCode, raw: string(raw), cookies: resp.Cookies()}
	if a.status == http.StatusOK {
		must(t, json.Unmarshal(raw, &a.outcome))
	}
	return a
}

// rows gives every analytics item as DynamoDB holds it, whoever's it is.
func (b *bench) rows(t *testing.T) (rows []string) {
	t.Helper()
	out, err := dynamodb.NewFromConfig(b.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &b.name})
	must(t, err)
	for _, item := range out.Items {
		if text := fmt.Sprint(item); strings.Contains(fmt.Sprint(item["PK"]), "#A#") {
			rows = append(rows, text)
		}
	}
	return rows
}

// wantNothing checks that a report was not stored and took the cookies away.
func (b *bench) wantNothing(t *testing.T, a answer, reason string, rows int) {
	t.Helper()
	if a.status != http.StatusOK || a.Stored != 0 || a.Reason != reason {
		t.Errorf("answered %d, %s; want nothing stored for reason %s", a.status, a.raw, reason)
	}
	gone := map[string]bool{}
	for _, c := range a.cookies {
		gone[c.Name] = c.MaxAge < 0 && c.Value == "" && c.Path == "/"
	}
	for _, name := range consent.AnalyticsCookies() {
		if !gone[name] {
			t.Errorf("the answer leaves the cookie %s: %v", name, a.cookies)
		}
	}
	if !cmp.Equal(a.Expire, consent.AnalyticsCookies()) {
		t.Errorf("the page is told to drop %v", a.Expire)
	}
	if got := b.rows(t); len(got) != rows {
		t.Errorf("the table holds %d events, want %d: %v", len(got), rows, got)
	}
}

func TestNothingIsCountedWithoutConsent(t *testing.T) {
	claim.Proves(t, "C011", "C012", "C013")
	b := newBench(t)
	_, no := b.choose(t, shop, "", false)
	b.wantNothing(t, b.report(t, origin, "", page), "consent", 0)
	b.wantNothing(t, b.report(t, origin, no, page), "consent", 0)
	b.wantNothing(t, b.report(t, origin, no[:len(no)-2], page), "consent", 0)
	_, never, err := b.visitors.Token(consent.Visitor{Tenant: shop, Host: "shop.example"})
	must(t, err)
	b.wantNothing(t, b.report(t, origin, never, page), "consent", 0)

	v, yes := b.choose(t, shop, "", true)
	if a := b.report(t, origin, yes, page); a.status != http.StatusOK || a.Stored != 1 || a.Reason != "" || len(a.cookies) != 0 {
		t.Fatalf("answered %d, %s, cookies %v", a.status, a.raw, a.cookies)
	}
	got, err := b.events.Of(t.Context(), shop, v)
	must(t, err)
	want := []analytics.Event{{
		Visitor: v, Visit: visit, Kind: analytics.PageView, Path: "/returns", Receipt: 1, At: b.Clock.Now().UTC(),
		Agent: analytics.Agent{Device: analytics.Phone, Browser: analytics.Safari, System: analytics.IOS}, Network: "203.0.113.0/24",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	// The address and the browser's own description are nowhere in the item.
	for _, row := range b.rows(t) {
		if strings.Contains(row, address) || strings.Contains(row, "AppleWebKit") {
			t.Errorf("the item holds them in clear: %s", row)
		}
	}
	b.wantNothing(t, b.report(t, "https://rival.example", yes, page), "consent", 1)
}

// Whether by the banner, by the API or by an operator, a withdrawal has the same
// effect from the next request on, and leaves what was lawful.
func TestWithdrawalTakesEffectOnTheNextRequest(t *testing.T) {
	claim.Proves(t, "C011", "C034", "C035", "C036", "C137")
	withdraw := map[string]func(*testing.T, *bench, id.Visitor){
		"in the banner": func(t *testing.T, b *bench, v id.Visitor) { b.choose(t, shop, v, false) },
		"in the preference centre": func(t *testing.T, b *bench, v id.Visitor) {
			_, err := b.receipts.Record(t.Context(), shop, v, consent.Decision{
				Choices: consent.Choices{consent.Analytics: false}, Version: consent.Version, Language: "de", Method: consent.ByCentre,
			})
			must(t, err)
		},
		"by contacting us": func(t *testing.T, b *bench, v id.Visitor) {
			_, err := b.receipts.Withdraw(t.Context(), shop, v, []consent.Purpose{consent.Analytics}, "ticket-4711")
			must(t, err)
		},
	}
	for name, how := range withdraw {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			v, token := b.choose(t, shop, "", true)
			agreed := b.Clock.Now().UTC()
			if a := b.report(t, origin, token, page); a.Stored != 1 {
				t.Fatalf("answered %d, %s", a.status, a.raw)
			}
			b.Advance(time.Minute)
			how(t, b, v)
			b.wantNothing(t, b.report(t, origin, token, page), "consent", 1)
			b.Advance(time.Hour)
			b.wantNothing(t, b.report(t, origin, token, page), "consent", 1)

			history, err := b.receipts.History(t.Context(), shop, v)
			must(t, err)
			want := []consent.Interval{{From: agreed, To: agreed.Add(time.Minute), Receipt: 1}}
			if diff := cmp.Diff(want, consent.Intervals(history, consent.Analytics)); diff != "" {
				t.Errorf("consent was live (-want +got):\n%s", diff)
			}
			events, err := b.events.Of(t.Context(), shop, v)
			must(t, err)
			if len(events) != 1 || events[0].Receipt != 1 || !events[0].At.Equal(agreed) {
				t.Errorf("what was counted before is now %+v", events)
			}
			b.choose(t, shop, v, true)
			if a := b.report(t, origin, token, page); a.Stored != 1 {
				t.Errorf("after agreeing again: %d, %s", a.status, a.raw)
			}
		})
	}
}

func TestConsentRunsOut(t *testing.T) {
	b := newBench(t)
	v, _ := b.choose(t, shop, "", true)
	b.Advance(consent.Life - time.Second)
	_, fresh, err := b.visitors.Token(consent.Visitor{Tenant: shop, Host: "shop.example", ID: v})
	must(t, err)
	if a := b.report(t, origin, fresh, page); a.Stored != 1 {
		t.Fatalf("a second before: %d, %s", a.status, a.raw)
	}
	b.Advance(time.Second)
	b.wantNothing(t, b.report(t, origin, fresh, page), "consent", 1)
}

func TestSignalsAreHonoured(t *testing.T) {
	claim.Proves(t, "C140")
	b := newBench(t)
	_, token := b.choose(t, shop, "", true)
	for name, c := range map[string]struct {
		headers []string
		want    consent.Signal
	}{
		"do not track":           {[]string{"DNT", "1"}, consent.DoNotTrack},
		"global privacy control": {[]string{"Sec-GPC", "1"}, consent.GlobalPrivacyControl},
		"both":                   {[]string{"DNT", "1", "Sec-GPC", "1"}, consent.GlobalPrivacyControl},
	} {
		t.Run(name, func(t *testing.T) {
			a := b.report(t, origin, token, page, c.headers...)
			b.wantNothing(t, a, "signal", 0)
			if a.Signal != c.want {
				t.Errorf("the answer names the signal %q, want %q", a.Signal, c.want)
			}
		})
	}
	for _, headers := range [][]string{{"DNT", "0"}, {"Sec-GPC", "0"}, {"DNT", "unspecified"}} {
		if a := b.report(t, origin, token, page, headers...); a.Stored != 1 {
			t.Errorf("%v: %s", headers, a.raw)
		}
	}
}

func TestEventsCarryTheClocksTimeInUTC(t *testing.T) {
	claim.Proves(t, "C014")
	b := newBench(t)
	v, token := b.choose(t, shop, "", true)
	all := `{"visit":"` + visit + `","events":[{"kind":"page-view","path":"/"},{"kind":"chat-opened","path":"/"},{"kind":"chat-message","path":"/"},{"kind":"chat-closed","path":"/"}]}`
	b.Advance(14*time.Hour + 29*time.Minute + 59*time.Second) // the last second of the day
	b.report(t, origin, token, all)
	last := b.Clock.Now()
	b.Advance(time.Second)
	b.report(t, origin, token, page)
	first := b.Clock.Now()
	before, err := b.events.Day(t.Context(), shop, last)
	must(t, err)
	after, err := b.events.Day(t.Context(), shop, first)
	must(t, err)
	if len(before) != 4 || len(after) != 1 {
		t.Fatalf("the days hold %d and %d events", len(before), len(after))
	}
	for _, e := range before {
		if !e.At.Equal(last) || e.At.Location() != time.UTC || e.Visitor != v {
			t.Errorf("%+v", e)
		}
	}
	if !after[0].At.Equal(first) || !first.Equal(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", after[0])
	}
}

func TestAnalyticsAreKeptFor180Days(t *testing.T) {
	claim.Proves(t, "C115")
	b := newBench(t)
	v, token := b.choose(t, shop, "", true)
	b.report(t, origin, token, page)
	written := b.Clock.Now()
	count := func() (int, int) {
		t.Helper()
		day, err := b.events.Day(t.Context(), shop, written)
		must(t, err)
		of, err := b.events.Of(t.Context(), shop, v)
		must(t, err)
		return len(day), len(of)
	}
	b.Advance(180*inventory.Day - time.Second)
	if day, of := count(); day != 1 || of != 1 {
		t.Errorf("a second before: %d and %d events", day, of)
	}
	b.Advance(time.Second)
	if day, of := count(); day != 0 || of != 0 {
		t.Errorf("after 180 days: %d and %d events", day, of)
	}
	if len(b.rows(t)) != 1 {
		t.Error("DynamoDB no longer holds the item, so this proved nothing")
	}
}

func TestWhatIsNotTaken(t *testing.T) {
	b := newBench(t)
	v, token := b.choose(t, shop, "", true)
	event := func(kind, path string) string {
		return fmt.Sprintf(`{"visit":%q,"events":[{"kind":%q,"path":%q}]}`, visit, kind, path)
	}
	for name, c := range map[string]struct {
		from, body string
		status     int
	}{
		"no origin":                {"", page, 403},
		"another site":             {"https://evil.example", page, 403},
		"a field too many":         {origin, strings.Replace(page, `"path"`, `"ip":"203.0.113.7","path"`, 1), 400},
		"a field too many outside": {origin, strings.Replace(page, `"visit"`, `"user_agent":"x","visit"`, 1), 400},
		"a time of its own":        {origin, strings.Replace(page, `"path"`, `"at":"2020-01-01T00:00:00Z","path"`, 1), 400},
		"no events":                {origin, `{"visit":"` + visit + `","events":[]}`, 400},
		"too many":                 {origin, `{"visit":"` + visit + `","events":[` + strings.Repeat(`{"kind":"page-view","path":"/"},`, 20) + `{"kind":"page-view","path":"/"}]}`, 400},
		"an unknown kind":          {origin, event("purchase", "/"), 400},
		"a query":                  {origin, event("page-view", "/search?q=jane@example.com"), 400},
		"a fragment":               {origin, event("page-view", "/a#b"), 400},
		"no path":                  {origin, event("page-view", "returns"), 400},
		"a long path":              {origin, event("page-view", "/"+strings.Repeat("a", 256)), 400},
		"a visit of its own":       {origin, strings.Replace(page, visit, "jane.doe@example.com", 1), 400},
		"not JSON":                 {origin, `visit`, 400},
		"a large body":             {origin, `{"visit":"` + strings.Repeat("a", 9000) + `"}`, 413},
	} {
		t.Run(name, func(t *testing.T) {
			if a := b.report(t, c.from, token, c.body); a.status != c.status {
				t.Errorf("answered %d, %s; want %d", a.status, a.raw, c.status)
			}
		})
	}
	if rows := b.rows(t); len(rows) != 0 {
		t.Errorf("the table holds %v", rows)
	}
	b.report(t, origin, token, event("page-view", "/orders/jane.doe%40example.com/track"))
	events, err := b.events.Of(t.Context(), shop, v)
	must(t, err)
	if len(events) != 1 || strings.Contains(events[0].Path, "jane") {
		t.Errorf("an address in a path is kept: %+v", events)
	}
}

func TestAShopSeesItsOwnEventsOnly(t *testing.T) {
	b := newBench(t)
	v, token := b.choose(t, shop, "", true)
	b.report(t, origin, token, page)
	for _, v := range []id.Visitor{v, consent.OfMerchant} {
		if events, err := b.events.Of(t.Context(), rival, v); err != nil || len(events) != 0 {
			t.Errorf("another shop sees %v, %v", events, err)
		}
	}
	if n, err := b.events.Forget(t.Context(), rival, v); err != nil || n != 0 {
		t.Errorf("another shop forgets %d, %v", n, err)
	}
	if n, err := b.events.Forget(t.Context(), shop, v); err != nil || n != 1 || len(b.rows(t)) != 0 {
		t.Errorf("forgot %d, %v; %v are left", n, err, b.rows(t))
	}
}

func TestAnAddressThatIsNoneIsNotKept(t *testing.T) {
	b := newBench(t)
	v, token := b.choose(t, shop, "", true)
	for _, b.address = range []string{"2001:db8:1234:5678::9", "", "unknown", "::ffff:198.51.100.9"} {
		b.report(t, origin, token, page)
	}
	events, err := b.events.Of(t.Context(), shop, v)
	must(t, err)
	seen := map[string]int{}
	for _, e := range events {
		seen[e.Network]++
	}
	if diff := cmp.Diff(map[string]int{"2001:db8:1234::/48": 1, "": 2, "198.51.100.0/24": 1}, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStorageDown(t *testing.T) {
	b := newBench(t)
	_, token := b.choose(t, shop, "", true)
	must(t, b.Faults.Replace(faults.Rule{Service: "dynamodb", Kind: faults.Error, Rate: 1}))
	if a := b.report(t, origin, token, page); a.status != http.StatusServiceUnavailable {
		t.Errorf("answered %d, %s", a.status, a.raw)
	}
}
