package mask

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"omniops/shared/claim"
)

func TestMask(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"e-mail", "Write to jo.bloggs+shop@mail.example.co.uk please.", "Write to [email_1] please."},
		{"same address twice", "a@b.example and a@b.example, not c@b.example", "[email_1] and [email_1], not [email_2]"},
		{"umlauts", "jörg@müller.example", "[email_1]"},
		{"full-width at", "jo＠example.com", "[email_1]"},
		{"hidden joiner", "jo\u200bhn@exa\u200bmple.com", "[email_1]"},
		{"encoded in a URL", "https://shop.example/?email=jo%40example.com&x=1", "https://shop.example/?email=[email_1]&x=1"},
		{"mailto", "<mailto:jo@example.com>", "<mailto:[email_1]>"},
		{"end of a sentence", "It is jo@example.com.", "It is [email_1]."},
		{"international phone", "Ring +44 (0)20 7946 0958 today", "Ring [phone_1] today"},
		{"wide plus", "＋49 30 1234567", "[phone_1]"},
		{"00 prefix", "0049 30 1234567", "[phone_1]"},
		{"American", "(415) 555-0134 or 415.555.0134, 1-415-555-0134", "[phone_1] or [phone_2], [phone_3]"},
		{"ten digits", "my mobile is 4155550134", "my mobile is [phone_1]"},
		{"British", "020 7946 0958 9am to 5pm", "[phone_1] 9am to 5pm"},
		{"French", "appelez le 06 12 34 56 78", "appelez le [phone_1]"},
		{"German", "Tel. 030/1234567", "Tel. [phone_1]"},
		{"Spanish", "612 345 678", "[phone_1]"},
		{"tel URL", "tel:+15555550134", "tel:[phone_1]"},
		{"WhatsApp link", "https://wa.me/447700900123", "https://wa.me/[phone_1]"},
		{"card", "card 4242 4242 4242 4242 exp 12/27", "card [card] exp 12/27"},
		{"card with dashes", "4242-4242-4242-4242", "[card]"},
		{"card in one piece", "PAN4242424242424242!", "PAN[card]!"},
		{"card by the digit", "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2", "[card]"},
		{"card over two lines", "4242 4242\n4242 4242", "[card]"},
		{"Arabic digits", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "[card]"},
		{"full-width digits", "４２４２ ４２４２ ４２４２ ４２４２", "[card]"},
		{"American Express", "3782 822463 10005", "[card]"},
		{"after an order number", "1042 4242424242424242", "1042 [card]"},
		{"security code", "CVV: 123, cvc is 4567", "CVV: [card], cvc is [card]"},
		{"no card: wrong check digit", "4242 4242 4242 4241", "4242 4242 4242 4241"},
		{"bank account", "IBAN DE89 3704 0044 0532 0130 00 thanks", "IBAN [iban_1] thanks"},
		{"bank account in one piece", "gb82west12345698765432", "[iban_1]"},
		{"no bank account: wrong check digits", "GB83WEST12345698765432x", "GB83WEST12345698765432x"},
		{"social security", "SSN 078-05-1120", "SSN [insurance_1]"},
		{"national insurance", "AB 12 34 56 C and ab123456c", "[insurance_1] and [insurance_2]"},
		{"token parameter", "https://shop.example/o/7?token=abc&page=2&access_token=x.y", "https://shop.example/o/7?token=[token_1]&page=2&access_token=[token_2]"},
		{"password in URL", "https://jo:hunter2@shop.example/a", "https://[token_1]@shop.example/a"},
		{"order key", "https://shop.example/checkout/?key=wc_order_5Fk2x9", "https://shop.example/checkout/?key=[token_1]"},
		{"camel case", "?accessToken=q1w2", "?accessToken=[token_1]"},
		{"hex in a path", "https://shop.example/orders/9f86d081884c7d659a2feaa0c55ad015/status", "https://shop.example/orders/[token_1]/status"},
		{"base 64", "x: 5Jt2Kd9+aQ7/ZrB3mN8vXw1L==", "x: [token_1]"},
		{"JSON Web Token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9", "[secret]"},
		{"model key", "sk-proj-4fTq8Zw2LmN0pRs6", "[secret]"},
		{"Shopify token", "token shpat_0123456789abcdef0123456789abcdef.", "token [secret]."},
		{"bearer", "Authorization: Bearer abcdef-ghijkl-mnopqr", "Authorization: Bearer [secret]"},
		{"private key", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", "[secret] PRIVATE KEY-----"},
		{"IPv4", "from 203.0.113.7:8080.", "from [ip_1]:8080."},
		{"IPv6", "from [2001:db8::7] or fe80::1.", "from [[ip_1]] or [ip_2]."},
		{"browser", "It says Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 here",
			"It says [browser_1] here"},
		{"curl", "I used curl/8.1.2.", "I used [browser_1]."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := New().Mask(c.in); got != c.want {
				t.Errorf("Mask(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
}

// TestMaskKeeps holds what shoppers and pages say that is not personal.
func TestMaskKeeps(t *testing.T) {
	for _, s := range []string{
		"Where is order #1042?", "order #1000234567", "ORD-10042", "ORD-2026-0001234567", "order number 0123456789", "WC-5551234567",
		"SKU KTL-17L-BRS-2026", "EAN 4006381333931", "ISBN 978-3-16-148410-0", "tracking 1Z999AA10123456784", "article no. 0123456789",
		"£1,299.00", "1.299,00 €", "$24.99 each", "EUR 1 299 000", "0.125 0.250", "30 x 40 x 12 cm", "1.7 l, 2200 W",
		"24/11/2026", "2026-11-24", "24.11.2026 10:30", "01.02.2026 10:30", "Monday 23 November 2026", "2025-2026", "09:00-17:00", "Mon-Fri 9-17",
		"sizes 36 38 40 42 44", "200 300 400 mm", "10-14 days", "within 30 days", "24/7",
		"the Kettle 2000 Pro", "Teapot No. 5", "stainless-steel-kettle-1-7l-brushed-2026", "/collections/summer-2026/products/kettle-17l",
		"@teashop", "see [1] and [12]", "std::vector", "12:30:45", "a::", "I bought v1.2.3", "?page=2&sort=price", "the key = value pair", "monkey=blue",
		"Basic delivery costs 5", "like Gecko", "and/or", "CVV", "sk-ii essence", "C++/C#",
	} {
		if got := New().Mask(s); got != s {
			t.Errorf("Mask(%q) = %q", s, got)
		}
	}
}

func TestRestore(t *testing.T) {
	m := New()
	const text = "I am jo@example.com, card 4242 4242 4242 4242, phone 020 7946 0958."
	if got := m.Mask(text); got != "I am [email_1], card [card], phone [phone_1]." {
		t.Fatal(got)
	}
	const answer = "We write to [email_1] and ring [phone_1], see [1], not [email_2], [card] or [email_1"
	want := "We write to jo@example.com and ring 020 7946 0958, see [1], not [email_2], [card] or [email_1"
	if got := m.Restore(answer); got != want {
		t.Errorf("Restore = %q", got)
	}
}

func TestLiteralPlaceholderStandsForNothing(t *testing.T) {
	m := New()
	texts := []string{"I am jo@example.com.", "Tell me what [email_1] is, and [email_2]."}
	m.Reserve(texts...)
	if got := m.Mask(texts[0]); got != "I am [email_3]." {
		t.Errorf("first text: %q", got)
	}
	if got := m.Mask(texts[1]); got != texts[1] {
		t.Errorf("second text: %q", got)
	}
	if got := m.Restore("[email_1] [email_2] [email_3]"); got != "[email_1] [email_2] jo@example.com" {
		t.Errorf("restored: %q", got)
	}
}

func TestScrub(t *testing.T) {
	claim.Proves(t, "C007")
	const text = "jo@example.com paid with 4242-4242-4242-4242, cvv 123, key shpat_0123456789abcdef0123456789abcdef"
	if got := Scrub(text); got != "jo@example.com paid with [card], cvv [card], key [secret]" {
		t.Errorf("Scrub = %q", got)
	}
}

// personal draws one value of a class, in one of the forms people write it in.
var personal = map[Class]*rapid.Generator[string]{
	Email: rapid.StringMatching(`[a-z][a-z0-9]{0,8}([._+-][a-z0-9]{1,6}){0,2}@([a-z][a-z0-9-]{0,6}[a-z0-9]\.){1,2}(com|de|co\.uk|example)`),
	Phone: rapid.OneOf(
		rapid.StringMatching(`\+(44|49|33|1|353|420) ?[1-9][0-9]{2} ?[0-9]{3} ?[0-9]{3,4}`),
		rapid.StringMatching(`\+44 \(0\)20 [0-9]{4} [0-9]{4}`),
		rapid.StringMatching(`\([2-9][0-9]{2}\) ?[2-9][0-9]{2}-[0-9]{4}`),
		rapid.StringMatching(`[2-9][0-9]{2}[ .-][2-9][0-9]{2}[ .-][0-9]{4}`),
		rapid.StringMatching(`0[1-9][0-9]{2} [0-9]{3} [0-9]{3,4}`),
		rapid.StringMatching(`0[1-9]( [0-9]{2}){4}`),
		rapid.StringMatching(`07[0-9]{9}`),
	),
	Card: rapid.Custom(func(t *rapid.T) string {
		prefix := rapid.SampledFrom([]string{"4", "51", "55", "2221", "6011", "65", "3528", "62", "34", "37", "36"}).Draw(t, "prefix")
		length := 16
		switch prefix {
		case "34", "37":
			length = 15
		case "36":
			length = 14
		}
		return spaced(t, withCheckDigit(prefix, rapid.StringMatching(`[0-9]{18}`).Draw(t, "rest"), length))
	}),
	BankNo: rapid.Custom(func(t *rapid.T) string {
		number := bankAccount(rapid.SampledFrom([]string{"DE", "GB", "FR", "NL", "NO", "MT"}).Draw(t, "country"), rapid.StringMatching(`[0-9]{30}`).Draw(t, "rest"))
		if rapid.Bool().Draw(t, "grouped") {
			var groups []string
			for ; len(number) > 4; number = number[4:] {
				groups = append(groups, number[:4])
			}
			return strings.Join(append(groups, number), " ")
		}
		return number
	}),
	Token: rapid.OneOf(
		rapid.StringMatching(`https://shop\.example/o\?(token|key|api_key|sig)=[A-Za-z0-9_.-]{1,20}`),
		rapid.StringMatching(`[0-9a-f]{39}[0-9]`).Filter(func(s string) bool { return strings.ContainsAny(s, "abcdef") }),
	),
	Secret: rapid.OneOf(
		rapid.StringMatching(`sk-(proj-)?[A-Za-z]{8}[A-Za-z0-9]{20}[0-9]`),
		rapid.StringMatching(`shp(at|ss|ca)_[0-9a-f]{31}a`).Filter(func(s string) bool { return strings.ContainsAny(s, "0123456789") }),
		rapid.StringMatching(`eyJ[A-Za-z0-9_-]{20}\.[A-Za-z0-9_-]{20}\.[A-Za-z0-9_-]{20}`),
	),
	Address: rapid.OneOf(
		rapid.Map(rapid.SliceOfN(rapid.IntRange(0, 255), 4, 4), func(o []int) string { return fmt.Sprintf("%d.%d.%d.%d", o[0], o[1], o[2], o[3]) }),
		rapid.StringMatching(`2001:db8(:[0-9a-f]{1,4}){6}`),
		rapid.StringMatching(`fe80::[0-9a-f]{1,4}:[0-9a-f]{1,4}`),
	),
	Browser:   rapid.StringMatching(`Mozilla/5\.0 \((X11|Windows NT 10\.0; Win64); [a-z]{2}\) Gecko/20[0-9]{6} Firefox/1[0-9]{2}\.0`),
	Insurance: rapid.OneOf(rapid.StringMatching(`[1-6][0-57-9][0-57-9]-[1-9][0-9]-[0-9]{3}[1-9]`), rapid.StringMatching(`[ACEHJ][ABCEH] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]`)),
}

// withCheckDigit completes a card number of a length by its Luhn digit.
func withCheckDigit(prefix, rest string, length int) string {
	body := (prefix + rest)[:length-1]
	for d := byte('0'); d <= '9'; d++ {
		digits := []byte(body + string(d))
		for i := range digits {
			digits[i] -= '0'
		}
		if isCard(digits) {
			return body + string(d)
		}
	}
	panic("no check digit for " + body)
}

// bankAccount completes an account number of a country by its check digits.
func bankAccount(country, rest string) string {
	at := strings.Index(bankLengths, country)
	length := int(bankLengths[at+2]-'0')*10 + int(bankLengths[at+3]-'0')
	for check := 2; check <= 98; check++ {
		number := fmt.Sprintf("%s%02d%s", country, check, rest[:length-4])
		if _, ok := bankNo(number, 0, 0); ok {
			return number
		}
	}
	panic("no check digits for " + country)
}

// spaced writes digits as people do.
func spaced(t *rapid.T, digits string) string {
	by := rapid.SampledFrom([]string{"", " ", "-", ".", "\u00a0", " - "}).Draw(t, "separator")
	zero := rapid.SampledFrom([]rune{'0', '٠', '０', '०'}).Draw(t, "script")
	var out strings.Builder
	for i, d := range digits {
		if i > 0 && i%4 == 0 {
			out.WriteString(by)
		}
		out.WriteRune(zero + d - '0')
	}
	return out.String()
}

var classNames = []Class{Email, Phone, Card, BankNo, Token, Secret, Address, Browser, Insurance}

// sentence draws a text with personal values in it, and the values.
func sentence(t *rapid.T) (text string, values []string, kinds []Class) {
	words := rapid.SampledFrom([]string{"Hello", "I ordered #1042 on 24/11/2026", "please write to", "or", "my details:", "für", "日本", "(see", "£12.50", "thanks", "[1]", "[email_1]", "\n"})
	var out strings.Builder
	for range rapid.IntRange(1, 5).Draw(t, "parts") {
		out.WriteString(words.Draw(t, "words") + rapid.SampledFrom([]string{" ", ": ", "\n", " <"}).Draw(t, "gap"))
		class := rapid.SampledFrom(classNames).Draw(t, "class")
		value := personal[class].Draw(t, "value")
		out.WriteString(value + rapid.SampledFrom([]string{", ", "! ", "\n", " ; ", "> "}).Draw(t, "end"))
		values, kinds = append(values, value), append(kinds, class)
	}
	return out.String(), values, kinds
}

// TestNothingPersonalSurvives is the first law of masking.
func TestNothingPersonalSurvives(t *testing.T) {
	claim.Proves(t, "C057")
	rapid.Check(t, func(t *rapid.T) {
		text, values, kinds := sentence(t)
		masked := New().Mask(text)
		for i, v := range values {
			if name, token, found := strings.Cut(v, "="); found {
				if kinds[i] == Token && strings.Contains(masked, name+"="+token) {
					t.Fatalf("the value of %s survives in %q", name, masked)
				}
				continue
			}
			if strings.Contains(masked, v) {
				t.Fatalf("%s %q survives: %q became %q", kinds[i], v, text, masked)
			}
		}
		if class, found := Find(masked); found {
			t.Fatalf("%s is still found in %q", class, masked)
		}
	})
}

// anything draws text that is rich in what the rules look at.
var anything = rapid.OneOf(
	speech,
	speech,
	rapid.StringOfN(rapid.RuneFrom([]rune("0123456789 +-()./@:=?&[]_abcdefxyzABCXYZ%40#\n٤é＠")), 0, 60, -1),
	rapid.String(),
	rapid.Custom(func(t *rapid.T) string { text, _, _ := sentence(t); return text }),
	rapid.Map(rapid.SliceOf(rapid.SampledFrom([]string{
		"@", "a.b", ".com", "4242", "424242424242", "+44", " ", "020", "7946 0958", "[email_1]", "[card]", "[", "]", "://", "jo:pw", "token=", "x", "%40",
		"sk-", "DE89", "370400440532013000", "192.168.0.1", "::", "fe80", "Mozilla/5.0", "(", ")", "cvv", "123", "-", "=", "9f86d081884c7d659a2f",
	})), func(parts []string) string { return strings.Join(parts, "") }),
)

// TestMaskingTwiceChangesNothing is the second law.
func TestMaskingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anything.Draw(t, "text")
		m := New()
		once := m.Mask(s)
		if twice := m.Mask(once); twice != once {
			t.Fatalf("%q\nonce  %q\ntwice %q", s, once, twice)
		}
		if again := New().Mask(once); again != once {
			t.Fatalf("%q\nonce  %q\nagain %q", s, once, again)
		}
		if scrubbed := Scrub(s); Scrub(scrubbed) != scrubbed {
			t.Fatalf("%q\nscrubbed %q\nagain    %q", s, scrubbed, Scrub(scrubbed))
		}
	})
}

