package shopify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/table"
)

// topics are what we have shops tell us. Those of the privacy law come without a
// subscription.
var topics = []string{
	"APP_UNINSTALLED", "ORDERS_CANCELLED", "ORDERS_DELETE", "ORDERS_EDITED", "ORDERS_UPDATED",
	"PRODUCTS_CREATE", "PRODUCTS_DELETE", "PRODUCTS_UPDATE", "SHOP_UPDATE",
}

var (
	subscriptions = operation{"Subscriptions", `query Subscriptions($topics: [WebhookSubscriptionTopic!]) {
  webhookSubscriptions(first: 100, topics: $topics) { nodes { id topic uri includeFields } }
}`}
	// What an event is about is all that is sent of it: no customer's data.
	subscribe = operation{"Subscribe", `mutation Subscribe($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON, includeFields: ["id"] }) {
    webhookSubscription { id } userErrors { field message }
  }
}`}
	unsubscribe = operation{"Unsubscribe", `mutation Unsubscribe($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
}`}
)

// Due lists the tenants whose connection is to be looked after: each once a day,
// for a week if it could not be done.
func (c *Connections) Due(ctx context.Context) ([]id.Tenant, error) {
	var all []id.Tenant
	for back := range 8 {
		due, err := c.table.ShopsDue(ctx, day(c.table.Now(), -back))
		if err != nil {
			return nil, fmt.Errorf("list shops: %w", err)
		}
		all = append(all, due...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// check looks after a connection: its tokens are renewed as with any call, what
// the shop tells us is subscribed to, and products that changed are read.
func (w *Worker) check(ctx context.Context, t id.Tenant, whole bool) error {
	conn, err := w.Client.connections.Get(ctx, t)
	if err != nil || conn.State != Connected {
		return err
	}
	if err := w.Client.Learn(ctx, t); err != nil {
		return w.unlessGone(err)
	}
	if err := w.subscribe(ctx, t); err != nil {
		return w.unlessGone(err)
	}
	if err := w.read(ctx, t, whole); err != nil {
		return err
	}
	_, err = w.Client.connections.change(ctx, t, func(i *connectionItem) (bool, error) {
		next := table.ShopDue(t, day(w.Now(), 1))
		if i.State != Connected || i.Due == next {
			return false, nil
		}
		i.Due = next
		return true, nil
	})
	return ignore(err, fault.Conflict)
}

// subscription is what a shop tells us, as it has it.
type subscription struct {
	ID, Topic, URI string
	IncludeFields  []string
}

// subscribe makes the subscriptions that are missing, and those anew that would send
// more than what an event is about.
func (w *Worker) subscribe(ctx context.Context, t id.Tenant) error {
	a := commerce.Access{Tenant: t, Purpose: commerce.CatalogueSync}
	if err := w.Client.permit(ctx, a, "subscribe", toMaintain); err != nil {
		return err
	}
	var got struct {
		Subscriptions *struct{ Nodes []subscription } `json:"webhookSubscriptions"`
	}
	if err := w.Client.call(ctx, a, subscriptions, map[string]any{"topics": topics}, &got); err != nil {
		return err
	}
	for _, topic := range topics {
		if got.Subscriptions != nil {
			at := slices.IndexFunc(got.Subscriptions.Nodes, func(n subscription) bool { return n.Topic == topic && n.URI == w.Address })
			if at >= 0 && slices.Equal(got.Subscriptions.Nodes[at].IncludeFields, []string{"id"}) {
				continue
			}
			if at >= 0 {
				if err := w.Client.call(ctx, a, unsubscribe, map[string]any{"id": got.Subscriptions.Nodes[at].ID}, &struct{}{}); err != nil {
					return err
				}
			}
		}
		var made struct {
			Created *struct {
				Errors userErrors `json:"userErrors"`
			} `json:"webhookSubscriptionCreate"`
		}
		if err := w.Client.call(ctx, a, subscribe, map[string]any{"topic": topic, "uri": w.Address}, &made); err != nil {
			return err
		}
		if made.Created == nil {
			return fault.After(fault.Unavailable, unclear, time.Minute, fmt.Errorf("subscribe to %s", topic))
		}
		if err := made.Created.Errors.err(); err != nil { // the others still count
			w.Log.WarnContext(ctx, "a subscription was refused", "tenant", string(t), "topic", topic, "error", err)
		}
	}
	return nil
}

// read begins a reading of the products: of all of them, or of those that changed
// since the last.
func (w *Worker) read(ctx context.Context, t id.Tenant, whole bool) error {
	state, err := w.Catalogue.state(ctx, t)
	if err != nil {
		return err
	}
	now := w.Now().UTC()
	p := Page{Run: string(id.New[id.Job](now)), Began: now}
	whole = whole || now.Weekday() == time.Sunday // so that what no webhook told is found
	if !whole && !state.Since.IsZero() {
		p.Since = state.Since.Add(-time.Minute) // clocks differ
	}
	state.Run = p.Run
	if err := w.Table.Put(ctx, t, state); err != nil {
		return err
	}
	return w.Queue.page(ctx, t, p)
}

// isGone reports whether an error says that the shop is not connected.
func isGone(err error) bool { return errors.Is(err, commerce.ErrDisconnected) }
