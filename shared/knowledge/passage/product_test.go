package passage

import (
	"testing"

	"omniops/shared/fault"
)

var kettle = Product{Name: "Kettle", SKU: "K-1", Price: "39.00", Currency: "GBP", Availability: "InStock", URL: "https://shop.example/k"}

func TestProductStatement(t *testing.T) {
	from := kettle
	from.From = true
	for want, p := range map[string]Product{
		"## Kettle\n\n- Price: 39.00 GBP\n- Availability: in stock\n- SKU: K-1":      kettle,
		"## Kettle\n\n- Price: from 39.00 GBP\n- Availability: in stock\n- SKU: K-1": from,
		"## Kettle":                             {Name: "Kettle"},
		"## Kettle\n\n- Availability: sold out": {Name: "Kettle", Availability: "SoldOut"},
	} {
		if got := p.Statement(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestProductValidate(t *testing.T) {
	if err := kettle.Validate(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Product){
		"no name":           func(p *Product) { p.Name = "" },
		"markup":            func(p *Product) { p.Name = "<b>" },
		"two lines":         func(p *Product) { p.Name = "a\nb" },
		"words for a price": func(p *Product) { p.Price = "free" },
		"a comma":           func(p *Product) { p.Price = "39,00" },
		"nothing to pay":    func(p *Product) { p.Price = "0.00" },
		"a point too many":  func(p *Product) { p.Price = "39." },
		"leading zero":      func(p *Product) { p.Price = "039" },
		"no currency":       func(p *Product) { p.Currency = "" },
		"no price":          func(p *Product) { p.Price = "" },
		"a sign":            func(p *Product) { p.Currency = "£" },
		"availability":      func(p *Product) { p.Availability = "Yes" },
		"no address":        func(p *Product) { p.URL = "/k" },
		"script address":    func(p *Product) { p.URL = "javascript://x/y" },
	} {
		p := kettle
		change(&p)
		if err := p.Validate(); fault.KindOf(err) != fault.Invalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRecords(t *testing.T) {
	blue := kettle
	blue.Name, blue.URL = "Kettle blue", "https://shop.example/k?variant=2"
	titled := source
	titled.Title = "KETTLE"
	got := Records(titled, []Product{kettle, blue, blue})
	want := []string{"Kettle", "KETTLE › Kettle blue", "KETTLE › Kettle blue"}
	ids := map[string]bool{}
	for i, p := range got {
		if p.Title() != want[i] || p.Text != p.Product.Statement() || p.URL != source.URL || Tokens(p.Text) > MaxTokens || !p.CrawledAt.Equal(source.CrawledAt) {
			t.Errorf("%+v", p)
		}
		ids[p.ID] = true
	}
	if len(ids) != 3 || *got[1].Product != blue {
		t.Errorf("ids %v, product %+v", ids, got[1].Product)
	}
}