// TestRestoreUndoesMask is the third law. It also cuts the text anywhere, as a
// stream does.
func TestRestoreUndoesMask(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Scrub(anything.Draw(t, "text"))
		m := New()
		masked := m.Mask(s)
		for _, value := range m.values {
			if strings.ContainsAny(value, "\"\\\n\r") {
				t.Fatalf("%q could not be put back inside a JSON string", value)
			}
		}
		if strings.Count(masked, "[card]") != strings.Count(s, "[card]") || strings.Count(masked, "[secret]") != strings.Count(s, "[secret]") {
			return // a card or a secret came to light only behind a placeholder
		}
		if got := m.Restore(masked); got != s {
			t.Fatalf("%q\nmasked   %q\nrestored %q", s, masked, got)
		}
		var out strings.Builder
		r := m.Restorer()
		for rest := masked; rest != ""; {
			n := rapid.IntRange(1, min(len(rest), 9)).Draw(t, "piece")
			r.Write(&out, []byte(rest[:n]))
			if r.n > longest {
				t.Fatalf("holds back %d bytes", r.n)
			}
			rest = rest[n:]
		}
		r.Flush(&out)
		if out.String() != s {
			t.Fatalf("streamed %q, want %q", out.String(), s)
		}
	})
}

func FuzzMask(f *testing.F) {
	for _, s := range []string{"jo@example.com 4242 4242 4242 4242", "+44 20 7946 0958", "https://a:b@c/?token=d", "[email_1] x@y.de", "DE89370400440532013000", "fe80::1 10.0.0.1",
		"my name is Jane Doe, 12 High Street, Leeds LS1 4AB", "jane at mail dot com", "我叫王小明", "住所は東京都渋谷区神南1-2-3です", "Thanks,\nJane", "call me on 555 0134", "jane[at]mail[dot]com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := New()
		masked := m.Mask(s)
		if class, found := Find(masked); found {
			t.Errorf("%s is found in %q", class, masked)
		}
		if again := m.Mask(masked); again != masked {
			t.Errorf("masking again turns %q into %q", masked, again)
		}
		if !strings.Contains(masked, "[card]") && !strings.Contains(masked, "[secret]") && m.Restore(masked) != s {
			t.Errorf("%q comes back as %q", s, m.Restore(masked))
		}
	})
}

