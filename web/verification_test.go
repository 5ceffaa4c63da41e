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

// verifying opens a shop whose chat wants to know whose an order is.
func verifying(t *testing.T, chat *api, attributes string, l look) (*tab, string) {
	t.Helper()
	chat.set(func() { chat.script = whereIsMyOrder })
	shop := newShop(t, chat, attributes)
	b := visit(t, shop.URL, l)
	b.ask("Where is my order?")
	b.answered()
	b.wait(`$(".verify form")`)
	return b, shop.URL
}

// details enters what the first step asks for, and sends it.
func (b *tab) details(order, contact string) {
	b.t.Helper()
	b.fill("[name=order]", order)
	b.fill("[name=contact]", contact)
	b.press("\r")
}

// person tells whether a card offers a way to a person that can be pressed.
const person = `$$(".verify button").some((b) => b.innerText === "Talk to a person" && b.checkVisibility() && !b.disabled)`

func TestOrdersLoadWithTheFirst(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	assets, err := widget()
	if err != nil {
		t.Fatal(err)
	}
	path := "GET " + assets.Orders.Path
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("How long?")
	b.answered()
	if slices.Contains(chat.requests(), path) {
		t.Error("the part that shows orders is loaded before there is one")
	}
	chat.set(func() { chat.script, chat.refuse[path] = whereIsMyOrder, http.StatusServiceUnavailable })
	b.ask("Where is my order?")
	b.answered()
	b.wait(`$(".place .note")?.innerText.startsWith("This part of the chat did not load.")`)
	if got := get[[]string](b, `$$(".place button").map((b) => b.innerText)`); !slices.Equal(got, []string{"Try again", "Talk to a person"}) {
		t.Errorf("it offers %q", got)
	}
	b.accessible("not loaded")
	chat.set(func() { delete(chat.refuse, path) })
	b.click(".place .action")
	b.wait(`$(".verify form") && !$(".place .note")`)
}

