package cloud_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"omniops/local/sandbox"
	"omniops/local/sandbox/shopify"
	"omniops/shared/claim"
)

const question = "How long do I have to return a kettle?"

func TestAnswersStreamThroughTheWholeSystem(t *testing.T) {
	claim.Proves(t, "C037", "C038", "C039", "C040")
	s := running(t)
	p := s.arrive(t)
	a := p.ask(question)
	if got := a.names(); !slices.Equal(slices.DeleteFunc(got, func(n string) bool { return n == "status" }), []string{"disclosure", "token", "sources", "done"}) {
		t.Errorf("events %q", got)
	}
	if !strings.Contains(a.events[0].data, "AI assistant, not a person") || p.Disclosure == "" {
		t.Errorf("disclosure %s, in the session %q", a.events[0].data, p.Disclosure)
	}
	tokens := slices.DeleteFunc(slices.Clone(a.events), func(e event) bool { return e.name != "token" })
	if n := len(tokens); n < 5 || tokens[n-1].at.Sub(tokens[0].at) < 10*time.Millisecond {
		t.Errorf("%d tokens came at once", n)
	}
	if !strings.Contains(a.text, "30 days") || len(a.sources.Sources) == 0 || !strings.HasPrefix(a.sources.Sources[0].URL, s.Storefront+"/") || a.sources.Degraded {
		t.Errorf("answer %q, %+v", a.text, a.sources)
	}
	if got := p.transcript(); len(got) != 2 || got[0] != "shopper: "+question || got[1] != "assistant: "+a.text {
		t.Errorf("transcript %q", got)
	}
}

func TestABrowserMayAskFromAnyPage(t *testing.T) {
	s := running(t)
	for path, method := range map[string]string{"/v1/chat": "POST", "/v1/sessions": "POST"} {
		resp, _ := call(t, http.MethodOptions, s.API+path, "", "Origin", s.Storefront,
			"Access-Control-Request-Method", method, "Access-Control-Request-Headers", "authorization,content-type")
		h := resp.Header
		if resp.StatusCode/100 != 2 || h.Get("Access-Control-Allow-Origin") == "" || !strings.Contains(h.Get("Access-Control-Allow-Methods"), method) ||
			!strings.Contains(strings.ToLower(h.Get("Access-Control-Allow-Headers")), "authorization") || h.Get("Access-Control-Max-Age") == "" {
			t.Errorf("%s %s: %d, %v", method, path, resp.StatusCode, h)
		}
	}
	if resp, body := call(t, http.MethodPost, s.API+"/v1/sessions", "", "Origin", "https://evil.example"); resp.StatusCode != http.StatusForbidden {
		t.Errorf("an unknown page: %d, %s", resp.StatusCode, body)
	}
	if resp, body := call(t, http.MethodGet, s.API+"/v1/nothing", ""); resp.StatusCode != http.StatusNotFound || resp.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("an unknown route: %d, %s", resp.StatusCode, body)
	}
}

func TestEveryPortServesItsPart(t *testing.T) {
	s := running(t)
	for url, want := range map[string][2]string{
		s.API + "/widget/omniops.js": {"text/javascript", "omni-chat"},
		s.API + "/v1/health":         {"application/json", `"status":"ok"`},
		s.Storefront + "/returns":    {"text/html", s.API + "/widget/omniops-page.js"},
		s.Console + "/":              {"text/html", s.Storefront},
		s.Console + "/_meter":        {"application/json", ""},
		s.Console + "/_faults":       {"application/json", "[]"},
		s.Console + "/clock":         {"application/json", `"offset":"0s"`},
	} {
		resp, body := call(t, http.MethodGet, url, "")
		if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), want[0]) || !strings.Contains(body, want[1]) {
			t.Errorf("%s: %d, %s, %.200s", url, resp.StatusCode, resp.Header.Get("Content-Type"), body)
		}
	}
}

