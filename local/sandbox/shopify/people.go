package shopify

import (
	"fmt"
	"strings"
)

// country is where customers live: its names, streets and towns, all made up, and
// how its shoppers pay.
type country struct {
	iso, name, locale, currency, dial string
	weight                            int // share of customers
	first, last                       []string
	streets                           []string
	towns                             [][2]string // town and postal code
	province                          [2]string   // name and code
}

var countryNames = map[string]string{
	"GB": "United Kingdom", "IE": "Ireland", "DE": "Germany", "FR": "France", "ES": "Spain", "IT": "Italy", "NL": "Netherlands", "PL": "Poland", "SE": "Sweden", "US": "United States", "JP": "Japan",
	"AT": "Austria", "CH": "Switzerland", "BE": "Belgium", "DK": "Denmark", "PT": "Portugal", "NO": "Norway", "CA": "Canada", "AU": "Australia",
}

var countries = []country{
	{
		iso: "GB", name: "United Kingdom", locale: "en-GB", currency: "GBP", dial: "+447700900", weight: 9,
		first:   []string{"Amelia", "Oliver", "Priya", "Callum", "Siân", "Mohammed", "Grace", "Jack", "Aisha", "Thomas", "Isla", "George"},
		last:    []string{"Whitcombe", "Okafor", "Ashdown", "Pritchard", "Begum", "Hargreaves", "Lister", "O’Donnell", "Khan", "Featherstone"},
		streets: []string{"Brewer Row", "Mill Lane", "Cartwright Terrace", "Harbour View", "St Anne’s Road"},
		towns:   [][2]string{{"Bristol", "BS1 9ZZ"}, {"Leeds", "LS1 9ZZ"}, {"Cardiff", "CF10 9ZZ"}, {"Glasgow", "G1 9ZZ"}, {"Norwich", "NR1 9ZZ"}},
	},
	{
		iso: "IE", name: "Ireland", locale: "en-IE", currency: "EUR", dial: "+353209100", weight: 2,
		first: []string{"Aoife", "Cian", "Niamh", "Oisín"}, last: []string{"Ní Bhriain", "Kavanagh", "Mac Giolla", "Tierney"},
		streets: []string{"Quay Street", "Fair Green"}, towns: [][2]string{{"Galway", "H91 X0X0"}, {"Cork", "T12 X0X0"}},
	},
	{
		iso: "DE", name: "Germany", locale: "de-DE", currency: "EUR", dial: "+4930231250", weight: 4,
		first: []string{"Anna", "Lukas", "Jürgen", "Zoë", "Mia", "Björn"}, last: []string{"Müller", "Schmidt", "Groß", "von der Heide", "Yıldız", "Krüger"},
		streets: []string{"Lindenstraße", "Am Mühlbach", "Goetheallee"}, towns: [][2]string{{"Hamburg", "20095"}, {"Köln", "50667"}, {"Leipzig", "04109"}},
	},
	{
		iso: "FR", name: "France", locale: "fr-FR", currency: "EUR", dial: "+3319900", weight: 3,
		first: []string{"Léa", "Hugo", "Anaïs", "Jean-Luc", "Chloé"}, last: []string{"Lefèvre", "de La Tour", "Garnier", "N’Diaye", "Moreau"},
		streets: []string{"rue des Tilleuls", "avenue du Port", "chemin Vert"}, towns: [][2]string{{"Lyon", "69002"}, {"Nantes", "44000"}, {"Lille", "59000"}},
	},
	{
		iso: "ES", name: "Spain", locale: "es-ES", currency: "EUR", dial: "+3460000", weight: 2,
		first: []string{"Lucía", "Íñigo", "María José", "Álvaro"}, last: []string{"Núñez Ortega", "García López", "Echeverría", "Peña"},
		streets: []string{"Calle de la Fuente", "Paseo del Mar"}, towns: [][2]string{{"Valencia", "46002"}, {"Bilbao", "48001"}},
	},
	{
		iso: "IT", name: "Italy", locale: "it-IT", currency: "EUR", dial: "+390600000", weight: 2,
		first: []string{"Giulia", "Niccolò", "Beatrice", "Luca"}, last: []string{"D’Angelo", "Rossi", "De Santis", "Ferraro"},
		streets: []string{"Via dei Gelsi", "Corso Umberto"}, towns: [][2]string{{"Bologna", "40121"}, {"Torino", "10121"}}, province: [2]string{"Bologna", "BO"},
	},
	{
		iso: "NL", name: "Netherlands", locale: "nl-NL", currency: "EUR", dial: "+3120000", weight: 2,
		first: []string{"Sanne", "Daan", "Fleur", "Bram"}, last: []string{"van den Berg", "de Vries", "Jansen", "’t Hooft"},
		streets: []string{"Molenweg", "Kerkstraat"}, towns: [][2]string{{"Utrecht", "3511 ZZ"}, {"Groningen", "9711 ZZ"}},
	},
	{
		iso: "PL", name: "Poland", locale: "pl-PL", currency: "EUR", dial: "+4822000", weight: 1,
		first: []string{"Zofia", "Łukasz", "Małgorzata"}, last: []string{"Wiśniewska", "Dąbrowski", "Żak"},
		streets: []string{"ulica Młyńska", "ulica Długa"}, towns: [][2]string{{"Gdańsk", "80-001"}, {"Kraków", "30-001"}},
	},
	{
		iso: "SE", name: "Sweden", locale: "sv-SE", currency: "EUR", dial: "+4631390600", weight: 1,
		first: []string{"Åsa", "Elias", "Maja"}, last: []string{"Lindqvist", "Öberg", "Ångström"},
		streets: []string{"Kvarngatan", "Björkvägen"}, towns: [][2]string{{"Göteborg", "411 05"}, {"Umeå", "903 25"}},
	},
	{
		iso: "US", name: "United States", locale: "en-US", currency: "USD", dial: "+12025550", weight: 4,
		first: []string{"Emily", "José", "Tyrone", "Hannah", "Wei"}, last: []string{"Johnson", "Nguyen", "Martinez", "O’Brien", "Goldberg"},
		streets: []string{"Maple Street", "Old Mill Road", "Ocean Avenue"}, towns: [][2]string{{"Portland", "97201"}, {"Savannah", "31401"}}, province: [2]string{"Oregon", "OR"},
	},
	{
		iso: "JP", name: "Japan", locale: "ja-JP", currency: "JPY", dial: "+813000000", weight: 2,
		first: []string{"葵", "Haruto", "さくら", "Kenji"}, last: []string{"佐藤", "Tanaka", "高橋", "Ōno"},
		streets: []string{"南1条西", "Nakagyō-ku Kamanza-chō"}, towns: [][2]string{{"札幌市", "060-0061"}, {"Kyoto", "604-0000"}}, province: [2]string{"京都府", "JP-26"},
	},
}

