package index

import (
	"slices"
	"strings"
	"sync"
)

// synonyms are groups of words that shoppers and shops use for the same thing,
// one group per line, by language. They are applied to the question, so that an
// index need not be built again when a group changes.
var synonyms = map[string]func() map[string][]string{
	"en": groups("en", `ship shipping deliver delivery dispatch postage courier
		return returns refund send-back exchange
		warranty guarantee
		price cost charge fee expensive cheap
		pay payment checkout
		phone telephone call ring
		email e-mail mail write
		contact reach
		size sizing dimensions fit large small
		capacity volume hold litre liter
		broken damaged faulty defective defect
		repair mend fix
		clean wash care cleaning
		opening open hours
		store shop branch location address
		stock available availability sold
		cancel cancellation
		discount voucher coupon code promotion
		invoice receipt
		parcel package order
		track tracking
		gift present
		loud quiet noise noisy silent
		heavy weight weigh weighs
		colour color
		material materials made
		abroad international overseas europe eu
		fast quick quickly express
		allergy allergen allergens ingredients
		job jobs career careers vacancy`),
	"de": groups("de", `versand lieferung liefern verschicken zustellung versandkosten lieferzeit
		rückgabe rücksendung zurückgeben zurücksenden umtausch umtauschen retoure widerruf rückgaberecht
		erstattung rückerstattung geld
		garantie gewährleistung
		preis kosten kostet gebühr
		zahlung bezahlen zahlen zahlungsarten
		telefon anrufen telefonnummer
		email e-mail mail schreiben
		kontakt erreichen
		größe maße abmessungen
		kaputt defekt beschädigt
		reparatur reparieren
		reinigen pflege waschen spülmaschine
		öffnungszeiten geöffnet
		laden geschäft filiale adresse
		lager lieferbar verfügbar vorrätig
		stornieren storno abbestellen
		rabatt gutschein gutscheincode
		rechnung quittung
		paket sendung bestellung
		verfolgen sendungsverfolgung
		ausland europa eu`),
	"fr": groups("fr", `livraison livrer expédition envoyer expédier
		retour retourner renvoyer échange échanger rétractation
		remboursement rembourser
		garantie garanti
		prix coût coûte frais tarif
		paiement payer régler
		téléphone appeler numéro
		email e-mail mail écrire
		contact contacter joindre
		taille dimensions
		cassé endommagé défectueux
		réparation réparer
		nettoyer entretien laver
		horaires ouverture ouvert
		magasin boutique adresse
		stock disponible disponibilité
		annuler annulation
		réduction code promo bon
		facture reçu
		colis commande
		suivre suivi
		étranger europe`),
	"es": groups("es", `envío enviar entrega entregar
		devolución devolver cambio cambiar desistimiento
		reembolso reembolsar
		garantía
		precio coste costo cuesta gastos
		pago pagar
		teléfono llamar
		email correo escribir
		contacto contactar
		talla tamaño medidas
		roto dañado defectuoso
		reparación reparar
		limpiar lavar cuidado
		horario abierto
		tienda dirección
		stock disponible disponibilidad
		cancelar anular
		descuento cupón código
		factura recibo
		paquete pedido
		seguir seguimiento rastrear`),
	"it": groups("it", `spedizione spedire consegna consegnare
		reso restituire restituzione cambio recesso
		rimborso rimborsare
		prezzo costo costa spese
		pagamento pagare
		telefono chiamare
		taglia misura dimensioni
		rotto danneggiato difettoso
		orari aperto apertura
		negozio indirizzo
		annullare cancellare
		sconto codice buono
		pacco ordine`),
	"nl": groups("nl", `verzending verzenden bezorging bezorgen levering leveren
		retour retourneren terugsturen ruilen
		terugbetaling geld
		prijs kosten kost
		betalen betaling
		telefoon bellen
		maat afmetingen
		kapot beschadigd defect
		openingstijden open
		winkel adres
		annuleren
		korting kortingscode
		pakket bestelling`),
}

// groups reads groups of words when they are first needed: for each stem, the
// others of its groups.
func groups(language, lines string) func() map[string][]string {
	return sync.OnceValue(func() map[string][]string {
		others := map[string][]string{}
		for line := range strings.SplitSeq(lines, "\n") {
			var stems []string
			for word := range strings.FieldsSeq(line) {
				if s := stem(strings.ReplaceAll(word, "-", ""), language); !slices.Contains(stems, s) {
					stems = append(stems, s)
				}
			}
			for i, s := range stems {
				for j, other := range stems {
					if i != j && !slices.Contains(others[s], other) {
						others[s] = append(others[s], other)
					}
				}
			}
		}
		return others
	})
}

// alike gives the stems that mean nearly the same as one.
func alike(stem, language string) []string {
	if list := synonyms[language]; list != nil {
		return list()[stem]
	}
	return nil
}
