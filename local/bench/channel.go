package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// channelBody is a message as WhatsApp delivers it.
var channelBody = []byte(`{"object":"whatsapp_business_account","entry":[{"id":"5005005005","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550001111","phone_number_id":"4004004004"},"contacts":[{"profile":{"name":"Jane Doe"},"wa_id":"447700900123","user_id":"GB.13491208655302741918"}],"messages":[{"from":"447700900123","from_user_id":"GB.13491208655302741918","id":"wamid.HBgMNDQ3NzAwOTAwMTIzFQIAEhgUM0E5QjY4RTBBMTJCMzQ1Njc4OTAA","timestamp":"1795512600","text":{"body":"Hello, I ordered a kettle last week and would like to know how long I have to return it if it does not fit."},"type":"text"}]},"field":"messages"}]}]}`)

// channelCPU measures P9 for Meta: a delivery checked, read and named by keyed
// hashes, against the signature of the same bytes alone.
func (b *bench) channelCPU() ([]Result, error) {
	rounds, each := 30, 2000
	if b.quick {
		rounds, each = 6, 300
	}
	const secret = "bench-app-secret"
	secrets, header, app := meta.NewSecrets(secret), meta.Sign(secret, channelBody), meta.App{ID: "1001001001"}
	veil, err := channel.NewVeil([]byte("bench-signing-secret-that-protects-nothing"))
	if err != nil {
		return nil, err
	}
	all := func(channel.Account) bool { return true }
	var failure error
	bare := func() {
		for range each {
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write(channelBody)
			_ = mac.Sum(nil)
		}
	}
	whole := func() {
		for range each {
			if err := secrets.Check(header, channelBody); err != nil {
				failure = err
			}
			d, err := app.Parse(channelBody, all)
			if err != nil || len(d.Events) != 1 {
				failure = fmt.Errorf("a good delivery was not read: %w", err)
				continue
			}
			e := d.Events[0]
			if veil.Thread("demo", e.Account, e.Content.Person) == "" || veil.Event("demo", e.Account, e.Name) == "" {
				failure = fmt.Errorf("an event has no name")
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
		ID: "P9-meta", Value: number(us(w)), Unit: "us", Ratio: number(ratio), Target: "8", Floor: "1", Moonshot: "3",
		Numbers: map[string]float64{"delivery_us": us(w), "hmac_us": us(a), "bytes": float64(len(channelBody))},
	}
	r.note("P9-meta: a WhatsApp delivery of %d bytes: signature, events, thread and event names, against its HMAC alone (%v)", len(channelBody), a)
	r.need("the ratio to the bare HMAC", ratio, 8, 3)
	return []Result{r}, nil
}

// channelAck measures P10 for Meta.
func (b *bench) channelAck() ([]Result, error) {
	s, err := b.system()
	if err != nil {
		return nil, err
	}
	connections := meta.NewConnections(table.New(s.AWS, s.chat.Environment["TABLE_NAME"], time.Now), seal.NewSecrets(s.AWS, "alias/omniops-dev-secrets"))
	account := channel.Account{Kind: channel.WhatsApp, ID: "4004004004"}
	if err := connections.Save(b.ctx, meta.Connection{Tenant: shop, Account: account, Through: account.ID, Enabled: true, ConnectedAt: time.Now()}, "EAAbenchToken0000"); err != nil {
		return nil, err
	}
	var n atomic.Int64
	// post sends a delivery of its own and gives how long the answer took.
	post := func() (time.Duration, error) {
		body := bytes.Replace(channelBody, []byte("MzQ1Njc4OTAA"), fmt.Appendf(nil, "%012d", n.Add(1)), 1)
		req, err := http.NewRequestWithContext(b.ctx, http.MethodPost, s.api+"/api/meta/webhook", bytes.NewReader(body))
		if err != nil {
			return 0, err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Hub-Signature-256", meta.Sign(secret, body))
		began := time.Now()
		resp, err := s.client.Do(req)
		if err != nil {
			return 0, err
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return 0, fmt.Errorf("a delivery was answered %d", resp.StatusCode)
		}
		return time.Since(began), nil
	}
	return b.ack("P10-meta", post)
}
