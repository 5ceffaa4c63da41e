package main

import (
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"omniops/local/contract"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/consent"
	"omniops/shared/processor"
	"omniops/shared/ropa/page"
)

// bench is the function, which needs no services.
func newBench(t *testing.T) (url string, client *http.Client) {
	t.Helper()
	h, err := build(t.Context(), &boot.Runtime{Log: slog.New(slog.DiscardHandler)}, settings{Operator: "Kettle Operations Ltd", Email: "privacy@kettle.example"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL, contract.Client(t)
}

// get reads a page as a browser does.
func get(t *testing.T, client *http.Client, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestEveryPageInEveryLanguage(t *testing.T) {
	url, client := newBench(t)
	for _, name := range page.Names {
		for _, language := range page.Languages {
			resp, body := get(t, client, url+"/privacy/"+name+"?lang="+language)
			if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" ||
				resp.Header.Get("Content-Language") != language || !strings.Contains(body, `<html lang="`+language+`">`) {
				t.Errorf("%s in %s: %d, %v", name, language, resp.StatusCode, resp.Header)
			}
			if len(resp.Cookies()) != 0 || strings.Contains(body, "<script") {
				t.Errorf("%s keeps something in the browser, or runs a script: %v", name, resp.Cookies())
			}
			if !strings.HasPrefix(resp.Header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") {
				t.Errorf("%s may load %q", name, resp.Header.Get("Content-Security-Policy"))
			}
		}
	}
	for accept, want := range map[string]string{
		"de-AT,de;q=0.9,en;q=0.8": "de", "fr": "fr", "ja,fr-CA;q=0.5": "fr", "": "en", "*": "en", "ja": "en", ";;,,": "en",
	} {
		if resp, _ := get(t, client, url+"/privacy/policy", "Accept-Language", accept); resp.Header.Get("Content-Language") != want {
			t.Errorf("a browser that prefers %q is answered in %s", accept, resp.Header.Get("Content-Language"))
		}
	}
	for _, path := range []string{"/privacy/nothing", "/privacy/policy.html", "/privacy/..%2fpolicy", "/privacy/Policy"} {
		if resp, body := get(t, client, url+path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, %.80s", path, resp.StatusCode, body)
		}
	}
}

func TestThePolicySaysWhoRunsIt(t *testing.T) {
	url, client := newBench(t)
	_, body := get(t, client, url+"/privacy/policy")
	for _, want := range []string{"Kettle Operations Ltd", `href="mailto:privacy@kettle.example"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the policy does not say %s", want)
		}
	}
}

// row finds the row of a table that a cell begins.
func row(body, cell string) string {
	_, rest, _ := strings.Cut(body, cell)
	found, _, _ := strings.Cut(rest, "</tr>")
	return found
}

// The cookie page is the register: each entry with its name, place and lifetime,
// and nothing besides. A real browser is held to the same register.
func TestTheCookiePageListsTheRegister(t *testing.T) {
	claim.Proves(t, "C138", "C139")
	url, client := newBench(t)
	_, body := get(t, client, url+"/privacy/cookies?lang=en")
	if got, want := strings.Count(body, `<th scope="row">`), len(consent.Register()); got != want {
		t.Errorf("the page lists %d, the register %d", got, want)
	}
	for _, s := range consent.Register() {
		found := row(body, "<code>"+s.Name+`</code><span class="line">`+string(s.Place)+"</span>")
		life := map[time.Duration]string{consent.Life: "180 days", 12 * time.Hour: "12 hours", 24 * time.Hour: "24 hours", 30 * time.Minute: "30 minutes"}[s.Lifetime]
		if s.Until != "" {
			life = "until "
		}
		if found == "" || life == "" || !strings.Contains(found, "<td>"+life) || !strings.Contains(found, s.SetBy) {
			t.Errorf("%s in %s for %s is listed as %q", s.Name, s.Place, s.Lifetime, found)
		}
	}
	essential, optional, _ := strings.Cut(body, `id="optional"`)
	for _, s := range consent.Register() {
		if half := map[bool]string{true: essential, false: optional}[s.Use.Essential()]; !strings.Contains(half, "<code>"+s.Name+"</code>") {
			t.Errorf("%s is in the wrong half", s.Name)
		}
	}
	if !strings.Contains(essential, "It cannot be switched off: without it, neither the chat nor your choice about cookies could be kept.") {
		t.Error("nobody is told what would break")
	}
}

// The published list of processors is the one that egress obeys, row by row and
// host by host.
func TestTheProcessorPageIsTheListThatEgressObeys(t *testing.T) {
	claim.Proves(t, "C003", "C125", "C128")
	url, client := newBench(t)
	_, body := get(t, client, url+"/privacy/processors?lang=en")
	_, annex, _ := strings.Cut(body, `id="annex-3"`)
	annex, _, _ = strings.Cut(annex, "</section>")
	cards := strings.Split(annex, `<article class="card">`)[1:]
	if len(cards) != len(processor.All()) {
		t.Fatalf("%d processors are published, %d are registered", len(cards), len(processor.All()))
	}
	mechanisms := map[processor.Mechanism]string{
		processor.SCC: "Standard contractual clauses (EU)", processor.IDTA: "International Data Transfer Agreement (UK)",
		processor.UKAddendum: "UK addendum to the clauses", processor.EUAdequacy: "Adequacy decision (EU)", processor.UKAdequacy: "Adequacy regulations (UK)",
	}
	host := regexp.MustCompile(`<code>([^<]+)</code>`)
	for i, p := range processor.All() {
		card := cards[i]
		for _, want := range []string{"<h3>" + html.EscapeString(p.Company) + "</h3>", html.EscapeString(p.Purpose), `href="` + p.Policy + `"`} {
			if !strings.Contains(card, want) {
				t.Errorf("%s is published without %q: %s", p.Name, want, card)
			}
		}
		for _, m := range p.Mechanisms {
			if !strings.Contains(card, mechanisms[m]) {
				t.Errorf("%s is published without its ground %s", p.Name, m)
			}
		}
		var hosts []string
		for _, m := range host.FindAllStringSubmatch(card, -1) {
			hosts = append(hosts, m[1])
			if !processor.Listed(strings.Replace(m[1], "*", "any", 1)) {
				t.Errorf("%s is published, and egress refuses it", m[1])
			}
		}
		if !slices.Equal(hosts, p.Hosts) {
			t.Errorf("%s is published with the hosts %v, egress lets %v pass", p.Name, hosts, p.Hosts)
		}
	}
}

// Each system that a merchant may connect is published with what is exchanged, where,
// and its own policy: as egress obeys it, in every language.
func TestEveryIntegrationIsListedWithItsPolicy(t *testing.T) {
	claim.Proves(t, "C129")
	url, client := newBench(t)
	for _, language := range page.Languages {
		_, body := get(t, client, url+"/privacy/processors?lang="+language)
		_, part, _ := strings.Cut(body, `id="integrations"`)
		part, _, _ = strings.Cut(part, "</section>")
		cards := strings.Split(part, `<article class="card">`)[1:]
		if len(cards) != len(processor.Integrations()) {
			t.Fatalf("%s: %d integrations are published, %d are registered", language, len(cards), len(processor.Integrations()))
		}
		for i, one := range processor.Integrations() {
			if !strings.Contains(cards[i], "<h3>"+one.Company+"</h3>") || !strings.Contains(cards[i], `href="`+one.Policy+`"`) {
				t.Errorf("%s: %s is published as %s", language, one.Name, cards[i])
			}
			for _, host := range one.Hosts {
				if !strings.Contains(cards[i], "<code>"+host+"</code>") || !processor.Integrated(strings.Replace(host, "*", "any", 1)) {
					t.Errorf("%s: %s is not both published and let pass", language, host)
				}
			}
		}
	}
}

// Which provider is asked, and in which order, is what the router does.
func TestTheAIPageFollowsTheRouter(t *testing.T) {
	url, client := newBench(t)
	_, body := get(t, client, url+"/privacy/ai?lang=en")
	for title, surface := range map[string]processor.Surface{
		"Replies to shoppers": processor.CustomerChat, "The merchant&#39;s assistant": processor.MerchantAssistant,
	} {
		_, part, _ := strings.Cut(body, "<h2>"+title+"</h2>")
		part, _, _ = strings.Cut(part, "</section>")
		at := -1
		for _, p := range processor.Chain(surface) {
			next := strings.Index(part, "<strong>"+p.Company+"</strong>")
			if next <= at {
				t.Errorf("%s: %s comes at %d, after %d", title, p.Name, next, at)
			}
			at = next
		}
	}
}

// Every promise is on the page in the words of the registry, with its id, what
// enforces it, and an honest word where nothing does yet.
func TestThePolicyIsTheRegistry(t *testing.T) {
	claim.Proves(t, "C001")
	url, client := newBench(t)
	_, body := get(t, client, url+"/privacy/policy?lang=en")
	claims, err := claim.All()
	if err != nil {
		t.Fatal(err)
	}
	regimes, err := claim.Regimes()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range claims {
		_, part, _ := strings.Cut(body, `id="`+c.ID+`"`)
		part, _, found := strings.Cut(part, "</details>")
		if !found || !strings.Contains(html.UnescapeString(part), c.Statement) {
			t.Errorf("%s is not on the page: %.200s", c.ID, part)
			continue
		}
		for _, e := range c.EnforcedBy {
			if !strings.Contains(part, "<code>"+e+"</code>") {
				t.Errorf("%s does not say that %s enforces it", c.ID, e)
			}
		}
		for _, law := range regimes[c.ID] {
			if !strings.Contains(part, law) {
				t.Errorf("%s does not name %s", c.ID, law)
			}
		}
		if honest := strings.Contains(part, "not proven yet"); len(c.EnforcedBy) == 0 && c.Elsewhere == "" && !honest {
			t.Errorf("%s is enforced by nothing, and the page does not say so", c.ID)
		}
	}
}

// Each page that the policy speaks of is there for everybody, in every language, and
// each of its promises is the registry's, with what enforces it and how it is proved.
func TestEveryPublicPageIsMadeFromTheRegistry(t *testing.T) {
	claim.Proves(t, "C158")
	url, client := newBench(t)
	claims, err := claim.All()
	if err != nil {
		t.Fatal(err)
	}
	promise := regexp.MustCompile(`(?s)<div class="promise ([a-z]+)" id="(C\d{3})"><p(?: lang="en")?>(.*?)</p>\n<details>(.*?)</details>`)
	for name, about := range map[string]string{ // a part that only this page has
		"policy": `id="who"`, "cookies": `id="choices"`, "processors": `id="annex-3"`, "ai": "<h2>", "data": `id="controller"`, "deletion": `id="follow"`,
	} {
		for _, language := range page.Languages {
			resp, body := get(t, client, url+"/privacy/"+name+"?lang="+language)
			if resp.StatusCode != http.StatusOK || !strings.Contains(body, about) {
				t.Errorf("%s in %s: %d, or without %s", name, language, resp.StatusCode, about)
			}
			found := promise.FindAllStringSubmatch(body, -1)
			if len(found) == 0 || name == "policy" && len(found) != len(claims) {
				t.Errorf("%s in %s shows %d promises", name, language, len(found))
			}
			for _, m := range found {
				number, err := strconv.Atoi(m[2][1:])
				if err != nil || number < 1 || number > len(claims) {
					t.Fatalf("%s shows %s", name, m[2])
				}
				c := claims[number-1]
				if language == "en" && html.UnescapeString(m[3]) != c.Statement {
					t.Errorf("%s says %q for %s", name, m[3], c.ID)
				}
				for _, e := range c.EnforcedBy {
					if !strings.Contains(m[4], "<code>"+e+"</code>") {
						t.Errorf("%s in %s: %s does not say that %s enforces it", name, language, c.ID, e)
					}
				}
				if m[1] != "proved" && m[1] != "enforced" && m[1] != "unproved" && m[1] != "elsewhere" || !strings.Contains(m[4], `<span class="state">`) {
					t.Errorf("%s in %s: %s does not say how it is proved: %s", name, language, c.ID, m[4])
				}
			}
		}
	}
}

// Headings are in order, links lead somewhere, and every key has its text.
func TestThePagesReadWell(t *testing.T) {
	url, client := newBench(t)
	heading := regexp.MustCompile(`<h([1-6])`)
	for _, name := range page.Names {
		_, body := get(t, client, url+"/privacy/"+name)
		last := 0
		for _, m := range heading.FindAllStringSubmatch(body, -1) {
			level := int(m[1][0] - '0')
			if level > last+1 {
				t.Errorf("%s: a heading of level %d follows one of %d", name, level, last)
			}
			last = level
		}
		ids := map[string]bool{}
		for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(body, -1) {
			if ids[m[1]] {
				t.Errorf("%s: the id %s occurs twice", name, m[1])
			}
			ids[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(body, -1) {
			if !ids[m[1]] {
				t.Errorf("%s: a link leads to #%s, which is not there", name, m[1])
			}
		}
		for _, want := range []string{"@media print", "light-dark("} {
			if !strings.Contains(body, want) {
				t.Errorf("%s has no %s", name, want)
			}
		}
		if missing := regexp.MustCompile(`>[a-z]+-[a-z-]+<`).FindString(strings.NewReplacer("<code>", "<x ", "</code>", "/x>").Replace(body)); missing != "" {
			t.Errorf("%s shows a key instead of its text: %s", name, missing)
		}
	}
}
