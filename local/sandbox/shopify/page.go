package shopify

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Page is what every page of the store admin shows.
type Page struct {
	Title, At string // At is where the pages are mounted
	Shop      string // domain
	Name      string // of the store
	Stores    []string
	Section   string
}

//go:embed admin.html order.html
var pageFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"when": func(t time.Time) string { return t.UTC().Format("Mon 2 Jan 2006, 15:04") },
	"day":  func(t time.Time) string { return t.UTC().Format("2 Jan, 15:04") },
	"list": func(a []string) string { return strings.Join(a, ", ") },
	"words": func(state string) string {
		text := strings.ReplaceAll(strings.ToLower(state), "_", " ")
		return strings.ToUpper(text[:min(1, len(text))]) + text[min(1, len(text)):]
	},
	"mood": mood,
}).ParseFS(pageFiles, "*.html"))

// mood is whether a state is good, bad, or wants something done.
func mood(state string) string {
	switch state {
	case "PAID", "FULFILLED", "DELIVERED", "PICKED_UP", "RETURNED", "SUCCEEDED", "CLOSED":
		return "good"
	case "REFUNDED", "VOIDED", "EXPIRED", "FAILURE", "NOT_DELIVERED", "RETURN_FAILED", "DECLINED", "CANCELED", "CANCELLED", "REQUEST_DECLINED":
		return "bad"
	case "UNFULFILLED", "PENDING", "PARTIALLY_PAID", "PARTIALLY_FULFILLED", "RETURN_REQUESTED", "REQUESTED", "ON_HOLD", "DELAYED", "ATTEMPTED_DELIVERY":
		return "due"
	}
	return ""
}

func show(w http.ResponseWriter, name string, view any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_ = pages.ExecuteTemplate(w, name, view) // whoever asked may be gone
}

// page begins the view of a page.
func (s *Shopify) page(there *shop, title, section string) Page {
	p := Page{Title: title, At: s.options.Pages, Section: section}
	for domain := range s.shops {
		p.Stores = append(p.Stores, domain)
	}
	slices.Sort(p.Stores)
	if there != nil {
		p.Shop, p.Name = there.domain, there.name
	}
	return p
}

// Pages serves the store admin for people, below Options.Pages, and the page on
// which a store's owner lets the app in, also at Shopify's own path with the store
// as ?shop=, for browsers, which cannot choose a Host.
func (s *Shopify) Pages() http.Handler {
	at := s.options.Pages
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+at+"/{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, at+"/"+DemoShop+"/orders", http.StatusSeeOther)
	})
	in := func(do func(http.ResponseWriter, *http.Request, *shop)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			domain := r.PathValue("shop")
			if domain == "" {
				domain = r.FormValue("shop")
			}
			s.mu.Lock()
			there := s.shops[domain]
			s.mu.Unlock()
			if there == nil {
				http.Error(w, "There is no such store. Try "+DemoShop+".", http.StatusNotFound)
				return
			}
			do(w, r, there)
		}
	}
	mux.HandleFunc(authorizePath, in(s.authorize))
	mux.HandleFunc(at+"/{shop}"+authorizePath, in(s.authorize))
	mux.HandleFunc("GET "+at+"/{shop}/orders", in(s.ordersPage))
	mux.HandleFunc("GET "+at+"/{shop}/orders/{id}", in(s.orderPage))
	mux.HandleFunc("POST "+at+"/{shop}/orders/{id}", in(s.orderAct))
	mux.HandleFunc("GET "+at+"/{shop}/products", in(s.productsPage))
	mux.HandleFunc("POST "+at+"/{shop}/products", in(s.productAct))
	mux.HandleFunc("GET "+at+"/{shop}/app", in(s.appPage))
	mux.HandleFunc("POST "+at+"/{shop}/app", in(s.appAct))
	return http.NewCrossOriginProtection().Handler(mux)
}

// orderRow is a line of the list.
type orderRow struct {
	ID                           int64
	Name, Customer, Total        string
	Payment, Fulfillment, Return string
	At                           time.Time
	Cancelled, Test              bool
}

// ordersShown is how many orders a page lists.
const ordersShown = 60

