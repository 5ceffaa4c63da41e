package mask

import "strings"

// numbered finds at token n the number that a state gives a person, known by
// its check digits, or a national phone number whose form is rare otherwise.
func (v *spoken) numbered(n int) (match, bool) {
	if n > 0 && v.gap(n) == "" && v.list[n-1].traits&(holder|ideograph) == 0 {
		return match{}, false
	}
	start := v.list[n].start
	if (n == 0 || !v.list[n-1].is(ideograph) || v.gap(n) != "") && joined(v.s, 0, start) {
		return match{}, false
	}
	var number [20]byte
	size, last := 0, 0
	groups := 0
	best, found := match{}, false
	for i := n; i < len(v.list) && groups < 8; i++ {
		t := v.list[i]
		if t.traits&(holder|ideograph) != 0 || i > n && !numberGap(v.gap(i)) {
			break
		}
		if i > n && v.gap(i) != "" && !t.is(numeric) && v.runes(i) > 1 {
			break
		}
		w := v.text(i)
		if size+len(w) > len(number) {
			break
		}
		ascii := true
		for j := range len(w) {
			if k := begins[w[j]]; k != letter && k != digit {
				ascii = false
				break
			}
			number[size] = w[j]
			if w[j] >= 'a' && w[j] <= 'z' {
				number[size] = w[j] - 0x20
			}
			size++
		}
		if !ascii {
			break
		}
		groups, last = groups+1, i
		if class := belonging(string(number[:size]), v.s[start:t.end], groups); class != "" {
			best, found = match{start, v.list[last].end, class}, true
		}
	}
	if !found || wordAfter(v.s, best.end) && !(last+1 < len(v.list) && v.list[last+1].is(ideograph)) || numbered(v.s[:start]) {
		return match{}, false
	}
	return best, true
}

// belonging gives the class of a number, written as it stands in the text and
// without its separators in so many groups, or "".
func belonging(number, written string, groups int) Class {
	digits := strings.Trim(number, "0123456789") == ""
	switch len(number) {
	case 9:
		if spanish(number) {
			return Identity
		}
	case 10:
		if digits && (groups == 1 || groups == 2 && len(written) == 11 && strings.ContainsAny(written, "-+")) && day(number[2:4], number[4:6]) && luhn(number) {
			return Identity // Sweden
		}
	case 11:
		switch {
		case !digits:
		case number[0] == '1' && number[1] >= '3' && (groups == 1 || written[3] == ' ' || written[3] == '-') && groups <= 3 && chineseMobile(number):
			return Phone
		case brazilian(number) && (groups == 1 || groups == 4), groups == 1 && turkish(number), groups == 1 && polish(number), german(number) && (groups == 1 || groups == 4):
			return Identity
		case groups <= 3 && number[2] == '9' && number[0] != '0' && number[1] != '0' && brazilianMobile(written):
			return Phone
		}
	case 12:
		if digits && groups == 2 && len(written) == 13 && strings.ContainsAny(written, "-+") && day(number[4:6], number[6:8]) && luhn(number[2:]) {
			return Identity // Sweden, with the century
		}
	case 13, 15:
		if french(number) {
			return Identity
		}
	case 16:
		if groups == 1 && italian(number) {
			return Identity
		}
	case 18:
		if groups == 1 && chinese(number) {
			return Identity
		}
	}
	return ""
}

// day reports whether two digits each are a month and a day.
func day(month, of string) bool {
	m, d := number2(month), number2(of)
	return m >= 1 && m <= 12 && d >= 1 && d <= 31
}

func number2(s string) int { return int(s[0]-'0')*10 + int(s[1]-'0') }

// luhn reports whether digits end with the check digit of ISO/IEC 7812-1.
func luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		n := int(number[i] - '0')
		if (len(number)-i)%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// weighted gives the sum of digits with falling weights.
func weighted(number string, weight int) int {
	sum := 0
	for i := range len(number) {
		sum += int(number[i]-'0') * (weight - i)
	}
	return sum
}

// same reports whether all characters are one.
func same(number string) bool { return strings.Trim(number, number[:1]) == "" }

// spanish checks a DNI, eight digits and a letter, or a NIE, which begins with
// X, Y or Z.
func spanish(number string) bool {
	value := 0
	for i := range 8 {
		c := number[i]
		if i == 0 && c >= 'X' && c <= 'Z' {
			c -= 'X' - '0'
		}
		if c < '0' || c > '9' {
			return false
		}
		value = value*10 + int(c-'0')
	}
	return number[8] == "TRWAGMYFPDXBNJZSQVHLCKE"[value%23]
}

// brazilian checks a CPF.
func brazilian(number string) bool {
	first := weighted(number[:9], 10) * 10 % 11 % 10
	second := weighted(number[:10], 11) * 10 % 11 % 10
	return !same(number) && first == int(number[9]-'0') && second == int(number[10]-'0')
}

