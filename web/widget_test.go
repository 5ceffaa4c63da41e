package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniops/shared/claim"
)

func TestNothingBeforeTheClick(t *testing.T) {
	t.Parallel()
	claim.Proves(t, "C153")
	chat := newAPI(t)
	shop := newShop(t, chat, `lang="en"`)
	b := visit(t, shop.URL, desktop)
	b.wait(`document.readyState === "complete" && performance.getEntriesByType("resource").length`)
	if diff := cmp.Diff([]string{"GET /widget/omniops.js"}, chat.requests()); diff != "" {
		t.Errorf("requests before the click (-want +got):\n%s", diff)
	}
	if stored := get[[]string](b, `stored`); len(stored) > 0 {
		t.Errorf("stored before the click: %q", stored)
	}
	b.ask("How long do I have to return a kettle?")
	b.answered()
	for _, url := range b.urls() {
		if !strings.HasPrefix(url, shop.URL+"/") && !strings.HasPrefix(url, chat.URL+"/") {
			t.Errorf("the page asked another host: %s", url)
		}
	}
	for _, stored := range get[[]string](b, `stored`) {
		if !strings.HasPrefix(stored, "setItem omniops ") {
			t.Errorf("stored under another name: %s", stored)
		}
	}
}

func TestOpensBeforeAnythingArrives(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	late := make(chan struct{})
	chat.set(func() { chat.gate = late })
	// The panel has to stand in the same task as the click, whatever the network does.
	if !get[bool](b, `$("#launch").click(), $("dialog").open && $("dialog").checkVisibility() && $("dialog").ariaBusy === "true" && $("dialog").offsetHeight > 300`) {
		t.Error("no panel right after the click")
	}
	close(late)
	b.wait(`$(".suggestions button") && $("dialog").ariaBusy === "false"`)
	if focus := get[string](b, `document.querySelector("omni-chat").shadowRoot.activeElement.id`); focus != "input" {
		t.Errorf("the focus is on %q, want the input", focus)
	}
}

