package main

import (
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/commerce/shopify"
	"omniops/shared/fault"
	"omniops/shared/identity"
	"omniops/shared/tenant"
)

const maxBody = 4 << 10 // of a request, in bytes

type handler struct {
	tokens      *identity.Tokens
	tenants     *tenant.Store
	connections *shopify.Connections
	catalogue   *shopify.Catalogue
	client      *shopify.Client
	installs    *shopify.Installs
	ready       bool // the platform has an app at Shopify
}

// connectionView is what a merchant sees of the connection.
type connectionView struct {
	State       shopify.State       `json:"state"`
	Shop        shopify.Shop        `json:"shop,omitempty"`
	ConnectedAt time.Time           `json:"connected_at,omitzero"`
	Granted     []string            `json:"granted"`          // scopes
	Missing     []string            `json:"missing"`          // scopes that are needed by now: connect again
	Orders      shopify.OrderAccess `json:"orders,omitempty"` // whether the shop shows its orders; empty until one was asked for
	Catalogue   catalogueView       `json:"catalogue"`
}

type catalogueView struct {
	Products int       `json:"products"`
	SyncedAt time.Time `json:"synced_at,omitzero"`
}

// show tells how the merchant's shop is connected.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	conn, err := h.connections.Get(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	progress, err := h.catalogue.Progress(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	v := connectionView{
		State: conn.State, Granted: conn.Scopes, Missing: []string{}, Catalogue: catalogueView{progress.Products, progress.SyncedAt},
	}
	if conn.State != shopify.Disconnected {
		v.Shop, v.ConnectedAt, v.Orders = conn.Shop, conn.InstalledAt, conn.Orders
		v.Missing = shopify.Missing(conn.Scopes)
	}
	if v.Granted == nil {
		v.Granted = []string{}
	}
	return apigw.WriteJSON(w, http.StatusOK, v)
}

// begin gives the address at which the merchant allows us into the shop: the first
// one, or again the one that is connected.
func (h *handler) begin(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	var in struct {
		Shop string `json:"shop"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	shop, err := shopify.ParseShop(in.Shop)
	if err != nil {
		return err
	}
	if !h.ready {
		return fault.E(fault.Unavailable, "Shopify shops cannot be connected here yet.", nil)
	}
	if _, err := h.tenants.Get(r.Context(), who.Tenant); err != nil {
		return err
	}
	conn, err := h.connections.Get(r.Context(), who.Tenant)
	if err != nil {
		return err
	}
	if err := conn.Admits(shop); err != nil {
		return err
	}
	address, err := h.installs.Begin(who.Tenant, shop)
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, map[string]string{"authorize_url": address})
}

// disconnect ends the connection at once.
func (h *handler) disconnect(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	if err := h.client.Leave(r.Context(), who.Tenant); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
