package figure

import (
	"strings"
	"unicode"
)

// maxDigits is how many digits a number has at most; longer ones identify
// something.
const maxDigits = 12

// maxRun bounds what is looked at as one figure, in tokens.
const maxRun = 32

// finder walks over the tokens of a text.
type finder struct {
	text   string
	tokens []token
	i      int
	found  []Figure
}

// Find gives the figures of a text in order. Numbers of list items are none.
func Find(text string) []Figure {
	f := &finder{text: text, tokens: scan(text)}
	for f.i < len(f.tokens) {
		if !f.email() && !f.host() && !f.phone() && !f.listItem() && !f.date() && !f.code() && !f.amount() && !f.word() {
			f.i++
		}
	}
	f.spread()
	return f.found
}

// at gives the token n further on; past the end it is an empty mark.
func (f *finder) at(n int) token {
	if i := f.i + n; i >= 0 && i < len(f.tokens) {
		return f.tokens[i]
	}
	return token{sort: mark}
}

// take adds a figure that takes up n tokens.
func (f *finder) take(n int, readings ...Reading) bool {
	f.found = append(f.found, Figure{From: f.at(0).from, To: f.at(n - 1).to, Readings: readings})
	f.i += n
	return true
}

// listItem passes over the number of a list's item.
func (f *finder) listItem() bool {
	t, next := f.at(0), f.at(1)
	if t.sort != number || !t.line || len(t.raw) > 2 || !next.glued || next.raw != "." && next.raw != ")" || f.at(2).glued || monthOf(f.at(2)) > 0 {
		return false
	}
	f.i += 2
	return true
}

// code takes letters and digits that belong together, such as "KC-101".
func (f *finder) code() bool {
	first := f.at(0)
	if first.sort == mark || f.i > 0 && first.glued && f.at(-1).sort != mark {
		return false
	}
	n, letters, digits := 1, first.sort == word, first.sort == number
	for t := f.at(n); n < maxRun && t.glued && (t.sort != mark || oneOf("-/_", t.raw) && f.at(n+1).glued && f.at(n+1).sort != mark); t = f.at(n) {
		letters, digits = letters || t.sort == word, digits || t.sort == number
		n++
	}
	switch {
	case !letters && digits && n == 1 && len(first.raw) > maxDigits && !strings.ContainsAny(first.raw, ".,:'’ "):
		return f.take(1, Reading{Kind: Code, Unit: first.raw})
	case !letters || !digits:
		return false
	}
	raw := f.text[first.from:f.at(n-1).to]
	if first.sort == number {
		second := f.at(1)
		if second.sort == mark { // 2-3 or 30-day, not 30-KX
			second = f.at(2)
		}
		if _, known := f.unit(second); known || suffixes[second.text] || second.sort == number || !upper(second.raw) {
			return false
		}
	} else if _, currency := units()[first.text]; currency && units()[first.text].kind == Money {
		return false
	} else if second := f.at(1); second.sort == mark && !upper(first.raw) {
		return false // mid-2026
	}
	if strings.ContainsAny(raw, ",:") {
		return false
	}
	return f.take(n, Reading{Kind: Code, Unit: Fold(raw)})
}

// suffixes follow a number without being a unit.
var suffixes = set("st", "nd", "rd", "th", "er", "e", "ème", "x", "h", "am", "pm", "uhr", "p", "c", "f", "er", "ers", "fach")

func upper(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) && !unicode.IsUpper(r) })
}

// unit gives the unit a token is.
func (f *finder) unit(t token) (unit, bool) {
	if t.sort == number || t.text == "" {
		return unit{}, false
	}
	u, ok := units()[t.text]
	if ok && t.sort == word && len(t.raw) == 1 && !t.glued && u.kind != Duration && t.text != "l" && t.text != "g" && t.text != "m" && t.text != "w" && t.text != "v" {
		return unit{}, false
	}
	return u, ok
}

