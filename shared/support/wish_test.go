package support

import "testing"

func TestAQuestionIsNoWish(t *testing.T) {
	for message, want := range map[string]bool{
		"Is #1057 cancelled?": true, "Has my order #1057 been cancelled?": true, "is my order cancelled": true, "And when do I get my refund?": true, "Why was order #1019 refunded?": true,
		"Hello. Did you cancel my order #1057?": true, "Where is the return of my order 1019? Thank you": true, "Is my refund on its way? And when will it arrive?": true,
		"Ist #1057 storniert?": true, "Wurde meine Bestellung storniert?": true, "Wann kommt meine Erstattung?": true, "Est-ce que ma commande est annulée ?": true,
		"How long do I have to return it?": true, "And how long does a refund take?": true, "Wie lange kann man es zurückgeben?": true, "Jusqu'à quand peut-on le renvoyer ?": true,
		"Quand serai-je remboursé ?": true, "¿Está cancelado mi pedido?": true,

		"Cancel #1057": false, "Please cancel my order #1057": false, "I want a refund": false, "Can you cancel order #1057?": false, "Could I return the kettle?": false,
		"How do I cancel my order?": false, "Is it possible to cancel #1057?": false, "Is #1057 cancelled? If not, cancel it.": false, "Is it sent? Then I want to return it.": false,
		"Where is my order? Cancel it!": false, "What if I want my money back?": false, "yes": false, "The kettle": false, "#1057": false, "": false, "Hello": false,
		"Ist es möglich, #1057 zu stornieren?": false, "Bitte stornieren": false, "Kann ich das zurückgeben?": false, "Annulez ma commande": false, "Est-il possible de l'annuler ?": false,
		"A refund for my order #1019, the kettle": false, "What about a refund?": false, "Refund?": false, "How long can I keep it? I want to return it": false, "Will you cancel it?": false,
	} {
		if got := merelyAsks(message); got != want {
			t.Errorf("%q merely asks: %v", message, got)
		}
	}
}
