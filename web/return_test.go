package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// What was begun with an order is there again for whoever comes back without what
// the first tab knew: in a second tab, or after the browser was closed.
func TestComingBackToOrders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, began string
		progress    map[string]any
		want        string // becomes true
	}{
		{"asked to prove", "asked", map[string]any{"orders": []any{}, "actions": []any{}}, `$(".verify [name=order]")?.value === "1042" && !$(".verify [name=code]")`},
		{"a code is awaited", "asked", map[string]any{"verification_id": "v7", "expires_at": later(8 * time.Minute), "orders": []any{}, "actions": []any{}}, `$(".verify [name=code]") && $(".verify .step").innerText === "Step 2 of 2"`},
		{"proved", "earlier", map[string]any{"orders": []any{onItsWay()}, "actions": []any{}}, `$(".order h3")?.innerText === "Order #1042" && !$(".verify")`},
		{"proposed", "earlier", map[string]any{"orders": []any{onItsWay()}, "actions": []any{"a1"}}, `$(".order") && $$(".decision .choice").length === 2`},
		{"nothing any more", "earlier", map[string]any{"orders": []any{}, "actions": []any{}}, `$(".place") && !$(".card")`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			chat := newAPI(t)
			shop := newShop(t, chat, `lang="en"`)
			first := visit(t, shop.URL, desktop)
			first.click("#launch")
			first.wait(`$("#disclosure")?.isConnected`)
			chat.set(func() {
				chat.began = c.began
				chat.lines = []line{
					{"m1", 1, "shopper", "Where is my order 1042?", nil, "2026-11-24T09:00:00Z", "complete", false},
					{"m2", 1, "assistant", "Let me check that the order is yours first.", nil, "2026-11-24T09:00:02Z", "complete", false},
				}
				chat.answers["GET progress"] = func(w http.ResponseWriter, _ call) { chat.tell(w, http.StatusOK, c.progress) }
			})
			chat.proposes("a1", "cancel", "Cancel order #1042.")
			b := first.twin(shop.URL, desktop) // has the conversation's key, and nothing else
			b.click("#launch")
			b.wait(c.want)
			if c.name == "a code is awaited" {
				chat.set(func() { chat.script = answerReturns })
				b.fill("[name=code]", rightCode)
				b.press("\r")
				b.wait(`$(".order") && $$(".assistant").length === 2`)
				if calls := chat.calls(true); len(calls) == 0 || calls[len(calls)-1].Body["verification_id"] != "v7" {
					t.Errorf("confirmed with %+v", calls)
				}
			}
		})
	}
}

// What a card asks for is where the shopper is taken, with the number they have just
// written; the question is not said twice.
func TestACardLeadsTheShopper(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	chat.script = whereIsMyOrder
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("Where is my order #1042?")
	b.answered()
	b.wait(`$("[name=order]")?.value === "#1042" && $(".verify h3:focus")`)
	chat.set(func() { chat.script = answerReturns })
	b.fill("[name=contact]", "jane@example.com")
	b.press("\r")
	b.wait(`$("[name=code]:focus")`)
	b.fill("[name=code]", rightCode)
	b.press("\r")
	b.wait(`$(".order") && $$(".assistant").length === 2`)
	b.answered()
	if got := get[[]string](b, `$$(".shopper").map((m) => m.innerText)`); len(got) != 1 {
		t.Errorf("the shopper says %q", got)
	}
	if sent := chat.sent(); len(sent) != 2 || sent[0].Message != sent[1].Message {
		t.Errorf("sent %+v", sent)
	}
	// Whoever is writing is left alone.
	chat.set(func() {
		chat.script = func(s *stream) {
			s.event("action", chat.proposes("a1", "cancel", "Cancel order #1042."))
			s.token("Cancel it?")
			s.sources(false)
			s.done()
		}
	})
	b.ask("Cancel it")
	b.wait(`$(".decision h3:focus")`)
	b.answered()
}

// The number of an order is taken from the question only where it is clear.
func TestTheNumberInAQuestion(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	chat.script = whereIsMyOrder
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	var got []string
	for _, question := range []string{"Where is order KC-1042?", "Order 1042 or 1043?", "I paid 49.95 on 2026-11-20, jane1042@example.com", "Wo ist meine Bestellung #77?"} {
		b.ask(question)
		b.answered()
		b.wait(`$$(".place").at(-1).contains($("[name=order]"))`)
		got = append(got, get[string](b, `$("[name=order]").value`))
		b.click("#menu")
		b.click("#fresh")
		b.wait(`!$(".verify")`)
	}
	if want := []string{"KC-1042", "", "", "#77"}; !slices.Equal(got, want) {
		t.Errorf("numbers %q, want %q", got, want)
	}
}

