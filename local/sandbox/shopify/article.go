package shopify

import (
	"cmp"
	"slices"
)

// Article is a product as a store's staff enter it.
type Article struct {
	Handle, Title string
	Text          string // what the store says of it
	Status        string // ACTIVE, ARCHIVED, DRAFT or UNLISTED; ACTIVE if empty
	URL           string // in the online shop; empty if it is not there
	Forms         []Form // that it is sold in; at least one
}

// Form is a variant of an Article.
type Form struct {
	Title string // empty if there is only one
	Price int64  // minor units of the store's currency
	Stock int
}

// Open opens a store that sells nothing yet.
func (s *Shopify) Open(domain, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found(domain, name)
}

func (s *Shopify) found(domain, name string) {
	if s.shops[domain] == nil {
		s.shops[domain] = newShop(600_000+int64(len(s.shops)), domain, name, "Sam Sample", handleOf(name)+".example")
		s.keep(didFound, s.shops[domain], name)
	}
}

// Sell adds an article to a store and tells the app. It gives the article's number.
func (s *Shopify) Sell(domain string, a Article) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sell(s.shops[domain], a)
}

func (s *Shopify) sell(there *shop, a Article) int64 {
	p := there.article(a.Handle, a.Title, "", "", s.now(), "")
	p.updatedAt = s.now()
	p.become(there, a)
	s.emit(there, "products/create", p.payload(), 0)
	s.keep(didSell, there, a)
	return p.id
}

// Edit changes an article, by its number, and tells the app.
func (s *Shopify) Edit(domain string, number int64, change func(*Article)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.edit(s.shops[domain], number, change)
}

func (s *Shopify) edit(there *shop, number int64, change func(*Article)) {
	i := slices.IndexFunc(there.products, func(p *product) bool { return p.id == number })
	if i < 0 {
		return
	}
	p := there.products[i]
	a := Article{Handle: p.handle, Title: p.title, Text: p.text, Status: p.status, URL: p.url}
	for _, v := range p.variants {
		a.Forms = append(a.Forms, Form{v.title, v.price, v.stock})
	}
	change(&a)
	p.become(there, a)
	p.updatedAt = s.now()
	s.emit(there, "products/update", p.payload(), 0)
	s.keep(didEdit, there, edited{number, a})
}

// become makes a product what its article says. A form keeps its number as long as
// it keeps its title.
func (p *product) become(there *shop, a Article) {
	p.handle, p.title, p.text, p.html, p.status, p.url = a.Handle, a.Title, a.Text, "<p>"+a.Text+"</p>", cmp.Or(a.Status, "ACTIVE"), a.URL
	before := p.variants
	p.variants = nil
	for i, f := range a.Forms {
		v := &variant{title: cmp.Or(f.Title, defaultTitle)}
		if at := slices.IndexFunc(before, func(b *variant) bool { return b.title == v.title }); at >= 0 {
			v = before[at]
		} else {
			v.id = there.next()
		}
		v.price, v.stock, v.position = f.Price, f.Stock, i+1
		p.variants = append(p.variants, v)
	}
}

// Unsubscribe loses a store's subscriptions to a topic, such as PRODUCTS_DELETE,
// as happens to one whose deliveries failed for too long.
func (s *Shopify) Unsubscribe(domain, topic string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsubscribe(s.shops[domain], topic)
}

func (s *Shopify) unsubscribe(there *shop, topic string) {
	there.subscriptions = slices.DeleteFunc(there.subscriptions, func(u *subscription) bool { return u.topic == topic })
	s.keep(didUnsubscribe, there, topic)
}

// Subscriptions gives where a store's webhooks go, by topic as the API names it.
func (s *Shopify) Subscriptions(domain string) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]string{}
	for _, u := range s.shops[domain].subscriptions {
		all[u.topic] = u.uri
	}
	return all
}
