package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"

	"omniops/web/build"
	"omniops/web/storefront"
)

// chatwoot is what its widget weighs until it can be used, compressed with
// brotli, in bytes: what ours is compared with.
const chatwoot = 170.4 * 1024

// widget is P18: what a shopper's browser loads, and asks for before and after
// the click that opens the chat, in a real Chromium.
func (b *bench) widget() ([]Result, error) {
	assets, err := build.Widget()
	if err != nil {
		return nil, err
	}
	page, err := openShopPage(b.ctx, assets, b.size(7, 3))
	if err != nil {
		return nil, fmt.Errorf("drive Chromium: %w", err)
	}
	loader, all := float64(len(assets.Loader.Brotli)), float64(len(assets.Loader.Brotli)+len(assets.UI.Brotli))
	r := Result{
		ID: "P18", Value: parts(all/1024, float64(page.before), float64(page.after)), Unit: "KiB(br)/requests(before/after-click)",
		Ratio: fmt.Sprintf("%.3fx", all/chatwoot), Target: "<=30KB/<=0.17x", Floor: "14.6KB", Moonshot: "<=14KB",
		Numbers: map[string]float64{
			"bytes": all, "loader_bytes": loader, "requests_before_click": float64(page.before), "requests_after_click": float64(page.after),
			"main_thread_ms": page.mainThread, "open_ms": page.open, "orders_bytes": float64(len(assets.Orders.Brotli)), "page_bytes": float64(len(assets.Page.Brotli)),
		},
	}
	r.note("loader %s B, chat %s B, compressed with brotli; before the click: %s; after: %s", number(loader), number(all-loader), page.asked[0], page.asked[1])
	r.note("main thread %s ms more than the page without the widget, click to ready %s ms", number(page.mainThread), number(page.open))
	r.note("the part that shows orders, loaded with the first of them, %s B more: %s B in all", number(float64(len(assets.Orders.Brotli))), number(all+float64(len(assets.Orders.Brotli))))
	r.need("KB", all/1000, 30, 14)
	r.need("ratio", all/chatwoot, 0.17, 0.08)
	r.note("loader and cookie banner in one file, as the demo shop has them: %s B", number(float64(len(assets.Page.Brotli))))
	r.need("requests before the click", float64(page.before), 1, 1)
	return []Result{r}, nil
}

// shopPage is what a browser did on a page with the widget.
type shopPage struct {
	before, after int
	asked         [2]string
	mainThread    float64 // milliseconds that the widget adds before the click
	open          float64 // milliseconds from the click to the chat
}

// session is a session of no shop, enough to open the chat.
const session = `{"session_token":"t","expires_at":"2099-01-01T00:00:00Z","conversation_id":"c","shop":{"name":"Kettle & Co","accent":"#1f5f5b","contact":"help@shop.example"},` +
	`"language":"en","disclosure":"You are talking to an AI assistant, not a person.","notice":"AI can be wrong.","suggestions":["How long is delivery?","Can I return it?","Is it safe?"]}`

// origin serves the widget and sessions, and lists what is asked.
type origin struct {
	widget http.Handler
	mu     sync.Mutex
	asked  []string
}

// ServeHTTP answers any page.
func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.asked = append(o.asked, r.Method+" "+r.URL.Path)
	o.mu.Unlock()
	if strings.HasPrefix(r.URL.Path, "/widget/") {
		o.widget.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodPost {
		_, _ = io.WriteString(w, session) // a browser that is gone does not matter
	}
}

// take gives what was asked since the last call.
func (o *origin) take() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	asked := o.asked
	o.asked = nil
	return asked
}

