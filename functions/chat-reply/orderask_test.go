package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"omniops/local/faults"
	"omniops/local/sandbox/shopify"
)

// What shoppers ask about an order that they have proved, one question after the
// other, is answered from its summary and in their language. "!" stands before what
// must not be said, ">" for a change that is proposed.
func TestAnOrderIsTalkedAbout(t *testing.T) {
	b := newBench(t)
	platform := b.shopOf(t, shop, shopify.DemoShop)
	asked := 0
	for _, c := range []struct{ name, order, language, talk string }{
		{"on its way", onItsWay, "en", `
			Where is my order 1042? => on its way / 21 November 2026 / Royal Mail
			when does it arrive? => expected on 25 November 2026
			what did I order? => 1 × Harbour electric kettle / 2 × Citric descaler
			has it been sent? => was sent on 21 November 2026
			tracking number? => ZZ210002482GB
			is it paid back? => No refund is on record
			can I change the address? => has been sent already, so that cannot be done / !confirm
			cancel it => cannot be done any more / !confirm
			What did I pay? => does not say what was paid / !£ / !GBP
			which carrier has it? => Royal Mail
			Is it paid? => complete
			Has my return arrived? => No return is on record
			Which address is it sent to? => does not show the address
			How long do I have to return a kettle? => 30 days / !confirm`},
		{"delivered", delivered, "en", `
			where is my order 1019? => was delivered on 19 November 2026
			can I return the teapot? => > / Ask to return from order #1019: 1 × Orchard teapot
			has it been delivered? => was delivered on 19 November 2026
			was my refund sent? => No refund is on record`},
		{"not sent", notSent, "en", `
			is #1057 cancelled? => is not cancelled
			when does it arrive? => Nothing of order #1057 has been sent yet
			tracking number? => Nothing of order #1057 has been sent yet
			can I change the address? => >
			cancel it => > / Cancel order #1057
			when was it ordered => placed on 21 November 2026`},
		{"in German", onItsWay, "de", `
			Wo ist meine Bestellung 1042? => unterwegs / am 21. November 2026 verschickt / !The
			Wann kommt sie an? => am 25. November 2026 erwartet
			Was habe ich bestellt? => 1 × Harbour electric kettle
			Wurde sie schon verschickt? => am 21. November 2026 verschickt
			Sendungsnummer? => ZZ210002482GB
			Habe ich das Geld zurück? => keine Erstattung vermerkt
			Kann ich die Adresse ändern? => schon verschickt
			Storniere sie => schon verschickt
			Kann ich den Wasserkocher zurückgeben? => Welche Artikel meinen Sie?
			Ist #1042 storniert? => ist nicht storniert`},
		{"in French", onItsWay, "fr", `
			Où est ma commande 1042 ? => en route / le 21 novembre 2026 / !The
			Quand arrive-t-elle ? => attendue le 25 novembre 2026
			Qu'est-ce que j'ai commandé ? => 1 × Harbour electric kettle
			A-t-elle été expédiée ? => expédiée le 21 novembre 2026
			Numéro de suivi ? => ZZ210002482GB
			Est-ce qu'elle est remboursée ? => Aucun remboursement
			Puis-je changer l'adresse ? => déjà partie
			Annulez-la => déjà partie
			Est-ce que #1042 est annulée ? => n'est pas annulée`},
	} {
		t.Run(c.name, func(t *testing.T) {
			session, token := b.session(t, shop, "shop.example", c.language)
			b.prove(t, platform, session, c.order)
			for line := range strings.Lines(strings.TrimSpace(c.talk)) {
				question, wanted, _ := strings.Cut(strings.TrimSpace(line), " => ")
				asked++
				a := b.ask(t, token, question, fmt.Sprintf("key-%08d", asked))
				b.Advance(31 * time.Second)
				proposed := slices.Contains(a.events, "action")
				if strings.HasPrefix(wanted, ">") != proposed {
					t.Errorf("%q: proposed is %v: %q", question, proposed, a.text)
				}
				if slices.Contains(a.events, "verify") {
					t.Errorf("%q: asked for proof again", question)
				}
				for part := range strings.SplitSeq(strings.TrimPrefix(wanted, ">"), " / ") {
					part = strings.TrimSpace(part)
					if forbidden, not := strings.CutPrefix(part, "!"); strings.Contains(a.text, forbidden) == not {
						t.Errorf("%q is answered %q, want %q", question, a.text, part)
					}
				}
			}
		})
	}
}

// Without a model, the order that is asked about is shown, and nothing is quoted.
func TestAnOrderWithoutAModel(t *testing.T) {
	b := newBench(t)
	platform := b.shopOf(t, shop, shopify.DemoShop)
	session, token := b.session(t, shop, "shop.example", "en")
	b.prove(t, platform, session, onItsWay)
	if err := b.Faults.Replace(faults.Rule{Service: "openai", Kind: faults.Error, Rate: 1}); err != nil {
		t.Fatal(err)
	}
	a := b.ask(t, token, "Where is my order #1042?", "key-00000001")
	if !slices.Contains(a.events, "order") || !strings.HasPrefix(a.text, "Here is what the shop has on order #1042.") || len(a.sources.Sources) != 0 || !a.sources.Degraded {
		t.Errorf("events %v, %q, %+v", a.events, a.text, a.sources)
	}
}
