package sandbox

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// orderMark ends the title of the record of a shopper's own order.
const orderMark = " (order record)"

// order is a shopper's own order, as its record in a prompt has it.
type order struct {
	n                                          int // the passage's number
	number, placed, status, payment, fulfilled string
	items                                      []string // such as "2 × Teapot, blue"
	parcels                                    []parcel
	returns, refunds                           [][]string // name, state, pieces; amount, day
	more                                       bool       // not all items are listed
}

// parcel is what is on its way. What the record does not say is empty.
type parcel struct{ status, carrier, tracking, sent, expected, delivered string }

var (
	orderHead  = regexp.MustCompile(`^Order (\S+) was placed on (.+)\. It is (\w+)\.$`)
	orderState = regexp.MustCompile(`^Payment: (.+)\. Fulfillment: (.+)\.$`)
	returnLine = regexp.MustCompile(`^Return (\S+): (.+), (\d+) pieces\.$`)
	refundLine = regexp.MustCompile(`^Refunded (.+) on (.+)\.$`)
)

// orderIn reads the record of an order among the passages, if there is one.
func orderIn(passages []passage) (o order, ok bool) {
	at := slices.IndexFunc(passages, func(p passage) bool { return strings.HasSuffix(p.title, orderMark) })
	if at < 0 {
		return o, false
	}
	o.n = passages[at].n
	for _, line := range passages[at].lines {
		if m := orderHead.FindStringSubmatch(line); m != nil {
			o.number, o.placed, o.status = m[1], m[2], m[3]
		} else if m := orderState.FindStringSubmatch(line); m != nil {
			o.payment, o.fulfilled = m[1], m[2]
		} else if m := returnLine.FindStringSubmatch(line); m != nil {
			o.returns = append(o.returns, m[1:])
		} else if m := refundLine.FindStringSubmatch(line); m != nil {
			o.refunds = append(o.refunds, m[1:])
		} else if item, is := strings.CutPrefix(line, "Item: "); is {
			o.items = append(o.items, item)
		} else if text, is := strings.CutPrefix(line, "Parcel: "); is {
			o.parcels = append(o.parcels, parcelIn(strings.TrimSuffix(text, ".")))
		} else if strings.HasPrefix(line, "There are more items") {
			o.more = true
		}
	}
	return o, o.number != ""
}

func parcelIn(line string) parcel {
	parts := strings.Split(line, ", ")
	p := parcel{status: parts[0]}
	for _, part := range parts[1:] {
		for name, into := range map[string]*string{
			"carrier ": &p.carrier, "tracking number ": &p.tracking, "sent on ": &p.sent, "expected on ": &p.expected, "delivered on ": &p.delivered,
		} {
			if value, is := strings.CutPrefix(part, name); is {
				*into = value
			}
		}
	}
	return p
}

// answer says what the record has on a question, and what it does not have. It is
// empty when the question is not about this order, but about the shop.
func (o order) answer(question string, ask *language) string {
	about, code := matterOf(question, ask.code)
	if about == "" {
		return ""
	}
	s := &orderSpeech{words: orderWords[code], order: o}
	switch about {
	case "cancelled":
		s.say(map[bool]string{true: "cancelled", false: "not cancelled"}[o.status == "cancelled"])
	case "refund":
		s.refunds()
	case "return":
		s.returns()
	case "tracking":
		s.tracking()
	case "items":
		s.items()
	case "arrival":
		s.arrival()
	case "sent":
		s.sent()
	case "placed":
		s.say("placed", s.day(o.placed))
	case "paid":
		s.say("payment", s.state(o.payment))
	case "amount", "address":
		s.say("no " + about)
	default:
		s.standing()
	}
	return strings.Join(s.said, " ")
}

// orderSpeech is an answer about an order in the making.
type orderSpeech struct {
	words map[string]string
	order order
	said  []string
}

// say adds a sentence: the words of a name, with what belongs in them after the
// order's number.
func (s *orderSpeech) say(name string, values ...string) {
	args := []any{s.order.number}
	for _, v := range values {
		args = append(args, v)
	}
	s.said = append(s.said, fmt.Sprintf(s.words[name], args...)+fmt.Sprintf(" [%d].", s.order.n))
}

