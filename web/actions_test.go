package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

// offers is a chat that offers one action.
func offers(chat *api, action map[string]any) func(s *stream) {
	return func(s *stream) {
		s.token("I can do that.")
		s.event("action", action)
		s.done()
	}
}

// offered opens a shop whose chat offers an action, and asks for it.
func offered(t *testing.T, chat *api, action map[string]any) (*tab, string) {
	t.Helper()
	chat.set(func() { chat.script = offers(chat, action) })
	shop := newShop(t, chat, `lang="en"`)
	b := visit(t, shop.URL, desktop)
	b.ask("Cancel my order")
	b.answered()
	b.wait(`$(".decision")`)
	return b, shop.URL
}

// hides has the page believe that nobody looks at it, or that somebody does.
func (b *tab) hides(hidden bool) {
	b.t.Helper()
	get[bool](b, fmt.Sprintf(`Object.defineProperty(document, "hidden", {configurable: true, value: %t}), document.dispatchEvent(new Event("visibilitychange")), true`, hidden))
}

const cancelText = "Cancel order #1042 and refund 38.50 GBP to the card you paid with."

func TestActionIsCarriedOut(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, _ := offered(t, chat, chat.proposes("a1", "cancel", cancelText))
	equal := get[bool](b, `(() => { const [yes, no] = $$(".choice"); const look = (e) => { const s = getComputedStyle(e); return [s.color, s.backgroundColor, s.borderColor, s.fontWeight, e.offsetWidth, e.offsetHeight].join(); }; return look(yes) === look(no) && $(".decision h3").matches(":focus"); })()`)
	if !equal {
		t.Error("one of the two buttons is made to look like the one to press")
	}
	if got := b.text(".decision"); !strings.Contains(got, cancelText) || !strings.Contains(got, "This offer ends on ") || !strings.Contains(got, "Talk to a person") {
		t.Errorf("the card says %q", got)
	}
	// Whoever presses twice decides once.
	get[bool](b, `(() => { const [yes, no] = $$(".choice"); yes.click(); yes.click(); no.click(); return true; })()`)
	b.wait(`$(".decision.running h3:focus")?.innerText === "Doing it now"`)
	before := len(chat.calls(false))
	b.wait(`!$(".decision .choice")`)
	chat.becomes("a1", "done", "Order #1042 is cancelled. 38.50 GBP go back to your card.")
	b.wait(`$(".decision.good h3")?.innerText === "Done"`)
	if got := b.text(".decision"); !strings.Contains(got, "38.50 GBP go back to your card.") {
		t.Errorf("the receipt is %q", got)
	}
	if !get[bool](b, `$("[aria-live=polite].sr").innerText.includes("Done. Order #1042 is cancelled.")`) {
		t.Error("nobody hears the receipt")
	}
	if writes := chat.calls(true); len(writes) != 1 || writes[0].Body["decision"] != "confirm" {
		t.Errorf("decided %+v, want once", writes)
	}
	if after := len(chat.calls(false)); after == before {
		t.Error("a running action was not looked at")
	}
	if got := get[string](b, `JSON.stringify(JSON.parse(sessionStorage.omniops).orders)`); got != "{}" {
		t.Errorf("after the receipt, the tab keeps %s", got)
	}
}

func TestTwoTabsDecideOnce(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	action := chat.proposes("a1", "cancel", cancelText)
	one, shop := offered(t, chat, action)
	two := one.twin(shop, desktop)
	two.ask("And here?")
	two.answered()
	two.wait(`$(".decision .choice")`)
	// The first decision is on its way for as long as the second is made.
	gate := make(chan struct{})
	chat.set(func() {
		chat.answers["POST actions/a1"] = func(w http.ResponseWriter, c call) {
			<-gate
			chat.action(w, c)
		}
	})
	one.click(".decision .choice")
	one.wait(`$(".decision .state").textContent === "Sending"`)
	two.click(".decision .choice")
	two.wait(`$(".decision .state").textContent === "Sending"`)
	close(gate)
	one.wait(`$(".decision.running")`)
	two.wait(`$(".decision.running")`)
	if writes := chat.calls(true); len(writes) != 1 {
		t.Errorf("two tabs sent %d decisions", len(writes))
	}
	chat.becomes("a1", "done", "Done so.")
	one.wait(`$(".decision.good")`)
	two.wait(`$(".decision.good")`)
}

