package cloud_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"omniops/shared/claim"
	"omniops/shared/consent"
)

// browsing is a browser in the shop whose storage is watched from outside the
// page.
type browsing struct {
	*tab
	s *system

	mu   sync.Mutex
	sets []string // Set-Cookie headers of all answers
	asks []string // what the page asked of the API: method, path

	reported chan struct{} // one for each report that was answered
}

// browse starts a browser. The script runs before every page's own, and the
// headers go with every request.
func browse(t *testing.T, s *system, before string, headers network.Headers) *browsing {
	t.Helper()
	b := &browsing{tab: blank(t), s: s, reported: make(chan struct{}, 100)}
	b.must(chromedp.Listen(b.ctx, func(ev any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := ev.(type) {
		case *network.EventResponseReceivedExtraInfo:
			for name, value := range e.Headers {
				if strings.EqualFold(name, "Set-Cookie") {
					b.sets = append(b.sets, strings.Split(fmt.Sprint(value), "\n")...)
				}
			}
		case *network.EventResponseReceived:
			if e.Response.URL == s.API+"/v1/analytics" && e.Type != network.ResourceTypePreflight {
				b.reported <- struct{}{}
			}
		case *network.EventRequestWillBeSent:
			if path, ours := strings.CutPrefix(e.Request.URL, s.API); ours && strings.HasPrefix(path, "/v1/") && e.Request.Method != http.MethodOptions {
				b.asks = append(b.asks, e.Request.Method+" "+path)
			}
		}
	}))
	_, err := chromedp.Call(b.ctx, network.Enable, network.EnableParams{})
	b.must(err)
	if headers != nil {
		_, err = chromedp.Call(b.ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: headers})
		b.must(err)
	}
	_, err = chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: before + `
self.c = (selector) => document.querySelector("omni-consent")?.shadowRoot.querySelector(selector);
self.cc = (selector) => [...document.querySelector("omni-consent").shadowRoot.querySelectorAll(selector)];
self.answer = (at, text) => cc(at + " .answer").find((b) => b.innerText === text);`})
	b.must(err)
	_, err = chromedp.Call(b.ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	b.must(err)
	b.show(1440, 900, false)
	return b
}

func (b *browsing) show(width, height int64, dark bool) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.EmulateViewport(width, height)))
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	b.must(err)
}

// picture saves a screenshot, if SCREENSHOT_DIR says where.
func (b *browsing) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("SCREENSHOT_DIR")
	if dir == "" {
		return
	}
	res, err := chromedp.Call(b.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	b.must(err)
	b.must(os.WriteFile(filepath.Join(dir, name+".png"), res.Data, 0o600))
}

// press clicks one of the answers, or anything else that an expression gives.
func (b *browsing) press(expression string) {
	b.t.Helper()
	b.wait(expression + `?.checkVisibility()`)
	b.text(`(` + expression + `.scrollIntoView({block: "center"}), "")`)
	b.click(expression)
}

// cookies gives the cookies of the page, those a script cannot see too, and
// checks that each is on the register and lives as long as it says.
func (b *browsing) cookies() map[string]string {
	b.t.Helper()
	res, err := chromedp.Call(b.ctx, network.GetCookies, network.GetCookiesParams{})
	b.must(err)
	all := map[string]string{}
	for _, c := range res.Cookies {
		all[c.Name] = c.Value
		i := slices.IndexFunc(consent.Register(), func(s consent.Stored) bool { return s.Place == consent.Cookie && s.Name == c.Name })
		if i < 0 {
			b.t.Errorf("the cookie %s is not on the register", c.Name)
			continue
		}
		want := consent.Register()[i].Lifetime
		if life := time.Until(time.UnixMilli(int64(c.Expires * 1000))); life > want+time.Minute || life < want-5*time.Minute {
			b.t.Errorf("the cookie %s lives for %s, the register says %s", c.Name, life, want)
		}
	}
	return all
}

// storage gives the names of everything else that the page keeps, and checks it
// against the register.
func (b *browsing) storage() []string {
	b.t.Helper()
	var names []string
	for place, expression := range map[consent.Place]string{
		consent.LocalStorage: "localStorage", consent.SessionStorage: "sessionStorage",
	} {
		text := b.text(`JSON.stringify(Object.keys(` + expression + `))`)
		var keys []string
		b.must(json.Unmarshal([]byte(text), &keys))
		for _, key := range keys {
			names = append(names, string(place)+" "+key)
			if !slices.ContainsFunc(consent.Register(), func(s consent.Stored) bool { return s.Place == place && s.Name == key }) {
				b.t.Errorf("%q in %s is not on the register", key, place)
			}
		}
	}
	return names
}

