package mask

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is looked at around a sign, in bytes, so that no text makes
// the search slow.
const (
	longestLocal   = 256 // before an at sign: four times what RFC 5321 allows
	longestDomain  = 512
	longestIPv6    = 45
	longestComment = 512 // in a user-agent string
)

// email finds the e-mail address around the at sign at i, which is size bytes
// long. Letters of every script count, as RFC 6531 allows.
func email(s string, from, i, size int) (match, bool) {
	start := i
	for start > from && i-start < longestLocal {
		r, n := utf8.DecodeLastRuneInString(s[from:start])
		if !addressRune(r) && !strings.ContainsRune("_%+'~＿％＋", r) {
			break
		}
		start -= n
	}
	start += len(s[start:i]) - len(strings.TrimLeft(s[start:i], ".%-+'~．－％＋"))
	end := i + size
	for end < len(s) && end-i < longestDomain {
		r, n := utf8.DecodeRuneInString(s[end:])
		if !addressRune(r) {
			break
		}
		end += n
	}
	domain := strings.TrimRight(s[i+size:end], ".-．－")
	end = i + size + len(domain)
	dot := strings.LastIndexAny(domain, ".．")
	if start == i || dot < 1 {
		return match{}, false
	}
	_, width := utf8.DecodeRuneInString(domain[dot:])
	last := domain[dot+width:]
	top, _ := utf8.DecodeRuneInString(last)
	return match{start, end, Email}, unicode.IsLetter(top) && utf8.RuneCountInString(last) >= 2
}

// addressRune reports whether r occurs on both sides of an at sign. Characters
// without width do: they hide an address from us, not from a reader.
func addressRune(r rune) bool {
	if r < utf8.RuneSelf {
		k := begins[r]
		return k == letter || k == digit || r == '.' || r == '-'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Cf, r) || unicode.IsMark(r) || r == '．' || r == '－'
}

// address4 finds an IPv4 address that begins at i.
func address4(s string, from, i int) (match, bool) {
	end, dots := i, 0
	for end < len(s) && (begins[s[end]] == digit || s[end] == '.') && end-i < 16 {
		if s[end] == '.' {
			dots++
		}
		end++
	}
	if end > i && s[end-1] == '.' {
		end--
		dots--
	}
	if dots != 3 || wordAfter(s, end) || wordBefore(s, from, i) {
		return match{}, false
	}
	if i > from && s[i-1] == '.' {
		return match{}, false
	}
	_, err := netip.ParseAddr(s[i:end])
	return match{i, end, Address}, err == nil
}

// address6 finds an IPv6 address around the colon at i.
func address6(s string, from, i int) (match, bool) {
	part := func(c byte) bool {
		return c == ':' || c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
	}
	start, end := i, i
	for start > from && i-start <= longestIPv6 && part(s[start-1]) {
		start--
	}
	for end < len(s) && end-i <= longestIPv6 && (part(s[end]) || s[end] == '.') {
		end++
	}
	for end > i && (s[end-1] == '.' || s[end-1] == ':' && !strings.HasSuffix(s[start:end], "::")) {
		end--
	}
	// A time of day has two colons, a word with a colon after it may be hex.
	colons := strings.Count(s[start:end], ":")
	if end-start > longestIPv6 || colons < 2 || colons < 7 && end-start-colons < 4 || wordBefore(s, from, start) || wordAfter(s, end) {
		return match{}, false
	}
	_, err := netip.ParseAddr(s[start:end])
	return match{start, end, Address}, err == nil
}

// userAgents lists how the strings begin by which browsers and other programs
// introduce themselves.
var userAgents = [...]string{"Mozilla/", "Opera/", "Dalvik/", "okhttp/", "curl/", "CFNetwork/", "PostmanRuntime/", "python-requests/", "Wget/"}

// userAgent finds a user-agent string (RFC 9110, section 10.1.5) at i: products
// with versions, and comments in parentheses.
func userAgent(s string, i int) (match, bool) {
	known := false
	for _, name := range userAgents {
		known = known || strings.HasPrefix(s[i:], name)
	}
	if !known {
		return match{}, false
	}
	end := product(s, i)
	if end == i {
		return match{}, false
	}
	for {
		rest := strings.TrimLeft(s[end:], " ")
		at := len(s) - len(rest)
		switch {
		case strings.HasPrefix(rest, "("):
			closing := strings.IndexAny(rest[:min(len(rest), longestComment)], ")[]\"\\\n")
			if closing < 0 || rest[closing] != ')' {
				return match{i, end, Browser}, true
			}
			end = at + closing + 1
		case strings.HasPrefix(rest, "like Gecko"):
			end = at + len("like Gecko")
		default:
			past := product(s, at)
			if past == at {
				return match{i, end, Browser}, true
			}
			end = past
		}
	}
}

// product gives the end of a name, a slash and a version that begin at i, or i.
func product(s string, i int) int {
	part := func(j int) int {
		for j < len(s) && (begins[s[j]] == letter || begins[s[j]] == digit || strings.IndexByte("._-+;", s[j]) >= 0) {
			j++
		}
		return j
	}
	slash := part(i)
	if slash == i || slash >= len(s) || s[slash] != '/' {
		return i
	}
	end := part(slash + 1)
	if end == slash+1 {
		return i
	}
	for end > slash+2 && strings.IndexByte(".;", s[end-1]) >= 0 {
		end-- // the end of a sentence, not of a version
	}
	return end
}
