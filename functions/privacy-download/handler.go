package main

import (
	"context"
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/fault"
	"omniops/shared/object"
	"omniops/shared/problem"
	"omniops/shared/rights"
)

type handler struct {
	tickets  *rights.Tickets
	requests *rights.Store
	bucket   *object.Bucket
}

// fetch streams the copy to whoever has proved that it is theirs, and removes it. It
// is marked as fetched before its first byte leaves: a link that is found later is
// worth nothing.
func (h *handler) fetch(w http.ResponseWriter, r *http.Request) error {
	if origin := r.Header.Get("Origin"); origin != "" {
		apigw.AllowOrigin(w, origin)
	}
	ticket, err := h.tickets.FromRequest(r, r.PathValue("request"))
	if err != nil {
		return err
	}
	if !ticket.Proved {
		return fault.E(fault.Forbidden, "Enter the code from the e-mail first.", nil)
	}
	if err := h.requests.Fetch(r.Context(), ticket.Tenant, ticket.Request); err != nil {
		return err
	}
	key := rights.FileKey(ticket.Tenant, ticket.Request)
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="my-data.zip"`)
	w.Header().Set("Cache-Control", "no-store")
	if _, err := h.bucket.Stream(r.Context(), key, w); err != nil {
		problem.Log(r.Context(), err)
		panic(http.ErrAbortHandler) // a file that is cut short must not look whole
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
	defer cancel()
	err = h.bucket.Delete(ctx, key)
	if err == nil {
		err = h.requests.Removed(ctx, ticket.Tenant, ticket.Request)
	}
	if err != nil {
		problem.Log(ctx, err) // it is removed within minutes
	}
	return nil
}
