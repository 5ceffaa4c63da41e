package mask

import "strings"

// bankLengths holds the length of each country's international bank account
// numbers: ISO 13616 registry, read from general knowledge of release 97.
const bankLengths = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 " +
	"FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 " +
	"LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 " +
	"SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30 "

// bankNo finds an international bank account number at i, in one piece or in
// groups, by its country's length and its check digits (ISO 7064, mod 97-10).
func bankNo(s string, i, _ int) (match, bool) {
	if len(s)-i < 15 || begins[s[i]] != letter || begins[s[i+1]] != letter || begins[s[i+2]] != digit || begins[s[i+3]] != digit {
		return match{}, false
	}
	at := strings.Index(bankLengths, strings.ToUpper(s[i:i+2]))
	if at < 0 || at%5 != 0 {
		return match{}, false
	}
	length := int(bankLengths[at+2]-'0')*10 + int(bankLengths[at+3]-'0')
	var number [34]byte
	n, j, gap := 0, i, 0
	for n < length && j < len(s) {
		switch c := s[j]; begins[c] {
		case letter, digit:
			number[n] = c
			n++
			gap = 0
		default:
			size := separator(s, j)
			if size == 0 || c == '\n' || gap == 2 {
				return match{}, false
			}
			gap++
			j += size - 1
		}
		j++
	}
	if n < length || wordAfter(s, j) {
		return match{}, false
	}
	rest := 0
	for k := range length {
		switch c := number[(k+4)%length]; {
		case c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		default:
			rest = (rest*100 + int(c|0x20-'a') + 10) % 97
		}
	}
	return match{i, j, BankNo}, rest == 1
}

// insuranceNo finds a UK national insurance number at i: two letters, six
// digits, a letter from A to D, with or without spaces.
func insuranceNo(s string, i, _ int) (match, bool) {
	const form = "aa999999a"
	j := i
	for k := range len(form) {
		if j < len(s) && s[j] == ' ' && (k == 2 || k == 4 || k == 6 || k == 8) {
			j++
		}
		if j >= len(s) {
			return match{}, false
		}
		c := s[j] &^ 0x20
		switch {
		case form[k] == '9':
			if begins[s[j]] != digit {
				return match{}, false
			}
		case k == 8:
			if c < 'A' || c > 'D' {
				return match{}, false
			}
		case begins[s[j]] != letter || strings.IndexByte("DFIQUV", c) >= 0 || k == 1 && c == 'O':
			return match{}, false
		}
		j++
	}
	if strings.Contains(" BG GB KN NK NT TN ZZ ", " "+strings.ToUpper(s[i:i+2])+" ") || wordAfter(s, j) {
		return match{}, false
	}
	return match{i, j, Insurance}, true
}
