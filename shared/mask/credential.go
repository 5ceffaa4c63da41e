package mask

import (
	"strings"
	"unicode/utf8"
)

// prefixes lists how well-known secrets begin: of model providers, Shopify,
// Stripe, WooCommerce, Amazon, Google, Meta, GitHub, Slack, Resend.
var prefixes = [...]string{
	"sk-", "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_", "shpat_", "shpss_", "shpca_", "shppa_", "shprt_", "shptka_", "hf_", "npm_", "xapp-", "dop_v1_", "sq0atp-", "ck_", "cs_",
	"AKIA", "ASIA", "AIza", "GOCSPX-", "EAA", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "re_", "eyJ",
}

// named finds what its first word tells: a secret by its prefix, a bearer
// token, a private key, a card's security code, a user-agent string.
func named(s string, i, end int) (match, bool) {
	if end-i >= shortestSecret {
		if found, ok := secret(s, i, end); ok {
			return found, true
		}
	}
	if end < len(s) && s[end] == '/' {
		return userAgent(s, i)
	}
	w := s[i:end]
	switch {
	case len(w) == 3 && (strings.EqualFold(w, "cvv") || strings.EqualFold(w, "cvc") || strings.EqualFold(w, "cvn") || strings.EqualFold(w, "csc")),
		len(w) == 4 && (strings.EqualFold(w, "cvv2") || strings.EqualFold(w, "cvc2")):
		return securityCode(s, end)
	case len(w) >= 5 && len(w) <= 10 && strings.Contains(passwordWords, " "+strings.ToLower(w)+" "):
		return password(s, end)
	case len(w) == 6 && strings.EqualFold(w, "bearer"):
		start := end + len(s[end:]) - len(strings.TrimLeft(s[end:], " "))
		stop := valueEnd(s, start)
		return match{start, stop, Secret}, start > end && stop-start >= 16
	case len(w) == 5 && w == "BEGIN" && strings.HasSuffix(s[:i], "-----"):
		rest := s[end:]
		if !strings.Contains(rest[:min(len(rest), 40)], "PRIVATE KEY") {
			return match{}, false
		}
		start, stop := i-5, strings.IndexAny(rest, "[]\"\\")
		if stop < 0 {
			stop = len(rest)
		}
		if last := strings.Index(rest[:stop], "-----END"); last >= 0 {
			stop = last + len("-----END")
		}
		return match{start, end + stop, Secret}, true
	}
	return match{}, false
}

// passwordWords are what people call a password; the last is of "mot de passe".
const passwordWords = " password passcode passphrase passwort kennwort passe "

// password finds what is said to be a password after the word that ends at i:
// after "is", ":" or the like, and not all letters, so that "my password is
// lost" stays.
func password(s string, i int) (match, bool) {
	rest := strings.TrimLeft(s[i:], " :=")
	said := len(rest) < len(s[i:]) && strings.ContainsAny(s[i:len(s)-len(rest)], ":=")
	for _, is := range []string{"is ", "ist ", "lautet ", "est ", "was ", "war "} {
		if len(rest) > len(is) && strings.EqualFold(rest[:len(is)], is) {
			rest, said = strings.TrimLeft(rest[len(is):], " :="), true
			break
		}
	}
	start := len(s) - len(rest)
	end := valueEnd(s, start)
	value := strings.TrimRight(s[start:end], ".!?")
	if !said || len(value) < 4 || strings.Trim(strings.ToLower(value), "abcdefghijklmnopqrstuvwxyz-'") == "" {
		return match{}, false
	}
	return match{start, end, Secret}, true
}

// securityCode finds the three or four digits that follow a card code's name.
func securityCode(s string, i int) (match, bool) {
	for filler := 0; filler < 8 && i < len(s); filler++ {
		if _, size := digitAt(s, i); size > 0 {
			var f figures
			f.read(s, i)
			g := f.groups[0]
			return match{g.start, g.end, Card}, (g.digits == 3 || g.digits == 4) && !wordAfter(s, g.end)
		}
		if strings.IndexByte(" :=.-#is", s[i]) < 0 {
			break
		}
		i++
	}
	return match{}, false
}

// shortestSecret is the length in bytes of the shortest prefix and of the
// random part that must follow one.
const shortestSecret = len("sk-") + 12

