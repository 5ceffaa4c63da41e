package page

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// amount is a sum of money as a page writes it.
type amount struct {
	value    string // decimal with a point, such as "1299.00"
	currency string // ISO 4217 code, empty if the page leaves it open
	start    int    // where it stands in the text it was found in
	end      int
}

// money matches a number with the currency before it, after it, or on both
// sides. What it matches is checked by amount.
var money = lazily(`(?:(` + currencyMarks + `)\s?)?(?:(` + currencyMarks + `)\s?)?` +
	`(\d{4,9}(?:[.,]\d{1,4})?|\d{1,3}(?:[.,'’\x{a0}\x{202f}\x{2009} ]\d{2,3})*(?:[.,]\d{1,4})?)` +
	`([.,]\s?[-–—]{1,2})?(?:[\s\x{a0}\x{202f}]?(` + currencyMarks + `))?`)

// currencyMarks are signs, codes and names of currencies, the longer ones first.
const currencyMarks = `US\$|CA\$|CAD\$|AU\$|AUD\$|NZ\$|HK\$|SG\$|NT\$|MX\$|R\$|C\$|A\$|S\$|\$|€|£|¥|￥|₹|₩|₺|₴|₪|฿|₫|₱|₽|` +
	`zł|Kč|Ft\b|kr\b\.?|lei\b|лв\.?|SFr\b\.?|Fr\.|円|元|(?i:euros?)\b|\b[A-Z]{3}\b`

// signs are the currencies of marks that stand for one alone.
var signs = map[string]string{
	"US$": "USD", "CA$": "CAD", "CAD$": "CAD", "C$": "CAD", "AU$": "AUD", "AUD$": "AUD", "A$": "AUD", "NZ$": "NZD",
	"HK$": "HKD", "SG$": "SGD", "S$": "SGD", "NT$": "TWD", "MX$": "MXN", "R$": "BRL", "€": "EUR", "£": "GBP", "₹": "INR",
	"₩": "KRW", "₺": "TRY", "₴": "UAH", "₪": "ILS", "฿": "THB", "₫": "VND", "₱": "PHP", "₽": "RUB", "zł": "PLN", "Kč": "CZK",
	"Ft": "HUF", "lei": "RON", "лв": "BGN", "SFr": "CHF", "Fr": "CHF", "円": "JPY", "元": "CNY",
}

// isCurrency reports whether s is the code of a currency in use.
func isCurrency(s string) bool {
	_, ok := decimalsOf(s)
	return ok
}

// amounts finds the sums of money in a short text, those without a currency
// left out. The first of a range has the currency of the second: "9 – 12 €". odd
// says that there is another sum which cannot be read.
func (p *place) amounts(s string) (found []amount, odd bool) {
	for _, m := range matches(s) {
		a, ok := p.amount(s, m)
		if !ok {
			odd = odd || a.currency != ""
			a = amount{start: m[0], end: m[1]}
		}
		if last := len(found) - 1; last >= 0 && found[last].currency == "" && a.currency != "" && isRange(s[found[last].end:a.start]) {
			found[last].currency = a.currency
			found[last].value, _ = normal(s[found[last].start:found[last].end], a.currency, p.decimals())
		}
		found = append(found, a)
	}
	return slices.DeleteFunc(found, func(a amount) bool { return a.currency == "" || a.value == "" }), odd
}

// matches finds all that money matches. A mark between two numbers that both may
// have it is that of the second if the first has one before it.
func matches(s string) [][]int {
	var out [][]int
	for from := 0; from < len(s); {
		m := money.FindStringSubmatchIndex(s[from:])
		if m == nil {
			break
		}
		for i := range m {
			if m[i] >= 0 {
				m[i] += from
			}
		}
		if m[10] >= 0 && (m[2] >= 0 || m[4] >= 0) {
			if next := strings.TrimLeft(s[m[11]:], " \u00a0\u202f"); next != "" && isDigit(rune(next[0])) {
				m[1], m[10], m[11] = m[10], -1, -1
			}
		}
		out = append(out, m)
		from = m[1]
	}
	return out
}

// isRange reports whether what stands between two sums makes a range of them.
func isRange(between string) bool {
	switch strings.Trim(strings.ToLower(between), " *\u00a0\u202f") {
	case "-", "–", "—", "to", "bis", "à", "a", "tot", "~":
		return true
	}
	return false
}

// amount checks one match of money.
func (p *place) amount(s string, m []int) (amount, bool) {
	group := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return s[m[2*i]:m[2*i+1]]
	}
	before, _ := utf8.DecodeLastRuneInString(s[:m[0]])
	after, _ := utf8.DecodeRuneInString(s[m[1]:])
	first, _ := utf8.DecodeRuneInString(s[m[0]:])
	last, _ := utf8.DecodeLastRuneInString(s[:m[1]])
	if joined(before) && joined(first) || joined(after) && joined(last) || after == '%' {
		return amount{}, false
	}
	a := amount{start: m[0], end: m[1]}
	for i := 1; i <= 2; i++ { // "RRP" before a sum is no part of it
		if mark := group(i); mark != "" && p.currencyOf(mark) == "" && !isShared(mark) {
			a.start = m[2*i+1]
		}
	}
	for _, mark := range []string{group(1), group(2), group(5)} {
		code := p.currencyOf(mark)
		switch {
		case mark == "":
		case code == "" && !isShared(mark): // three capitals that are no currency
		case a.currency == "" || mark == code && a.currency == p.currencyOf("$") && isDollar(code): // "$39.00 CAD"
			a.currency = code
		case code != "" && a.currency != code && !isShared(mark):
			return amount{}, false
		}
	}
	var ok bool
	a.value, ok = normal(group(3), a.currency, p.decimals())
	return a, ok
}

