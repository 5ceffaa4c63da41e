package figure

import (
	"slices"
	"strings"
)

// monthOf gives the month a token names, or 0.
func monthOf(t token) int {
	if t.sort != word {
		return 0
	}
	m := months()[t.text]
	if m > 0 && ambiguous[t.text] && t.raw == t.text {
		return 0
	}
	return m
}

// ambiguous are names of months that are other words when written small.
var ambiguous = set("may", "march", "mar", "jan", "dec", "sep")

// date takes a day of the year in one of its notations.
func (f *finder) date() bool {
	t := f.at(0)
	switch {
	case t.sort == number:
		return f.dayFirst() || f.numeric()
	case monthOf(t) > 0:
		return f.monthFirst()
	}
	return false
}

// small reads a whole number between two bounds.
func small(t token, low, high int) (int, bool) {
	if t.sort != number || len(t.raw) > 4 {
		return 0, false
	}
	n := 0
	for _, c := range t.raw {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n >= low && n <= high
}

func dateReading(year, month, day int) Reading {
	return Reading{Kind: Date, Value: float64(year*10000 + month*100 + day)}
}

// dayFirst takes "14 December 2026", "14. Dezember" and "1st of May".
func (f *finder) dayFirst() bool {
	day, ok := small(f.at(0), 1, 31)
	if !ok {
		return false
	}
	n := 1
	if t := f.at(n); t.glued && (t.raw == "." || t.text == "st" || t.text == "nd" || t.text == "rd" || t.text == "th" || t.text == "er") {
		n++
	}
	if t := f.at(n); t.text == "of" || t.text == "de" {
		n++
	}
	month := monthOf(f.at(n))
	if month == 0 {
		return false
	}
	n++
	year := 0
	if f.at(n).raw == "." && f.at(n).glued && len(f.at(n-1).raw) <= 4 { // an abbreviation
		if _, ok := small(f.at(n+1), 1900, 2199); ok {
			n++
		}
	}
	if y, ok := small(f.at(n), 1900, 2199); ok {
		year = y
		n++
	}
	return f.take(n, dateReading(year, month, day))
}

// monthFirst takes "December 14, 2026" and "December 2026".
func (f *finder) monthFirst() bool {
	month := monthOf(f.at(0))
	if y, ok := small(f.at(1), 1900, 2199); ok {
		return f.take(2, dateReading(y, month, 0))
	}
	day, ok := small(f.at(1), 1, 31)
	if !ok {
		return false
	}
	n := 2
	if t := f.at(n); t.glued && (t.text == "st" || t.text == "nd" || t.text == "rd" || t.text == "th") {
		n++
	}
	comma := n
	if f.at(n).raw == "," {
		n++
	}
	if y, ok := small(f.at(n), 1900, 2199); ok {
		return f.take(n+1, dateReading(y, month, day))
	}
	return f.take(comma, dateReading(0, month, day))
}

// numeric takes "2026-12-14", "14.12.2026" and "14/12/2026". Where day and month
// can be either, both are read.
func (f *finder) numeric() bool {
	t := f.at(0)
	if strings.Count(t.raw, ".") == 2 {
		if groups, _ := split(t.raw); len(groups) == 3 {
			return f.threeOf(1, groups[0], groups[1], groups[2])
		}
	}
	if sep := f.at(1).raw; sep != "-" && sep != "/" || f.at(3).raw != sep || !f.at(1).glued || !f.at(2).glued || !f.at(4).glued || f.at(4).sort != number {
		return false
	}
	return f.threeOf(5, t.raw, f.at(2).raw, f.at(4).raw)
}

func (f *finder) threeOf(n int, a, b, c string) bool {
	num := func(s string) int { v, _ := small(token{sort: number, raw: s}, 0, 9999); return v }
	x, y, z := num(a), num(b), num(c)
	if len(a) == 4 && x >= 1900 && x < 2200 && y >= 1 && y <= 12 && z >= 1 && z <= 31 {
		return f.take(n, dateReading(x, y, z))
	}
	if len(c) == 2 {
		z += 2000
	}
	if len(a) > 2 || len(b) > 2 || len(c) != 2 && len(c) != 4 || z < 1900 || z > 2199 {
		return false
	}
	var readings []Reading
	for _, dm := range [][2]int{{x, y}, {y, x}} {
		if r := dateReading(z, dm[1], dm[0]); dm[0] >= 1 && dm[0] <= 31 && dm[1] >= 1 && dm[1] <= 12 && !slices.Contains(readings, r) {
			readings = append(readings, r)
		}
	}
	return readings != nil && f.take(n, readings...)
}
