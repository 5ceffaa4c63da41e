package commerce

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/currency"

	"omniops/shared/fault"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// both is an amount of a shop in pounds whose buyer pays in euros.
func both(pence, cents int64) Amount { return Amount{Money{pence, "GBP"}, Money{cents, "EUR"}} }

func order(change func(*Order)) Order {
	o := Order{
		ID: "1", Customer: "7", Number: "#1", PlacedAt: noon.Add(-time.Hour), Payment: Paid, Fulfillment: Unfulfilled,
		Paid: both(5000, 6000), Refunded: both(0, 0),
		Items: []LineItem{
			{ID: "11", FulfilledID: "21", Title: "Kettle", Quantity: 1, Refundable: 1},
			{ID: "12", FulfilledID: "22", Title: "Gift card", Quantity: 1, Refundable: 1},
		},
	}
	change(&o)
	return o
}

func arrived(days int) func(*Order) {
	return func(o *Order) {
		o.Fulfillment = Fulfilled
		o.PlacedAt = noon.AddDate(0, 0, -days-3)
		o.Shipments = []Shipment{{Status: "delivered", SentAt: noon.AddDate(0, 0, -days-2), DeliveredAt: noon.AddDate(0, 0, -days)}}
		for i := range o.Items {
			o.Items[i].Returnable = 1
		}
	}
}

func TestJudge(t *testing.T) {
	usual := DefaultRules()
	limited := DefaultRules()
	limited.Refund = Rule{Automatic: true, WithinHours: 720, MaxAmount: &Money{2500, "GBP"}, Excluded: []string{"gift CARD"}, PerCustomer: 2}
	same := func(*Order) {}
	for name, c := range map[string]struct {
		rules  Rules
		change func(*Order)
		asked  asked
		times  int64
		want   Outcome
		why    []Reason
	}{
		"a fresh order is cancelled":              {usual, same, asked{kind: Cancel}, 0, Allowed, nil},
		"a day later a person decides":            {usual, func(o *Order) { o.PlacedAt = noon.Add(-25 * time.Hour) }, asked{kind: Cancel}, 0, Approval, []Reason{TooLate}},
		"to the hour":                             {usual, func(o *Order) { o.PlacedAt = noon.Add(-24 * time.Hour) }, asked{kind: Cancel}, 0, Allowed, nil},
		"packed already":                          {usual, func(o *Order) { o.Fulfillment = InProgress }, asked{kind: Cancel}, 0, Approval, []Reason{PartlySent}},
		"sent":                                    {usual, arrived(0), asked{kind: Cancel}, 0, Moot, []Reason{AlreadySent}},
		"cancelled":                               {usual, func(o *Order) { o.CancelledAt = noon }, asked{kind: Cancel}, 0, Moot, []Reason{AlreadyCancelled}},
		"the fourth in a month":                   {usual, same, asked{kind: Cancel}, 3, Approval, []Reason{TooOften}},
		"a state nobody knows":                    {usual, func(o *Order) { o.Fulfillment = UnknownFulfillment }, asked{kind: Cancel}, 0, Approval, []Reason{Unclear}},
		"too many items to see":                   {usual, func(o *Order) { o.MoreItems = true }, asked{kind: Cancel}, 0, Approval, []Reason{Unclear}},
		"a return in time":                        {usual, arrived(30), asked{kind: ReturnRequest}, 0, Allowed, nil},
		"a return too late":                       {usual, arrived(31), asked{kind: ReturnRequest}, 0, Approval, []Reason{TooLate}},
		"nothing was sent":                        {usual, same, asked{kind: ReturnRequest}, 0, Moot, []Reason{NothingSent}},
		"all returned":                            {usual, func(o *Order) { arrived(1)(o); o.Items[0].Returnable, o.Items[1].Returnable = 0, 0 }, asked{kind: ReturnRequest}, 0, Moot, []Reason{NothingLeft}},
		"refunds are a person's":                  {usual, arrived(1), asked{kind: RefundItems, lines: []Line{{ID: "11", Quantity: 1}}, amount: both(3000, 3600)}, 0, Approval, []Reason{ByHand}},
		"a refund within the limit":               {limited, arrived(1), asked{kind: RefundItems, lines: []Line{{ID: "11", Quantity: 1}}, amount: both(2500, 3000)}, 1, Allowed, nil},
		"a penny above":                           {limited, arrived(1), asked{kind: RefundItems, lines: []Line{{ID: "11", Quantity: 1}}, amount: both(2501, 3001)}, 1, Approval, []Reason{TooMuch}},
		"another currency":                        {limited, arrived(1), asked{kind: RefundItems, lines: []Line{{ID: "11", Quantity: 1}}, amount: Amount{Money{1, "JPY"}, Money{1, "GBP"}}}, 0, Approval, []Reason{TooMuch}},
		"an excluded item":                        {limited, arrived(1), asked{kind: RefundItems, lines: []Line{{ID: "12", Quantity: 1}}, amount: both(2000, 2400)}, 0, Approval, []Reason{ExcludedItem}},
		"the whole order has the excluded one":    {limited, arrived(1), asked{kind: RefundItems, amount: both(2000, 2400)}, 0, Approval, []Reason{ExcludedItem}},
		"not paid":                                {limited, func(o *Order) { o.Payment = Pending }, asked{kind: RefundItems}, 0, Moot, []Reason{NothingPaid}},
		"an address before it is sent":            {usual, same, asked{kind: ChangeAddress}, 0, Allowed, nil},
		"an address of a parcel on its way":       {usual, arrived(0), asked{kind: ChangeAddress}, 0, Moot, []Reason{AlreadySent}},
		"everything against it":                   {limited, arrived(40), asked{kind: RefundItems, amount: both(9000, 10800)}, 2, Approval, []Reason{TooLate, TooMuch, ExcludedItem, TooOften}},
		"a kind that does not exist is by hand":   {usual, same, asked{kind: "pay"}, 0, Approval, []Reason{ByHand}},
		"before anything is delivered, from sent": {usual, func(o *Order) { arrived(0)(o); o.Shipments[0].DeliveredAt = time.Time{} }, asked{kind: ReturnRequest}, 0, Allowed, nil},
	} {
		t.Run(name, func(t *testing.T) {
			v := c.rules.judge(order(c.change), c.asked, c.times, noon)
			if v.Outcome != c.want || !slices.Equal(v.Reasons, c.why) || v.Version != "default" {
				t.Errorf("%+v, want %s %v", v, c.want, c.why)
			}
		})
	}
}

