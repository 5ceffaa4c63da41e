package shopify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/queue"
	"omniops/shared/table"
)

// Work is one piece of what is to be done about a shop, as it is queued: numbers
// and keyed hashes, never what a person wrote or is called.
type Work struct {
	Tenant id.Tenant `json:"tenant"`
	Shop   Shop      `json:"shop"`
	Event  *Event    `json:"event,omitempty"`
	Page   *Page     `json:"page,omitempty"`
	Check  bool      `json:"check,omitempty"` // look after the connection
	Whole  bool      `json:"whole,omitempty"` // and read all products anew
}

// Event is what a shop said. Subjects are whom a request of the privacy law is about.
type Event struct {
	Key         string       `json:"key"` // Delivery.Key
	Topic       string       `json:"topic"`
	TriggeredAt time.Time    `json:"triggered_at,omitzero"`
	ReceivedAt  time.Time    `json:"received_at"`
	Object      string       `json:"object,omitempty"` // the shop's number of what it is about
	Subjects    []id.Subject `json:"subjects,omitempty"`
	Request     string       `json:"request,omitempty"`
}

// Page is one page of a shop's products that is to be read.
type Page struct {
	Run   string    `json:"run"`
	After string    `json:"after,omitempty"` // where the page before ended
	Since time.Time `json:"since,omitzero"`  // only what changed since
	Began time.Time `json:"began"`
}

// Queue takes work, in order for each shop.
type Queue struct{ sender *queue.Sender[Work] }

// NewQueue makes a Queue of a sender.
func NewQueue(s *queue.Sender[Work]) *Queue { return &Queue{s} }

// Deliver queues an event of a delivery for a tenant.
func (q *Queue) Deliver(ctx context.Context, t id.Tenant, d Delivery, e Event) error {
	e.Key = d.Key()
	return q.sender.Send(ctx, string(d.Shop), once(e.Key, string(t)), Work{Tenant: t, Shop: d.Shop, Event: &e})
}

// once is the name of a message by which the queue knows it again.
func once(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:])
}

// Check queues a look after a merchant's connection, once for each occasion.
func (q *Queue) Check(ctx context.Context, t id.Tenant, occasion string, whole bool) error {
	return q.sender.Send(ctx, "check-"+string(t), "check-"+string(t)+"-"+occasion, Work{Tenant: t, Check: true, Whole: whole})
}

// page queues the reading of a page of products.
func (q *Queue) page(ctx context.Context, t id.Tenant, p Page) error {
	return q.sender.Send(ctx, "products-"+string(t), once(p.Run, p.After), Work{Tenant: t, Page: &p})
}

