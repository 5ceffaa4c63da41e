package sandbox

import (
	"slices"
	"strings"
)

// meanings lists everyday words of shops and what they sell, with those that
// mean the same in English, German and French, one meaning a line. An embedding
// knows them beside the concepts of the lexicon; to the reader they count less
// than the very word.
const meanings = `
duration long deadline period | lange dauer dauert frist zeitraum | longtemps durée délai dure
time when hour hours minute minutes | wann zeit stunde stunden minute minuten uhr | quand temps heure heures minute minutes
day days daily working-day | tag tage tagen täglich werktag werktage werktagen | jour jours journée ouvrés
week weeks weekly | woche wochen wöchentlich | semaine semaines
month months monthly | monat monate monaten monatlich | mois mensuel
year years annual yearly | jahr jahre jahren jährlich | an ans année années annuel
free gratis complimentary | kostenlos kostenfrei gratis umsonst frei | gratuit gratuite gratuitement offert offerte
money cash | geld bargeld | argent espèces
order orders ordered basket cart purchase buy bought | bestellung bestellungen bestellen bestellt kaufen gekauft kauf einkauf warenkorb | commande commandes commander commandé acheter acheté achat panier
parcel package parcels packages box packet | paket pakete sendung päckchen karton schachtel | colis paquet boîte carton
shop store showroom boutique visit | laden geschäft shop besuchen besuch | magasin boutique visiter
company business founded history family | firma unternehmen gegründet geschichte familie familienbetrieb | entreprise société fondée histoire famille
customer customers client service support help | kunde kunden kundin kundendienst hilfe service | client clients clientèle aide service
question questions faq | frage fragen | question questions
answer reply respond response | antwort antworten antworten | réponse répondre répondons
product products item items article articles goods | produkt produkte artikel ware | produit produits article articles
new unused original | neu ungebraucht originalverpackt | neuf neuve nouveau nouvelle inutilisé
valid validity apply applies | gültig gilt gelten gültigkeit | valable valide validité
work works working suitable compatible | funktioniert geeignet passt kompatibel | fonctionne convient compatible
begin start starts | beginnen starten anfangen | commencer débuter
used opened worn | gebraucht benutzt getragen geöffnet | utilisé usagé porté
safe safety secure | sicher sicherheit | sûr sécurité sécurisé
kettle kettles | wasserkocher kessel wasserkessel | bouilloire bouilloires
teapot teapots tea teas | teekanne tee tees | théière théières thé thés
coffee espresso | kaffee espresso | café expresso
cup cups mug mugs | tasse tassen becher | tasse tasses mug
glass glasses | glas gläser | verre verres
water | wasser | eau
milk | milch | lait
filter filters limescale scale | filter kalk kalkfilter entkalken | filtre filtres calcaire tartre détartrer
vinegar citric acid | essig zitronensäure | vinaigre citrique
steel stainless metal | stahl edelstahl metall | acier inox inoxydable métal
copper | kupfer | cuivre
plastic bpa | kunststoff plastik | plastique
wood wooden | holz hölzern | bois
paper | papier | papier
leather | leder | cuir
wool woollen merino | wolle wollen merino merinowolle schurwolle | laine mérinos
cotton | baumwolle | coton
linen | leinen | lin
silk | seide | soie
down feather | daunen feder federn | duvet plume plumes
lid handle spout | deckel griff ausguss | couvercle poignée bec
electric electrical power plug watt watts voltage | elektrisch strom stecker watt spannung leistung | électrique courant prise watt watts puissance
battery batteries charge | akku batterie batterien aufladen | batterie pile piles recharger
stove hob induction gas stovetop | herd induktion induktionsherd gas herdplatte | cuisinière induction gaz plaque plaques
heat hot warm temperature warmth | hitze heiß warm temperatur wärme | chaleur chaud chaude température
cold cool frost | kalt kühl kälte frost | froid froide fraîcheur gel
boil boils boiling | kochen kocht aufkochen | bouillir bout ébullition
noise noisy loud quiet decibel decibels whistle whistling | lärm laut leise pfeifen pfeift | bruit bruyant silencieux siffle sifflante
spare part parts replacement | ersatzteil ersatzteile ersatz | pièce pièces rechange remplacement
repair repairs repaired mend fix | reparatur reparieren repariert flicken | réparation réparer réparé
claim complaint complain | reklamation reklamieren beschwerde | réclamation réclamer plainte
problem fault wrong mistake error | problem fehler falsch | problème erreur défaut
itchy itch scratchy scratch | kratzt kratzig kratzen juckt | gratte gratter démange
zip zips zipper | reißverschluss reißverschlüsse | fermeture-éclair zip
lost missing | verloren fehlt verschwunden | perdu manquant manque
late delay delayed | spät verspätet verzögerung | retard tard retardé
fast express quick next-day | schnell express eilig | rapide express vite rapidement
receipt invoice bill vat tax | rechnung quittung beleg mehrwertsteuer steuer | facture reçu tva taxe
customs duty duties import | zoll zollgebühren einfuhr | douane douanes importation
minimum least | mindestens mindestbestellwert minimum | minimum minimal moins
germany german | deutschland deutsch | allemagne allemand
austria | österreich | autriche
switzerland swiss | schweiz | suisse
france french | frankreich französisch | france français
britain uk england british | großbritannien england britisch | royaume-uni angleterre britannique
belgium | belgien | belgique
ireland irish | irland | irlande
island islands highlands | insel inseln | île îles corse
post office letterbox mailbox | post postfiliale briefkasten packstation | poste relais boîte-aux-lettres
pickup collect collection | abholen abholung selbstabholung | retrait retirer récupérer
label form print | etikett formular drucken aufkleber retourenschein | étiquette formulaire imprimer
original-packaging packaging packed | verpackung verpackt originalverpackung | emballage emballé
newsletter subscribe subscription | newsletter abonnieren abonnement | newsletter abonner abonnement
privacy data personal | datenschutz daten persönlich | confidentialité données personnelles
wholesale trade reseller bulk | großhandel händler wiederverkäufer mengenrabatt | gros revendeur grossiste professionnels
student students loyalty points | student studenten treue punkte | étudiant étudiants fidélité points
voucher card gift-card | geschenkgutschein gutschein | chèque-cadeau carte-cadeau
job jobs career vacancy | stelle stellen karriere bewerbung | emploi emplois recrutement carrière
sustainable environment recycled recycling eco climate | nachhaltig umwelt recycelt recycling klima | durable environnement recyclé recyclage écologique climat
organic certified natural | bio biologisch zertifiziert natürlich naturkosmetik | bio biologique certifié naturel naturelle
vegan vegetarian animal animals tested | vegan vegetarisch tier tiere tierversuche tierversuchsfrei | vegan végétalien animal animaux testé
ingredient ingredients contain contains made | inhaltsstoff inhaltsstoffe zutaten enthält enthalten | ingrédient ingrédients contient contenir composition
allergy allergies allergic allergen | allergie allergien allergisch allergen allergene | allergie allergies allergique allergène allergènes
soap soaps bar | seife seifen seifenstück | savon savons savonnette
shampoo hair | shampoo haar haare | shampoing cheveux cheveu
cream lotion balm | creme lotion balsam salbe | crème lotion baume
skin face facial | haut gesicht | peau visage
body hand hands | körper hand hände | corps main mains
oil oils olive | öl öle olivenöl olive | huile huiles olive
scent fragrance perfume smell scented | duft duftet parfüm geruch duftstoff | parfum senteur odeur parfumé
lavender | lavendel | lavande
rose | rosen rose | rose
sensitive dry oily | empfindlich empfindliche trocken trockene fettig | sensible sensibles sèche sèches grasse
baby babies child children kids | baby babys kind kinder | bébé bébés enfant enfants
woman women ladies | frau frauen damen | femme femmes
man men | mann männer herren | homme hommes
jacket jackets coat coats parka | jacke jacken mantel mäntel parka | veste vestes manteau manteaux parka
trousers pants | hose hosen | pantalon pantalons
shirt shirts t-shirt | hemd hemden shirt | chemise chemises t-shirt
jumper sweater pullover cardigan | pullover pulli strickjacke | pull pulls gilet chandail
sock socks | socke socken strümpfe | chaussette chaussettes
hat cap beanie | mütze hut kappe | bonnet chapeau casquette
scarf scarves | schal schals tuch | écharpe foulard
glove gloves mittens | handschuh handschuhe fäustlinge | gant gants moufles
shoe shoes boot boots | schuh schuhe stiefel | chaussure chaussures bottes
blanket blankets | decke decken wolldecke | couverture couvertures plaid
sleeping bag tent camping | schlafsack zelt camping | couchage tente camping
backpack rucksack bag bags | rucksack tasche taschen beutel | sac sacs besace
yarn knitting knit needle needles skein | garn stricken strick nadel nadeln knäuel strang strickgarn | fil tricot tricoter aiguille aiguilles pelote écheveau
waterproof rain water-repellent | wasserdicht regen regenfest wasserabweisend imprägnieren | imperméable étanche pluie
wind windproof | wind winddicht | vent coupe-vent
breathable sweat | atmungsaktiv schweiß schwitzen | respirant respirante transpiration
mountain hiking walking outdoor trekking | berg wandern wanderung draußen outdoor trekking | montagne randonnée marche extérieur
sport running bicycle bike | sport laufen fahrrad rad | sport course vélo
machine washing-machine tumble dryer spin | maschine waschmaschine trockner schleudern | machine lave-linge sèche-linge essorage
hand-wash handwash | handwäsche | lavage-main
iron ironing | bügeln bügeleisen | repasser repassage fer
dry drying | trocknen trocknet | sécher séchage
shrink shrinks felt | einlaufen schrumpfen verfilzen filzt | rétrécir rétrécit feutrer
moth moths storage store keep | motte motten lagern aufbewahren aufbewahrung | mite mites conserver ranger conservation stockage
expire expiry shelf-life best-before | haltbar haltbarkeit mindesthaltbarkeit ablauf | péremption expiration conserver durabilité
small smaller short | klein kleiner kurz | petit petite court
large larger big | groß größer | grand grande gros
black | schwarz schwarze | noir noire
white | weiß weiße | blanc blanche
red | rot rote | rouge
blue navy | blau blaue marineblau | bleu bleue marine
green olive-green | grün grüne | vert verte
grey gray | grau graue | gris grise
light lightweight | leicht leichter | léger légère
strong durable robust last | robust haltbar strapazierfähig hält | solide robuste résistant durable
beautiful design designer | schön design gestaltung | beau belle design
made-in manufacture manufactured produced production factory workshop | hergestellt herstellung produktion gefertigt werkstatt fabrik manufaktur | fabriqué fabrication production atelier usine artisanal
origin comes-from country | herkunft stammt ursprung | origine provenance provient
instructions manual guide | anleitung bedienungsanleitung gebrauchsanweisung | notice mode-emploi instructions guide
first before use | erste erstmals zuerst gebrauch verwendung | premier première avant utilisation
installment instalment instalments later | raten ratenzahlung später | mensualités plusieurs-fois échelonné
transfer bank prepayment | überweisung bank vorkasse | virement bancaire banque
credit-card credit debit | kreditkarte kredit lastschrift | carte-bancaire crédit débit
confirm confirmation email-confirmation | bestätigung bestätigen | confirmation confirmer
address change correct | adresse ändern anschrift lieferadresse | adresse modifier changer
review reviews rating | bewertung bewertungen | avis évaluation note
engrave engraving personalised custom | gravur gravieren personalisiert individuell | gravure graver personnalisé sur-mesure
sample samples try | probe proben muster testen | échantillon échantillons essai essayer
set sets bundle | set sets paket bündel | coffret coffrets ensemble lot
christmas xmas holiday holidays | weihnachten feiertag feiertage ferien | noël fêtes férié fériés vacances
monday tuesday wednesday thursday friday | montag dienstag mittwoch donnerstag freitag | lundi mardi mercredi jeudi vendredi
right rights law legal withdrawal | recht rechte gesetz gesetzlich widerrufsrecht | droit droits loi légal rétractation
batch stock-number model number | modell modellnummer nummer | modèle référence numéro
`