func TestWhatADecisionRestsOn(t *testing.T) {
	for name, c := range map[string]struct {
		change               func(*Order)
		kind                 ActionKind
		delivered, countedAt time.Time
	}{
		"not sent":            {func(*Order) {}, Cancel, time.Time{}, noon.Add(-time.Hour)},
		"not sent, a refund":  {func(*Order) {}, RefundItems, time.Time{}, noon.Add(-time.Hour)},
		"on its way":          {func(o *Order) { arrived(0)(o); o.Shipments[0].DeliveredAt = time.Time{} }, ReturnRequest, time.Time{}, noon.AddDate(0, 0, -2)},
		"arrived":             {arrived(3), ReturnRequest, noon.AddDate(0, 0, -3), noon.AddDate(0, 0, -3)},
		"arrived, an address": {arrived(3), ChangeAddress, noon.AddDate(0, 0, -3), noon.AddDate(0, 0, -6)},
	} {
		t.Run(name, func(t *testing.T) {
			in := inputs(order(c.change), asked{kind: c.kind}, 0)
			if !in.DeliveredAt.Equal(c.delivered) || !in.CountedFrom.Equal(c.countedAt) {
				t.Errorf("delivered at %s, counted from %s", in.DeliveredAt, in.CountedFrom)
			}
			shown, err := json.Marshal(in)
			if err != nil || bytes.Contains(shown, []byte("delivered_at")) == c.delivered.IsZero() {
				t.Errorf("shown: %s, %v", shown, err)
			}
		})
	}
}

