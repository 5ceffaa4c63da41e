package web_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

// screens are what a change of the cards has to be looked at on.
var screens = []look{{width: 320, height: 640, phone: true}, {width: 360, height: 740, phone: true}, {width: 1280, height: 800}}

// shown checks how a state of a card stands on a screen. SCREENSHOT_DIR=dir keeps
// its picture, light and dark.
func (b *tab) shown(name string, l look) {
	b.t.Helper()
	get[bool](b, `$$("*").flatMap((e) => e.getAnimations()).filter((a) => a.effect.getComputedTiming().iterations === 1).forEach((a) => a.finish()), true`)
	if out := get[[]string](b, outside); len(out) > 0 {
		b.t.Errorf("%s: outside of the screen: %q", name, out)
	}
	b.accessible(name)
	if os.Getenv("SCREENSHOT_DIR") == "" {
		return
	}
	for _, dark := range []bool{true, false} {
		l.dark = dark
		b.show(l)
		b.picture(fmt.Sprintf("orders-%s-%d-%s", name, l.width, map[bool]string{true: "dark", false: "light"}[dark]))
	}
}

func TestVerificationOnScreens(t *testing.T) {
	t.Parallel()
	for _, l := range screens {
		t.Run(fmt.Sprint(l.width), func(t *testing.T) {
			t.Parallel()
			chat := newAPI(t)
			b, _ := verifying(t, chat, `lang="en"`, l)
			b.shown("verify", l)
			b.click(".verify .main")
			b.wait(`$(".verify .error").textContent`)
			b.shown("verify-missing", l)
			b.details("#1042", "jane@shop.example")
			b.wait(`$("[name=code]")`)
			b.shown("code", l)
			b.fill("[name=code]", "11112222")
			b.click(".verify .main")
			b.wait(`$(".verify .error").textContent`)
			b.shown("code-wrong", l)
			chat.set(func() { chat.script = answerReturns })
			b.fill("[name=code]", rightCode)
			b.click(".verify .main")
			b.wait(`$(".order") && $$(".assistant").length === 2`)
			b.answered()
			b.shown("verified", l)
		})
	}
}

func TestOrderOnScreens(t *testing.T) {
	t.Parallel()
	for _, l := range screens {
		t.Run(fmt.Sprint(l.width), func(t *testing.T) {
			t.Parallel()
			chat := newAPI(t)
			b := visit(t, newShop(t, chat, `lang="en"`).URL, l)
			for i, c := range []struct {
				name  string
				order map[string]any
			}{
				{"order", onItsWay()},
				{"order-two-parcels", with(onItsWay(), map[string]any{
					"payment": "partially_refunded", "more_items": true,
					"shipments": []map[string]any{
						{"status": "delivered", "delivered_at": "2026-11-23T12:00:00Z", "sent_at": "2026-11-22T15:00:00Z"},
						{"status": "in_transit", "carrier": "DHL", "tracking_number": "00340434161094042557", "tracking_url": "https://track.example/2", "estimated_at": "2026-11-27T00:00:00Z"},
					},
					"returns": []map[string]any{{"name": "#1042-R1", "status": "open", "quantity": 1}},
					"refunds": []map[string]any{{"created_at": "2026-11-23T15:00:00Z", "amount": map[string]any{"minor": 1250, "currency": "GBP"}}},
					"actions": []string{"cancel", "return", "refund", "address"},
				})},
				{"order-cancelled", with(onItsWay(), map[string]any{"status": "cancelled", "payment": "refunded", "shipments": nil, "actions": nil})},
			} {
				chat.set(func() {
					chat.script = func(s *stream) {
						s.token("Here it is.")
						s.event("order", c.order)
						s.done()
					}
				})
				b.ask("Where is my order?")
				b.wait(fmt.Sprintf(`$$(".order").length === %d`, i+1))
				b.answered()
				b.shown(c.name, l)
			}
		})
	}
}

