package shopify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// subscription is a topic that an app wants to hear of.
type subscription struct {
	id        int64
	topic     string // as the API names it, such as ORDERS_UPDATED
	uri       string
	name      string
	filter    string
	format    string
	fields    []string
	createdAt time.Time
}

// header is the topic as deliveries name it.
func header(topic string) string {
	what, event, _ := strings.Cut(strings.ToLower(topic), "_")
	for _, two := range []string{"fulfillment_events", "inventory_levels"} {
		if rest, ok := strings.CutPrefix(strings.ToLower(topic), two+"_"); ok {
			what, event = two, rest
		}
	}
	return what + "/" + event
}

func (u *subscription) node() node {
	n := node{
		"__typename": "WebhookSubscription", "id": gid("WebhookSubscription", u.id), "legacyResourceId": strconv.FormatInt(u.id, 10), "topic": u.topic, "uri": u.uri, "callbackUrl": u.uri,
		"endpoint": node{"__typename": "WebhookHttpEndpoint", "callbackUrl": u.uri}, "format": u.format, "filter": optional(u.filter), "includeFields": u.fields, "name": optional(u.name),
		"createdAt": u.createdAt, "updatedAt": u.createdAt, "apiVersion": node{"handle": Version, "supported": true, "displayName": Version},
	}
	return n
}

func (c *call) webhookSubscriptions(args arguments) (any, error) {
	var all []entry
	topics := list(args["topics"])
	for _, u := range c.shop.subscriptions {
		if len(topics) > 0 && !slices.Contains(topics, any(u.topic)) || args.text("uri") != "" && args.text("uri") != u.uri || args.text("callbackUrl") != "" && args.text("callbackUrl") != u.uri {
			continue
		}
		all = append(all, entry{strconv.FormatInt(u.id, 10), u.node})
	}
	return connection("WebhookSubscription", all)(args)
}

func (c *call) webhookSubscriptionCreate(args arguments) (any, error) {
	in := args.object("webhookSubscription")
	uri := in.text("uri")
	if uri == "" {
		uri = in.text("callbackUrl")
	}
	refuse := func(message string) (any, error) {
		e := userError{field: []string{"webhookSubscription", "callbackUrl"}, message: message}
		c.record("webhookSubscriptionCreate", nil, args, false, e)
		return node{"webhookSubscription": nil, "userErrors": errorNodes("UserError", e)}, nil
	}
	to, err := url.Parse(uri)
	if err != nil || to.Host == "" || to.Scheme != "https" && !(to.Scheme == "http" && local(to.Hostname())) {
		return refuse("Address is invalid")
	}
	u := &subscription{id: c.shop.next(), topic: args.text("topic"), uri: uri, name: in.text("name"), filter: in.text("filter"), format: "JSON", createdAt: c.now()}
	for _, f := range list(in["includeFields"]) {
		if s, ok := f.(string); ok {
			u.fields = append(u.fields, s)
		}
	}
	for _, before := range c.shop.subscriptions {
		if before.topic == u.topic && before.uri == u.uri && before.filter == u.filter {
			return refuse("Address for this topic has already been taken")
		}
	}
	c.shop.subscriptions = append(c.shop.subscriptions, u)
	c.record("webhookSubscriptionCreate", nil, args, true)
	return node{"webhookSubscription": u.node(), "userErrors": []node{}}, nil
}

func (c *call) webhookSubscriptionDelete(args arguments) (any, error) {
	id, ok := parseGID("WebhookSubscription", args.text("id"))
	i := slices.IndexFunc(c.shop.subscriptions, func(u *subscription) bool { return ok && u.id == id })
	if i < 0 {
		e := userError{field: []string{"id"}, message: "Webhook subscription does not exist"}
		c.record("webhookSubscriptionDelete", nil, args, false, e)
		return node{"deletedWebhookSubscriptionId": nil, "userErrors": errorNodes("UserError", e)}, nil
	}
	c.shop.subscriptions = slices.Delete(c.shop.subscriptions, i, i+1)
	c.record("webhookSubscriptionDelete", nil, args, true)
	return node{"deletedWebhookSubscriptionId": args.text("id"), "userErrors": []node{}}, nil
}

