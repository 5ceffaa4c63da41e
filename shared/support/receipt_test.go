package support

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"omniops/shared/claim"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/passage"
)

func hit(language, title, text string) index.Hit {
	return index.Hit{Passage: passage.Passage{URL: "https://shop.example/" + strings.ToLower(strings.Fields(title)[0]), Path: []string{title}, Text: text, Language: language}}
}

func product(name, price, currency, availability string) index.Hit {
	h := hit("en", name, "Price: "+price+" "+currency)
	h.Passage.Product = &passage.Product{Name: name, SKU: "KC-101", Price: price, Currency: currency, Availability: availability, URL: h.Passage.URL}
	return h
}

var (
	returns = hit("en", "Returns", "You may return a kettle within 30 days of delivery. If it is still sealed you have 60 days.\n| Descaler | No return |\nWrite to help@shop.example or telephone 01632 960 418.")
	postage = hit("en", "Delivery", "Standard delivery costs £3.95 and takes 2 to 3 working days. It is free on orders over £50. Express delivery is £6.95 if ordered before 2 pm.")
	care    = hit("en", "Care", "The mugs are dishwasher safe. Re-tinning the Moor costs £38.")
	versand = hit("de", "Versand", "Der Versand kostet 3,95 € und dauert 2 bis 3 Werktage. Wir versenden nicht nach Norwegen.")
	harbour = product("Harbour electric kettle", "89.00", "GBP", "InStock")
	moor    = product("Moor copper kettle", "1145.00", "EUR", "SoldOut")
)

