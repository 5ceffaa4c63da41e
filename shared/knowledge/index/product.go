package index

import (
	"encoding/binary"

	"omniops/shared/knowledge/passage"
)

// What is known of a passage's product, one bit each.
const (
	hasProduct = 1 << iota
	onItsPage  // its address is that of the passage
	fromPrice  // its price is the lowest of several
)

// appendProduct stores the product of a passage behind the passage's text.
func appendProduct(b []byte, p passage.Passage) []byte {
	if p.Product == nil {
		return binary.AppendUvarint(b, 0)
	}
	known := uint64(hasProduct)
	if p.Product.URL == p.URL {
		known |= onItsPage
	}
	if p.Product.From {
		known |= fromPrice
	}
	b = binary.AppendUvarint(b, known)
	for _, s := range []string{p.Product.Name, p.Product.SKU, p.Product.Price, p.Product.Currency, p.Product.Availability} {
		b = appendString(b, s)
	}
	if known&onItsPage == 0 {
		b = appendString(b, p.Product.URL)
	}
	return b
}

// storedProduct is a product as it was stored.
type storedProduct struct {
	passage.Product
	known uint64
}

// readProduct takes a product off the front of what is stored.
func readProduct(r *reader) storedProduct {
	p := storedProduct{known: r.uint()}
	if p.known&hasProduct == 0 {
		return p
	}
	p.From = p.known&fromPrice != 0
	for _, s := range []*string{&p.Name, &p.SKU, &p.Price, &p.Currency, &p.Availability} {
		*s = r.string()
	}
	if p.known&onItsPage == 0 {
		p.URL = r.string()
	}
	return p
}

// on gives the product of a passage on a page, nil if there is none.
func (p storedProduct) on(url string) *passage.Product {
	if p.known&hasProduct == 0 {
		return nil
	}
	product := p.Product
	if p.known&onItsPage != 0 {
		product.URL = url
	}
	return &product
}
