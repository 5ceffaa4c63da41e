package figure

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Each pair says the same.
func TestSame(t *testing.T) {
	for _, pair := range [][2]string{
		{"1.299,00 €", "1299 EUR"}, {"€1,299", "1299 Euro"}, {"1 299,00 €", "EUR 1.299,00"}, {"£3.95", "3.95 GBP"}, {"39,- €", "€39.00"},
		{"£39", "39 pounds"}, {"50 pence", "£0.50"}, {"95p", "£0.95"}, {"$12.50", "12.50 USD"}, {"CHF 20.–", "20 Franken"}, {"1'250 CHF", "CHF 1250"},
		{"thirty days", "30 days"}, {"30 Tage", "30 days"}, {"30-day", "30 jours"}, {"dreißig Tage", "30 days"}, {"trente jours", "30 days"},
		{"twenty-four months", "2 years"}, {"24 Monate", "zwei Jahre"}, {"10-jährige", "10 years"}, {"zehnjährige", "10 years"}, {"10 ans", "10 years"},
		{"two weeks", "14 days"}, {"48 hours", "2 Tage"}, {"5 working days", "5 Werktage"}, {"5 business days", "5 jours"}, {"ein Jahr", "1 year"},
		{"2 pm", "14:00"}, {"2 p.m.", "14 Uhr"}, {"5.30 pm", "17h30"}, {"5.30 pm", "17:30 Uhr"}, {"14 h", "2 pm"}, {"9:30 am", "9.30 Uhr"},
		{"1.7 litres", "1,7 Liter"}, {"1.7 l", "1700 ml"}, {"1.2 kg", "1200 g"}, {"25 cm", "250 mm"}, {"2,400 W", "2.4 kW"}, {"2.400 W", "2400 watts"},
		{"70 °C", "70°C"}, {"70 degrees", "70 °C"}, {"70 Grad Celsius", "70 °C"}, {"20 %", "20 percent"}, {"20 Prozent", "20%"}, {"20 pour cent", "20 %"},
		{"14 December 2026", "14.12.2026"}, {"14. Dezember 2026", "2026-12-14"}, {"December 14, 2026", "14 décembre 2026"}, {"1er mai", "1 May"}, {"31st of January", "January 31"},
		{"help@shop.example", "Help@Shop.Example"}, {"01632 960 418", "+44 1632 960418"}, {"(01632) 960-418", "01632960418"},
		{"KC-101", "kc101"}, {"62 decibels", "62 dB"}, {"220 V", "220 volts"}, {"free", "kostenlos"},
		{"no charge", "sans frais"}, {"costs nothing", "free"}, {"Shop.Example.com", "www.shop.example.com"}, {"kettle-deals.co.uk", "kettle-deals.co.uk"},
	} {
		a, b := Find(pair[0]), Find(pair[1])
		if len(a) != 1 || len(b) != 1 {
			t.Errorf("%q has %d figures, %q has %d: %+v %+v", pair[0], len(a), pair[1], len(b), a, b)
			continue
		}
		if !a[0].Same(b[0]) {
			t.Errorf("%q and %q differ: %+v, %+v", pair[0], pair[1], a[0].Readings, b[0].Readings)
		}
	}
}

// No pair says the same.
func TestDifferent(t *testing.T) {
	for _, pair := range [][2]string{
		{"30 days", "30 €"}, {"£39", "39 €"}, {"£39", "£39.50"}, {"30 days", "31 days"}, {"30 days", "1 month"}, {"KC-101", "KC-102"}, {"KC-101", "KC-10"},
		{"2 pm", "2 am"}, {"14 December 2026", "15 December 2026"}, {"14 December 2026", "14 December 2027"}, {"01632 960 418", "01632 960 419"},
		{"70 °C", "70 °F"}, {"1.7 l", "1.7 kg"}, {"5 %", "5 days"}, {"free", "£5"}, {"3 weeks", "3 days"},
	} {
		a, b := Find(pair[0]), Find(pair[1])
		if len(a) != 1 || len(b) != 1 {
			t.Errorf("%q has %d figures, %q has %d: %+v %+v", pair[0], len(a), pair[1], len(b), a, b)
			continue
		}
		if a[0].Same(b[0]) {
			t.Errorf("%q and %q are the same: %+v, %+v", pair[0], pair[1], a[0].Readings, b[0].Readings)
		}
	}
}

