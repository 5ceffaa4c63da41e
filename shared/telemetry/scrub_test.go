package telemetry_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"omniops/shared/id"
	"omniops/shared/telemetry"
)

func TestScrub(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "",
		"put item acme: no such table":   "put item acme: no such table",
		"mail to jane.doe@shop.example.": "mail to [email].",
		`{"email":"a@b.co","n":1}`:       `{"email":"[email]","n":1}`,
		"Authorization: Bearer abc.def-ghi, then":                               "Authorization: Bearer [token], then",
		"key sk-proj-abcdefghijkl1234 refused":                                  "key [key] refused",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x":                                "[key]",
		"AKIAIOSFODNN7EXAMPLE":                                                  "[key]",
		"session Zm9vYmFyMTIzNDU2Nzg5MEFCQ0RFRkdISUo-x9 ended":                  "session [key] ended",
		"read tcp 10.0.0.7:443->203.0.113.9:8443: reset":                        "read tcp 10.0.0.7:443->[ip]: reset",
		"dial 127.0.0.1:4566: refused":                                          "dial 127.0.0.1:4566: refused",
		"from 203.0.113.9 and 2001:db8::1, [2001:db8::2]:443":                   "from [ip] and [ip], [[ip]]:443",
		"call +4915112345678 back":                                              "call [phone] back",
		"/v1/chat?token=abc&q=jane@example.com":                                 "/v1/chat?token=abc&q=[email]",
		"request 6f1c9d3e-7c1b-4b0e-9c55-0d9b1f1c2a3b":                          "request 6f1c9d3e-7c1b-4b0e-9c55-0d9b1f1c2a3b",
		"arn:aws:secretsmanager:eu-west-2:123456789012:secret:OpenAiKey-AbCdEf": "arn:aws:secretsmanager:eu-west-2:123456789012:secret:OpenAiKey-AbCdEf",
		"omniops/shared/boot.(*process[...]).begin /src/shared/boot/boot.go:12": "omniops/shared/boot.(*process[...]).begin /src/shared/boot/boot.go:12",
	} {
		if got := telemetry.Scrub(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// Personal data goes wherever it stands, identifiers stay, and scrubbing twice
// changes nothing.
func TestScrubLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		canary := rapid.SampledFrom([]string{"jane.doe@example.com", "sk-ant-REDACTED", "198.51.100.23", "+447700900123"}).Draw(t, "canary")
		kept := string(id.Random[id.Shopper]())
		around := rapid.SampledFrom([]string{" ", "\n", `"`, ",", "=", "(", ": ", "<"})
		text := rapid.StringMatching(`[a-z ]{0,20}`).Draw(t, "before") + around.Draw(t, "left") + canary +
			around.Draw(t, "right") + kept + around.Draw(t, "end") + rapid.StringMatching(`[a-z .]{0,20}`).Draw(t, "after")
		once := telemetry.Scrub(text)
		if strings.Contains(once, canary) || !strings.Contains(once, kept) {
			t.Fatalf("%q became %q", text, once)
		}
		if twice := telemetry.Scrub(once); twice != once {
			t.Fatalf("%q, then %q", once, twice)
		}
	})
}

func FuzzScrub(f *testing.F) {
	f.Add("Bearer abcdefgh jane@example.com 203.0.113.9")
	f.Add("@.@.@:::1.2.3.4.5")
	f.Fuzz(func(t *testing.T, text string) {
		once := telemetry.Scrub(text)
		if twice := telemetry.Scrub(once); twice != once {
			t.Errorf("%q, %q, then %q", text, once, twice)
		}
	})
}