// memory is what an embedding knows words by.
type memory struct {
	lexicon  *lexicon
	meanings map[string][]string // by language code and stem
	long     []string            // those with five letters or more, as parts of compounds
}

func newMemory(l *lexicon) *memory {
	m := &memory{lexicon: l, meanings: map[string][]string{}}
	for line := range strings.Lines(meanings) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		for i, part := range strings.Split(line, "|") {
			in := l.languages[i]
			for _, w := range strings.Fields(part) {
				key := in.code + ":" + l.stem(w, in)
				if m.meanings[key] == nil && len(key) >= len("de:")+5 {
					m.long = append(m.long, key)
				}
				if name := "~" + fields[0]; !slices.Contains(m.meanings[key], name) {
					m.meanings[key] = append(m.meanings[key], name)
				}
			}
		}
	}
	return m
}

// of gives what a stem means: its concepts and meanings, and those of the parts
// of a compound.
func (m *memory) of(stem string, in *language) []string {
	found := m.lexicon.conceptsOf(stem)
	key := in.code + ":" + stem
	if known := m.meanings[key]; known != nil {
		return slices.Concat(found, known)
	}
	if in.code != "de" || len(stem) < 8 {
		return found
	}
	found = slices.Clone(found)
	for _, part := range m.long {
		if strings.HasPrefix(part, "de:") && (strings.HasPrefix(stem, part[3:]) || strings.HasSuffix(stem, part[3:])) {
			found = append(found, m.meanings[part]...)
		}
	}
	return found
}
