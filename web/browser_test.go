package web_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browser is the one browser of this package's tests.
var browser context.Context

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	path, err := findBrowser()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", false),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's sandbox refuses to run as root
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	ctx, quit := chromedp.NewContext(ctx)
	defer quit()
	if err := chromedp.Do(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "start the browser %s: %v\n", path, err)
		return 1
	}
	browser = ctx
	return m.Run()
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
	return "", fmt.Errorf("these tests drive a real browser and found none: install Chromium (Debian: apt-get install chromium) or set CHROME_PATH to a Chrome or Chromium binary")
}

// tab is one page in a profile of its own.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	trouble  []string // console errors, exceptions, policy violations
	requests []string // URLs
}

// look is what the page is shown on.
type look struct {
	width, height int64
	phone, dark   bool
	features      map[string]string
}

var desktop = look{width: 1440, height: 900}

// probe records what a page does to storage and to its policy, before any of
// its scripts run.
const probe = `
self.stored = [];
for (const name of ["setItem", "removeItem", "clear"]) {
  const real = Storage.prototype[name];
  Storage.prototype[name] = function (...args) { stored.push([name, ...args].join(" ")); return real.apply(this, args); };
}
Object.defineProperty(document, "cookie", { set(v) { stored.push("cookie " + v); }, get() { return ""; } });
self.violations = [];
addEventListener("securitypolicyviolation", (e) => violations.push(e.violatedDirective + " " + e.blockedURI));
self.$ = (selector) => document.querySelector("omni-chat")?.shadowRoot.querySelector(selector);
self.$$ = (selector) => [...document.querySelector("omni-chat").shadowRoot.querySelectorAll(selector)];
`

// visit opens url in a fresh profile. When the test ends, anything the page
// complained about fails it.
func visit(t *testing.T, url string, l look) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	return visitIn(t, ctx, url, l)
}

// twin opens url in another tab of the same profile.
func (b *tab) twin(url string, l look) *tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	return visitIn(b.t, ctx, url, l)
}

func visitIn(t *testing.T, ctx context.Context, url string, l look) *tab {
	t.Helper()
	b := &tab{t: t, ctx: ctx}
	b.must(chromedp.Do(ctx))
	limited, stop := context.WithTimeout(ctx, 100*time.Second)
	t.Cleanup(stop)
	b.ctx = limited
	b.must(chromedp.Listen(b.ctx, b.note))
	_, err := chromedp.Call(b.ctx, log.Enable, cdp.Empty{})
	b.must(err)
	_, err = chromedp.Call(b.ctx, network.Enable, network.EnableParams{})
	b.must(err)
	_, err = chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: probe})
	b.must(err)
	_, err = chromedp.Call(b.ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	b.must(err)
	b.show(l)
	b.open(url)
	t.Cleanup(func() {
		for _, trouble := range b.troubles() {
			t.Errorf("the page complained: %s", trouble)
		}
	})
	return b
}

func (b *tab) note(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, ev.Request.URL)
	case *runtime.EventExceptionThrown:
		b.trouble = append(b.trouble, ev.ExceptionDetails.Text+" "+ev.ExceptionDetails.Exception.Description)
	case *log.EventEntryAdded:
		if ev.Entry.Level == log.EntryLevelError && ev.Entry.Source != log.EntrySourceNetwork {
			b.trouble = append(b.trouble, ev.Entry.Text)
		}
	}
}

func (b *tab) troubles() []string {
	list := get[[]string](b, `self.violations`)
	b.mu.Lock()
	defer b.mu.Unlock()
	return append(list, b.trouble...)
}

// urls lists everything the page asked for so far.
func (b *tab) urls() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requests)
}

func (b *tab) show(l look) {
	b.t.Helper()
	var options []chromedp.EmulateViewportOption
	if l.phone {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.must(chromedp.Do(b.ctx, chromedp.EmulateViewport(l.width, l.height, options...)))
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
	for name, value := range l.features {
		features = append(features, &emulation.MediaFeature{Name: name, Value: value})
	}
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
	b.must(err)
}

func (b *tab) open(url string) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.Navigate(url)))
	b.wait(`$("#launch")`)
}

func (b *tab) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// get evaluates an expression in the page.
func get[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// wait returns once the expression is true.
func (b *tab) wait(expression string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingTimeout(15*time.Second)))
	if err != nil {
		text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`$("dialog")?.innerText ?? ""`))
		b.t.Fatalf("never came true: %s (%v)\n%s", expression, err, text)
	}
}

// click presses the mouse on the middle of an element of the chat.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.wait(`$(` + quote(selector) + `)?.checkVisibility()`)
	at := get[[]float64](b, `(() => { const e = $(`+quote(selector)+`); e.scrollIntoView({block: "nearest"}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`)
	b.must(chromedp.Do(b.ctx, chromedp.MouseClickXY(at[0], at[1])))
}

// press types keys into whatever has the focus. As on a real keyboard, a key
// whose keydown the page cancels writes nothing.
func (b *tab) press(keys string, modifiers ...chromedp.Modifier) {
	b.t.Helper()
	for _, key := range keys {
		events := kb.Encode(key)
		down, up := *events[0], *events[len(events)-1]
		if len(events) == 3 {
			down.Text, down.UnmodifiedText = events[1].Text, events[1].UnmodifiedText
		}
		for _, m := range modifiers {
			down.Modifiers |= int64(m)
		}
		for _, event := range []input.DispatchKeyEventParams{down, up} {
			_, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, event)
			b.must(err)
		}
	}
}

// ask opens the chat if need be, and sends a message.
func (b *tab) ask(text string) {
	b.t.Helper()
	if !get[bool](b, `!!$("dialog").open`) {
		b.click("#launch")
	}
	b.wait(`$("#disclosure")?.isConnected && $("#input")`)
	get[bool](b, `$("#input").focus(), true`)
	_, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: text})
	b.must(err)
	b.press("\r")
}

// answered waits until nothing streams any more.
func (b *tab) answered() {
	b.t.Helper()
	b.wait(`$(".assistant") && !$(".streaming") && $("#stop").hidden`)
}

func (b *tab) text(selector string) string {
	b.t.Helper()
	return strings.TrimSpace(get[string](b, `$(`+quote(selector)+`)?.innerText ?? ""`))
}

// picture saves a screenshot, if SCREENSHOT_DIR says where.
func (b *tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("SCREENSHOT_DIR")
	if dir == "" {
		return
	}
	res, err := chromedp.Call(b.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	b.must(err)
	b.must(os.WriteFile(filepath.Join(dir, name+".png"), res.Data, 0o600))
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

// fill types into a field of the chat, as somebody would who pastes it.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.wait(`$(` + quote(selector) + `)`)
	get[bool](b, `$(`+quote(selector)+`).focus(), $(`+quote(selector)+`).select?.(), true`)
	_, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: text})
	b.must(err)
}