func TestVerification(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, _ := verifying(t, chat, `lang="en"`, desktop)
	if !get[bool](b, `$(".verify h3").matches(":focus")`) {
		t.Error("the shopper is not taken to the card that asks for something")
	}
	fields := get[[]map[string]any](b, `$$(".verify input").map((i) => ({name: i.name, label: i.labels[0].innerText, autocomplete: i.autocomplete, mode: i.inputMode, described: i.getAttribute("aria-describedby").split(" ").every((id) => $("#" + id))}))`)
	want := []map[string]any{
		{"name": "order", "label": "Order number", "autocomplete": "off", "mode": "", "described": true},
		{"name": "contact", "label": "E-mail or phone on the order", "autocomplete": "email", "mode": "email", "described": true},
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	b.details("#1042", "jane@example.com")
	b.wait(`$("[name=code]:focus")`)
	code := get[map[string]any](b, `(() => { const c = $("[name=code]"); return {autocomplete: c.autocomplete, mode: c.inputMode, label: c.labels[0].innerText, step: $(".step").innerText}; })()`)
	if diff := cmp.Diff(map[string]any{"autocomplete": "one-time-code", "mode": "numeric", "label": "8-digit code", "step": "Step 2 of 2"}, code); diff != "" {
		t.Errorf("the code's field (-want +got):\n%s", diff)
	}
	chat.set(func() {
		chat.script = func(s *stream) {
			s.token("It comes on Wednesday.")
			s.event("order", chat.order)
			s.done()
		}
	})
	b.fill("[name=code]", rightCode)
	b.press("\r")
	b.wait(`$$(".assistant").length === 2`)
	b.answered()
	b.wait(`$(".order") && !$(".verify")`)

	wantCalls := []call{
		{To: "POST verify", Body: map[string]any{"order": "#1042", "contact": "jane@example.com"}},
		{To: "POST confirm", Body: map[string]any{"verification_id": "v1", "code": rightCode}},
	}
	got := chat.calls(false)
	for i := range got {
		got[i].Token = ""
	}
	if diff := cmp.Diff(wantCalls, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	sent := chat.sent()
	if len(sent) != 2 || sent[0].Message != sent[1].Message || sent[0].Key == sent[1].Key {
		t.Errorf("sent %+v, want the question twice under two keys", sent)
	}
	if n := get[int](b, `$$(".order").length`); n != 1 {
		t.Errorf("the same order shows %d times", n)
	}
	if !get[bool](b, `$(".order h3").matches(":focus") && $(".order h3").innerText === "Order #1042"`) {
		t.Error("the focus is not on the order that took the form's place")
	}
	if !get[bool](b, `$("[aria-live=polite].sr").innerText.includes("Confirmed. Here is your order.")`) {
		t.Error("nobody hears that the order is there")
	}

	// Nothing that was typed is kept: not in storage, not in the log, not in the file.
	get[bool](b, `URL.createObjectURL = (blob) => { blob.text().then((text) => self.file = text); return "blob:x"; }, HTMLAnchorElement.prototype.click = () => {}, true`)
	b.click("#menu")
	b.click("#download")
	b.wait(`self.file`)
	get[bool](b, `dispatchEvent(new Event("pagehide")), true`)
	everything := get[string](b, `stored.join("\n") + self.file + $("#log").innerText + $("#input").value`)
	for _, typed := range []string{"jane", "example.com", rightCode, "1234 5678"} {
		if strings.Contains(everything, typed) {
			t.Errorf("%q, typed into the form, is kept", typed)
		}
	}
	if got := get[string](b, `JSON.stringify(JSON.parse(sessionStorage.omniops).orders)`); got != "{}" {
		t.Errorf("after the confirmation, the tab keeps %s", got)
	}
}

func TestCodeIsGrouped(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, _ := verifying(t, chat, `lang="en"`, desktop)
	b.details("1042", "+44 20 7946 0000")
	b.wait(`$("[name=code]:focus")`)
	value := func(want string, caret int) {
		t.Helper()
		if got := get[string](b, `(({value, selectionStart}) => value + "|" + selectionStart)($("[name=code]"))`); got != fmt.Sprintf("%s|%d", want, caret) {
			t.Errorf("the field holds %q, want %q with the caret at %d", got, want, caret)
		}
	}
	for _, pasted := range []string{"12345678", "1234 5678", " 1 2 3 4 5 6 7 8 ", "1234-5678", "Code: 1234 5678.", "1234567899"} {
		b.fill("[name=code]", pasted)
		value("1234 5678", 9)
	}
	b.fill("[name=code]", "1234")
	value("1234", 4)
	b.press("5")
	value("1234 5", 6)
	b.press(kb.Backspace)
	b.press(kb.Backspace)
	value("123", 3)
	b.press("x4\r")
	b.wait(`$(".verify .error").textContent === "Enter the 8 digits of the code."`)
	if n := len(chat.calls(true)); n != 1 {
		t.Errorf("%d calls, want no attempt with half a code", n)
	}
	get[bool](b, `$("[name=code]").value = "1235 678", $("[name=code]").setSelectionRange(3, 3), true`)
	b.press("4")
	value("1234 5678", 4)
}

func TestVerificationFails(t *testing.T) {
	t.Parallel()
	const sorry = "That did not work just now. Try again, or talk to a person."
	for _, c := range []struct {
		name           string
		order, contact string
		answer         func(w http.ResponseWriter, c call)
		field          string // that is marked as wrong
		error, state   string
		sent           int
	}{
		{"nothing typed", "", "", nil, "order,contact", "Enter the order number.", "", 0},
		{"no number", "#", "jane@example.com", nil, "order", "Enter the order number.", "", 0},
		{"neither address nor number", "#1042", "jane", nil, "contact", "Enter an e-mail address or a phone number.", "", 0},
		{"bad details", "#1042", "jane@example", func(w http.ResponseWriter, _ call) { refuse(w, 400, "No.") }, "contact", "Check the order number and the e-mail address or phone number.", "", 1},
		{"forbidden", "#1042", "jane@example.com", func(w http.ResponseWriter, _ call) { refuse(w, 403, "No.") }, "", "", "That is not possible here. A person can help.", 1},
		{"shop away", "#1042", "jane@example.com", func(w http.ResponseWriter, _ call) { refuse(w, 503, "No.") }, "", "", sorry, 1},
		{"broken", "#1042", "jane@example.com", func(w http.ResponseWriter, _ call) { refuse(w, 500, "No.") }, "", "", sorry, 1},
		{"cut", "#1042", "jane@example.com", func(w http.ResponseWriter, _ call) { panic(http.ErrAbortHandler) }, "", "", "Not sent. Check your connection and try again.", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			chat := newAPI(t)
			b, _ := verifying(t, chat, `lang="en"`, desktop)
			chat.set(func() {
				if c.answer != nil {
					chat.answers["POST verify"] = c.answer
				}
			})
			b.details(c.order, c.contact)
			b.wait(`[...$$(".verify .error"), $(".verify .state")].some((e) => e.textContent) && !$(".verify .main[aria-busy=true]")`)
			got := get[[]string](b, `[$$(".verify [aria-invalid=true]").map((i) => i.name).join(), $$(".verify .error").map((e) => e.textContent).find(Boolean) ?? "", $(".verify .state").textContent]`)
			if diff := cmp.Diff([]string{c.field, c.error, c.state}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if field, _, _ := strings.Cut(c.field, ","); field != "" && !get[bool](b, `$(".verify [name=`+field+`]").matches(":focus")`) {
				t.Errorf("the focus is not on the field %s", field)
			}
			if !get[bool](b, person) {
				t.Error("nothing leads to a person")
			}
			if n := len(chat.calls(true)); n != c.sent && c.name != "cut" { // a browser repeats a request that was cut
				t.Errorf("%d calls, want %d", n, c.sent)
			}
			b.accessible(c.name)
			// The same form goes on once the trouble is over.
			chat.set(func() { clear(chat.answers) })
			b.details("#1042", "jane@example.com")
			b.wait(`$("[name=code]:focus")`)
		})
	}
}

func TestTooManyVerifications(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	wait := func(seconds string) func(http.ResponseWriter, call) {
		return func(w http.ResponseWriter, _ call) {
			w.Header().Set("Retry-After", seconds)
			refuse(w, http.StatusTooManyRequests, "Too many.")
		}
	}
	b, _ := verifying(t, chat, `lang="en-GB"`, desktop)
	chat.set(func() { chat.answers["POST verify"] = wait("2") })
	b.details("#1042", "jane@example.com")
	b.wait(`$(".verify .state").textContent === "Too many tries. You can go on in 2 sec."`)
	if !get[bool](b, `$(".verify .main").disabled && $(".verify .state").ariaLive === "off" && $("[aria-live=polite].sr").innerText.includes("You can go on in 2 sec") && `+person) {
		t.Error("the button can be pressed, the seconds are counted aloud, or nothing leads to a person")
	}
	b.wait(`$(".verify .state").textContent === "Too many tries. You can go on in 1 sec."`)
	b.wait(`!$(".verify .main").disabled && !$(".verify .state").textContent`)
	chat.set(func() { chat.answers["POST verify"] = wait("600") })
	b.click(".verify .main")
	b.wait(`$(".verify .state").textContent === "Too many tries. You can go on in 10 min."`)
	b.accessible("too many")
	chat.set(func() {
		clear(chat.answers)
		chat.answers["POST confirm"] = wait("2")
	})
	get[bool](b, `self.now = Date.now, Date.now = () => now() + 600_000, true`)
	b.wait(`!$(".verify .main").disabled`)
	get[bool](b, `Date.now = now, true`)
	b.click(".verify .main")
	b.wait(`$("[name=code]:focus")`)
	b.fill("[name=code]", rightCode)
	b.press("\r")
	b.wait(`$(".verify .main").disabled && $(".verify .state").textContent === "Too many tries. You can go on in 2 sec."`)
	chat.set(func() { clear(chat.answers) })
	b.wait(`!$(".verify .main").disabled`)
	b.click(".verify .main")
	b.wait(`$(".order")`)
}

func TestWrongCode(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, _ := verifying(t, chat, `lang="en"`, desktop)
	b.details("#1042", "jane@example.com")
	b.wait(`$("[name=code]:focus")`)
	b.fill("[name=code]", "00000000")
	b.press("\r")
	b.wait(`$(".verify .error").textContent === ` + quote(wrongCode))
	if !get[bool](b, `$("[name=code]").matches(":focus[aria-invalid=true]") && $(".verify .error").ariaLive === "polite" && $("[name=code]").getAttribute("aria-describedby").includes($(".verify .error").id) && `+person) {
		t.Error("the field does not say what is wrong, or nothing leads to a person")
	}
	b.press("1") // replaces what was wrong
	b.wait(`!$(".verify .error").textContent && $("[name=code]").value === "1"`)

	// A new code, once a minute has passed.
	if got := b.text(".verify .ways button"); !strings.HasPrefix(got, "Send a new code (in ") || !get[bool](b, `$(".verify .ways button").disabled`) {
		t.Errorf("right after the first code there is the button %q", got)
	}
	get[bool](b, `self.now = Date.now, Date.now = () => now() + 61_000, true`)
	b.wait(`$(".verify .ways button").innerText === "Send a new code" && !$(".verify .ways button").disabled`)
	chat.set(func() {
		chat.answers["POST verify"] = func(w http.ResponseWriter, _ call) {
			chat.tell(w, http.StatusAccepted, map[string]any{"verification_id": "v2", "expires_at": later(2 * time.Minute)})
		}
	})
	b.click(".verify .ways button")
	b.wait(`JSON.parse(sessionStorage.omniops).orders.verify.id === "v2" && $(".verify .ways button").disabled && $("[name=code]:focus")`)
	calls := chat.calls(true)
	if last := calls[len(calls)-1]; last.To != "POST verify" || last.Body["contact"] != "jane@example.com" {
		t.Errorf("the new code was asked for with %+v", last)
	}

	// It runs out while it is looked at.
	get[bool](b, `Date.now = () => now() + 300_000, true`)
	b.wait(`$(".verify .error").textContent === "That code has expired. Send a new one?"`)
	b.accessible("expired")
	get[bool](b, `Date.now = now, true`)
	b.fill("[name=code]", rightCode)
	b.press("\r")
	b.wait(`$(".order")`)
	if last := chat.calls(true)[3]; last.Body["verification_id"] != "v2" {
		t.Errorf("confirmed %+v, want the newer verification", last)
	}
}

func TestVerifiedWhileTheShopIsAway(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, _ := verifying(t, chat, `lang="en"`, desktop)
	b.details("AB-7", "jane@example.com")
	b.wait(`$("[name=code]:focus")`)
	chat.set(func() {
		chat.script = answerReturns
		chat.order = nil
	})
	b.fill("[name=code]", rightCode)
	b.press("\r")
	b.wait(`$$(".assistant").length === 2`)
	b.answered()
	if !get[bool](b, `$(".verify h3:focus")?.innerText === "Confirmed" && $(".verify").innerText.includes("You can ask about it all the same.") && !$(".verify input") && `+person) {
		t.Errorf("without an order to show: %q", b.text(".verify"))
	}
	b.accessible("verified without an order")
	chat.set(func() { chat.script = whereIsMyOrder })
	b.ask("And another?")
	b.answered()
	b.wait(`$$(".verify").length === 2 && $$(".verify form").length === 1`)
}

func TestOtherDetailsAndPerson(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, _ := verifying(t, chat, `lang="en"`, desktop)
	b.details("#1042", "jane@example.com")
	b.wait(`$("[name=code]:focus")`)
	get[bool](b, `$$(".verify .ways button").find((b) => b.innerText === "Use other details").click(), true`)
	b.wait(`$("[name=order]:focus") && !$("[name=order]").value && !$("[name=contact]").value`)
	if got := get[string](b, `JSON.stringify(JSON.parse(sessionStorage.omniops).orders)`); got != `{"verify":{}}` {
		t.Errorf("back at the first step, the tab keeps %s", got)
	}
	chat.set(func() { chat.script = answerReturns })
	get[bool](b, `$$(".verify .ways button").at(-1).click(), true`)
	b.wait(`$$(".assistant").length === 2`)
	b.answered()
	if sent := chat.sent(); sent[1].Message != "I would like to talk to a person." {
		t.Errorf("sent %q", sent[1].Message)
	}
	// A second wish for an order moves the form to where the shopper is.
	chat.set(func() { chat.script = whereIsMyOrder })
	b.fill("[name=order]", "#77")
	b.ask("And my other order?")
	b.answered()
	b.wait(`$$(".verify").length === 1 && $$(".place").at(-1).contains($(".verify")) && $("[name=order]").value === "#77"`)
}

func TestReloadDuringVerification(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b, shop := verifying(t, chat, `lang="en"`, desktop)
	chat.set(func() {
		chat.lines = []line{
			{"m1", 1, "shopper", "Where is my order?", nil, "2026-11-24T09:00:00Z", "complete", false},
			{"m2", 1, "assistant", "Let me check that the order is yours first.", nil, "2026-11-24T09:00:02Z", "complete", false},
		}
	})
	b.fill("[name=order]", "#1042")
	b.open(shop)
	b.wait(`$("[name=order]") && !$("[name=order]").value`)
	b.details("#1042", "jane@example.com")
	b.wait(`$("[name=code]:focus")`)
	kept := get[string](b, `JSON.stringify(localStorage) + sessionStorage.omniops`)
	if strings.Contains(kept, "jane") || strings.Contains(kept, "1042") || !strings.Contains(kept, `"id":"v1"`) {
		t.Errorf("the browser keeps %s", kept)
	}
	b.open(shop)
	b.wait(`$("[name=code]") && $(".verify .step").innerText === "Step 2 of 2"`)
	if got := get[[]string](b, `$$(".verify .ways button").map((b) => b.innerText)`); !slices.Equal(got, []string{"Use other details", "Talk to a person"}) {
		t.Errorf("after the reload there are %q: what was typed is gone, so a code cannot be sent again", got)
	}
	b.accessible("code after a reload")
	chat.set(func() { chat.script = answerReturns })
	b.fill("[name=code]", rightCode)
	b.press("\r")
	b.wait(`$(".order") && $$(".assistant").length === 2`)
	b.answered()
	sent := chat.sent()
	if len(sent) != 2 || sent[1].Message != "Where is my order?" || sent[0].Key == sent[1].Key {
		t.Errorf("sent %+v, want the last question again", sent)
	}
	b.open(shop)
	b.wait(`$(".shopper")`)
	if get[bool](b, `!!$(".place")`) {
		t.Error("a verification that is over comes back after a reload")
	}
	// Nor does it follow into another conversation.
	chat.set(func() { chat.script = whereIsMyOrder })
	b.ask("Where?")
	b.answered()
	b.wait(`$(".verify")`)
	b.click("#menu")
	b.click("#fresh")
	b.wait(`$(".note .action") && !$(".verify")`)
	if got := get[bool](b, `"orders" in JSON.parse(sessionStorage.omniops)`); got {
		t.Error("the form follows into a new conversation")
	}
}

func TestCardsOfAnAnswerThatIsResumed(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	chat.script = func(s *stream) {
		s.token("Here it is. ")
		s.event("order", chat.order)
		if s.Try == 1 {
			s.cut()
			return
		}
		s.event("action", chat.proposes("a1", "return", "Return 1 Descaler."))
		s.token("Return it?")
		s.done()
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("Where is my order?")
	b.wait(`$(".assistant .text")?.innerText === "Here it is. Return it?"`)
	b.answered()
	b.wait(`$(".decision")`)
	if got := get[[]string](b, `$$(".card").map((c) => c.className)`); !slices.Equal(got, []string{"card order", "card decision"}) {
		t.Errorf("the cards are %q", got)
	}
}

func TestVerificationSpeaks(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"de", "fr", "ar"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			chat := newAPI(t)
			chat.session["language"] = language
			chat.session["strings"] = map[string]string{"orders.send": "أرسل الرمز"}
			want := map[string]string{"de": "Code anfordern", "fr": "Recevoir un code", "ar": "أرسل الرمز"}[language]
			if language != "ar" {
				chat.session["strings"] = map[string]string{}
			}
			l := look{width: 320, height: 640, phone: true}
			b, _ := verifying(t, chat, `lang="`+language+`"`, l)
			if got := b.text(".verify .main"); got != want {
				t.Errorf("the button says %q, want %q", got, want)
			}
			b.picture("verify-" + language)
			b.details("#1042", "jane@example.com")
			b.wait(`$("[name=code]:focus")`)
			b.picture("code-" + language)
			b.fill("[name=code]", rightCode)
			b.press("\r")
			b.wait(`$(".order")`)
			if out := get[[]string](b, outside); len(out) > 0 {
				t.Errorf("outside of the screen: %q", out)
			}
			get[bool](b, `$(".order").scrollIntoView(), true`)
			b.picture("order-" + language)
			b.accessible(language)
		})
	}
}
