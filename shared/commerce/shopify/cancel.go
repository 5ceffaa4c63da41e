package shopify

import (
	"cmp"
	"context"
	"errors"
	"time"

	"omniops/shared/commerce"
	"omniops/shared/fault"
)

// The operations of a cancellation.
var (
	orderCancel = operation{"Cancel", `mutation Cancel($orderId: ID!, $note: String) {
  orderCancel(orderId: $orderId, reason: CUSTOMER, restock: true, notifyCustomer: true,
    refundMethod: { originalPaymentMethodsRefund: true }, staffNote: $note) {
    jobResult { id done status errors { field message code } }
    orderCancelUserErrors { field message code }
  }
}`}
	cancelState = operation{"CancelState", `query CancelState($id: ID!) {
  node(id: $id) { ... on OrderCancelJobResult { id done status errors { field message code } } }
}`}
)

const (
	jobPause = 400 * time.Millisecond // between looks at a cancellation
	jobLooks = 20
)

// cancel cancels an order and refunds what was paid to the original method. It is
// asynchronous there and cannot be undone.
func (c *Client) cancel(ctx context.Context, a commerce.Access, change commerce.Change) (commerce.Receipt, error) {
	before, err := c.state(ctx, a, change.Order)
	if err != nil {
		return commerce.Receipt{}, err
	}
	if receipt, done, err := before.shows(change); done || err != nil { // there is no key to repeat it under
		return receipt, err
	}
	var got struct {
		OrderCancel *struct {
			Job    *cancelJob `json:"jobResult"`
			Errors userErrors `json:"orderCancelUserErrors"`
		}
	}
	if err := c.call(ctx, a, orderCancel, map[string]any{"orderId": gid("Order", string(change.Order)), "note": note(change.Key)}, &got); err != nil {
		return commerce.Receipt{}, err
	}
	if got.OrderCancel == nil {
		return commerce.Receipt{}, doubtful("cancel", nil)
	}
	if err := got.OrderCancel.Errors.err(); err != nil {
		return commerce.Receipt{}, err
	}
	return c.cancelled(ctx, a, change, got.OrderCancel.Job)
}

// cancelJob is a cancellation under way.
type cancelJob struct {
	ID     string
	Done   bool
	Status string
	Errors userErrors
}

// cancelled waits a bounded time until an order shows its cancellation.
func (c *Client) cancelled(ctx context.Context, a commerce.Access, change commerce.Change, job *cancelJob) (commerce.Receipt, error) {
	for range jobLooks {
		if job == nil || job.Done {
			if job != nil && job.Status == "FAILED" {
				return commerce.Receipt{}, cmp.Or(job.Errors.err(), fault.E(fault.Conflict, "The shop's system could not cancel the order.", nil))
			}
			after, err := c.state(ctx, a, change.Order)
			if err != nil {
				return commerce.Receipt{}, doubtful("cancel", err)
			}
			if receipt, done, err := after.shows(change); done || err != nil {
				return receipt, err
			}
		}
		if err := c.wait(ctx, jobPause); err != nil {
			return commerce.Receipt{}, doubtful("cancel", err)
		}
		if job != nil && !job.Done {
			var state struct{ Node *cancelJob }
			if err := c.call(ctx, a, cancelState, map[string]any{"id": job.ID}, &state); err != nil {
				return commerce.Receipt{}, doubtful("cancel", err)
			}
			job = state.Node
		}
	}
	return commerce.Receipt{}, doubtful("cancel", errors.New("the cancellation takes long"))
}