// signBody signs a delivery (Shopify, "Verify webhooks", read 2026-11-23).
func signBody(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Topics that no app subscribes to through the API: they go to the address in its
// configuration.
var complianceTopics = []string{"customers/data_request", "customers/redact", "shop/redact"}

// webhookPath is where the app's configuration says that webhooks go.
const webhookPath = "/api/shopify/webhook"

// emit queues the deliveries of one event to all who want to hear of it.
func (s *Shopify) emit(there *shop, topic string, payload any, after time.Duration) {
	if !s.at.IsZero() { // what was queued then is kept by itself
		return
	}
	body, _ := json.Marshal(payload) // maps and strings
	event := newID()
	due := s.clock().Add(s.switches.WebhookDelay + after)
	send := func(uri string, u *subscription, body []byte) {
		d := Delivery{Event: event, Webhook: newID(), Shop: there.domain, Topic: topic, URI: uri, Body: string(body), TriggeredAt: s.clock(), Due: due, subscription: u}
		for range max(1, s.switches.WebhookCopies) {
			s.queue(there, d)
		}
	}
	if slices.Contains(complianceTopics, topic) {
		if uri := s.complianceURI(there); uri != "" {
			send(uri, nil, body)
		}
		return
	}
	for _, u := range there.subscriptions {
		if header(u.topic) == topic {
			send(u.uri, u, u.only(payload, body))
		}
	}
}

// only is a payload with the fields that a subscription asks for.
func (u *subscription) only(payload any, whole []byte) []byte {
	all, ok := payload.(map[string]any)
	if !ok || len(u.fields) == 0 {
		return whole
	}
	some := map[string]any{}
	for _, f := range u.fields {
		if v, there := all[f]; there {
			some[f] = v
		}
	}
	text, _ := json.Marshal(some) // maps and strings
	return text
}

// queue puts a delivery among those that wait.
func (s *Shopify) queue(there *shop, d Delivery) {
	s.keep(didQueue, there, d)
	if d.subscription == nil { // it happens again
		i := slices.IndexFunc(there.subscriptions, func(u *subscription) bool { return header(u.topic) == d.Topic && u.uri == d.URI })
		if i >= 0 {
			d.subscription = there.subscriptions[i]
		}
	}
	s.pending = append(s.pending, &d)
}

// complianceURI is the app's configured address: that of its API here, or where
// its subscriptions go.
func (s *Shopify) complianceURI(there *shop) string {
	if s.options.App != "" {
		return s.options.App + webhookPath
	}
	if there.hook != "" {
		return there.hook
	}
	for _, u := range there.subscriptions {
		return u.uri
	}
	return ""
}

func (s *Shopify) emitOrder(o *order, topics ...string) {
	for _, topic := range topics {
		s.emit(o.shop, topic, o.payload(), 0)
	}
}

// Uninstall removes the app from a store: its tokens die at once, the app is told,
// and 48 hours later asked to erase the store's data.
func (s *Shopify) Uninstall(domain string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uninstall(s.shops[domain])
}

func (s *Shopify) uninstall(there *shop) {
	s.revoke(there)
	s.emit(there, "app/uninstalled", there.payload(), 0)
	there.hook = s.complianceURI(there)
	s.emit(there, "shop/redact", map[string]any{"shop_id": there.id, "shop_domain": there.domain}, 48*time.Hour)
	there.subscriptions, there.installed, there.scopes = nil, false, nil
	s.keep(didUninstall, there, nil)
}

// appUninstall is the app taking itself away.
func (c *call) appUninstall(args arguments) (any, error) {
	c.record("appUninstall", nil, args, true)
	c.uninstall(c.shop)
	return node{"app": node{"__typename": "App", "id": gid("App", 1), "title": "OmniOps", "apiKey": c.options.ClientID}, "userErrors": []node{}}, nil
}

// Comply sends a compliance topic about the customer of an order, or about the
// whole store.
func (s *Shopify) Comply(domain, topic, orderName string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	there := s.shops[domain]
	body := map[string]any{"shop_id": there.id, "shop_domain": there.domain}
	if o := there.named(orderName); o != nil && topic != "shop/redact" {
		person := map[string]any{}
		var numbers []int64
		if o.email != "" {
			person["email"] = o.email
		}
		if o.phone != "" {
			person["phone"] = o.phone
		}
		for _, other := range there.orders {
			if other == o || o.customer != nil && other.customer == o.customer {
				numbers = append(numbers, other.id)
			}
		}
		if o.customer != nil {
			person["id"] = o.customer.id
		}
		body["customer"] = person
		if topic == "customers/data_request" {
			body["orders_requested"], body["data_request"] = numbers, map[string]any{"id": there.next()}
			s.keep(didNumber, there, nil)
		} else {
			body["orders_to_redact"] = numbers
		}
	}
	s.emit(there, topic, body, 0)
}

// Touch reports an order or product as changed, without changing it: "orders/updated"
// of "#1042", "products/update" of "tide-mug".
func (s *Shopify) Touch(domain, topic, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	there := s.shops[domain]
	if o := there.named(name); o != nil {
		s.emitOrder(o, topic)
		return
	}
	for _, p := range there.products {
		if p.handle == name {
			s.emit(there, topic, p.payload(), 0)
		}
	}
}
