package page

import (
	"strings"
	"testing"
)

// What a page's price tag says, as a shopper reads it.
func TestPriceTags(t *testing.T) {
	const none = ""
	for _, c := range []struct{ language, tag, want string }{
		{"en", `<div class=price><span>Was £49.00</span> <span>Now £39.00</span></div>`, "39.00 GBP"},
		{"en", `<div class=price>RRP £49.00, our price £39.00, you save £10.00</div>`, "39.00 GBP"},
		{"en", `<p class=price>£49.00 <b>£39.00</b></p>`, none},
		{"en", `<p class=price>£39.00 inc VAT (£32.50 ex VAT)</p>`, "39.00 GBP"},
		{"en", `<p class=price>£32.50 excl. VAT</p>`, "32.50 GBP"},
		{"en", `<p class=price>£39.00/month</p>`, none},
		{"en", `<p class=price>£3.90 per 100 g</p>`, none},
		{"en", `<p class=price>£39.00 each</p>`, "39.00 GBP"},
		{"en", `<p class=price>or 3 payments of £13.00</p>`, none},
		{"en", `<p class=price>From £39.00</p>`, "from 39.00 GBP"},
		{"en", `<p class=price>£9.50 - £14.00</p>`, "from 9.50 GBP"},
		{"en", `<p class=price>£9.50 to £14.00</p>`, "from 9.50 GBP"},
		{"en", `<p class=price>9.50–14.00 GBP</p>`, "from 9.50 GBP"},
		{"en", `<p class=price>$1,299</p>`, "1299.00 USD"},
		{"en", `<p class=price>$1,299.50 USD</p>`, "1299.50 USD"},
		{"en", `<p class=price>$39.00 CAD</p>`, "39.00 CAD"},
		{"en", `<p class=price>CA$39.00</p>`, "39.00 CAD"},
		{"en-AU", `<p class=price>$39.00</p>`, "39.00 AUD"},
		{"es", `<p class=price>$39.00</p>`, none},
		{"en-IN", `<p class=price>₹1,29,900</p>`, "129900.00 INR"},
		{"en", `<p class=price>Rs. 1,299</p>`, none},
		{"en", `<p class=price>Price on request</p>`, none},
		{"en", `<p class=price>£0.00</p>`, none},
		{"en", `<p class=price>Free</p>`, none},
		{"en", `<p class=price>£39<sup>99</sup></p>`, "39.99 GBP"},
		{"en", `<p class=price>£<span>39</span><span class=price-fraction>99</span></p>`, "39.99 GBP"},
		{"en", `<p class=price><span>£39</span><span>99</span></p>`, none},
		{"en", `<p class=price><span class=amount>£49</span><span class="price__now">£39</span></p>`, "39.00 GBP"},
		{"en", `<p class=price><span class=line-through>£49</span>£39</p>`, "39.00 GBP"},
		{"en", `<p class=price><span style="text-decoration: line-through">£49</span> £39</p>`, "39.00 GBP"},
		{"en", `<p class=price><span hidden>£1</span>£39</p>`, "39.00 GBP"},
		{"en", `<p class=price>£39</p><p class="member-price">Members pay £35</p>`, none},
		{"en", `<p>Our price: £39.00</p>`, "39.00 GBP"},
		{"en", `<p>Delivery: £4.95</p>`, none},
		{"en", `<table><tr><td>Delivery<td>£4.95<tr><td>Price<td>£39.00</table>`, "39.00 GBP"},
		{"en", `<dl><dt>Delivery<dd>£4.95<dt>Price<dd>£39.00</dl>`, "39.00 GBP"},
		{"en", `<p class=price>12345 GBP6</p>`, none},
		{"de", `<p class=preis>statt 49,00 € nur 39,00 €</p>`, "39.00 EUR"},
		{"de", `<p class=preis>UVP 49,00 € <strong>39,00 €</strong></p>`, "39.00 EUR"},
		{"de", `<p class=preis>39,- €</p>`, "39.00 EUR"},
		{"de", `<p class=preis>€ 39,–</p>`, "39.00 EUR"},
		{"de", `<p class=preis>ab 39,00 €</p>`, "from 39.00 EUR"},
		{"de", `<p class=preis>1.299 €</p>`, "1299.00 EUR"},
		{"de", `<p class=preis>1.299.000,50 EUR</p>`, "1299000.50 EUR"},
		{"de", `<p class=preis>32,77 € zzgl. MwSt.</p><p>39,00 € inkl. MwSt.</p>`, "32.77 EUR"},
		{"de", `<p class=preis>32,77 € zzgl. MwSt. / 39,00 € inkl. MwSt.</p>`, "39.00 EUR"},
		{"de", `<p class=preis>39,00 € (7,80 € / 100 ml)</p>`, "39.00 EUR"},
		{"de", `<p class=preis>39,00 € inkl. 0,25 € Pfand</p>`, "39.00 EUR"},
		{"de", `<p class=preis>39,00 €<br>versandkostenfrei ab 50 €</p>`, "39.00 EUR"},
		{"de", `<p class=preis>1,299 €</p>`, none},
		{"en", `<p class=price>€1.299</p>`, none},
		{"de-CH", `<p class=preis>CHF 1'299.–</p>`, "1299.00 CHF"},
		{"de-CH", `<p class=preis>Fr. 39.50</p>`, "39.50 CHF"},
		{"fr", `<p class=prix>1 299,00 €</p>`, "1299.00 EUR"},
		{"fr", "<p class=prix>1\u202f299,00\u00a0€</p>", "1299.00 EUR"},
		{"fr", `<p class=prix>À partir de 39,00 €</p>`, "from 39.00 EUR"},
		{"fr", `<p class=prix>39,00 € au lieu de 49,00 €</p>`, "39.00 EUR"},
		{"fr", `<p class=prix>39,00 € TTC <small>dont 0,50 € d'éco-participation</small></p>`, none},
		{"fr", `<p class=prix>39,00 € ou 4 x 9,75 € sans frais</p>`, "39.00 EUR"},
		{"sv", `<p class=price>1 299 kr</p>`, "1299.00 SEK"},
		{"en", `<p class=price>399 kr</p>`, none},
		{"pl", `<p class=price>129,99 zł</p>`, "129.99 PLN"},
		{"ja", `<p class=price>12,800円（税込）</p>`, "12800 JPY"},
		{"en", `<p class=price>KWD 12.500</p>`, "12.500 KWD"},
	} {
		source := `<html lang="` + c.language + `"><main><h1>Kettle</h1>` + c.tag + `<button>Add to cart</button><p>Good.</p></main>`
		got, err := Extract(address, []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		said := none
		for _, p := range got.Products {
			if p.From {
				said = "from "
			}
			said = strings.TrimSpace(said + p.Price + " " + p.Currency)
		}
		if said != c.want {
			t.Errorf("%s: %q, want %q", c.tag, said, c.want)
		}
	}
}

// What a page says of the stock.
func TestStock(t *testing.T) {
	for said, want := range map[string]string{
		`<p>In stock</p>`: "InStock", `<p class=stock>12 in stock</p>`: "InStock", `<p>Not in stock</p>`: "OutOfStock", `<p>Only 3 left</p>`: "LimitedAvailability",
		`<p>Out of stock</p>`: "OutOfStock", `<p>Available on backorder</p>`: "BackOrder", `<p>No longer available</p>`: "Discontinued",
		`<p>Auf Lager</p>`: "InStock", `<p>Nicht auf Lager</p>`: "OutOfStock", `<p>Ausverkauft</p>`: "OutOfStock", `<p>Nur noch 2 verfügbar</p>`: "LimitedAvailability",
		`<p>Derzeit nicht lieferbar</p>`: "OutOfStock", `<p>Sofort lieferbar</p>`: "InStock", `<p>Vorbestellbar</p>`: "PreOrder",
		`<p>En stock</p>`: "InStock", `<p>Épuisé</p>`: "OutOfStock", `<p>Rupture de stock</p>`: "OutOfStock", `<p>Plus que 2 en stock</p>`: "LimitedAvailability",
		`<p>Sur commande</p>`: "BackOrder", `<p>Agotado</p>`: "OutOfStock",
		`<p>In stock</p><p>Sold out</p>`:                                                   "",
		`<label>L <span>Sold out</span></label>`:                                           "",
		`<p>We stock parts for every kettle that we have ever sold, for thirty years.</p>`: "",
	} {
		got, err := Extract(address, []byte(`<main><h1>Kettle</h1><p class=price>£39</p>`+said+`<button>Add to cart</button></main>`))
		if err != nil || len(got.Products) != 1 || got.Products[0].Availability != want {
			t.Errorf("%s: %+v, want %q (%v)", said, got.Products, want, err)
		}
	}
	for button, want := range map[string]string{
		`<button disabled>Add to cart</button>`:                           "OutOfStock",
		`<select><option>S</select><button disabled>Add to cart</button>`: "",
		`<button disabled>Sold out</button>`:                              "OutOfStock",
		`<button>Pre-order</button>`:                                      "PreOrder",
		`<button>In den Warenkorb</button>`:                               "",
	} {
		got, err := Extract(address, []byte(`<main><h1>Kettle</h1><p class=price>£39</p>`+button+`</main>`))
		if err != nil || len(got.Products) != 1 || got.Products[0].Availability != want {
			t.Errorf("%s: %+v, want %q (%v)", button, got.Products, want, err)
		}
	}
}

// Where data and page disagree, the documented order decides.
func TestTrust(t *testing.T) {
	data := func(price, stock string) string {
		return `<script type="application/ld+json">{"@type":"Product","name":"Kettle","offers":{"price":"` + price + `","priceCurrency":"GBP","availability":"` + stock + `"}}</script>`
	}
	for name, c := range map[string]struct{ page, want string }{
		"shown over stale":                {`<p class=price>£39.00</p>` + data("49.00", "InStock"), "39.00 GBP InStock"},
		"data among several shown":        {`<p class=price>£39.00 or £45.00</p>` + data("45.00", ""), "45.00 GBP"},
		"data among none shown":           {data("45.00", "PreOrder"), "45.00 GBP PreOrder"},
		"data struck, new unclear":        {`<p class=price><s>£49.00</s> £39.00 £36.00</p>` + data("49.00", ""), ""},
		"data struck, new shown":          {`<p class=price><s>£49.00</s> £39.00</p>` + data("49.00", ""), "39.00 GBP"},
		"another currency":                {`<p class=price>45,00 €</p>` + data("39.00", ""), "39.00 GBP"},
		"sold out in sight":               {`<p class=price>£39.00</p><p>Sold out</p>` + data("39.00", "InStock"), "39.00 GBP OutOfStock"},
		"in stock in sight":               {`<p class=price>£39.00</p><p>In stock</p>` + data("39.00", "OutOfStock"), "39.00 GBP InStock"},
		"finer data":                      {`<p>In stock</p>` + data("39.00", "OnlineOnly"), "39.00 GBP OnlineOnly"},
		"data over meta":                  {`<meta property="product:price:amount" content="44"><meta property="product:price:currency" content="GBP">` + data("39.00", ""), "39.00 GBP"},
		"meta where data is silent":       {`<meta property="product:price:amount" content="44"><meta property="product:price:currency" content="GBP"><meta property="product:availability" content="oos">` + data("", ""), "44.00 GBP OutOfStock"},
		"sale meta over list meta":        {`<meta property="product:price:amount" content="44"><meta property="product:price:currency" content="GBP"><meta property="product:sale_price:amount" content="40"><meta property="product:sale_price:currency" content="GBP">` + data("", ""), "40.00 GBP"},
		"variants, all stale":             {`<p class=price>£39.00</p><script type="application/ld+json">{"@type":"Product","name":"Kettle","offers":[{"sku":"1","price":49,"priceCurrency":"GBP"},{"sku":"2","price":49,"priceCurrency":"GBP"}]}</script>`, "39.00 GBP, 39.00 GBP"},
		"variants, one of them shown":     {`<p class=price>£39.00</p><script type="application/ld+json">{"@type":"Product","name":"Kettle","offers":[{"sku":"1","price":39,"priceCurrency":"GBP"},{"sku":"2","price":49,"priceCurrency":"GBP"}]}</script>`, "39.00 GBP, 49.00 GBP"},
		"variants, none of them shown":    {`<p class=price>£29.00</p><script type="application/ld+json">{"@type":"Product","name":"Kettle","offers":[{"sku":"1","price":39,"priceCurrency":"GBP"},{"sku":"2","price":49,"priceCurrency":"GBP"}]}</script>`, ","},
		"offers that nothing tells apart": {`<script type="application/ld+json">{"@type":"Product","name":"Kettle","offers":[{"price":49,"priceCurrency":"GBP"},{"price":39,"priceCurrency":"GBP"}]}</script>`, "from 39.00 GBP"},
		"a price per litre":               {`<script type="application/ld+json">{"@type":"Product","name":"Kettle","offers":{"priceCurrency":"GBP","priceSpecification":[{"@type":"UnitPriceSpecification","price":7.8,"referenceQuantity":{"value":1}},{"price":39}]}}</script>`, "39.00 GBP"},
		"for members and for many":        {`<script type="application/ld+json">{"@type":"Product","name":"Kettle","offers":[{"priceCurrency":"GBP","price":30,"eligibleQuantity":{"minValue":10}},{"priceCurrency":"GBP","price":39,"priceSpecification":{"price":35,"validForMemberTier":{}}}]}</script>`, "39.00 GBP"},
		"a sale price":                    {`<script type="application/ld+json">{"@type":"Product","name":"Kettle","offers":{"priceCurrency":"GBP","price":49,"priceSpecification":[{"price":"39.00","priceType":"https://schema.org/SalePrice"},{"price":59,"priceType":"MSRP"}]}}</script>`, "39.00 GBP"},
		"thousands that could be cents":   {data("1.299", ""), ""},
		"signs in data":                   {data("£1,299.00", ""), "1299.00 GBP"},
		"fractions of a penny":            {data("32.7731", ""), ""},
	} {
		got, err := Extract(address, []byte(`<html lang=en><main><h1>Kettle</h1>`+c.page+`<p>Good.</p></main>`))
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, p := range got.Products {
			s := strings.TrimSpace(p.Price + " " + p.Currency)
			if p.From {
				s = "from " + s
			}
			said = append(said, strings.TrimSpace(s+" "+p.Availability))
		}
		if all := strings.TrimSpace(strings.Join(said, ", ")); all != c.want {
			t.Errorf("%s: %q, want %q", name, all, c.want)
		}
	}
}