// handledItem says that an event has been handled.
type handledItem struct {
	table.Key
	Topic    string `dynamodbav:"topic"`
	ExpireAt int64  `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes handledItem a table.Record.
func (handledItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:     "commerce.event",
		Subject:    inventory.NoSubject,
		Fields:     map[string]inventory.Category{"topic": inventory.None, "expires_at": inventory.None},
		Purpose:    inventory.AccountOperation,
		LegalBasis: inventory.Contract,
		Role:       inventory.Processor,
		Retention:  inventory.DeliveryRetention,
		Source:     inventory.FromShopify,
	}
}

// Worker does the work.
type Worker struct {
	Client    *Client
	Catalogue *Catalogue
	Queue     *Queue
	Table     *table.Store
	Address   string // of ours that shops deliver to

	// Accept keeps a request of the privacy law durably. It does so once for one
	// event, however often it is called.
	Accept func(context.Context, id.Tenant, Event) error
	Now    func() time.Time
	Log    *slog.Logger
}

// Do does one piece of work. Doing it again is harmless.
func (w *Worker) Do(ctx context.Context, work Work) error {
	switch {
	case work.Event != nil:
		return w.event(ctx, work)
	case work.Page != nil:
		return w.page(ctx, work.Tenant, *work.Page)
	case work.Check:
		return w.check(ctx, work.Tenant, work.Whole)
	}
	return fault.E(fault.Invalid, "There is nothing to do.", nil)
}

// event handles an event that was not handled before. The groups of the queue keep
// one shop's events apart, and what is done is harmless to repeat, so that the note
// of it is written last: an event whose handling was cut short is handled again.
func (w *Worker) event(ctx context.Context, work Work) error {
	e := *work.Event
	key := table.ShopEvent(work.Tenant, e.Key)
	if _, err := w.Table.GetItem(ctx, work.Tenant, key); err == nil {
		return nil
	} else if fault.KindOf(err) != fault.NotFound {
		return err
	}
	if err := w.handle(ctx, work.Tenant, work.Shop, e); err != nil {
		return fmt.Errorf("handle %s: %w", e.Topic, err)
	}
	period, _ := inventory.DeliveryRetention.Period()
	return ignore(w.Table.Create(ctx, work.Tenant, handledItem{Key: key, Topic: e.Topic, ExpireAt: w.Now().Add(period).Unix()}), fault.Conflict)
}

func (w *Worker) handle(ctx context.Context, t id.Tenant, shop Shop, e Event) error {
	if Compliance(e.Topic) {
		return w.comply(ctx, t, shop, e)
	}
	conn, err := w.Client.connections.Get(ctx, t)
	if err != nil {
		return err
	}
	if conn.Shop != shop || conn.State == Disconnected { // nothing of it is acted on any more
		return nil
	}
	if !e.TriggeredAt.IsZero() && e.TriggeredAt.Before(conn.InstalledAt.Add(-clockSkew)) { // of an earlier installation
		return nil
	}
	switch e.Topic {
	case "app/uninstalled":
		return w.Client.connections.Disconnect(ctx, t, e.TriggeredAt)
	case "products/create", "products/update":
		return w.product(ctx, t, e)
	case "products/delete":
		return w.Catalogue.remove(ctx, t, e.Object)
	case "shop/update":
		return w.unlessGone(w.Client.Learn(ctx, t))
	}
	// An order is never kept: whoever is asked about one, or is to change it, reads it
	// as it is then.
	return nil
}

// comply hands a request of the privacy law on. What a redacted shop gave us that is
// nobody's in particular goes at once.
func (w *Worker) comply(ctx context.Context, t id.Tenant, shop Shop, e Event) error {
	if e.Topic != ShopRedact {
		return w.Accept(ctx, t, e)
	}
	owner, err := w.Client.connections.Owner(ctx, shop)
	if err := ignore(err, fault.NotFound); err != nil { // forgotten already, but perhaps not by this merchant
		return err
	}
	if owner.Connected && owner.Tenant == t { // it was installed again within the 48 hours
		return nil
	}
	if err := w.Accept(ctx, t, e); err != nil {
		return err
	}
	conn, err := w.Client.connections.Get(ctx, t)
	if err != nil {
		return err
	}
	if conn.Shop == shop { // it may have another shop by now
		if err := w.Catalogue.Forget(ctx, t); err != nil {
			return err
		}
		if err := w.Client.connections.forget(ctx, t); err != nil {
			return err
		}
	}
	if owner.Tenant != t {
		return nil
	}
	return w.Client.connections.forgetShop(ctx, t, shop)
}

// product reads one product again, and keeps it as it is now.
func (w *Worker) product(ctx context.Context, t id.Tenant, e Event) error {
	if e.Object == "" {
		return nil
	}
	a := commerce.Access{Tenant: t, Purpose: commerce.CatalogueSync}
	if err := w.Client.permit(ctx, a, "read product", toCatalogue); err != nil {
		return err
	}
	var got struct {
		Shop    struct{ CurrencyCode string }
		Product *productNode
	}
	if err := w.Client.call(ctx, a, productOne, map[string]any{"id": gid("Product", e.Object)}, &got); err != nil {
		return w.unlessGone(err)
	}
	if got.Product == nil {
		return w.Catalogue.remove(ctx, t, e.Object)
	}
	state, err := w.Catalogue.state(ctx, t)
	if err != nil {
		return err
	}
	if err := w.complete(ctx, a, got.Product); err != nil {
		return w.unlessGone(err)
	}
	got.Product.currency = got.Shop.CurrencyCode
	return w.Catalogue.put(ctx, t, *got.Product, state.Run)
}

// page reads a page of products and queues the next. A page of a reading that
// another one has overtaken is left.
func (w *Worker) page(ctx context.Context, t id.Tenant, p Page) error {
	a := commerce.Access{Tenant: t, Purpose: commerce.CatalogueSync}
	if err := w.Client.permit(ctx, a, "read products", toCatalogue); err != nil {
		return err
	}
	state, err := w.Catalogue.state(ctx, t)
	if err != nil {
		return err
	}
	if state.Run != p.Run {
		return nil
	}
	variables := map[string]any{"q": "status:active", "after": nil}
	if p.After != "" {
		variables["after"] = p.After
	}
	if !p.Since.IsZero() {
		variables["q"] = "updated_at:>'" + p.Since.UTC().Format(time.RFC3339) + "'"
	}
	var got struct {
		Shop     struct{ CurrencyCode string }
		Products *struct {
			Nodes    []productNode
			PageInfo struct {
				HasNextPage bool
				EndCursor   *string
			}
		}
	}
	if err := w.Client.call(ctx, a, productPage, variables, &got); err != nil {
		return w.unlessGone(err)
	}
	if got.Products == nil {
		return fault.After(fault.Unavailable, unclear, time.Minute, fmt.Errorf("no products"))
	}
	for _, n := range got.Products.Nodes {
		if err := w.complete(ctx, a, &n); err != nil {
			return w.unlessGone(err)
		}
		n.currency = got.Shop.CurrencyCode
		if err := w.Catalogue.put(ctx, t, n, p.Run); err != nil {
			return err
		}
	}
	if next := got.Products.PageInfo; next.HasNextPage && next.EndCursor != nil && *next.EndCursor != p.After {
		p.After = *next.EndCursor
		return w.Queue.page(ctx, t, p)
	}
	return w.finish(ctx, t, p)
}

// finish ends a reading: what a whole one did not see is gone.
func (w *Worker) finish(ctx context.Context, t id.Tenant, p Page) error {
	began := p.Began
	if !p.Since.IsZero() { // a reading of changes sweeps nothing
		began = time.Time{}
	}
	left, err := w.Catalogue.sweep(ctx, t, p.Run, began)
	if err != nil {
		return err
	}
	return w.Table.Put(ctx, t, catalogueItem{
		Key: table.Catalogue(t), Run: p.Run, Since: p.Began, Products: left, SyncedAt: w.Now().UTC(),
	})
}

// unlessGone gives err, or nil if the shop is not connected any more: then there
// is nothing left to do.
func (w *Worker) unlessGone(err error) error {
	if isGone(err) {
		return nil
	}
	return err
}
