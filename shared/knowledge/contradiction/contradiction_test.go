package contradiction

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/shared/knowledge/page"
	"omniops/shared/knowledge/passage"
	"omniops/web/storefront"
)

func at(where, title, text string) passage.Passage {
	return passage.Passage{URL: "https://shop.example/" + where, Path: strings.Split(title, " > "), Text: text, Language: "en"}
}

func sold(where, name, sku, text string) passage.Passage {
	p := at(where, name, text)
	p.Product = &passage.Product{Name: name, SKU: sku, URL: p.URL}
	return p
}

func in(language string, p passage.Passage) passage.Passage {
	p.Language = language
	return p
}

func TestFind(t *testing.T) {
	for name, tc := range map[string]struct {
		passages []passage.Passage
		want     [][2]string // the values
	}{
		"two deadlines": {[]passage.Passage{
			at("returns", "Returns", "You may return a kettle within 30 days of delivery."),
			at("faq", "FAQ > How long do I have to return a kettle?", "You can return it within 14 days of delivery."),
		}, [][2]string{{"30 days", "14 days"}}},
		"one deadline in other words": {[]passage.Passage{
			at("returns", "Returns", "You may return a kettle within 30 days of delivery."),
			at("faq", "FAQ > How long do I have to return a kettle?", "You can return it within thirty days of delivery."),
		}, nil},
		"one price in other words": {[]passage.Passage{
			at("delivery", "Delivery", "Express delivery costs £6.95."), at("faq", "FAQ", "Express delivery is 6.95 GBP."),
		}, nil},
		"two prices": {[]passage.Passage{
			at("delivery", "Delivery", "Express delivery costs £6.95."), at("faq", "FAQ", "The price of express delivery is £7.95."),
		}, [][2]string{{"£6.95", "£7.95"}}},
		"two services": {[]passage.Passage{
			at("delivery", "Delivery", "Express delivery costs £6.95."), at("faq", "FAQ", "Standard delivery costs £3.95."),
		}, nil},
		"two countries": {[]passage.Passage{
			at("delivery", "Delivery > Ireland", "Delivery takes 4 to 6 working days."), at("faq", "Delivery > United Kingdom", "Delivery takes 2 to 3 working days."),
		}, nil},
		"a rule and its exception": {[]passage.Passage{
			at("returns", "Returns", "You may return a kettle within 30 days of delivery."), at("faq", "FAQ", "You may return an unopened kettle within 60 days of delivery."),
		}, nil},
		"two ranges": {[]passage.Passage{
			at("delivery", "Delivery", "Standard delivery takes 2 to 3 working days."), at("faq", "FAQ > Delivery", "Standard delivery takes 3 to 5 working days."),
		}, [][2]string{{"2, 3 working days", "3, 5 working days"}}},
		"two products": {[]passage.Passage{
			sold("a", "Harbour kettle", "K1", "Capacity: 1.7 litres"), sold("b", "Lantern kettle", "K2", "Capacity: 2 litres"),
		}, nil},
		"two variants": {[]passage.Passage{
			sold("a", "Harbour kettle", "K1-S", "Capacity: 1 litre"), sold("b", "Harbour kettle", "K1-L", "Capacity: 1.7 litres"),
		}, nil},
		"one product on two pages": {[]passage.Passage{
			sold("a", "Harbour kettle", "K1", "Capacity: 1.7 litres"), sold("sale", "Harbour kettle", "K1", "Capacity: 1.5 litres"),
		}, [][2]string{{"1.7 litres", "1.5 litres"}}},
		"a record and prose": {[]passage.Passage{
			sold("a", "Harbour kettle", "K1", "- Price: 89.00 GBP"), at("blog", "Our favourites", "The Harbour kettle costs £79."),
		}, nil}, // the heading may tell them apart
		"a record and the questions": {[]passage.Passage{
			sold("a", "Harbour kettle", "K1", "- Price: 89.00 GBP"), at("faq", "FAQ", "The Harbour kettle costs £79."),
		}, [][2]string{{"89.00 GBP", "£79"}}},
		"a record and another product": {[]passage.Passage{
			sold("a", "Harbour kettle", "K1", "- Price: 89.00 GBP"), at("faq", "FAQ", "The Lantern kettle costs £79."),
		}, nil},
		"units that are converted": {[]passage.Passage{
			sold("a", "Harbour kettle", "K1", "Capacity: 1.7 litres"), at("faq", "FAQ", "The capacity of the Harbour kettle is 1700 ml."),
		}, nil},
		"yes and no": {[]passage.Passage{
			at("care", "Care", "The name mugs are dishwasher safe."), at("faq", "FAQ", "The name mugs are not dishwasher safe."),
		}, [][2]string{{"yes", "no"}}},
		"yes and no of two things": {[]passage.Passage{
			at("care", "Care", "The name mugs are dishwasher safe."), at("faq", "FAQ", "The copper kettles are not dishwasher safe."),
		}, nil},
		"yes, and no for two products": {[]passage.Passage{
			sold("a", "Tide mug", "M1", "Dishwasher safe"), sold("b", "Name mug", "M2", "Not dishwasher safe"),
		}, nil},
		"yes and no on one page": {[]passage.Passage{
			at("care", "Care", "The name mugs are dishwasher safe."), at("care", "Care", "The name mugs are not dishwasher safe."),
		}, nil},
		"two telephone numbers": {[]passage.Passage{
			at("contact", "Contact > Telephone", "Telephone: 01632 960 418"), at("about", "About", "Telephone: 01632 960 999"),
		}, [][2]string{{"01632 960 418", "01632 960 999"}}},
		"one telephone number": {[]passage.Passage{
			at("contact", "Contact > Telephone", "Telephone: 01632 960 418"), at("about", "About", "Telephone: +44 1632 960418"),
		}, nil},
		"two shops": {[]passage.Passage{
			at("stores", "Shops > Bath", "Telephone: 01632 960 418"), at("leeds", "Shops > Leeds", "Telephone: 01632 960 999"),
		}, nil},
		"opening hours": {[]passage.Passage{
			at("contact", "Contact", "Telephone hours: Monday to Friday 9 am to 5 pm"), at("faq", "FAQ", "Telephone hours: Monday to Friday 9 am to 6 pm"),
		}, [][2]string{{"9 am, 5 pm", "9 am, 6 pm"}}},
		"a table and prose": {[]passage.Passage{
			at("delivery", "Delivery", "| Service | Price |\n| --- | --- |\n| Express delivery | £6.95 |\n| Standard delivery | £3.95 |"), at("faq", "FAQ", "Express delivery costs £8."),
		}, [][2]string{{"£6.95", "£8"}}},
		"German": {[]passage.Passage{
			in("de", at("versand", "Versand", "Die Lieferung nach Österreich dauert 3 Tage.")), in("de", at("faq", "Häufige Fragen", "Die Lieferung nach Österreich dauert 5 Tage.")),
		}, [][2]string{{"3 Tage", "5 Tage"}}},
		"two languages": {[]passage.Passage{
			in("de", at("de/versand", "Versand", "Express kostet 7 €.")), in("en", at("delivery", "Delivery", "Express costs 9 €.")),
		}, nil},
		"percent": {[]passage.Passage{
			at("trade", "Trade", "Cafés get a trade discount of 25 %."), at("faq", "FAQ", "The trade discount for cafés is 20 percent."),
		}, [][2]string{{"25 %", "20 percent"}}},
	} {
		t.Run(name, func(t *testing.T) {
			var got [][2]string
			for _, p := range Find(slices.Values(tc.passages)) {
				got = append(got, [2]string{p.ValueA, p.ValueB})
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPair(t *testing.T) {
	got := Find(slices.Values([]passage.Passage{
		at("delivery", "Delivery", "We ship from Bath. Express delivery costs £6.95."), at("faq", "FAQ", "Express delivery is £7.95."),
	}))
	want := []Pair{{
		URLA: "https://shop.example/delivery", URLB: "https://shop.example/faq", TextA: "Express delivery costs £6.95.", TextB: "Express delivery is £7.95.",
		Subject: "express delivery", ValueA: "£6.95", ValueB: "£7.95",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// shop reads the demo shop.
func shop(t testing.TB) []passage.Passage {
	t.Helper()
	server := httptest.NewServer(storefront.Handler("http://127.0.0.1:1"))
	defer server.Close()
	get := func(address string) []byte {
		resp, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	var sitemap struct {
		URLs []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal(get(server.URL+"/sitemap.xml"), &sitemap); err != nil {
		t.Fatal(err)
	}
	var all []passage.Passage
	for _, u := range sitemap.URLs {
		content, err := page.Extract(u.Loc, get(u.Loc))
		if err != nil {
			t.Fatal(u.Loc, err)
		}
		all = append(all, content.Passages(time.Time{})...)
	}
	if len(all) < 100 {
		t.Fatalf("%d passages", len(all))
	}
	return all
}

// The demo shop does not contradict itself, and what is planted there is found.
func TestDemoShop(t *testing.T) {
	passages := shop(t)
	for _, p := range Find(slices.Values(passages)) {
		t.Errorf("%+v", p)
	}
	planted := slices.Concat(passages, []passage.Passage{
		at("old-faq", "Help > How long do I have to return a kettle?", "You may return a kettle within 14 days of delivery."),
		at("old-help", "Help > Delivery", "Express, if ordered before 2 pm, costs £9.95."),
		at("old-care", "Help > Guides", "Beech handles: oil the handle of the Pour-over 4 times a year. The Harbour electric kettle costs £79."),
	})
	found := Find(slices.Values(planted))
	for _, value := range []string{"14 days", "£79"} {
		if !slices.ContainsFunc(found, func(p Pair) bool { return p.ValueA == value || p.ValueB == value }) {
			t.Errorf("%s is not found: %+v", value, found)
		}
	}
}

// A site of the largest size is read in bounded time and memory, even one whose
// pages say the same over and over.
func TestLargeSite(t *testing.T) {
	passages := make([]passage.Passage, 0, 50_000)
	for i := range 5_000 {
		for j := range 10 {
			passages = append(passages, sold(fmt.Sprintf("p%d", i), fmt.Sprintf("Kettle number%d", i), fmt.Sprintf("K%d", i),
				fmt.Sprintf("Capacity: %d ml. Delivery takes 2 to 3 working days and costs £3.95. Part %d weighs %d g.", 500+i, j, 100+j)))
		}
	}
	if got := Find(slices.Values(passages)); len(got) > 0 {
		t.Errorf("%d pairs, such as %+v", len(got), got[0])
	}
}

func BenchmarkFind(b *testing.B) {
	passages := shop(b)
	b.ReportAllocs()
	for b.Loop() {
		Find(slices.Values(passages))
	}
	b.ReportMetric(float64(len(passages)), "passages")
}