// brazilianMobile reports whether a number is written as one: area, then 5 and
// 4 digits.
func brazilianMobile(written string) bool {
	area, rest, ok := strings.Cut(written, " ")
	a, b, two := strings.Cut(rest, "-")
	if !two {
		a, b, two = strings.Cut(rest, " ")
	}
	return ok && strings.Trim(area, "()") != "" && len(strings.Trim(area, "()")) == 2 && (two && len(a) == 5 && len(b) == 4 || len(rest) == 9)
}

// turkish checks a T.C. kimlik no.
func turkish(number string) bool {
	if number[0] == '0' {
		return false
	}
	odd, even, sum := 0, 0, 0
	for i := range 10 {
		n := int(number[i] - '0')
		sum += n
		switch {
		case i > 8:
		case i%2 == 0:
			odd += n
		default:
			even += n
		}
	}
	return ((odd*7-even)%10+10)%10 == int(number[9]-'0') && sum%10 == int(number[10]-'0')
}

// polish checks a PESEL, which begins with a date of birth.
func polish(number string) bool {
	month := number2(number[2:4]) % 20
	if month < 1 || month > 12 || number2(number[4:6]) < 1 || number2(number[4:6]) > 31 {
		return false
	}
	sum := 0
	for i, w := range [...]int{1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1} {
		sum += int(number[i]-'0') * w
	}
	return sum%10 == 0
}

// german checks a tax identification number: one digit of the first ten occurs
// two or three times, and the last one checks the others (ISO 7064, mod 11, 10).
func german(number string) bool {
	if number[0] == '0' {
		return false
	}
	var seen [10]int
	product := 10
	for i := range 10 {
		n := int(number[i] - '0')
		seen[n]++
		sum := (n + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	twice, missing := 0, 0
	for _, count := range seen {
		switch {
		case count > 3:
			return false
		case count > 1:
			twice++
		case count == 0:
			missing++
		}
	}
	return twice == 1 && missing <= 2 && (11-product)%10 == int(number[10]-'0')
}

// french checks a numéro de sécurité sociale, with its key of two digits.
func french(number string) bool {
	if len(number) != 15 || number[0] < '1' || number[0] > '4' {
		return false
	}
	value := 0
	for i := range 13 {
		c := number[i]
		if i == 6 && number[5] == '2' && (c == 'A' || c == 'B') { // Corsica
			value = value*10 + int(9-c+'A'-1)%10
			continue
		}
		if c < '0' || c > '9' {
			return false
		}
		value = value*10 + int(c-'0')
	}
	month := number2(number[3:5])
	if month < 1 || month > 12 && month < 20 || number[13] < '0' || number[13] > '9' || number[14] < '0' || number[14] > '9' {
		return false
	}
	switch number[5:7] {
	case "2A":
		value = corsican(number, '1', '9')
	case "2B":
		value = corsican(number, '1', '8')
	}
	return 97-value%97 == number2(number[13:15])
}

// corsican gives the value of a number whose department has a letter: 2A counts
// as 19, 2B as 18.
func corsican(number string, a, b byte) int {
	value := 0
	for i := range 13 {
		c := number[i]
		switch i {
		case 5:
			c = a
		case 6:
			c = b
		}
		value = value*10 + int(c-'0')
	}
	return value
}

// italian checks a codice fiscale.
func italian(number string) bool {
	const form = "AAAAAA99A99A999A"
	odd := [...]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i := range 16 {
		c := number[i]
		isDigit := c >= '0' && c <= '9'
		// Where two people would have the same one, letters stand for digits.
		if form[i] == 'A' && isDigit || form[i] == '9' && !isDigit && strings.IndexByte("LMNPQRSTUV", c) < 0 {
			return false
		}
		if i == 15 {
			return int(c-'A') == sum%26
		}
		value := int(c - 'A')
		if isDigit {
			value = int(c - '0')
		}
		if i%2 == 0 {
			value = odd[value]
		}
		sum += value
	}
	return false
}

// chinese checks a resident identity card's number: a date of birth and a
// check character (ISO 7064, mod 11-2).
func chinese(number string) bool {
	if number[6:8] != "19" && number[6:8] != "20" || strings.Trim(number[:17], "0123456789") != "" || !day(number[10:12], number[12:14]) {
		return false
	}
	sum := 0
	for i, w := range [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(number[i]-'0') * w
	}
	return number[17] == "10X98765432"[sum%11]
}

// chineseMobile reports whether eleven digits are a mobile number: 13 to 19
// and nine more, which no code of a date begins with.
func chineseMobile(number string) bool { return number[1] != '0' && number[2:] != "000000000" }
