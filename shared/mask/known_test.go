package mask

import "testing"

func TestKnownValues(t *testing.T) {
	for _, c := range []struct {
		name       string
		known      []string
		in         string
		mask, page string
	}{
		{"a name, however written", []string{"Jane Doe"}, "JANE DOE or jane  doe, not Jane Doerr", "[name_1] or [name_2], not [name_3] Doerr", "[name_1] or [name_2], not Jane Doerr"},
		{"a single word is not looked for in pages", []string{"Rose"}, "rose gold", "[name_1] gold", "rose gold"},
		{"longest first", []string{"Jane", "Jane Doe"}, "Jane Doe", "[name_1]", "[name_1]"},
		{"an address by lines", []string{"12 High Street\nLeeds LS1 4AB"}, "to 12, high street; leeds LS1 4AB!", "to [address_1]; [address_2]!", "to [address_1]; [address_2]!"},
		{"inside an e-mail address", []string{"Jane"}, "jane@example.com", "[email_1]", "[email_1]"},
		{"without width", []string{"Jane"}, "Ja\u200bne", "[name_1]", "Ja\u200bne"},
		{"Japanese", []string{"山田太郎"}, "山田太郎です", "[name_1]です", "[name_1]です"},
		{"short numbers are no values", []string{"12", "x", "", "5"}, "12 x 5", "12 x 5", "12 x 5"},
		{"quotes divide", []string{`Jane "JD" Doe`}, `{"to":"Jane"}`, `{"to":"[name_1]"}`, `{"to":"Jane"}`},
		{"a placeholder is no value", []string{"email"}, "[email_1] x@y.example", "[email_1] [email_2]", "[email_1] [email_2]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for text, want := range map[origin]string{words: c.mask, page: c.page} {
				m := New()
				m.Know(c.known...)
				got := m.mask(c.in, text)
				if got != want {
					t.Errorf("page %v: %q, want %q", text, got, want)
				}
				if again := m.mask(got, text); again != got {
					t.Errorf("masked again: %q", again)
				}
				if back := m.Restore(got); back != c.in {
					t.Errorf("restored %q", back)
				}
			}
		})
	}
}
