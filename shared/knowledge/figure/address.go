package figure

import "strings"

// email takes an address.
func (f *finder) email() bool {
	n := 1
	at := 0
	for t := f.at(n); n < maxRun && t.glued && (t.sort != mark || oneOf("@.-_+", t.raw)); t = f.at(n) {
		if t.raw == "@" {
			at = n
		}
		n++
	}
	for n > 0 && f.at(n-1).sort == mark {
		n--
	}
	if at == 0 || n < at+4 || f.at(0).sort == mark {
		return false
	}
	return f.take(n, Reading{Kind: Email, Unit: strings.ToLower(f.text[f.at(0).from:f.at(n-1).to])})
}

// host takes the name of a web site.
func (f *finder) host() bool {
	if f.at(0).sort != word && f.at(0).sort != number || f.at(0).glued && f.at(-1).raw == "." {
		return false
	}
	n, ends := 1, 0
	for t := f.at(n); n < maxRun && t.glued && (t.sort != mark || (t.raw == "." || t.raw == "-") && f.at(n+1).glued); t = f.at(n) {
		n++
		if f.at(n-2).raw == "." && t.sort == word && domains[t.text] && (t.raw == t.text || t.raw == strings.ToUpper(t.raw)) {
			ends = n
		}
	}
	if ends < 3 {
		return false
	}
	return f.take(ends, Reading{Kind: Host, Unit: strings.ToLower(f.text[f.at(0).from:f.at(ends-1).to])})
}

// domains are top-level domains that a web site most likely has.
var domains = set(strings.Fields(`com net org info biz eu uk de at ch fr be nl it es pl se dk fi no ie us ca au nz io co app dev shop store online site xyz top
	click link ly me tv cc ru cn jp in br tk example test`)...)

// maxPhone is how many digits a telephone number has at most.
const maxPhone = 15

// phone takes a telephone number: groups of digits that begin with + or 0, or
// are three, three and four.
func (f *finder) phone() bool {
	plus := f.at(0).raw == "+"
	if !plus && f.at(0).raw != "(" && f.at(0).sort != number {
		return false
	}
	var digits [maxPhone]byte
	n, size, groups, lengths := 0, 0, 0, [3]int{}
	for t := f.at(0); ; t = f.at(n) {
		switch {
		case n > maxRun:
			return false
		case t.sort == number && !strings.ContainsAny(t.raw, ",:'’"):
			groups++
			for _, c := range t.raw {
				switch {
				case !isDigit(c):
					groups++
				case size == maxPhone:
					return false
				default:
					digits[size] = byte(c)
					size++
					if groups <= len(lengths) {
						lengths[groups-1]++
					}
				}
			}
		case t.sort == mark && t.raw != "" && oneOf("+()-/", t.raw) && (n == 0) == (t.raw == "+"), t.raw == "(" && n == 0, t.raw == "–" && n > 0:
		default:
			for n > 0 && f.at(n-1).sort != number {
				n--
			}
			american := groups == 3 && lengths == [3]int{3, 3, 4}
			if n == 0 || size < 7 || !plus && digits[0] != '0' && !american || groups == 1 && size < 9 {
				return false
			}
			return f.take(n, Reading{Kind: Phone, Unit: string(digits[:size])})
		}
		n++
	}
}
