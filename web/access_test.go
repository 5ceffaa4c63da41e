package web_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"omniops/shared/claim"
)

// names lists what a screen reader offers to act on or to jump to: the role and
// name of every exposed node with one of the roles.
func (b *tab) names() []string {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, accessibility.Enable, cdp.Empty{})
	b.must(err)
	tree, err := chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	b.must(err)
	text := func(v *accessibility.Value) (s string) {
		if v != nil {
			_ = json.Unmarshal(v.Value, &s)
		}
		return s
	}
	nodes := map[accessibility.NodeID]*accessibility.Node{}
	for _, node := range tree.Nodes {
		nodes[node.NodeID] = node
	}
	var list []string
	var walk func(node *accessibility.Node)
	walk = func(node *accessibility.Node) {
		switch role := text(node.Role); role {
		case "dialog", "log", "button", "link", "textbox", "heading", "list", "menu", "menuitem", "status", "alert", "banner":
			if !node.Ignored {
				list = append(list, role+": "+text(node.Name))
			}
		}
		for _, id := range node.ChildIDs {
			if child := nodes[id]; child != nil {
				walk(child)
			}
		}
	}
	walk(tree.Nodes[0])
	return list
}

func TestNamesAndRoles(t *testing.T) {
	t.Parallel()
	claim.Proves(t, "C044")
	chat := newAPI(t)
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	if diff := cmp.Diff([]string{"heading: Shop", "link: A link of the shop", "button: Chat"}, b.names()); diff != "" {
		t.Errorf("closed (-want +got):\n%s", diff)
	}
	b.click("#launch")
	b.wait(`$(".suggestions button")`)
	head := []string{"heading: Shop", "link: A link of the shop", "button: Chat", "dialog: Kettle & Co AI assistant", "heading: Kettle & Co", "button: Menu", "button: Close chat", "log: Conversation"}
	want := append(head[:len(head):len(head)],
		"list: Suggested questions", "button: How long do I have to return a kettle?", "button: Which kettle works on induction?", "button: How do I descale a kettle?",
		"textbox: Your question", "button: Send")
	if diff := cmp.Diff(want, b.names()); diff != "" {
		t.Errorf("opened (-want +got):\n%s", diff)
	}
	b.ask("How long?")
	b.answered()
	b.click("#menu")
	want = []string{"heading: Shop", "link: A link of the shop", "button: Chat", "dialog: Kettle & Co AI assistant", "heading: Kettle & Co", "button: Menu", "button: Close chat",
		"menu: Menu", "menuitem: Talk to a person", "menuitem: Privacy", "menuitem: Text size: 100 %", "menuitem: Download transcript", "menuitem: New conversation",
		"log: Conversation", "link: 1: Returns and refunds", "list: Sources", "link: 1 Returns and refunds checked Tue, Nov 24, 2026 (opens in a new tab)",
		"textbox: Your question", "button: Send"}
	if diff := cmp.Diff(want, b.names()); diff != "" {
		t.Errorf("answered, with the menu (-want +got):\n%s", diff)
	}
}

