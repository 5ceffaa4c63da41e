package support

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var sources = []string{"https://shop.example/returns", "https://shop.example/kettle"}

func filtered(t interface{ Fatal(...any) }, pieces ...string) string {
	var out strings.Builder
	c := newCitations(sources, func(s string) error { out.WriteString(s); return nil })
	for _, p := range pieces {
		if err := c.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestCitations(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"plain text":                 {"Thirty days, in full! Really.", "Thirty days, in full! Really."},
		"a citation":                 {"You have 30 days [1].", "You have 30 days [1]."},
		"two in one bracket":         {"See [1, 2].", "See [1][2]."},
		"one that was not given":     {"You have 99 days [7].", "You have 99 days  ."},
		"a picture":                  {"Look ![x](https://evil.example/?q=secret) here", "Look   here"},
		"a link to a source":         {"See [returns](https://shop.example/returns).", "See [returns](https://shop.example/returns)."},
		"a link elsewhere":           {"See [returns](https://evil.example/?d=abc).", "See  returns ."},
		"a bare address of a source": {"Go to https://shop.example/returns.", "Go to https://shop.example/returns."},
		"a bare address elsewhere":   {"Go to https://evil.example/x, now", "Go to  , now"},
		"an upper-case scheme":       {"Go to HTTPS://EVIL.example/x now", "Go to   now"},
		"a bare host":                {"Go to www.evil.example now", "Go to   now"},
		"HTML":                       {"a <img src=https://evil.example/x> b", "a   b"},
		"less than":                  {"if 3 < 4 [1]", "if 3 < 4 [1]"},
		"brackets that are text":     {"the [blue] one", "the [blue] one"},
		"an open bracket at the end": {"wait [", "wait ["},
		"a link that never ends":     {"x [y](https://evil.example/", "x  y "},
		"words like the scheme":      {"hot water, how wide", "hot water, how wide"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := filtered(t, tc.in); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// However the text is cut into pieces, the same comes out.
func TestCitationsDoNotDependOnTheCut(t *testing.T) {
	parts := []string{"[1]", "[9]", "![", "](", "https://evil.example/x", "http", "https://shop.example/returns", " ", ")", "<", "img>", "hello", "w", "www.", "é", "!", "."}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 12).Draw(t, "parts"), "")
		whole := filtered(t, text)
		var pieces []string
		for rest := text; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "cut")
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		if got := filtered(t, pieces...); got != whole {
			t.Fatalf("%q in pieces %q: got %q, whole %q", text, pieces, got, whole)
		}
		if strings.Contains(strings.ToLower(whole), "evil.example") {
			t.Fatalf("%q let an address through: %q", text, whole)
		}
	})
}

// FuzzCitations states the law on arbitrary text: no address but a source's
// comes out.
func FuzzCitations(f *testing.F) {
	f.Add("see [x](https://evil.example) and ![y](http://evil.example)")
	f.Fuzz(func(t *testing.T, text string) {
		out := filtered(t, text)
		rest := out
		for _, s := range sources {
			rest = strings.ReplaceAll(rest, s, "")
		}
		if lower := asciiLower(rest); strings.Contains(lower, "https://") || strings.Contains(lower, "http://") {
			t.Fatalf("%q became %q", text, out)
		}
	})
}
