package crawl

import (
	"strings"
	"testing"
	"time"
)

func TestRobots(t *testing.T) {
	cases := []struct {
		name, file string
		allowed    []string
		forbidden  []string
	}{
		{"empty", "", []string{"/", "/x"}, nil},
		{"the longest rule decides", "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c", []string{"/a/b/x", "/b"}, []string{"/a", "/ab", "/a/b/c/d"}},
		{"allow wins a tie", "User-agent: *\nDisallow: /page\nAllow: /page", []string{"/page"}, nil},
		{"our group alone", "User-agent: *\nDisallow: /\nUser-agent: OmniOps\nDisallow: /no", []string{"/"}, []string{"/no"}},
		{"groups of one name are one", "User-agent: omniops/2.0\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: OMNIOPS\nDisallow: /b", []string{"/"}, []string{"/a", "/b"}},
		{"names sharing a group", "User-agent: x\nUser-agent: omniops\nDisallow: /a", nil, []string{"/a"}},
		{"part of our name is another's", "User-agent: omni\nDisallow: /\nUser-agent: omniopsbot\nDisallow: /", []string{"/"}, nil},
		{"wildcards from the start", "User-agent: *\nDisallow: /*.pdf$\nDisallow: /*?sort=\nDisallow: /x*y*z", []string{"/a.pdfx", "/a?b=1", "/xz", "/a/xyz"}, []string{"/a.pdf", "/d/b.pdf", "/a?sort=up", "/x1y2z3"}},
		{"end of the path", "User-agent: *\nAllow: /$\nDisallow: /", []string{"/"}, []string{"/a"}},
		{"escapes compare equal", "User-agent: *\nDisallow: /caf%C3%A9\nDisallow: /%7Ebob\nDisallow: /tea%2fpot", []string{"/tea/pot"}, []string{"/café", "/caf%c3%a9", "/~bob/x", "/tea%2Fpot"}},
		{"nothing is disallowed by nothing", "User-agent: *\nDisallow:", []string{"/"}, nil},
		{"rules without a group and other rubbish", "Disallow: /\n<html>\nCrawl-delay: soon\nUser-agent: *\nNoindex: /\nDisallow: /a # why\n", []string{"/"}, []string{"/a"}},
		{"byte order mark and line ends", "\xef\xbb\xbfUser-agent: *\rDisallow: /a\r\nDisallow: /b", []string{"/"}, []string{"/a", "/b"}},
		{"the file itself", "User-agent: *\nDisallow: /", []string{"/robots.txt"}, []string{"/"}},
		{"beyond 500 KiB", "User-agent: *\nDisallow: /a\n" + strings.Repeat("#", maxRobots) + "\nDisallow: /b", []string{"/b"}, []string{"/a"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := parseRobots([]byte(c.file), "OmniOps")
			for _, p := range c.allowed {
				if !r.allows(p) {
					t.Errorf("%s is forbidden", p)
				}
			}
			for _, p := range c.forbidden {
				if r.allows(p) {
					t.Errorf("%s is allowed", p)
				}
			}
		})
	}
}

func TestRobotsDelayAndSitemaps(t *testing.T) {
	r := parseRobots([]byte("Sitemap: /a.xml\nUser-agent: *\nCrawl-delay: 2.5\nUser-agent: omniops\nCrawl-delay: 4\nsitemap: https://x.example/b.xml"), "OmniOps")
	if r.delay != 4*time.Second || len(r.sitemaps) != 2 {
		t.Errorf("%+v", r)
	}
	for _, bad := range []string{"-1", "NaN", "Inf", "1e300", "x"} {
		if r := parseRobots([]byte("User-agent: *\nCrawl-delay: "+bad), "OmniOps"); r.delay != 0 {
			t.Errorf("delay %q is %v", bad, r.delay)
		}
	}
}

// Any file is read within its limits, and what it says of a path depends on the
// path alone.
func FuzzRobots(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /*a*b$\nAllow: /%7e\nCrawl-delay: 1\nSitemap: /s"), "/a/b?c")
	f.Add([]byte("User-agent: omniops\nDisallow: "+strings.Repeat("*a", 200)), strings.Repeat("a", 500)+"b")
	f.Fuzz(func(t *testing.T, file []byte, path string) {
		r := parseRobots(file, "OmniOps")
		if len(r.rules) > maxRules || len(r.sitemaps) > maxSitemaps || r.delay < 0 {
			t.Errorf("%d rules, %d sitemaps, delay %v", len(r.rules), len(r.sitemaps), r.delay)
		}
		if r.allows(path) != r.allows(normalisePath(path)) {
			t.Errorf("%q and %q differ", path, normalisePath(path))
		}
	})
}
