package web_test

import (
	"fmt"
	"testing"
)

// TestOrderScreens walks through every card of an order on the screens that a
// change has to be looked at on. SCREENSHOT_DIR=dir keeps the pictures.
func TestOrderScreens(t *testing.T) {
	t.Parallel()
	for _, l := range []look{{width: 360, height: 740, phone: true}, {width: 1280, height: 800}, {width: 320, height: 640, phone: true}} {
		t.Run(fmt.Sprint(l.width), func(t *testing.T) {
			t.Parallel()
			chat := newAPI(t)
			chat.script = whereIsMyOrder
			b := visit(t, newShop(t, chat, `lang="en"`).URL, l)
			look := func(name string) {
				t.Helper()
				for _, dark := range []bool{false, true} {
					l.dark = dark
					b.show(l)
					get[bool](b, `$$("*").flatMap((e) => e.getAnimations()).filter((a) => a.effect.getComputedTiming().iterations === 1).forEach((a) => a.finish()), true`)
					b.accessible(fmt.Sprintf("%s, dark %t", name, dark))
					b.picture(fmt.Sprintf("orders-%s-%d-%s", name, l.width, map[bool]string{true: "dark", false: "light"}[dark]))
				}
				if out := get[[]string](b, outside); len(out) > 0 {
					t.Errorf("%s: outside of the screen: %q", name, out)
				}
			}
			b.ask("Where is my order?")
			b.answered()
			b.wait(`$(".verify form")`)
			look("verify")
			b.click(".verify .main")
			b.wait(`$(".verify .error").textContent`)
			look("verify-missing")
			b.fill("[name=order]", "#1042")
			b.fill("[name=contact]", "jane@shop.example")
			b.click(".verify .main")
			b.wait(`$("[name=code]")`)
			look("code")
			b.fill("[name=code]", "11112222")
			b.click(".verify .main")
			b.wait(`$(".verify .error").textContent`)
			look("code-wrong")
			chat.set(func() {
				chat.script = func(s *stream) {
					s.token("It is on its way and expected on Wednesday, 25 November.")
					s.event("order", onItsWay())
					s.done()
				}
			})
			b.fill("[name=code]", rightCode)
			b.click(".verify .main")
			b.wait(`$(".order") && $$(".assistant").length === 2`)
			b.answered()
			look("order")
			get[bool](b, `$(".order").scrollIntoView(), true`)
			look("order-top")

			show := func(name string, event string, data any) {
				t.Helper()
				n := get[int](b, `$$(".place .card").length`)
				chat.set(func() {
					chat.script = func(s *stream) {
						s.token("This is what I found.")
						s.event(event, data)
						s.done()
					}
				})
				b.ask("And now?")
				b.answered()
				b.wait(fmt.Sprintf(`$$(".place .card").length > %d`, n))
				look(name)
			}
			show("order-delivered", "order", with(onItsWay(), map[string]any{
				"payment": "partially_refunded", "more_items": true,
				"shipments": []map[string]any{{"status": "delivered", "delivered_at": "2026-11-23T12:00:00Z", "sent_at": "2026-11-22T15:00:00Z", "tracking_url": "http://plain.example"}, {"status": "in_transit", "carrier": "DHL", "tracking_number": "00340434161094042557", "tracking_url": "https://track.example/2", "estimated_at": "2026-11-27T00:00:00Z"}},
				"returns":   []map[string]any{{"name": "#1042-R1", "status": "open", "quantity": 1}},
				"refunds":   []map[string]any{{"created_at": "2026-11-23T15:00:00Z", "amount": map[string]any{"minor": 1250, "currency": "GBP"}}},
				"actions":   []string{"cancel", "return", "refund", "address"},
			}))
			show("order-cancelled", "order", with(onItsWay(), map[string]any{"status": "cancelled", "payment": "refunded", "shipments": nil, "actions": nil}))

			show("action", "action", chat.proposes("a1", "cancel", "Cancel order #1042 and refund 38.50 GBP to the card you paid with."))
			b.click(".decision .choice")
			b.wait(`$(".decision.running")`)
			look("action-running")
			chat.becomes("a1", "done", "Order #1042 is cancelled. 38.50 GBP go back to your card, usually within 5 days.")
			b.wait(`$(".decision.good")`)
			look("action-done")
			for _, state := range []string{"approval", "declined", "expired", "refused", "failed"} {
				action := chat.proposes("a-"+state, "refund", "Refund 12.50 GBP for the descaler to the card you paid with.")
				action["state"] = state
				show("action-"+state, "action", action)
			}
			show("action-address", "action", chat.proposes("a3", "address", "Send order #1042 to another address."))
			get[bool](b, `$$(".choice").at(0).click(), true`)
			b.wait(`$$(".decision .error").some((e) => e.textContent)`)
			look("action-address-missing")
		})
	}
}

// outside lists what of the chat lies beyond the sides of the screen.
const outside = `$$("dialog *").filter((e) => e.checkVisibility() && !e.closest(".sr")).filter((e) => { const r = e.getBoundingClientRect(); return r.left < 0 || r.right > innerWidth + 0.5; }).map((e) => e.tagName + "." + e.className)`
