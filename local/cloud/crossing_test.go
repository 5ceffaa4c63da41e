package cloud_test

import (
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// nobodys names what stands in a path and is nobody's own, with why.
var nobodys = map[string]string{
	"purpose": "a name of ours, the same for every merchant", "page": "a public page", "channel": "a name of ours", "account": "Meta's, which any merchant may say",
	"code": "of a person, who is no merchant's", "question": "the merchant's own name for it: two may use the same",
}

// bodies are requests by their operation, so that what is refused is whose it is.
var bodies = map[string]string{
	"decideAction": `{"decision":"confirm"}`, "decideApproval": `{"decision":"approve"}`, "settlePrivacyRequest": `{"decision":"done"}`, "verifyPrivacyRequest": `{"code":"123456"}`,
	"answerPrivacyRequest": `{"answer":"mine"}`,
	"handConversation":     `{"handler":"person"}`, "answerConversation": `{"text":"hello","idempotency_key":"key-00000001"}`, "correctMessage": `{"text":"other words"}`,
}

// Scenario 20: every route that takes an id is asked for one merchant's with the
// tokens of another: none is there, and nothing of it is shown. The routes are read
// from the contract, so that a new one is asked too.
func TestScenario20EveryIDOfAnotherMerchant(t *testing.T) {
	s := running(t)
	s.sell(t)
	p := s.arrive(t)
	a := p.ask("How long do I have to return a kettle?")
	p.own("#1019", "jane.doe@example.com")
	order := p.ask("Where is my order #1019?")
	var shown struct{ Items []struct{ Title string } }
	if !order.last("order", &shown) || len(shown.Items) == 0 {
		t.Fatalf("the order: %v %q", order.names(), order.text)
	}
	var change action
	if !p.ask("I want a refund for my order #1019, the "+shown.Items[0].Title).last("action", &change) {
		t.Fatal("nothing is proposed")
	}
	var done struct {
		MessageID string `json:"message_id"`
	}
	if !a.last("done", &done) {
		t.Fatalf("events %v", a.names())
	}
	ids := map[string]string{
		"action": change.ID, "conversation": p.Conversation, "message": done.MessageID, "request": p.privacy(map[string]any{"kind": "access"}).ID,
	}
	theirs := []string{p.Conversation, change.ID, "#1019", shown.Items[0].Title, a.text}

	// The other merchant, with a shopper of its own.
	host := "rival.example"
	var receipt struct {
		Token string `json:"merchant_token"`
	}
	if err := s.Invoke(t.Context(), "tenant-provision", map[string]any{
		"tenant": "rival", "name": "Rival", "domains": []string{host}, "site_url": "https://" + host, "contact_email": "help@rival.example",
	}, &receipt); err != nil {
		t.Fatal(err)
	}
	other := &shopper{t: t, s: s, client: http.DefaultClient, origin: "https://" + host}
	other.renew()

	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join("..", "..", "docs", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, path := range doc.Paths.InMatchingOrder() {
		item := doc.Paths.Value(path)
		for method, operation := range item.Operations() {
			filled, own := path, false
			for _, parameter := range append(slices.Clone(item.Parameters), operation.Parameters...) {
				if parameter.Value.In != "path" {
					continue
				}
				name := parameter.Value.Name
				value, known := ids[name]
				if _, public := nobodys[name]; !known && !public {
					t.Errorf("%s: there is no %s of another merchant to ask for", path, name)
				}
				if known {
					own = true
					filled = strings.ReplaceAll(filled, "{"+name+"}", value)
				}
			}
			list := method == http.MethodGet && strings.HasPrefix(path, "/v1/merchant/") && !strings.Contains(path, "{")
			if !own && !list {
				continue
			}
			body, has := bodies[operation.OperationID]
			if !has && operation.RequestBody != nil {
				t.Errorf("%s has no request here", operation.OperationID)
			}
			if path == "/v1/merchant/answers" {
				filled += "?source=" + s.Storefront + "/returns"
			}
			for who, token := range map[string]string{"merchant": receipt.Token, "shopper": other.Token} {
				asked++
				resp, got := call(t, method, s.API+filled, body, "Authorization", "Bearer "+token, "Origin", other.origin, "Content-Type", "application/json")
				if own && resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusUnauthorized || resp.StatusCode >= 500 {
					t.Errorf("%s %s by another %s: %d %.200s", method, path, who, resp.StatusCode, got)
				}
				for _, secret := range theirs {
					if secret != "" && strings.Contains(got, secret) {
						t.Errorf("%s %s by another %s shows %q", method, path, who, secret)
					}
				}
			}
		}
	}
	if asked < 20 {
		t.Errorf("only %d were asked", asked)
	}
	// And a code's claim, whose id is in the body: as any wrong one.
	resp := other.send(http.MethodPost, "/v1/orders/confirm", []byte(`{"verification_id":"`+change.ID+`","code":"12345678"}`))
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.Body.Close() != nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("another's claim: %d %s", resp.StatusCode, got)
	}
	var mine action
	if p.json(http.MethodGet, "/v1/orders/actions/"+change.ID, nil, http.StatusOK, &mine); mine.State != "proposed" {
		t.Errorf("the change is %+v", mine)
	}
}
