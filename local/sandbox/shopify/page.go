package shopify

import "net/http"

// Page is what every page of the store admin shows.
type Page struct{ Title string }

func (s *Shopify) page(title string) Page { return Page{title} }

func show(w http.ResponseWriter, name string, view any) {}

// Pages serves the store admin.
func (s *Shopify) Pages(at string) http.Handler { return http.NotFoundHandler() }
