package main

import (
	"net/http"
	"time"

	"omniops/shared/consent"
	"omniops/shared/fault"
	"omniops/shared/tenant"
)

type handler struct {
	visitors *consent.Visitors
	tenants  *tenant.Store
	desk     *consent.Desk
}

// show tells a shopper what holds.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	who, err := h.visitor(w, r)
	if err != nil {
		return err
	}
	return h.desk.Answer(w, r, who.Tenant, who.ID, consent.View{})
}

// record keeps a shopper's choice. The first one is what makes the browser a
// visitor: before it there is neither a cookie nor an identifier.
func (h *handler) record(w http.ResponseWriter, r *http.Request) error {
	who, err := h.visitor(w, r)
	if err != nil {
		return err
	}
	decision, err := h.desk.Read(r)
	if err != nil {
		return err
	}
	who, token, err := h.visitors.Token(who)
	if err != nil {
		return err
	}
	if err := h.desk.Record(r, who.Tenant, who.ID, decision); err != nil {
		return err
	}
	return h.desk.Answer(w, r, who.Tenant, who.ID, consent.View{Token: token, ExpiresAt: time.Unix(who.Expires, 0).UTC()})
}

// visitor says on which shop's page somebody is, and who, if they chose before.
func (h *handler) visitor(w http.ResponseWriter, r *http.Request) (consent.Visitor, error) {
	here, err := consent.At(w, r, h.tenants)
	if err != nil {
		return consent.Visitor{}, err
	}
	who, found, err := h.visitors.FromRequest(r)
	if err != nil || !found {
		return here, err
	}
	if who.Tenant != here.Tenant {
		return consent.Visitor{}, fault.E(fault.Unauthenticated, "This choice belongs to another site. Choose again.", nil)
	}
	return who, nil
}
