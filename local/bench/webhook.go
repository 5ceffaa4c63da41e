package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"omniops/local/cloud"
	sandbox "omniops/local/sandbox/shopify"
	"omniops/local/template"
	"omniops/shared/commerce/shopify"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/webhook"
)

// deliveryBody is an order as Shopify sends it, a small one, of which the
// number is all that is read.
var deliveryBody = []byte(`{"id":820982911946154508,"email":"jon@example.com","line_items":[` +
	strings.TrimSuffix(strings.Repeat(`{"id":866550311766439020,"title":"Kettle","price":"49.00","properties":[]},`, 12), ",") + `]}`)

const deliverySecret = "shpss_bench"

// deliveryHeader are the headers of a delivery of it, signed with a secret.
func deliveryHeader(secret, event string) http.Header {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(deliveryBody)
	h := http.Header{}
	h.Set("X-Shopify-Hmac-Sha256", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	h.Set("X-Shopify-Topic", "orders/updated")
	h.Set("X-Shopify-Shop-Domain", sandbox.DemoShop)
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
	header, signature := deliveryHeader(deliverySecret, "e1"), webhook.NewBase64([]byte(deliverySecret))
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

// connectStore connects the demonstration's store to the merchant, through the whole
// flow at a stand-in that ends with it.
func (b *bench) connectStore(s *system) error {
	store := sandbox.New(sandbox.Options{Now: time.Now})
	address, end, err := serve(store)
	if err != nil {
		return err
	}
	defer end()
	client := shopify.NewClient(shopify.Options{
		BaseURL: address, HTTP: s.client, App: shopify.App{ClientID: sandbox.SandboxClientID, Secret: sandbox.SandboxClientSecret}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Connections: shopify.NewConnections(table.New(s.AWS, s.chat.Environment["TABLE_NAME"], time.Now), seal.NewSecrets(s.AWS, "alias/omniops-dev-secrets")),
	})
	installs, err := shopify.NewInstalls(client, []byte(secret), "https://localhost"+shopify.CallbackPath)
	if err != nil {
		return err
	}
	begun, err := installs.Begin(shop, sandbox.DemoShop)
	if err != nil {
		return err
	}
	back, err := store.Approve(begun)
	if err != nil {
		return err
	}
	answer, err := url.Parse(back)
	if err != nil {
		return err
	}
	_, _, err = installs.Finish(b.ctx, answer.Query())
	return err
}

// webhookAck measures P10: verify, find whose shop it is, and queue.
func (b *bench) webhookAck() ([]Result, error) {
	s, err := b.system()
	if err != nil {
		return nil, err
	}
	if err := b.connectStore(s); err != nil {
		return nil, fmt.Errorf("connect a shop: %w", err)
	}
	at := slices.IndexFunc(s.Template.Functions, func(f template.Function) bool { return cloud.Folder(f) == "shopify-webhook" })
	if at < 0 {
		return nil, errors.New("template.yaml has no function shopify-webhook")
	}
	queue := s.Template.Functions[at].Environment["SHOP_QUEUE_URL"]
	var n atomic.Int64
	results, err := b.ack("P10", func() (time.Duration, error) {
		req, err := http.NewRequestWithContext(b.ctx, http.MethodPost, s.api+"/api/shopify/webhook", bytes.NewReader(deliveryBody))
		if err != nil {
			return 0, err
		}
		req.Header = deliveryHeader(sandbox.SandboxClientSecret, "bench-"+strconv.FormatInt(n.Add(1), 10))
		req.Header.Set("Content-Type", "application/json")
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
	})
	if err != nil {
		return nil, err
	}
	// A delivery of nobody's shop would be answered as quickly.
	queued, err := sqs.NewFromConfig(s.AWS).GetQueueAttributes(b.ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &queue, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages},
	})
	if err != nil {
		return nil, fmt.Errorf("count what was queued: %w", err)
	}
	if got := queued.Attributes["ApproximateNumberOfMessages"]; got != strconv.FormatInt(n.Load(), 10) {
		return nil, fmt.Errorf("of %d deliveries %s were queued", n.Load(), got)
	}
	return results, nil
}
