package index

import (
	"testing"

	"omniops/shared/knowledge/passage"
)

// A question of how long something takes is about the something: a page that says
// how long something else takes is none the nearer.
func TestFrame(t *testing.T) {
	page := func(id, language, title, text string) passage.Passage {
		return passage.Passage{ID: id, URL: "https://shop.example/" + id, Path: []string{title}, Language: language, Text: text}
	}
	for _, c := range []struct{ question, language, right string }{
		{"How long does delivery take?", "en", "delivery"},
		{"how long have I got to return a kettle", "en", "returns"},
		{"Wie lange dauert die Lieferung?", "de", "lieferung"},
		{"Wie lange dauert die Reparatur?", "de", "reparatur"},
		{"Combien de temps prend la livraison ?", "fr", "livraison"},
	} {
		ix := open(t, []passage.Passage{
			page("delivery", "en", "Delivery", "Delivery costs £4. It comes in 2 to 3 working days."),
			page("returns", "en", "How long you have to return a kettle", "30 days from delivery. However long it took, take your time: it does not take long."),
			page("lieferung", "de", "Lieferung", "Die Lieferung kommt in 2 Tagen."),
			page("reparatur", "de", "Wie lange eine Reparatur dauert", "Es dauert lange: es dauert drei Wochen ab Lieferung."),
			page("livraison", "fr", "Livraison", "La livraison se fait en deux jours."),
			page("temps", "fr", "Combien de temps un savon dure", "Un savon dure longtemps, il prend son temps."),
		}, Options{})
		hits := ix.Search(Query{Text: c.question, Language: c.language})
		if len(hits) == 0 || hits[0].Passage.ID != c.right || hits[0].Confidence < sureByWords {
			t.Errorf("%q: %+v", c.question, hits)
		}
	}
	ix := open(t, []passage.Passage{page("temps", "fr", "Combien de temps", "Le temps est long.")}, Options{})
	if hits := ix.Search(Query{Text: "combien de temps", Language: "fr"}); len(hits) != 1 {
		t.Error("a text of nothing else finds nothing")
	}
}

// A rare word that means the same as the one that is asked for says no more than
// that word.
func TestSynonymsDoNotOutweighTheWord(t *testing.T) {
	all := []passage.Passage{{ID: "rare", URL: "https://shop.example/rare", Path: []string{"The contract"}, Language: "en", Text: "It is made at dispatch."}}
	for _, id := range []string{"a", "b", "c", "d"} {
		all = append(all, passage.Passage{ID: id, URL: "https://shop.example/" + id, Path: []string{"Delivery " + id}, Language: "en", Text: "Of delivery, part " + id + "."})
	}
	hits := open(t, all, Options{}).Search(Query{Text: "delivery", Language: "en"})
	if len(hits) != 5 || hits[4].Passage.ID != "rare" {
		t.Errorf("%+v", hits)
	}
}
