package support

import (
	"slices"
	"strings"
	"sync"

	"omniops/shared/knowledge/index"
)

// countries lists, a line each, what shoppers call the countries that they ask
// deliveries to. A "+" marks members of the European Union (read 2026-11-24), a
// "*" other countries of Europe.
const countries = `
+ austria, österreich, autriche, oostenrijk
+ belgium, belgien, belgique, belgio, bélgica, belgië
+ bulgaria, bulgarien, bulgarie
+ croatia, kroatien, croatie, croazia, croacia
+ cyprus, zypern, chypre, cipro, chipre
+ czech republic, czechia, tschechien, tchéquie, république tchèque
+ denmark, dänemark, danemark, danimarca, dinamarca, denemarken
+ estonia, estland, estonie
+ finland, finnland, finlande, finlandia
+ france, frankreich, francia, frankrijk
+ germany, deutschland, allemagne, germania, alemania, duitsland
+ greece, griechenland, grèce, grecia, griekenland
+ hungary, ungarn, hongrie, ungheria, hungría
+ ireland, irland, irlande, irlanda, ierland
+ italy, italien, italie, italia, italië
+ latvia, lettland, lettonie
+ lithuania, litauen, lituanie
+ luxembourg, luxemburg, lussemburgo
+ malta, malte
+ netherlands, holland, niederlande, niederlanden, pays bas, hollande, paesi bassi, países bajos, nederland
+ poland, polen, pologne, polonia
+ portugal, portogallo
+ romania, rumänien, roumanie
+ slovakia, slowakei, slovaquie
+ slovenia, slowenien, slovénie
+ spain, spanien, espagne, spagna, españa, spanje
+ sweden, schweden, suède, svezia, suecia, zweden
* iceland, island, islande, islanda, islandia, ijsland
* norway, norwegen, norvège, norvegia, noruega, noorwegen
* switzerland, schweiz, suisse, svizzera, suiza, zwitserland
* liechtenstein
* united kingdom, great britain, britain, england, uk, scotland, wales, northern ireland, vereinigtes königreich, großbritannien, royaume uni, angleterre, regno unito, reino unido
* ukraine, ucraina, ucrania
* serbia, serbien, serbie
* albania, albanien, albanie
* bosnia, bosnien, bosnie
* monaco
* andorra, andorre
* turkey, türkei, turquie, turchia, turquía
* russia, russland, russie, rusia
- usa, united states, america, vereinigte staaten, amerika, états unis, stati uniti, estados unidos
- canada, kanada
- mexico, mexiko, mexique
- brazil, brasilien, brésil, brasil
- argentina, argentinien, argentine
- chile, chili
- australia, australien, australie
- new zealand, neuseeland, nouvelle zélande
- japan, japon, giappone, japón
- china, chine, cina
- hong kong
- taiwan
- south korea, korea, südkorea, corée
- singapore, singapur, singapour
- thailand, thaïlande
- vietnam
- indonesia, indonesien, indonésie
- malaysia, malaisie
- philippines, philippinen
- india, indien, inde
- pakistan
- israel, israël
- united arab emirates, dubai, emirate, émirats
- saudi arabia, saudi arabien, arabie saoudite
- egypt, ägypten, égypte
- morocco, marokko, maroc
- tunisia, tunesien, tunisie
- south africa, südafrika, afrique du sud
- nigeria, nigéria
- kenya, kenia`

// country is one that a message can name.
type country struct {
	region rune // as in countries
	names  []string
}

var knownCountries = sync.OnceValue(func() []country {
	var all []country
	for line := range strings.Lines(strings.TrimSpace(countries)) {
		region, names, _ := strings.Cut(strings.TrimSpace(line), " ")
		all = append(all, country{rune(region[0]), strings.Split(names, ", ")})
	}
	return all
})

// What pages call the places that a country is one of.
var (
	anywhere = []string{
		"worldwide", "international*", "abroad", "overseas", "rest of the world", "other countries", "all countries", "any country", "the world",
		"weltweit*", "ausland*", "übrige länder", "andere länder", "anderen ländern", "alle länder",
		"monde", "étranger", "autres pays", "tous les pays",
	}
	beyondUnion = []string{
		"outside the eu", "outside the european union", "outside eu", "non eu", "außerhalb der eu", "außerhalb der europäischen union", "nicht eu", "drittländer*", "drittstaat*",
		"hors ue", "hors de l ue", "hors union européenne", "hors de l union européenne", "pays tiers",
	}
	inEurope = []string{"europe", "european", "europa", "europäisch*", "européen*", "continental*"}
	inUnion  = []string{"eu", "european union", "europäische union", "europäischen union", "eu länder", "ue", "union européenne", "unione europea", "unión europea", "übrige eu"}
)

// dispatch is what a question about a delivery has.
var dispatch = []string{
	"deliver*", "ship*", "post", "postage", "send", "sent", "courier*",
	"liefer*", "versand*", "versend*", "verschick*", "schickt", "porto",
	"livr*", "expédi*", "envoi*", "envoy*", "frais de port",
	"spedi*", "consegn*", "envío*", "envia*", "entreg*", "verzend*", "bezorg*", "lever*",
}

// destinations are the countries that a question about a delivery names.
func destinations(question string) []country {
	said := strings.Join(words(question), " ")
	if !anyPhrase(said, dispatch) {
		return nil
	}
	var all []country
	for _, c := range knownCountries() {
		if anyPhrase(said, c.names) {
			all = append(all, c)
		}
	}
	return all
}

// servedBy reports whether a text speaks of a country, or of places that it is
// one of.
func (c country) servedBy(text string) bool {
	said := strings.Join(words(text), " ")
	return anyPhrase(said, c.names) || anyPhrase(said, anywhere) ||
		c.region != '-' && anyPhrase(union.Replace(said), inEurope) || c.region == '+' && anyPhrase(said, inUnion) || c.region != '+' && anyPhrase(said, beyondUnion)
}

// union takes the European Union out of a text, which is not all of Europe.
var union = strings.NewReplacer("european union", "eu", "europäische union", "eu", "europäischen union", "eu", "union européenne", "ue")

// reachesOthers reports whether a text speaks of some place, but of none that is
// asked about.
func reachesOthers(asked []country, text string) bool {
	if len(asked) == 0 || slices.ContainsFunc(asked, func(c country) bool { return c.servedBy(text) }) {
		return false
	}
	said := strings.Join(words(text), " ")
	return anyPhrase(said, inEurope) || anyPhrase(said, inUnion) || anyPhrase(said, beyondUnion) ||
		slices.ContainsFunc(knownCountries(), func(c country) bool { return anyPhrase(said, c.names) })
}

// reaching puts passages first that speak of the countries which a question asks
// for a delivery to, and leaves nothing when none does: what it costs to send
// something to a neighbour is no answer, and passages about one are left out.
func reaching(asked []country, hits []index.Hit) []index.Hit {
	if len(asked) == 0 {
		return hits
	}
	var first, rest []index.Hit
	for _, h := range hits {
		text := h.Passage.Title() + " " + h.Passage.Text
		switch {
		case slices.ContainsFunc(asked, func(c country) bool { return c.servedBy(text) }):
			first = append(first, h)
		case !reachesOthers(asked, text):
			rest = append(rest, h)
		}
	}
	if first == nil {
		return nil
	}
	return append(first, rest...)
}
