// Package page makes the public pages: the privacy policy, the cookies, the
// processors, the use of AI, the data that is held, and its deletion. Every sentence comes from
// the claim registry and every table from what the system runs on, each with
// what enforces it and when that was last proved.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"omniops/shared/claim"
	"omniops/shared/consent"
	"omniops/shared/inventory"
	"omniops/shared/processor"
	"omniops/shared/ropa"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed page.css
var style string

// Names are the pages, in the order of their navigation.
var Names = []string{"policy", "cookies", "processors", "ai", "data", "deletion"}

// Options say whose pages these are.
type Options struct {
	Operator string // who runs this installation
	Email    string // where questions and requests arrive
	Tokens   string // the design tokens, as CSS
}

// Pages makes the pages of one installation.
type Pages struct {
	options  Options
	css      template.CSS
	policy   string // the content security policy
	html     *template.Template
	texts    map[string]catalogue
	claims   []claim.Claim
	regimes  map[string][]string
	proofs   claim.Proofs
	entries  []inventory.Entry
	register processor.Register
	stored   []consent.Stored
}

// New reads everything the pages are made from. An error is a bug of the build.
func New(o Options) (*Pages, error) {
	p := &Pages{options: o, register: processor.All(), stored: consent.Register()}
	var err error
	if p.texts, err = readTexts(); err != nil {
		return nil, err
	}
	if p.claims, err = claim.All(); err != nil {
		return nil, err
	}
	if p.regimes, err = claim.Regimes(); err != nil {
		return nil, err
	}
	if p.proofs, err = claim.LastProofs(); err != nil {
		return nil, err
	}
	if p.entries, err = ropa.All(); err != nil {
		return nil, err
	}
	if p.html, err = template.New("").Funcs(functions).ParseFS(templates, "templates/*.html"); err != nil {
		return nil, fmt.Errorf("parse the pages' templates: %w", err)
	}
	p.css = template.CSS(o.Tokens + style) // our own files
	sum := sha256.Sum256([]byte(p.css))
	p.policy = "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return p, nil
}

// SecurityPolicy is what the pages may load: nothing but their own style.
func (p *Pages) SecurityPolicy() string { return p.policy }

// link is an entry of a navigation.
type link struct {
	URL, Text, Lang string
	Here            bool
}

// promise is a claim as a page shows it.
type promise struct {
	ID, Text string
	Lang     string // of the text, where it is not the page's
	Enforced []string
	Laws     []string
	Kind     string // of proof, in words
	State    string
	Label    string // the state in words
	Tests    []string
}

// section is a titled group of promises.
type section struct {
	ID, Title string
	Promises  []promise
}

// view is what every page shows.
type view struct {
	Lang, Name, Title, Lead string
	CSS                     template.CSS
	T                       func(group, key string) string
	Fill                    func(key string, values ...string) string
	Nav, Languages          []link
	Operator, Email         string
	Sections                []section
	Count, Run              string
	Cookies                 []cookieGroup
	Processors              []processorRow
	Integrations            []processorRow
	Surfaces                []surfaceRow
	Controller, Processor   []activityRow
	Map                     []holdingRow
	Year                    []collectedRow
	Stays                   []staysRow
}

// functions are what the templates call.
var functions = template.FuncMap{
	"join": func(list []string) string { return strings.Join(list, ", ") },
	"pair": func(v view, rows []activityRow) any {
		return struct {
			View view
			Rows []activityRow
		}{v, rows}
	},
}