// amount takes a number with what it measures.
func (f *finder) amount() bool {
	t := f.at(0)
	if t.raw == "£" || t.raw == "€" || t.raw == "$" || t.raw == "¥" || t.sort == word && units()[t.text].kind == Money && len(t.text) == 3 {
		if num := f.at(1); num.sort == number && f.money(t, num) {
			return true
		}
	}
	if t.sort != number {
		return false
	}
	if strings.Contains(t.raw, ":") {
		groups, _ := split(t.raw)
		h, m := numbersOf(groups[0])[0], numbersOf(groups[len(groups)-1])[0]
		if len(groups) != 2 || h > 24 || m > 59 {
			return f.take(1, Reading{Kind: Code, Unit: Fold(t.raw)})
		}
		return f.clock(1, h, m)
	}
	if len(Fold(t.raw)) > maxDigits {
		return f.take(1, Reading{Kind: Code, Unit: Fold(t.raw)})
	}
	values := numbersOf(t.raw)
	n := 1
	if d := f.at(n); d.glued && d.raw == "," && f.at(n+1).raw == "-" { // 39,- €
		n += 2
	}
	if f.at(n).raw == "-" && f.at(n).glued && f.at(n+1).sort == word { // 30-day
		if _, ok := f.unit(f.at(n + 1)); ok {
			n++
		}
	}
	if n == 1 && f.hour(values) {
		return true
	}
	return f.measure(n, values)
}

// money takes a number behind its currency.
func (f *finder) money(currency, num token) bool {
	if len(Fold(num.raw)) > maxDigits || strings.Contains(num.raw, ":") {
		return false
	}
	var readings []Reading
	for _, c := range currenciesOf(currency) {
		for _, v := range numbersOf(num.raw) {
			readings = append(readings, Reading{Money, v, c, v})
		}
	}
	return readings != nil && f.take(2, readings...)
}

// currenciesOf gives the currencies a sign can stand for.
func currenciesOf(t token) []string {
	switch t.raw {
	case "$":
		return []string{"USD", "CAD", "AUD", "NZD"}
	case "¥":
		return []string{"JPY", "CNY"}
	}
	switch t.text {
	case "dollar", "dollars":
		return []string{"USD", "CAD", "AUD", "NZD"}
	case "pound", "pounds", "pfund", "livre", "livres":
		return []string{"GBP"}
	case "kr", "kronor", "kroner":
		return []string{"SEK", "NOK", "DKK"}
	case "cent", "cents":
		return []string{"EUR", "USD"}
	}
	if u, ok := units()[t.text]; ok && u.kind == Money {
		return []string{u.name}
	}
	return nil
}

// hour takes a time of day with a word such as "pm" or "Uhr".
func (f *finder) hour(values []float64) bool {
	t := f.at(0)
	groups, seps := split(t.raw)
	if len(groups) > 2 || len(seps) == 1 && (seps[0] != '.' || len(groups[1]) != 2) {
		return false
	}
	h, m := numbersOf(groups[0])[0], 0.0
	if len(groups) == 2 {
		m = numbersOf(groups[1])[0]
	}
	n, next := 2, f.at(1)
	name := next.text
	if (name == "a" || name == "p") && f.at(2).raw == "." && f.at(3).text == "m" && f.at(3).glued {
		name, n = name+"m", 4
	}
	switch {
	case h > 24 || m > 59:
		return false
	case name == "am" && h <= 12:
		return f.clock(n, float64(int(h)%12), m)
	case name == "pm" && h <= 12:
		return f.clock(n, float64(int(h)%12+12), m)
	case name == "uhr":
		return f.clock(2, h, m)
	case name == "h" && len(groups) == 1:
		if minutes, ok := small(f.at(2), 0, 59); ok && f.at(2).glued && len(f.at(2).raw) == 2 {
			return f.clock(3, h, float64(minutes))
		}
		return f.take(2, Reading{Kind: Clock, Value: h * 60}, Reading{Duration, values[0] * 3600, "", values[0]})
	}
	return false
}

