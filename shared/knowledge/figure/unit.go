package figure

import (
	"strings"
	"sync"
)

// unit is what may stand behind a number.
type unit struct {
	kind   Kind
	name   string // of a currency, a scale or another unit that is not converted
	factor float64
}

// lists is a line per unit: kind, name, factor, then the words for it, in lower
// case.
const lists = `
duration - 1 s sec secs second seconds sekunde sekunden seconde secondes
duration - 60 min mins minute minutes minuten
duration - 3600 hr hrs hour hours stunde stunden std heure heures
duration - 86400 day days tag tage tagen tages werktag werktage werktagen arbeitstag arbeitstage arbeitstagen kalendertag kalendertage kalendertagen jour jours journée tägig tägige tägiger tägigen tägiges
duration - 604800 week weeks wk wks woche wochen semaine semaines wöchig wöchige
months - 1 month months monat monate monaten monats mois monatig monatige
months - 12 year years yr yrs jahr jahre jahren jahres an ans année années jährig jährige jähriger jährigen jähriges
money EUR 1 € euro euros eur
money GBP 1 £ gbp sterling quid
money GBP 0.01 pence
money USD 1 usd dollar dollars
money CHF 1 chf franken
money SEK 1 sek
money NOK 1 nok
money DKK 1 dkk
money PLN 1 pln zł
money CZK 1 czk
money HUF 1 huf
money RON 1 ron
money JPY 1 jpy yen
money CAD 1 cad
money AUD 1 aud
money NZD 1 nzd
money INR 1 inr ₹
percent - 1 % percent prozent pourcent
temperature C 1 ℃ celsius
temperature F 1 ℉ fahrenheit
length - 1 mm millimetre millimetres millimeter millimetern millimètre millimètres
length - 10 cm centimetre centimetres centimeter centimeters zentimeter zentimetern centimètre centimètres
length - 1000 m metre metres meter meters metern mètre mètres
length - 1000000 km kilometre kilometres kilometer kilometers kilometern kilomètres
length - 25.4 inch inches zoll pouce pouces
length - 304.8 ft foot feet
weight - 1 g gr gram grams gramme grammes gramm
weight - 1000 kg kilo kilos kilogram kilograms kilogramm kilogrammes
weight - 0.001 mg milligram milligrams milligramm
weight - 28.349523125 oz ounce ounces
weight - 453.59237 lb lbs
volume - 1 ml millilitre millilitres milliliter milliliters millilitern
volume - 10 cl centilitre centilitres
volume - 1000 l ltr litre litres liter liters litern
power - 1 w watt watts
power - 1000 kw kilowatt kilowatts
voltage - 1 v volt volts
other kwh 1 kwh
other db 1 db decibel decibels dezibel décibels
other hz 1 hz hertz
other khz 1 khz
other ghz 1 ghz
other mah 1 mah
other mb 1 mb
other gb 1 gb
other tb 1 tb
other bar 1 bar
other lumen 1 lm lumen lumens
other rpm 1 rpm
`

// units finds a unit by a word for it.
var units = sync.OnceValue(func() map[string]unit {
	kinds := map[string]Kind{
		"duration": Duration, "months": Months, "money": Money, "percent": Percent, "temperature": Temperature, "length": Length,
		"weight": Weight, "volume": Volume, "power": Power, "voltage": Voltage, "other": Other,
	}
	all := map[string]unit{}
	for line := range strings.Lines(lists) {
		f := strings.Fields(line)
		if len(f) < 4 {
			continue
		}
		u := unit{kind: kinds[f[0]], factor: decimal(f[2])}
		if f[1] != "-" {
			u.name = f[1]
		}
		for _, w := range f[3:] {
			all[w] = u
		}
	}
	return all
})

// decimal reads a factor of lists.
func decimal(s string) float64 {
	v := numbersOf(s)
	return v[len(v)-1]
}

// Words that may stand between a number and its unit, or between the two numbers
// of a range.
var (
	modifiers = set("working", "business", "calendar", "full", "whole", "consecutive", "volle", "vollen", "ganze", "ganzen", "weitere", "weiteren", "aufeinanderfolgende", "degrees", "degree", "grad", "degrés")
	betweens  = set("to", "or", "and", "until", "till", "through", "bis", "oder", "und", "à", "ou", "et", "au", "a", "x")
	articles  = set("a", "an", "ein", "eine", "einen", "einem", "einer", "eines", "un", "une")
)

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// free are the words for a price of nothing.
var free = set("free", "complimentary", "gratis", "kostenlos", "kostenlose", "kostenloser", "kostenlosen", "kostenloses", "kostenfrei", "kostenfreie", "kostenfreien", "umsonst", "gratuit", "gratuite", "gratuits", "gratuites", "gratuitement", "offert", "offerte", "offerts", "offertes")

