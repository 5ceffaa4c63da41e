package sandbox

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
)

// language is one the reader knows words of.
type language struct {
	code     string
	stem     func(*snowballstem.Env) bool
	stops    map[string]bool // words that say nothing by themselves
	nothing  string          // the honest answer
	greeting string
	fields   map[string]string // say what a product's record has: product, value
	foreign  string            // frames a quotation from a page in another language: title, quotation, number
}

// concepts lists words that mean much the same in a shop, in three languages,
// one concept a line: its name, then the words.
const concepts = `
return: return returns returned returning send-back sent-back bring-back | rückgabe zurückgeben zurückschicken zurücksenden retoure umtausch umtauschen widerruf rücksendung | retour retourner renvoyer rendre échange échanger
refund: refund refunds refunded reimburse money-back | erstattung erstatten rückerstattung zurückerstattet geld-zurück | remboursement rembourser remboursé
delivery: delivery deliver delivers delivered delivering shipping ship ships shipped shipment postage dispatch dispatched courier arrive arrives arrival | versand versenden lieferung liefern lieferzeit geliefert zustellung porto | livraison livrer livré livrons expédition expédier envoi
price: price prices cost costs charge charges fee fees expensive cheap pay-for | preis preise kosten kostet gebühr gebühren teuer | prix coût coûte coûter frais tarif cher
guarantee: guarantee guaranteed guarantees warranty warranties | garantie gewährleistung | garantie garanti
exchange: exchange exchanges swap | umtausch tauschen | échange échanger
cancel: cancel cancels cancelled cancellation change-order | stornieren stornierung abbestellen | annuler annulation
contact: contact email e-mail mail phone telephone call write reach speak | kontakt telefon anrufen erreichen schreiben | contacter contact téléphone appeler joindre courriel
hours: open opens opening closed close closes hours weekend | geöffnet offen öffnungszeiten öffnet schließt wochenende | ouvert ouverture horaires ferme weekend
payment: payment payments pay paypal klarna visa mastercard card cards apple-pay google-pay | zahlung zahlen bezahlen zahlungsarten karte kreditkarte lastschrift vorkasse | paiement payer carte
care: clean cleaning wash washing washable dishwasher descale descaling care maintain maintenance | reinigen reinigung waschen spülmaschine entkalken pflege | nettoyer nettoyage laver lave-vaisselle détartrer entretien
size: size sizes sizing fit fits measure measurements dimensions wide tall height width length | größe größen passt maße breite höhe länge | taille tailles mesure dimensions largeur hauteur longueur
colour: colour colours color colors shade finish | farbe farben | couleur couleurs coloris
material: material materials fabric | material stoff besteht | matière matériau tissu
capacity: capacity volume litre litres liter liters ml hold holds cups | fassungsvermögen volumen liter fasst | capacité contenance litres
weight: weight weigh weighs heavy | gewicht wiegt schwer | poids pèse lourd
stock: stock available availability sold-out restock | lager verfügbar vorrätig ausverkauft | stock disponible rupture
discount: discount discounts voucher vouchers coupon coupons promo promotion | rabatt gutschein gutscheine aktion | réduction remise code-promo bon
gift: gift gifts present | geschenk geschenke | cadeau cadeaux
wrapping: wrapping wrap wrapped gift-wrap giftwrap | verpacken geschenkverpackung einpacken | emballage emballer
damage: damaged damage broken faulty defect defective cracked | beschädigt kaputt defekt zerbrochen | endommagé abîmé cassé défectueux
track: track tracking trace | verfolgen sendungsverfolgung | suivre suivi
account: account password login register | konto passwort anmelden | compte connexion
place: located location address based showroom | adresse standort laden sitz | adresse magasin situé
abroad: abroad international internationally overseas outside elsewhere europe eu countries country worldwide | ausland international länder land europa außerhalb weltweit | étranger international pays europe monde ailleurs
repair: repair repairs repaired repairing mend mending fix fixed | reparatur reparaturen reparieren repariert flicken | réparation réparations réparer réparé
subscription: subscription subscriptions subscribe | abo abonnement abonnieren | abonnement abonner
age: age ages aged old | alter alt jahren | âge âgé
temperature: temperature temperatures temp temps degrees celsius °c | temperatur temperaturen grad | température températures degrés
giftcard: gift-card gift-cards gift-voucher gift-vouchers gift-certificate | geschenkgutschein geschenkkarte | carte-cadeau cartes-cadeaux chèque-cadeau chèques-cadeaux
bespoke: bespoke custom-made made-measure | maßanfertigung maßgefertigt | sur-mesure
amex: amex american-express
price-match: price-match match-prices beat-price price-promise
monday: monday mondays | montag montags | lundi lundis
tuesday: tuesday tuesdays | dienstag dienstags | mardi mardis
wednesday: wednesday wednesdays | mittwoch mittwochs | mercredi mercredis
thursday: thursday thursdays | donnerstag donnerstags | jeudi jeudis
friday: friday fridays | freitag freitags | vendredi vendredis
saturday: saturday saturdays | samstag samstags sonnabend | samedi samedis
sunday: sunday sundays | sonntag sonntags | dimanche dimanches
`

