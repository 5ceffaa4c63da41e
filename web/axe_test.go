package web_test

import (
	"os"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe is the source of the accessibility checker that package.json pins.
const axe = "node_modules/axe-core/axe.min.js"

// accessible fails the test for every fault of the chat that axe finds. It needs
// what `npm ci` brings, and says so without.
func (b *tab) accessible(state string) {
	b.t.Helper()
	source, err := os.ReadFile(axe)
	if os.IsNotExist(err) {
		b.t.Logf("%s: not checked with axe, which `npm ci` in web/ brings", state)
		return
	}
	b.must(err)
	if !get[bool](b, `!!self.axe`) {
		_, err = chromedp.Call(b.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: string(source) + "\n;0"})
		b.must(err)
	}
	got, err := chromedp.Call(b.ctx, runtime.Evaluate, runtime.EvaluateParams{
		AwaitPromise: new(true), ReturnByValue: new(true),
		Expression: `axe.run(document.querySelector("omni-chat"), {resultTypes: ["violations"]}).then(({violations}) =>
			JSON.stringify(violations.map((v) => v.id + " (" + v.impact + "): " + v.nodes.map((n) => n.target.flat().at(-1) + " " + n.failureSummary.replace(/\s+/g, " ")).join("; "))))`,
	})
	b.must(err)
	if got.ExceptionDetails != nil {
		b.t.Fatalf("%s: axe: %s", state, got.ExceptionDetails.Exception.Description)
	}
	if list := string(got.Result.Value); list != `"[]"` {
		b.t.Errorf("%s: axe finds %s", state, list)
	}
}

func TestChatIsAccessible(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	for _, l := range []look{{width: 360, height: 740, phone: true}, {width: 1280, height: 800, dark: true}} {
		b := visit(t, newShop(t, chat, `lang="en"`).URL, l)
		b.click("#launch")
		b.wait(`$(".suggestions button")`)
		b.accessible("opened")
		b.ask("How long?")
		b.answered()
		b.accessible("answered")
		b.click("#menu")
		b.accessible("with the menu")
	}
}
