package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/commerce/shopify"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/subject"
	"omniops/shared/webhook"
)

// maxDelivery is the largest delivery that is taken, in bytes.
const maxDelivery = 1 << 20

type handler struct {
	signature *webhook.Signature
	owners    *shopify.Owners
	people    *subject.Hasher
	work      *shopify.Queue
	now       func() time.Time
}

// receive queues an event and answers 200. Shopify delivers again after any other
// answer, and may deliver twice anyway: the worker knows an event by its name. What
// is of no shop of ours is taken and dropped.
func (h *handler) receive(w http.ResponseWriter, r *http.Request) error {
	d, err := shopify.ParseDelivery(r.Header)
	if err != nil {
		return err
	}
	body, err := apigw.Body(r, maxDelivery)
	if err != nil {
		return err
	}
	if err := h.signature.Check(d.Signature, body); err != nil {
		return err
	}
	if err := d.Complete(); err != nil {
		return err
	}
	owner, err := h.owners.Of(r.Context(), d.Shop)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if err == nil {
		err = h.queue(r.Context(), d, owner, body)
		if err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (h *handler) queue(ctx context.Context, d shopify.Delivery, owner shopify.Owner, body []byte) error {
	e := shopify.Event{Topic: d.Topic, TriggeredAt: d.TriggeredAt, ReceivedAt: h.now()}
	if !shopify.Compliance(d.Topic) {
		if !owner.Connected {
			return nil
		}
		e.Object = shopify.ObjectID(body)
		return h.send(ctx, owner.Tenant, d, e)
	}
	customer, err := shopify.ParseCustomer(body)
	if err != nil {
		return err
	}
	e.Request = customer.Request
	// Who had the shop before may hold records of its customers, too.
	for _, t := range append([]id.Tenant{owner.Tenant}, owner.Former...) {
		// The hashes that whoever it is about is found by: what they are of goes no
		// further than here.
		e.Subjects = h.people.Known(t, customer.Email, customer.Phone, customer.Orders...)
		if d.Topic == shopify.ShopRedact {
			e.Subjects = []id.Subject{h.people.OfShop(t, string(d.Shop))}
		}
		if err := h.send(ctx, t, d, e); err != nil {
			return err
		}
	}
	return nil
}

func (h *handler) send(ctx context.Context, t id.Tenant, d shopify.Delivery, e shopify.Event) error {
	if err := h.work.Deliver(ctx, t, d, e); err != nil {
		return fmt.Errorf("queue event of %s: %w", t, err)
	}
	return nil
}