func TestAnnouncesSentences(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	end := make(chan struct{})
	chat.script = func(s *stream) {
		for _, piece := range strings.SplitAfter("You have **30 days** [1]. Unopened you ", " ") {
			s.token(piece)
		}
		s.hold(end)
		s.token("have 60.")
		s.sources(false, returnsPage)
		s.done()
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("How long?")
	said := `[...$("[aria-live=polite]").children].map((p) => p.textContent).slice(1)`
	b.wait(said + `.length === 1`)
	close(end)
	b.answered()
	if diff := cmp.Diff([]string{"You have 30 days.", "Unopened you have 60."}, get[[]string](b, said)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := get[string](b, `$("#log").getAttribute("aria-live")`); got != "off" {
		t.Errorf("the log announces by itself too: aria-live is %q", got)
	}
}

func TestKeyboardOnly(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	focus := func(want string) {
		t.Helper()
		b.wait(`(() => { const e = document.querySelector("omni-chat").shadowRoot.activeElement; return (e?.id || e?.innerText) === ` + quote(want) + `; })()`)
		if !get[bool](b, `(() => { const s = getComputedStyle(document.querySelector("omni-chat").shadowRoot.activeElement); return s.outlineStyle === "solid" && parseFloat(s.outlineWidth) >= 2; })()`) {
			t.Errorf("%s has the focus, and no ring shows it", want)
		}
	}
	b.press(kb.Tab) // the shop's link
	b.press(kb.Tab)
	focus("launch")
	b.press("\r")
	focus("input")
	b.wait(`$(".suggestions button")`)
	const back = chromedp.ModifierShift
	b.press(kb.Tab, back)
	focus("How do I descale a kettle?")
	b.press("\r")
	b.answered()
	b.wait(`$(".shopper").innerText.includes("descale")`)
	get[bool](b, `$("#input").focus(), true`)
	b.press("One")
	b.press("\r", back)
	if got := get[string](b, `$("#input").value`); got != "One\n" {
		t.Errorf("Shift and Enter made %q, want a new line", got)
	}
	b.press("two\r")
	b.wait(`$$(".assistant").length === 2`)
	b.answered()
	if sent := chat.sent(); sent[1].Message != "One\ntwo" {
		t.Errorf("sent %q", sent[1].Message)
	}
	for range 3 { // the source's chip, its number in the text, the log
		b.press(kb.Tab, back)
	}
	get[bool](b, `$("#menu").focus(), true`)
	b.press(kb.ArrowDown)
	focus("person")
	b.press(kb.ArrowUp)
	focus("fresh")
	b.press(kb.Home)
	focus("person")
	b.press(kb.ArrowDown)
	focus("privacy")
	b.press(kb.Escape)
	focus("menu")
	if !get[bool](b, `$("dialog").open`) {
		t.Fatal("Escape in the menu closed the chat")
	}
	b.press(kb.Escape)
	focus("launch")
	if get[bool](b, `$("dialog").open`) {
		t.Error("Escape did not close the chat")
	}
}

func TestPhoneSheetHoldsTheFocus(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b := visit(t, newShop(t, chat, `lang="en"`).URL, look{width: 390, height: 844, phone: true})
	b.ask("How long?")
	b.answered()
	size := get[[]float64](b, `(() => { const r = $("dialog").getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()`)
	if diff := cmp.Diff([]float64{0, 0, 390, 844}, size); diff != "" {
		t.Errorf("the sheet (-want +got):\n%s", diff)
	}
	for range 12 {
		b.press(kb.Tab)
		if get[bool](b, `document.activeElement?.tagName === "A"`) {
			t.Fatal("Tab reached the page behind the sheet")
		}
	}
	get[bool](b, `$("#input").focus(), true`)
	b.press(kb.Escape)
	b.wait(`!$("dialog").open && document.querySelector("omni-chat").shadowRoot.activeElement?.id === "launch"`)
}

func TestRightToLeft(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	chat.session["language"] = "ar"
	chat.session["disclosure"] = "أنت تتحدث مع مساعد يعمل بالذكاء الاصطناعي، وليس مع شخص."
	chat.session["suggestions"] = []string{"كم لدي من الوقت لإرجاع الغلاية؟"}
	chat.session["strings"] = map[string]string{"badge": "مساعد ذكاء اصطناعي", "placeholder": "اطرح سؤالاً"}
	chat.script = func(s *stream) {
		s.token("يمكنك إرجاع الغلاية خلال 30 يوماً [1].")
		s.sources(false, returnsPage)
		s.done()
	}
	b := visit(t, newShop(t, chat, `lang="ar" dir="rtl"`).URL, desktop)
	b.ask("كم؟")
	b.answered()
	b.picture("rtl")
	got := get[map[string]any](b, `({
		launch: $("#launch").getBoundingClientRect().left < 100,
		panel: $("dialog").getBoundingClientRect().left < 100,
		close: $("#close").getBoundingClientRect().left < $("#name").getBoundingClientRect().left,
		shopper: $(".shopper").getBoundingClientRect().left - $("#log").getBoundingClientRect().left < 40,
		send: $("#send").getBoundingClientRect().left < $("#input").getBoundingClientRect().left,
		direction: getComputedStyle($(".assistant .text")).direction,
		badge: $(".badge").innerText,
	})`)
	want := map[string]any{"launch": true, "panel": true, "close": true, "shopper": true, "send": true, "direction": "rtl", "badge": "مساعد ذكاء اصطناعي"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// contrast computes the least contrast of any visible text of the chat with
// what is behind it, and names the worst.
const contrast = `(() => {
	const parse = (c) => (c.match(/[\d.]+/g) ?? []).map(Number);
	const lum = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const solid = (c) => c.length >= 3 && (c[3] ?? 1) === 1;
	const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (solid(c)) return c; } return [255, 255, 255]; };
	let worst = [99, ""];
	const see = (colour, e, what) => {
		const [a, b] = [lum(parse(colour)), lum(behind(e))].sort((x, y) => y - x);
		const ratio = (a + 0.05) / (b + 0.05);
		if (ratio < worst[0]) worst = [ratio, what];
	};
	for (const e of $$("dialog *, #launch")) {
		if (!e.checkVisibility() || e.closest(".sr")) continue;
		const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
		if (own || e.matches("button:has(svg)")) see(getComputedStyle(e).color, e, e.className + " " + e.innerText.slice(0, 30));
	}
	see(getComputedStyle($("#input"), "::placeholder").color, $("#input"), "placeholder");
	return worst.map(String);
})()`

func TestContrastOfEveryAccent(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	shop := newShop(t, chat, `lang="en"`)
	stale := source{2, "Delivery", "https://shop.example/delivery", "2026-06-01T05:00:00Z", true}
	chat.script = func(s *stream) {
		s.token("| A | B |\n|---|---|\n| [x](https://x.example) [1] | `c` |\n\n> quoted")
		s.sources(true, returnsPage, stale)
		s.done()
	}
	b := visit(t, shop.URL, desktop)
	b.ask("How long?")
	b.answered()
	b.click("#menu")
	b.click("#privacy")
	b.click("#menu")
	// Each accent comes as a session of its own, by way of a new conversation.
	for _, accent := range []string{"#000000", "#ffffff", "#ffff00", "#00ff00", "#00ffff", "#ff0000", "#0000ff", "#ff00ff", "#808080", "#e08a00", "#0b5d5b", "#767676", "#16181b"} {
		chat.set(func() { chat.session["shop"] = map[string]any{"name": "Kettle & Co", "accent": accent} })
		get[bool](b, `$(".assistant").id = "old", $("#fresh").click(), true`)
		b.wait(`!$("#old") && $(".note .action")`)
		b.ask("How long?")
		b.answered()
		get[bool](b, `$("#menu").click(), true`)
		for _, dark := range []bool{false, true} {
			b.show(look{width: 1440, height: 900, dark: dark})
			worst := get[[]string](b, contrast)
			var ratio float64
			if _, err := fmt.Sscan(worst[0], &ratio); err != nil || ratio < 4.5 {
				t.Errorf("accent %s, dark %t: contrast %s at %q", accent, dark, worst[0], worst[1])
			}
		}
		b.show(desktop)
	}
}

func TestTargetsAndZoom(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	// 640 × 400 is a laptop's 1280 × 800 at 200 %.
	for _, l := range []look{{width: 390, height: 844, phone: true}, {width: 640, height: 400}, desktop} {
		b := visit(t, newShop(t, chat, `lang="en"`).URL, l)
		b.click("#launch")
		b.wait(`$(".suggestions button")`)
		b.ask("How long?")
		b.answered()
		b.click("#menu")
		small := get[[]string](b, `$$("button, textarea, .sources a").filter((e) => e.checkVisibility()).filter((e) => { const r = e.getBoundingClientRect(); return r.width < 44 || r.height < 44; }).map((e) => e.id || e.innerText)`)
		if len(small) > 0 {
			t.Errorf("%d px: smaller than 44 px: %q", l.width, small)
		}
		if !get[bool](b, `(() => { const r = $("#input").getBoundingClientRect(); return r.top > 0 && r.bottom <= innerHeight && $("#log").clientHeight >= 100; })()`) {
			t.Errorf("%d × %d: the input or the log has no room", l.width, l.height)
		}
	}
}

func TestPreferences(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	more := make(chan struct{})
	chat.script = func(s *stream) {
		s.token("You have ")
		s.hold(more)
		answerReturns(s)
	}
	l := desktop
	l.features = map[string]string{"prefers-reduced-motion": "reduce", "forced-colors": "active"}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, l)
	b.ask("How long?")
	b.wait(`$(".assistant .text")?.innerText === "You have"`)
	if n := get[int](b, `$$("*").flatMap((e) => e.getAnimations({subtree: true})).length + document.getAnimations().length`); n > 0 {
		t.Errorf("%d animations under reduced motion", n)
	}
	close(more)
	b.answered()
	b.picture("forced")
	borders := get[[]string](b, `["dialog", "#launch", ".shopper", "#send", ".badge"].filter((s) => parseFloat(getComputedStyle($(s)).borderTopWidth) < 1)`)
	if len(borders) > 0 {
		t.Errorf("without an edge in forced colours: %q", borders)
	}
}

func TestPinnedScheme(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	get[bool](b, `document.querySelector("omni-chat").setAttribute("scheme", "dark"), true`)
	b.click("#launch")
	b.wait(`$(".suggestions button")`)
	if got := get[string](b, `getComputedStyle($(".sheet")).backgroundColor`); got != "rgb(22, 24, 27)" {
		t.Errorf("pinned to dark, the panel is %s", got)
	}
}