// people are a store's customers. Some share a name, some an address, some have
// an e-mail that only looks like another's.
func people(p *shop, d *dice, n int) {
	var weighted []country
	for _, c := range countries {
		for range c.weight {
			weighted = append(weighted, c)
		}
	}
	used := map[string]int{}
	for i := range n {
		in := one(d, weighted)
		c := &customer{id: p.next(), first: one(d, in.first), last: one(d, in.last), locale: in.locale}
		name := handleOf(c.first) + "." + handleOf(c.last)
		if used[name]++; used[name] > 1 {
			name = fmt.Sprintf("%s%d", name, used[name])
		}
		c.email = name + "@" + one(d, []string{"example.com", "example.org", "example.net", "mail.example"})
		if i%5 == 0 {
			c.phone = fmt.Sprintf("%s%03d", in.dial, i)
		}
		town := one(d, in.towns)
		c.address = address{
			id: p.next(), first: c.first, last: c.last, line1: fmt.Sprintf("%d %s", 1+d.throw(120), one(d, in.streets)), city: town[0], zip: town[1],
			province: in.province[0], code: in.province[1], country: in.name, iso: in.iso, phone: c.phone,
		}
		if i%7 == 3 && len(p.customers) > 0 { // lives with the one before
			before := p.customers[len(p.customers)-1]
			c.address.line1, c.address.city, c.address.zip, c.address.country, c.address.iso = before.address.line1, before.address.city, before.address.zip, before.address.country, before.address.iso
			c.address.province, c.address.code, c.locale = before.address.province, before.address.code, before.locale
		}
		if i%9 == 4 { // has the name of an earlier one
			twin := p.customers[d.throw(len(p.customers))]
			c.first, c.last = twin.first, twin.last
			c.address.first, c.address.last = c.first, c.last
		}
		p.customers = append(p.customers, c)
	}
	p.crowd = len(p.customers)
}

// handleOf writes a name in the letters that e-mail addresses usually have.
func handleOf(name string) string {
	plain := strings.NewReplacer("ü", "ue", "ö", "oe", "ä", "ae", "ß", "ss", "ı", "i", "è", "e", "é", "e", "ï", "i", "ë", "e", "ú", "u", "í", "i", "ñ", "n", "ò", "o", "ś", "s", "ą", "a", "ł", "l", "ż", "z", "å", "a", "ō", "o", "â", "a",
		"葵", "aoi", "さくら", "sakura", "佐藤", "sato", "高橋", "takahashi", "’", "", " ", "-").Replace(strings.ToLower(name))
	return strings.Trim(strings.Map(func(r rune) rune {
		if r < 128 {
			return r
		}
		return -1
	}, plain), "-")
}

// currencyOf is what somebody at an address pays with.
func currencyOf(iso string) string {
	for _, c := range countries {
		if c.iso == iso {
			return c.currency
		}
	}
	return currency
}