const (
	englishStops = "a about after all also am an and any are as at be been before but by can could come comes did do does for from get give got had has have having he her here him his how i if in into is it its just know let like long many may me might mine more much must my need no not of on once one or our ours please put shall she should so some such take tell than thank thanks that the their them then there these they thing things this those to too under up us use using very want was we were what when where which while who whom why will with would you your yours hello hi there's i'd i'm it's what's offer sell number numbers place placing placed possible something anything someone somebody"
	germanStops  = "aber alle als also am an auch auf aus bei bin bis bitte bist da das dass dem den der des die dies diese dieser dieses doch dort du ein eine einem einen einer eines er es etwas für gibt habe haben hallo hat hatte hier ich ihr ihre ihren ihrer im in ist ja kann kein keine können könnt lange man mehr mein meine meinen mich mir mit möchte muss müssen nach nicht noch nur ob oder ohne pro sehr sein seine sich sie sind so über um und uns unser unsere unter viel viele vom von vor wann war was welche welcher welches wenn wer werden wie wieviel wird wir wo wohin würde zu zum zur ihnen euch eure danke sogar nummer"
	frenchStops  = "à ai ainsi alors après as au aucun aussi autre aux avant avec avez avoir avons bonjour c ce cela ces cet cette chez combien comme comment d dans de des dois doit donc du elle elles en est et étaient été être eu faire fait faut il ils j je jour l la le les leur leurs lui m ma mais me même merci mes moi mon n ne nos notre nous on ont ou où par pas peu peut peux plus pour pouvez pouvoir puis-je qu quand que quel quelle quelles quels qui quoi s sa sans se ses si soit son sont sous sur ta te tes toi ton très tu un une va vers vos votre vous y est-ce numéro"
)

func words(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// lexicon is the reader's knowledge of words.
type lexicon struct {
	languages []*language
	concept   map[string]string // stem to concept
	exact     map[string]bool   // the words of concepts as they are listed, by language code
	long      []string          // stems with five letters or more, as parts of compounds
}

func newLexicon() *lexicon {
	l := &lexicon{concept: map[string]string{}, exact: map[string]bool{}, languages: []*language{
		{"en", english.Stem, words(englishStops), "I could not find that on the shop's pages.",
			"Hello. What would you like to know about the shop?", map[string]string{
				"Price": "%s: the price is %s", "Availability: in stock": "%s is in stock", "Availability: out of stock": "%s is out of stock"},
			"The page “%s” says: “%s” [%d]."},
		{"de", german.Stem, words(germanStops), "Das konnte ich auf den Seiten des Shops nicht finden.",
			"Hallo. Was möchten Sie über den Shop wissen?", map[string]string{
				"Price": "%s: Der Preis ist %s", "Availability: in stock": "%s ist auf Lager", "Availability: out of stock": "%s ist nicht auf Lager"},
			"Auf der Seite „%s“ steht: „%s“ [%d]."},
		{"fr", french.Stem, words(frenchStops), "Je n’ai pas trouvé cela sur les pages de la boutique.",
			"Bonjour. Que souhaitez-vous savoir sur la boutique ?", map[string]string{
				"Price": "%s : le prix est de %s", "Availability: in stock": "%s est en stock", "Availability: out of stock": "%s n’est pas en stock"},
			"La page « %s » indique : « %s » [%d]."},
	}}
	for line := range strings.Lines(concepts) {
		name, all, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			continue
		}
		for i, part := range strings.Split(all, "|") {
			for _, w := range strings.Fields(part) {
				stem := l.stem(w, l.languages[i])
				l.exact[l.languages[i].code+":"+w] = true
				if _, taken := l.concept[stem]; !taken {
					l.concept[stem] = name
					if len(stem) >= 5 {
						l.long = append(l.long, stem)
					}
				}
			}
		}
	}
	return l
}

