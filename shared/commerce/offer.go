package commerce

// Offer is what a product costs in the shop now, and whether it can be had.
type Offer struct {
	Handle    string // of the product, as its page's address ends
	Price     Money  // the lowest of its variants
	From      bool   // there are dearer ones
	Available bool
}
