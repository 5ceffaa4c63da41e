package support

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/sync/errgroup"

	"omniops/shared/commerce"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/passage"
	"omniops/shared/llm"
	"omniops/shared/seal"
)

// Orders is the engine's way to shoppers' orders: what a conversation has proved,
// the shop itself, and the changes that may be proposed.
type Orders struct {
	Connected func(context.Context, id.Tenant) (bool, error) // whether the merchant has a shop connected
	Verifier  *commerce.Verifier
	Actions   *commerce.Actions
	Trail     *commerce.Trail // notes who was shown an order; nil notes nothing
	Shop      commerce.Platform
	Offers    func(context.Context, id.Tenant, ...string) ([]commerce.Offer, error) // of products, by their handles

	mu    sync.Mutex
	known map[id.Tenant]connection
}

// connection is whether a merchant had a shop connected, and when that was read.
type connection struct {
	is   bool
	read time.Time
}

// How long a connection is believed to be as it was. What is asked of the shop itself
// looks at the connection every time. That there is none is believed for as long as an
// account is where a shopper asks about an order of theirs: it may have been connected
// just now.
const (
	believeFor     = 30 * time.Second
	believeNoneFor = 5 * time.Second
)

// believed gives whether a merchant has a shop connected, as far as that is known, and
// whether this is good enough for a message on a topic.
func (o *Orders) believed(t id.Tenant, about topic, now time.Time) (is, known, enough bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c, known := o.known[t]
	good := believeFor
	if !c.is && about == own {
		good = believeNoneFor
	}
	age := now.Sub(c.read)
	return c.is, known, known && age >= 0 && age < good
}

