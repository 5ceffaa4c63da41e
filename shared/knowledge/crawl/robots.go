package crawl

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// maxRobots is how much of a robots.txt is read (RFC 9309, section 2.5, read
// 2026-11-23: at least 500 KiB).
const maxRobots = 500 << 10

// Limits of what a robots.txt can make us do.
const (
	maxRules    = 5000
	maxSitemaps = 50
)

// robots is what a site's robots.txt says to one crawler.
type robots struct {
	rules    []rule
	delay    time.Duration
	sitemaps []string
	// unreadable is why the file could not be had, which forbids everything.
	unreadable Reason
}

// rule allows or forbids the paths that its pattern matches.
type rule struct {
	allow   bool
	pattern string // normalised; '*' matches anything, a last '$' the end
}

// parseRobots reads a robots.txt for the crawler with this product token (RFC
// 9309). Lines it cannot make sense of are passed over.
func parseRobots(body []byte, token string) robots {
	if len(body) > maxRobots {
		body = body[:maxRobots]
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	var ours, everyone robots
	var found, forUs, forAll, inRules bool
	body = bytes.ReplaceAll(body, []byte("\r"), []byte("\n"))
	for line := range bytes.Lines(body) {
		text, _, _ := strings.Cut(string(line), "#")
		key, value, ok := strings.Cut(text, ":")
		if !ok {
			continue
		}
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
		switch key {
		case "user-agent":
			if inRules { // a new group begins
				forUs, forAll, inRules = false, false, false
			}
			name, _, _ := strings.Cut(value, "/")
			switch {
			case strings.EqualFold(strings.TrimSpace(name), token):
				forUs, found = true, true
			case value == "*":
				forAll = true
			}
		case "allow", "disallow":
			inRules = true
			if value == "" {
				continue
			}
			if value[0] != '/' && value[0] != '*' {
				value = "/" + value
			}
			r := rule{key == "allow", normalisePath(value)}
			if forUs && len(ours.rules) < maxRules {
				ours.rules = append(ours.rules, r)
			}
			if forAll && len(everyone.rules) < maxRules {
				everyone.rules = append(everyone.rules, r)
			}
		case "crawl-delay":
			inRules = true
			seconds, err := strconv.ParseFloat(value, 64)
			if err != nil || !(seconds >= 0 && seconds < 1e6) {
				continue
			}
			delay := time.Duration(seconds * float64(time.Second))
			if forUs {
				ours.delay = delay
			}
			if forAll {
				everyone.delay = delay
			}
		case "sitemap":
			if len(everyone.sitemaps) < maxSitemaps {
				everyone.sitemaps = append(everyone.sitemaps, value)
			}
		}
	}
	if found {
		ours.sitemaps = everyone.sitemaps
		return ours
	}
	return everyone
}

// allows reports whether a path with its query may be fetched: the longest
// pattern that matches decides, and allow wins a tie.
func (r robots) allows(path string) bool {
	path = normalisePath(path)
	if path == "/robots.txt" {
		return true
	}
	allowed, length := true, -1
	for _, rule := range r.rules {
		n := len(rule.pattern)
		if (n > length || n == length && rule.allow) && matches(rule.pattern, path) {
			allowed, length = rule.allow, n
		}
	}
	return allowed
}

// matches reports whether a pattern matches the beginning of a path, or all of
// it if the pattern ends in '$'. It needs no more steps than their lengths
// multiplied.
func matches(pattern, path string) bool {
	anchored := strings.HasSuffix(pattern, "$")
	pattern = strings.TrimSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(path, parts[0]) {
		return false
	}
	rest := path[len(parts[0]):]
	if len(parts) == 1 {
		return !anchored || rest == ""
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	if anchored {
		return strings.HasSuffix(rest, parts[last])
	}
	return strings.Contains(rest, parts[last])
}

// normalisePath spells a path as RFC 9309, section 2.2.2, compares it: octets
// outside US-ASCII as escapes, escapes of letters and digits as such.
func normalisePath(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				i += 2
				if c = byte(v); unreserved(c) {
					b.WriteByte(c)
				} else {
					b.Write([]byte{'%', hex[c>>4], hex[c&15]})
				}
				continue
			}
		}
		if c <= ' ' || c >= 0x7f {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// unreserved reports whether a character means the same escaped or not.
func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}
