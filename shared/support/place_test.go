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
