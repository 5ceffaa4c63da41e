package main

import (
	"fmt"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/fault"
	"omniops/shared/ropa/page"
)

type handler struct{ pages *page.Pages }

// show answers with one page, in the language that is asked for or that the
// browser prefers.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	language := apigw.Language(r, page.Languages...)
	body, found, err := h.pages.Page(r.PathValue("page"), language)
	if err != nil {
		return err
	}
	if !found {
		return fault.E(fault.NotFound, "There is no such page.", nil)
	}
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Content-Language", language)
	head.Set("Content-Security-Policy", h.pages.SecurityPolicy())
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cache-Control", "public, max-age=300")
	head.Add("Vary", "Accept-Language")
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("send the page: %w", err)
	}
	return nil
}