// connected reports whether a merchant has a shop connected, as of now.
func (o *Orders) connected(ctx context.Context, t id.Tenant, now time.Time) (bool, error) {
	is, err := o.Connected(ctx, t)
	if err != nil {
		return false, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known == nil {
		o.known = map[id.Tenant]connection{}
	}
	o.known[t] = connection{is, now}
	return is, nil
}

// Verify asks the shopper to prove that an order is theirs.
type Verify struct {
	Reason string `json:"reason"` // order
}

// Order is the order that an answer is about.
type Order commerce.Summary

// Proposal is a change to an order that the shopper may confirm.
type Proposal struct {
	ID        string              `json:"id"`
	Kind      commerce.ActionKind `json:"kind"`
	Text      string              `json:"text"`
	State     commerce.State      `json:"state"`
	ExpiresAt time.Time           `json:"expires_at"`
}

// InThread is how a channel that has words and no forms puts what the widget has
// forms for.
type InThread struct {
	Prove    string // asks for the number of an order and a contact on it
	Confirm  string // says how a proposal is answered
	ByPerson string // says that a change which takes a form is a person's to make
}

// topic is how much a message is about an order of the shopper's own.
type topic int

const (
	elsewhere topic = iota
	perhaps         // it speaks of orders: of theirs, or of orders as such
	own             // it asks about theirs
)

// Words that speak of orders, in ten languages, and phrases that mean one's own.
// They decide what is offered to a model and when to ask for proof; not what
// anybody may see. A "*" stands for any ending in plain letters.
var orderWords = sync.OnceValues(func() (whole map[string]bool, begun []string) {
	whole = map[string]bool{}
	for _, w := range strings.Fields(`order orders ordered parcel package shipment tracking track refund refunds refunded
		cancel canceled cancelled cancellation return returned
		bestell* paket sendung* lieferung* stornier* rückgabe zurückgeben erstatt*
		commande commandes commandé* colis livraison suivi annul* annulé annulée rembours* retour*
		pedido pedidos paquete envío cancelar reembolso devol* ordine ordini pacco spedizione annullare rimborso reso
		pakket zending annuleren terugbetal* encomenda rastrei* zamówieni* paczk* zwrot* anulowa*
		beställning* paketet leverans avbeställ* sipariş* kargo iade iptal`) {
		if stem, open := strings.CutSuffix(w, "*"); open {
			begun = append(begun, stem)
		} else {
			whole[w] = true
		}
	}
	return whole, begun
})

// orderSigns speak of orders where words are not set apart.
var orderSigns = []string{"注文", "配送", "返品", "キャンセル", "返金", "订单", "快递", "退款", "退货", "取消"}

// speaksOfOrders reports whether a lower-case message has such a word.
func speaksOfOrders(lower string) bool {
	whole, begun := orderWords()
	for w := range strings.FieldsFuncSeq(lower, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if whole[w] {
			return true
		}
		for _, stem := range begun {
			if ending, is := strings.CutPrefix(w, stem); is && plainLetters(ending) {
				return true
			}
		}
	}
	return slices.ContainsFunc(orderSigns, func(sign string) bool { return strings.Contains(lower, sign) })
}

func plainLetters(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
}

// ownHints are words of which a message about one's own order has at least one, and
// something besides. Looking for them is quick, and most questions have none.
var ownHints = []string{
	"order", "parcel", "package", "shipment", "delivery", "address", "did i pay", "have i pa", "zahlt", "payé", "adres", "dirección", "indirizzo", "refund", "purchase", "#", "track", "bestell", "lieferung", "sendung", "paket", "rückerstattung",
	"commande", "colis", "livraison", "remboursement", "pedido", "paquete", "reembolso", "ordine", "pacco", "rimborso", "pakket", "encomenda",
	"zamówieni", "beställning", "siparişim", "注文", "我的", "订单号",
}

var ownOrder = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(` + strings.Join([]string{
		`\b(my|our) (\w+ ){0,2}(orders?|parcel|package|shipment|delivery|refund|purchase)\b`, `\border\b.{0,12}(#|no\.?|number|nr\.?)? ?#?\d{3,}`, `#\d{3,}`,
		`\b(where|when) (is|are|will|does|did)\b.{0,40}\b(orders?|parcel|package|shipment)\b`, `\b(cancel|change|return|track) (my|the|this|an?) (order|parcel|package)\b`, `\bi (have )?(placed|made) an order\b`,
		`\bwhat (did|have) i (order|pay)`, `\bhow much (did|have) i (pay|paid)\b`, `\bwas habe ich (be)?zahlt`, `\bcombien ai-je payé`, `\bchange (my|the) ((delivery|shipping) )?address\b`, `\bwas habe ich (bei (euch|ihnen) )?bestellt`, `\badresse (noch )?(ändern|wechseln)\b`,
		`(qu['’]est-ce que|qu['’]ai-je|ce que) ?(j['’]ai )?commandé`, `\bchanger (l['’]|mon |d['’])adresse`, `\bcambiar (la|mi) dirección`, `\bcambiare (l['’]|il mio )indirizzo`, `\badres (wijzigen|veranderen)\b`,
		`\btrack (my|an?|the)\b`,
		`\bmeine?[rnms]? (\w+ )?(bestellung|lieferung|sendung|paket|rückerstattung)`, `\bbestell\w*.{0,12}(nr\.?|nummer)? ?#?\d{3,}`, `\bwo (ist|bleibt)\b.{0,30}(bestellung|paket|sendung|lieferung)`,
		`\b(ma|mon|notre) (commande|colis|livraison|remboursement)`, `\bcommande.{0,10}(n°|no|numéro)? ?#?\d{3,}`, `\boù (est|en est)\b.{0,30}(commande|colis)`,
		`\bmi (pedido|paquete|reembolso)`, `\bpedido.{0,10}#?\d{3,}`, `\b(il )?mio (ordine|pacco|rimborso)`, `\bordine.{0,10}#?\d{3,}`, `\bmijn (bestelling|pakket)`, `\b(o )?meu (pedido|encomenda)`,
		`\bmoje zamówieni`, `\bmin (beställning|order)`, `siparişim`,
	}, "|") + `)|私の注文|注文番号|我的(订单|包裹|快递)|订单号`)
})

