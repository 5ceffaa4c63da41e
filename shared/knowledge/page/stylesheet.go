package page

import (
	"strings"

	"golang.org/x/net/html"
)

// The size of what is read of a page's own styles.
const (
	maxStyles = 256 << 10
	maxRules  = 4000
)

var (
	cssComment = lazily(`(?s)/\*.*?\*/`)
	// simpleSelector matches a class or id that alone decides.
	simpleSelector = lazily(`^[a-zA-Z0-9]*([.#][\w-]+)$`)
	// selectorName matches the classes and ids of any selector.
	selectorName = lazily(`[.#][\w-]+`)
	displayNone  = lazily(`(?i)(^|[;\s])(display\s*:\s*none|visibility\s*:\s*hidden)`)
	display      = lazily(`(?i)(^|[;\s])(display\s*:\s*[a-z]|visibility\s*:\s*visible)`)
	offSight     = lazily(`(?i)(^|[;\s])(font-size\s*:\s*(0|[01]px|0\.\d+[a-z]*)\s*(;|!|$)|(left|right|top|text-indent)\s*:\s*-\s*\d{4,}|color\s*:\s*transparent)`)
)

// hideStyled marks as hidden what a page's own style element keeps from the eye.
// What another rule or a script of the page names too may come into sight, as
// the panels of tabs do, and is left as it is.
func hideStyled(doc *html.Node) {
	var styles, scripts strings.Builder
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "style":
			if s := text(n); styles.Len()+len(s) <= maxStyles {
				styles.WriteString(s)
			}
		case "script":
			if s := text(n); scripts.Len()+len(s) <= maxStyles && !isJSONLD(attr(n, "type")) {
				scripts.WriteString(s)
			}
		}
	}
	names := hiddenNames(styles.String())
	for name := range names {
		if strings.Contains(scripts.String(), name[1:]) {
			delete(names, name)
		}
	}
	if len(names) == 0 {
		return
	}
	reachable := disclosed(doc)
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data == "body" || n.Data == "html" || reachable[attr(n, "id")] {
			continue
		}
		hide := names["#"+attr(n, "id")]
		for class := range strings.FieldsSeq(attr(n, "class")) {
			hide = hide || names["."+class]
		}
		if hide {
			n.Attr = append(n.Attr, html.Attribute{Key: "hidden"})
		}
	}
}

// hiddenNames are the classes and ids that a style sheet hides and does not show
// again. Rules for some screens only are not read.
func hiddenNames(sheet string) map[string]bool {
	hides, shows := map[string]bool{}, map[string]bool{}
	sheet = cssComment.ReplaceAllString(sheet, "")
	for rules := 0; rules < maxRules; rules++ {
		open := strings.IndexByte(sheet, '{')
		if open < 0 {
			break
		}
		selectors := strings.TrimSpace(sheet[:open])
		end := closing(sheet, open)
		body := sheet[open+1 : max(end, open+1)]
		sheet = sheet[min(end+1, len(sheet)):]
		if strings.HasPrefix(selectors, "@") {
			continue
		}
		gone := displayNone.MatchString(body) || offSight.MatchString(body)
		if !gone && !display.MatchString(body) {
			continue
		}
		for selector := range strings.SplitSeq(selectors, ",") {
			if m := simpleSelector.FindStringSubmatch(strings.TrimSpace(selector)); gone && m != nil {
				hides[m[1]] = true
			} else if !gone {
				for _, name := range selectorName.FindAllString(selector, 20) {
					shows[name] = true
				}
			}
		}
	}
	for name := range shows {
		delete(hides, name)
	}
	return hides
}

// closing is where the block ends that opens at a place, or the end.
func closing(sheet string, open int) int {
	depth := 0
	for i := open; i < len(sheet); i++ {
		switch sheet[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(sheet)
}
