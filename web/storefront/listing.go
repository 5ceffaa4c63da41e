package storefront

// Listing is an article as the shop's own system keeps it. What sells the shop's
// articles elsewhere is made from it, so that it agrees with the pages.
type Listing struct {
	Handle, SKU, Title, Category string
	Summary                      string
	Story                        []string
	Pence, Stock                 int
	Page, Picture                string // paths on the shop's site
}

// Listings are all articles.
func Listings() []Listing {
	all := make([]Listing, 0, len(products))
	for _, p := range products {
		shelf := p.Category
		for _, c := range categories {
			if c.Slug == p.Category {
				shelf = c.Name
			}
		}
		all = append(all, Listing{
			Handle: p.Slug, SKU: p.SKU, Title: p.Name, Category: shelf, Summary: p.Summary, Story: p.Story, Pence: p.Pence, Stock: p.Stock,
			Page: "/products/" + p.Slug, Picture: "/img/" + p.Slug + ".svg",
		})
	}
	return all
}