func topicOf(message string) topic {
	lower := strings.ToLower(message)
	hinted := slices.ContainsFunc(ownHints, func(h string) bool { return strings.Contains(lower, h) })
	switch {
	case hinted && ownOrder().MatchString(message):
		return own
	case speaksOfOrders(lower):
		return perhaps
	}
	return elsewhere
}

// numberSaid finds an order number in a message.
var numberSaid = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:#\s?|\b(?:order|bestellung|commande|pedido|ordine|bestelling|zamówienie|beställning|sipariş|number|nummer|numéro|nr\.?|no\.?|n°)\s*#?)([A-Z]{0,4}-?\d{3,12})\b|(?:注文|订单)\D{0,4}(\d{3,12})`)
})

// about tells of a turn what it has to do with an order: a short question may lean
// on the one before it. In a thread, a claim and a code may stand between the two.
func (t *Turn) about() topic {
	now := topicOf(t.asked)
	if now == own || !leansOnBefore(t.asked) {
		return now
	}
	back := 1
	if t.ask.InThread != nil {
		back = maxBetween
	}
	for n := range back {
		turn := t.Answers() - 1 - n
		if before, ok := t.thread.Question(turn); ok && topicOf(before.Text.Reveal()) == own {
			return own
		}
		if before, ok := t.thread.Answer(turn); ok && before.OwnOrder {
			return own
		}
	}
	return now
}

// maxBetween is how many messages back a question about an order may stand: it, the
// claim, a code that was mistyped, and the code.
const maxBetween = 4

// askedForProof reports whether the shopper was asked, of late, to prove an order, or
// was shown one.
func (t *Turn) askedForProof() bool {
	return slices.ContainsFunc(t.thread.Messages, func(m conversation.Message) bool {
		if m.Turn >= t.number {
			return false
		}
		if m.Author == conversation.Shopper {
			return topicOf(m.Text.Reveal()) == own
		}
		return m.OwnOrder || AsksForProof(m)
	})
}

// AsksForProof reports whether a message is the engine's, and asks the shopper to
// prove an order.
func AsksForProof(m conversation.Message) bool {
	return m.Author == conversation.Assistant &&
		slices.ContainsFunc(Languages(), func(l string) bool { return strings.Contains(m.Text.Reveal(), TextIn(l).ProveOrder) })
}

// maxProved bounds how many proved orders one turn looks at.
const maxProved = 3

// subject is the order that a turn is about, as far as the shopper has proved it.
type subject struct {
	order commerce.Order
	hit   index.Hit // its record, as evidence and for the model
	shown bool      // to the shopper
}

// show shows the shopper the order, once.
func (s *subject) show(out *listener) {
	if !s.shown {
		out.send(Order(s.order.Summary()))
		s.shown = true
	}
}

