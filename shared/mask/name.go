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
	if tells&titleAfter != 0 {
		start := n
		for start > 0 && n-start < 3 && blank(v.gap(start)) && v.proper(start-1) {
			start--
		}
		return match{v.list[start].start, v.list[max(start, n-1)].end, Name}, start < n
	}
	if tells&hereAfter != 0 && n > 0 && blank(v.gap(n)) && v.over(next) {
		start := n
		for start > 0 && n-start < 4 && (start == n || v.nameGap(start)) && (v.proper(start-1) || v.tells(start-1)&particle != 0) {
			start--
		}
		if start < n && v.opening(start) && v.list[start].is(capital) && v.list[n-1].is(capital) {
			return v.between(start, n, Name), true
		}
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
	case tells&title != 0 && v.runes(n) == 1: // M. Dupont, not a size
		ok = v.text(n) == "M" && gap == ". " && (n == 0 || v.list[n-1].traits&numeric == 0 && !size(v.text(n-1)))
	case tells&title != 0 && (blank(gap) || gap == ". " || gap == "."):
		ok = true
	case tells&relative != 0 && (blank(gap) || gap == ", "):
		ok = true
	case tells&mayName != 0 && saidGap(gap):
		ok = (end-next > 1 || v.over(end)) && v.runes(next) > 1
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
		if v.boxAfter(i + 1) {
			return n // the beginning of an e-mail address, or of an article's number
		}
		tells := v.tells(i)
		initial := v.runes(i) == 1 && i+1 < len(v.list) && v.gap(i+1) != " " && v.nameGap(i+1)
		switch {
		case tells&title != 0 && tells&given == 0:
			return end // a rule of its own begins here
		case initial && (t.is(capital) && !small || !t.is(capital) && loose):
			end = i + 1
		case t.is(capital) && !(shouting && t.is(shouted)):
			firm := i == n && loose && !t.is(shouted) && tells&(title|signOff|greeting) == 0 || i > n && (tells&particle != 0 && v.capitalAfter(i) || v.gap(i) == "-")
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

// boxAfter reports whether the gap before token n makes the word before it part
// of an e-mail address, or of the number of an article.
func (v *spoken) boxAfter(n int) bool {
	g := v.gap(n)
	if strings.Contains(g, "@") || strings.Contains(g, "＠") || g == "_" {
		return true
	}
	if n == len(v.list) {
		return false
	}
	t := v.list[n]
	return t.is(numeric) && (g == "-" || g == "." || g == "_") || v.tells(n)&atSign != 0 || v.tells(n)&atPlain != 0 && fence(g, "([{<*_-|")
}

// over reports whether the name that ends before token n is all that is said
// of who somebody is.
func (v *spoken) over(n int) bool {
	g := v.gap(n)
	return n == len(v.list) || strings.ContainsAny(g, ".,!?;:()\n") || strings.Contains(g, " -") || strings.Contains(g, "–") ||
		v.list[n].is(holder) || v.list[n].is(ideograph) || v.tells(n)&follows != 0
}

// brands lists shops, makers and characters that are called like people.
const brands = ",john lewis,john deere,john frieda,paul smith,paul mitchell,ralph lauren,tommy hilfiger,marc jacobs,michael kors,charles tyrwhitt,henry hoover,james bond,harry potter,peter rabbit,peter pan,thomas tank,laura ashley," +
	"elizabeth arden,giorgio armani,karl lagerfeld,kate spade,vera wang,alexander mcqueen,carolina herrera,mary kay,mary poppins,helena rubinstein,helena bonham,steve madden,roger vivier,louis vuitton,christian louboutin,christian dior,yves saint," +
	"jean paul,nina ricci,oscar mayer,benjamin moore,martin guitars,dennis basso,simon cowell,bruno banani,jack wolfskin,jack daniels,peter kaiser,thomas sabo,philipp plein,sebastian professional,paul frank,mario kart,luigi bormioli,antonio banderas,roberto cavalli,maria galland,michael jordan,julia child,martha stewart,anna sui,"

// commonName finds a given name that many people have, and a family name.
func (v *spoken) commonName(n int) (match, bool) {
	if v.tells(n)&common == 0 || !v.list[n].is(capital) || n > 0 && blank(v.gap(n)) && v.list[n-1].is(numeric) { // 12 Martin Luther King Blvd
		return match{}, false
	}
	end := v.nameFrom(n, false, false)
	if end >= n+2 && strings.Contains(brands, ","+strings.ToLower(v.text(n)+" "+v.text(n+1))+",") {
		return match{}, false
	}
	if end < n+2 || end < len(v.list) && blank(v.gap(end)) && v.list[end].is(numeric) {
		return match{}, false
	}
	return v.between(n, end, Name), true
}

// lastLine finds the name under a text that begins with token n: a line of
// nothing but capitalised words, below one that ends with a comma or a sentence.
func (v *spoken) lastLine(n int) (match, bool) {
	g := v.gap(n)
	if n == 0 || !strings.Contains(g, "\n") || !v.list[n].is(lettered) || v.list[n].traits&(numeric|holder) != 0 {
		return match{}, false
	}
	sign := strings.TrimRight(strings.TrimRight(g, "\n -–—~\t"), " ")
	comma := strings.HasSuffix(sign, ",")
	if sign == "" || !comma && !strings.ContainsAny(sign[len(sign)-1:], ".!?") && !strings.HasSuffix(sign, "。") && !strings.HasSuffix(sign, "！") {
		return match{}, false
	}
	end := n
	if v.list[n].is(ideograph) {
		for end < len(v.list) && end < n+2 && hanOnly(v.text(end)) && v.runes(end) <= 5 && (end == n || blank(v.gap(end))) {
			end++
		}
		if end == n || end < len(v.list) && !strings.Contains(v.gap(end), "\n") || end == n+1 && v.runes(n) < 2 {
			return match{}, false
		}
		return v.between(n, end, Name), true
	}
	end = v.nameFrom(n, false, false)
	if end == n || end-n > 5 || !comma && end-n < 2 || end < len(v.list) && !(strings.HasPrefix(v.gap(end), "\n") && v.list[end].is(holder)) || end == len(v.list) && len(v.gap(end)) > 4 {
		return match{}, false
	}
	return v.between(n, end, Name), true
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
		return v.runes(n-1) == 1 || v.tells(n-1)&title != 0 || strings.EqualFold(v.text(n-1), "st")
	}
	return false
}

// proper reports whether token n looks like a name by itself.
func (v *spoken) proper(n int) bool {
	t := v.list[n]
	return t.is(capital|lettered) && t.traits&(holder|numeric|ideograph) == 0 && (v.tells(n)&never == 0 || v.tells(n)&given != 0)
}

// size reports whether a word speaks of the size of clothes.
func size(word string) bool {
	return among(" taille size größe talla taglia maat tamanho rozmiar storlek beden en in de la le un une ", word)
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
