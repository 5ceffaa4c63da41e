package commerce

import "testing"

func TestMoneyAsALanguageWritesIt(t *testing.T) {
	for _, c := range []struct {
		money          Money
		language, want string
	}{
		{Money{123450, "GBP"}, "en", "1234.50\u00a0GBP"},
		{Money{123450, "EUR"}, "de-AT", "1234,50\u00a0EUR"},
		{Money{5, "EUR"}, "fr", "0,05\u00a0EUR"},
		{Money{1950, "JPY"}, "de", "1950\u00a0JPY"},
		{Money{-1950, "KWD"}, "", "-1.950\u00a0KWD"},
	} {
		if got := c.money.In(c.language); got != c.want {
			t.Errorf("%v in %q: %q", c.money, c.language, got)
		}
	}
	if got := (Amount{Money{1000, "GBP"}, Money{1200, "EUR"}}).Both("en"); got != "12.00\u00a0EUR (10.00\u00a0GBP)" {
		t.Errorf("both: %q", got)
	}
	if got := (Amount{Money{1000, "GBP"}, Money{1000, "GBP"}}).Both("en"); got != "10.00\u00a0GBP" {
		t.Errorf("one: %q", got)
	}
}

// Whatever the rules leave to a person, the merchant is told why, in every language.
func TestEveryReasonHasWords(t *testing.T) {
	for _, language := range sentences.Languages() {
		words := sentences.In(language)
		for _, r := range []Reason{ByHand, TooLate, TooMuch, ExcludedItem, TooOften, PartlySent, Unclear} {
			if words["why_"+string(r)] == "" {
				t.Errorf("%s has no words for %q", language, r)
			}
		}
		for key := range sentences.In("en") {
			if words[key] == "" {
				t.Errorf("%s does not say %q", language, key)
			}
		}
	}
}