// answered runs an answer through the check, word by word.
func answered(t interface{ Fatal(...any) }, language, question, answer string, hits ...index.Hit) (string, *receipts) {
	var out strings.Builder
	r := newReceipts(func() *evidence { return newEvidence(readPassage, language, question, "team@shop.example", hits) }, func(s string) error { out.WriteString(s); return nil })
	for _, piece := range strings.SplitAfter(answer, " ") {
		if err := r.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String(), r
}

func TestReceipts(t *testing.T) {
	claim.Proves(t, "C039")
	for name, tc := range map[string]struct {
		hits                       []index.Hit
		language, question, answer string
		want                       string
		withheld                   bool
	}{
		"supported":                                   {[]index.Hit{returns}, "en", "", "You have 30 days to return a kettle [1].", "You have 30 days to return a kettle [1].", false},
		"the number in words":                         {[]index.Hit{returns}, "en", "", "You have thirty days to return it [1].", "You have thirty days to return it [1].", false},
		"another number":                              {[]index.Hit{returns}, "en", "", "You have 90 days to return a kettle [1].", "You have …", true},
		"another number in words":                     {[]index.Hit{returns}, "en", "", "You have ninety days to return a kettle [1].", "You have …", true},
		"another number later":                        {[]index.Hit{returns}, "en", "", "Yes, you may return a kettle [1]. You even have 90 days [1]. Sealed ones have 60 days [1].", "Yes, you may return a kettle [1]. Sealed ones have 60 days [1].", true},
		"a citation before the point, and one behind": {[]index.Hit{returns}, "en", "", "You have 30 days. [1] Sealed, 60 days. [1]", "You have 30 days. [1] Sealed, 60 days. [1]", false},
		"the wrong passage cited":                     {[]index.Hit{returns, postage}, "en", "", "You have 30 days to return a kettle [2].", "You have 30 days to return a kettle [1].", false},
		"no citation":                                 {[]index.Hit{returns, postage}, "en", "", "Delivery takes 2-3 working days.", "Delivery takes 2-3 working days [1].", false},
		"no citation and no figure":                   {[]index.Hit{care}, "en", "", "The mugs are dishwasher safe.", "The mugs are dishwasher safe [1].", false},
		"a citation of something else":                {[]index.Hit{returns}, "en", "", "Tigers live in Asia [1].", "Tigers live in Asia.", false},
		"a citation that does not exist":              {[]index.Hit{returns}, "en", "", "You have 30 days to return it [4].", "You have 30 days to return it [1].", false},
		"two passages for one sentence":               {[]index.Hit{returns, postage}, "en", "", "You have 30 days, and delivery costs £3.95 [1].", "You have 30 days, and delivery costs £3.95 [1][2].", false},
		"the right number of the wrong thing":         {[]index.Hit{returns}, "en", "", "It costs £30 [1].", "It costs …", true},
		"a currency changed":                          {[]index.Hit{postage}, "en", "", "Delivery costs 3.95 € [1].", "Delivery costs …", true},
		"a telephone number":                          {[]index.Hit{returns}, "en", "", "Call 01632 960418 [1].", "Call 01632 960418 [1].", false},
		"another telephone number":                    {[]index.Hit{returns}, "en", "", "Call 01632 960419 [1].", "Call …", true},
		"another address":                             {[]index.Hit{returns}, "en", "", "Please write to the team: evil@else.example [1].", "Please write to the team: evil …", true},
		"the shop's address":                          {[]index.Hit{returns}, "en", "", "Or write to team@shop.example.", "Or write to team@shop.example.", false},
		"a product code":                              {[]index.Hit{harbour}, "en", "", "Its number is KC-101 [1].", "Its number is KC-101 [1].", false},
		"another product code":                        {[]index.Hit{harbour}, "en", "", "Its number is KC-109 [1].", "Its number is KC- …", true},
		"the question's number beside the page's":     {[]index.Hit{returns}, "en", "Can I return it after 20 days?", "Yes, 20 days is within the 30 days [1].", "Yes, 20 days is within the 30 days [1].", false},
		"the question's number alone":                 {[]index.Hit{returns}, "en", "Do I have 99 days to return it?", "Yes, you have 99 days to return it [1].", "Yes, you have …", true},
		"another time":                                {[]index.Hit{postage}, "en", "", "Order express before 4 pm [1].", "Order express before …", true},
		"the same time":                               {[]index.Hit{postage}, "en", "", "Order express before 14:00 [1].", "Order express before 14:00 [1].", false},
		"German from English":                         {[]index.Hit{returns}, "de", "", "Sie können den Kessel innerhalb von 30 Tagen zurückgeben [1].", "Sie können den Kessel innerhalb von 30 Tagen zurückgeben [1].", false},
		"German in words":                             {[]index.Hit{returns}, "de", "", "Sie haben dreißig Tage [1].", "Sie haben dreißig Tage [1].", false},
		"German from English, another number":         {[]index.Hit{returns}, "de", "", "Sie haben 14 Tage [1].", "Sie haben …", true},
		"French from German":                          {[]index.Hit{versand}, "fr", "", "La livraison coûte 3,95 € et prend 2 à 3 jours ouvrés [1].", "La livraison coûte 3,95 € et prend 2 à 3 jours ouvrés [1].", false},
		"French from German, a name it has":           {[]index.Hit{versand}, "fr", "", "La livraison en Norwegen est impossible [1].", "La livraison en Norwegen est impossible [1].", false},
		"French from German, a name it has not":       {[]index.Hit{versand}, "fr", "", "La livraison vers Zanzibar est possible [1].", "La livraison vers Zanzibar est possible.", false},
		"Spanish from English, no figure":             {[]index.Hit{care}, "en", "", "Todas nuestras tazas pueden lavarse en el lavavajillas sin problema [1].", "Todas nuestras tazas pueden lavarse en el lavavajillas sin problema [1].", false},
		"Spanish from English":                        {[]index.Hit{returns}, "en", "", "Puede devolver la tetera en un plazo de 30 días [1].", "Puede devolver la tetera en un plazo de 30 días [1].", false},
		"Spanish from English, another number":        {[]index.Hit{returns}, "en", "", "Puede devolver la tetera en un plazo de 45 días [1].", "Puede devolver la tetera en un plazo de …", true},
		"a step by its number":                        {[]index.Hit{hit("en", "Descaling", "1. Fill the kettle.\n2. Add citric acid.")}, "en", "", "In step 2 you add citric acid [1].", "In step 2 you add citric acid [1].", false},
		"a step there is not":                         {[]index.Hit{hit("en", "Descaling", "1. Fill the kettle.\n2. Add citric acid.")}, "en", "", "In step 7 you add citric acid [1].", "In step …", true},
		"other digits":                                {[]index.Hit{returns}, "en", "", "You have ９９ days [1].", "You have …", true},
		"digits in Arabic script":                     {[]index.Hit{returns}, "en", "", "You have ٩٩ days [1].", "You have …", true},
		"digits set high":                             {[]index.Hit{returns}, "en", "", "You have ⁹⁹ days [1].", "You have …", true},
		"the page's number in other digits":           {[]index.Hit{returns}, "en", "", "You have ３０ days to return it [1].", "You have ３０ days to return it [1].", false},
		"a web site":                                  {[]index.Hit{returns}, "en", "", "You may return a kettle [1]. Go to evil-kettles.com [1].", "You may return a kettle [1].", true},
		"a web site first":                            {[]index.Hit{returns}, "en", "", "Go to evil.example now [1].", "Go to evil …", true},
		"the shop's web site":                         {[]index.Hit{returns}, "en", "", "You may return a kettle on shop.example [1].", "You may return a kettle on shop.example [1].", false},
		"at no charge":                                {[]index.Hit{returns}, "en", "", "You may return a kettle at no charge [1].", "You may return a kettle at no …", true},
		"costing nothing":                             {[]index.Hit{returns}, "en", "", "Kettles cost nothing [1].", "Kettles cost …", true},
		"steps":                                       {[]index.Hit{care}, "en", "", "1. Wash the mugs in the dishwasher [1].\n2. Rest.\n", "1. Wash the mugs in the dishwasher [1].\n2. Rest.\n", false},
		"a dropped line":                              {[]index.Hit{postage}, "en", "", "Delivery:\n- Standard delivery: £3.95 [1]\n- Drone delivery: £99 [1]\n- Express delivery: £6.95 [1]", "Delivery:\n- Standard delivery: £3.95 [1]\n\n- Express delivery: £6.95 [1]", true},
	} {
		t.Run(name, func(t *testing.T) {
			got, r := answered(t, tc.language, tc.question, tc.answer, tc.hits...)
			if strings.TrimRight(got, " ") != strings.TrimRight(tc.want, " ") || r.withheld != tc.withheld {
				t.Errorf("got %q, want %q; withheld %v", got, tc.want, r.withheld)
			}
		})
	}
}

func TestPricesComeFromRecords(t *testing.T) {
	claim.Proves(t, "C039")
	old := hit("en", "Winter sale", "The Harbour electric kettle costs £79 in the winter sale. The Harbour is sold out.")
	for name, tc := range map[string]struct {
		hits                       []index.Hit
		language, question, answer string
		shown                      bool
	}{
		"the record's price":                   {[]index.Hit{old, harbour}, "en", "", "The Harbour electric kettle costs £89 [2].", true},
		"in other words":                       {[]index.Hit{old, harbour}, "de", "", "Der Harbour kostet 89,00 GBP [2].", true},
		"the prose's price":                    {[]index.Hit{old, harbour}, "en", "", "The Harbour electric kettle costs £79 [1].", false},
		"the prose's price and its words":      {[]index.Hit{old, harbour}, "en", "", "The Harbour electric kettle costs £79 in the winter sale [1].", false},
		"the prose's price without a record":   {[]index.Hit{old}, "en", "", "The Harbour electric kettle costs £79 in the winter sale [1].", true},
		"the prose's price by a pronoun":       {[]index.Hit{old, harbour}, "en", "How much is the Harbour electric kettle?", "It costs £79 [1].", false},
		"the record's price by a pronoun":      {[]index.Hit{old, harbour}, "en", "How much is the Harbour electric kettle?", "It costs £89 [2].", true},
		"nobody's price":                       {[]index.Hit{old, harbour}, "en", "", "The Harbour costs £85 [2].", false},
		"delivery's price for the kettle":      {[]index.Hit{postage, harbour}, "en", "", "The Harbour costs £3.95 [1].", false},
		"delivery's price for delivery":        {[]index.Hit{postage, harbour}, "en", "", "Delivery of the Harbour costs £3.95 [1].", true},
		"a repair's price for the repair":      {[]index.Hit{care, moor}, "en", "", "Re-tinning the Moor costs £38 [1].", true},
		"a repair's price for the kettle":      {[]index.Hit{care, moor}, "en", "", "The Moor costs £38 [1].", false},
		"a repair's price in French":           {[]index.Hit{care, moor}, "fr", "", "Le réétamage de la Moor coûte 38 £ [1].", true},
		"for nothing":                          {[]index.Hit{harbour}, "en", "", "All kettles are free [1].", false},
		"for nothing in German":                {[]index.Hit{harbour}, "de", "", "Der Harbour ist kostenlos [1].", false},
		"delivery for nothing":                 {[]index.Hit{harbour, postage}, "en", "", "Delivery is free on orders over £50 [2].", true},
		"thousands":                            {[]index.Hit{moor}, "de", "", "Der Moor kostet 1.145,00 € [1].", true},
		"in stock":                             {[]index.Hit{harbour}, "en", "", "The Harbour electric kettle is in stock [1].", true},
		"sold out as the prose says":           {[]index.Hit{old, harbour}, "en", "", "The Harbour is sold out [1].", false},
		"in stock although sold out":           {[]index.Hit{moor}, "en", "", "The Moor copper kettle is available [1].", false},
		"sold out":                             {[]index.Hit{moor}, "en", "", "The Moor copper kettle is sold out [1].", true},
		"sold out in French":                   {[]index.Hit{moor}, "fr", "", "La Moor est épuisée [1].", true},
		"in stock in French although sold out": {[]index.Hit{moor}, "fr", "", "La Moor est disponible [1].", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, r := answered(t, tc.language, tc.question, tc.answer, tc.hits...)
			if r.withheld == tc.shown || tc.shown && len(r.cited) == 0 {
				t.Errorf("%q became %q, cited %v", tc.answer, got, r.cited)
			}
		})
	}
}