// openShopPage opens the demo shop n times, without and with the widget in turn,
// and then the chat.
func openShopPage(ctx context.Context, assets build.Assets, n int) (shopPage, error) {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	path, err := chromium()
	if err != nil {
		return shopPage{}, err
	}
	api := &origin{widget: build.Handler(assets)}
	apiURL, endAPI, err := serve(api)
	if err != nil {
		return shopPage{}, err
	}
	defer endAPI()
	with, endWith, err := serve(storefront.Handler(apiURL))
	if err != nil {
		return shopPage{}, err
	}
	defer endWith()
	without, endWithout, err := serve(storefront.Handler("http://127.0.0.1:1")) // where nobody listens
	if err != nil {
		return shopPage{}, err
	}
	defer endWithout()

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's sandbox refuses to run as root
	}
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	defer stop()
	ctx, quit := chromedp.NewContext(ctx)
	defer quit()
	if err := chromedp.Do(ctx); err != nil {
		return shopPage{}, err
	}
	page := func(url, ready string) measure {
		return func() (time.Duration, error) { return visit(ctx, url, ready) }
	}
	got, err := interleave(n, page(without, `document.readyState === "complete"`),
		page(with, `document.querySelector("omni-chat")?.shadowRoot.querySelector("#launch")`))
	if err != nil {
		return shopPage{}, err
	}
	did := shopPage{mainThread: ms(got[1].median() - got[0].median())}
	api.take()
	err = did.click(ctx, api, with)
	return did, err
}

// chromium looks where CHROME_PATH points, then on the PATH.
func chromium() (string, error) {
	if path := os.Getenv("CHROME_PATH"); path != "" {
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium: install it, or set CHROME_PATH")
}

// until waits until an expression is true in the page.
func until(ctx context.Context, expression string) error {
	_, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingTimeout(20*time.Second)))
	return err
}

// visit opens a page in a fresh tab and gives what its main thread has done by
// the time it has settled.
func visit(ctx context.Context, url, ready string) (time.Duration, error) {
	tab, closeTab := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	defer closeTab()
	if err := chromedp.Do(tab); err != nil {
		return 0, err
	}
	if _, err := chromedp.Call(tab, performance.Enable, performance.EnableParams{}); err != nil {
		return 0, err
	}
	if err := chromedp.Do(tab, chromedp.Navigate(url)); err != nil {
		return 0, err
	}
	if err := until(tab, ready); err != nil {
		return 0, err
	}
	time.Sleep(300 * time.Millisecond) // what the page still does by itself
	metrics, err := chromedp.Call(tab, performance.GetMetrics, cdp.Empty{})
	if err != nil {
		return 0, err
	}
	for _, m := range metrics.Metrics {
		if m.Name == "TaskDuration" {
			return time.Duration(m.Value * float64(time.Second)), nil
		}
	}
	return 0, errors.New("the browser tells no TaskDuration")
}

// click opens the chat and counts what is asked for before and after.
func (p *shopPage) click(ctx context.Context, api *origin, url string) error {
	tab, closeTab := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	defer closeTab()
	if err := chromedp.Do(tab); err != nil {
		return err
	}
	if err := chromedp.Do(tab, chromedp.Navigate(url)); err != nil {
		return err
	}
	if err := until(tab, `document.querySelector("omni-chat")?.shadowRoot.querySelector("#launch")`); err != nil {
		return err
	}
	time.Sleep(300 * time.Millisecond) // whatever it asks for by itself
	before := api.take()
	began := time.Now()
	if _, err := chromedp.Run(tab, chromedp.Evaluate[bool](`document.querySelector("omni-chat").shadowRoot.querySelector("#launch").click(), true`)); err != nil {
		return err
	}
	if err := until(tab, `document.querySelector("omni-chat").shadowRoot.querySelector("#disclosure")?.isConnected && document.querySelector("omni-chat").shadowRoot.querySelector("#input")`); err != nil {
		return err
	}
	p.open = ms(time.Since(began))
	time.Sleep(300 * time.Millisecond)
	after := api.take()
	p.before, p.after = len(before), len(after)
	p.asked = [2]string{strings.Join(before, ", "), strings.Join(after, ", ")}
	return nil
}
