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

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/knowledge/evaluation"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/library"
	"omniops/shared/knowledge/passage"
	"omniops/shared/object"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

const (
	shop  = id.Tenant("demo")
	rival = id.Tenant("rival")
)

// bench is the function on local services.
type bench struct {
	*localtest.Cloud
	handler http.Handler
	url     string
	client  *http.Client
	tokens  *identity.Tokens
	tenants *tenant.Store
	library *library.Library
	store   *evaluation.Store
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	name, bucket := c.Env(t, "merchant-question", "TABLE_NAME"), c.Env(t, "merchant-question", "CONTENT_BUCKET")
	main := table.New(c.AWS, name, c.Clock.Now)
	b := &bench{
		Cloud: c, client: contract.Client(t), tenants: tenant.NewStore(main), library: library.New(object.NewBucket(c.AWS, bucket)),
		store: evaluation.NewStore(main),
	}
	var err error
	b.handler, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
		Table: name, Bucket: bucket, SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	if b.tokens, err = identity.NewTokens([]byte(localtest.SessionSecret), c.Clock.Now); err != nil {
		t.Fatal(err)
	}
	for _, name := range []id.Tenant{shop, rival} {
		if err := b.tenants.Save(t.Context(), tenant.Account{
			Tenant: name, Name: string(name), Domains: []string{string(name) + ".example"}, SiteURL: "https://" + string(name) + ".example",
			ContactEmail: "help@shop.example", CreatedAt: c.Clock.Now(),
		}.WithDefaults()); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// read gives a merchant an index of pages, by their path.
func (b *bench) read(t *testing.T, name id.Tenant, pages map[string]string) {
	t.Helper()
	var all []passage.Passage
	for path, text := range pages {
		all = append(all, passage.Passage{
			ID: "id" + strings.ReplaceAll(path, "/", "-"), URL: "https://demo.example" + path, Path: []string{strings.Trim(path, "/")},
			Text: text, Language: "en", CrawledAt: b.Clock.Now(),
		})
	}
	blob, err := index.Build(t.Context(), all, index.Options{})
	if err != nil {
		t.Fatal(err)
	}
	version, err := b.library.Save(t.Context(), name, blob)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.tenants.UseIndex(t.Context(), name, version, nil); err != nil {
		t.Fatal(err)
	}
}

// token acts as a merchant for an hour.
func (b *bench) token(t *testing.T, name id.Tenant) string {
	t.Helper()
	token, err := b.tokens.Mint(name, b.Clock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// do sends a request and gives what came back.
func (b *bench) do(t *testing.T, method, path, token, body string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.url+"/v1/merchant/questions"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(all)
}

// ask is do for what must answer 200 with JSON.
func ask[T any](t *testing.T, b *bench, method, path string, name id.Tenant, body string) (v T) {
	t.Helper()
	status, answer := b.do(t, method, path, b.token(t, name), body)
	if err := json.Unmarshal([]byte(answer), &v); err != nil || status != http.StatusOK {
		t.Fatalf("%s %s: %d, %s", method, path, status, answer)
	}
	return v
}

type listView struct {
	Questions []questionView `json:"questions"`
}

func TestAQuestionIsKept(t *testing.T) {
	b := newBench(t)
	want := questionView{
		Question: "returns-1", Language: "en", Text: "How long can I return it?", Pages: []string{"/returns", "/faq?topic=returns", "/"},
		UpdatedAt: b.Clock.Now(),
	}
	put := ask[questionView](t, b, http.MethodPut, "/returns-1", shop,
		`{"language":"en","text":" How long can I return it? ","pages":["https://demo.example/returns/","/faq?topic=returns#a","/returns","http://demo.example"]}`)
	if diff := cmp.Diff(want, put); diff != "" {
		t.Errorf("put (-want +got):\n%s", diff)
	}
	ask[questionView](t, b, http.MethodPut, "/a-grinder", shop, `{"text":"Do you sell grinders?"}`)
	grinder := questionView{Question: "a-grinder", Text: "Do you sell grinders?", Pages: []string{}, UpdatedAt: b.Clock.Now()}
	if diff := cmp.Diff(listView{[]questionView{grinder, want}}, ask[listView](t, b, http.MethodGet, "", shop, "")); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	for range 2 { // the second finds nothing to remove
		if status, answer := b.do(t, http.MethodDelete, "/returns-1", b.token(t, shop), ""); status != http.StatusNoContent || answer != "" {
			t.Errorf("removed: %d, %s", status, answer)
		}
	}
	if diff := cmp.Diff(listView{[]questionView{grinder}}, ask[listView](t, b, http.MethodGet, "", shop, "")); diff != "" {
		t.Errorf("list after the removal (-want +got):\n%s", diff)
	}
}

func TestQuestionsAreRunOnTheIndexInUse(t *testing.T) {
	b := newBench(t)
	if status, answer := b.do(t, http.MethodPost, "/evaluation", b.token(t, shop), ""); status != http.StatusNotFound || !strings.Contains(answer, "has not been read") {
		t.Errorf("before the site is read: %d, %s", status, answer)
	}
	b.read(t, shop, map[string]string{
		"/returns": "You may return a kettle within 30 days of delivery.", "/delivery": "Delivery costs 4 pounds and takes two days.",
		"/about": "We have mended kettles in Bath since 2009.",
	})
	empty := ask[evaluationView](t, b, http.MethodPost, "/evaluation", shop, "")
	if empty.Questions != 0 || empty.NDCG != nil || empty.Abstained != nil || len(empty.Failures) != 0 {
		t.Errorf("without questions: %+v", empty)
	}
	for name, body := range map[string]string{
		"a-right":      `{"language":"en","text":"return a kettle within how many days","pages":["/returns"]}`,
		"b-elsewhere":  `{"language":"en","text":"what does delivery cost","pages":["/shipping"]}`,
		"c-unsaid":     `{"language":"en","text":"do you sell grinders"}`,
		"d-said-after": `{"language":"en","text":"delivery takes two days"}`,
	} {
		ask[questionView](t, b, http.MethodPut, "/"+name, shop, body)
	}
	half := 0.5
	account, err := b.tenants.Get(t.Context(), shop)
	if err != nil {
		t.Fatal(err)
	}
	zero := 0.0
	want := evaluationView{
		EvaluatedAt: b.Clock.Now(), IndexVersion: account.IndexVersion, Questions: 4, Unanswerable: 2,
		NDCG: &half, MRR: &half, Hit3: &half, WronglyAbstained: &zero, Abstained: &half,
		Failures: []failureView{
			{"b-elsewhere", "what does delivery cost", "not_found", []string{"/shipping"}, []string{"/delivery"}},
			{"d-said-after", "delivery takes two days", "should_abstain", []string{}, []string{"/delivery"}},
		},
	}
	got := ask[evaluationView](t, b, http.MethodPost, "/evaluation", shop, "")
	for i := range got.Failures { // other pages may follow
		got.Failures[i].Found = got.Failures[i].Found[:1]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	b.read(t, shop, map[string]string{"/shipping": "Delivery costs 4 pounds."})
	if again := ask[evaluationView](t, b, http.MethodPost, "/evaluation", shop, ""); again.IndexVersion == got.IndexVersion || *again.NDCG != half || again.Failures[0].Question == "b-elsewhere" {
		t.Errorf("after the site has changed: %+v", again)
	}
}

func TestOtherMerchantsSeeNothing(t *testing.T) {
	claim.Proves(t, "C094")
	b := newBench(t)
	ask[questionView](t, b, http.MethodPut, "/q1", shop, `{"text":"a secret plan","pages":["/plan"]}`)
	b.read(t, shop, map[string]string{"/plan": "a secret plan"})
	b.read(t, rival, map[string]string{"/other": "something else"})
	token := b.token(t, rival)
	if all := ask[listView](t, b, http.MethodGet, "", rival, ""); len(all.Questions) != 0 {
		t.Errorf("another's list: %+v", all)
	}
	if v := ask[evaluationView](t, b, http.MethodPost, "/evaluation", rival, ""); v.Questions != 0 {
		t.Errorf("another's questions are run: %+v", v)
	}
	ask[questionView](t, b, http.MethodPut, "/q1", rival, `{"text":"mine"}`)
	if status, _ := b.do(t, http.MethodDelete, "/q1", token, ""); status != http.StatusNoContent {
		t.Errorf("removal: %d", status)
	}
	if all := ask[listView](t, b, http.MethodGet, "", shop, "").Questions; len(all) != 1 || all[0].Text != "a secret plan" {
		t.Errorf("the other's change reached this question: %+v", all)
	}
}

func TestOnlyMerchantsTokensWork(t *testing.T) {
	b := newBench(t)
	good := b.token(t, shop)
	for name, token := range map[string]string{"none": "", "damaged": good[:len(good)-1] + "!", "no token": "canary"} {
		for _, c := range [][2]string{{http.MethodGet, ""}, {http.MethodPut, "/q1"}, {http.MethodDelete, "/q1"}, {http.MethodPost, "/evaluation"}} {
			body := ""
			if c[0] == http.MethodPut {
				body = `{"text":"x"}`
			}
			if status, answer := b.do(t, c[0], c[1], token, body); status != http.StatusUnauthorized {
				t.Errorf("%s %s with a token that is %s: %d, %s", c[0], c[1], name, status, answer)
			}
		}
	}
}

func TestBadInput(t *testing.T) {
	b := newBench(t)
	token := b.token(t, shop)
	pages := func(n int) string {
		return `{"text":"x","pages":[` + strings.TrimSuffix(strings.Repeat(`"/a",`, n), ",") + `]}`
	}
	for name, c := range map[string]struct {
		question, body string
		status         int
	}{
		"the longest text":      {"q", `{"text":"` + strings.Repeat("ü", 500) + `"}`, 200},
		"the most pages":        {"q", pages(10), 200},
		"too long":              {"q", `{"text":"` + strings.Repeat("ü", 501) + `"}`, 400},
		"empty":                 {"q", `{"text":"  "}`, 400},
		"none":                  {"q", `{}`, 400},
		"null":                  {"q", `null`, 400},
		"two lines":             {"q", `{"text":"a\nb"}`, 400},
		"too many pages":        {"q", pages(11), 400},
		"a relative page":       {"q", `{"text":"x","pages":["returns"]}`, 400},
		"no page":               {"q", `{"text":"x","pages":[""]}`, 400},
		"a page that is a file": {"q", `{"text":"x","pages":["file:///etc/passwd"]}`, 400},
		"a page of some host":   {"q", `{"text":"x","pages":["//evil.example/a"]}`, 400},
		"a script":              {"q", `{"text":"x","pages":["javascript:alert(1)"]}`, 400},
		"a long page":           {"q", `{"text":"x","pages":["/` + strings.Repeat("a", 1000) + `"]}`, 400},
		"a long language":       {"q", `{"text":"x","language":"english"}`, 400},
		"a region":              {"q", `{"text":"x","language":"EN"}`, 400},
		"an unknown field":      {"q", `{"text":"x","tenant":"rival"}`, 400},
		"not JSON":              {"q", `text=x`, 400},
		"a huge body":           {"q", `{"text":"` + strings.Repeat("k", 16<<10) + `"}`, 413},
		"a name with a #":       {"q%23x", `{"text":"x"}`, 400},
		"a name in capitals":    {"Q", `{"text":"x"}`, 400},
		"a long name":           {strings.Repeat("q", 65), `{"text":"x"}`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			if status, answer := b.do(t, http.MethodPut, "/"+c.question, token, c.body); status != c.status {
				t.Errorf("status %d, %s, want %d", status, answer, c.status)
			}
		})
	}
}

// The gateway sends that path to the evaluation, so a question of that name
// could never be shown.
func TestNoQuestionIsCalledEvaluation(t *testing.T) {
	b := newBench(t)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/v1/merchant/questions/evaluation", strings.NewReader(`{"text":"x"}`))
	r.Header.Set("Authorization", "Bearer "+b.token(t, shop))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	if w.Code != http.StatusBadRequest {
		t.Errorf("%d, %s", w.Code, w.Body)
	}
}

func TestThereIsAnEndToQuestions(t *testing.T) {
	b := newBench(t)
	for i := range evaluation.MaxQuestions - 1 {
		k := evaluation.Kept{ID: id.Question(fmt.Sprintf("q%03d", i)), Text: "x"}
		if _, err := b.store.Put(t.Context(), shop, k); err != nil {
			t.Fatal(err)
		}
	}
	token := b.token(t, shop)
	for _, c := range []struct {
		name   string
		status int
	}{{"last", 200}, {"one-more", 400}, {"last", 200}, {"q000", 200}} {
		if status, answer := b.do(t, http.MethodPut, "/"+c.name, token, `{"text":"y"}`); status != c.status {
			t.Errorf("%s: %d, %s, want %d", c.name, status, answer, c.status)
		}
	}
	if all := ask[listView](t, b, http.MethodGet, "", shop, ""); len(all.Questions) != evaluation.MaxQuestions {
		t.Errorf("%d questions are listed", len(all.Questions))
	}
}

func TestTheSampleEvents(t *testing.T) {
	b := newBench(t)
	b.read(t, shop, map[string]string{"/returns": "You may return a kettle within 30 days."})
	statuses := map[string]int{}
	for _, name := range []string{"put", "get", "post", "delete"} {
		var e events.APIGatewayProxyRequest
		contract.Sample(t, "merchant-question/"+name+".json", &e)
		e.Headers["Authorization"] = "Bearer " + b.token(t, shop)
		e.MultiValueHeaders["Authorization"] = []string{e.Headers["Authorization"]}
		statuses[name] = apigw.Buffered(t.Context(), b.handler, &e).StatusCode
	}
	if diff := cmp.Diff(map[string]int{"put": 200, "get": 200, "post": 200, "delete": 204}, statuses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
