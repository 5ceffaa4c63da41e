package shopify

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Ship sends what is left of an order, and Deliver brings what is on its way, as
// the store's staff and carrier do.
func (s *Shopify) Ship(domain, name string) { s.act(domain, name, "ship") }

// Deliver brings the parcels of an order that are on their way.
func (s *Shopify) Deliver(domain, name string) { s.act(domain, name, "deliver") }

// AnswerReturns approves or declines what was asked to be returned of an order.
func (s *Shopify) AnswerReturns(domain, name string, yes bool) {
	if yes {
		s.act(domain, name, "approve")
		return
	}
	s.act(domain, name, "decline")
}

func (s *Shopify) act(domain, name, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	(&call{Shopify: s, shop: s.shops[domain]}).act(s.shops[domain].named(name), what)
}

// act does what a button on an order's page is for.
func (c *call) act(o *order, what string) {
	if o == nil {
		return
	}
	switch what {
	case "ship":
		c.ship(o)
	case "deliver":
		c.deliver(o)
	case "approve":
		c.answerReturns(o, true)
	case "decline":
		c.answerReturns(o, false)
	case "updated":
		c.changed(o, "orders/updated")
	}
	c.keep(didAct, c.shop, acted{o.name, what})
}

func (c *call) ship(o *order) {
	if !o.cancelledAt.IsZero() || o.cancelling != nil {
		return
	}
	f := o.send(c.now(), "IN_TRANSIT", 0)
	if len(f.lines) == 0 {
		o.parcels = o.parcels[:len(o.parcels)-1]
		return
	}
	f.inTransitAt, f.estimatedAt = c.now(), c.now().Add(2*day)
	c.changed(o, "fulfillments/create", "orders/fulfilled", "orders/updated")
}

func (c *call) deliver(o *order) {
	moved := false
	for _, p := range o.parcels {
		if p.status == "SUCCESS" && p.deliveredAt.IsZero() {
			p.display, p.deliveredAt, p.updatedAt, moved = "DELIVERED", c.now(), c.now(), true
		}
	}
	if moved {
		c.changed(o, "fulfillments/update", "orders/updated")
	}
}

func (c *call) answerReturns(o *order, yes bool) {
	for _, r := range o.returns {
		switch {
		case r.status != "REQUESTED":
		case yes:
			r.status, r.approvedAt = "OPEN", c.now()
			c.changed(o, "returns/approve", "orders/updated")
		default:
			r.status, r.closedAt = "DECLINED", c.now()
			c.changed(o, "returns/decline", "orders/updated")
		}
	}
}

// Price changes what an article costs, in minor units, and tells the app.
func (s *Shopify) Price(domain, handle string, minor int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	there := s.shops[domain]
	for _, p := range there.products {
		if p.handle == handle {
			s.edit(there, p.id, func(a *Article) {
				for i := range a.Forms {
					a.Forms[i].Price = minor
				}
			})
		}
	}
}

// Remove deletes an article.
func (s *Shopify) Remove(domain, handle string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(s.shops[domain], handle)
}

func (s *Shopify) remove(there *shop, handle string) {
	there.products = slices.DeleteFunc(there.products, func(p *product) bool {
		if p.handle != handle {
			return false
		}
		for _, o := range there.orders {
			for _, l := range o.lines {
				if l.product == p {
					l.product, l.variant = nil, nil
				}
			}
		}
		s.emit(there, "products/delete", map[string]any{"id": p.id}, 0)
		return true
	})
	s.keep(didRemove, there, handle)
}

// orderAct is a button on an order's page.
func (s *Shopify) orderAct(w http.ResponseWriter, r *http.Request, there *shop) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	s.mu.Lock()
	if o := there.order(id); o != nil {
		(&call{Shopify: s, shop: there}).act(o, r.PostFormValue("do"))
	}
	s.mu.Unlock()
	http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
}

func (s *Shopify) productsPage(w http.ResponseWriter, _ *http.Request, there *shop) {
	type row struct {
		Handle, Title, Status, SKU, Price string
		Stock                             int
	}
	s.mu.Lock()
	view := struct {
		Page
		Rows []row
	}{Page: s.page(there, "Products", "products")}
	for _, p := range there.products {
		v := p.variants[0]
		view.Rows = append(view.Rows, row{p.handle, p.title, p.status, v.sku, decimal(v.price, currency), p.stock()})
	}
	s.mu.Unlock()
	show(w, "products", view)
}

// productAct is a button on the list of products.
func (s *Shopify) productAct(w http.ResponseWriter, r *http.Request, there *shop) {
	switch handle := r.PostFormValue("handle"); r.PostFormValue("do") {
	case "price":
		minor, ok := minorOf(r.PostFormValue("price"), currency)
		if !ok || minor <= 0 {
			http.Error(w, "A price is a number such as 12.50.", http.StatusBadRequest)
			return
		}
		s.Price(there.domain, handle, minor)
	case "remove":
		s.Remove(there.domain, handle)
	}
	http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
}

func (s *Shopify) appPage(w http.ResponseWriter, _ *http.Request, there *shop) {
	s.mu.Lock()
	view := struct {
		Page
		Installed     bool
		Scopes        []string
		Subscriptions []*subscriptionView
		Deliveries    []Delivery
		Waiting       []Delivery
		Mutations     []Mutation
		Points        int
		Switches      Switches
		Now           time.Time
	}{
		Page: s.page(there, "App", "app"), Installed: there.installed && !s.locked(there, s.clock()), Scopes: there.scopes, Points: int(there.bucket.available(s.clock())),
		Switches: s.switches, Now: s.now(),
	}
	for _, u := range there.subscriptions {
		view.Subscriptions = append(view.Subscriptions, &subscriptionView{header(u.topic), u.uri})
	}
	for _, d := range slices.Backward(s.done) {
		if d.Shop == there.domain && len(view.Deliveries) < 20 {
			view.Deliveries = append(view.Deliveries, d)
		}
	}
	for _, d := range s.pending {
		if d.Shop == there.domain {
			view.Waiting = append(view.Waiting, *d)
		}
	}
	for _, m := range slices.Backward(there.mutations) {
		if len(view.Mutations) < 20 {
			view.Mutations = append(view.Mutations, m)
		}
	}
	s.mu.Unlock()
	show(w, "app", view)
}

type subscriptionView struct{ Topic, URI string }

// appAct is a button on the app's page.
func (s *Shopify) appAct(w http.ResponseWriter, r *http.Request, there *shop) {
	switch r.PostFormValue("do") {
	case "uninstall":
		s.Uninstall(there.domain)
	case "revoke":
		s.Revoke(there.domain)
	case "comply":
		s.Comply(there.domain, r.PostFormValue("topic"), r.PostFormValue("order"))
	case "switch":
		level, _ := strconv.Atoi(r.PostFormValue("protected"))
		copies, _ := strconv.Atoi(r.PostFormValue("copies"))
		s.Switch(func(w *Switches) {
			w.ProtectedData, w.WebhookCopies = max(0, min(2, level)), max(1, min(10, copies))
			w.Reorder, w.CancelFails = r.PostFormValue("reorder") != "", r.PostFormValue("fails") != ""
			w.Shop = Condition(r.PostFormValue("condition"))
		})
	}
	http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
}