// stem reduces a word to its stem in a language. What is no plain word stays.
func (l *lexicon) stem(word string, in *language) string {
	if len(word) < 3 || strings.ContainsAny(word, "0123456789") {
		return word
	}
	if in.code == "de" {
		word = infinitive.ReplaceAllString(word, "$1$2") // zurückzugeben
	}
	if in.code == "fr" {
		word = inversion.ReplaceAllString(word, "") // livrez-vous, and what shoppers write without its accents
	}
	if base, ok := irregular[word]; ok && in.code == "en" {
		word = base
	}
	if strings.Contains(word, "-") {
		return word
	}
	env := snowballstem.NewEnv(word)
	in.stem(env)
	return env.Current()
}

var infinitive = regexp.MustCompile(`^(zurück|ab|an|auf|aus|ein|mit|nach|um|vor)zu(\pL{4,})$`)

var inversion = regexp.MustCompile(`-(t-)?(je|tu|il|elle|on|nous|vous|ils|elles|ce|moi)$`)

// irregular maps the past of verbs that shops use to the present.
var irregular = map[string]string{
	"made": "make", "sent": "send", "bought": "buy", "paid": "pay", "sold": "sell", "kept": "keep", "brought": "bring", "gave": "give",
	"given": "give", "came": "come", "went": "go", "held": "hold", "took": "take", "taken": "take", "worn": "wear", "broke": "break",
	"broken": "break", "chose": "choose", "chosen": "choose", "grew": "grow", "grown": "grow", "lost": "lose", "found": "find",
}

// conceptsOf gives the concepts a stem belongs to: its own, and those of the
// parts of a compound.
func (l *lexicon) conceptsOf(stem string) []string {
	if c, ok := l.concept[stem]; ok {
		return []string{c}
	}
	var found []string
	if len(stem) >= 9 {
		for _, part := range l.long {
			if strings.HasPrefix(stem, part) || strings.HasSuffix(stem, part) {
				found = append(found, l.concept[part])
			}
		}
	}
	return found
}

// detect tells the language of a text by its small words; the fallback is for
// texts that do not show one.
func (l *lexicon) detect(text string, fallback *language) *language {
	counts, best := make([]int, len(l.languages)), fallback
	for _, w := range split(text) {
		for i, in := range l.languages {
			if in.stops[w] {
				counts[i]++
			}
		}
	}
	most := 0
	for i, in := range l.languages {
		if counts[i] > most || counts[i] == most && most > 0 && in == fallback {
			most, best = counts[i], in
		}
	}
	return best
}

// byCode finds a language by its BCP 47 code; English if it is not known.
func (l *lexicon) byCode(code string) *language {
	for _, in := range l.languages {
		if primary, _, _ := strings.Cut(strings.ToLower(code), "-"); primary == in.code {
			return in
		}
	}
	return l.languages[0]
}

