package web_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"omniops/web/storefront"
)

// TestScreens walks the storefront and the chat through the screens and schemes
// that a change has to be looked at on. SCREENSHOT_DIR=dir keeps the pictures.
func TestScreens(t *testing.T) {
	t.Parallel()
	chat := newAPI(t)
	shop := httptest.NewServer(storefront.Handler(chat.URL))
	t.Cleanup(shop.Close)
	for _, l := range []look{{width: 320, height: 640, phone: true}, {width: 768, height: 1024}, {width: 1440, height: 900}} {
		t.Run(fmt.Sprint(l.width), func(t *testing.T) {
			b := visit(t, shop.URL+"/", l)
			picture := func(name string) {
				for _, dark := range []bool{false, true} {
					l.dark = dark
					b.show(l)
					b.picture(fmt.Sprintf("%s-%d-%s", name, l.width, map[bool]string{true: "dark", false: "light"}[dark]))
				}
			}
			fits := func(where string) {
				t.Helper()
				if wide := get[float64](b, `document.documentElement.scrollWidth`); wide > float64(l.width) {
					t.Errorf("%s is %v px wide on a screen of %d", where, wide, l.width)
				}
			}
			fits("the home page")
			picture("home")
			b.open(shop.URL + "/products/harbour-electric-kettle")
			fits("the product page")
			picture("product")
			b.open(shop.URL + "/returns")
			fits("the returns page")
			picture("page")
			b.click("#launch")
			b.wait(`$(".suggestions button")`)
			picture("first")
			b.ask("How long do I have to return a kettle?")
			b.answered()
			picture("answer")
			b.click("#menu")
			picture("menu")
			inside := get[bool](b, `[...$$("dialog *")].filter((e) => e.checkVisibility() && !e.closest(".sr")).every((e) => { const r = e.getBoundingClientRect(); return r.left >= 0 && r.right <= innerWidth && r.width <= innerWidth; })`)
			if !inside {
				t.Error("something of the chat lies outside of the screen")
			}
		})
	}
}
