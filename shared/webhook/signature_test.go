package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"omniops/shared/fault"
)

// The vectors were made by the platforms' own libraries, or by their rules.
func TestVectors(t *testing.T) {
	for name, c := range map[string]struct {
		signature    *Signature
		body, header string
	}{
		"Shopify":     {NewBase64([]byte("shpss_test")), `{"shop_id":1,"shop_domain":"demo.myshopify.com"}`, "xQIk9ZWKSY3f8hv1ci4rrq5peFsLa5dGdNb2cpJUHxo="},
		"WooCommerce": {NewBase64([]byte("wc_secret")), `{"id":42}`, "kT0+Ui9NnCImUpNxywnAbbEGP32bbCPP8rEe8VwWZFg="},
		"Meta":        {NewHex([]byte("appsecret")), `{"object":"page","entry":[]}`, "sha256=0e9e0080a310f376450c46d999aa4d49ed772bfe43c13205f38a3a6e6611ed2b"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.signature.Check(c.header, []byte(c.body)); err != nil {
				t.Fatal(err)
			}
			for what, header := range map[string]string{
				"missing": "", "flipped": flip(c.header), "longer": c.header + "=", "shorter": c.header[:len(c.header)-1], "spaced": " " + c.header, "doubled": c.header + "," + c.header,
			} {
				if err := c.signature.Check(header, []byte(c.body)); fault.KindOf(err) != fault.Unauthenticated || err == nil {
					t.Errorf("%s: %v", what, err)
				}
			}
			if c.signature.Check(c.header, []byte(c.body+" ")) == nil {
				t.Error("another body passes")
			}
		})
	}
}

// flip changes one bit of a signature's last digit before its padding.
func flip(header string) string {
	b := []byte(header)
	i := len(strings.TrimRight(header, "=")) - 1
	if b[i]++; b[i] > 'z' {
		b[i] = 'a'
	}
	return string(b)
}

func TestHexadecimalDigitsInEitherCase(t *testing.T) {
	s := NewHex([]byte("appsecret"))
	if err := s.Check("sha256=0E9E0080A310F376450C46D999AA4D49ED772BFE43C13205F38A3A6E6611ED2B", []byte(`{"object":"page","entry":[]}`)); err != nil {
		t.Error(err)
	}
}

