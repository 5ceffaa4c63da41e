package meta

import (
	"crypto/hmac"
	"crypto/sha256"
	"os"
	"strings"
	"testing"
	"time"

	"omniops/shared/channel"
)

// BenchmarkDelivery is what P9 measures: a delivery until it could be queued, and
// the HMAC of the same bytes alone.
func BenchmarkDelivery(b *testing.B) {
	body, err := os.ReadFile("testdata/deliveries/whatsapp-text.json")
	if err != nil {
		b.Fatal(err)
	}
	secrets, header := NewSecrets("appsecret"), Sign("appsecret", body)
	veil, err := channel.NewVeil([]byte(strings.Repeat("k", 32)))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("hmac", func(b *testing.B) {
		for b.Loop() {
			mac := hmac.New(sha256.New, []byte("appsecret"))
			mac.Write(body)
			_ = mac.Sum(nil)
		}
	})
	b.Run("parse", func(b *testing.B) {
		for b.Loop() {
			if _, err := app.Parse(body, all); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			if err := secrets.Check(header, body); err != nil {
				b.Fatal(err)
			}
			d, err := app.Parse(body, all)
			if err != nil || len(d.Events) != 1 {
				b.Fatal(err)
			}
			if _, err := d.Events[0].Inbound("demo", veil, time.Time{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
