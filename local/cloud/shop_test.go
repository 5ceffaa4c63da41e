package cloud_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"omniops/local/contract"
	"omniops/local/sandbox/shopify"
	commerce "omniops/shared/commerce/shopify"
	"omniops/shared/table"
	"omniops/web/storefront"
)

// shopState is how the demo shop is connected.
type shopState struct {
	State       string    `json:"state"`
	ConnectedAt time.Time `json:"connected_at"`
	Catalogue   struct {
		Products int       `json:"products"`
		SyncedAt time.Time `json:"synced_at"`
	} `json:"catalogue"`
}

func (s *system) shop(t *testing.T) (v shopState) {
	t.Helper()
	resp, body := call(t, http.MethodGet, s.API+"/v1/merchant/shopify", "", "Authorization", "Bearer "+s.token)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("show the shop: %d, %s", resp.StatusCode, body)
	}
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// wait waits until the shop is as wanted.
func (s *system) wait(t *testing.T, what string, wanted func(shopState) bool) {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		v := s.shop(t)
		if wanted(v) {
			return
		}
		select {
		case <-deadline.C:
			t.Fatalf("%s: it is %+v", what, v)
		case <-tick.C:
		}
	}
}

// sell connects the demo shop and waits for its products.
func (s *system) sell(t *testing.T) {
	t.Helper()
	if err := s.ConnectShop(t.Context(), s.token, shopify.DemoShop); err != nil {
		t.Fatal(err)
	}
	s.wait(t, "connected and read", func(v shopState) bool { return v.State == "connected" && v.Catalogue.Products > 0 })
}

// lookAfterShops is the daily run, a day after the shop was connected: its tokens
// have ended and are renewed. Then a product goes, a message that makes no sense is
// put aside, and the merchant disconnects.
func (s *system) lookAfterShops(t *testing.T) {
	t.Helper()
	var sample json.RawMessage
	contract.Sample(t, "shopify-reconcile/schedule.json", &sample)
	if err := s.Invoke(t.Context(), "shopify-reconcile", sample, new(any)); err != nil {
		t.Fatal(err)
	}
	s.wait(t, "read again", func(v shopState) bool { return v.Catalogue.SyncedAt.After(v.ConnectedAt.Add(20 * time.Hour)) })

	queue, group, nothing := s.env(t, "shopify-reconcile", "SHOP_QUEUE_URL"), "nobody", `{"tenant":"nobody"}`
	after := s.log.length()
	if _, err := sqs.NewFromConfig(s.AWS).SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: &queue, MessageBody: &nothing, MessageGroupId: &group, MessageDeduplicationId: &group,
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.log.await(t.Context(), after, "There is nothing to do"); err != nil {
		t.Fatal(err)
	}
	s.remove(t)
	if resp, body := call(t, http.MethodDelete, s.API+"/v1/merchant/shopify", "", "Authorization", "Bearer "+s.token); resp.StatusCode != http.StatusNoContent {
		t.Errorf("disconnect: %d, %s", resp.StatusCode, body)
	}
	if v := s.shop(t); v.State != "disconnected" {
		t.Errorf("after it was disconnected: %+v", v)
	}
}

// remove deletes a product in the shop, which tells us so.
func (s *system) remove(t *testing.T) {
	t.Helper()
	handle := storefront.Listings()[0].Handle
	catalogue := commerce.NewCatalogue(table.New(s.AWS, s.env(t, "shopify-sync", "TABLE_NAME"), s.Clock.Now))
	left := func() int {
		found, err := catalogue.ByHandles(t.Context(), "demo", handle)
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if left() != 1 {
		t.Fatalf("there is no %s", handle)
	}
	s.Shopify.Remove(shopify.DemoShop, handle)
	s.wait(t, "without its "+handle, func(shopState) bool { return left() == 0 })
}