// Words that say together that something costs nothing: "no charge", "costs
// nothing".
var (
	without = set("no", "without", "zero", "keine", "ohne", "sans", "aucun", "aucuns")
	charges = set("charge", "charges", "cost", "costs", "fee", "fees", "kosten", "gebühr", "gebühren", "frais")
	costing = set("cost", "costs", "pay", "kostet", "kosten", "coûte", "coûtent")
	nothing = set("nothing", "nichts", "rien")
)

// IsFreeAfter reports whether two lower-case words say together that something
// costs nothing.
func IsFreeAfter(before, word string) bool {
	return without[before] && charges[word] || costing[before] && nothing[word]
}

// AwaitsPrice reports whether the word after a lower-case word may say with it
// that something costs nothing.
func AwaitsPrice(word string) bool { return without[word] || costing[word] }

// IsFree reports whether a lower-case word says that something costs nothing.
func IsFree(word string) bool { return free[word] }

// spelt are the numbers from 0 to 99 as words of English, German and French.
var spelt = sync.OnceValue(func() map[string]float64 {
	all := map[string]float64{}
	put := func(n int, words ...string) {
		for _, w := range words {
			all[w] = float64(n)
		}
	}
	for i, w := range strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen") {
		put(i, w)
	}
	german := strings.Fields("null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn")
	for i, w := range german {
		put(i, w)
	}
	for i, w := range strings.Fields("zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize") {
		if w != "un" { // an article
			put(i, w)
		}
	}
	put(40, "forty", "vierzig", "quarante")
	for i, w := range strings.Fields("twenty thirty - fifty sixty seventy eighty ninety") {
		put(20+10*i, w)
	}
	for i, w := range strings.Fields("zwanzig dreißig - fünfzig sechzig siebzig achtzig neunzig") {
		put(20+10*i, w)
	}
	put(30, "dreissig")
	for i, w := range strings.Fields("vingt trente - cinquante soixante") {
		put(20+10*i, w)
	}
	delete(all, "-")
	for i, tens := range strings.Fields("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig") {
		for j, one := range german[1:10] {
			put(20+10*i+j+1, strings.TrimSuffix(one, "s")+"und"+tens)
			put(20+10*i+j+1, one+"und"+tens)
		}
	}
	put(100, "hundred", "hundert", "einhundert")
	return all
})

// inWords gives the number that a word is, such as "thirty" or the first part of
// "zehnjährige".
func inWords(w string) (n float64, rest string, ok bool) {
	if n, ok := spelt()[w]; ok {
		return n, "", true
	}
	for _, part := range []string{"tägig", "jährig", "monatig", "wöchig"} {
		if at := strings.Index(w, part); at > 0 {
			if w[:at] == "ein" {
				return 1, part, true
			}
			n, ok := spelt()[w[:at]]
			return n, part, ok
		}
	}
	return 0, "", false
}

// months are the names of the months and their abbreviations. Those that are
// other words too count only with a capital.
var months = sync.OnceValue(func() map[string]int {
	all := map[string]int{}
	for _, line := range []string{
		"january february march april may june july august september october november december",
		"januar februar märz april mai juni juli august september oktober november dezember",
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		"jan feb mar apr - jun jul aug sep oct nov dec",
		"jänner - - - - - - - sept okt - dez",
	} {
		for i, w := range strings.Fields(line) {
			if w != "-" {
				all[w] = i + 1
			}
		}
	}
	return all
})

// Words lists the words that are a number or a price by themselves, in lower
// case.
func Words() []string {
	all := []string{"noon", "midday", "midnight", "mittags", "mitternacht", "midi", "minuit"}
	for w := range spelt() {
		all = append(all, w)
	}
	for w := range free {
		all = append(all, w)
	}
	return all
}

// InWords reports whether a lower-case word is, or begins with, a number, such
// as "thirty" or "zehnjährige".
func InWords(word string) bool {
	_, rest, ok := inWords(word)
	return ok || rest != ""
}

// IsOne reports whether a lower-case word is an article that is a one before a
// unit, as in "ein Jahr".
func IsOne(word string) bool { return articles[word] && word != "a" && word != "an" }

// IsUnit reports whether a lower-case word is a unit.
func IsUnit(word string) bool {
	_, ok := units()[word]
	return ok
}
