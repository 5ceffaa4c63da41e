package ingest_test

import (
	"fmt"
	"net/http"
)

// storefrontPage is a site of one page.
func storefrontPage(text string) http.Handler { return storefrontPages(func() string { return text }) }

// storefrontPages is a site of one page that may change.
func storefrontPages(text func() string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html><html lang=en><title>Shop</title><main><h1>Good to know</h1><p>%s</p></main></html>", text())
	})
}
