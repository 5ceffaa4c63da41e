package crawl

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// The size of what is taken from one page.
const (
	maxLinks = 3000
	maxTag   = 256 << 10 // bytes of one tag or script
	maxWords = 2000      // distinct words a fingerprint compares
)

// outline is what the crawler needs to know of a page.
type outline struct {
	links             []*url.URL
	canonical         *url.URL
	noIndex, noFollow bool
	title             string
	password          bool
	words             map[uint64]struct{} // of the text, to compare pages with
}

// readOutline scans a page without building a tree of it. token is the
// crawler's own name in robots directives.
func readOutline(page *url.URL, source []byte, token string) outline {
	var o outline
	base := page
	o.words = map[uint64]struct{}{}
	z := html.NewTokenizer(bytes.NewReader(source))
	z.SetMaxBuf(2 << 20)
	silent, inTitle := "", false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return o
		case html.TextToken:
			switch {
			case inTitle && len(o.title) < 300:
				o.title += string(z.Text())
			case silent == "":
				o.addWords(z.Text())
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if string(name) == silent {
				silent = ""
			}
			inTitle = false
		case html.StartTagToken, html.SelfClosingTagToken:
			if len(z.Raw()) > maxTag {
				continue
			}
			name, more := z.TagName()
			tag := string(name)
			switch tag {
			case "script", "style", "template":
				silent = tag
			case "title":
				inTitle = o.title == ""
			case "a", "area", "link", "meta", "base", "input":
				attrs := map[string]string{}
				for more {
					var key, value []byte
					key, value, more = z.TagAttr()
					if len(attrs) < 50 {
						attrs[string(key)] = strings.TrimSpace(string(value))
					}
				}
				if tag == "base" && attrs["href"] != "" {
					if u, err := page.Parse(attrs["href"]); err == nil {
						base = u
					}
				}
				o.note(tag, attrs, base, token)
			}
		}
	}
}

// note takes what one tag says.
func (o *outline) note(tag string, attrs map[string]string, base *url.URL, token string) {
	rel := " " + strings.ToLower(attrs["rel"]) + " "
	switch tag {
	case "a", "area":
		if !strings.Contains(rel, " nofollow ") {
			o.link(base, attrs["href"])
		}
	case "link":
		switch {
		case strings.Contains(rel, " canonical ") && o.canonical == nil && attrs["href"] != "":
			if u, err := base.Parse(attrs["href"]); err == nil {
				o.canonical = normalise(u)
			}
		case strings.Contains(rel, " next "), strings.Contains(rel, " alternate ") && attrs["hreflang"] != "":
			o.link(base, attrs["href"])
		}
	case "meta":
		switch name := strings.ToLower(attrs["name"]); {
		case name == "robots" || name == strings.ToLower(token):
			o.directives(attrs["content"])
		case strings.EqualFold(attrs["http-equiv"], "refresh"):
			if _, target, ok := strings.Cut(attrs["content"], "="); ok {
				o.link(base, strings.Trim(target, `'" `))
			}
		}
	case "input":
		o.password = o.password || strings.EqualFold(attrs["type"], "password")
	}
}

// directives takes the content of a robots meta tag or X-Robots-Tag header.
func (o *outline) directives(content string) {
	for d := range strings.SplitSeq(strings.ToLower(content), ",") {
		switch strings.TrimSpace(d) {
		case "noindex":
			o.noIndex = true
		case "nofollow":
			o.noFollow = true
		case "none":
			o.noIndex, o.noFollow = true, true
		}
	}
}

// header takes an X-Robots-Tag, which may be meant for one crawler.
func (o *outline) header(value, token string) {
	if name, directives, ok := strings.Cut(value, ":"); ok && !strings.ContainsAny(name, ", ") &&
		!strings.HasPrefix(strings.ToLower(name), "unavailable_after") && !strings.HasPrefix(strings.ToLower(name), "max-") {
		if !strings.EqualFold(name, token) {
			return
		}
		value = directives
	}
	o.directives(value)
}

func (o *outline) link(base *url.URL, href string) {
	if href == "" || href[0] == '#' || len(href) > maxURL || len(o.links) >= maxLinks {
		return
	}
	u, err := base.Parse(href)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && u.Host != "" {
		o.links = append(o.links, normalise(u))
	}
}

// addWords adds a text's words to the fingerprint.
func (o *outline) addWords(text []byte) {
	for word := range bytes.FieldsSeq(text) {
		if len(o.words) >= maxWords {
			return
		}
		o.words[hashURL(string(word))] = struct{}{}
	}
}

// resembles reports whether two pages share nine words in ten.
func (o *outline) resembles(other *outline) bool {
	both := 0
	for w := range o.words {
		if _, ok := other.words[w]; ok {
			both++
		}
	}
	return both*10 >= (len(o.words)+len(other.words)-both)*9
}

// notFoundTitles are how pages that were not found are titled.
var notFoundTitles = strings.Fields("error-404 erreur-404 fehler-404 errore-404 fout-404 404-error 404-page not-found " +
	"page-not-found page-introuvable nicht-gefunden pagina-no-encontrada no-encontrada pagina-non-trovata niet-gevonden nao-encontrada hittades-inte ikke-fundet nie-znaleziono")

// saysNotFound reports whether a page's title admits that there is no page.
func (o *outline) saysNotFound() bool {
	title := "-" + strings.Join(strings.FieldsFunc(strings.ToLower(o.title), func(r rune) bool {
		return r < 0x80 && !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	}), "-") + "-"
	title = strings.NewReplacer("á", "a", "ã", "a").Replace(title)
	for _, t := range notFoundTitles {
		if strings.Contains(title, "-"+t+"-") {
			return true
		}
	}
	return strings.HasPrefix(title, "-404-") // elsewhere it may be a model's number
}