func TestTwoSecretsHoldWhileOneIsChanged(t *testing.T) {
	body := []byte("{}")
	sign := func(secret string) string {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		return base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	both, after := NewBase64([]byte("new"), []byte("old")), NewBase64([]byte("new"), nil)
	for name, c := range map[string]struct {
		s      *Signature
		secret string
		good   bool
	}{
		"both take the new": {both, "new", true}, "both take the old": {both, "old", true}, "then the new alone": {after, "new", true},
		"then not the old": {after, "old", false}, "no secret takes none": {NewBase64(nil), "", false}, "none at all": {NewBase64(), "", false},
	} {
		if err := c.s.Check(sign(c.secret), body); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

const signedQuery = "code=abc123&host=YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvZGVtbw&shop=demo.myshopify.com&state=n0nce&timestamp=1700000000"

func TestQueries(t *testing.T) {
	q := NewQuery([]byte("shpss_test"))
	for name, c := range map[string]struct {
		query string
		good  bool
	}{
		"as signed":        {signedQuery + "&hmac=389aa16f4c7e43d795f2febefa331a74cd475c60a8d940193733cc8160088a9c", true},
		"in another order": {"hmac=389aa16f4c7e43d795f2febefa331a74cd475c60a8d940193733cc8160088a9c&timestamp=1700000000&state=n0nce&shop=demo.myshopify.com&host=YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvZGVtbw&code=abc123", true},
		"encoded anew":     {strings.Replace(signedQuery, "abc", "%61bc", 1) + "&hmac=389aa16f4c7e43d795f2febefa331a74cd475c60a8d940193733cc8160088a9c", true},
		"another shop":     {strings.Replace(signedQuery, "demo.", "evil.", 1) + "&hmac=389aa16f4c7e43d795f2febefa331a74cd475c60a8d940193733cc8160088a9c", false},
		"one more value":   {signedQuery + "&x=1&hmac=389aa16f4c7e43d795f2febefa331a74cd475c60a8d940193733cc8160088a9c", false},
		"a value twice":    {signedQuery + "&code=abc123&hmac=389aa16f4c7e43d795f2febefa331a74cd475c60a8d940193733cc8160088a9c", false},
		"two signatures":   {signedQuery + "&hmac=389aa16f4c7e43d795f2febefa331a74cd475c60a8d940193733cc8160088a9c&hmac=00", false},
		"upper case":       {signedQuery + "&hmac=389AA16F4C7E43D795F2FEBEFA331A74CD475C60A8D940193733CC8160088A9C", false},
		"none":             {signedQuery, false},
		"empty":            {"hmac=", false},
	} {
		values, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Check(values); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The law: a check accepts exactly the header that its key signs for the body.
func FuzzSignature(f *testing.F) {
	f.Add("xQIk9ZWKSY3f8hv1ci4rrq5peFsLa5dGdNb2cpJUHxo=", []byte(`{"shop_id":1,"shop_domain":"demo.myshopify.com"}`))
	f.Add("sha256=0e9e0080a310f376450c46d999aa4d49ed772bfe43c13205f38a3a6e6611ed2b", []byte("{}"))
	f.Add("", []byte{})
	secret := []byte("shpss_test")
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		mac := hmac.New(sha256.New, secret)
		mac.Write(body)
		sum := mac.Sum(nil)
		base, digits := base64.StdEncoding.EncodeToString(sum), "sha256="+hex.EncodeToString(sum)
		safe := base64.RawURLEncoding.EncodeToString(sum)
		for _, c := range []struct {
			s           *Signature
			good, other string
		}{{NewBase64(secret), base, digits}, {NewHex(secret), digits, base}, {NewBase64URL(secret), safe, digits}} {
			if c.s.Sign(body) != c.good {
				t.Fatalf("signed as %q, not %q", c.s.Sign(body), c.good)
			}
			if err := c.s.Check(c.good, body); err != nil {
				t.Fatalf("%q: %v", c.good, err)
			}
			if c.s.Check(c.other, body) == nil {
				t.Fatalf("%q passes as well", c.other)
			}
			accepted := c.s.Check(header, body) == nil
			decoded, _ := hex.DecodeString(strings.TrimPrefix(header, "sha256="))
			means := header == c.good || c.good == safe && strings.TrimRight(header, "=") == safe || c.good == digits && len(header) == len(digits) && strings.HasPrefix(header, "sha256=") && bytes.Equal(decoded, sum)
			if accepted != means {
				t.Fatalf("%q: accepted %v", header, accepted)
			}
		}
	})
}

// The law: a query passes exactly with the signature of its other values.
func FuzzQuery(f *testing.F) {
	f.Add(signedQuery, "389aa16f4c7e43d795f2febefa331a74cd475c60a8d940193733cc8160088a9c")
	f.Add("a=1&a=2&signature=x", "")
	q := NewQuery([]byte("shpss_test"))
	f.Fuzz(func(t *testing.T, raw, signature string) {
		values, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		values["hmac"] = []string{signature}
		var parts []string
		once := true
		for _, part := range strings.Split(values.Encode(), "&") { // sorted by name
			name, _, _ := strings.Cut(part, "=")
			if name == "hmac" || name == "signature" {
				continue
			}
			parts = append(parts, strings.ReplaceAll(part, "+", "%20"))
		}
		for name, v := range values {
			once = once && (len(v) == 1 || name == "signature")
		}
		mac := hmac.New(sha256.New, []byte("shpss_test"))
		mac.Write([]byte(strings.Join(parts, "&")))
		want := hex.EncodeToString(mac.Sum(nil))
		if got := q.Check(values) == nil; got != (once && signature == want) {
			t.Fatalf("%q with %q: accepted %v", raw, signature, got)
		}
		values["hmac"] = []string{want}
		if got := q.Check(values) == nil; got != once {
			t.Fatalf("%q: accepted %v", raw, got)
		}
	})
}