func (f *finder) clock(n int, h, m float64) bool {
	if t := f.at(n).text; n == 1 && (t == "am" || t == "pm") && h <= 12 {
		h = float64(int(h) % 12)
		if t == "pm" {
			h += 12
		}
		n++
	} else if n == 1 && (t == "uhr" || t == "h") {
		n++
	}
	return f.take(n, Reading{Kind: Clock, Value: h*60 + m})
}

// measure takes a number and the unit that stands n tokens further on, if one
// does.
func (f *finder) measure(n int, values []float64) bool {
	readings, more := f.unitAt(n, values)
	if readings == nil {
		for _, v := range values {
			readings = append(readings, Reading{Plain, v, "", v})
		}
		return f.take(1, readings...)
	}
	return f.take(n+more, readings...)
}

// unitAt reads the unit that stands n tokens further on; more is how many tokens
// it takes.
func (f *finder) unitAt(n int, values []float64) (readings []Reading, more int) {
	at := n
	for modifiers[f.at(at).text] || f.at(at).raw == "°" || f.at(at).raw == "-" && at > n {
		at++
	}
	t := f.at(at)
	if next := f.at(at + 1); t.sort == mark && next.sort == number && next.glued && !t.glued { // "for one £28"
		return nil, 0
	}
	add := func(k Kind, factor float64, name string) {
		for _, v := range values {
			readings = append(readings, Reading{k, v * factor, name, v})
		}
	}
	degrees := at > n && (f.at(at-1).raw == "°" || strings.HasPrefix(f.at(at-1).text, "degr") || f.at(at-1).text == "grad")
	switch {
	case degrees && (t.text == "c" || t.text == "celsius"):
		add(Temperature, 1, "C")
	case degrees && (t.text == "f" || t.text == "fahrenheit"):
		add(Temperature, 1, "F")
	case degrees:
		add(Temperature, 1, "C")
		return readings, at - n
	case t.raw == "C" && t.sort == word, t.raw == "F" && t.sort == word:
		return nil, 0
	case t.text == "pour" && f.at(at+1).text == "cent":
		add(Percent, 1, "")
		at++
	case t.text == "p" && t.glued && at == n:
		add(Money, 0.01, "GBP")
	default:
		factor := 1.0
		if t.text == "cent" || t.text == "cents" || t.text == "pence" {
			factor = 0.01
		}
		currencies := currenciesOf(t)
		for _, c := range currencies {
			add(Money, factor, c)
		}
		if t.text == "pound" || t.text == "pounds" {
			add(Weight, 453.59237, "")
		}
		if t.text == "pfund" {
			add(Weight, 500, "")
		}
		u, ok := f.unit(t)
		if currencies == nil && ok {
			add(u.kind, u.factor, u.name)
		}
		if t.text == "an" && at == n { // "10 an hour" has no year
			if !t.glued && f.at(at+1).sort == word && !f.french(at) {
				return nil, 0
			}
		}
	}
	if readings == nil {
		return nil, 0
	}
	return readings, at - n + 1
}

// french reports whether the words around a token are French.
func (f *finder) french(n int) bool {
	for i := -4; i <= 4; i++ {
		switch f.at(n + i).text {
		case "le", "la", "les", "de", "du", "des", "pendant", "dans", "garantie", "pour", "et", "est", "sont", "l":
			return true
		}
	}
	return false
}