// asked gives what the page asked of the API so far.
func (b *browsing) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.asks)
}

// events counts the analytics items that are stored, of whatever shop.
func (s *system) events(t *testing.T) int {
	t.Helper()
	name := s.env(t, "analytics-collect", "TABLE_NAME")
	out, err := dynamodb.NewFromConfig(s.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, item := range out.Items {
		if strings.Contains(fmt.Sprint(item["PK"]), "#A#") {
			n++
		}
	}
	return n
}

// grew waits for so many reports to be answered, and checks that so many more
// events are stored than before.
func (b *browsing) grew(reports, before, by int) {
	b.t.Helper()
	for range reports {
		select {
		case <-b.reported:
		case <-b.ctx.Done():
			b.t.Fatalf("a report was never answered: %v", b.ctx.Err())
		}
	}
	if n := b.s.events(b.t); n != before+by {
		b.t.Errorf("%d events are stored, want %d", n, before+by)
	}
}

// A person looks at the shop, is asked, refuses, changes their mind, and changes
// it back. What the browser holds follows at once.
func TestChoicesInABrowser(t *testing.T) {
	claim.Proves(t, "C011", "C032", "C035", "C132", "C134", "C136", "C137", "C138", "C139")
	s := running(t)
	b := browse(t, s, "", nil)
	before := s.events(t)

	// Asked, and nothing kept or sent.
	b.open(s.Storefront + "/returns")
	b.wait(`c("#banner")?.checkVisibility()`)
	b.picture("banner")
	if got, kept := b.cookies(), b.storage(); len(got) != 0 || len(kept) != 0 || len(b.asked()) != 0 {
		t.Errorf("before a choice the browser keeps %v and %v, and asked %v", got, kept, b.asked())
	}
	if asked := b.text(`String(performance.getEntriesByType("resource").filter((r) => r.name.startsWith("` + s.API + `")).map((r) => new URL(r.name).pathname))`); asked != "/widget/omniops-page.js" {
		t.Errorf("before a click the page asks for %s", asked)
	}
	weights := b.text(`JSON.stringify(cc("#banner .answer").map((b) => { const s = getComputedStyle(b), r = b.getBoundingClientRect(); return [b.innerText, Math.round(r.width), Math.round(r.height), Math.round(r.top), s.color, s.backgroundColor, s.borderColor, s.fontSize, s.fontWeight].join(" "); }))`)
	var answers []string
	b.must(json.Unmarshal([]byte(weights), &answers))
	if len(answers) != 3 || strings.TrimPrefix(answers[0], "Accept") != strings.TrimPrefix(answers[1], "Reject") || strings.TrimPrefix(answers[1], "Reject") != strings.TrimPrefix(answers[2], "Choose") {
		t.Errorf("the answers weigh differently: %q", answers)
	}
	for _, size := range [][2]int64{{320, 568}, {390, 844}, {768, 1024}} {
		b.show(size[0], size[1], size[0] == 390)
		if got := b.text(`JSON.stringify([document.documentElement.scrollWidth <= innerWidth, cc("#banner .answer").every((b) => { const r = b.getBoundingClientRect(); return r.height >= 44 && r.left >= 0 && r.right <= innerWidth && r.top >= 0 && r.bottom <= innerHeight; })])`); got != "[true,true]" {
			t.Errorf("at %d pixels the banner does not fit: %s", size[0], got)
		}
		b.picture(fmt.Sprintf("banner-%d", size[0]))
	}
	b.show(1440, 900, false)

	// No: remembered, and nothing else.
	b.press(`answer("#banner", "Reject")`)
	b.wait(`!c("#banner").checkVisibility() && document.cookie.includes("omniops_consent=")`)
	b.wait(`document.cookie.split(".").length > 3`) // the receipt has arrived
	if got := b.cookies(); len(got) != 1 {
		t.Errorf("after a no the browser keeps %v", got)
	}
	b.open(s.Storefront + "/delivery")
	if got := b.cookies(); len(got) != 1 || b.text(`String(c("#banner").checkVisibility())`) != "false" {
		t.Errorf("on the next page it keeps %v", got)
	}
	b.grew(0, before, 0)

	// The preference centre says what cannot be chosen, and why.
	b.press(`document.querySelector("[data-cookie-choices]")`)
	b.wait(`c("dialog").open && c("dialog").innerText.includes("Chosen on")`)
	b.picture("centre")
	if got := b.text(`JSON.stringify([c("#essential").checked, c("#essential").disabled, c("#analytics").checked, c("#analytics").disabled])`); got != "[true,true,false,false]" {
		t.Errorf("the switches are %s", got)
	}
	for _, said := range []string{"It cannot be switched off", "without it, neither the chat nor your choice could be kept", "Always on", "Your reference"} {
		if got := b.text(`c("dialog")`); !strings.Contains(got, said) {
			t.Errorf("the preference centre does not say %q: %q", said, got)
		}
	}

	// Yes: from the next moment on.
	b.press(`c("#analytics")`)
	b.press(`answer("dialog", "Save choices")`)
	b.wait(`document.cookie.includes("omniops_visit=")`)
	b.grew(1, before, 1)
	b.press(`c("dialog .close")`)
	if got := b.cookies(); len(got) != 2 || got[consent.VisitCookie] == "" {
		t.Errorf("after a yes the browser keeps %v", got)
	}
	b.open(s.Storefront + "/faq")
	b.grew(1, before, 2)
	b.click(`$("#launch")`)
	b.grew(1, before, 3)
	b.storage()

	// No again, from the same place: the analytics cookies are gone at once.
	b.press(`document.querySelector("[data-cookie-choices]")`)
	b.wait(`c("dialog").open && c("#analytics").checked`)
	b.press(`answer("dialog", "Reject")`)
	b.wait(`!document.cookie.includes("omniops_visit=")`)
	b.wait(`c("dialog").innerText.includes("Saved.")`)
	for _, name := range consent.AnalyticsCookies() {
		if got := b.cookies(); got[name] != "" {
			t.Errorf("the analytics cookie %s is still there: %v", name, got)
		}
	}
	b.open(s.Storefront + "/returns")
	b.click(`$("#launch")`)
	b.wait(`$("#input")`)
	b.grew(0, before, 3)
	if got := b.cookies(); len(got) != 1 {
		t.Errorf("on the next page it keeps %v", got)
	}
	wantStorage := []string{"local storage omniops", "session storage omniops"}
	if diff := cmp.Diff(wantStorage, slices.Sorted(slices.Values(b.storage()))); diff != "" {
		t.Errorf("with the chat open it keeps (-want +got):\n%s", diff)
	}

	// Whatever an answer tried to set is on the register.
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, set := range b.sets {
		c, err := http.ParseSetCookie(set)
		if err != nil || !slices.ContainsFunc(consent.Register(), func(s consent.Stored) bool { return s.Place == consent.Cookie && s.Name == c.Name }) {
			t.Errorf("Set-Cookie: %s is not on the register, %v", set, err)
		}
	}
}

// An operator's withdrawal reaches the browser with its next request.
func TestAnOperatorsWithdrawalReachesTheBrowser(t *testing.T) {
	claim.Proves(t, "C034", "C035")
	s := running(t)
	b := browse(t, s, "", nil)
	b.open(s.Storefront + "/returns")
	before := s.events(t)
	b.press(`answer("#banner", "Accept")`)
	b.wait(`document.cookie.includes("omniops_visit=")`)
	b.grew(1, before, 1)
	b.press(`document.querySelector("[data-cookie-choices]")`)
	b.wait(`c("#facts small")`)
	_, reference, _ := strings.Cut(b.text(`c("#facts small")`), ": ")
	var receipt struct{ N int }
	if err := s.Invoke(t.Context(), "consent-withdraw", map[string]any{
		"tenant": "demo", "reference": reference, "withdraw": []string{"analytics"}, "evidence": "ticket-4711",
	}, &receipt); err != nil || receipt.N != 2 {
		t.Fatalf("receipt %d, %v", receipt.N, err)
	}
	b.open(s.Storefront + "/faq")
	b.wait(`!document.cookie.includes("omniops_visit=") && document.cookie.includes("omniops_consent=")`)
	b.grew(1, before, 1)
	b.open(s.Storefront + "/delivery")
	if got := b.cookies(); len(got) != 1 {
		t.Errorf("the browser keeps %v", got)
	}
	b.grew(0, before, 1)
}

// A browser that speaks for its user is not asked, keeps nothing, and sees that
// it was heard.
func TestSignalsInABrowser(t *testing.T) {
	claim.Proves(t, "C140")
	s := running(t)
	for name, c := range map[string]struct {
		before  string
		headers network.Headers
		says    string
	}{
		"global privacy control": {`Object.defineProperty(Navigator.prototype, "globalPrivacyControl", {get: () => true});`, network.Headers{"Sec-GPC": "1"}, "Global Privacy Control"},
		"do not track":           {`Object.defineProperty(Navigator.prototype, "doNotTrack", {get: () => "1"});`, network.Headers{"DNT": "1"}, "Do Not Track"},
	} {
		t.Run(name, func(t *testing.T) {
			b := browse(t, s, c.before, c.headers)
			before := s.events(t)
			b.open(s.Storefront + "/returns")
			b.wait(`document.querySelector("omni-consent")`)
			if got := b.text(`String(c("#banner").checkVisibility())`); got != "false" {
				t.Error("the browser's user is asked")
			}
			if got, kept := b.cookies(), b.storage(); len(got) != 0 || len(kept) != 0 || len(b.asked()) != 0 {
				t.Errorf("the browser keeps %v and %v, and asked %v", got, kept, b.asked())
			}
			b.press(`document.querySelector("[data-cookie-choices]")`)
			b.wait(`c("#signal")?.checkVisibility()`)
			if got := b.text(`c("#signal")`); got != "Your browser sends "+c.says+". We honour it: analytics stays off." {
				t.Errorf("the preference centre says %q", got)
			}
			b.picture("signal-" + strings.ReplaceAll(name, " ", "-"))
			// Even a yes does not outweigh it.
			b.press(`answer("dialog", "Accept")`)
			b.wait(`c("dialog").innerText.includes("Saved.")`)
			if got := b.cookies(); len(got) != 1 || got[consent.VisitCookie] != "" {
				t.Errorf("after a yes the browser keeps %v", got)
			}
			b.open(s.Storefront + "/faq")
			b.grew(0, before, 0)
		})
	}
}

// choose has a shopper and the merchant choose, is told so by an operator, counts
// a page, and reads the policy: everything that the functions of consent do.
func (s *system) choose(t *testing.T) {
	t.Helper()
	const wording = `"version":"` + consent.Version + `","language":"en","method":"banner"}`
	var view consent.View
	ask := func(method, path, body string, headers ...string) string {
		t.Helper()
		resp, text := call(t, method, s.API+path, body, headers...)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s %s: %d, %s", method, path, resp.StatusCode, text)
		}
		return text
	}
	if err := json.Unmarshal([]byte(ask(http.MethodPost, "/v1/consent", `{"choices":{"analytics":true},`+wording, "Origin", s.Storefront)), &view); err != nil {
		t.Fatal(err)
	}
	bearer := "Bearer " + view.Token
	ask(http.MethodGet, "/v1/consent", "", "Origin", s.Storefront, "Authorization", bearer)
	page := `{"visit":"0e7qaygv5yds6nyjphf6j25k66","events":[{"kind":"page-view","path":"/returns"}]}`
	if text := ask(http.MethodPost, "/v1/analytics", page, "Origin", s.Storefront, "Authorization", bearer); !strings.Contains(text, `"stored":1`) {
		t.Errorf("a page was not counted: %s", text)
	}
	if err := s.Invoke(t.Context(), "consent-withdraw", map[string]any{
		"tenant": "demo", "reference": view.Reference, "withdraw": []string{"analytics"}, "evidence": "ticket-1",
	}, &struct{}{}); err != nil {
		t.Error(err)
	}
	if text := ask(http.MethodPost, "/v1/analytics", page, "Origin", s.Storefront, "Authorization", bearer); !strings.Contains(text, `"stored":0`) {
		t.Errorf("a page was counted after the withdrawal: %s", text)
	}
	merchant := "Bearer " + s.token
	ask(http.MethodPost, "/v1/merchant/consent", `{"choices":{"analytics":false,"marketing":false},`+strings.Replace(wording, "banner", "preference-centre", 1), "Authorization", merchant)
	ask(http.MethodGet, "/v1/merchant/consent", "", "Authorization", merchant)
	ask(http.MethodGet, "/privacy/policy", "")
}