// orderTurn looks at what a message has to do with an order. It answers by itself
// when proof is needed or the shop cannot be asked; otherwise it gives the order
// that the answer may be about, or none.
func (e *Engine) orderTurn(ctx context.Context, turn *Turn, text Text, contact string, out *listener) (answer *conversation.Message, s *subject) {
	reply := func(sentence string, handoff bool) *conversation.Message {
		m := conversation.Message{Author: conversation.Assistant, Text: seal.Clear(sentence), State: conversation.Complete, Handoff: handoff}
		out.send(Token{sentence})
		return &m
	}
	prove := func() *conversation.Message {
		m := reply(text.ProveOrder, false)
		out.send(Verify{"order"})
		return m
	}
	topic := turn.about()
	grants, err := e.proved(ctx, turn, topic)
	if err != nil {
		e.Log.WarnContext(ctx, "read grants", "tenant", turn.ask.Tenant, "error", err)
		turn.orders = false
		if topic != own {
			return nil, nil
		}
		return reply(text.OrdersDown+" "+contact, true), nil
	}
	if !turn.orders {
		return nil, nil
	}
	if len(grants) == 0 {
		if topic == own {
			return prove(), nil
		}
		return nil, nil
	}
	said := numberSaid().FindStringSubmatch(turn.asked)
	var orders []commerce.Order
	for _, g := range grants[:min(len(grants), maxProved)] {
		o, err := e.Orders.Shop.Order(ctx, commerce.Access{Tenant: turn.ask.Tenant, Purpose: commerce.Support}, g.Order)
		switch {
		case errors.Is(err, commerce.ErrNoAccess), errors.Is(err, commerce.ErrDisconnected):
			return reply(text.OrdersClosed+" "+contact, true), nil
		case fault.KindOf(err) == fault.NotFound && err != nil:
			continue
		case err != nil:
			e.Log.WarnContext(ctx, "read order", "tenant", turn.ask.Tenant, "error", err)
			return reply(text.OrdersDown+" "+contact, true), nil
		}
		orders = append(orders, o)
		if said == nil {
			break // the one that was proved last
		}
	}
	at := 0
	if said != nil {
		wanted, err := commerce.ParseNumber(cmp.Or(said[1], said[2]))
		at = slices.IndexFunc(orders, func(o commerce.Order) bool {
			has, failed := commerce.ParseNumber(o.Number)
			return err == nil && failed == nil && has == wanted
		})
	}
	if at < 0 || at >= len(orders) {
		return prove(), nil // another's, or none: nobody can tell
	}
	if err := e.Orders.Trail.Looked(ctx, turn.ask.Ref, 1); err != nil {
		e.Log.WarnContext(ctx, "note look at an order", "tenant", turn.ask.Tenant, "error", err) // who reads their own order is not kept from it
	}
	s = &subject{order: orders[at], hit: orderHit(orders[at])}
	if topic == own { // else only if the answer is about it
		s.show(out)
	}
	return nil, s
}

// proved notes whether the merchant has a shop connected, and gives what the
// conversation may have proved there. Both are looked up at once, unless it is likely
// that there is no shop.
func (e *Engine) proved(ctx context.Context, turn *Turn, topic topic) ([]commerce.Grant, error) {
	is, known, enough := e.Orders.believed(turn.ask.Tenant, topic, e.Now())
	look := func(ctx context.Context) (err error) {
		is, err = e.Orders.connected(ctx, turn.ask.Tenant, e.Now())
		return err
	}
	if known && !is && !enough {
		if err := look(ctx); err != nil {
			return nil, err
		}
		enough = true
	}
	var grants []commerce.Grant
	group, groupCtx := errgroup.WithContext(ctx)
	if !enough {
		group.Go(func() error { return look(groupCtx) })
	}
	if (is || !enough) && (topic == own || turn.askedForProof()) { // else nothing can have been proved
		group.Go(func() (err error) {
			grants, err = e.Orders.Verifier.Grants(groupCtx, turn.ask.Ref)
			return err
		})
	}
	err := group.Wait()
	turn.orders = is
	return grants, err
}

// orderMark ends the title of an order's record, as the prompt says.
const orderMark = " (order record)"

// orderHit gives an order as a passage without an address.
func orderHit(o commerce.Order) index.Hit {
	return index.Hit{Passage: passage.Passage{
		Path: []string{"Order " + o.Number + orderMark}, Text: withoutOrders(o.Summary().Lines()), Language: "en",
	}}
}