func TestRestorerAllocatesNothingForPlainText(t *testing.T) {
	r := New().Restorer()
	var out strings.Builder
	out.Grow(1 << 20)
	piece := []byte(" kettles, see [1]")
	if n := testing.AllocsPerRun(1000, func() { r.Write(&out, piece) }); n != 0 {
		t.Errorf("%v allocations for a plain piece", n)
	}
}

// said draws what the rules for people's words look at.
var said = []string{"my name is ", "Jane", " Doe", "I'm ", "Mr. ", "van der ", "Regards,\n", "Hi ", ", ", ".", "\n", " ", "12 ", "High Street", " Rd", "Hauptstr. ", "10115 Berlin", "Calle ", "rue de la ", "LS1 4AB",
	" at ", " dot com", " (at) ", "gmail", "[at]", "my address is ", "call me on ", "passport ", "born on ", "12.03.1985", "我叫", "王小明", "北京市朝阳区建国路", "88号", "の名前は", "山田太郎", "です", "様", "さん", "〒", "150-0041", "-",
	"'s", "[name_1]", "[address_1]", "[", "(22) ", "123 45 67", "12345678Z", "No: ", "Apt ", "\u200b", "ß", "İ", "Ad Soyad: ", "Name: ", "ul. ", "Caddesi ", "PO Box ", "+81 ", "1985年3月12日生まれ", "住所は", "１２"}