// What was refunded is told beside what was ordered, with what was paid.
func TestRefundedItems(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	order := with(onItsWay(), map[string]any{
		"payment": "partially_refunded", "paid": map[string]any{"minor": 6120, "currency": "EUR"},
		"items": []map[string]any{{"title": "Mug", "quantity": 2, "refunded": 1}, {"title": "Teapot", "quantity": 1, "refunded": 1}, {"title": "Tray", "quantity": 1}},
	})
	chat.script = func(s *stream) {
		s.event("order", order)
		s.token("Here it is.")
		s.sources(false)
		s.done()
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("What did I order?")
	b.answered()
	b.wait(`$(".order")`)
	if got := get[[]string](b, `$$(".order .items li").map((li) => li.innerText.replace(/\s+/g, " "))`); !slices.Equal(got, []string{"2 × Mug 1 of them refunded", "1 × Teapot Refunded", "1 × Tray"}) {
		t.Errorf("items %q", got)
	}
	if got := b.text(".order"); !strings.Contains(got, "Partly refunded · €61.20") {
		t.Errorf("the card says %q", got)
	}
}

// A part of an address that is too long is asked for again, and nothing of it is cut.
func TestALongAddressLine(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, _ := offered(t, chat, chat.proposes("a1", "address", "Send order #1042 to another address."))
	long := get[string](b, `"Long Acre ".repeat(13).trim()`) // 129 characters
	for name, value := range map[string]string{"name": "Jane Doe", "line1": long, "city": "Leeds", "zip": "LS1 1AA"} {
		b.fill("[name="+name+"]", value)
	}
	get[bool](b, `$("[name=country]").value = "GB", true`)
	b.click(".choice")
	b.wait(`$("[name=line1]:focus")?.ariaInvalid === "true" && $("[name=line1]").closest(".field").innerText.includes("120 characters at most")`)
	if got := get[string](b, `$("[name=line1]").value`); got != long {
		t.Errorf("the line was cut to %d characters", len(got))
	}
	if writes := chat.calls(true); len(writes) != 0 {
		t.Errorf("sent %+v", writes)
	}
	b.fill("[name=line1]", "2 New Street")
	b.click(".choice")
	b.wait(`$(".decision.running")`)
}

// Who asks the same once more is answered once more: with a card in its own place,
// and with the form where it is wanted now, as it was filled in.
func TestARepeatedQuestion(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	chat.script = whereIsMyOrder
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("Where is my order?")
	b.answered()
	b.wait(`$(".verify form")`)
	b.fill("[name=order]", "#1042")
	b.ask("Where is my order?")
	b.wait(`$$(".assistant").length === 2`)
	b.answered()
	b.wait(`$(".verify") === $("#log").lastElementChild.querySelector(".verify")`)
	if got := get[[]any](b, `[$$(".verify").length, $("[name=order]").value, $$(".place:not(:empty)").length]`); fmt.Sprint(got) != "[1 #1042 1]" {
		t.Errorf("after the second time: forms, what is filled in, places: %v", got)
	}
	chat.set(func() {
		chat.script = func(s *stream) {
			s.token("It is on its way.")
			s.event("order", onItsWay())
			s.sources(false)
			s.done()
		}
	})
	b.details("#1042", "jane@example.com")
	b.wait(`$("[name=code]:focus")`)
	b.fill("[name=code]", rightCode)
	b.press("\r")
	b.wait(`$$(".assistant").length === 3`)
	b.answered()
	if n := get[int](b, `$$(".order").length`); n != 1 {
		t.Errorf("proved, the order is shown %d times", n)
	}
	b.ask("Where is my order?")
	b.wait(`$$(".assistant").length === 4 && $$(".order").length === 2`)
	b.answered()
	if !get[bool](b, `$$(".assistant").at(-1).nextElementSibling === $$(".order").at(-1).closest(".place")`) {
		t.Error("the second card is not below the second answer")
	}
	keys := map[string]bool{}
	for _, m := range chat.sent() {
		keys[m.Key] = true
	}
	if len(keys) != 4 {
		t.Errorf("%d different messages were sent, want 4", len(keys))
	}
	if n := get[int](b, `$$(".shopper").length`); n != 3 {
		t.Errorf("the shopper is shown to have asked %d times, want 3", n)
	}
}
