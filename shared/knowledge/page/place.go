package page

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// place is what a page tells of where its shop is, which decides what a sign
// such as "$" stands for.
type place struct {
	language string // lower-case primary subtag
	region   string // upper-case region subtag, or empty
	domain   string // last label of the host
	declared string // the currency that the page names for its prices
}

// newPlace reads the page's language, its domain and the currency it declares.
func newPlace(doc *html.Node, base *url.URL) *place {
	p := &place{domain: strings.ToLower(base.Hostname())}
	p.domain = p.domain[strings.LastIndexByte(p.domain, '.')+1:]
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch {
		case n.Data == "html" && p.language == "":
			tag := strings.ReplaceAll(attr(n, "lang"), "_", "-")
			language, region, _ := strings.Cut(tag, "-")
			p.language = strings.ToLower(language)
			if len(region) == 2 {
				p.region = strings.ToUpper(region)
			}
		case n.Data == "meta":
			switch attr(n, "property") + attr(n, "name") + attr(n, "itemprop") {
			case "product:price:currency", "og:price:currency", "priceCurrency":
				p.declare(attr(n, "content"))
			}
		}
	}
	return p
}

// declare takes note of a currency that the page names; the first one counts.
func (p *place) declare(code string) {
	if code = strings.ToUpper(code); p.declared == "" && isCurrency(code) {
		p.declared = code
	}
}

// dollars are the dollar of each country that has one of its own, by region and
// by domain.
var dollars = map[string]string{"US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "TW": "TWD", "MX": "MXN"}

// crowns are the currency written "kr".
var crowns = map[string]string{"SE": "SEK", "SV": "SEK", "NO": "NOK", "NB": "NOK", "NN": "NOK", "DK": "DKK", "DA": "DKK", "IS": "ISK"}

// currencyOf is the currency that a sign, code or name stands for on this page,
// empty if that is open. A sign that several currencies share means the one the
// page declares, else the one of its region or domain. A bare "$" on an English
// page that names neither is the US dollar, as in Unicode's locale data.
func (p *place) currencyOf(mark string) string {
	if code := signs[strings.TrimSuffix(mark, ".")]; code != "" {
		return code
	}
	switch {
	case strings.EqualFold(mark, "euro"), strings.EqualFold(mark, "euros"):
		return "EUR"
	case mark == "$":
		domain := dollars[strings.ToUpper(p.domain)]
		switch {
		case p.declared != "":
			if isDollar(p.declared) {
				return p.declared
			}
		case dollars[p.region] != "":
			return dollars[p.region]
		case domain != "":
			return domain
		case (p.language == "en" || p.language == "") && p.region == "":
			return "USD"
		}
	case mark == "¥" || mark == "￥":
		switch {
		case p.declared == "JPY" || p.declared == "CNY":
			return p.declared
		case p.language == "ja" || p.domain == "jp":
			return "JPY"
		case p.language == "zh" || p.domain == "cn":
			return "CNY"
		}
	case strings.HasPrefix(mark, "kr"):
		if code := crowns[p.region]; code != "" {
			return code
		}
		if code := crowns[strings.ToUpper(p.domain)]; code != "" {
			return code
		}
		return crowns[strings.ToUpper(p.language)]
	case isCurrency(mark):
		return mark
	}
	return ""
}

// decimals are the marks that the page's language has before fractions, empty if
// that is open.
func (p *place) decimals() string {
	switch {
	case p.language == "" || p.region == "ZA":
		return ""
	case p.region == "CH" || p.region == "LI" || p.region == "MX" || pointed[p.language]:
		return "."
	}
	return ","
}

// pointed are the languages that write a point before fractions.
var pointed = set("en ja zh ko th he hi cy ga ms bn ta ur")