// Find sees what is a figure and nothing else.
func TestFind(t *testing.T) {
	for text, want := range map[string][]Kind{
		"You have 30 days from delivery.":                   {Duration},
		"It takes 2 to 3 working days and costs £3.95.":     {Duration, Duration, Money},
		"It takes two to three working days.":               {Duration, Duration},
		"1. Empty the kettle\n2. Ask for a label":           nil,
		"One of them may be returned.":                      nil,
		"You may 5 times":                                   {Plain},
		"23 × 16 × 25 cm":                                   {Length, Length, Length},
		"70, 80, 90 and 100 °C":                             {Temperature, Temperature, Temperature, Temperature},
		"Monday to Friday 9 am to 5.30 pm":                  {Clock, Clock},
		"Open 9 to 5 pm":                                    {Clock, Clock},
		"The KC-101 costs 89 pounds":                        {Code, Money},
		"an iPhone 15":                                      {Plain},
		"Bath BA1 2JY":                                      {Code, Code},
		"from £10 to £250, valid for 24 months":             {Money, Money, Months},
		"Delivery is free over £50":                         {Money, Money},
		"a BPA-free lid, free of lead":                      nil,
		"a guarantee of a year":                             {Months},
		"within the 1st week":                               {Plain},
		"10 an hour":                                        {Plain, Duration},
		"Telephone 01632 960 418, Monday to Friday 9 am":    {Phone, Clock},
		"2026-12-14 and 14/12/2026":                         {Date, Date},
		"between 1 November and 24 December":                {Date, Date},
		"from 1 to 24 December 2026":                        {Date, Date},
		"Write to help@shop.example.":                       {Email},
		"4006381333931":                                     {Code},
		"Visit kettle-deals.com today.":                     {Host},
		"See e.g. the shop. It is z.B. open.In all":         nil,
		"nothing but glass, at no time":                     nil,
		"1 piece, 2 pieces":                                 {Plain, Plain},
		"Ein Jahr Garantie, 10 Jahre auf das Gehäuse":       {Months, Months},
		"Le délai est de 14 jours, la garantie de deux ans": {Duration, Months},
	} {
		var got []Kind
		for _, f := range Find(text) {
			got = append(got, f.Readings[0].Kind)
		}
		if len(got) != len(want) {
			t.Errorf("%q: %v, want %v: %+v", text, got, want, Find(text))
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: %v, want %v", text, got, want)
				break
			}
		}
	}
}

// A number without a unit may be any that is the same; one with another unit may
// not.
func TestSupports(t *testing.T) {
	for _, tc := range []struct {
		evidence, claim string
		want            bool
	}{
		{"Days: 30", "30 days", true}, {"30 days", "30", true}, {"30 kg", "30 days", false}, {"1.299", "1299 €", true},
		{"14 December", "14 December 2026", false}, {"14 December 2026", "14 December", true}, {"14 December 2026", "December 2026", true},
		{"a year", "1 year", true}, {"3,5 kg", "3.5 kg", true},
	} {
		e, c := Find(tc.evidence), Find(tc.claim)
		if len(e) != 1 || len(c) != 1 {
			t.Fatalf("%+v: %+v %+v", tc, e, c)
		}
		if got := e[0].Supports(c[0]); got != tc.want {
			t.Errorf("%q for %q: %v", tc.evidence, tc.claim, got)
		}
	}
}

// Figures stand in order inside the text, each with a meaning, whatever the text.
func FuzzFind(f *testing.F) {
	f.Add("Delivery: £3.95, 2-3 days; KC-101 (23 × 16 cm) 14.12.2026 +44 1632 960418 a@b.example 9:30 am")
	f.Add("1.2.3.4.5 ,,- €€ 12:99 0x10 ٣ \xff")
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, g := range Find(text) {
			if g.From < end || g.To <= g.From || g.To > len(text) || len(g.Readings) == 0 {
				t.Fatalf("%q: %+v after %d", text, g, end)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[g.From:g.To]) {
				t.Fatalf("%q: %+v cuts a character", text, g)
			}
			if !g.Supports(g) && !g.Is(Phone) {
				t.Fatalf("%q: %+v does not support itself", text, g)
			}
			end = g.To
		}
	})
}

// A hostile text costs no more per byte than any other.
func TestFindIsBounded(t *testing.T) {
	for _, part := range []string{"0 00 ", "a.a.", "1-1-", "a1b2", "+", "1,1", "30-", "ein ", "0"} {
		text := strings.Repeat(part, 40_000/len(part))
		if n := testing.AllocsPerRun(1, func() { Find(text) }); n > 6*float64(len(text)) {
			t.Errorf("%q: %v allocations for %d bytes", part, n, len(text))
		}
	}
}

func BenchmarkFind(b *testing.B) {
	text := "Standard delivery in the United Kingdom costs £3.95 and takes 2 to 3 working days. It is free on orders over £50. Express is £6.95 before 2 pm."
	b.ReportAllocs()
	for b.Loop() {
		Find(text)
	}
}