func TestActionOnScreens(t *testing.T) {
	t.Parallel()
	for _, l := range screens {
		t.Run(fmt.Sprint(l.width), func(t *testing.T) {
			t.Parallel()
			chat := newAPI(t)
			b := visit(t, newShop(t, chat, `lang="en"`).URL, l)
			offer := func(action map[string]any) {
				t.Helper()
				n := get[int](b, `$$(".decision").length`)
				chat.set(func() { chat.script = offers(chat, action) })
				b.ask("And now?")
				b.wait(fmt.Sprintf(`$$(".decision").length === %d`, n+1))
				b.answered()
			}
			offer(chat.proposes("a1", "cancel", cancelText))
			b.shown("action", l)
			b.click(".choice")
			b.wait(`$(".decision.running")`)
			b.shown("action-running", l)
			chat.becomes("a1", "done", "Order #1042 is cancelled. 38.50 GBP go back to your card, usually within 5 days.")
			b.wait(`$(".decision.good")`)
			b.shown("action-done", l)
			for _, state := range []string{"approval", "failed"} {
				action := chat.proposes("a-"+state, "refund", "Refund 12.50 GBP for the descaler to the card you paid with.")
				action["state"] = state
				offer(action)
				b.shown("action-"+state, l)
			}
			offer(chat.proposes("a3", "address", "Send order #1042 to another address."))
			b.click(".choice")
			b.wait(`$$(".decision .error").some((e) => e.textContent)`)
			b.shown("action-address", l)
		})
	}
}

// outside lists what of the chat lies beyond the sides of the screen.
const outside = `$$("dialog *").filter((e) => e.checkVisibility() && !e.closest(".sr")).filter((e) => { const r = e.getBoundingClientRect(); return r.left < 0 || r.right > innerWidth + 0.5; }).map((e) => e.tagName + "." + e.className)`

