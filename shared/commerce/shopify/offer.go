package shopify

import (
	"context"

	"omniops/shared/commerce"
	"omniops/shared/id"
)

// Offers gives what products cost now, by their handles. One that the shop does
// not sell is left out.
func (c *Catalogue) Offers(ctx context.Context, t id.Tenant, handles ...string) ([]commerce.Offer, error) {
	products, err := c.ByHandles(ctx, t, handles...)
	if err != nil {
		return nil, err
	}
	var offers []commerce.Offer
	for _, p := range products {
		if len(p.Variants) == 0 {
			continue
		}
		o := commerce.Offer{Handle: p.Handle, Price: p.Variants[0].Price}
		for _, v := range p.Variants {
			o.Available = o.Available || v.Available
			o.From = o.From || v.Price != p.Variants[0].Price
			if v.Price.Currency == o.Price.Currency && v.Price.Minor < o.Price.Minor {
				o.Price = v.Price
			}
		}
		offers = append(offers, o)
	}
	return offers, nil
}