func (s *Shopify) ordersPage(w http.ResponseWriter, r *http.Request, there *shop) {
	s.mu.Lock()
	q := r.FormValue("q")
	matches, warnings := searchQuery(q, orderFields)
	var found []*order
	for _, o := range there.orders {
		if matches(o.document()) {
			found = append(found, o)
		}
	}
	sortOrders(found, "")
	slices.Reverse(found)
	from, _ := strconv.Atoi(r.FormValue("from"))
	from = max(0, min(from, len(found)))
	view := struct {
		Page
		Q, Next  string
		Warnings []warning
		Count    int
		Rows     []orderRow
	}{Page: s.page(there, "Orders", "orders"), Q: q, Warnings: warnings, Count: len(found)}
	for _, o := range found[from:min(len(found), from+ordersShown)] {
		view.Rows = append(view.Rows, o.row())
	}
	if from+ordersShown < len(found) {
		view.Next = "?" + url.Values{"q": {q}, "from": {strconv.Itoa(from + ordersShown)}}.Encode()
	}
	s.mu.Unlock()
	show(w, "orders", view)
}

func (o *order) row() orderRow {
	row := orderRow{
		ID: o.id, Name: o.name, Total: amount(o.total().buyer, o.currency), Payment: o.financial(), Fulfillment: o.fulfillment(), At: o.createdAt,
		Cancelled: !o.cancelledAt.IsZero(), Test: o.test, Customer: fullName(o.shipTo.first, o.shipTo.last),
	}
	if state := o.returnStatus(); state != "NO_RETURN" {
		row.Return = state
	}
	return row
}

// amount is money for people.
func amount(minor int64, currency string) string {
	return strings.TrimSuffix(decimal(minor, currency), ".0") + " " + currency
}

func (s *Shopify) orderPage(w http.ResponseWriter, r *http.Request, there *shop) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	s.mu.Lock()
	o := there.order(id)
	if o == nil {
		s.mu.Unlock()
		http.NotFound(w, r)
		return
	}
	type lineRow struct {
		Title, SKU, Price      string
		Quantity, Sent, Refund int
	}
	view := struct {
		Page
		Order                               orderRow
		Email, Phone, Note, Guest, Currency string
		Lines                               []lineRow
		Delivery, Paid, Refunded            string
		Address                             []string
		Parcels                             []*parcelView
		Returns                             []*returnView
		Refunds                             []refundView
		CancelReason                        string
		CancelledAt                         time.Time
		Unsent, Cancelling                  bool
		Log                                 []Mutation
	}{
		Page: s.page(there, o.name, "orders"), Order: o.row(), Email: o.email, Phone: o.phone, Note: o.note, Currency: o.currency,
		Delivery: amount(o.each(o.delivery).buyer, o.currency), Paid: amount(o.paid().buyer, o.currency), Refunded: amount(o.refunded().buyer, o.currency),
		CancelReason: o.cancelReason, CancelledAt: o.cancelledAt, Cancelling: o.cancelling != nil && !o.cancelling.done,
	}
	if o.customer == nil {
		view.Guest = "bought as a guest"
	}
	for _, l := range o.lines {
		title := l.title
		if l.choice != "" {
			title += ", " + l.choice
		}
		view.Lines = append(view.Lines, lineRow{title, l.sku, amount(o.each(l.price).buyer, o.currency), l.quantity, l.sent, l.refunded})
		view.Unsent = view.Unsent || l.unsent() > 0 && l.shipped()
	}
	view.Unsent = view.Unsent && o.cancelledAt.IsZero()
	a := o.shipTo
	for _, text := range []string{fullName(a.first, a.last), a.line1, a.line2, strings.TrimSpace(a.city + " " + a.zip), a.country} {
		if text != "" {
			view.Address = append(view.Address, text)
		}
	}
	view.Parcels, view.Returns, view.Refunds = o.views()
	for _, m := range slices.Backward(there.mutations) {
		if m.Order == o.name {
			view.Log = append(view.Log, m)
		}
	}
	s.mu.Unlock()
	show(w, "order", view)
}

// parcelView, returnView and refundView are parts of an order for people.
type parcelView struct {
	ID                     int64
	Name, Status, Tracking string
	At, Delivered          time.Time
}

type returnView struct {
	ID           int64
	Name, Status string
	Notes        []string
	Quantity     int
}

type refundView struct {
	At           time.Time
	Amount, Note string
}

func (o *order) views() (parcels []*parcelView, returns []*returnView, refunds []refundView) {
	for _, p := range o.parcels {
		parcels = append(parcels, &parcelView{p.id, p.name, p.display, p.company + " " + p.tracking, p.createdAt, p.deliveredAt})
	}
	for _, r := range o.returns {
		v := &returnView{ID: r.id, Name: r.name, Status: r.status}
		for _, l := range r.lines {
			v.Quantity += l.quantity
			v.Notes = append(v.Notes, l.of.line.title+": "+l.customerNote)
		}
		returns = append(returns, v)
	}
	for _, r := range o.refunds {
		refunds = append(refunds, refundView{r.createdAt, amount(r.amount.buyer, o.currency), r.note})
	}
	return parcels, returns, refunds
}