// The tools that a model is offered. None takes an order, an owner or an approval:
// which order it is about is the conversation's to prove and code's to know.
var (
	lookTool = llm.Tool{
		Name:        "look_at_order",
		Description: "Look at the shopper's own order: its status, items, parcels, returns and refunds. Use it when the shopper asks about an order of theirs.",
		Parameters:  json.RawMessage(`{"type":"object","properties":{},"required":[],"additionalProperties":false}`),
	}
	proposeTool = llm.Tool{
		Name: "propose_change",
		Description: "Propose to cancel the order, to return or refund items of it, or to send it to another address. Use it only when the shopper asks for that. " +
			"The shopper is asked to confirm; the shop's rules decide.",
		Parameters: json.RawMessage(`{"type":"object","properties":{` +
			`"kind":{"type":"string","enum":["cancel","return","refund","address"]},` +
			`"items":{"type":"array","items":{"type":"object","properties":{"title":{"type":"string"},"quantity":{"type":"integer"}},"required":["title","quantity"],"additionalProperties":false},"description":"Items as the order record names them; empty for the whole order."},` +
			`"reason":{"type":"string","description":"Why, in the shopper's words; may be empty."}},` +
			`"required":["kind","items","reason"],"additionalProperties":false}`),
	}
)

// tools gives what a model is offered in a turn.
func (t *Turn) tools(s *subject) []llm.Tool {
	switch {
	case !t.orders:
		return nil
	case s == nil:
		return []llm.Tool{lookTool}
	case merelyAsks(t.asked):
		return nil
	}
	return []llm.Tool{proposeTool}
}

// call does what a model asked for, as far as the turn has the tool, and gives what
// the shopper is told. It is nil when there is nothing to be made of the call.
func (e *Engine) call(ctx context.Context, turn *Turn, text Text, contact string, s *subject, call llm.ToolCall, out *listener) *conversation.Message {
	if !slices.ContainsFunc(turn.tools(s), func(t llm.Tool) bool { return t.Name == call.Name }) {
		e.Log.WarnContext(ctx, "unknown tool", "tenant", turn.ask.Tenant)
		return nil
	}
	say := func(sentence string, handoff bool) *conversation.Message {
		out.send(Token{sentence})
		return &conversation.Message{Author: conversation.Assistant, Text: seal.Clear(sentence), State: conversation.Complete, Handoff: handoff}
	}
	if call.Name == lookTool.Name { // offered only before anything is proved
		var none struct{}
		if strict(call.Arguments, &none) != nil {
			return nil
		}
		m := say(text.ProveOrder, false)
		out.send(Verify{"order"})
		return m
	}
	var w commerce.Wish
	if strict(call.Arguments, &w) != nil {
		return nil
	}
	if words := turn.ask.InThread; words != nil && w.Kind == commerce.ChangeAddress {
		return say(words.ByPerson, true)
	}
	language := LanguageOf(turn.asked, turn.ask.Language)
	a, err := e.Orders.Actions.Propose(ctx, turn.ask.Ref, e.Orders.Shop, s.order, w, language, turn.account.ChatRetention())
	switch {
	case errors.Is(err, commerce.ErrWhichItems):
		var titles []string
		for _, i := range s.order.Summary().Items {
			titles = append(titles, i.Title)
		}
		s.show(out)
		return say(fmt.Sprintf(text.WhichItems, strings.Join(titles, "; ")), false)
	case fault.KindOf(err) == fault.Invalid && err != nil:
		return nil
	case err != nil:
		e.Log.WarnContext(ctx, "propose change", "tenant", turn.ask.Tenant, "error", err)
		return say(text.OrdersDown+" "+contact, true)
	case a.State == commerce.Failed, a.State == commerce.Waiting: // nobody could do it, or somebody is asked already
		s.show(out)
		return say(a.Receipt+" "+contact, true)
	}
	m := say(a.Text+" "+text.PleaseConfirm, false)
	s.show(out)
	out.send(Proposal{string(a.ID), a.Kind, a.Text, a.State, a.ExpiresAt})
	return m
}

// strict decodes a tool's arguments, which are the model's words: an attribute that
// the tool does not have is an error, and so is anything behind them.
func strict(arguments string, v any) error {
	d := json.NewDecoder(bytes.NewReader([]byte(cmp.Or(strings.TrimSpace(arguments), "{}"))))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more than one value")
	}
	return nil
}