func TestDisclosureCannotBeConfiguredAway(t *testing.T) {
	t.Parallel()
	claim.Proves(t, "C037", "C044")
	for _, c := range []struct {
		name, language            string
		session                   map[string]any
		badge, notice, disclosure string
	}{
		{"as usual", "en", nil, "AI assistant", "AI can make mistakes. Please check important information.", "You are chatting with an AI assistant of Kettle & Co, not with a person."},
		{"blank texts", "en", map[string]any{"disclosure": " ", "notice": ""}, "AI assistant", "AI can make mistakes. Check important information.", "You are chatting with an AI assistant, not a person."},
		{"own words for everything", "en", map[string]any{"strings": map[string]string{"badge": "Kate", "disclosure": "Hello", "notice": "Hi"}, "notice": "", "disclosure": ""}, "AI assistant", "AI can make mistakes. Check important information.", "You are chatting with an AI assistant, not a person."},
		{"German", "de", map[string]any{"notice": "", "disclosure": ""}, "KI-Assistent", "KI kann Fehler machen. Bitte wichtige Angaben prüfen.", "Sie chatten mit einem KI-Assistenten, nicht mit einem Menschen."},
		{"French", "fr", map[string]any{"notice": "", "disclosure": ""}, "Assistant IA", "L’IA peut se tromper. Vérifiez les informations importantes.", "Vous discutez avec un assistant IA, pas avec une personne."},
	} {
		t.Run(c.name, func(t *testing.T) {
			chat := newAPI(t)
			chat.session["language"] = c.language
			for k, v := range c.session {
				chat.session[k] = v
			}
			b := visit(t, newShop(t, chat, `lang="`+c.language+`"`).URL, desktop)
			b.click("#launch")
			b.wait(`$("#disclosure")?.isConnected`)
			got := []string{b.text(".badge"), b.text(".notice"), b.text("#disclosure")}
			if diff := cmp.Diff([]string{c.badge, c.notice, c.disclosure}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !get[bool](b, `$("#log").firstElementChild.id === "disclosure"`) {
				t.Error("the disclosure is not the first thing in the log")
			}
			b.ask("Tell me everything")
			b.answered()
			if !get[bool](b, `[".badge", ".notice"].every((s) => { const r = $(s).getBoundingClientRect(); return $(s).checkVisibility({opacityProperty: true, visibilityProperty: true}) && r.top >= 0 && r.bottom <= innerHeight; })`) {
				t.Error("badge or notice scrolled out of sight")
			}
		})
	}
}

func TestAnswerStreams(t *testing.T) {
	t.Parallel()
	claim.Proves(t, "C046")
	chat := newAPI(t)
	more, end := make(chan struct{}), make(chan struct{})
	stale := source{2, "Delivery", "https://shop.example/delivery", "2026-06-01T05:00:00Z", true}
	chat.script = func(s *stream) {
		s.token("You have **30 days** [1]. The rest is on [the page](https://shop.exa")
		s.hold(more)
		s.token("mple/returns). Delivery takes 2 days [2].")
		s.hold(end)
		s.sources(false, returnsPage, stale, source{N: 3, Title: "Trap", URL: "javascript:alert(1)"})
		s.done()
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("How long?")
	b.wait(`$(".assistant .text")?.innerText.startsWith("You have 30 days")`)
	if got := b.text(".assistant .text"); strings.Contains(got, "http") || strings.Contains(got, "[") {
		t.Errorf("half a link shows: %q", got)
	}
	if !get[bool](b, `!!$(".assistant.streaming") && !$("#stop").hidden && $("#send").hidden && getComputedStyle($(".text > p"), "::after").content === '""'`) {
		t.Error("no caret or no stop button while the answer streams")
	}
	close(more)
	b.wait(`$(".assistant a")?.href === "https://shop.example/returns"`)
	close(end)
	b.answered()
	want := []map[string]any{
		{"href": "https://shop.example/returns", "target": "_blank", "rel": "noopener noreferrer", "text": "1 Returns and refunds checked Tue, Nov 24, 2026 (opens in a new tab)"},
		{"href": "https://shop.example/delivery", "target": "_blank", "rel": "noopener noreferrer", "text": "2 Delivery checked Mon, Jun 1, 2026 · may be out of date (opens in a new tab)"},
	}
	got := get[[]map[string]any](b, `$$(".sources a").map((a) => ({href: a.href, target: a.target, rel: a.rel, text: a.innerText.replace(/\s+/g, " ")}))`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	if got := get[[]string](b, `$$(".cite a").map((a) => a.ariaLabel + " " + a.href)`); !slices.Equal(got, []string{"1: Returns and refunds https://shop.example/returns", "2: Delivery https://shop.example/delivery"}) {
		t.Errorf("citations: %q", got)
	}
}

func TestSlowAnswerSaysWhatItDoes(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	end := make(chan struct{})
	chat.script = func(s *stream) {
		s.status("Looking at the returns page")
		s.hold(end)
		answerReturns(s)
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("How long?")
	b.wait(`$(".streaming")`)
	if got := b.text(".status"); got != "" {
		t.Errorf("says %q before two seconds are over", got)
	}
	b.wait(`$(".status")?.innerText === "Looking at the returns page"`)
	close(end)
	b.answered()
	if got := b.text(".status"); got != "" {
		t.Errorf("still says %q after the answer", got)
	}
}

func TestReloadKeepsTheChat(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	shop := newShop(t, chat, `lang="en"`)
	b := visit(t, shop.URL, desktop)
	b.ask("How long?")
	b.answered()
	b.press("half a sentence")
	chat.set(func() {
		chat.lines = []line{
			{"m1", 1, "shopper", "How long?", nil, "2026-11-24T09:00:00Z", "complete", false},
			{"m2", 1, "assistant", "You have **30 days** [1].", []source{returnsPage}, "2026-11-24T09:00:02Z", "complete", false},
			{"m3", 2, "agent", "This is Kate. Can I help?", nil, "2026-11-24T09:01:00Z", "complete", false},
		}
	})
	b.open(shop.URL)
	b.wait(`$(".agent")`)
	want := []string{"You: How long?", "AI assistant: You have 30 days1. 1 Returns and refunds checked Tue, Nov 24, 2026 (opens in a new tab)", "Shop team: This is Kate. Can I help?"}
	got := get[[]string](b, `$$(".msg").map((m) => m.innerText.replace(/\s+/g, " ").trim())`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !get[bool](b, `document.activeElement === document.body`) {
		t.Error("the reopened chat took the focus from the page")
	}
	if got := get[string](b, `$("#input").value`); got != "half a sentence" {
		t.Errorf("the draft is %q", got)
	}
	b.ask(" and more")
	b.answered()
	if tokens := chat.sent(); !strings.HasSuffix(tokens[1].Token, "-c1") {
		t.Errorf("the conversation changed: %v", tokens)
	}
	// A sheet would cover the page that a phone's shopper came for.
	b.show(look{width: 390, height: 844, phone: true})
	b.open(shop.URL)
	if get[bool](b, `$("dialog").open`) {
		t.Error("the chat covers a phone after a reload")
	}
}

func TestReloadResumesTheAnswer(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	shop := newShop(t, chat, `lang="en"`)
	chat.script = func(s *stream) {
		s.token("You have ")
		if s.Try == 1 {
			s.hold(nil)
			return
		}
		s.token("30 days.")
		s.done()
	}
	b := visit(t, shop.URL, desktop)
	b.ask("How long?")
	b.wait(`$(".assistant .text")?.innerText === "You have"`)
	chat.set(func() {
		chat.lines = []line{{"m1", 1, "shopper", "How long?", nil, "2026-11-24T09:00:00Z", "complete", false}}
	})
	b.open(shop.URL)
	b.answered()
	if got := get[[]string](b, `$$(".msg").map((m) => m.innerText.replace(/\s+/g, " ").trim())`); !slices.Equal(got, []string{"You: How long?", "AI assistant: You have 30 days."}) {
		t.Errorf("after the reload: %q", got)
	}
	if sent := chat.sent(); len(sent) != 2 || sent[0].Key != sent[1].Key {
		t.Errorf("sent %v, want the same message twice", sent)
	}
}

func TestMenu(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("How long?")
	b.answered()

	b.click("#menu")
	b.click("#size")
	if got := get[string](b, `getComputedStyle($(".assistant .text")).fontSize + " " + $("#size").innerText`); got != "20px Text size: 125 %" {
		t.Errorf("larger text: %s", got)
	}
	b.click("#privacy")
	b.wait(`$("#log").lastElementChild.matches(".note:focus") && $(".note").innerText.includes("90 days")`)

	get[bool](b, `URL.createObjectURL = (blob) => { blob.text().then((text) => self.file = text); return "blob:x"; }, HTMLAnchorElement.prototype.click = function () { self.saved = this.download; }, true`)
	b.click("#menu")
	b.click("#download")
	b.wait(`self.file`)
	file := get[string](b, `self.saved + "\n" + self.file`)
	for _, part := range []string{"chat.txt", "Conversation with Kettle & Co", "You are chatting with an AI assistant", "· You\nHow long?", "· AI assistant\nYou may return a kettle within 30 days of delivery. Unopened, you have 60 days.\n[1] Returns and refunds https://shop.example/returns"} {
		if !strings.Contains(file, part) {
			t.Errorf("the transcript lacks %q:\n%s", part, file)
		}
	}

	b.click("#menu")
	b.click("#person")
	b.wait(`$$(".shopper").length === 2`)
	b.answered()
	if sent := chat.sent(); sent[1].Message != "I would like to talk to a person." {
		t.Errorf("sent %q", sent[1].Message)
	}

	chat.set(func() {
		chat.lines = []line{{"m1", 1, "shopper", "How long?", nil, "2026-11-24T09:00:00Z", "complete", false}}
	})
	b.click("#menu")
	b.click("#fresh")
	b.wait(`$(".note .action") && !$(".msg")`)
	b.ask("Something else")
	b.answered()
	if sent := chat.sent(); !strings.HasSuffix(sent[2].Token, "-c2") {
		t.Errorf("the new conversation goes on in %s", sent[2].Token)
	}
	b.click(".note .action")
	b.wait(`$$(".msg").length === 1 && $(".shopper").innerText.includes("How long?")`)
	b.ask("Back again")
	b.answered()
	if sent := chat.sent(); !strings.HasSuffix(sent[3].Token, "-c1") {
		t.Errorf("the previous conversation goes on in %s", sent[3].Token)
	}
}

func TestHandoffOffersAPerson(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	chat.script = func(s *stream) {
		s.token("I do not know.")
		s.sources(true)
		s.done()
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("What is the meaning of life?")
	b.answered()
	b.click(".assistant .action")
	b.wait(`$$(".assistant").length === 2`)
	b.answered()
	if got := get[int](b, `$$(".assistant .action").length`); got != 1 {
		t.Errorf("%d offers of a person, want 1: asking for one is not answered by the same offer", got)
	}
}

func TestReloadOffersAPersonAgain(t *testing.T) {
	t.Parallel()
	const ask = "I would like to talk to a person."
	message := func(author, text string, handoff bool) line {
		return line{author + text, 1, author, text, nil, "2026-11-24T09:00:00Z", "complete", handoff}
	}
	for _, c := range []struct {
		name  string
		lines []line
		want  bool
	}{
		{"offered by the last answer", []line{message("shopper", "Why?", false), message("assistant", "I do not know.", true)}, true},
		{"offered before another question", []line{message("shopper", "Why?", false), message("assistant", "I do not know.", true), message("shopper", "How long?", false), message("assistant", "30 days.", false)}, false},
		{"not offered", []line{message("shopper", "How long?", false), message("assistant", "30 days.", false)}, false},
		{"asked for already", []line{message("shopper", ask, false), message("assistant", "Write to us.", true)}, false},
		{"a person is there", []line{message("shopper", "Why?", false), message("assistant", "I do not know.", true), message("agent", "This is Kate.", false)}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			chat := newAPI(t)
			chat.valid["token-0-c9"] = "c9"
			chat.lines = c.lines
			b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
			get[bool](b, `localStorage.setItem("omniops", '{"token":"token-0-c9"}'), true`)
			b.click("#launch")
			b.wait(`$(".assistant")`)
			if got := get[bool](b, `!!$(".assistant .action")`); got != c.want {
				t.Fatalf("offers a person: %t, want %t", got, c.want)
			}
			if c.want {
				b.click(".assistant .action")
				b.wait(`$$(".assistant").length === 2`)
				b.answered()
				if sent := chat.sent(); sent[0].Message != ask {
					t.Errorf("sent %q", sent[0].Message)
				}
			}
		})
	}
}

func TestUnreadAnswer(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	end := make(chan struct{})
	chat.script = func(s *stream) {
		s.token("Wait. ")
		s.hold(end)
		answerReturns(s)
	}
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	b.ask("How long?")
	b.wait(`$(".assistant .text")?.innerText`)
	b.click("#close")
	close(end)
	b.wait(`$("#launch").ariaLabel === "Chat, new message" && getComputedStyle($("#launch"), "::after").content === '""'`)
	b.click("#launch")
	b.wait(`$("#launch").ariaLabel === "Chat" && $("dialog").open`)
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	type test struct{ name, text, want string }
	var cases []test
	chat := newAPI(t)
	for _, c := range []test{
		{"plain", "One\ntwo\n\nthree", `<p>One<br>two</p><p>three</p>`},
		{"stress", "**bold** and *slanted* `code` 2 * 3 * 4", `<p><strong>bold</strong> and <em>slanted</em> <code>code</code> 2 * 3 * 4</p>`},
		{"heading", "## Returns\nText", `<p><strong>Returns</strong></p><p>Text</p>`},
		{"lists", "- one\n- **two**\n  - inner\n\n1. first\n2. second", `<ul><li>one</li><li><strong>two</strong><ul><li>inner</li></ul></li></ul><ol start="1"><li>first</li><li>second</li></ol>`},
		{"quote", "> said\n> so", `<blockquote><p>said<br>so</p></blockquote>`},
		{"table", "| A | B |\n|---|:-:|\n| 1 | **2** |", `<div class="table" tabindex="0"><table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead><tbody><tr><td>1</td><td><strong>2</strong></td></tr></tbody></table></div>`},
		{"links", "[a](https://a.example/x) http://b.example/y.", `<p><a href="https://a.example/x" target="_blank" rel="noopener noreferrer">a</a> <a href="http://b.example/y" target="_blank" rel="noopener noreferrer">http://b.example/y</a>.</p>`},
		{"mail", "Write to help@shop.example.", `<p>Write to <a href="mailto:help@shop.example">help@shop.example</a>.</p>`},
		{"links that are none", "[a](javascript:alert(1)) [b](data:text/html,x) [c](/relative) [d](//e.example)", `<p>a) b c d</p>`},
		{"picture", "Look: ![a cup](https://evil.example/?secret=1) here", `<p>Look: a cup here</p>`},
		{"picture as a link", "[![x](https://evil.example/i)](https://evil.example/j)", ``},
		{"markup", `<img src=x onerror=alert(1)><script>alert(1)</script><b>x</b>`, `<p>&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;x&lt;/b&gt;</p>`},
		{"citation without a source", "So it is [4].", `<p>So it is<sup class="cite">4</sup>.</p>`},
		{"rule", "a\n\n---\n\nb", `<p>a</p><p>b</p>`},
		{"deep nesting", strings.Repeat("> ", 40) + "x", ``},
		{"many stars", strings.Repeat("*", 1500) + " x", ``},
	} {
		cases = append(cases, c)
		chat.lines = append(chat.lines, line{c.name, 1, "assistant", c.text, nil, "2026-11-24T09:00:02Z", "complete", false})
	}
	chat.valid["token-0-c9"] = "c9"
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	get[bool](b, `localStorage.setItem("omniops", '{"token":"token-0-c9"}'), true`)
	b.click("#launch")
	b.wait(`$$(".assistant .text").length === ` + fmt.Sprint(len(cases)))
	for i, got := range get[[]string](b, `$$(".assistant .text").map((e) => e.innerHTML)`) {
		if c := cases[i]; c.want != "" && got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
		if strings.Contains(got, "<img") || strings.Contains(got, "evil.example/i") {
			t.Errorf("%s: a picture survives: %s", cases[i].name, got)
		}
	}
	for _, url := range b.urls() {
		if strings.Contains(url, "evil.example") {
			t.Errorf("the page asked for %s", url)
		}
	}
}

func TestBlockedStorage(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b := visit(t, newShop(t, chat, `lang="en"`).URL, desktop)
	get[bool](b, `Storage.prototype.setItem = Storage.prototype.getItem = () => { throw new DOMException("no"); }, true`)
	b.ask("How long?")
	b.answered()
	if got := b.text(".assistant .text"); !strings.Contains(got, "30 days") {
		t.Errorf("without storage: %q", got)
	}
}

func TestWidgetDoesNotLoad(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	b := visit(t, newShop(t, chat, `lang="de"`).URL, desktop)
	assets, err := widget()
	if err != nil {
		t.Fatal(err)
	}
	path := "GET " + assets.UI.Path
	chat.set(func() { chat.refuse[path] = http.StatusServiceUnavailable })
	b.click("#launch")
	b.wait(`$("dialog > button")?.innerText === "Der Chat lädt nicht. Erneut versuchen"`)
	chat.set(func() { delete(chat.refuse, path) })
}