// word takes a number in words with its unit, a word for nothing to pay, or noon.
func (f *finder) word() bool {
	t := f.at(0)
	if t.sort != word {
		return false
	}
	switch t.text {
	case "noon", "midday", "mittags", "midi":
		return f.take(1, Reading{Kind: Clock, Value: 720})
	case "midnight", "mitternacht", "minuit":
		return f.take(1, Reading{Kind: Clock, Value: 1440}, Reading{Kind: Clock})
	}
	if IsFreeAfter(f.at(-1).text, t.text) {
		f.take(1, Reading{Kind: Money})
		f.found[len(f.found)-1].Free = true
		return true
	}
	if free[t.text] && !(t.glued && f.at(-1).raw == "-") && !(t.text == "free" && strings.HasPrefix(f.at(1).text, "of") && f.at(2).sort == word && f.at(2).text != "charge" && f.at(2).text != "cost") {
		f.take(1, Reading{Kind: Money})
		f.found[len(f.found)-1].Free = true
		return true
	}
	n := 1
	value, rest, ok := inWords(t.text)
	switch {
	case rest != "":
		if !ok {
			return false
		}
		u := units()[rest]
		return f.take(1, Reading{u.kind, value * u.factor, u.name, value})
	case ok && value >= 20 && f.at(1).raw == "-" && f.at(1).glued && f.at(2).glued:
		if ones, _, ok := inWords(f.at(2).text); ok && ones > 0 && ones < 20 {
			value, n = value+ones, 3
		}
	}
	vague := false
	if !ok && articles[t.text] {
		value, ok = 1, true
		vague = t.text == "a" || t.text == "an"
	}
	if !ok {
		return false
	}
	if f.at(n).raw == "-" && f.at(n).glued {
		n++
	}
	if readings, more := f.unitAt(n, []float64{value}); readings != nil {
		f.take(n+more, readings...)
		f.found[len(f.found)-1].Vague = vague
		return true
	}
	if !vague && !articles[t.text] && f.ranged(n) {
		return f.take(1, Reading{Plain, value, "", value})
	}
	return false
}

// ranged reports whether "to" and another number follow.
func (f *finder) ranged(n int) bool {
	if !betweens[f.at(n).text] {
		return false
	}
	next := f.at(n + 1)
	_, _, ok := inWords(next.text)
	return ok || next.sort == number
}

// spread gives the first number of a range or list the unit of the last, as in
// "2 to 3 days" and "23 × 16 × 25 cm", and "£10-20" the currency of the first.
func (f *finder) spread() {
	for i := len(f.found) - 2; i >= 0; i-- {
		a, b := &f.found[i], &f.found[i+1]
		if !joined(f.text[a.To:b.From]) {
			continue
		}
		switch {
		case a.Is(Plain) && !b.Is(Plain) && !b.Free:
			a.Readings = like(*a, *b)
		case a.Is(Money) && !a.Free && b.Is(Plain) && b.From-a.To <= 8:
			b.Readings = like(*b, *a)
		}
	}
}

// joined reports whether what stands between two numbers makes them one range or
// list.
func joined(between string) bool {
	between = strings.ToLower(strings.TrimSpace(between))
	switch between {
	case "-", "–", "—", "×", "x", "*", "/", ",", "+":
		return true
	}
	return betweens[strings.TrimSpace(strings.TrimPrefix(between, ","))]
}

// like gives the readings of a plain number if it measures what model does.
func like(plain, model Figure) []Reading {
	var out []Reading
	for _, p := range plain.Readings {
		for _, m := range model.Readings {
			if p.Kind != Plain {
				continue
			}
			switch {
			case m.Kind == Clock:
				if p.Value <= 12 {
					out = append(out, Reading{Kind: Clock, Value: p.Value * 60}, Reading{Kind: Clock, Value: (p.Value + 12) * 60})
				} else if p.Value <= 24 {
					out = append(out, Reading{Kind: Clock, Value: p.Value * 60})
				}
			case m.Kind == Date && int(m.Value)%100 != 0 && p.Value >= 1 && p.Value <= 31 && p.Value == float64(int(p.Value)):
				out = append(out, Reading{Kind: Date, Value: float64(int(m.Value)/100*100 + int(p.Value))})
			case m.Kind <= Other && m.Kind != Plain && m.written != 0:
				out = append(out, Reading{m.Kind, p.Value * m.Value / m.written, m.Unit, p.Value})
			}
		}
	}
	if out == nil {
		return plain.Readings
	}
	return out
}

// oneOf reports whether a mark is one of several.
func oneOf(marks, raw string) bool { return strings.Contains(marks, raw) }