func TestActionIsLeft(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, _ := offered(t, chat, chat.proposes("a1", "return", "Return 1 Descaler."))
	get[bool](b, `$(".choice").focus(), true`)
	b.press(kb.Tab)
	b.press("\r")
	b.wait(`$(".decision h3:focus")?.innerText === "Nothing was changed"`)
	if writes := chat.calls(true); len(writes) != 1 || writes[0].Body["decision"] != "decline" {
		t.Errorf("decided %+v, want one refusal", writes)
	}
	if get[bool](b, `!!$(".decision button")`) {
		t.Error("there is still something to press")
	}
}

func TestPollingRests(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, _ := offered(t, chat, chat.proposes("a1", "cancel", cancelText))
	// Time passes ten times as fast, and every wait is written down.
	get[bool](b, `self.waits = [], self.real = setTimeout, self.setTimeout = (f, ms, ...rest) => { const fast = ms >= 1500 && ms < 15000; if (fast) waits.push(ms); return real(f, fast ? ms / 10 : ms, ...rest); }, true`)
	b.click(".choice")
	b.wait(`$(".decision.running") && waits.length > 6`)
	waits := get[[]float64](b, `waits.slice(0, 7)`)
	if waits[0] != 1500 || !slices.IsSorted(waits) || waits[6] <= 5000 || waits[6] > 15000 {
		t.Errorf("it waits %v ms", waits)
	}
	b.hides(true)
	rest := func() {
		get[bool](b, `self.rested = false, real(() => (self.rested = true), 1700), true`)
		b.wait(`rested`)
	}
	rest() // whatever was on its way is over
	before := len(chat.calls(false))
	rest()
	if after := len(chat.calls(false)); after != before {
		t.Errorf("%d looks while nobody looks at the page", after-before)
	}
	chat.becomes("a1", "done", "It is done.")
	b.hides(false)
	b.wait(`$(".decision.good")`)
}

func TestPollingSurvivesTheNetwork(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, _ := offered(t, chat, chat.proposes("a1", "cancel", cancelText))
	b.click(".choice")
	b.wait(`$(".decision.running")`)
	chat.set(func() {
		chat.answers["GET actions/a1"] = func(w http.ResponseWriter, _ call) { refuse(w, http.StatusServiceUnavailable, "No.") }
	})
	b.wait(`$(".decision .state").textContent === "The connection is slow. Still checking"`)
	b.accessible("reconnecting")
	chat.set(func() { clear(chat.answers) })
	chat.becomes("a1", "done", "It is done.")
	b.wait(`$(".decision.good")`)
}

func TestStatesOfAnAction(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	for i, c := range []struct {
		state, receipt string
		title, text    string
		person         bool
	}{
		{"approval", "", "The shop decides", "The shop has your request and decides about it. You will hear by e-mail.", false},
		{"expired", "", "This offer has ended", "Nothing was changed. Ask again if you still want it.", false},
		{"declined", "", "Nothing was changed", "You chose to leave it.", false},
		{"refused", "", "The shop has declined this", "Nothing was changed. A person can tell you why.", true},
		{"checking", "", "The shop checks this", "It is not clear yet whether it was done. Nothing is done twice. You will hear by e-mail.", false},
		{"failed", "", "This could not be done", "A person at the shop can help.", true},
		{"failed", "The parcel has left already.", "This could not be done", "The parcel has left already.", true},
		{"done", "Refunded.", "Done", "Refunded.", false},
		{"something new", "", "This could not be done", "A person at the shop can help.", true},
	} {
		action := chat.proposes(fmt.Sprint("a", i), "refund", "Refund 12.50 GBP.")
		action["state"], action["receipt"] = c.state, c.receipt
		chat.set(func() { chat.script = offers(chat, action) })
		b.ask("And now?")
		b.wait(fmt.Sprintf(`$$(".decision").length === %d`, i+1))
		b.answered()
		got := get[[]any](b, `((card) => [card.querySelector("h3").innerText, card.querySelector(".inside > p:not(.was)").innerText, !!card.querySelector("button")])($$(".decision").at(-1))`)
		if diff := cmp.Diff([]any{c.title, c.text, c.person}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.state, diff)
		}
	}
	b.accessible("all states")
	// What the shop decides shows once the shopper looks again.
	chat.becomes("a0", "done", "The shop has agreed.")
	b.hides(true)
	b.hides(false)
	b.wait(`$(".decision.good")?.innerText.includes("The shop has agreed.")`)
}

