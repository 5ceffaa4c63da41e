package web_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The code that the fake API sends, and what it says of any other.
const (
	rightCode = "12345678"
	wrongCode = "The code is not right, or is no longer valid."
)

// orders answers everything below /v1/orders: as a test says, or as a shop would
// whose codes are all the same.
func (a *api) orders(w http.ResponseWriter, r *http.Request) {
	token, ok := a.allowed(w, r)
	if !ok {
		return
	}
	c := call{To: r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v1/orders/"), Token: token}
	if r.Method == http.MethodPost {
		if err := json.NewDecoder(r.Body).Decode(&c.Body); err != nil || r.Header.Get("Content-Type") != "application/json" {
			refuse(w, http.StatusBadRequest, "That is no JSON.")
			return
		}
	}
	a.mu.Lock()
	a.asked = append(a.asked, c)
	for _, old := range a.asked {
		if old.To == c.To {
			c.Try++
		}
	}
	answer := a.answers[c.To]
	a.mu.Unlock()
	switch {
	case answer != nil:
		answer(w, c)
	case c.To == "POST verify":
		a.tell(w, http.StatusAccepted, map[string]any{"verification_id": "v1", "expires_at": later(10 * time.Minute), "detail": "If these belong to an order, a code is on its way to the address on it."})
	case c.To == "POST confirm" && c.Body["code"] == rightCode:
		a.tell(w, http.StatusOK, map[string]any{"order": a.order, "expires_at": later(time.Hour)})
	case c.To == "POST confirm":
		refuse(w, http.StatusForbidden, wrongCode)
	case strings.HasPrefix(c.To, "GET actions/"), strings.HasPrefix(c.To, "POST actions/"):
		a.action(w, c)
	default:
		refuse(w, http.StatusNotFound, "There is no such order.")
	}
}

// action gives an action, which a confirmation carries out at once.
func (a *api) action(w http.ResponseWriter, c call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, id, _ := strings.Cut(c.To, "/")
	action := a.actions[id]
	if action == nil {
		refuse(w, http.StatusNotFound, "There is no such action.")
		return
	}
	switch {
	case action["state"] != "proposed":
	case c.Body["decision"] == "confirm":
		action["state"] = "running"
	case c.Body["decision"] == "decline":
		action["state"] = "declined"
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(action)
}

func (a *api) tell(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// calls lists what was asked below /v1/orders so far, without the reads if only
// writes matter.
func (a *api) calls(writes bool) []call {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(a.asked), func(c call) bool { return writes && strings.HasPrefix(c.To, "GET ") })
}

// becomes changes an action, as the shop does in its own time.
func (a *api) becomes(id, state, receipt string) {
	a.set(func() {
		a.actions[id]["state"] = state
		if receipt != "" {
			a.actions[id]["receipt"] = receipt
		}
	})
}

// proposes makes an action that the shopper is to decide about.
func (a *api) proposes(id, kind, text string) map[string]any {
	action := map[string]any{"id": id, "kind": kind, "text": text, "state": "proposed", "expires_at": later(15 * time.Minute)}
	a.set(func() { a.actions[id] = action })
	return map[string]any{"id": id, "kind": kind, "text": text, "state": "proposed", "expires_at": action["expires_at"]}
}

func later(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }

// onItsWay is an order in the middle of its life.
func onItsWay() map[string]any {
	return map[string]any{
		"number": "#1042", "placed_at": "2026-11-20T10:00:00Z", "status": "open", "payment": "paid", "fulfillment": "fulfilled",
		"items": []map[string]any{
			{"title": "Harbour electric kettle", "variant": "Sage, 1.7 litres", "quantity": 1},
			{"title": "Descaler", "variant": "", "quantity": 2},
		},
		"more_items": false,
		"shipments": []map[string]any{{
			"status": "in_transit", "carrier": "Royal Mail", "tracking_number": "RM004567215GB", "tracking_url": "https://track.example/RM004567215GB",
			"sent_at": "2026-11-22T15:00:00Z", "estimated_at": "2026-11-25T00:00:00Z",
		}},
		"returns": []any{}, "refunds": []any{}, "actions": []string{"return", "refund"},
	}
}

// with changes fields of an order.
func with(order map[string]any, changes map[string]any) map[string]any {
	for name, value := range changes {
		order[name] = value
	}
	return order
}

// whereIsMyOrder asks for a verification the first time, and answers the second.
func whereIsMyOrder(s *stream) {
	s.token("Let me check that the order is yours first.")
	s.event("verify", map[string]any{"reason": "order"})
	s.sources(false)
	s.done()
}
