package cloud_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"omniops/local/faults"
	"omniops/local/sandbox/shopify"
)

// action is a change to an order, as the widget is shown it.
type action struct {
	ID, Kind, Text, State, Receipt string
}

// last gives the data of an answer's last event of a name.
func (a answer) last(name string, into any) bool {
	for _, e := range slices.Backward(a.events) {
		if e.name == name {
			return json.Unmarshal([]byte(e.data), into) == nil
		}
	}
	return false
}

func (p *shopper) json(method, path string, body any, want int, into any) {
	p.t.Helper()
	var encoded []byte
	if body != nil {
		var err error
		if encoded, err = json.Marshal(body); err != nil {
			p.t.Fatal(err)
		}
	}
	resp := p.send(method, path, encoded)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != want || json.Unmarshal(got, into) != nil {
		p.t.Fatalf("%s %s: %d, want %d: %s, %v", method, path, resp.StatusCode, want, got, err)
	}
}

// until asks again until something is so.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); !so(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// own proves an order with the code that is e-mailed.
func (p *shopper) own(number, contact string) {
	p.t.Helper()
	var v struct {
		ID string `json:"verification_id"`
	}
	p.json(http.MethodPost, "/v1/orders/verify", map[string]string{"order": number, "contact": contact}, http.StatusAccepted, &v)
	code := ""
	until(p.t, "a code for "+number, func() bool {
		for _, m := range p.s.Mail.Messages(contact) {
			if strings.Contains(m.Text, number) {
				code = regexp.MustCompile(`\b\d{4} \d{4}\b`).FindString(m.Text)
			}
		}
		return code != ""
	})
	var proved struct{ Order struct{ Number string } }
	p.json(http.MethodPost, "/v1/orders/confirm", map[string]string{"verification_id": v.ID, "code": code}, http.StatusOK, &proved)
	if proved.Order.Number != number {
		p.t.Fatalf("proved %q, want %s", proved.Order.Number, number)
	}
}

// decide says yes to the change that an answer proposes, and waits for its end.
func (p *shopper) decide(a answer, end string) (v action) {
	p.t.Helper()
	if !a.last("action", &v) {
		p.t.Fatalf("nothing is proposed: %v %q", a.names(), a.text)
	}
	p.json(http.MethodPost, "/v1/orders/actions/"+v.ID, map[string]string{"decision": "confirm"}, http.StatusOK, &v)
	until(p.t, "the change is "+end, func() bool {
		p.json(http.MethodGet, "/v1/orders/actions/"+v.ID, nil, http.StatusOK, &v)
		if v.State == "failed" && end != v.State {
			p.t.Fatalf("the change failed: %+v", v)
		}
		return v.State == end
	})
	return v
}

// stumble has the shop's system fail once: whoever waits gets what they asked for in
// seconds all the same.
func (s *system) stumble(t *testing.T) {
	t.Helper()
	if err := s.Faults.Replace(faults.Rule{Service: "shopify", Kind: faults.Error, Rate: 1, Count: 1}); err != nil {
		t.Fatal(err)
	}
}

// orderDay is what shoppers do with orders, and what the merchant decides.
func (s *system) orderDay(t *testing.T) {
	t.Helper()
	const jane = "jane.doe@example.com"
	// The merchant lets a cancellation be granted as long as nothing is sent.
	var rules map[string]any
	s.as(t, s.token, http.MethodGet, "/v1/merchant/rules", "", http.StatusOK, &rules)
	delete(rules, "version")
	delete(rules, "updated_at")
	rules["cancel"].(map[string]any)["within_hours"] = 0
	changed, err := json.Marshal(rules)
	if err != nil {
		t.Fatal(err)
	}
	s.as(t, s.token, http.MethodPut, "/v1/merchant/rules", string(changed), http.StatusOK, nil)

	p := s.arrive(t)
	if a := p.ask("Where is my order #1042?"); !slices.Contains(a.names(), "verify") || slices.Contains(a.names(), "order") {
		t.Fatalf("without proof: %v %q", a.names(), a.text)
	}
	s.stumble(t)
	p.own("#1042", jane)
	if a := p.ask("Where is my order #1042?"); !slices.Contains(a.names(), "order") || !strings.Contains(a.text, "1042") {
		t.Errorf("with proof: %v %q", a.names(), a.text)
	}
	p.own("#1057", jane)
	asked := p.ask("Please cancel my order #1057")
	s.stumble(t)
	done := p.decide(asked, "done")
	if !strings.Contains(done.Receipt, "#1057 is cancelled") {
		t.Errorf("cancelled: %+v", done)
	}
	cancelled := 0
	for _, m := range s.Shopify.Executed(shopify.DemoShop, "orderCancel") {
		if m.Done && m.Order == "#1057" {
			cancelled++
		}
	}
	if cancelled != 1 {
		t.Errorf("cancelled %d times", cancelled)
	}

	// A refund is a person's to decide.
	p.own("#1019", jane)
	a := p.ask("I want a refund for my order #1019")
	var v action
	if !a.last("action", &v) { // which items?
		var order struct{ Items []struct{ Title string } }
		if !a.last("order", &order) || len(order.Items) == 0 {
			t.Fatalf("a refund: %v %q", a.names(), a.text)
		}
		a = p.ask("A refund for my order #1019, the " + order.Items[0].Title)
	}
	waits := p.decide(a, "approval")
	var list struct{ Approvals []struct{ ID string } }
	s.as(t, s.token, http.MethodGet, "/v1/merchant/approvals", "", http.StatusOK, &list)
	if len(list.Approvals) != 1 || list.Approvals[0].ID != waits.ID {
		t.Fatalf("approvals: %+v", list)
	}
	s.as(t, s.token, http.MethodPut, "/v1/merchant/approvals/"+waits.ID, `{"decision":"approve"}`, http.StatusOK, nil)
	until(t, "the refund is made", func() bool {
		p.json(http.MethodGet, "/v1/orders/actions/"+waits.ID, nil, http.StatusOK, &v)
		return v.State == "done"
	})
	until(t, "a letter about it", func() bool {
		for _, m := range s.Mail.Messages(jane) {
			if v.Receipt != "" && strings.Contains(m.Text, v.Receipt) {
				return true
			}
		}
		return false
	})
}

// From the question to the receipt, through the functions' own binaries.
func TestOrdersThroughTheWholeSystem(t *testing.T) {
	s := running(t)
	defer func() {
		if t.Failed() {
			for line := range strings.Lines(s.log.all()) {
				if strings.Contains(line, "order-execute") || strings.Contains(line, "OrderExecute") {
					t.Log(line)
				}
			}
		}
	}()
	s.sell(t)
	s.orderDay(t)
}
