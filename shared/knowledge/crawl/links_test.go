package crawl

import "testing"

func TestTitlesOfPagesThatAreNotThere(t *testing.T) {
	for title, want := range map[string]bool{
		"404": true, "404 – Kettle & Co": true, "Kettle & Co | Error 404": true, "Page not found": true, "Página no encontrada": true,
		"Seite nicht gefunden – Wolle": true, "Kettle 404": false, "Bosch KT-404 kettle": false, "Lost and found": false, "": false,
	} {
		if got := (&outline{title: title}).saysNotFound(); got != want {
			t.Errorf("%q: %t", title, got)
		}
	}
}