// Page makes one page in a language, and says whether there is such a page.
func (p *Pages) Page(name, language string) ([]byte, bool, error) {
	if !slices.Contains(Names, name) {
		return nil, false, nil
	}
	words := p.texts[language]
	v := view{
		Lang: language, Name: name, Title: words.say("ui", name), Lead: words.say("ui", name+"-lead"), CSS: p.css, T: words.say,
		Operator: p.options.Operator, Email: p.options.Email,
	}
	v.Fill = func(key string, values ...string) string {
		return strings.NewReplacer(values...).Replace(words.say("ui", key))
	}
	for _, n := range Names {
		v.Nav = append(v.Nav, link{URL: "/privacy/" + n + "?lang=" + language, Text: words.say("ui", n), Here: n == name})
	}
	for _, l := range Languages {
		v.Languages = append(v.Languages, link{URL: "/privacy/" + name + "?lang=" + l, Text: names[l], Lang: l, Here: l == language})
	}
	v.Sections = p.sections(name, words)
	proven, total := 0, 0
	for _, s := range v.Sections {
		for _, c := range s.Promises {
			total++
			if c.State == proved || c.State == enforced {
				proven++
			}
		}
	}
	count := "count"
	if p.proofs.At.IsZero() {
		count = "count-now"
	}
	v.Count = v.Fill(count, "{proven}", strconv.Itoa(proven), "{total}", strconv.Itoa(total))
	v.Run = words.say("ui", "no-run")
	if !p.proofs.At.IsZero() {
		v.Run = v.Fill("run", "{date}", date(p.proofs.At))
	}
	switch name {
	case "cookies":
		v.Cookies = p.cookies(words)
	case "processors":
		v.Processors, v.Integrations = p.processors(words), integrations(words)
		v.Processor = p.activities(words, inventory.Processor)
	case "ai":
		v.Surfaces = p.surfaces(words)
	case "deletion":
		v.Stays = p.stays(words)
	case "data":
		v.Map, v.Controller, v.Processor = p.holdings(words), p.activities(words, inventory.Controller), p.activities(words, inventory.Processor)
		var err error
		if v.Year, err = p.collected(words); err != nil {
			return nil, true, err
		}
	}
	var b bytes.Buffer
	if err := p.html.ExecuteTemplate(&b, name+".html", v); err != nil {
		return nil, true, fmt.Errorf("make page %s: %w", name, err)
	}
	return b.Bytes(), true, nil
}

// The states of a promise.
const (
	proved    = "proved"    // by the run that was recorded with this build
	enforced  = "enforced"  // has a proof, but no run was recorded
	unproved  = "unproved"  // has none, or the last run failed it
	elsewhere = "elsewhere" // in another repository
)

// shown lists the claims of a page by their numbers, from and to; the policy
// shows all.
var shown = map[string][][2]int{
	"policy":     {{1, 160}},
	"cookies":    {{11, 14}, {32, 36}, {115, 115}, {132, 140}},
	"processors": {{3, 3}, {62, 66}, {90, 95}, {118, 129}, {153, 153}},
	"ai":         {{37, 66}},
	"deletion":   {{31, 31}, {67, 67}, {87, 89}, {111, 117}, {130, 131}, {142, 143}, {149, 149}, {159, 160}},
	"data":       {{2, 2}, {4, 14}, {27, 31}, {111, 117}, {154, 156}},
}

// sections groups the claims of a page as the registry does.
func (p *Pages) sections(name string, words catalogue) []section {
	var list []section
	for i, c := range p.claims {
		if !slices.ContainsFunc(shown[name], func(r [2]int) bool { return i+1 >= r[0] && i+1 <= r[1] }) {
			continue
		}
		title := words.say("sections", c.Section)
		if len(list) == 0 || list[len(list)-1].Title != title {
			list = append(list, section{ID: "s-" + c.ID, Title: title})
		}
		last := &list[len(list)-1]
		last.Promises = append(last.Promises, p.promise(c, words))
	}
	return list
}

// promise makes a claim readable. Where there is no translation of exactly this
// sentence, the sentence itself is shown.
func (p *Pages) promise(c claim.Claim, words catalogue) promise {
	v := promise{
		ID: c.ID, Text: words["claims"][c.ID], Enforced: c.EnforcedBy, Laws: p.regimes[c.ID],
		Kind: words.say("ui", "proof-"+string(c.Proof)), State: unproved, Label: words.say("ui", "unproved"),
	}
	if v.Text == "" || words["of"][c.ID] != digest(c.Statement) {
		v.Text, v.Lang = c.Statement, "en"
	}
	switch {
	case c.Elsewhere != "":
		v.State, v.Label = elsewhere, strings.Replace(words.say("ui", "elsewhere"), "{place}", c.Elsewhere, 1)
	case !p.proofs.At.IsZero() && len(p.proofs.Tests[c.ID]) > 0:
		v.State, v.Label, v.Tests = proved, strings.Replace(words.say("ui", "proved-on"), "{date}", date(p.proofs.At), 1), p.proofs.Tests[c.ID]
	case p.proofs.At.IsZero() && len(c.EnforcedBy) > 0:
		v.State, v.Label = enforced, words.say("ui", "proved-now")
	}
	return v
}

// digest names the sentence that a translation was made of.
func digest(sentence string) string {
	sum := sha256.Sum256([]byte(sentence))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// date writes a day so that every language reads it alike.
func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }
