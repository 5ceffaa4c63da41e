package page

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"omniops/shared/knowledge/passage"
)

func TestAPanicOfALibraryIsAnError(t *testing.T) {
	if err := guarded(func() error { panic("x") }); err == nil {
		t.Error("no error")
	}
	if err := guarded(func() error { return nil }); err != nil {
		t.Error(err)
	}
}

// Shop pages made to exhaust a reader cost it no more than a page of their size
// may, and what is good of them is read.
func TestHostileShops(t *testing.T) {
	const size = 2 << 20
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	const good = `<body><main><h1>Glass kettle</h1><p class="price">£49.00</p><button>Add to basket</button><p>It boils a litre of good water.</p></main>`
	record := passage.Product{Name: "Glass kettle", Price: "49.00", Currency: "GBP", URL: address}
	data := func(json string) string { return `<script type="application/ld+json">` + json + `</script>` }
	wide := `{"@type":"Product","name":"Glass kettle","offers":[` + strings.TrimSuffix(strings.Repeat(`{"price":"49.00","priceCurrency":"GBP"},`, 4000), ",") + `]}`
	list := make([]string, 2500)
	for i := range list {
		list[i] = fmt.Sprintf(`{"item":{"@type":"Product","name":"Glass kettle %d","url":"/k/%d","offers":{"price":%d,"priceCurrency":"GBP"}}}`, i, i, i+1)
	}
	cases := map[string]struct {
		source string
		most   int // products
	}{
		"a million links":        {good + fill(`<a href=/x>x</a>`), 1},
		"links in headings":      {good + fill(`<h2><a href=/x>x</a></h2>`), 1},
		"prices":                 {good + fill(`<div class=price>£1.00</div>`), 1},
		"nested prices":          {good + strings.Repeat(`<div class=price>`, 400) + fill(`<p class=price>£1</p>`), 1},
		"buttons":                {good + fill(`<button>Add to basket</button>`), 1},
		"empty boxes":            {good + strings.Repeat(`<div class=stock>`, 400) + fill(`<p class=stock></p>`), 1},
		"headings to drop":       {good + fill(`<h2>You may also like</h2>`), 1},
		"nested headings":        {good + strings.Repeat(`<section><h2>Related products</h2>`, 400) + fill(`<p>x</p>`), 1},
		"attributes":             {good + `<p ` + fill(`itemprop=name `) + `>`, 1},
		"scopes":                 {good + fill(`<p itemscope itemtype=//schema.org/Product itemprop=offers>`), maxProducts},
		"flat scopes":            {good + fill(`<p itemscope itemtype="https://schema.org/Product"><b itemprop=name>Glass kettle</b><a itemprop=url href=/a>x</a></p>`), maxProducts},
		"definitions":            {good + fill(`<dl><dt>a<dd>b</dl>`), 1},
		"short lists":            {good + fill(`<ul><li><h3>a</h3></ul>`), 1},
		"styles":                 {good + fill(`<p style="color:#fff;background:#000;color:#fff">x`), 1},
		"deep page":              {good + data(`{"@type":"Product","name":"Glass kettle","offers":{"price":49,"priceCurrency":"GBP"}}`) + fill(`<div>`), 1},
		"deep data":              {good + data(strings.Repeat(`{"@graph":[`, 20000)), 1},
		"closed deep data":       {good + data(strings.Repeat(`{"@graph":[`, 3000)+strings.Repeat(`]}`, 3000)), 1},
		"huge data":              {good + data(`{"@type":"Product","name":"`+fill("x")+`"}`), 1},
		"many scripts":           {good + fill(data(`{"@type":"Product","name":"Glass kettle","url":"/a"}`)), maxProducts},
		"wide data":              {good + data(wide), 1},
		"long list":              {good + data(`{"@type":"ItemList","itemListElement":[`+strings.Join(list, ",")+`]}`), maxProducts},
		"a graph of itself":      {good + data(`{"@id":"#a","@graph":[{"@id":"#a"},{"@id":"#b"}],"mainEntity":{"@id":"#b"}}`) + data(`{"@id":"#b","mainEntity":[{"@id":"#a"},{"@id":"#a"}],"hasPart":[{"@id":"#a"},{"@id":"#b"}]}`), 1},
		"offers of themselves":   {good + data(`{"@id":"#p","@type":"Product","name":"Glass kettle","offers":{"@id":"#o"},"hasVariant":[{"@id":"#p"},{"@id":"#p"}]}`) + data(`{"@id":"#o","@type":"Offer","price":"49.00","priceCurrency":"GBP","offers":[{"@id":"#o"},{"@id":"#o"}],"itemOffered":{"@id":"#p"}}`), 1},
		"null bytes and markers": {good + fill("\x00\ufeff\u202e"), 1},
		"entities":               {good + fill("&amp;lt;script&amp;gt;"), 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			got, err := Extract(address, []byte(c.source))
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(got.Text, "a litre of good water") {
				t.Errorf("the good text is lost: %.80q", got.Text)
			}
			if len(got.Products) == 0 || len(got.Products) > c.most || got.Products[0] != record {
				t.Errorf("%d products, first %+v", len(got.Products), append(got.Products, passage.Product{})[0])
			}
			if spent := (after.TotalAlloc - before.TotalAlloc) >> 20; spent > 192 {
				t.Errorf("%d MB allocated", spent)
			}
		})
	}
}
