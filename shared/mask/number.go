package mask

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// digitAt gives the value of the decimal digit at i, in any script, and its
// length in bytes, which is 0 if there is none.
func digitAt(s string, i int) (value byte, size int) {
	if i >= len(s) {
		return 0, 0
	}
	if c := s[i]; c < utf8.RuneSelf {
		if c < '0' || c > '9' {
			return 0, 0
		}
		return c - '0', 1
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	if !unicode.IsDigit(r) {
		return 0, 0
	}
	// Unicode keeps the ten digits of a script together and in order, so the
	// distance from the last character that is no digit tells the value.
	first := r
	for unicode.IsDigit(first-1) && r-first < 50 {
		first--
	}
	return byte((r - first) % 10), size
}

// group is a run of digits without a separator.
type group struct{ start, end, digits int }

// figures is the digits that follow a place in a text, with the separators
// between them, as far as one number could go.
type figures struct {
	digits [24]byte
	groups [24]group
	n      int // groups
	total  int // digits
}

// read fills f with the groups from i on. Between two groups there are at most
// three separators.
func (f *figures) read(s string, i int) {
	for f.n < len(f.groups) {
		g := group{start: i}
		for {
			value, size := digitAt(s, i)
			if size == 0 {
				break
			}
			if f.total < len(f.digits) {
				f.digits[f.total] = value
			}
			f.total++
			g.digits++
			i += size
		}
		g.end = i
		f.groups[f.n] = g
		f.n++
		if f.total >= len(f.digits) {
			return
		}
		for gap := 0; ; gap++ {
			if _, size := digitAt(s, i); size > 0 && gap > 0 {
				break
			}
			size := separator(s, i)
			if size == 0 || gap == 3 {
				return
			}
			i += size
		}
	}
}

// separator gives the length of the separator of digits at i, or 0.
func separator(s string, i int) int {
	if i >= len(s) {
		return 0
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	switch r {
	case '.', '-', '/', '(', ')', '\n', '\t', '\r', '_', '·', '•', '*', ',':
		return size
	}
	if unicode.Is(unicode.Pd, r) || unicode.Is(unicode.Zs, r) || unicode.Is(unicode.Cf, r) {
		return size
	}
	return 0
}

// number applies the rules for what begins with a digit. It gives the match, if any, or where to go on.
func number(s string, from, i int) (match, int) {
	var f figures
	f.read(s, i)
	if found, ok := address4(s, from, i); ok {
		return found, 0
	}
	if f.total < 8 {
		return match{}, f.groups[0].end // too few for any other rule
	}
	if found, ok := card(&f); ok {
		return found, 0
	}
	if found, ok := socialSecurity(s, from, &f); ok {
		return found, 0
	}
	if found, ok := phone(s, from, i); ok {
		return found, 0
	}
	return match{}, f.groups[0].end
}

// card finds a payment card number that begins with the first group and ends
// with one: the longest.
func card(f *figures) (match, bool) {
	end, n := 0, 0
	for _, g := range f.groups[:f.n] {
		n += g.digits
		if n > len(f.digits) {
			break
		}
		if isCard(f.digits[:n]) {
			end = g.end
		}
	}
	first := f.groups[0]
	// A security code may follow without a space.
	if end == 0 && first.digits > 16 && first.digits <= 20 &&
		(isCard(f.digits[:16]) || f.digits[0] == 3 && isCard(f.digits[:15])) {
		end = first.end
	}
	return match{first.start, end, Card}, end > 0
}

// isCard reports whether digits have a card network's first digits and length,
// and the check digit of ISO/IEC 7812-1 (Luhn).
func isCard(d []byte) bool {
	if len(d) < 12 || len(d) > 19 {
		return false
	}
	first2, first4 := int(d[0])*10+int(d[1]), 0
	for _, v := range d[:4] {
		first4 = first4*10 + int(v)
	}
	switch len(d) {
	case 12, 13:
		if len(d) == 13 && first2/10 == 4 && !isArticle(d) {
			break // the old, short form
		}
		if !maestro(first4) {
			return false
		}
	case 14:
		if !(first2 == 30 || first2 == 36 || first2 == 38 || first2 == 39 || maestro(first4)) {
			return false
		}
	case 15:
		if !(first2 == 34 || first2 == 37 || first4 == 2131 || first4 == 1800 || maestro(first4)) {
			return false
		}
	default:
		if d[0] < 2 || d[0] > 6 {
			return false
		}
	}
	sum := 0
	for i, v := range d {
		n := int(v)
		if (len(d)-i)%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// maestro reports whether a card's first four digits are of the one network
// that issued numbers of any length.
func maestro(first4 int) bool {
	switch first4 {
	case 5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763:
		return true
	}
	return false
}

// isArticle reports whether 13 digits are a global trade item number, as under
// a bar code.
func isArticle(d []byte) bool {
	sum := 0
	for i, v := range d {
		sum += int(v) * (1 + i%2*2)
	}
	return sum%10 == 0
}

// socialSecurity finds a US social security number: 3, 2 and 4 digits.
func socialSecurity(s string, from int, f *figures) (match, bool) {
	if f.n < 3 {
		return match{}, false
	}
	a, b, c := f.groups[0], f.groups[1], f.groups[2]
	gap := s[a.end:b.start]
	if a.digits != 3 || b.digits != 2 || c.digits != 4 || gap != s[b.end:c.start] || gap != "-" && gap != " " {
		return match{}, false
	}
	d := f.digits
	area := int(d[0])*100 + int(d[1])*10 + int(d[2])
	if area == 0 || area == 666 || area >= 900 || d[3]+d[4] == 0 || d[5]+d[6]+d[7]+d[8] == 0 {
		return match{}, false
	}
	return match{a.start, c.end, Insurance}, !joined(s, from, a.start) && !wordAfter(s, c.end)
}

// joined reports whether the character before i makes what follows part of
// something else: a word, an order number, a path, a fraction, a price.
func joined(s string, from, i int) bool {
	if i <= from {
		return false
	}
	r, size := utf8.DecodeLastRuneInString(s[from:i])
	switch r {
	case '#', '/', '_', '@', '.', ',', '%':
		return true
	case '-':
		return wordBefore(s, from, i-size)
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Sc, r)
}

// phone finds a phone number that begins at i: an international one, or a
// national one in a form that is hardly used for anything else.
func phone(s string, from, i int) (match, bool) {
	start, plus := i, false
	if r, size := utf8.DecodeRuneInString(s[i:]); r == '+' || r == '＋' {
		plus = true
		i += size
	}
	parenthesis := false
	if i < len(s) && s[i] == '(' {
		parenthesis = true
		i++
	}
	if _, size := digitAt(s, i); size == 0 {
		return match{}, false
	}
	if joined(s, from, start) && !strings.HasSuffix(s[from:start], "wa.me/") {
		return match{}, false
	}
	var f figures
	f.read(s, i)
	prefix := plus || !parenthesis && f.total > 2 && f.digits[0] == 0 && f.digits[1] == 0
	groups, total := dialled(s, &f, prefix)
	if groups == 0 {
		return match{}, false
	}
	end := f.groups[groups-1].end
	ok := false
	switch {
	case plus:
		ok = total >= 8 && total <= 15 && f.digits[0] != 0
	case prefix:
		ok = total >= 11 && total <= 17 && f.digits[2] != 0 && !isDate(s, &f) && !numbered(s[from:start])
	default:
		ok = national(s, &f, groups, total) && (parenthesis || !numbered(s[from:start]))
	}
	if !ok && strings.HasSuffix(s[from:start], "wa.me/") {
		ok = groups == 1 && total >= 8 && total <= 15
	}
	return match{start, end, Phone}, ok
}

// dialled gives how many of the groups belong to one phone number, and their
// digits. A space followed by few digits begins something new once the number
// is long enough.
func dialled(s string, f *figures, international bool) (groups, total int) {
	enough, most := 10, 12
	if international {
		enough, most = 11, 15
	}
	for i, g := range f.groups[:f.n] {
		if i > 0 {
			gap := strings.Map(func(r rune) rune {
				if unicode.Is(unicode.Cf, r) {
					return -1
				}
				return r
			}, s[f.groups[i-1].end:g.start])
			if !phoneGap(gap) || total >= enough && gap == " " && (g.digits <= 2 || total+g.digits > 13) {
				break
			}
		}
		if total+g.digits > most && i > 0 {
			break
		}
		groups, total = i+1, total+g.digits
	}
	for groups > 0 && wordAfter(s, f.groups[groups-1].end) {
		groups--
		total -= f.groups[groups].digits
	}
	return groups, total
}

// phoneGap reports whether a gap occurs inside a phone number: one separator,
// or parentheses with at most spaces beside them.
func phoneGap(gap string) bool {
	if strings.ContainsAny(gap, "\n\r\t_,*•·") {
		return false
	}
	return utf8.RuneCountInString(gap) <= 1 || strings.ContainsAny(gap, "()")
}

// national reports whether groups have the form of a national number.
func national(s string, f *figures, groups, total int) bool {
	d := f.digits
	var shape [12]byte
	for i, g := range f.groups[:groups] {
		if i < len(shape) {
			shape[i] = byte('0' + min(g.digits, 9))
			if g.digits > 9 {
				shape[i] = 'x'
			}
		}
	}
	switch form := string(shape[:min(groups, len(shape))]); {
	case d[0] == 0: // a trunk prefix, as in most of Europe
		decimal := f.groups[0].digits == 1 && groups > 1 && strings.ContainsAny(s[f.groups[0].end:f.groups[1].start], ".,")
		return total >= 9 && total <= 12 && d[1] != 0 && !decimal && !isDate(s, f)
	case total == 10 && (form == "334" || form == "37" || form == "x"): // North America; ten digits at once elsewhere too
		return d[0] >= 2 && (d[3] >= 2 || form == "x")
	case total == 11 && d[0] == 1 && (form == "1334" || form == "x"):
		return d[1] >= 2 && d[4] >= 2
	case total == 9 && (form == "333" || form == "3222"): // Spain, Portugal, Poland
		round := d[1]+d[2] == 0 && d[4]+d[5] == 0
		return d[0] >= 5 && !round
	case form == "55": // India
		return d[0] >= 6
	}
	return false
}

// isDate reports whether the groups begin with a date: two short groups and a
// year, with the same sign between them.
func isDate(s string, f *figures) bool {
	if f.n < 3 {
		return false
	}
	a, b, c := f.groups[0], f.groups[1], f.groups[2]
	gap := s[a.end:b.start]
	return a.digits <= 2 && b.digits <= 2 && (c.digits == 2 && f.n == 3 || c.digits == 4) &&
		gap == s[b.end:c.start] && (gap == "." || gap == "-" || gap == "/")
}

// numbered reports whether the words right before a number say that it is no
// phone number but that of an order, an article or a parcel.
func numbered(before string) bool {
	words := strings.Fields(strings.ToLower(before[max(0, len(before)-48):]))
	for back := 1; back <= min(3, len(words)); back++ {
		w := words[len(words)-back]
		if back > 1 && strings.ContainsAny(w, "0123456789,;!?") {
			return false
		}
		for _, start := range [...]string{"phone", "tel", "mobil", "call", "whatsapp", "fax", "ring", "text"} {
			if strings.HasPrefix(w, start) {
				return false
			}
		}
		for _, start := range [...]string{"order", "sku", "ean", "gtin", "upc", "isbn", "item", "artic", "artik", "ref", "model", "serial", "part",
			"invoice", "track", "parcel", "bestell", "rechnung", "sendung", "commande", "facture", "colis", "code", "no.", "nr.", "id"} {
			if strings.HasPrefix(w, start) {
				return true
			}
		}
	}
	return false
}
