package page

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// declaration matches what a style sets the colour of the text or of what is
// behind it to.
var declaration = lazily(`(?i)(?:^|[;\s])(color|background(?:-color|-image)?)\s*:\s*([^;]*)`)

// isPale reports whether an element's own style gives its text a colour that
// cannot be told from what is behind it: the same, none at all, or white where
// no style or class of what it stands in may give it a darker ground.
func isPale(n *html.Node, style string) bool {
	colour, ground := "", ""
	for _, m := range declaration.FindAllStringSubmatch(style, -1) {
		value := strings.ToLower(strings.TrimSpace(strings.Replace(m[2], "!important", "", 1)))
		if strings.EqualFold(m[1], "color") {
			colour = canonical(value)
		} else {
			ground = canonical(value)
		}
	}
	switch {
	case colour == "":
		return false
	case colour == "transparent" || colour == ground:
		return true
	case colour != "#ffffff" || ground != "" && ground != "transparent":
		return false
	}
	for p := n; p != nil && p.Data != "body"; p = p.Parent {
		for token := range strings.FieldsSeq(attr(p, "class")) {
			if hasWord(token, groundWords) {
				return false
			}
		}
		if p == n {
			continue
		}
		for _, m := range declaration.FindAllStringSubmatch(attr(p, "style"), -1) {
			if value := canonical(strings.ToLower(strings.TrimSpace(m[2]))); !strings.EqualFold(m[1], "color") && value != "transparent" {
				return value == "#ffffff"
			}
		}
	}
	return true
}

// groundWords are in the classes of elements that stand on a ground of their
// own.
var groundWords = set("hero banner bg background dark black overlay slide slider slideshow badge button btn card cover inverse inverted promo announcement header footer section image media color scheme")

// canonical spells a colour in one way: "#rrggbb", "transparent", or as it is.
func canonical(colour string) string {
	switch {
	case colour == "white", strings.HasPrefix(colour, "#fffffe"), strings.HasPrefix(colour, "#fefefe"), colour == "snow":
		return "#ffffff"
	case colour == "none":
		return "transparent"
	case len(colour) == 4 && colour[0] == '#':
		return "#" + strings.Repeat(colour[1:2], 2) + strings.Repeat(colour[2:3], 2) + strings.Repeat(colour[3:4], 2)
	case strings.HasPrefix(colour, "rgb"):
		parts := strings.FieldsFunc(strings.Trim(colour, "rgba()"), func(r rune) bool { return r == ',' || r == ' ' || r == '/' })
		if len(parts) == 4 {
			if alpha, err := strconv.ParseFloat(strings.TrimSuffix(parts[3], "%"), 64); err == nil && alpha <= 0.05 {
				return "transparent"
			}
		}
		if len(parts) >= 3 {
			out := "#"
			for _, p := range parts[:3] {
				v, err := strconv.Atoi(p)
				if err != nil || v < 0 || v > 255 {
					return colour
				}
				if v >= 253 {
					v = 255
				}
				out += string("0123456789abcdef"[v/16]) + string("0123456789abcdef"[v%16])
			}
			return out
		}
	}
	return colour
}
