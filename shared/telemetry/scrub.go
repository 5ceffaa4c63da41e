package telemetry

import (
	"net/netip"
	"strings"
)

// Scrub replaces what looks like personal data or a secret in text meant for a
// log: e-mail addresses, telephone numbers, public network addresses, tokens and
// keys. Identifiers of ours and ordinary words stay. Scrubbing twice changes
// nothing.
func Scrub(text string) string {
	var out strings.Builder // stays empty while nothing has been replaced
	kept, previous := 0, ""
	for start := 0; start < len(text); {
		if separator(text[start]) {
			start++
			continue
		}
		end := start
		for end < len(text) && !separator(text[end]) {
			end++
		}
		word := strings.TrimRight(text[start:end], ".:!?")
		if label := suspect(word, previous); label != "" {
			out.WriteString(text[kept:start])
			out.WriteString(label)
			kept = start + len(word)
		}
		previous, start = word, end
	}
	if kept == 0 {
		return text
	}
	out.WriteString(text[kept:])
	return out.String()
}

// separator reports whether c ends a word.
func separator(c byte) bool {
	return c <= ' ' || strings.IndexByte(`"'`+"`"+`,;<>(){}[]=&|\`, c) >= 0
}

// prefixes begin the keys of services we or our merchants use.
var prefixes = [...]string{"sk-", "sk_", "rk_", "pk_live_", "whsec_", "shpat_", "shpss_", "shpca_", "ck_", "cs_",
	"ghp_", "github_pat_", "xoxb-", "xoxp-", "AKIA", "ASIA", "AIza", "ya29.", "eyJ", "EAA", "re_"}

// suspect gives the label that replaces a word, or nothing for a harmless one.
func suspect(word, previous string) string {
	if len(word) < 6 {
		return ""
	}
	if strings.EqualFold(previous, "bearer") || strings.EqualFold(previous, "basic") {
		return "[token]"
	}
	if at := strings.LastIndexByte(word, '@'); at > 0 && strings.IndexByte(word[at:], '.') > 1 {
		return "[email]"
	}
	for _, p := range prefixes {
		if len(word) >= len(p)+12 && strings.HasPrefix(word, p) {
			return "[key]"
		}
	}
	if public(word) {
		return "[ip]"
	}
	upper, lower, digits, other := 0, 0, 0, 0
	for i := range len(word) {
		switch c := word[i]; {
		case c >= 'A' && c <= 'Z':
			upper++
		case c >= 'a' && c <= 'z':
			lower++
		case c >= '0' && c <= '9':
			digits++
		case c == '_' || c == '-' || c == '+':
		default:
			other++
		}
	}
	if word[0] == '+' && digits >= 8 && digits == len(word)-1 {
		return "[phone]"
	}
	if len(word) >= 32 && upper > 2 && lower > 2 && digits > 2 && other == 0 {
		return "[key]"
	}
	return ""
}

// public reports whether a word is a network address that may be a person's,
// with or without a port. Brackets around IPv6 are separators.
func public(word string) bool {
	if strings.Count(word, ".") != 3 && strings.Count(word, ":") < 2 {
		return false
	}
	addr, err := netip.ParseAddr(word)
	if err != nil {
		host, err := netip.ParseAddrPort(word)
		if err != nil {
			return false
		}
		addr = host.Addr()
	}
	addr = addr.Unmap()
	return !addr.IsLoopback() && !addr.IsPrivate() && !addr.IsLinkLocalUnicast() && !addr.IsUnspecified()
}