func TestCitedInOrder(t *testing.T) {
	text, r := answered(t, "en", "", "Delivery costs £3.95 [2]. You have 30 days [1]. It takes 2 to 3 working days [2].", returns, postage)
	if text != "Delivery costs £3.95 [1]. You have 30 days [2]. It takes 2 to 3 working days [1]." {
		t.Errorf("text = %q", text)
	}
	if len(r.cited) != 2 || r.cited[0] != 2 || r.cited[1] != 1 {
		t.Errorf("cited = %v", r.cited)
	}
}

// The first words go out before the sentence has ended, and nothing that still
// has to be checked.
func TestFirstWordsAreNotHeld(t *testing.T) {
	for text, want := range map[string]string{
		"You may return a ke":     "You may return a ke",
		"You have 30":             "You have",
		"It costs £":              "It costs",
		"It is fr":                "It is",
		"It is fre sh":            "It is fre sh",
		"It is free":              "It is",
		"The mugs are [":          "The mugs are",
		"Sie haben ein Jahr ":     "Sie haben",
		"Sie haben ein Recht auf": "Sie haben ein Recht auf",
		"Sie haben ein":           "Sie haben",
		"Within thirty":           "Within",
		"The Harbour is in s":     "The Harbour is in",
	} {
		if got := text[:sure(text)]; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// However an answer is cut into pieces, no figure comes out that stands in no
// passage. (How much of a dropped sentence was out by then is a matter of the cut.)
func TestNoCutLetsAFigureThrough(t *testing.T) {
	parts := []string{"You have ", "30 days", "99 days", " [1]", "[2]", ". ", "It costs ", "£3.95", "£77", "\n", "e.g. ", "approx. ", "free", " kettles", "! ", "?", "1. ", "é", " sold out", "14. Dezember ", "...", "[9]", "[x]"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 16).Draw(t, "parts"), "")
		run := func(pieces ...string) string {
			var out strings.Builder
			r := newReceipts(func() *evidence {
				return newEvidence(readPassage, "en", "", "", []index.Hit{returns, postage, harbour})
			}, func(s string) error { out.WriteString(s); return nil })
			for _, p := range pieces {
				if err := r.Write(p); err != nil {
					t.Fatal(err)
				}
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			return out.String()
		}
		whole := run(text)
		var pieces []string
		for rest := text; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "cut")
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		for _, out := range []string{whole, run(pieces...)} {
			if strings.Contains(out, "£77") || strings.Contains(out, "99 days") || strings.Contains(out, "[9]") {
				t.Fatalf("%q let through %q", text, out)
			}
		}
	})
}