// state is a state of the record in the language of the answer.
func (s *orderSpeech) state(english string) string {
	if word, ok := s.words["= "+english]; ok {
		return word
	}
	return english
}

// day is a day of the record in the language of the answer.
func (s *orderSpeech) day(english string) string {
	parts := strings.Fields(english) // 2 January 2006
	months := strings.Fields(s.words["months"])
	at := slices.Index(strings.Fields(orderWords["en"]["months"]), parts[min(1, len(parts)-1)])
	if len(parts) != 3 || at < 0 {
		return english
	}
	return fmt.Sprintf(s.words["day"], parts[0], months[at], parts[2])
}

// standing says where the order is.
func (s *orderSpeech) standing() {
	switch o := s.order; {
	case o.status == "cancelled":
		s.say("cancelled")
	case len(o.parcels) == 0:
		s.say("not sent")
	default:
		for _, p := range o.parcels {
			s.parcel(p)
		}
		if o.fulfilled == "partially fulfilled" {
			s.say("rest not sent")
		}
	}
}

// parcel says where one parcel is.
func (s *orderSpeech) parcel(p parcel) {
	switch {
	case p.delivered != "":
		s.say("delivered", s.day(p.delivered))
	case p.status == "delivered":
		s.say("delivered some day")
	case p.sent != "":
		s.say("parcel sent", s.state(p.status), s.day(p.sent))
	default:
		s.say("parcel", s.state(p.status))
	}
	if p.carrier != "" && p.delivered == "" {
		s.say("carrier", p.carrier)
	}
	if p.expected != "" && p.delivered == "" && p.status != "delivered" {
		s.say("expected", s.day(p.expected))
	}
}

// arrival says when the order comes, or came.
func (s *orderSpeech) arrival() {
	if s.order.status == "cancelled" || len(s.order.parcels) == 0 {
		s.standing()
		return
	}
	for _, p := range s.order.parcels {
		switch {
		case p.delivered != "":
			s.say("delivered", s.day(p.delivered))
		case p.status == "delivered":
			s.say("delivered some day")
		case p.expected != "":
			s.say("expected", s.day(p.expected))
		default:
			s.say("parcel", s.state(p.status))
			s.say("no arrival")
		}
	}
}

// sent says whether the order is on its way.
func (s *orderSpeech) sent() {
	if s.order.status == "cancelled" || len(s.order.parcels) == 0 {
		s.standing()
		return
	}
	for _, p := range s.order.parcels {
		if p.sent != "" {
			s.say("sent", s.day(p.sent))
		} else {
			s.parcel(p)
		}
	}
	if s.order.fulfilled == "partially fulfilled" {
		s.say("rest not sent")
	}
}

// tracking says by whom and under which number the order is on its way.
func (s *orderSpeech) tracking() {
	if len(s.order.parcels) == 0 {
		s.standing()
		return
	}
	for _, p := range s.order.parcels {
		if p.tracking != "" {
			s.say("tracking", p.tracking)
		} else {
			s.say("no tracking")
		}
		if p.carrier != "" {
			s.say("carrier", p.carrier)
		}
	}
}

// items lists what was ordered.
func (s *orderSpeech) items() {
	if len(s.order.items) == 0 {
		s.say("no items")
		return
	}
	var all []string
	for _, item := range s.order.items {
		item, _, _ = strings.Cut(item, " (refunded: ")
		all = append(all, item)
	}
	s.say("items", strings.Join(all, "; "))
	if s.order.more {
		s.say("more items")
	}
}

// refunds says what was given back.
func (s *orderSpeech) refunds() {
	for _, r := range s.order.refunds {
		s.say("refunded", r[0], s.day(r[1]))
	}
	if len(s.order.refunds) == 0 {
		s.say("no refund")
	}
}

// returns says what is on its way back.
func (s *orderSpeech) returns() {
	for _, r := range s.order.returns {
		s.say("returned", r[0], s.state(r[1]))
	}
	if len(s.order.returns) == 0 {
		s.say("no return")
	}
}