var speech = rapid.Map(rapid.SliceOfN(rapid.SampledFrom(said), 0, 14), func(parts []string) string { return strings.Join(parts, "") })

func BenchmarkMask(b *testing.B) {
	const text = "You can return a kettle within 30 days of delivery (£24.99, order #1042). Write to help@shop.example or ring 020 7946 0958. " +
		"We refund the full price, in the currency you paid in, once the parcel is back with us in Leeds; that takes 5 to 7 working days. "
	s := strings.Repeat(text, 40)
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		New().Mask(s)
	}
}

// BenchmarkMessage masks a person's message of 2,000 characters.
func BenchmarkMessage(b *testing.B) {
	const text = "Hello, my name is Jane Doe and I ordered the brass kettle (order #1042) two weeks ago. It should go to 12 High Street, Leeds LS1 4AB, but the " +
		"courier says there is nobody there. You can write to jane@mail.example or ring 020 7946 0958 after five in the evening. I would like to have the money back please. "
	s := strings.Repeat(text, 7)[:2000]
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		New().Mask(s)
	}
}

// BenchmarkPrompt masks what a prompt of 24 KB holds: pages for the most part.
func BenchmarkPrompt(b *testing.B) {
	const text = "You can return a kettle within 30 days of delivery (£24.99, order #1042). Write to help@shop.example or ring 020 7946 0958. " +
		"We refund the full price, in the currency you paid in, once the parcel is back with us in Leeds; that takes 5 to 7 working days. "
	page := strings.Repeat(text, 4)
	b.SetBytes(24 << 10)
	b.ReportAllocs()
	for b.Loop() {
		m := New()
		m.Mask("Hello, my name is Jane Doe. How long do I have to return a kettle? Mail me at jane@mail.example")
		for range 24 {
			m.MaskPage(page)
		}
	}
}

