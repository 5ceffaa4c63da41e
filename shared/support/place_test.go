package support

import (
	"testing"

	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/passage"
)

func TestReaching(t *testing.T) {
	for name, c := range map[string]struct {
		question string
		texts    []string
		first    string // "" if nothing is left
	}{
		"the country itself":      {"How much is delivery to Norway?", []string{"Ireland: £9", "Norway: £14"}, "Norway: £14"},
		"the union it is in":      {"Was kostet der Versand nach Polen?", []string{"Deutschland: 4,90 €", "Übrige EU: 16,90 €"}, "Übrige EU: 16,90 €"},
		"not in the union":        {"Was kostet der Versand in die Schweiz?", []string{"Deutschland: 4,90 €", "Übrige EU: 16,90 €"}, ""},
		"beyond the union":        {"Livrez-vous au Canada ?", []string{"Nous ne livrons pas hors de l'Union européenne."}, "Nous ne livrons pas hors de l'Union européenne."},
		"abroad":                  {"Do you ship to Japan?", []string{"We ship worldwide."}, "We ship worldwide."},
		"a neighbour":             {"How much is delivery to Iceland?", []string{"Delivery to Ireland costs £9."}, ""},
		"a union it is not in":    {"How much is delivery to Norway?", []string{"Delivery to the rest of the European Union costs £12."}, ""},
		"a neighbour beside it":   {"Wie teuer ist der Versand nach Norwegen?", []string{"Europäische Union: 12 €", "Weltweit: 30 €"}, "Weltweit: 30 €"},
		"no delivery":             {"Is it made in Japan?", []string{"It is made in Sheffield."}, "It is made in Sheffield."},
		"no country":              {"How much is delivery?", []string{"Delivery costs £4."}, "Delivery costs £4."},
		"a name in another word":  {"Do you deliver Indian tea?", []string{"Delivery costs £4."}, "Delivery costs £4."},
		"only the first can tell": {"Do you deliver to Spain?", []string{"European Union: £12", "£4"}, "European Union: £12"},
	} {
		t.Run(name, func(t *testing.T) {
			var hits []index.Hit
			for _, text := range c.texts {
				hits = append(hits, index.Hit{Passage: passage.Passage{Text: text}})
			}
			got := ""
			if hits = reaching(destinations(c.question), hits); len(hits) > 0 {
				got = hits[0].Passage.Text
			}
			if got != c.first {
				t.Errorf("first is %q, want %q", got, c.first)
			}
		})
	}
}

func TestPlainFirst(t *testing.T) {
	hit := func(name string) index.Hit {
		return index.Hit{Passage: passage.Passage{Language: "en", Product: &passage.Product{Name: name}}}
	}
	for name, c := range map[string]struct{ question, language, first string }{
		"its own name":     {"How much is the Oak table?", "en", "Oak table"},
		"another language": {"Was kostet der Tisch Oak?", "de", "Oak table"},
		"the variant":      {"How much is the Oak table extra wide?", "en", "Oak table extra wide"},
		"words to spare":   {"Was kostet der besonders breite Tisch Oak?", "de", "Oak table extra wide"},
		"something else":   {"How much is the bench?", "en", "Oak table extra wide"},
	} {
		t.Run(name, func(t *testing.T) {
			got := plainFirst(c.question, c.language, []index.Hit{hit("Oak table extra wide"), hit("Oak table")})
			if got[0].Passage.Product.Name != c.first || len(got) != 2 {
				t.Errorf("first is %q, want %q", got[0].Passage.Product.Name, c.first)
			}
		})
	}
}

func TestLanguageOfOthers(t *testing.T) {
	for question, want := range map[string]string{
		"Quanto costa la spedizione?": "it", "¿Cuánto cuesta el envío a España?": "es", "Wat kost de verzending en hoe lang duurt het?": "nl",
		"送料はいくらですか": "ja", "배송비는 얼마인가요?": "ko", "运费是多少？": "zh", "Combien coûte la livraison ?": "fr", "Was kostet der Versand?": "de",
		"How much is delivery to Spain?": "en", "un pull en laine ?": "fr", "KT-100": "x", "": "x",
		"1042 jane.doe@example.com": "x", "Meine Mail ist de.la@example.com und https://example.com/de": "de",
	} {
		if got := LanguageOf(question, "x"); got != want {
			t.Errorf("%q is %q, want %q", question, got, want)
		}
	}
}

func TestHealthInGeneral(t *testing.T) {
	for message, want := range map[string]intent{
		"Is green tea good for your health?": advice, "Ist Tee gesund?": advice, "Le thé est-il bon pour la santé ?": advice, "Does it help me lose weight?": advice,
		"Can I return the healthy cooking book?": question, "Do you sell gift vouchers?": question, "Avez-vous un bon cadeau ?": question,
	} {
		if got := intentOf(message); got != want {
			t.Errorf("%q: %v, want %v", message, got, want)
		}
	}
}

// What a delivery to one country costs is not said of another, whatever a model
// makes of the passages.
func TestRatesOfOtherCountries(t *testing.T) {
	rates := hit("en", "Delivery costs £4 in the United Kingdom. Delivery to Ireland costs £9 and takes 4 to 6 working days. To the rest of the European Union it is £12. We do not deliver anywhere else.", "Delivery")
	table := hit("en", "| Country | Costs |\n| --- | --- |\n| Germany | £7 |\n| Japan | £31 |", "Rates")
	for name, c := range map[string]struct {
		question, sentence string
		shown              bool
	}{
		"its own rate":             {"How much is delivery to Ireland?", "Delivery costs £9.", true},
		"that of the union":        {"How much is delivery to Spain?", "Delivery costs £12.", true},
		"a neighbour's":            {"How much is delivery to Norway?", "Delivery costs £9.", false},
		"a neighbour's time":       {"How long does delivery to Norway take?", "It takes 4 to 6 working days.", false},
		"the union's, not in it":   {"How much is delivery to Norway?", "Delivery costs £12.", false},
		"its row of a table":       {"How much is shipping to Japan?", "Shipping costs £31.", true},
		"another row":              {"How much is shipping to Canada?", "Shipping costs £31.", false},
		"no country asked for":     {"How much is delivery?", "Delivery to Ireland costs £9.", true},
		"that it is not delivered": {"How much is delivery to Norway?", "We do not deliver anywhere else.", true},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEvidence(readPassage, "en", c.question, "team@shop.example", []index.Hit{rates, table})
			if got := e.check(c.sentence, []int{1}); got.shown != c.shown {
				t.Errorf("%q is shown: %v", c.sentence, got.shown)
			}
		})
	}
}
