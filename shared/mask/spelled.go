package mask

import "strings"

// providers lists who gives people addresses: what tells "jo at gmail.com" from
// "the kettle at shop.com".
const providers = " gmail googlemail outlook hotmail live msn yahoo ymail icloud me mac gmx web aol proton protonmail pm mail email t-online freenet posteo orange free laposte wanadoo sfr libero virgilio tiscali alice " +
	"ziggo kpnmail xs4all planet uol bol terra ig wp o2 onet interia gazeta telia bredband btinternet sky talktalk comcast verizon att qq 163 126 sina naver yandex docomo ezweb softbank mynet fastmail hey tutanota zoho "

// mail finds an e-mail address that is written with words or spaced signs
// around the word for @, which goes from token n to before next: "jane at mail
// dot com", "jane (at) mail . com".
func (v *spoken) mail(n, next int, tells cue) (match, bool) {
	if n == 0 || next >= len(v.list) {
		return match{}, false
	}
	before, after := v.gap(n), v.gap(next)
	fenced := fence(before, "([{<*_-|") && fence(after, ")]}>*_-|") // (at)
	if !fenced && (!blank(before) || !blank(after)) {
		return match{}, false
	}
	end, words, said, named := v.domain(next, tells)
	if words < 2 {
		return match{}, false
	}
	start, marked := v.local(n - 1)
	if start < 0 {
		return match{}, false
	}
	switch {
	case fenced:
	case tells&atSign != 0:
	case said: // the dot is a word too
		if v.text(n) != "at" && !strings.EqualFold(v.text(n), "at") && !marked && !named && !v.mentioned(start) {
			return match{}, false
		}
	case named || marked || v.mentioned(start):
		if v.tells(start)&never != 0 && start == n-1 {
			return match{}, false
		}
	default:
		return match{}, false
	}
	return v.between(start, end, Email), true
}

// signed finds an e-mail address around the @ before token n which has spaces
// about it or words for the dots.
func (v *spoken) signed(n int) (match, bool) {
	if n == 0 || strings.Trim(v.gap(n), " ") != "@" || len(v.gap(n)) > 3 {
		return match{}, false
	}
	end, words, said, named := v.domain(n, 0)
	start, marked := v.local(n - 1)
	if words < 2 || start < 0 || !said && !named && !marked && !v.mentioned(start) {
		return match{}, false
	}
	return v.between(start, end, Email), true
}

// fence reports whether a gap holds one of the signs and else only spaces.
func fence(gap, signs string) bool {
	trimmed := strings.Trim(gap, " ")
	return len(trimmed) == 1 && strings.Contains(signs, trimmed)
}

// domain gives the token after a domain that begins with token n, its number of
// parts, whether a dot is written as a word, and whether the domain is one of
// the providers.
func (v *spoken) domain(n int, _ cue) (end, words int, said, named bool) {
	i := n
	for i < len(v.list) && words < 5 {
		t := v.list[i]
		if t.traits&(holder|ideograph) != 0 || v.tells(i)&dotSign != 0 && words == 0 {
			return 0, 0, false, false
		}
		words++
		end = i + 1
		if words == 1 {
			named = strings.Contains(providers, " "+strings.ToLower(v.text(i))+" ")
		}
		if end < len(v.list) && v.gap(end) == "-" && v.list[end].is(lettered) {
			i = end
			words--
			continue
		}
		switch {
		case end+1 < len(v.list) && v.tells(end)&dotSign != 0 && dotGap(v.gap(end)) && dotGap(v.gap(end+1)):
			said = true
			i = end + 1
		case end < len(v.list) && strings.Trim(v.gap(end), " ") == "." && len(v.gap(end)) <= 3 && (v.gap(end) == "." || v.gap(end) == " . " || words == 1 && v.gap(end) == " ."):
			said = said || v.gap(end) != "."
			i = end
		default:
			i = len(v.list)
		}
	}
	if words == 0 {
		return 0, 0, false, false
	}
	top := v.list[end-1]
	if top.is(numeric) || v.runes(end-1) < 2 || v.runes(end-1) > 10 {
		return 0, 0, false, false
	}
	return end, words, said, named
}

// dotGap reports whether a gap may stand beside the word for a dot.
func dotGap(gap string) bool {
	return blank(gap) || fence(gap, "([{<*_-|") || fence(gap, ")]}>*_-|")
}

// local gives the token at which the part before the @ begins that ends with
// token n, or -1, and whether it looks like one: with a digit or a sign.
func (v *spoken) local(n int) (start int, marked bool) {
	if n < 0 || v.list[n].traits&(holder|ideograph) != 0 {
		return -1, false
	}
	start = n
	marked = v.list[n].is(numeric)
	for start > 0 && n-start < 6 && v.list[start-1].traits&(holder|ideograph) == 0 {
		g := v.gap(start)
		switch {
		case g == "." || g == "-" || g == "_" || g == "+":
			start--
		case blank(g) && v.tells(start)&dotSign != 0 && start > 1 && start < n+1 && blank(v.gap(start)) && v.list[start-1].is(lettered) && start != n:
			start-- // jane dot doe
		case blank(g) && start > 1 && v.tells(start-1)&dotSign != 0 && blank(v.gap(start-1)):
			start -= 2
		case blank(g) && start > 1 && isSign(v.text(start-1)) && blank(v.gap(start-1)):
			start -= 2
		default:
			return start, marked
		}
		marked = true
	}
	return start, marked
}

// isSign reports whether a word is written for a sign in an address.
func isSign(word string) bool {
	return among(" underscore dash minus hyphen unterstrich bindestrich tiret underline guion guión trattino streepje ", word)
}

// mentioned reports whether one of the words right before token n speaks of an
// e-mail address.
func (v *spoken) mentioned(n int) bool {
	for i := n - 1; i >= 0 && i >= n-5; i-- {
		if v.list[i].is(lettered) && v.tells(i)&mailIs != 0 {
			return true
		}
	}
	return false
}
