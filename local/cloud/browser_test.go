package cloud_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"omniops/shared/claim"
)

// A person on the shop's page opens the chat, sees that it is an AI, asks what
// the pages say, asks further, and asks what they do not say.
func TestAPersonAsksThreeQuestionsInABrowser(t *testing.T) {
	claim.Proves(t, "C037", "C039", "C044", "C135")
	s := running(t)
	b := visit(t, s.Storefront+"/returns")
	b.click(`$("#launch")`)
	b.wait(`$("#disclosure")?.checkVisibility() && $(".notice")?.checkVisibility()`)
	if got := b.text(`$("#disclosure")`); !strings.Contains(got, "AI assistant, not a person") {
		t.Errorf("disclosure %q", got)
	}

	first := b.ask(1, question)
	if !strings.Contains(first, "30 days") {
		t.Errorf("%q: %q", question, first)
	}
	source := b.text(`$$(".assistant")[0].querySelector(".sources a").href`)
	if !strings.HasPrefix(source, s.Storefront+"/") {
		t.Errorf("source %q", source)
	}
	if resp, body := call(t, "GET", source, ""); resp.StatusCode != 200 || !strings.Contains(body, "30 days") {
		t.Errorf("the source %s does not say so: %d", source, resp.StatusCode)
	}

	follow := b.ask(2, "And if it is still sealed in its box?")
	if !strings.Contains(follow, "60 days") {
		t.Errorf("the follow-up: %q", follow)
	}

	unknown := b.ask(3, "Who won the football world cup in 1998?")
	if !strings.Contains(unknown, "could not find") || !strings.Contains(unknown, "help@kettle-and-co.example") {
		t.Errorf("what the pages do not say: %q", unknown)
	}
	if n := b.text(`String($$(".assistant")[2].querySelectorAll(".sources a").length)`); n != "0" {
		t.Errorf("it cites %s sources", n)
	}

	thread := b.text(`$("#log").innerText`)
	b.open(s.Storefront + "/delivery")
	b.wait(`$("dialog")?.open || ($("#launch").click(), false)`)
	b.wait(`$$(".assistant").length === 3 && $$(".shopper").length === 3`)
	for _, said := range []string{question, "And if it is still sealed in its box?", first, follow, unknown} {
		if got := b.text(`$("#log").innerText`); !strings.Contains(flat(got), flat(said)) {
			t.Errorf("after the reload %q is missing from %q; it was %q", said, got, thread)
		}
	}
	if fourth := b.ask(4, "How much is delivery?"); !strings.Contains(fourth, "£") {
		t.Errorf("after the reload: %q", fourth)
	}
}

// flat leaves only the words.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// tab is a page of a browser of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func visit(t *testing.T, url string) *tab {
	t.Helper()
	b := blank(t)
	b.open(url)
	return b
}

// blank starts a browser that has been nowhere yet.
func blank(t *testing.T) *tab {
	t.Helper()
	path, err := findBrowser()
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's sandbox refuses to run as root
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, quit := chromedp.NewContext(ctx)
	t.Cleanup(quit)
	b := &tab{t, ctx}
	b.must(chromedp.Do(ctx))
	limited, cancel := context.WithTimeout(ctx, 120*time.Second)
	t.Cleanup(cancel)
	b.ctx = limited
	b.must(chromedp.Listen(b.ctx, func(ev any) {
		if e, ok := ev.(*runtime.EventExceptionThrown); ok {
			t.Errorf("the page threw %s", e.ExceptionDetails.Text)
		}
	}))
	_, err = chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
self.$ = (selector) => document.querySelector("omni-chat")?.shadowRoot.querySelector(selector);
self.$$ = (selector) => [...document.querySelector("omni-chat").shadowRoot.querySelectorAll(selector)];`})
	b.must(err)
	_, err = chromedp.Call(b.ctx, runtime.Enable, cdp.Empty{})
	b.must(err)
	return b
}

// findBrowser looks where CHROME_PATH points, then on the PATH.
func findBrowser() (string, error) {
	if path := os.Getenv("CHROME_PATH"); path != "" {
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("this test drives a real browser and found none: install Chromium (Debian: apt-get install chromium) or set CHROME_PATH to a Chrome or Chromium binary")
}

func (b *tab) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) open(url string) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.Navigate(url)))
	b.wait(`$("#launch")`)
}

// wait returns once the expression is true.
func (b *tab) wait(expression string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingTimeout(30*time.Second))); err != nil {
		text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`$("dialog")?.innerText ?? ""`))
		b.t.Fatalf("never came true: %s (%v)\n%s", expression, err, text)
	}
}

// text is an element's text, or the text that an expression gives.
func (b *tab) text(expression string) string {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`((x) => x?.innerText ?? x ?? "")(`+expression+`)`))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return strings.TrimSpace(v)
}

func (b *tab) click(element string) {
	b.t.Helper()
	at, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]float64](`(() => { const r = `+element+`.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`))
	b.must(err)
	b.must(chromedp.Do(b.ctx, chromedp.MouseClickXY(at[0], at[1])))
}

// ask types the nth question of the conversation and gives the answer.
func (b *tab) ask(n int, question string) string {
	b.t.Helper()
	b.wait(`$("#input") && ($("#input").focus(), true)`)
	_, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: question})
	b.must(err)
	b.click(`$("#send")`)
	b.wait(fmt.Sprintf(`$$(".assistant").length === %d && !$(".streaming") && $("#stop").hidden && $$(".assistant")[%d].querySelector(".text").innerText`, n, n-1))
	return b.text(fmt.Sprintf(`$$(".assistant")[%d].querySelector(".text")`, n-1))
}
