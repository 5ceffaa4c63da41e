package mask

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestStreet is the most words of a street's name.
const longestStreet = 6

// street finds the postal address whose sign is the phrase from token n to
// before next.
func (v *spoken) street(n, next int, tells cue) (match, bool) {
	for _, rule := range [...]struct {
		kinds cue
		find  func(n, next int, tells cue) (start, end int)
	}{
		{streetEnds | streetMay, v.streetEnd},
		{streetNumber, v.streetNumbered},
		{streetName, v.streetNamed},
		{streetAnd, v.streetAfter},
		{box, v.boxed},
	} {
		if tells&rule.kinds == 0 {
			continue
		}
		if start, end := rule.find(n, next, tells); end > 0 && !v.priced(start) {
			return v.between(start, v.extend(end), Postal), true
		}
	}
	return match{}, false
}

// priced reports whether a sign before token n makes it a price or an order
// number rather than the number of a house.
func (v *spoken) priced(n int) bool {
	g := v.gap(n)
	if g == "" {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(g)
	return r == '#' || unicode.Is(unicode.Sc, r)
}

// streetEnd finds "12 High Street" by its last word.
func (v *spoken) streetEnd(n, next int, tells cue) (start, end int) {
	named, small := false, false
	for j := n - 1; j >= 0 && j >= n-longestStreet; j-- {
		if g := v.gap(j + 1); !blank(g) && g != ". " && g != "-" && g != "'" && g != "’" {
			return 0, 0
		}
		t := v.list[j]
		switch {
		case t.is(numeric) && named && v.house(j) > j && v.house(j) <= n:
			if small && tells&streetEnds == 0 || small && v.tells(j+1)&(never|particle|inStreet) != 0 {
				return 0, 0
			}
			end = next
			for end < len(v.list) && blank(v.gap(end)) && among(" n s e w ne nw se sw north south east west ", v.text(end)) && v.list[end].is(capital) {
				end++
			}
			for end < len(v.list) && blank(v.gap(end)) && v.tells(end)&(streetEnds|streetMay) != 0 && v.list[end].is(capital) {
				end++
			}
			return v.unitBefore(j), end
		case t.is(numeric) && t.is(lettered), t.is(capital|lettered) && t.traits&(holder|ideograph) == 0:
			if v.runes(j) > 1 && v.tells(j)&never != 0 && v.tells(j)&(given|particle|inStreet) == 0 && !colours(v.text(j)) {
				small = true
				if v.tells(j)&filler != 0 {
					return 0, 0
				}
			}
		case t.is(lettered) && t.traits&(holder|ideograph) == 0:
			if told := v.tells(j); v.text(j) == "s" && v.gap(j) != " " {
			} else if told&never != 0 && told&(particle|inStreet) == 0 {
				return 0, 0
			} else if told&(particle|inStreet) == 0 {
				small = true
			}
		default:
			return 0, 0
		}
		named = true
	}
	return 0, 0
}

// colours reports whether a word that is in no name of a person may be in that
// of a street.
func colours(word string) bool {
	return among(" black white red blue green gold silver rose christmas may the new good mill march april june july august september october ", word)
}

// unitBefore gives the token where "Flat 3, " begins before token n, or n.
func (v *spoken) unitBefore(n int) int {
	if n >= 2 && v.list[n-1].is(numeric) && v.list[n-1].end-v.list[n-1].start <= 5 && v.gap(n) == ", " && blank(v.gap(n-1)) && v.tells(n-2)&unit != 0 {
		return n - 2
	}
	return n
}

// streetNumbered finds "12 rue de la Paix" by its type.
func (v *spoken) streetNumbered(n, next int, _ cue) (start, end int) {
	start = n
	if n > 0 && (blank(v.gap(n)) || v.gap(n) == ", ") {
		j := n - 1
		if j > 0 && among(" bis ter quater ", v.text(j)) && blank(v.gap(j)) {
			j--
		}
		if v.list[j].is(numeric) && v.house(j) > j {
			if start = j; j >= 2 && v.gap(j) == "-" && v.list[j-1].is(numeric) {
				start = j - 1
			}
		}
	}
	strong := among(" rue avenue boulevard bd bld chemin impasse allée quai faubourg ", v.text(n))
	end, named := v.streetWords(next, strong && start < n)
	if !named {
		return 0, 0
	}
	if start < n {
		return v.unitBefore(start), end
	}
	if strong && end < len(v.list) && (blank(v.gap(end)) || v.gap(end) == ", ") { // the number behind, as in Belgium
		if house := v.house(end); house > end {
			return n, house
		}
	}
	return 0, 0
}

// streetNamed finds "Calle Mayor 12" by its type.
func (v *spoken) streetNamed(n, next int, _ cue) (start, end int) {
	short := v.runes(n) <= 2
	if g := v.gap(next); v.runes(n) == 1 && (v.text(n) == "c" || v.text(n) == "C") && !strings.HasPrefix(g, "/") || short && !strings.HasPrefix(g, ".") && !strings.HasPrefix(g, "/") && !v.list[n].is(capital) {
		return 0, 0
	}
	end, named := v.streetWords(next, !short)
	if !named || end >= len(v.list) {
		return 0, 0
	}
	if v.tells(end)&houseNo != 0 && len(v.gap(end)) <= 2 {
		end++
		if end >= len(v.list) {
			return 0, 0
		}
	}
	if g := v.gap(end); strings.Trim(g, " ,.:ºª°-") != "" || g == "" || len(g) > 5 {
		return 0, 0
	}
	house := v.house(end)
	if house == end {
		return 0, 0
	}
	// What is small all through may be something else: "via PayPal 30 days".
	if !v.list[n].is(capital) && !v.list[end-1].is(capital) && house < len(v.list) && blank(v.gap(house)) && v.postcode(house) == house || !v.list[n].is(capital) && !v.closed(house) && !addressGap(v.gap(house)) || v.text(n) == "via" && blank(v.gap(house)) && house < len(v.list) && !v.closed(house) {
		return 0, 0
	}
	return n, house
}

// streetWords gives the token after a street's name that begins with token n,
// and whether there is one. Small letters will do if the type leaves no doubt.
func (v *spoken) streetWords(n int, small bool) (end int, named bool) {
	end = n
	for i := n; i < len(v.list) && i < n+longestStreet; i++ {
		t, g := v.list[i], v.gap(i)
		if i == n && strings.Trim(g, " ./'’") != "" || i > n && !blank(g) && g != "'" && g != "’" && g != "-" && g != ". " || t.traits&(holder|ideograph) != 0 {
			break
		}
		told := v.tells(i)
		switch {
		case t.is(numeric):
			// "Via 25 Aprile": a number that a name follows.
			if i > n+1 || i+1 >= len(v.list) || !blank(v.gap(i+1)) || v.tells(i+1)&(particle|inStreet) == 0 && !v.list[i+1].is(capital) || t.end-t.start > 2 {
				return end, named
			}
		case told&(particle|inStreet) != 0 && i+1 < len(v.list) && (v.list[i+1].is(lettered) || v.list[i+1].is(numeric)):
			continue
		case t.is(capital) && told&houseNo == 0 || told&houseNo == 0 && small && told&never == 0:
			end, named = i+1, true
			continue
		default:
			return end, named
		}
	}
	return end, named
}

// streetAfter finds "Atatürk Caddesi No: 12" or "Berliner Straße 5" by its
// type.
func (v *spoken) streetAfter(n, next int, _ cue) (start, end int) {
	start = n
	for start > 0 && n-start < 4 && (blank(v.gap(start)) || v.gap(start) == "-") && v.list[start-1].is(lettered) && v.list[start-1].traits&(holder|ideograph) == 0 {
		t := v.list[start-1]
		if !t.is(capital) && t.traits&numeric == 0 || v.tells(start-1)&never != 0 && v.tells(start-1)&(particle|inStreet) == 0 {
			break
		}
		start--
	}
	if start == n {
		return 0, 0
	}
	end = next
	if v.tells(n)&streetAnd != 0 && strings.HasPrefix(strings.ToLower(v.text(n)), "mah") {
		return start, end
	}
	if end < len(v.list) && v.tells(end)&houseNo != 0 && strings.Trim(v.gap(end), " .,") == "" {
		end++
	}
	if end >= len(v.list) || strings.Trim(v.gap(end), " .,:") != "" {
		return 0, 0
	}
	if house := v.house(end); house > end {
		return start, house
	}
	return 0, 0
}

// boxed finds a post-office box.
func (v *spoken) boxed(n, next int, _ cue) (start, end int) {
	if next >= len(v.list) || !v.list[next].is(numeric) || strings.Trim(v.gap(next), " .:#") != "" || v.runes(n) < 3 && !v.list[n].is(shouted) {
		return 0, 0
	}
	end = next + 1
	for end < len(v.list) && end < next+3 && blank(v.gap(end)) && v.list[end].is(numeric) && v.list[end].traits&lettered == 0 && v.list[end].end-v.list[end].start <= 3 {
		end++
	}
	return n, end
}

// endings lists how the names of streets end that are one word.
var endings = [...]string{"straße", "strasse", "str", "weg", "allee", "platz", "gasse", "damm", "ufer", "chaussee", "promenade", "steig", "pfad",
	"straat", "laan", "plein", "gracht", "kade", "dijk", "singel", "dreef", "plantsoen", "steeg", "lei",
	"gatan", "vägen", "gränd", "torget", "stigen", "backen", "allén", "gata", "väg"}

// before lists the words that stand before such a name and belong to it.
const before = " alte alter neue neuer große grosse kleine obere untere lange kurze nieuwe oude lange korte grote kleine stora lilla norra södra östra västra sankt st eerste tweede derde van von der de "

// suffixed finds "Hauptstraße 12" or "Keizersgracht 5" by the end of its first
// word, which is token n.
func (v *spoken) suffixed(n int) (match, bool) {
	t := v.list[n]
	if !t.is(lettered) || t.is(numeric) || t.end-t.start < 6 || n+1 >= len(v.list) || !v.list[n+1].is(numeric) {
		return match{}, false
	}
	if g := v.gap(n + 1); g != " " && g != ". " && g != "." && g != ", " && g != "\u00a0" && g != " Nr. " {
		return match{}, false
	}
	var word [longestWord]byte
	w := string(fold(&word, v.text(n)))
	for _, e := range endings {
		if len(w) < len(e)+2 || !strings.HasSuffix(w, e) {
			continue
		}
		house := v.house(n + 1)
		if house == n+1 || v.tells(n)&never != 0 {
			break
		}
		if !t.is(capital) && (len(e) < 4 || !v.closed(house) && !addressGap(v.gap(house))) {
			break // "unterwegs 2" and the like
		}
		start := n
		for start > 0 && start > n-4 {
			g, prior := v.gap(start), v.list[start-1]
			var buffer [longestWord]byte
			if !(g == "-" && prior.is(capital)) && !(blank(g) && strings.Contains(before, " "+string(fold(&buffer, v.text(start-1)))+" ") && prior.is(capital)) {
				break
			}
			start--
		}
		return v.between(start, v.extend(house), Postal), true
	}
	return match{}, false
}

// house gives the token after the number of a house that begins with token n,
// or n: "12", "12a", "12-14", "12/34", "7 bis".
func (v *spoken) house(n int) int {
	t := v.list[n]
	if t.traits&(holder|ideograph) != 0 || !t.is(numeric) || begins[v.s[t.start]] != digit {
		return n
	}
	digits := 0
	for digits < t.end-t.start && begins[v.s[t.start+digits]] == digit {
		digits++
	}
	if digits > 5 || v.runes(n)-digits > 2 {
		return n
	}
	end := n + 1
	for end < len(v.list) && end < n+3 && (v.gap(end) == "/" || v.gap(end) == "-" || v.gap(end) == "–") && v.list[end].end-v.list[end].start <= 4 && (v.list[end].is(numeric) || v.runes(end) == 1) {
		end++
	}
	if end < len(v.list) && blank(v.gap(end)) {
		w := v.text(end)
		last := end+1 == len(v.list) || strings.ContainsAny(v.gap(end+1), ",\n;") || strings.HasPrefix(v.gap(end+1), ".") && !v.list[end+1].is(numeric)
		if strings.EqualFold(w, "bis") || strings.EqualFold(w, "ter") || len(w) == 1 && begins[w[0]] == letter && last && (w != "a" || end+1 < len(v.list)) && w != "I" {
			end++
		}
	}
	// A decimal or a price goes on behind its separator.
	if end < len(v.list) && v.list[end].is(numeric) && (v.gap(end) == "." || v.gap(end) == ",") || strings.HasPrefix(v.gap(end), "%") || strings.HasPrefix(v.gap(end), "€") || strings.HasPrefix(v.gap(end), " €") {
		return n
	}
	return end
}

// addressGap reports whether an address may go on after a gap.
func addressGap(gap string) bool {
	if gap == "" || len(gap) > 6 {
		return false
	}
	for _, r := range gap {
		if !strings.ContainsRune(" ,-–/.:#ºª°\u00a0()", r) {
			return false
		}
	}
	return !strings.Contains(gap, ". ") || strings.ContainsAny(gap, ",ºª°")
}

// extend gives the token after an address whose street ends before token n:
// units, districts, cities and postcodes that follow it.
func (v *spoken) extend(n int) int {
	last := n
	for part := 0; part < 10 && n < len(v.list); part++ {
		g := v.gap(n)
		if !addressGap(g) {
			break
		}
		divided := strings.ContainsAny(g, ",-/–(")
		told := v.tells(n)
		if (told&postIs != 0 || told&(inStreet|particle) != 0 && !v.list[n].is(capital)) && n+1 < len(v.list) && strings.Trim(v.gap(n+1), " :.") == "" && v.postcode(n+1) > n+1 {
			n++
		}
		if (told&unit != 0 || strings.HasSuffix(g, "#")) && v.runes(n) < 16 {
			if strings.HasSuffix(g, "#") {
				n, last = n+1, n+1
				continue
			}
			if n+1 < len(v.list) && strings.Trim(v.gap(n+1), " .:#") == "" && (v.list[n+1].is(numeric) && v.runes(n+1) <= 5 || v.runes(n+1) == 1 && v.list[n+1].is(capital)) {
				n, last = n+2, n+2
				continue
			}
		}
		if end := v.postcode(n); end > n {
			n, last = end, end
			if end < len(v.list) && (blank(v.gap(end)) || v.gap(end) == ", " || v.gap(end) == " - ") {
				n = v.town(end)
				last = n
			}
			continue
		}
		if t := v.list[n]; t.is(numeric) && divided && v.runes(n) <= 5 && (t.is(lettered) || strings.HasPrefix(v.gap(n+1), "º") || strings.HasPrefix(v.gap(n+1), "ª") || strings.HasPrefix(v.gap(n+1), ".")) || t.is(numeric) && g == "/" {
			n, last = n+1, n+1 // a floor or a door
			continue
		}
		if v.runes(n) == 1 && v.list[n].is(capital) && (strings.ContainsAny(g, "ºª°") || g == " " && last == n && part > 0) && v.text(n) != "I" {
			n, last = n+1, n+1
			continue
		}
		end := v.town(n)
		if end == n {
			break
		}
		if !divided {
			if end < len(v.list) && addressGap(v.gap(end)) && v.postcode(end) > end {
				n = end
				continue
			}
			break
		}
		n, last = end, end
	}
	return last
}

// town gives the token after a town's name, or that of a state, that begins
// with token n, or n.
func (v *spoken) town(n int) int {
	end := n
	for i := n; i < len(v.list) && i < n+5; i++ {
		t, g := v.list[i], v.gap(i)
		if i > n && !blank(g) && g != "-" && g != "'" && g != "’" && g != ". " || !t.is(lettered) || t.traits&(holder|ideograph) != 0 {
			break
		}
		told := v.tells(i)
		if g == ". " && v.runes(i-1) > 3 {
			break
		}
		switch {
		case t.is(numeric):
			return end
		case i > n && t.is(capital) && v.tells(i-1)&particle != 0:
			end = i + 1
		case i > n && t.is(shouted) && v.runes(i) == 2 && v.closed(i+1):
			end = i + 1
		case t.is(shouted) && v.runes(i) == 2 && i+1 < len(v.list) && addressGap(v.gap(i+1)) && v.postcode(i+1) > i+1:
			end = i + 1
		case t.is(capital) && (told&never == 0 || country(v.text(i)) || i > n && told&given != 0) && told&(signOff|phoneIs|mailIs|labelName|saysName|title) == 0:
			end = i + 1
		case told&(particle|inStreet) != 0 && i > n || t.is(shouted) && v.runes(i) == 2:
		default:
			return end
		}
	}
	return end
}

// country reports whether a word that is in no name ends an address.
func country(word string) bool {
	return among(" den rio germany france spain italy england uk usa us deutschland österreich schweiz belgique españa méxico italia nederland belgië brasil portugal polska sverige türkiye europe new las los la le san el saint rio são united ", word)
}

// postcode gives the token after the postcode that begins with token n, or n.
func (v *spoken) postcode(n int) int {
	t := v.list[n]
	if t.traits&(holder|ideograph) != 0 {
		return n
	}
	size := v.runes(n)
	follows := func(i int, gap string, digits int) bool {
		return i < len(v.list) && v.gap(i) == gap && v.shape(i, digits, 0)
	}
	switch {
	case t.is(lettered|numeric) && size >= 2 && size <= 4 && v.outward(n) && n+1 < len(v.list) && blank(v.gap(n+1)) && v.inward(v.text(n+1)):
		return n + 2
	case t.is(lettered|numeric) && size >= 5 && size <= 7 && v.inward(v.text(n)[max(0, len(v.text(n))-3):]) && begins[v.text(n)[0]] == letter && v.list[n].is(shouted) && len(v.text(n)) == size:
		return n + 1
	case t.is(lettered|numeric) && size == 6 && v.shape(n, 4, 2):
		return n + 1
	case t.is(lettered) && t.traits&numeric == 0 && size <= 2 && t.is(shouted) && n+1 < len(v.list) && v.gap(n+1) == "-" && v.list[n+1].traits&lettered == 0 && v.runes(n+1) >= 4 && v.runes(n+1) <= 5:
		return n + 2 // D-10115
	case !t.is(numeric) || t.is(lettered):
		return n
	}
	switch size {
	case 5:
		if follows(n+1, "-", 3) || follows(n+1, "-", 4) {
			return n + 2
		}
		return n + 1
	case 2:
		if follows(n+1, "-", 3) {
			return n + 2
		}
	case 3:
		if follows(n+1, " ", 2) || follows(n+1, "-", 4) {
			return n + 2
		}
	case 4:
		if n+1 < len(v.list) && blank(v.gap(n+1)) && v.shape(n+1, 0, 2) && v.list[n+1].is(shouted) {
			return n + 2
		}
		if n+1 < len(v.list) && (blank(v.gap(n+1)) || v.gap(n+1) == "-") && (v.proper(n+1) || v.shape(n+1, 3, 0)) {
			return n + 1
		}
	case 6:
		return n + 1
	}
	return n
}

// shape reports whether token n is so many digits and then so many letters.
func (v *spoken) shape(n, digits, letters int) bool {
	w := v.text(n)
	if len(w) != digits+letters {
		return false
	}
	for i := range len(w) {
		if i < digits != (begins[w[i]] == digit) || i >= digits && begins[w[i]] != letter {
			return false
		}
	}
	return true
}

// outward reports whether token n is the first half of a British postcode.
func (v *spoken) outward(n int) bool {
	w := v.text(n)
	if len(w) < 2 || len(w) > 4 || begins[w[0]] != letter {
		return false
	}
	i := 1
	if begins[w[1]] == letter {
		i = 2
	}
	if i >= len(w) || begins[w[i]] != digit {
		return false
	}
	return i+1 == len(w) || i+2 == len(w)
}

// inward reports whether w is the second half of a British postcode.
func (*spoken) inward(w string) bool {
	return len(w) == 3 && begins[w[0]] == digit && begins[w[1]] == letter && begins[w[2]] == letter && !strings.ContainsAny(w[1:], "CIKMOVcikmov")
}

// address finds the address that follows a phrase such as "my address is" at
// token n: numbers, capitalised words and what stands between them, up to the
// end of the sentence.
func (v *spoken) address(n int) (match, bool) {
	if n >= len(v.list) || !saidGap(v.gap(n)) && !label(v.gap(n)) {
		return match{}, false
	}
	first := v.list[n]
	if first.is(ideograph) || first.is(holder) || first.traits&numeric == 0 && !first.is(capital) && v.tells(n)&(streetName|streetNumber|unit|particle|inStreet) == 0 {
		return match{}, false
	}
	small := first.is(numeric)
	end, digits, capitals := n, false, 0
	for i := n; i < len(v.list) && i < n+16; i++ {
		t := v.list[i]
		if t.traits&(holder|ideograph) != 0 || i > n && !v.runGap(i) {
			break
		}
		told := v.tells(i)
		switch {
		case i > n && v.text(i) == "s" && (v.gap(i) == "'" || v.gap(i) == "’"):
			end = i + 1
		case i > n && t.is(capital) && v.tells(i-1)&particle != 0:
			capitals++
			end = i + 1
		case t.is(numeric):
			digits = true
			end = i + 1
		case t.is(capital) && (told&never == 0 || told&(given|particle|inStreet|unit|houseNo) != 0 || country(v.text(i)) || colours(v.text(i))):
			capitals++
			end = i + 1
		case told&(unit|houseNo|streetEnds|streetAnd|streetName|streetNumber|streetMay) != 0 && told&never == 0:
			end = i + 1
		case told&(particle|inStreet) != 0:
		case small && told&never == 0 && i < n+8:
			end = i + 1
		default:
			i = len(v.list)
		}
	}
	if !digits || end-n < 2 || capitals == 0 && !small {
		return match{}, false
	}
	return v.between(n, v.extend(end), Postal), true
}

// runGap reports whether a said address may go on after the gap before token n.
func (v *spoken) runGap(n int) bool {
	g := v.gap(n)
	if g == "" || len(g) > 6 {
		return false
	}
	for _, r := range g {
		if !strings.ContainsRune(" ,-–/.:#ºª°\u00a0()'’&", r) {
			return false
		}
	}
	// A full stop ends a sentence, unless a short word is before it.
	return !strings.Contains(g, ". ") || v.runes(n-1) <= 4 && !v.list[n-1].is(numeric)
}

// resident finds the name of who lives at the address for which the placeholder
// at token n stands: capitalised words right before it, on the line or the line
// above.
func (v *spoken) resident(n int) (match, bool) {
	if !strings.HasPrefix(v.text(n), "[address_") || n < 2 {
		return match{}, false
	}
	if g := v.gap(n); g != ", " && g != "\n" && g != ",\n" && g != " - " && g != "; " {
		return match{}, false
	}
	start, words := n, 0
	for start > 0 && n-start < 5 && (start == n || v.nameGap(start)) {
		t := v.list[start-1]
		if t.traits&(holder|numeric|ideograph) != 0 || !t.is(lettered) {
			break
		}
		told := v.tells(start - 1)
		if t.is(capital) && (told&never == 0 || told&given != 0 || told&particle != 0 && start < n) {
			words++
		} else if !(told&particle != 0 && start < n) {
			break
		}
		start--
	}
	for start < n && !v.list[start].is(capital) {
		start++
	}
	if words < 2 || n-start < 2 || v.place(start) {
		return match{}, false
	}
	return v.between(start, n, Name), true
}

// britishPostcode finds one at token n. It is that of a few houses.
func (v *spoken) britishPostcode(n int) (match, bool) {
	t := v.list[n]
	if !t.is(lettered|numeric|shouted) || t.end-t.start > 4 || !v.outward(n) || n+1 >= len(v.list) || v.gap(n+1) != " " || !v.inward(v.text(n+1)) || !v.list[n+1].is(shouted) {
		return match{}, false
	}
	return v.between(n, n+2, Postal), true
}
