package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/id"
)

var webhooks = flag.Int("webhooks", 2000, "how many deliveries TestNoneIsLostDoubledOrCrossed sends; R4 is 50000")

// Target R4: of many deliveries, a fifth of them twice, a tenth late, some forged
// and some too large, every good one is queued once, for its own shop.
func TestNoneIsLostDoubledOrCrossed(t *testing.T) {
	b := newBench(t)
	other := channel.Account{Kind: channel.WhatsApp, ID: "6006006006"}
	must(t, b.connections.Save(t.Context(), meta.Connection{Tenant: "rival", Account: other, Through: other.ID, Enabled: true, ConnectedAt: b.Clock.Now()}, "EAAtestToken0001"))
	h, err := build(t.Context(), &boot.Runtime{AWS: b.AWS, Now: b.Clock.Now, Log: slog.New(slog.DiscardHandler)}, b.settings)
	must(t, err)
	owners := map[string]id.Tenant{phone.ID: shop, other.ID: "rival"}
	type delivery struct {
		body      []byte
		signature string
		want      int
	}
	var deliveries, late []delivery
	wanted := map[string]id.Tenant{} // the text of each good message
	big := bytes.Repeat([]byte(" "), maxDelivery+1)
	for i := range *webhooks {
		account := []string{phone.ID, other.ID}[i%2]
		text := fmt.Sprintf("message %d for %s", i, owners[account])
		body := fmt.Appendf(nil, `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":%q},"messages":[{"from":"4477009%05d","id":"wamid.%d","timestamp":"%d","type":"text","text":{"body":%q}}]}}]}]}`,
			account, i%500, i, 1795512600+i, text)
		d := delivery{body, meta.Sign(localtest.MetaAppSecret, body), http.StatusOK}
		switch {
		case i%20 == 3: // 5 % forged
			d.signature, d.want = meta.Sign("not-the-secret", body), http.StatusUnauthorized
		case i%50 == 7: // 2 % too large
			d = delivery{big, meta.Sign(localtest.MetaAppSecret, big), http.StatusRequestEntityTooLarge}
		default:
			wanted[text] = owners[account]
			if i%10 == 5 { // 10 % out of order
				late = append(late, d)
				continue
			}
		}
		deliveries = append(deliveries, d)
		if i%5 == 1 { // 20 % twice
			deliveries = append(deliveries, d)
		}
	}
	deliveries = append(deliveries, late...)
	began := time.Now()
	work := make(chan delivery)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for d := range work {
				var w *httptest.ResponseRecorder
				for try := 0; try < 5 && (w == nil || w.Code == http.StatusServiceUnavailable); try++ { // Meta delivers again
					r := httptest.NewRequest(http.MethodPost, "/api/meta/webhook", bytes.NewReader(d.body))
					r.Header.Set("X-Hub-Signature-256", d.signature)
					w = httptest.NewRecorder()
					h.ServeHTTP(w, r)
				}
				if w.Code != d.want {
					t.Errorf("answered %d, want %d", w.Code, d.want)
				}
			}
		})
	}
	for _, d := range deliveries {
		work <- d
	}
	close(work)
	workers.Wait()
	took := time.Since(began)
	lost, doubled, crossed := len(wanted), 0, 0
	seen := map[string]bool{}
	for _, m := range b.received(t, b.settings.Inbound) {
		var in channel.Inbound
		must(t, json.Unmarshal([]byte(*m.Body), &in))
		c, err := b.veil.Open(in)
		must(t, err)
		switch {
		case seen[c.Text]:
			doubled++
		case wanted[c.Text] != in.Tenant:
			crossed++
		default:
			lost--
		}
		seen[c.Text] = true
	}
	t.Logf("R4: %d deliveries in %s: %d lost, %d doubled, %d crossed", len(deliveries), took.Round(time.Millisecond), lost, doubled, crossed)
	if lost != 0 || doubled != 0 || crossed != 0 {
		t.Errorf("%d lost, %d doubled, %d crossed", lost, doubled, crossed)
	}
}