func TestMoney(t *testing.T) {
	for _, c := range []struct {
		amount, currency string
		minor            int64
		back             string
	}{
		{"12.50", "GBP", 1250, "12.50"}, {"0.05", "EUR", 5, "0.05"}, {"-3", "USD", -300, "-3.00"}, {"1500", "JPY", 1500, "1500"}, {"1.0", "JPY", 1, "1"},
		{"1.234", "KWD", 1234, "1.234"}, {"12.500", "GBP", 1250, "12.50"},
	} {
		m, err := ParseMoney(c.amount, c.currency)
		if err != nil || m.Minor != c.minor || m.Decimal() != c.back {
			t.Errorf("%s %s is %+v, %q, %v", c.amount, c.currency, m, m.Decimal(), err)
		}
	}
	for _, bad := range [][2]string{{"", "GBP"}, {"1.234", "GBP"}, {"1,5", "GBP"}, {"1e3", "GBP"}, {"9999999999999", "GBP"}, {"1", "gbp"}, {"1", "POUND"}, {"--1", "GBP"}, {".5", "GBP"}} {
		if m, err := ParseMoney(bad[0], bad[1]); err == nil {
			t.Errorf("%q %q is %v", bad[0], bad[1], m)
		}
	}
}

func TestContacts(t *testing.T) {
	c := Candidate{Number: "#1042", Emails: []string{"Jane.Doe@Example.com"}, Phones: []string{"+44 7700 900123"}}
	for typed, owns := range map[string]bool{
		"jane.doe@example.com": true, " JANE.DOE@EXAMPLE.COM ": true, "ｊane.doe@example.com": true, "jane.doe\u200b@example.com": true,
		"jane.doe+x@example.com": false, "janedoe@example.com": false, "jane.doe@example.org": false, "doe@example.com": false,
		"+447700900123": true, "0044 7700 900 123": true, "07700 900123": true, "(07700) 900-123": true, "7700900123": false, "900123": false, "+447700900124": false, "+17700900123": false,
	} {
		contact, err := ParseContact(typed)
		if err != nil && owns || err == nil && c.owns(contact) != owns {
			t.Errorf("%q owns it: %v, %v", typed, !owns, err)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"#1042", " 1042 ", "EU-1042", "1042' OR '1'='1", "＃１０４２", "#"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		n, err := ParseNumber(typed)
		if err != nil {
			return
		}
		for _, r := range n { // nothing that means anything to a search
			if (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '_' && r != '-' {
				t.Fatalf("%q is taken as %q", typed, n)
			}
		}
		if again, err := ParseNumber(n); err != nil || again != n {
			t.Fatalf("%q becomes %q, %v", n, again, err)
		}
	})
}

func TestCurrencies(t *testing.T) {
	fresh := []string{"MRU", "SLE", "VES", "XCG", "ZWG"} // not in the list that is compared with
	known := strings.Fields(currencies)
	for _, code := range known {
		if _, err := currency.ParseISO(code); err != nil && !slices.Contains(fresh, code) || !isCurrency(code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	for code := range decimals {
		if !isCurrency(code) {
			t.Errorf("%s is missing", code)
		}
	}
	tender := currency.Query() // legal tender today, by region
	for tender.Next() {
		if code := tender.Unit().String(); !isCurrency(code) && !slices.Contains([]string{"ANG", "BGN", "CUC", "HRK", "SLL", "ZWL", "BYR", "MRO", "STD", "VEF", "LTL"}, code) {
			t.Errorf("%s of %s is missing", code, tender.Region())
		}
	}
	for _, code := range []string{"", "ZZZ", "XXX", "gbp", "GB", " GB", "GBPX", "P G"} {
		if isCurrency(code) {
			t.Errorf("%q is taken for a currency", code)
		}
	}
}

// Whatever is accepted names every limit, is valid, and reads the same when it is
// sent back.
func FuzzParseRules(f *testing.F) {
	whole, err := json.Marshal(DefaultRules())
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{string(whole), `{}`, `{"cancel":{}}`, strings.Replace(string(whole), "null", `{"minor":1,"currency":"GBP"}`, 2), strings.Replace(string(whole), "[]", "null", 1)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := ParseRules(body)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%v", err)
			}
			return
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		same, err := ParseRules(again)
		if err != nil || !reflect.DeepEqual(same, r) {
			t.Fatalf("%s became %s, %v", body, again, err)
		}
		for _, name := range []string{"automatic", "within_hours", "max_amount", "excluded_items", "per_customer"} {
			if bytes.Count(body, []byte(name)) < len(kinds) && !bytes.ContainsRune(body, '\\') {
				t.Fatalf("accepted without every %s: %s", name, body)
			}
		}
	})
}
