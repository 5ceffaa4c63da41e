package page

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"omniops/shared/fault"
	"omniops/shared/knowledge/passage"
)

// Whatever the source, what is extracted is valid, bounded text that splits into
// passages no longer than they may be, the same each time, and without what
// stands in scripts.
func FuzzExtract(f *testing.F) {
	pages, _ := filepath.Glob("../testdata/*/*.html")
	for _, name := range pages {
		source, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(source))
	}
	for _, source := range shopPages(f) {
		f.Add(source)
	}
	f.Add(`<dl><dt><dd></dl><dl><div><dt>a</dt></div><dd>b</dd></dl><table><tr><td rowspan=2 colspan=9><ul><li></table>`)
	f.Add(`<ul><li><h2>a</h2><li><h3>` + strings.Repeat("b ", 200) + `</ul><section><h2>Reviews</h2><p>x`)
	f.Fuzz(func(t *testing.T, source string) {
		source = strings.ToValidUTF8(source, "")
		if len(source) > 64<<10 {
			return
		}
		const spell = "xyzzyscript"
		source = `<script>` + spell + `</script><style>` + spell + `</style><!--` + spell + `-->` + strings.ReplaceAll(source, spell, "")
		c, err := Extract(address, []byte(source))
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Error(err)
			}
			return
		}
		if !utf8.ValidString(said(c)) || len(c.Text) > maxText || len(c.Title) > maxTitle {
			t.Errorf("%d bytes of text, title %q", len(c.Text), c.Title)
		}
		if strings.Contains(said(c)+c.Title, spell) {
			t.Errorf("what stands in a script is text: %q", c.Text)
		}
		for _, p := range c.Products {
			if err := p.Validate(); err != nil {
				t.Errorf("%+v: %v", p, err)
			}
		}
		passages := c.Passages(time.Unix(0, 0))
		for _, p := range passages {
			if passage.Tokens(p.Text) > passage.MaxTokens {
				t.Errorf("%d tokens in %q", passage.Tokens(p.Text), p.Text)
			}
		}
		again, err := Extract(address, []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(passages, again.Passages(time.Unix(0, 0))); diff != "" {
			t.Error(diff)
		}
	})
}

// Whatever data a page carries, each product is valid, stands on the page's own
// site, and shares a word with what the page shows.
func FuzzProducts(f *testing.F) {
	f.Add(`{"@type":"Product","name":"Kettle","sku":"K-1","offers":{"price":"1.299,00 €","priceCurrency":"EUR","availability":"InStock","url":"/k"}}`, "£49.00")
	f.Add(`[{"@type":"ProductGroup","name":"Kettle","hasVariant":[{"@id":"#1","@type":"Product","color":"red","offers":{"lowPrice":1,"highPrice":2}}]},{"@id":"#1","offers":[]}]`, "statt 49,- € nur 39 €")
	f.Add(`{"@type":["Product"],"name":["Kettle"],"offers":[{"priceSpecification":[{"price":[1,"2"],"priceType":"SalePrice"}],"eligibleQuantity":{"minValue":"2"}}]}`, "$1,299.00 – $1,500")
	f.Add(`{"@id":"x","@graph":[{"@id":"x"},{"@type":"Product","name":"Kettle","offers":{"@id":"y"}},{"@id":"y","offers":[{"@id":"y"},{"price":1e300}]}]}`, "0,00")
	f.Fuzz(func(t *testing.T, data, price string) {
		if len(data)+len(price) > 64<<10 {
			return
		}
		source := `<main><h1>Kettle</h1><p class=price>` + price + `</p><button>Add to cart</button></main><script type="application/ld+json">` + data + `</script>`
		c, err := Extract(address, []byte(strings.ToValidUTF8(source, "")))
		if err != nil {
			t.Fatal(err) // there is a heading
		}
		if len(c.Products) > maxProducts {
			t.Errorf("%d products", len(c.Products))
		}
		for _, p := range c.Products {
			if err := p.Validate(); err != nil || !strings.HasPrefix(p.URL, "https://shop.example/") {
				t.Errorf("%+v: %v", p, err)
			}
			if p.Price != "" && !isPrice(p.Price, p.Currency) {
				t.Errorf("%s %s is no price", p.Price, p.Currency)
			}
		}
	})
}

// A number is read in one way only: what is read is written the same again.
func FuzzAmounts(f *testing.F) {
	for _, s := range []string{"£1,299.00", "1.299,00 €", "1 299,00 EUR", "CHF 1’299.–", "₹1,29,900", "9 – 12 €", "$39.00 CAD", "¥1,980"} {
		f.Add(s, "en")
	}
	f.Fuzz(func(t *testing.T, s, language string) {
		p := &place{language: language}
		found, _ := p.amounts(s)
		for _, a := range found {
			again, odd := p.amounts(a.currency + " " + a.value)
			if odd || len(again) != 1 || again[0].value != a.value || again[0].currency != a.currency {
				t.Errorf("%q is %s %s, then %v", s, a.value, a.currency, again)
			}
			if !isPrice(a.value, a.currency) {
				t.Errorf("%q gives %s %s", s, a.value, a.currency)
			}
		}
	})
}
