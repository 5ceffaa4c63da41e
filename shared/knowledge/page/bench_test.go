package page

import (
	"os"
	"testing"
	"time"
)

// BenchmarkExtract reads a typical product page and splits it, as a crawl does.
func BenchmarkExtract(b *testing.B) {
	source, err := os.ReadFile("testdata/shops/woocommerce-sale.html")
	if err != nil {
		b.Fatal(err)
	}
	address := shopAddress(string(source))
	at := time.Unix(0, 0)
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		c, err := Extract(address, source)
		if err != nil || len(c.Products) != 1 {
			b.Fatal(c.Products, err)
		}
		if len(c.Passages(at)) < 2 {
			b.Fatal("the page has no passages")
		}
	}
}