func TestOfferEnds(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, _ := offered(t, chat, chat.proposes("a1", "cancel", cancelText))
	get[bool](b, `self.now = Date.now, Date.now = () => now() + 16 * 60_000, true`)
	b.wait(`$(".decision h3").innerText === "This offer has ended" && !$(".choice")`)
	if n := len(chat.calls(true)); n != 0 {
		t.Errorf("%d decisions, want none", n)
	}
}

func TestDecisionFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		status      int
		after       string // what Retry-After says
		state       string // beside the buttons, which stay
		title       string // of the card without buttons
		mayTryAgain bool
	}{
		{"away", 503, "", "That did not work just now. Try again, or talk to a person.", "Cancel the order?", true},
		{"not verified any more", 403, "", "Refused by the test.", "Cancel the order?", true},
		{"changed meanwhile", 409, "", "Refused by the test.", "Cancel the order?", true},
		{"too many", 429, "2", "Too many tries. You can go on in 2 sec.", "Cancel the order?", true},
		{"gone", 404, "", "", "This offer has ended", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			chat := newAPI(t)
			b, _ := offered(t, chat, chat.proposes("a1", "cancel", cancelText))
			chat.set(func() {
				chat.answers["POST actions/a1"] = func(w http.ResponseWriter, _ call) {
					if c.after != "" {
						w.Header().Set("Retry-After", c.after)
					}
					refuse(w, c.status, "Refused by the test.")
				}
			})
			b.click(".choice")
			b.wait(`$(".decision h3").innerText === ` + quote(c.title) + ` && ($(".decision .state")?.textContent ?? "") === ` + quote(c.state))
			if !c.mayTryAgain {
				return
			}
			if !get[bool](b, `$$(".decision .plain").some((b) => b.innerText === "Talk to a person")`) {
				t.Error("nothing leads to a person")
			}
			chat.set(func() { clear(chat.answers) })
			b.wait(`!$(".choice").disabled && $(".choice").ariaDisabled !== "true"`)
			b.click(".choice")
			b.wait(`$(".decision.running")`)
		})
	}
}

func TestReloadDuringAnAction(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, shop := offered(t, chat, chat.proposes("a1", "cancel", cancelText))
	chat.set(func() {
		chat.lines = []line{{"m1", 1, "shopper", "Cancel my order", nil, "2026-11-24T09:00:00Z", "complete", false}, {"m2", 1, "assistant", "I can do that.", nil, "2026-11-24T09:00:02Z", "complete", false}}
	})
	b.open(shop)
	b.wait(`$$(".choice").length === 2`)
	b.click(".choice")
	b.wait(`$(".decision.running")`)
	chat.becomes("a1", "done", "It is cancelled.")
	b.open(shop)
	b.wait(`$(".decision.good")?.innerText.includes("It is cancelled.")`)
	b.open(shop)
	b.wait(`$(".assistant")`)
	if get[bool](b, `!!$(".place")`) {
		t.Error("an action that is over comes back after a reload")
	}
}

