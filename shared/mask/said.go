package mask

import (
	"strings"
	"unicode"
)

// saidNumber finds the number that follows the phrase before token n, of which
// the phrase tells whether it is a telephone's, a person's or a birthday.
func (v *spoken) saidNumber(n int, tells cue) (match, bool) {
	i := n
	for steps := 0; steps < 4 && i < len(v.list); steps++ {
		t, g := v.list[i], v.gap(i)
		if t.is(holder) || strings.ContainsAny(g, "\n?!;") || len(g) > 6 || strings.Contains(g, ". ") && v.runes(i-1) > 3 {
			return match{}, false
		}
		if t.is(numeric) || tells&bornOn != 0 && month(v.text(i)) {
			break
		}
		if t.is(ideograph) || v.tells(i)&filler == 0 && (tells&idIs == 0 || !v.list[i].is(shouted) || v.runes(i) > 2) {
			return match{}, false
		}
		i++
	}
	if i >= len(v.list) {
		return match{}, false
	}
	// A passport's number may begin with letters that stand apart.
	if tells&idIs != 0 && !v.list[i].is(numeric) {
		return match{}, false
	}
	if !v.list[i].is(numeric) && tells&bornOn == 0 {
		return match{}, false
	}
	end, digits := i, 0
	for end < len(v.list) && end < i+8 {
		t := v.list[end]
		if end > i && !numberGap(v.gap(end)) {
			break
		}
		if t.traits&(holder|ideograph) != 0 {
			break
		}
		if !t.is(numeric) {
			if tells&bornOn != 0 && (month(v.text(end)) || v.tells(end)&(particle|inStreet) != 0) || tells&idIs != 0 && v.gap(end) != " " && v.runes(end) <= 3 {
				end++
				continue
			}
			if tells&idIs != 0 && v.runes(end) == 1 && t.is(shouted) && digits > 4 && v.text(end) != "I" {
				end++
			}
			break
		}
		if t.is(lettered) && tells&phoneIs != 0 {
			break
		}
		if tells&(idIs|phoneIs) != 0 && end > i && digits >= 9 && blank(v.gap(end)) && v.runes(end) < 2 {
			break
		}
		for _, r := range v.text(end) {
			if unicode.IsDigit(r) {
				digits++
			}
		}
		end++
	}
	for end > i && !v.list[end-1].is(numeric) && (tells&bornOn != 0 || v.runes(end-1) > 1) {
		end--
	}
	if end == i {
		return match{}, false
	}
	start := i
	if i > n && !v.list[i-1].is(numeric) && v.gap(i) != " " && v.list[i-1].is(shouted) && tells&idIs != 0 {
		start = i - 1
	}
	switch {
	case tells&phoneIs != 0 && digits >= 6 && digits <= 15:
		from := v.list[i].start
		if from > 0 && (v.s[from-1] == '+' || v.s[from-1] == '(') {
			from--
		}
		return match{from, v.list[end-1].end, Phone}, true
	case tells&idIs != 0 && digits >= 5:
		return v.between(start, end, Identity), true
	case tells&bornOn != 0 && digits >= 4 && digits <= 8 && end-i >= 2:
		return v.between(i, end, Identity), true
	}
	return match{}, false
}

// bornBefore finds a date right before token n, as German puts it: "am 3. März
// 1985 geboren".
func (v *spoken) bornBefore(n int) (match, bool) {
	if n == 0 || !blank(v.gap(n)) || !v.list[n-1].is(numeric) || !among(" geboren geb doğumluyum ", v.text(n)) {
		return match{}, false
	}
	start := n - 1
	for start > 0 && n-start < 4 && numberGap(v.gap(start)) && (v.list[start-1].is(numeric) && v.list[start-1].traits&lettered == 0 || month(v.text(start-1)) && v.list[start-1].traits&holder == 0) {
		start--
	}
	if n-start < 3 || !v.list[start].is(numeric) {
		return match{}, false
	}
	return v.between(start, n, Identity), true
}

// grouped finds a phone number with its area in parentheses, or in groups of
// two, three, two and two digits, that begins with token n.
func (v *spoken) grouped(n int) (match, bool) {
	if n+2 >= len(v.list) || v.list[n].traits&(lettered|holder) != 0 {
		return match{}, false
	}
	g := v.gap(n)
	area := strings.HasSuffix(g, "(") && strings.HasPrefix(v.gap(n+1), ")")
	form, digits, end := [8]byte{}, 0, n
	for end < len(v.list) && end < n+5 {
		t := v.list[end]
		if t.traits&(lettered|holder) != 0 || end > n && !numberGap(v.gap(end)) {
			break
		}
		size := v.runes(end)
		if digits+size > 11 {
			break
		}
		form[end-n] = byte('0' + min(size, 9))
		digits += size
		end++
	}
	from := v.list[n].start
	switch {
	case area && v.runes(n) <= 4 && digits >= 8 && end-n >= 2:
		from--
	case string(form[:end-n]) == "2322" && blank(v.gap(n+1)) && blank(v.gap(n+2)) && blank(v.gap(n+3)):
	default:
		return match{}, false
	}
	if wordAfter(v.s, v.list[end-1].end) || !area && (numbered(v.s[:from]) || joined(v.s, 0, from)) {
		return match{}, false
	}
	return match{from, v.list[end-1].end, Phone}, true
}

// numberGap reports whether a number may go on after a gap.
func numberGap(gap string) bool {
	if gap == "" || len(gap) > 3 {
		return gap == ""
	}
	for _, r := range gap {
		if !strings.ContainsRune(" -./()–\u00a0", r) {
			return false
		}
	}
	return true
}

// months lists how the names of the months begin in ten languages.
var months = [...]string{"jan", "feb", "mar", "mär", "mär", "apr", "may", "mai", "maj", "mei", "maa", "mag", "may", "jun", "juin", "jul", "juil", "aug", "aoû", "ago", "sep", "set", "oct", "okt", "out", "ott", "nov", "dec", "dez", "déc", "dic",
	"gen", "ene", "fév", "fev", "avr", "abr", "giu", "lug", "sty", "lut", "kwi", "cze", "lip", "sie", "wrz", "paź", "lis", "gru", "oca", "şub", "nis", "haz", "tem", "ağu", "eyl", "eki", "kas", "ara", "mayo", "mars", "marz"}

// month reports whether a word may be the name of a month.
func month(word string) bool {
	var buffer [longestWord]byte
	w := string(fold(&buffer, word))
	for _, m := range months {
		if strings.HasPrefix(w, m) {
			return true
		}
	}
	return false
}

// among reports whether a word is one of a list, in which each has a space on both
// sides.
func among(list, word string) bool { return strings.Contains(list, " "+strings.ToLower(word)+" ") }