func TestOrderInWords(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	parcel := func(status string, more map[string]any) map[string]any {
		return with(map[string]any{"status": status}, more)
	}
	sent := map[string]any{"sent_at": "2026-11-22T15:00:00Z"}
	for i, c := range []struct {
		name, status, fulfillment string
		shipments                 []map[string]any
		words                     string
		reached                   int // of the four that are drawn; none if nothing is
	}{
		{"new", "open", "unfulfilled", nil, "The shop has your order", 1},
		{"in a state nobody knows", "open", "unknown", nil, "The shop has your order", 1},
		{"packing", "open", "in_progress", nil, "Being packed", 2},
		{"on hold", "open", "on_hold", nil, "On hold. The shop is looking at it", 1},
		{"scheduled", "open", "scheduled", nil, "Will be sent later", 1},
		{"label printed", "open", "fulfilled", []map[string]any{parcel("label_printed", sent)}, "Packed", 2},
		{"sent without a parcel", "open", "fulfilled", nil, "Sent", 3},
		{"in transit", "open", "fulfilled", []map[string]any{parcel("in_transit", sent)}, "On its way", 3},
		{"parcel in a new state", "open", "fulfilled", []map[string]any{parcel("teleported", sent)}, "On its way", 3},
		{"at the door", "open", "fulfilled", []map[string]any{parcel("out_for_delivery", sent)}, "Out for delivery", 3},
		{"nobody there", "open", "fulfilled", []map[string]any{parcel("attempted_delivery", sent)}, "Delivery was tried. The carrier tries again or leaves a card", 3},
		{"lost", "open", "fulfilled", []map[string]any{parcel("failure", sent)}, "Could not be delivered", 3},
		{"delivered", "closed", "fulfilled", []map[string]any{parcel("delivered", sent)}, "Delivered", 4},
		{"collected", "open", "fulfilled", []map[string]any{parcel("picked_up", sent)}, "Collected", 4},
		{"a cancelled parcel and a new one", "open", "fulfilled", []map[string]any{parcel("canceled", sent), parcel("in_transit", sent)}, "On its way", 3},
		{"one of two delivered", "open", "fulfilled", []map[string]any{parcel("delivered", nil), parcel("in_transit", sent)}, "On its way", 3},
		{"both delivered", "open", "fulfilled", []map[string]any{parcel("delivered", nil), parcel("delivered", nil)}, "Delivered", 4},
		{"one of two packed", "open", "fulfilled", []map[string]any{parcel("label_printed", nil), parcel("in_transit", sent)}, "Part of it is on its way", 3},
		{"part sent", "open", "partially_fulfilled", []map[string]any{parcel("in_transit", sent)}, "Part of it is on its way", 3},
		{"part delivered", "open", "partially_fulfilled", []map[string]any{parcel("delivered", nil)}, "Part of it is on its way", 3},
		{"cancelled", "cancelled", "unfulfilled", nil, "Cancelled", 0},
		{"restocked", "open", "restocked", nil, "Back with the shop", 0},
		{"gift card", "open", "not_required", nil, "Nothing has to be sent", 0},
	} {
		chat.set(func() {
			chat.script = func(s *stream) {
				s.event("order", with(onItsWay(), map[string]any{"number": fmt.Sprint("#", i), "status": c.status, "fulfillment": c.fulfillment, "shipments": c.shipments}))
				s.done()
			}
		})
		b.ask(c.name)
		b.wait(fmt.Sprintf(`$$(".order").length === %d`, i+1))
		b.answered()
		got := get[[]any](b, `((card) => [card.querySelector(".headline").innerText, card.querySelectorAll(".reached").length, card.querySelectorAll("[aria-current=step]").length])($$(".order").at(-1))`)
		want := []any{c.words, float64(c.reached), float64(min(c.reached, 1))}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestWhatIsInAnOrder(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	items := []map[string]any{}
	for i := range 30 {
		items = append(items, map[string]any{"title": fmt.Sprint("Cup ", i+1), "quantity": 1})
	}
	order := with(onItsWay(), map[string]any{
		"items": items,
		"shipments": []map[string]any{
			{"status": "in_transit", "carrier": "Royal Mail", "tracking_number": "RM1", "tracking_url": "https://track.example/1"},
			{"status": "in_transit", "tracking_url": "http://plain.example/2"},
			{"status": "in_transit", "tracking_url": "javascript:alert(1)"},
			{"status": "in_transit", "tracking_url": "https:"},
			{"status": "in_transit"},
		},
		"returns": []map[string]any{{"name": "#1042-R1", "status": "requested", "quantity": 2}, {"name": "<b>R2</b>", "status": "new one", "quantity": 1}},
		"refunds": []map[string]any{{"created_at": "2026-11-23T15:00:00Z", "amount": map[string]any{"minor": 1250, "currency": "JPY"}}, {"created_at": "0001-01-01T00:00:00Z", "amount": map[string]any{"minor": 1250, "currency": "KWD"}}},
		"actions": []string{"address", "explode"},
	})
	chat.script = func(s *stream) {
		s.event("order", order)
		s.done()
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("Where is it?")
	b.answered()
	b.wait(`$(".order")`)
	links := get[[]string](b, `$$(".order a").map((a) => [a.href, a.target, a.rel, a.innerText.replace(/\s+/g, " ")].join(" | "))`)
	if diff := cmp.Diff([]string{"https://track.example/1 | _blank | noopener noreferrer | Track the parcel (opens in a new tab)"}, links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	lists := get[map[string][]string](b, `Object.fromEntries($$(".part").map((p) => [p.querySelector("h4").innerText, [...p.querySelectorAll("li, .ways button")].map((l) => l.innerText.replace(/\s+/g, " ").trim())]))`)
	for name, want := range map[string][]string{
		"Returns":         {"#1042-R1 · asked for · 2 items", "<b>R2</b> · 1 item"},
		"Refunds":         {"¥1,250 on Mon, Nov 23, 2026", "KWD 1.250"},
		"What you can do": {"Change the address"},
		"Items":           {"1 × Cup 1", "1 × Cup 2", "1 × Cup 3", "1 × Cup 4"},
	} {
		if diff := cmp.Diff(want, lists[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := b.text(".items + .plain"); got != "Show all 30" {
		t.Errorf("the button for the rest says %q", got)
	}
	b.click(".items + .plain")
	b.wait(`$$(".items li").length === 30 && $$(".items li")[4].matches(":focus")`)
	b.accessible("all items")

	chat.set(func() { chat.script = answerReturns })
	b.click(".order .ways .plain")
	b.wait(`$$(".assistant").length === 2`)
	b.answered()
	if sent := chat.sent(); sent[1].Message != "I would like to change the delivery address." {
		t.Errorf("sent %q", sent[1].Message)
	}
}

func TestOrderForAScreenReader(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	chat.script = func(s *stream) {
		s.token("Here it is.")
		s.event("order", onItsWay())
		s.event("action", chat.proposes("a1", "return", "Return 1 Descaler."))
		s.done()
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("Where is it?")
	b.answered()
	b.wait(`$(".decision")`)
	names := b.names()
	from := slices.Index(names, "log: Conversation")
	want := []string{"log: Conversation",
		"heading: Order #1042", "list: Progress", "heading: Items", "list: ", "heading: Delivery", "list: ", "link: Track the parcel (opens in a new tab)",
		"heading: Payment", "heading: What you can do", "button: Return something", "button: Ask for a refund",
		"heading: Return these items?", "button: Yes, do it", "button: No, leave it", "button: Talk to a person",
		"textbox: Your question", "button: Send"}
	if diff := cmp.Diff(want, names[from:]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	steps := get[[]string](b, `$$(".steps li").map((l) => l.innerText.replace(/\s+/g, " ").trim() + (l.getAttribute("aria-current") ?? ""))`)
	if diff := cmp.Diff([]string{"Ordered Fri, Nov 20", "Packed", "On its way Sun, Nov 22step", "Delivered (not yet) due Wed, Nov 25"}, steps); diff != "" {
		t.Errorf("the drawn line (-want +got):\n%s", diff)
	}
}

// TestZoom looks at the chat on a laptop's 1280 × 800 at 400 %, with the largest
// text on top.
func TestZoom(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	for _, size := range []string{"100", "150"} {
		t.Run(size, func(t *testing.T) {
			chat.set(func() { chat.script = whereIsMyOrder })
			b := visit(t, newShop(t, chat, `lang="en"`).URL, look{width: 320, height: 200})
			get[bool](b, `localStorage.setItem("omniops", '{"size":`+size+`}'), true`)
			b.ask("Where is my order?")
			b.answered()
			b.wait(`$(".verify form")`)
			b.wait(`((r) => r.top >= 0 && r.top < 100)($(".verify h3").getBoundingClientRect())`)
			b.picture("zoom-verify-" + size)
			seen := func(what, selector string) {
				t.Helper()
				get[bool](b, `$(`+quote(selector)+`).focus(), true`)
				if !get[bool](b, `((r) => r.top >= $(".bar").getBoundingClientRect().bottom - 1 && r.bottom <= innerHeight + 0.5 && r.left >= 0 && r.right <= innerWidth)($(`+quote(selector)+`).getBoundingClientRect())`) {
					t.Errorf("%s cannot be seen when it has the focus: %s", what, get[string](b, `JSON.stringify([$(`+quote(selector)+`).getBoundingClientRect(), $(".bar").offsetHeight, $(".sheet").scrollTop, $(".sheet").scrollHeight])`))
				}
			}
			seen("the order number", "[name=order]")
			seen("the contact", "[name=contact]")
			seen("the button", ".verify .main")
			seen("the way to a person", ".verify .plain")
			b.details("#1042", "jane@example.com")
			b.wait(`$("[name=code]:focus")`)
			seen("the code", "[name=code]")
			b.picture("zoom-code-" + size)
			chat.set(func() {
				chat.script = func(s *stream) {
					s.event("action", chat.proposes("zoom"+size, "cancel", cancelText))
					s.done()
				}
			})
			b.fill("[name=code]", rightCode)
			b.press("\r")
			b.wait(`$(".decision") && $(".order")`)
			b.answered()
			seen("yes", ".choice")
			seen("the link", ".track")
			seen("the input", "#input")
			seen("the send button", "#send")
			b.picture("zoom-input-" + size)
			get[bool](b, `$(".order").scrollIntoView(), true`)
			b.picture("zoom-order-" + size)
			if out := get[[]string](b, outside); len(out) > 0 {
				t.Errorf("outside of the screen: %q", out)
			}
			if !get[bool](b, `$(".badge").checkVisibility() && $(".badge").getBoundingClientRect().top >= 0 && $("#close").getBoundingClientRect().bottom < 100 && $(".bar").offsetHeight < 100`) {
				t.Error("the bar is not in sight, or takes up half of it")
			}
			b.click("#menu")
			b.press(kb.End)
			if !get[bool](b, `((r) => r.top >= 0 && r.bottom <= innerHeight)($("#fresh").getBoundingClientRect())`) {
				t.Error("the end of the menu cannot be reached")
			}
			b.accessible("at 400 %")
		})
	}
}

func TestContrastOfCards(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	shop := newShop(t, chat, `lang="en"`)
	b := visit(t, shop.URL, desktop)
	for i, accent := range []string{"#000000", "#ffffff", "#ffff00", "#0000ff", "#808080", "#e08a00"} {
		chat.set(func() {
			chat.session["shop"] = map[string]any{"name": "Kettle & Co", "accent": accent}
			chat.script = func(s *stream) {
				s.event("verify", map[string]any{"reason": "order"})
				s.event("order", onItsWay())
				s.event("action", map[string]any{"id": fmt.Sprint("a", i), "kind": "cancel", "text": cancelText, "state": "proposed", "expires_at": later(time.Hour)})
				s.event("action", map[string]any{"id": fmt.Sprint("b", i), "kind": "cancel", "text": cancelText, "state": "done", "receipt": "Done so.", "expires_at": later(time.Hour)})
				s.done()
			}
		})
		if i > 0 {
			get[bool](b, `$(".assistant").id = "old", $("#fresh").click(), true`)
			b.wait(`!$("#old") && $(".note .action")`)
		}
		b.ask("Where?")
		b.answered()
		b.wait(`$$(".card").length === 4`)
		get[bool](b, `$(".verify .main").click(), true`)
		for _, dark := range []bool{false, true} {
			b.show(look{width: 1440, height: 900, dark: dark})
			worst := get[[]string](b, contrast)
			var ratio float64
			if _, err := fmt.Sscan(worst[0], &ratio); err != nil || ratio < 4.5 {
				t.Errorf("accent %s, dark %t: contrast %s at %q", accent, dark, worst[0], worst[1])
			}
		}
	}
}

func TestCardsInForcedColours(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	chat.script = func(s *stream) {
		s.event("order", onItsWay())
		s.event("action", map[string]any{"id": "a", "kind": "cancel", "text": cancelText, "state": "running"})
		s.event("verify", map[string]any{"reason": "order"})
		s.done()
	}
	chat.actions["a"] = map[string]any{"id": "a", "kind": "cancel", "text": cancelText, "state": "running"}
	l := look{width: 360, height: 740, phone: true, features: map[string]string{"prefers-reduced-motion": "reduce", "forced-colors": "active"}}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, l)
	b.ask("Where?")
	b.answered()
	b.wait(`$$(".card").length === 3`)
	if n := get[int](b, `$$("*").flatMap((e) => e.getAnimations({subtree: true})).length`); n > 0 {
		t.Errorf("%d animations under reduced motion", n)
	}
	b.picture("forced-verify")
	get[bool](b, `$(".order").scrollIntoView(), true`)
	b.picture("forced-order")
	if !get[bool](b, `((done, not) => done.borderTopWidth !== not.borderTopWidth && done.backgroundColor !== not.backgroundColor)(getComputedStyle($(".steps .reached"), "::before"), getComputedStyle($(".steps li:not(.reached)"), "::before"))`) {
		t.Error("in forced colours, what is reached looks like what is not")
	}
	small := get[[]string](b, `$$(".card :is(button, input, select, a)").filter((e) => e.checkVisibility()).filter((e) => { const r = e.getBoundingClientRect(); return r.width < 44 || r.height < 44; }).map((e) => e.innerText || e.name)`)
	if len(small) > 0 {
		t.Errorf("smaller than 44 px: %q", small)
	}
}
