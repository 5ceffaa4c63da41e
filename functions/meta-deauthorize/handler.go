package main

import (
	"net/http"
	"time"

	"omniops/shared/channel/erasure"
	"omniops/shared/channel/meta"
	"omniops/shared/telemetry"
)

type handler struct {
	secrets   meta.Secrets
	deletions *erasure.Deletions
	now       func() time.Time
}

// remove takes the signed request. Meta does not read the answer.
func (h *handler) remove(w http.ResponseWriter, r *http.Request) error {
	request, err := h.secrets.FromForm(r, h.now())
	if err != nil {
		return err
	}
	deletion, err := h.deletions.Ask(r.Context(), request)
	if err != nil {
		return err
	}
	telemetry.Note(r.Context(), "deletion", string(deletion.Code))
	w.WriteHeader(http.StatusOK)
	return nil
}
