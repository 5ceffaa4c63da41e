package main

import (
	"context"
	"errors"

	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/notify"
	"omniops/shared/tenant"
)

type handler struct {
	tenants *tenant.Store
	actions *commerce.Actions
	mailer  *notify.Mailer
	shop    commerce.Platform
}

// carry takes one action on, and tells those it concerns what came of it.
func (h *handler) carry(ctx context.Context, task commerce.Task) error {
	letters, err := h.actions.Execute(ctx, task, h.shop)
	if len(letters) == 0 {
		return err
	}
	account, failed := h.tenants.Get(ctx, task.Tenant)
	if failed != nil {
		return failed
	}
	for _, l := range letters {
		mail := notify.Mail{Kind: notify.OrderNews, To: l.To, From: account.Name, ReplyTo: account.ContactEmail, Subject: l.Subject, Text: l.Text, Key: l.Key}
		if !l.Shopper {
			mail.Kind, mail.To, mail.ReplyTo = notify.ApprovalNeeded, account.ContactEmail, ""
		}
		if mail.To == "" {
			continue
		}
		if failed := h.mailer.Send(ctx, mail); failed != nil && fault.KindOf(failed).Retryable() {
			return failed // all is sent again, under the same keys
		} else if failed != nil {
			err = errors.Join(err, failed)
		}
	}
	return err
}
