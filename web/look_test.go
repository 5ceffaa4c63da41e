package web_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"omniops/web/storefront"
)

// TestPictures walks the storefront and the chat through the screens and
// schemes that a change has to be looked at on.
func TestPictures(t *testing.T) {
	chat := newAPI(t)
	shop := httptest.NewServer(storefront.Handler(chat.URL))
	t.Cleanup(shop.Close)
	for _, l := range []look{
		{width: 320, height: 640, phone: true},
		{width: 390, height: 844, phone: true, dark: true},
		{width: 768, height: 1024},
		{width: 1440, height: 900},
		{width: 1440, height: 900, dark: true},
	} {
		scheme := map[bool]string{true: "dark", false: "light"}[l.dark]
		t.Run(fmt.Sprintf("%d %s", l.width, scheme), func(t *testing.T) {
			b := visit(t, shop.URL+"/", l)
			if wide := get[float64](b, `document.documentElement.scrollWidth`); wide > float64(l.width) {
				t.Errorf("the page is %v px wide on a screen of %d", wide, l.width)
			}
			b.picture(fmt.Sprintf("home-%d-%s", l.width, scheme))
			b.open(shop.URL + "/products/harbour-electric-kettle")
			b.picture(fmt.Sprintf("product-%d-%s", l.width, scheme))
			b.open(shop.URL + "/returns")
			b.picture(fmt.Sprintf("page-%d-%s", l.width, scheme))
			b.click("#launch")
			b.wait(`$(".suggestions button")`)
			b.picture(fmt.Sprintf("first-%d-%s", l.width, scheme))
			b.ask("How long do I have to return a kettle?")
			b.answered()
			b.picture(fmt.Sprintf("answer-%d-%s", l.width, scheme))
			b.click("#menu")
			b.picture(fmt.Sprintf("menu-%d-%s", l.width, scheme))
		})
	}
}
