package shopify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
)

// The topics of the privacy law, which no subscription is made for: Shopify sends
// them to every app.
const (
	DataRequest = "customers/data_request"
	Redact      = "customers/redact"
	ShopRedact  = "shop/redact"
)

// Compliance reports whether a topic is one of the privacy law. These are acted on
// after a shop was disconnected, too.
func Compliance(topic string) bool {
	return slices.Contains([]string{DataRequest, Redact, ShopRedact}, topic)
}

// Delivery is what the headers of one delivery say.
type Delivery struct {
	Signature   string
	Topic       string // such as products/update
	Shop        Shop
	Event       string // the same for each delivery of it
	TriggeredAt time.Time

	mixed bool // headers of both families
}

// families are the two ways in which Shopify names the headers of a delivery. One
// delivery uses one of them: with both, what is signed need not be what is read.
var families = []string{"X-Shopify-", "Shopify-"}

// others reports whether there is a header of another family.
func others(h http.Header, family string) bool {
	for name := range h {
		for _, f := range families {
			if f != family && len(name) > len(f) && strings.EqualFold(name[:len(f)], f) {
				return true
			}
		}
	}
	return false
}

// ParseDelivery reads the headers of a delivery. Without a signature, or with two,
// it is Unauthenticated; what else is missing is reported by Complete, once the
// signature was checked.
func ParseDelivery(h http.Header) (Delivery, error) {
	var found []string
	for _, f := range families {
		if len(h.Values(f+"Hmac-Sha256")) > 0 {
			found = append(found, f)
		}
	}
	if len(found) != 1 || len(h.Values(found[0]+"Hmac-Sha256")) != 1 {
		return Delivery{}, fault.E(fault.Unauthenticated, "The signature is missing.", nil)
	}
	get := func(name string) string {
		if v := h.Values(found[0] + name); len(v) == 1 && len(v[0]) <= 200 {
			return v[0]
		}
		return ""
	}
	d := Delivery{Signature: get("Hmac-Sha256"), Topic: strings.ToLower(get("Topic")), Event: get("Event-Id"), mixed: others(h, found[0])}
	if d.Event == "" {
		d.Event = get("Webhook-Id")
	}
	d.Shop, _ = ParseShop(get("Shop-Domain"))
	d.TriggeredAt, _ = time.Parse(time.RFC3339, get("Triggered-At"))
	return d, nil
}

// Complete is Invalid for a delivery that does not say what, whose, or which, or that
// says so twice.
func (d Delivery) Complete() error {
	if d.mixed {
		return fault.E(fault.Invalid, "The headers of a delivery are all X-Shopify- or all Shopify-.", nil)
	}
	if d.Topic == "" || strings.Trim(d.Topic, "abcdefghijklmnopqrstuvwxyz_/") != "" || d.Shop == "" || d.Event == "" {
		return fault.E(fault.Invalid, "A delivery names its topic, its shop and its event.", nil)
	}
	return nil
}

// Key names the event for good: one topic of one shop's event, in hexadecimal.
func (d Delivery) Key() string {
	sum := sha256.Sum256([]byte(string(d.Shop) + "\n" + d.Topic + "\n" + d.Event))
	return hex.EncodeToString(sum[:])
}

// ObjectID gives the number of what the body is about: the value of its member
// "id". The body is scanned only as far as that, and nothing else of it is read.
// Without one it is empty.
func ObjectID(body []byte) string {
	s := scanner{body, 0}
	if !s.skip('{') {
		return ""
	}
	for {
		name, ok := s.text()
		if !ok || !s.skip(':') {
			return ""
		}
		if string(name) == "id" {
			return s.number()
		}
		if !s.value() || !s.skip(',') {
			return ""
		}
	}
}

// scanner goes through JSON without building anything.
type scanner struct {
	body []byte
	at   int
}

// peek gives the next byte that is no space; 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.body); s.at++ {
		if c := s.body[s.at]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

func (s *scanner) skip(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

// text reads a string, as it is written.
func (s *scanner) text() ([]byte, bool) {
	if !s.skip('"') {
		return nil, false
	}
	from := s.at
	for ; s.at < len(s.body); s.at++ {
		switch s.body[s.at] {
		case '\\':
			s.at++
		case '"':
			s.at++
			return s.body[from : s.at-1], true
		}
	}
	return nil, false
}

// number reads a whole number without a sign; empty for anything else.
func (s *scanner) number() string {
	s.peek()
	from := s.at
	for s.at < len(s.body) && s.body[s.at] >= '0' && s.body[s.at] <= '9' {
		s.at++
	}
	n := string(s.body[from:s.at])
	if end := s.peek(); end != ',' && end != '}' || !digits(n) {
		return ""
	}
	return n
}

// value goes past any value.
func (s *scanner) value() bool {
	for depth := 0; ; {
		switch c := s.peek(); c {
		case 0:
			return false
		case '"':
			if _, ok := s.text(); !ok {
				return false
			}
		case '{', '[':
			depth++
			s.at++
			continue
		case '}', ']':
			if depth == 0 {
				return false
			}
			depth--
			s.at++
		case ',', ':':
			if depth == 0 {
				return false
			}
			s.at++
			continue
		default:
			for s.at < len(s.body) && !strings.ContainsRune(" \n\t\r,:{}[]\"", rune(s.body[s.at])) {
				s.at++
			}
		}
		if depth == 0 {
			return true
		}
	}
}

// Customer is whom a delivery of the privacy law is about.
type Customer struct {
	Email, Phone string
	Orders       []id.Order
	Request      string // the shop's number of the request; empty if it has none
}

// ParseCustomer reads the body of a delivery of the privacy law.
func ParseCustomer(body []byte) (Customer, error) {
	var in struct {
		Customer struct {
			Email *string `json:"email"`
			Phone *string `json:"phone"`
		} `json:"customer"`
		Requested []json.Number `json:"orders_requested"`
		ToRedact  []json.Number `json:"orders_to_redact"`
		Request   struct {
			ID json.Number `json:"id"`
		} `json:"data_request"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return Customer{}, fault.E(fault.Invalid, "The body is not the JSON that is expected here.", nil) // not logged: it is about a person
	}
	c := Customer{Email: text(in.Customer.Email), Phone: text(in.Customer.Phone)}
	for _, n := range append(in.Requested, in.ToRedact...) {
		if !digits(n.String()) {
			return Customer{}, fault.E(fault.Invalid, "An order has a number.", errors.New("an order without a number"))
		}
		if len(c.Orders) < maxNamedOrders {
			c.Orders = append(c.Orders, id.Order(n))
		}
	}
	if digits(in.Request.ID.String()) {
		c.Request = in.Request.ID.String()
	}
	return c, nil
}

// maxNamedOrders bounds the orders that a delivery names.
const maxNamedOrders = 1000