func TestTheConsoleShowsWhatWentOutAndBreaksIt(t *testing.T) {
	claim.Proves(t, "C057", "C060", "C063")
	s := begin(t, "") // faults would meet other tests
	defer s.end(t)
	p := s.arrive(t)
	a := p.ask(question + " My details: jane.canary@example.com.")
	resp, body := call(t, http.MethodGet, s.Console+"/_requests?service=openai", "")
	var sent struct{ Requests []sandbox.Request }
	err := json.Unmarshal([]byte(body), &sent)
	chats := slices.DeleteFunc(sent.Requests, func(r sandbox.Request) bool { return strings.HasSuffix(r.Path, "/embeddings") }) // of the pages
	if err != nil || resp.StatusCode != http.StatusOK || len(chats) != 1 {
		t.Fatalf("status %d, %d requests, %v; the answer was %q", resp.StatusCode, len(chats), err, a.text)
	}
	if !strings.Contains(body, question) || !strings.Contains(body, `"store":false`) {
		t.Errorf("the model was asked %s", body)
	}
	for _, canary := range []string{"jane.canary", "Canary-Browser", "CanaryOS", p.Token} {
		if strings.Contains(body, canary) {
			t.Errorf("%q was sent to the model", canary)
		}
	}

	if resp, body := call(t, http.MethodPut, s.Console+"/_faults", `[{"service":"openai","kind":"error"}]`); resp.StatusCode != http.StatusOK {
		t.Fatalf("faults: %d, %s", resp.StatusCode, body)
	}
	if a := p.ask("How much is delivery?"); !a.sources.Degraded || !strings.Contains(a.text, "cannot be reached right now") {
		t.Errorf("without a model: %q, %+v", a.text, a.sources)
	}
	if resp, _ := call(t, http.MethodDelete, s.Console+"/_faults", ""); resp.StatusCode != http.StatusOK {
		t.Errorf("no faults: %d", resp.StatusCode)
	}
}

// The conversation is still there after a stop and a start with the same data,
// goes on, and cannot be read from the 90th day on.
func TestAConversationOutlivesARestartAndEndsAfterNinetyDays(t *testing.T) {
	claim.Proves(t, "C005", "C111")
	dir := t.TempDir()
	first := begin(t, dir)
	p := first.arrive(t)
	a := p.ask(question)
	before := p.transcript()
	first.sell(t)
	first.Shopify.Price(shopify.DemoShop, "tide-mug", 1557)
	first.end(t)

	second := resume(t, dir)
	defer second.end(t)
	second.token = first.token
	p.s = second // the shop has another port now, but the old page is still open
	if after := p.transcript(); !slices.Equal(after, before) || len(after) != 2 {
		t.Errorf("after the restart %q, before %q", after, before)
	}
	if follow := p.ask("And if it is unopened?"); follow.turn != a.turn+1 {
		t.Errorf("it goes on with turn %d", follow.turn)
	}

	// So do the store and the token that it gave.
	if state := second.shop(t).State; state != "connected" || !second.Shopify.Installed(shopify.DemoShop) {
		t.Errorf("after the restart the store is %s, the app on it: %v", state, second.Shopify.Installed(shopify.DemoShop))
	}
	if _, page := call(t, http.MethodGet, second.Console+"/shopify/"+shopify.DemoShop+"/products", ""); !strings.Contains(page, "15.57") {
		t.Error("the store has forgotten a price")
	}

	for _, c := range []struct {
		offset string
		kept   int
	}{{"696h", 4}, {"1392h", 4}, {"2088h", 4}, {"2159h", 4}, {"2160h", 0}} { // renewed month by month
		if resp, body := call(t, http.MethodPut, second.Console+"/clock", fmt.Sprintf(`{"offset":%q}`, c.offset)); resp.StatusCode != http.StatusOK {
			t.Fatalf("clock: %d, %s", resp.StatusCode, body)
		}
		p.renew()
		if got := p.transcript(); len(got) != c.kept {
			t.Errorf("after %s: %q", c.offset, got)
		}
	}
}