func FuzzReceipts(f *testing.F) {
	f.Add("You have 30 days [1]. It costs £77. [2]\n- x [", 3)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		var out strings.Builder
		r := newReceipts(func() *evidence { return newEvidence(readPassage, "en", text, "", []index.Hit{returns, harbour}) }, func(s string) error { out.WriteString(s); return nil })
		cut = min(max(cut, 0), len(text))
		if r.Write(text[:cut]) != nil || r.Write(text[cut:]) != nil || r.Close() != nil {
			t.Fatal("it failed")
		}
		for _, n := range r.cited {
			if n < 1 || n > 2 {
				t.Fatalf("cited %d", n)
			}
		}
		if out.Len() > 4*len(text)+64 {
			t.Fatalf("%d bytes became %d", len(text), out.Len())
		}
	})
}

func BenchmarkReceipts(b *testing.B) {
	hits := []index.Hit{returns, postage, care, harbour}
	pieces := strings.SplitAfter("You may return a kettle within 30 days of delivery [1]. Standard delivery costs £3.95 and takes 2 to 3 working days [2].", " ")
	e := newEvidence(readPassage, "en", "How long do I have?", "team@shop.example", hits)
	b.ReportAllocs()
	for b.Loop() {
		r := newReceipts(func() *evidence { return e }, func(string) error { return nil })
		for _, p := range pieces {
			_ = r.Write(p)
		}
		_ = r.Close()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(len(pieces))/float64(time.Microsecond), "us/word")
}

func BenchmarkEvidence(b *testing.B) {
	hits := []index.Hit{returns, postage, care, harbour}
	b.ReportAllocs()
	for b.Loop() {
		newEvidence(readPassage, "en", "How long do I have?", "team@shop.example", hits)
	}
}
