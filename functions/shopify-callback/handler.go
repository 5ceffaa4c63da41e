package main

import (
	"net/http"
	"strconv"

	"omniops/shared/apigw"
	"omniops/shared/commerce/shopify"
	"omniops/shared/problem"
	"omniops/shared/tenant"
)

type handler struct {
	tenants     *tenant.Store
	connections *shopify.Connections
	installs    *shopify.Installs
	work        *shopify.Queue
}

// finish ends the installation and says so on a page.
func (h *handler) finish(w http.ResponseWriter, r *http.Request) {
	t, shop, err := h.installs.Finish(r.Context(), r.URL.Query())
	if err != nil {
		h.fail(w, r, err)
		return
	}
	// What the shop has is read in the background; the daily look makes up for an
	// order that could not be queued.
	conn, err := h.connections.Get(r.Context(), t)
	if err == nil {
		err = h.work.Check(r.Context(), t, strconv.FormatInt(conn.InstalledAt.UnixNano(), 36), true)
	}
	if err != nil {
		problem.Log(r.Context(), err)
	}
	name := string(t)
	if account, err := h.tenants.Get(r.Context(), t); err == nil {
		name = account.Name
	}
	write(w, http.StatusOK, page{
		Title: "Your shop is connected",
		Text:  string(shop) + " is connected to " + name + ". Its products are being read now. You can close this page.",
	})
}

// fail says on a page why the shop is not connected.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	problem.Log(r.Context(), err)
	p := problem.Of(err, apigw.RequestID(r.Context()))
	text := p.Detail
	if text == "" {
		text = "Something went wrong on our side. Please try again in a few minutes."
	}
	write(w, p.Status, page{Title: "Your shop is not connected", Text: text, Reference: p.Instance})
}
