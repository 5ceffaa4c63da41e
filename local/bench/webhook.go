package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"net/http"
	"strings"
	"time"

	"omniops/shared/commerce/shopify"
	"omniops/shared/webhook"
)

// deliveryBody is an order as Shopify sends it, a small one, of which the
// number is all that is read.
var deliveryBody = []byte(`{"id":820982911946154508,"email":"jon@example.com","line_items":[` +
	strings.TrimSuffix(strings.Repeat(`{"id":866550311766439020,"title":"Kettle","price":"49.00","properties":[]},`, 12), ",") + `]}`)

const deliverySecret = "shpss_bench"

// deliveryHeader are the headers of a delivery of it.
func deliveryHeader(event string) http.Header {
	mac := hmac.New(sha256.New, []byte(deliverySecret))
	mac.Write(deliveryBody)
	h := http.Header{}
	h.Set("X-Shopify-Hmac-Sha256", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	h.Set("X-Shopify-Topic", "orders/updated")
	h.Set("X-Shopify-Shop-Domain", "kettle-and-co.myshopify.com")
	h.Set("X-Shopify-Event-Id", event)
	h.Set("X-Shopify-Triggered-At", "2026-11-24T09:30:00Z")
	return h
}

// webhookCPU measures P9: what a delivery costs before anything is sent on, against
// the signature of the same bytes alone.
func (b *bench) webhookCPU() ([]Result, error) {
	rounds, each := 30, 2000
	if b.quick {
		rounds, each = 6, 300
	}
	header, signature := deliveryHeader("e1"), webhook.NewBase64([]byte(deliverySecret))
	var failure error
	bare := func() {
		var mac hash.Hash
		for range each {
			mac = hmac.New(sha256.New, []byte(deliverySecret))
			mac.Write(deliveryBody)
			_ = mac.Sum(nil)
		}
	}
	whole := func() {
		for range each {
			d, err := shopify.ParseDelivery(header)
			if err == nil {
				err = signature.Check(d.Signature, deliveryBody)
			}
			if err == nil {
				err = d.Complete()
			}
			if err != nil || shopify.ObjectID(deliveryBody) == "" || d.Key() == "" {
				failure = fmt.Errorf("a good delivery was refused: %w", err)
			}
		}
	}
	samples, err := interleave(rounds, timed(bare), timed(whole)) // A B A B
	if err == nil {
		err = failure
	}
	if err != nil {
		return nil, err
	}
	a, w := samples[0].median()/time.Duration(each), samples[1].median()/time.Duration(each)
	ratio := float64(w) / float64(a)
	r := Result{
		ID: "P9", Value: number(us(w)), Unit: "us", Ratio: number(ratio), Target: "8", Floor: "1", Moonshot: "3",
		Numbers: map[string]float64{"delivery_us": us(w), "hmac_us": us(a), "bytes": float64(len(deliveryBody))},
	}
	r.note("P9: a delivery of %d bytes: headers, signature, number and name, against its HMAC alone (%v)", len(deliveryBody), a)
	r.need("the ratio to the bare HMAC", ratio, 8, 3)
	return []Result{r}, nil
}
