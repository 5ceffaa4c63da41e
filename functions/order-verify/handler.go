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
	tenants  *tenant.Store
	verifier *commerce.Verifier
	mailer   *notify.Mailer
	shop     commerce.Platform
}

// send looks for the order of an attempt and, if it is the shopper's, sends the
// code. An attempt without one ends here, and nobody is told.
func (h *handler) send(ctx context.Context, a commerce.Attempt) error {
	letter, found, err := h.verifier.Match(ctx, a, h.shop)
	if errors.Is(err, commerce.ErrDisconnected) || errors.Is(err, commerce.ErrNoAccess) {
		return fault.E(fault.Invalid, "", err) // parked: its merchant must connect the shop again
	}
	if err != nil || !found {
		return err
	}
	account, err := h.tenants.Get(ctx, a.Tenant)
	if err != nil {
		return err
	}
	subject, text := letter.Mail(account.Name)
	return h.mailer.Send(ctx, notify.Mail{
		Kind: notify.OrderCode, To: letter.To, From: account.Name, Subject: subject, Text: text, Key: string(a.ID),
	})
}
