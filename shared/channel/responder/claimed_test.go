package responder

import (
	"strings"
	"testing"

	"omniops/shared/commerce"
)

func TestClaimIn(t *testing.T) {
	jane, phone := commerce.Contact{Email: "jane.doe@example.com"}, commerce.Contact{Phone: "07700900123"}
	for text, want := range map[string]commerce.Claimed{
		"1042 jane.doe@example.com":                                 {Number: "1042", Contact: jane},
		"#1042, Jane.Doe@Example.com":                               {Number: "1042", Contact: jane},
		"jane.doe@example.com\n# 1042":                              {Number: "1042", Contact: jane},
		"＃１０４２ jane.doe@example.com":                                {Number: "1042", Contact: jane},
		"My order is 1042 and my e-mail is <jane.doe@example.com>.": {Number: "1042", Contact: jane},
		"I bought 2 kettles on 12 May 2026, order number: 1042, from jane.doe@example.com and I would like to know where they are": {Number: "1042", Contact: jane},
		"Bestellung Nr. 1042, mailto:jane.doe@example.com":                                                                         {Number: "1042", Contact: jane},
		"commande n° 1042 jane.doe@example.com":                                                                                    {Number: "1042", Contact: jane},
		"*1042* _jane.doe@example.com_":                                                                                            {Number: "1042", Contact: jane},
		"kc-1042-exch jane.doe@example.com":                                                                                        {Number: "KC-1042-EXCH", Contact: jane},
		"1042, 07700 900123":                                                                                                       {Number: "1042", Contact: phone},
		"1042 07700 900123":                                                                                                        {Number: "1042", Contact: phone},
		"07700 900123\n1042":                                                                                                       {Number: "1042", Contact: phone},
		"order 1042, phone +44 (0)7700 900-123":                                                                                    {Number: "1042", Contact: commerce.Contact{Phone: "+4407700900123"}},
		"#1042 612 345 678":                                                                                                        {Number: "1042", Contact: commerce.Contact{Phone: "612345678"}},
		"1042, 20 12 34 56":                                                                                                        {Number: "1042", Contact: commerce.Contact{Phone: "20123456"}},
		"":                                                                                                                         {},
		"1042":                                                                                                                     {Number: "1042"},
		"jane.doe@example.com":                                                                                                     {Contact: jane},
		"07700 900123":                                                                                                             {Contact: phone},
		"1042 or 1043, jane.doe@example.com":                                                                                       {Contact: jane},
		"1042 jane.doe@example.com eve@example.com":                                                                                {},
		"1042 jane@":                                                                                                               {},
		"Where is my order?":                                                                                                       {},
		"Please call me about the 2 kettles, 07700 900123":                                                                         {Contact: phone},
		"1042 OR name:* jane.doe@example.com":                                                                                      {Number: "1042", Contact: jane},
		strings.Repeat("1042 jane.doe@example.com ", 100):                                                                          {},
	} {
		got, ok := claimIn(text)
		if got.Number != want.Number || got.Contact != want.Contact || ok != (want.Number != "" && want.Contact != commerce.Contact{}) {
			t.Errorf("%q: %+v, %v", text, got, ok)
		}
	}
}

func TestCodeIn(t *testing.T) {
	for text, want := range map[string]string{
		"12345678": "12345678", " 1234 5678 ": "12345678", "1234-5678.": "12345678", "Code: 1234 5678": "12345678", "the code is 12345678!": "12345678",
		"Der Code lautet 1234 5678": "12345678", "el código es 12345678": "12345678", "１２３４ ５６７８": "12345678", "*1234 5678*": "12345678",
		"1234567": "", "123456789": "", "1234 5678 9": "", "order 12345678": "", "12345678 jane.doe@example.com": "", "": "", "12 34 56 78": "",
		"my code from 2024 is 12345678": "",
	} {
		if got, ok := codeIn(text); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", text, got, ok)
		}
	}
}

// Whatever is written, what is found in it is what commerce takes, and no longer
// than it was; a message is never a claim and a code at once.
func FuzzClaimIn(f *testing.F) {
	for _, seed := range []string{"#1042 jane.doe@example.com", "1042, +44 7700 900123", "1234 5678", "code 12345678", "# ＃１ a@b\n0", "1042 or 1043 07700 900123"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := claimIn(text)
		if n, err := commerce.ParseNumber(c.Number); c.Number != "" && (err != nil || n != c.Number) {
			t.Errorf("%q: the number %q is none", text, c.Number)
		}
		if typed := c.Contact.Email + c.Contact.Phone; typed != "" {
			if again, err := commerce.ParseContact(typed); err != nil || again != c.Contact {
				t.Errorf("%q: the contact %+v is none", text, c.Contact)
			}
		}
		code, isCode := codeIn(text)
		if isCode && (len(code) != 8 || strings.Trim(code, "0123456789") != "") {
			t.Errorf("%q: the code %q", text, code)
		}
		if ok && isCode {
			t.Errorf("%q is a claim and a code", text)
		}
	})
}