func TestAddressOfAnAction(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, _ := offered(t, chat, chat.proposes("a1", "address", "Send order #1042 to another address."))
	got := get[[]string](b, `$$(".decision :is(input, select)").map((i) => i.name + ": " + i.autocomplete + (i.required ? "" : ", optional") + (i.labels.length === 1 ? "" : ", no label"))`)
	want := []string{"name: shipping name", "line1: shipping address-line1", "line2: shipping address-line2, optional", "zip: shipping postal-code, optional", "city: shipping address-level2", "province: shipping address-level1, optional", "country: shipping country"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	countries := get[[]string](b, `[...$("[name=country]").options].map((o) => o.value + o.text)`)
	if n := len(countries); n < 240 || n > 255 || !slices.Contains(countries, "GBUnited Kingdom") || slices.ContainsFunc(countries, func(c string) bool {
		return strings.HasPrefix(c, "DD") || strings.HasPrefix(c, "ZZ") || strings.HasPrefix(c, "EU")
	}) {
		t.Errorf("%d countries: %q", len(countries), countries)
	}
	b.click(".choice")
	b.wait(`$("[name=name]:focus")?.ariaInvalid === "true"`)
	if got := get[string](b, `$$(".decision [aria-invalid=true]").map((i) => i.name).join()`); got != "name,line1,city,country" {
		t.Errorf("missing is %s", got)
	}
	if n := len(chat.calls(false)); n != 0 {
		t.Errorf("%d calls without an address", n)
	}
	for name, value := range map[string]string{"name": "Jane Doe", "line1": "1 High Street", "city": "Bath", "zip": "BA1 1AA"} {
		b.fill("[name="+name+"]", value)
	}
	get[bool](b, `$("[name=country]").value = "GB", $("[name=country]").dispatchEvent(new Event("input")), true`)
	chat.set(func() {
		chat.answers["POST actions/a1"] = func(w http.ResponseWriter, _ call) {
			refuse(w, http.StatusBadRequest, "The shop sends within Ireland only.")
		}
	})
	b.click(".choice")
	b.wait(`$("fieldset .state").textContent === "The shop sends within Ireland only."`)
	b.accessible("a refused address")
	chat.set(func() { clear(chat.answers) })
	b.click(".choice")
	b.wait(`$(".decision.running")`)
	writes := chat.calls(true)
	wantBody := map[string]any{"decision": "confirm", "address": map[string]any{"name": "Jane Doe", "line1": "1 High Street", "city": "Bath", "zip": "BA1 1AA", "country": "GB"}}
	if diff := cmp.Diff(wantBody, writes[len(writes)-1].Body); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if kept := get[string](b, `stored.join("\n") + $("#log").innerText`); strings.Contains(kept, "High Street") {
		t.Error("the address is kept")
	}
	// To leave it, no address is needed.
	chat.set(func() {
		chat.script = offers(chat, map[string]any{"id": "a2", "kind": "address", "text": "Again.", "state": "proposed", "expires_at": later(time.Minute)})
	})
	chat.proposes("a2", "address", "Again.")
	b.ask("Again")
	b.wait(`$$(".decision").length === 2`)
	get[bool](b, `$$(".choice").at(-1).click(), true`)
	b.wait(`$$(".decision h3").at(-1).innerText === "Nothing was changed"`)
}

// A card that changes by itself takes nobody's place away: who writes goes on
// writing, and who was in the card is at its head.
func TestFocusWhenACardChanges(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, _ := offered(t, chat, chat.proposes("a1", "cancel", cancelText))
	looks := func() { // as when another tab decided
		t.Helper()
		b.hides(true)
		b.hides(false)
	}
	b.fill("#input", "And the kett")
	chat.becomes("a1", "running", "")
	looks()
	b.wait(`$(".decision.running")`)
	if !get[bool](b, `$("#input:focus")?.value === "And the kett" && $("#input").selectionStart === 12`) {
		t.Error("who was writing was interrupted")
	}
	chat.becomes("a1", "refused", "")
	b.wait(`$(".decision .plain")`)
	if !get[bool](b, `!!$("#input:focus")`) {
		t.Error("who was writing was interrupted by the end")
	}

	action := chat.proposes("a2", "refund", "Refund 12.50 GBP.")
	chat.set(func() { chat.script = offers(chat, action) })
	b.fill("#input", "")
	b.ask("And now?")
	b.wait(`$$(".decision").length === 2`)
	b.answered()
	get[bool](b, `$$(".choice").at(-1).focus(), true`)
	chat.becomes("a2", "approval", "")
	looks()
	b.wait(`$$(".decision").at(-1).innerText.includes("The shop decides")`)
	if !get[bool](b, `$$(".decision h3").at(-1).matches(":focus")`) {
		t.Errorf("who was on a button that went is on %s", get[string](b, `document.activeElement.tagName + " " + $(":focus")?.outerHTML`))
	}
}