// secret finds a credential that begins at i with a known prefix.
func secret(s string, i, end int) (match, bool) {
	for _, p := range prefixes {
		if !strings.HasPrefix(s[i:end], p) {
			continue
		}
		if p == "eyJ" { // a JSON Web Token: three parts with dots between
			for end < len(s) && (begins[s[end]] == letter || begins[s[end]] == digit || strings.IndexByte("-_.", s[end]) >= 0) {
				end++
			}
			end = i + len(strings.TrimRight(s[i:end], "."))
			return match{i, end, Secret}, end-i >= 32 && strings.IndexByte(s[i:end], '.') > 0
		}
		rest := s[i+len(p) : end]
		return match{i, end, Secret}, len(rest) >= 12 && (strings.ContainsAny(rest, "0123456789") && letters(rest) || len(rest) >= 32)
	}
	return match{}, false
}

// letters reports whether s holds one of the letters from A to Z.
func letters(s string) bool {
	for i := range len(s) {
		if begins[s[i]] == letter {
			return true
		}
	}
	return false
}

// random finds a word that nobody chose: 20 characters or more in which letters
// and digits, upper and lower case alternate as chance has it.
func random(s string, i, end int) (match, bool) {
	// Base 64 has three more characters, which would otherwise end the word. A
	// path has slashes too, but its other parts are words.
	for end-i >= 6 && end < len(s) && strings.IndexByte("+/=", s[end]) >= 0 && alternates(s[i:end], 2) {
		part := end + len(s[end:]) - len(strings.TrimLeft(s[end:], "+/="))
		past := part
		for past < len(s) && (begins[s[past]] == letter || begins[s[past]] == digit) {
			past++
		}
		if !alternates(s[part:past], 0) {
			break
		}
		end = past
	}
	if end-i < 20 {
		return match{}, false
	}
	return match{i, end, Token}, alternates(s[i:end], 2) || end-i >= 32 && isHex(s[i:end])
}

// alternates reports whether the kind of character changes in s as often as in
// random text: at three of ten places or more, where words change at one. It
// must also hold some digits.
func alternates(s string, atLeast int) bool {
	var last uint8
	n, changes, digits := 0, 0, 0
	for i := range len(s) {
		kind := begins[s[i]]
		switch kind {
		case letter:
			kind += s[i] & 0x20 // the bit that tells upper from lower case
		case digit:
			digits++
		default:
			continue
		}
		if n > 0 && kind != last {
			changes++
		}
		last = kind
		n++
	}
	return digits >= atLeast && changes*10 >= (n-1)*3
}

// isHex reports whether s is made of the digits of base 16, with one of each
// kind.
func isHex(s string) bool {
	digits, letters := 0, 0
	for i := range len(s) {
		switch c := s[i] | 0x20; {
		case s[i] >= '0' && s[i] <= '9':
			digits++
		case c >= 'a' && c <= 'f':
			letters++
		default:
			return false
		}
	}
	return digits > 0 && letters > 0
}

// credentialNames ends with a space after each name: what a parameter is called
// whose value opens something.
const credentialNames = " token key apikey secret password passwd pwd signature sig hmac credential credentials session sessionid sid jwt auth authorization otp "

// parameter finds the value after the equals sign at i, if the name before it
// is that of a credential.
func parameter(s string, from, i int) (match, bool) {
	start := i
	for start > from && (begins[s[start-1]] == letter || begins[s[start-1]] == digit || s[start-1] == '_' || s[start-1] == '-') {
		start--
	}
	name := s[start:i]
	if cut := strings.LastIndexAny(name, "_-"); cut >= 0 {
		name = name[cut+1:]
	}
	for cut := len(name) - 1; cut > 0; cut-- { // accessToken
		if name[cut] >= 'A' && name[cut] <= 'Z' && name[cut-1] >= 'a' && name[cut-1] <= 'z' {
			name = name[cut:]
			break
		}
	}
	if name == "" || !strings.Contains(credentialNames, " "+strings.ToLower(name)+" ") {
		return match{}, false
	}
	end := valueEnd(s, i+1)
	return match{i + 1, end, Token}, end > i+1
}

// valueEnd gives the end of a parameter's value that begins at i.
func valueEnd(s string, i int) int {
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r <= ' ' || strings.ContainsRune("&#;,<>()[]{}\"'`\\|\u00a0", r) {
			break
		}
		i += size
	}
	return i
}

// userinfo finds the name and password before the host of a URL whose
// authority begins at i.
func userinfo(s string, i int) (match, bool) {
	for end := i; end < len(s); end++ {
		switch c := s[end]; {
		case c == '@':
			return match{i, end, Token}, end > i
		case c <= ' ' || strings.IndexByte("/?#<>()[]{}\"'`\\|,", c) >= 0:
			return match{}, false
		}
	}
	return match{}, false
}
