package seal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"omniops/local/localtest"
	"omniops/shared/fault"
	"omniops/shared/seal"
)

type claims struct {
	Who string `json:"who"`
	Age int    `json:"age"`
}

func newSigner(t testing.TB, purpose string) *seal.Signer {
	t.Helper()
	s, err := seal.NewSigner([]byte(localtest.SessionSecret), purpose)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSignerRefusesEverythingElse(t *testing.T) {
	s := newSigner(t, "session")
	token, err := s.Sign(claims{"jo", 7})
	must(t, err)
	var got claims
	if err := s.Verify(token, &got); err != nil || got != (claims{"jo", 7}) {
		t.Fatalf("verified %+v, %v", got, err)
	}
	payload, tag, _ := strings.Cut(token, ".")
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"who":"eve"}`))
	for name, forged := range map[string]string{
		"nothing": "", "a dot": ".", "no tag": payload, "an empty tag": payload + ".", "no payload": "." + tag,
		"another payload": unsigned + "." + tag, "padding": token + "=", "a line break": token + "\n",
		"a line break inside": payload + "." + tag[:5] + "\r\n" + tag[5:], "a space": token + " ", "twice": token + "." + tag,
		"the standard alphabet": strings.NewReplacer("-", "+", "_", "/").Replace(token) + "+", "too long": strings.Repeat("a", 4096) + "." + tag,
		"upper case": strings.ToUpper(token),
	} {
		t.Run(name, func(t *testing.T) { wantKind(t, s.Verify(forged, &claims{}), fault.Unauthenticated) })
	}
	for i := range len(token) {
		for bit := range 8 {
			forged := []byte(token)
			forged[i] ^= 1 << bit
			if err := s.Verify(string(forged), &claims{}); fault.KindOf(err) != fault.Unauthenticated {
				t.Fatalf("bit %d of byte %d flipped: %v", bit, i, err)
			}
		}
	}
}

func TestSignersOfOtherPurposesAndSecretsDiffer(t *testing.T) {
	token, err := newSigner(t, "session").Sign(claims{"jo", 7})
	must(t, err)
	other, err := seal.NewSigner([]byte(strings.Repeat("k", 32)), "session")
	must(t, err)
	for _, s := range []*seal.Signer{newSigner(t, "merchant"), newSigner(t, "session2"), newSigner(t, ""), other} {
		wantKind(t, s.Verify(token, &claims{}), fault.Unauthenticated)
	}
	if _, err := seal.NewSigner([]byte(strings.Repeat("k", 31)), "session"); err == nil {
		t.Error("a short secret was taken")
	}
}

func TestClaimsThatAreTooLong(t *testing.T) {
	s := newSigner(t, "session")
	if token, err := s.Sign(claims{Who: strings.Repeat("x", 2000)}); err == nil {
		t.Errorf("signed a token of %d bytes, which Verify refuses", len(token))
	}
	if _, err := s.Sign(make(chan int)); err == nil {
		t.Error("signed what is no JSON")
	}
}

// FuzzSigner's law: a token is accepted exactly when the same key signed it.
func FuzzSigner(f *testing.F) {
	s := newSigner(f, "session")
	for _, who := range []string{"", "jo", "a.b", "\u2028<>&", "\xff"} {
		token, err := s.Sign(claims{Who: who})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(who, token)
		f.Add(who, token+"\n")
		f.Add(who, token[1:])
	}
	f.Fuzz(func(t *testing.T, who, token string) {
		if signed, err := s.Sign(claims{Who: who}); err == nil {
			var got claims
			if err := s.Verify(signed, &got); err != nil || utf8.ValidString(who) && got.Who != who {
				t.Fatalf("its own token %q of %q gives %q, %v", signed, who, got.Who, err)
			}
		}
		var body json.RawMessage
		if s.Verify(token, &body) != nil {
			return
		}
		if again, err := s.Sign(body); err != nil || again != token {
			t.Fatalf("accepted %q, would sign %q, %v", token, again, err)
		}
	})
}

// Texts are named as they are divided, so that no text of one can pass for two.
func TestNamesAreOfTheirTexts(t *testing.T) {
	s, err := seal.NewSigner(bytes.Repeat([]byte("s"), 32), "test")
	if err != nil {
		t.Fatal(err)
	}
	other, err := seal.NewSigner(bytes.Repeat([]byte("s"), 32), "other")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for what, name := range map[string]string{
		"a, b": s.Name("a", "b"), "ab": s.Name("ab"), "a|b": s.Name("a|b"), "b, a": s.Name("b", "a"), "a, b and nothing": s.Name("a", "b", ""), "nothing": s.Name(), "as written": s.Name("1:a|1:b|"),
		"another purpose": other.Name("a", "b"),
	} {
		if before, taken := seen[name]; taken || len(name) != 26 {
			t.Errorf("%s and %s are both %q", what, before, name)
		}
		seen[name] = what
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if s.Name("a", "b") != s.Name("a", "b") || seen[s.Name("a", "b")] != "a, b" {
				t.Error("a name changes")
			}
		})
	}
	group.Wait()
}