// split gives the words of a text in lower case. An apostrophe ends a word, as
// in l'article; a hyphen and a point between two characters do not.
func split(text string) []string {
	var out []string
	var word []rune
	runes := []rune(strings.ToLower(text))
	inner := func(i int) bool {
		return i > 0 && i+1 < len(runes) && isWord(runes[i-1]) && isWord(runes[i+1])
	}
	for i, r := range runes {
		switch {
		case isWord(r), (r == '-' || r == '.' || r == ',') && inner(i) && (r == '-' || unicode.IsDigit(runes[i+1])):
			word = append(word, r)
		default:
			if len(word) > 0 {
				out = append(out, string(word))
				word = word[:0]
			}
		}
	}
	if len(word) > 0 {
		out = append(out, string(word))
	}
	return out
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// names are words of a known concept that nothing else stands for: a shop that
// takes cards does not therefore take each of them.
var names = words("paypal klarna visa mastercard amex maestro bitcoin crypto giropay sofort twint alipay venmo afterpay clearpay")

// countries are what a shopper may name where a page only says "abroad".
var countries = words("usa america states canada australia zealand japan china india korea brazil mexico norway sweden denmark finland poland spain italy portugal netherlands belgium austria switzerland germany france ireland iceland greece " +
	"kanada australien norwegen schweden dänemark finnland polen spanien italien niederlande belgien österreich schweiz deutschland frankreich irland " +
	"états-unis amérique australie norvège suède danemark finlande pologne espagne italie pays-bas belgique autriche suisse allemagne irlande")

// light are words that say little of what a question is about.
var light = words("accept accepts take takes need happen happens work works want buy use used type typed thing kind sort type go back make makes made still new now today tomorrow put come comes find mean work help keep look bring possible available online last lasts exactly actually really even only else another other different same order product item shop store " +
	"akzeptiert akzeptieren nehmt nehmen geht gehen gibts hab habt brauche machen lassen kommt kommen funktioniert kaufen bestellen bestellung produkt artikel shop jetzt denn mal schon kam kamen dauert noch dabei wieviel wieviele bekomme bekommt " +
	"acceptez accepter prenez prendre prend prennent faites faire marche fonctionne besoin acheter commander commande produit article possible encore maintenant utiliser")

// kind is what sort of fact a question asks for.
type kind struct {
	concept string         // that a sentence with such a fact is about
	soft    bool           // other sentences may answer just as well
	asks    *regexp.Regexp // in the question
	answers *regexp.Regexp // in a sentence that holds such a fact
}

// offers asks whether the shop has a thing.
var offers = regexp.MustCompile(`(?i)^\s*(do (you|u|ya) (sell|have|offer|stock|make|do)|have you|got any|is there|are there|habt ihr|haben sie|hast du|gibt es|gibts|verkauft ihr|führt ihr|macht ihr|bietet ihr|avez[- ]vous|vous (faites|vendez|avez|proposez)|vendez[- ]vous|proposez[- ]vous|faites[- ]vous|y a-t-il|est-ce que vous (avez|vendez))\b`)

// kinds lists the sorts of facts that can be told by their look.
var kinds = []kind{
	{"hours", false, regexp.MustCompile(`(?i)\b(open|opening|close|closing|closed)\b|geöffnet|öffnungszeit|\bouvert|\bhoraires`),
		regexp.MustCompile(`(?i)\b(mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s?\b|\bdaily\b|täglich|\d\s?([ap]m|uhr|h)?\s?(to|until|-|–|bis|à)\s?\d{1,2}(:\d\d)?\s?([ap]m|uhr|h)\b`)},
	{"contact", false, regexp.MustCompile(`(?i)\b(phone|telephone|call|ring)\b|telefon|anrufen|téléphone|appeler`), regexp.MustCompile(`\[phone_\d+\]|\+?\d[\d\s().-]{7,}`)},
	{"contact", false, regexp.MustCompile(`(?i)\b(e-?mail|mail|write to)\b|courriel`), regexp.MustCompile(`\[email_\d+\]|\w@\w`)},
	{"contact", false, regexp.MustCompile(`(?i)\b(contact|reach|speak to|get in touch)\b|kontakt|erreiche|contacter|joindre`), regexp.MustCompile(`\[(email|phone)_\d+\]|\w@\w|\+?\d[\d\s().-]{7,}`)},
	{"place", false, regexp.MustCompile(`(?i)\bwhere\b|\baddress\b|\bwo\b|\badresse\b|\boù\b`),
		regexp.MustCompile(`\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b\d{4,5} \p{Lu}\pL+|(?i)\d+,? \pL+ (street|road|lane|avenue|square)\b|stra(ß|ss)e \d|\brue d`)},
	{"payment", true, regexp.MustCompile(`(?i)\b(pay|payment|payments)\b|\bzahl|bezahl|\bpay(er|ez)\b|\bpaiement`), regexp.MustCompile(`(?i)\b(visa|mastercard|american express|paypal|klarna|apple pay|google pay|carte bancaire|kreditkarte|lastschrift)\b`)},
	{"discount", false, regexp.MustCompile(`(?i)\bdiscount|\bvoucher|\bcoupon|\bpromo|rabatt|gutschein|\bréduction|\bremise`), regexp.MustCompile(`\d\s?%`)},
	{"colour", false, regexp.MustCompile(`(?i)\bcolou?rs?\b|\bfarben?\b|\bcouleurs?\b`),
		regexp.MustCompile(`(?i)\b(red|blue|green|black|white|grey|gray|yellow|orange|pink|purple|brown|beige|cream|ivory|navy|teal|sage|slate|copper|silver|gold|rot|blau|grün|schwarz|weiß|grau|gelb|rosa|braun|rouge|bleue?|verte?|noire?|blanche?|grise?|jaune|rose|marron)\b`)},
	{"", false, regexp.MustCompile(`(?i)\bwie ?viele?\s+(meter|gramm|kilo|stück|liter|grad|watt|tage?|tassen|paar)\b`), regexp.MustCompile(`\d`)},
	{"", false, regexp.MustCompile(`(?i)\bhow (long|soon|quick|quickly|fast|often)\b|\bwhen\b|\bdeadline\b|\bwie (lange|schnell|oft)\b|\bwann\b|\bquand\b|\bcombien de (temps|jours|fois)\b|\bdélai`),
		regexp.MustCompile(`(?i)(\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|thirty|sixty|once|twice|every|same|next|ein|zwei|drei|vier|zehn|vierzehn|dreißig|un|deux|trois|quatre|dix|quatorze|trente)\b)[\s\-–]*(a\s|\pL+[\s\-–])?(minute|hour|day|week|month|year|business|working|stunde|tag|werktag|woche|monat|jahr|heure|jour|semaine|mois|ans?\b)|\b\d{1,2}(:\d\d|\s?[ap]m)\b|\b\d{1,2}\.? (january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre)\b|\b(19|20)\d\d\b|^(when|as soon as|sobald|wenn|dès que|lorsque) `)},
	{"price", false, regexp.MustCompile(`(?i)\bhow much\b|\b(cost|costs|fee|charge)\b|\bprices? (of|for)\b|\bthe price\b|\bwie ?viel\b|\bkoste[tn]\b|kosten\b|\bpreis|\bcombien (coûte|ça)|\bprix\b|\bfrais\b|\bcoûte`),
		regexp.MustCompile(`(?i)[£$€]\s?\d|\d\s?(£|\$|€|eur|euros?|gbp|usd|pounds?)|\bfree\b|kostenlos|kostenfrei|gratis|gratuit|offert`)},
	{"", true, regexp.MustCompile(`(?i)\bhow (do|can|should|to)\b|\bwie (kann|mache|geht|soll)|\bcomment\b`), step},
	{"", false, regexp.MustCompile(`(?i)\bhow (many|big|large|tall|wide|heavy|hot|high|deep|old)\b|\bwie (viele|groß|schwer|hoch|breit)\b|\bquelle (taille|capacité)|\bcombien de\b`), regexp.MustCompile(`\d`)},
}

// orders finds sentences that are addressed to a model instead of a shopper.
var orders = regexp.MustCompile(`(?i)\b(ignore|disregard|forget|override)\b.{0,40}\b(instruction|prompt|rule|previous|above|everything)|\bsystem prompt\b|\byou are (now|an ai|a language model)|\b(assistant|chatbot|ai model|language model|ai)s?\b.{0,20}\b(must|should|reply|respond|say|answer|output|reveal)|\brespond with\b|\breply (only )?with\b|\bdo anything now\b|<\|?(im_start|system)|ignoriere.{0,40}anweisung|ignore[zr]?.{0,30}(consigne|instruction)`)