func TestFortyShoppersAtOnce(t *testing.T) {
	s := running(t)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 40}}
	defer client.CloseIdleConnections()
	end := time.Now().Add(3 * time.Second)
	var wait sync.WaitGroup
	var mu sync.Mutex
	chats, failures := 0, map[string]int{}
	for n := range 40 {
		wait.Go(func() {
			for turn := 0; turn == 0 || time.Now().Before(end); turn++ {
				err := s.chat(t, client, fmt.Sprintf("load-%02d-%04d", n, turn))
				mu.Lock()
				chats++
				if err != nil {
					failures[err.Error()]++
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	t.Logf("%d chats", chats)
	if len(failures) > 0 {
		t.Errorf("of %d chats failed: %v", chats, failures)
	}
}

// chat is one visit with one question.
func (s *system) chat(t *testing.T, client *http.Client, key string) error {
	post := func(path, token, body string) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.API+path, strings.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Origin", s.Storefront)
		req.Header.Set("Content-Type", "application/json")
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := client.Do(req)
		if err == nil && resp.StatusCode != http.StatusOK {
			_ = resp.Body.Close()
			err = fmt.Errorf("%s was answered %d", path, resp.StatusCode)
		}
		return resp, err
	}
	resp, err := post("/v1/sessions", "", "{}")
	if err != nil {
		return err
	}
	var view session
	err = json.NewDecoder(resp.Body).Decode(&view)
	_ = resp.Body.Close()
	if err != nil {
		return err
	}
	resp, err = post("/v1/chat", view.Token, fmt.Sprintf(`{"message":%q,"idempotency_key":%q}`, question, key))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	a, err := readAnswer(resp.Body)
	if err == nil && (a.turn != 1 || !strings.Contains(a.text, "30 days")) {
		err = fmt.Errorf("the answer is %v", a.names())
	}
	return err
}

// What a shopper writes and who it is appear in no line that a function logs,
// not even when things go wrong.
func TestNothingThatWasSaidIsLogged(t *testing.T) {
	s := begin(t, "")
	defer s.end(t)
	p := s.arrive(t)
	canaries := []string{"Xylocanary", "jane.canary@example.com", "+44 7700 900123", "4111 1111 1111 1111", "Canary-Browser", "sk-canary0123456789abcdefghijklmnop", "203.0.113.77"}
	message := "How long do I have to return a kettle? " + strings.Join(canaries, ", ")
	answers := []string{p.ask(message).text}
	for _, rules := range []string{
		`[{"service":"openai","kind":"error"}]`, `[{"service":"kms","kind":"error"}]`, `[{"service":"s3","kind":"error"}]`, `[{"service":"dynamodb","operation":"PutItem","kind":"error"}]`,
	} {
		call(t, http.MethodPut, s.Console+"/_faults", rules)
		p := s.arrive(t)
		resp := p.send(http.MethodPost, "/v1/chat", fmt.Appendf(nil, `{"message":%q,"idempotency_key":"key-%08d"}`, message, len(answers)))
		a, _ := readAnswer(resp.Body)
		_ = resp.Body.Close()
		answers = append(answers, a.text)
	}
	call(t, http.MethodDelete, s.Console+"/_faults", "")
	for _, body := range []string{`{"message":"Xylocanary`, `{"message":"","idempotency_key":"jane.canary@example.com"}`} {
		resp := p.send(http.MethodPost, "/v1/chat", []byte(body))
		_ = resp.Body.Close()
	}
	log := s.log.all()
	for _, canary := range append(canaries, p.Token, s.token, "sandbox-signing-secret", "sk-sandbox") {
		if strings.Contains(log, canary) {
			line := log[max(0, strings.Index(log, canary)-200):]
			t.Errorf("%q was logged: %.400s", canary, line)
		}
	}
	for _, text := range answers {
		if len(text) > 40 && strings.Contains(log, text[:40]) {
			t.Errorf("an answer was logged: %q", text[:40])
		}
	}
	if !strings.Contains(log, "chat-reply") || !strings.Contains(log, `"level":"ERROR"`) && !strings.Contains(log, `"level":"WARN"`) {
		t.Error("the log is empty, or nothing went wrong")
	}
}

// An order that no try can fulfil goes to the queue for such, with its reason,
// and those behind it go on.
func TestAPoisonOrderIsParked(t *testing.T) {
	s := begin(t, "")
	defer s.end(t)
	client := sqs.NewFromConfig(s.AWS)
	crawls, parked := s.env(t, "site-refresh", "CRAWL_QUEUE_URL"), s.env(t, "site-crawl", "PARK_QUEUE_URL")
	after := s.log.length()
	for i, body := range []string{`{"tenant":"nobody"}`, `no JSON`, `{"tenant":"demo"}`} {
		group, id := "demo", fmt.Sprintf("poison-%d", i)
		if _, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{
			QueueUrl: &crawls, MessageBody: &body, MessageGroupId: &group, MessageDeduplicationId: &id,
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.log.await(t.Context(), after, `"site read"`); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for len(got) < 2 {
		out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl: &parked, MaxNumberOfMessages: 10, WaitTimeSeconds: 20, MessageAttributeNames: []string{"All"},
		})
		if err != nil || len(out.Messages) == 0 {
			t.Fatalf("parked %v, %v", got, err)
		}
		for _, m := range out.Messages {
			got[*m.Body] = *m.MessageAttributes["kind"].StringValue
		}
	}
	if got[`{"tenant":"nobody"}`] != "not-found" || got[`no JSON`] != "invalid" {
		t.Errorf("parked %v", got)
	}
	out, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: &crawls, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages},
	})
	if err != nil || out.Attributes["ApproximateNumberOfMessages"] != "0" {
		t.Errorf("the queue holds %v, %v", out.Attributes, err)
	}
}