// joined reports whether a rune continues a word or number.
func joined(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// isDollar reports whether a currency is written "$".
func isDollar(code string) bool { return strings.HasSuffix(code, "D") || code == "MXN" }

// isShared reports whether a mark stands for more than one currency.
func isShared(mark string) bool {
	return mark == "$" || mark == "¥" || mark == "￥" || strings.HasPrefix(mark, "kr")
}

// normal writes a number as a decimal with as many places as the currency has.
// It refuses what may be read in two ways and what is not a price at all: zero,
// or fractions of the smallest coin. A lone comma or point before three digits is
// a mark of thousands unless it is among the decimal marks, and then neither.
func normal(number, code, decimals string) (string, bool) {
	number = strings.Map(func(r rune) rune {
		switch r {
		case '\'', '’', ' ', '\u00a0', '\u202f', '\u2009':
			return ' '
		}
		return r
	}, strings.TrimSpace(number))
	whole, fraction, ok := divide(number, code, decimals)
	if !ok || len(whole) > 9 {
		return "", false
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	places := 2
	if n, ok := decimalsOf(code); ok {
		places = n
	} else if fraction == "" {
		places = 0
	}
	if len(fraction) > places {
		if strings.Trim(fraction[places:], "0") != "" {
			return "", false
		}
		fraction = fraction[:places]
	}
	fraction += strings.Repeat("0", places-len(fraction))
	if strings.Trim(whole+fraction, "0") == "" {
		return "", false
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return whole, true
}

// inData are the decimal marks of structured data, where nothing is grouped.
const inData = ".,"

// divide tells marks of thousands from the decimal mark.
func divide(number, code, decimals string) (whole, fraction string, ok bool) {
	last := strings.LastIndexAny(number, ".,")
	if last >= 0 {
		mark, rest := number[last:last+1], number[last+1:]
		others := strings.Count(number, mark)
		mixed := strings.ContainsAny(number[:last], ".,") && others == 1 || strings.Contains(number[:last], " ")
		switch {
		case others > 1: // 1.299.000
			return ungroup(number)
		case len(rest) == 3 && !mixed:
			places := 2
			if n, ok := decimalsOf(code); ok {
				places = n
			}
			switch {
			case places == 3 && mark == ".":
			case places == 3 || strings.Contains(decimals, mark) || strings.HasPrefix(number, "0"):
				return "", "", false
			default:
				return ungroup(number)
			}
		case len(rest) == 0 || len(rest) > 4 || len(rest) > 2 && mark == ",":
			return "", "", false
		}
		number, fraction = number[:last], rest
	}
	whole, _, ok = ungroup(number)
	return whole, fraction, ok && digits(fraction)
}

// ungroup removes marks of thousands: 1.299, 1 299 and, as in India, 1,29,900.
func ungroup(number string) (string, string, bool) {
	groups := strings.FieldsFunc(number, func(r rune) bool { return r == '.' || r == ',' || r == ' ' })
	for i, g := range groups {
		last := i == len(groups)-1
		if !digits(g) || i > 0 && len(g) != 3 && (last || len(g) != 2 || !strings.Contains(number, ",")) || len(groups) > 1 && len(g) > 3 {
			return "", "", false
		}
	}
	return strings.Join(groups, ""), "", len(groups) > 0
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// stated reads a price that data states: a number, or a text with one sum in
// it. from means that it is the least of several.
func (p *place) stated(v any, code string) (a amount, from, ok bool) {
	switch v := v.(type) {
	case float64:
		if v < 0 || v >= 1e9 {
			return amount{}, false, false
		}
		s := strconv.FormatFloat(v, 'f', -1, 64)
		if dot := strings.IndexByte(s, '.'); dot >= 0 && len(s)-dot > 7 { // 39.990000000000002
			s = strings.TrimRight(strconv.FormatFloat(v, 'f', 6, 64), "0")
		}
		whole, fraction, _ := strings.Cut(strings.TrimSuffix(s, "."), ".")
		if len(fraction) == 3 { // a number is not grouped
			fraction += "0"
		}
		if fraction != "" {
			whole += "." + fraction
		}
		a.value, ok = normal(whole, code, inData)
		a.currency = code
		return a, false, ok
	case string:
		s := visible(v)
		if len(s) > 60 || s == "" {
			return amount{}, false, false
		}
		if strings.Trim(s, "0123456789.,' ") == "" {
			a.value, ok = normal(s, code, inData)
			a.currency = code
			return a, false, ok
		}
		found, odd := p.amounts(s)
		if len(found) == 0 || odd || code != "" && found[0].currency != code {
			return amount{}, false, false
		}
		if len(found) == 1 {
			return found[0], isFrom(s[:found[0].start]), true
		}
	}
	return amount{}, false, false
}

// fromWords precede the lowest of several prices.
var fromWords = set("from ab dès desde vanaf från fra od")

// isFrom reports whether a text ends in words such as "from".
func isFrom(before string) bool {
	before = strings.TrimRight(strings.ToLower(before), ": \u00a0")
	return fromWords[before[strings.LastIndexAny(before, " \u00a0(|")+1:]] || strings.HasSuffix(before, "partir de") ||
		strings.HasSuffix(before, "starting at") || strings.HasSuffix(before, "a partire da")
}

// less compares two values of one currency.
func less(a, b string) bool {
	x, _ := strconv.ParseFloat(a, 64)
	y, _ := strconv.ParseFloat(b, 64)
	return x < y
}
