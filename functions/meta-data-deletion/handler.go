package main

import (
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/channel/erasure"
	"omniops/shared/channel/meta"
	"omniops/shared/telemetry"
)

type handler struct {
	secrets   meta.Secrets
	deletions *erasure.Deletions
	statusURL string
	now       func() time.Time
}

// receipt is the answer that Meta shows to the person.
type receipt struct {
	URL  string `json:"url"`
	Code string `json:"confirmation_code"`
}

// ask takes the signed request and answers where its state is shown.
func (h *handler) ask(w http.ResponseWriter, r *http.Request) error {
	request, err := h.secrets.FromForm(r, h.now())
	if err != nil {
		return err
	}
	deletion, err := h.deletions.Ask(r.Context(), request)
	if err != nil {
		return err
	}
	telemetry.Note(r.Context(), "deletion", string(deletion.Code))
	return apigw.WriteJSON(w, http.StatusOK, receipt{h.statusURL + string(deletion.Code), string(deletion.Code)})
}
