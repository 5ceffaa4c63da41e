package support

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// orderPattern is orderWords as an expression: slow to make, but plain to see.
var orderPattern = regexp.MustCompile(`(^|[^\p{L}])(orders?|ordered|parcel|package|shipment|tracking|track|refund(s|ed)?|cancel(l?ed|lation)?|return(ed)?|` +
	`bestell\w*|paket|sendung\w*|lieferung\w*|stornier\w*|rückgabe|zurückgeben|erstatt\w*|` +
	`commandes?|commandé\w*|colis|livraison|suivi|annul\w*|annulée?|rembours\w*|retour\w*|` +
	`pedidos?|paquete|envío|cancelar|reembolso|devol\w*|ordin[ei]|pacco|spedizione|annullare|rimborso|reso|` +
	`bestelling\w*|pakket|zending|annuleren|terugbetal\w*|encomenda|rastrei\w*|zamówieni\w*|paczk\w*|zwrot\w*|anulowa\w*|` +
	`beställning\w*|paketet|leverans|avbeställ\w*|sipariş\w*|kargo|iade|iptal)([^\p{L}]|$)|注文|配送|返品|キャンセル|返金|订单|快递|退款|退货|取消`)

// A message speaks of orders exactly when the expression finds such a word, and what
// speaks of one's own has one of the hints.
func TestTopicLaws(t *testing.T) {
	whole, begun := orderWords()
	pieces := append(append([]string{"my", "our ", "where is", "when", "#1042", "1042", "nr.", "mein", "ma", "mijn", "on", "ü", "é", "2", "_", "-", "é", "?", "the", "an", "have placed", "の"}, begun...), orderSigns...)
	for w := range whole {
		pieces = append(pieces, w)
	}
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.OneOf(rapid.SampledFrom(pieces), rapid.String(), rapid.SampledFrom(ownHints))
		glue := rapid.SampledFrom([]string{" ", "", "  ", "\n", "'"})
		var message strings.Builder
		for _, p := range rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces") {
			message.WriteString(p + glue.Draw(t, "glue"))
		}
		lower := strings.ToLower(message.String())
		if got, want := speaksOfOrders(lower), orderPattern.MatchString(lower); got != want {
			t.Fatalf("%q: %v, want %v", lower, got, want)
		}
		if is := ownOrder().MatchString(lower); is != (topicOf(lower) == own) {
			t.Fatalf("%q is about an order of theirs: %v", lower, is)
		}
	})
}