// TestHostileTextIsQuick masks texts that repeat what a rule begins with. A
// rule that looked at the whole text from each place would take minutes.
func TestHostileTextIsQuick(t *testing.T) {
	for _, part := range []string{
		"1 ", "1", ":", "a:", "@", "a@", "a.", "=", "token=", "://", "[", "[email_", "Mozilla/5.0 (", "-----BEGIN PRIVATE KEY", "+1 ", "(1) ", "%40",
		"a@b.com ", "4242424242424242 ", "٤", "a1", "DE89 ", "AB1", "eyJ.", "bearer ", "cvv ", "1.1.1.", "::1", "Aa1+", "Aa1/", "\u200b",
	} {
		s := strings.Repeat(part, 1<<16/len(part))
		quick(t, part, s)
	}
	for _, part := range []string{
		"my name is ", "my name is Jane ", "I'm Ana ", "I'm Ana, ", "Jane Doe, ", "Mr. ", "Hi Jane, ", "Thanks, Jane\n", "12 High Street, ", "12 ", "High Street ", "Street ", "Calle ", "Calle Mayor 1 ", "rue ", "ul. ", "a at b dot c ", "at ", " at", "dot ", " @ ", "a @ b . c ",
		"LS1 4AB ", "my address is ", "my address is 1 ", "call me on ", "call me on 1 ", "passport ", "born on 1 ", "我叫", "我叫王小明", "王", "様", "田様", "と申します", "北京市", "北京市路1号", "北京", "は", "〒150-0041", "1年1月1日", "Jane ", "jane ", "JANE ", "de ", "van ", "O'", "J. ", "10115 Berlin ", "Name: Al\n",
		"No: 1 ", "Cad. ", "[name_1] ", "[address_1]", "Jane Doe\n[address_1]\n", "Jane Doe, [address_1], ", "12345678Z ", "1-", "(22) 1", "Mah. ",
	} {
		quick(t, part, strings.Repeat(part, 1<<14/len(part)))
	}
}

// quick masks a text that repeats a part.
func quick(t *testing.T, part, s string) {
	started := time.Now()
	if class, found := Find(New().Mask(s)); found {
		t.Errorf("%q repeated: %s is left", part, class)
	}
	if d := time.Since(started); d > 5*time.Second {
		t.Errorf("%q repeated took %v", part, d)
	}
}

func TestPasswords(t *testing.T) {
	for text, want := range map[string]string{
		"my password is Hunter2secret! return kettle how long": "my password is [secret] return kettle how long",
		"Password: s3cret99, thanks":                           "Password: [secret], thanks",
		"mein Passwort lautet Katze99":                         "mein Passwort lautet [secret]",
		"mon mot de passe est Chat2000":                        "mon mot de passe est [secret]",
		"my password is lost":                                  "my password is lost",
		"I forgot my password, how do I reset it?":             "I forgot my password, how do I reset it?",
		"the password is not working":                          "the password is not working",
	} {
		if got := Scrub(text); got != want {
			t.Errorf("Scrub(%q) = %q, want %q", text, got, want)
		}
	}
}
