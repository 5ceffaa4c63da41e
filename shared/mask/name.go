package mask

import "strings"

// longestName is the most words that a name has, small ones included.
const longestName = 6

// name finds the name that the phrase from token n to before next speaks of.
func (v *spoken) name(n, next int, tells cue) (match, bool) {
	if tells&opens != 0 && !v.opening(n) {
		return match{}, false
	}
	gap := v.gap(next)
	shouting := v.list[next-1].is(shouted) && v.runes(next-1) > 1
	if tells&titleAfter != 0 && n > 0 && blank(v.gap(n)) && v.proper(n-1) {
		return v.between(n-1, n, Name), true
	}
	if next >= len(v.list) {
		return match{}, false
	}
	if tells&saysName != 0 && saidGap(gap) {
		if end := v.nameFrom(next, true, shouting); end > next {
			return v.between(next, end, Name), true
		}
	}
	if tells&labelName != 0 && label(gap) && (n == 0 || !blank(v.gap(n)) || tells&saysName != 0 || next-n > 1) {
		if end := v.nameFrom(next, true, shouting); end > next {
			return v.between(next, end, Name), true
		}
	}
	end := v.nameFrom(next, false, shouting)
	if end == next && tells&(title|relative) != 0 && v.tells(next)&particle != 0 && v.capitalAfter(next) && !shouting { // Mr de la Tour
		end = v.nameFrom(next+1, false, false)
		for i := next + 1; end == i && i < next+3; i++ {
			end = v.nameFrom(i+1, false, false)
		}
		if end <= next+1 || !v.list[end-1].is(capital) {
			return match{}, false
		}
	}
	if end == next {
		return match{}, false
	}
	ok := false
	switch {
	case tells&title != 0 && (blank(gap) || gap == ". " || gap == "."):
		ok = true
	case tells&relative != 0 && (blank(gap) || gap == ", "):
		ok = true
	case tells&mayName != 0 && saidGap(gap):
		ok = (end-next > 1 || v.closed(end)) && v.runes(next) > 1
	case tells&addressee != 0 && (blank(gap) || gap == ": "):
		ok = end-next > 1 && !v.place(next) && !(end < len(v.list) && blank(v.gap(end)) && v.list[end].is(numeric))
	case tells&greeting != 0 && blank(gap) && v.opening(n):
		after := v.gap(end)
		ok = end == len(v.list) && strings.Trim(after, " .,!\n") == "" || after != "" && strings.ContainsAny(after[:1], ",!\n.") || strings.HasPrefix(after, " -")
	case tells&signOff != 0 && (blank(gap) || strings.ContainsAny(gap, ",\n!.-–")) && len(gap) < 8:
		after := v.gap(end)
		ok = end-next <= 5 && (end == len(v.list) && len(after) < 8 || strings.Contains(after, "\n"))
	}
	if !ok {
		return match{}, false
	}
	return v.between(next, end, Name), true
}

// nameFrom gives the token after the name that begins with token n, or n if
// none does: capitalised words and the small ones between them, or after a
// phrase that only a name can follow, loose, one or two words in small letters.
// In a shouted text capitals tell nothing.
func (v *spoken) nameFrom(n int, loose, shouting bool) int {
	end, small := n, false
	for i := n; i < len(v.list) && i < n+longestName; i++ {
		t := v.list[i]
		if !t.is(lettered) || t.traits&(holder|numeric|ideograph) != 0 || i > n && !v.nameGap(i) {
			break
		}
		tells := v.tells(i)
		initial := v.runes(i) == 1 && i+1 < len(v.list) && v.gap(i+1) != " " && v.nameGap(i+1)
		switch {
		case tells&title != 0 && tells&given == 0:
			return end // a rule of its own begins here
		case t.is(capital) && initial && !small:
			end = i + 1
		case t.is(capital) && !(shouting && t.is(shouted)):
			firm := i == n && loose && !t.is(shouted) && tells&(title|signOff|greeting) == 0 || i > n && tells&particle != 0 && v.capitalAfter(i)
			if small || tells&never != 0 && tells&given == 0 && !firm {
				return end
			}
			if end == i && i > n && v.runes(i-1) > 1 && tells&(signOff|greeting|saysName) != 0 {
				return end
			}
			if v.runes(i) == 1 && (i+1 >= len(v.list) || !v.nameGap(i+1)) && i == n && !loose {
				return end
			}
			end = i + 1
		case tells&particle != 0 && (i > n || tells&never == 0 || loose) && v.capitalAfter(i) && !shouting:
		case loose && (small || end == n) && (tells&never == 0 || i > n && v.gap(i) != " ") && (i-n < 2 || v.gap(i) != " "):
			small = true
			end = i + 1
		default:
			return end
		}
	}
	return end
}

// capitalAfter reports whether a capitalised word comes after token n and other
// small words of names.
func (v *spoken) capitalAfter(n int) bool {
	for i := n + 1; i < len(v.list) && i <= n+3 && v.nameGap(i); i++ {
		if v.list[i].is(capital) {
			return true
		}
		if v.tells(i)&particle == 0 {
			return false
		}
	}
	return false
}

// nameGap reports whether a name may go on after the gap before token n.
func (v *spoken) nameGap(n int) bool {
	switch gap := v.gap(n); gap {
	case " ", "\u00a0", "-", "'", "’", "‐", " '", " ’":
		return true
	case ". ", ".":
		return v.runes(n-1) == 1 || v.tells(n-1)&title != 0
	}
	return false
}

// proper reports whether token n looks like a name by itself.
func (v *spoken) proper(n int) bool {
	t := v.list[n]
	return t.is(capital|lettered) && t.traits&(holder|numeric|ideograph) == 0 && v.tells(n)&never == 0
}

// label reports whether a gap makes what is before it the label of what is
// after it.
func label(gap string) bool {
	trimmed := strings.Trim(gap, " \t\u00a0\"'*")
	return trimmed == ":" || trimmed == "：" || trimmed == "=" || trimmed == ":\n"
}

// places lists how the names of countries and cities begin that have several
// words.
const places = " new united northern southern south north east west hong costa puerto saudi sri san los las great isle channel czech el buenos rio são cape santa saint republic " +
	"irish isles black cyber the bad den frankfurt reino estados países pays royaume regno stati emirati vereinigte vereinigtes verenigd verenigde zjednoczone stany wielka wielkiej stora förenta new "

// place reports whether the words from token n on are rather a place's name.
func (v *spoken) place(n int) bool {
	var word [longestWord]byte
	return strings.Contains(places, " "+string(fold(&word, v.text(n)))+" ")
}
