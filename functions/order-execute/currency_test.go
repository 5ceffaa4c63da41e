package main

import (
	"strings"
	"testing"

	"omniops/shared/commerce"
)

// Orders of lena.vogt@example.com, who paid a shop in pounds in euros.
const (
	lenaDelivered = "#1061"
	lenaNotSent   = "#1062"
)

// Who paid in another currency than the shop's is told the amount in theirs; the
// rules judge it in the shop's, and the record of the decision has both.
func TestTheBuyersCurrencyIsTold(t *testing.T) {
	for _, c := range []struct {
		name, number string
		wish         commerce.Wish
		mutation     string
	}{
		{"cancel", lenaNotSent, commerce.Wish{Kind: commerce.Cancel}, "orderCancel"},
		{"refund", lenaDelivered, commerce.Wish{Kind: commerce.RefundItems, Items: first}, "refundCreate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			order, _ := b.proveAs(t, c.number, "lena.vogt@example.com")
			if order.Paid.Shop.Currency != "GBP" || order.Paid.Buyer.Currency != "EUR" || order.Paid.Shop.Minor == order.Paid.Buyer.Minor {
				t.Fatalf("paid %+v", order.Paid)
			}
			if len(c.wish.Items) > 0 {
				c.wish.Items = []commerce.WishItem{{Title: order.Items[0].Title, Quantity: 1}}
			}
			if s := order.Summary(); s.Paid != order.Paid.Buyer || len(s.Refunds) > 0 && s.Refunds[0].Amount.Currency != "EUR" {
				t.Errorf("the summary: %+v", s)
			}
			pounds := commerce.DefaultRules() // a limit of five pounds: nothing costs as little
			pounds.Cancel.MaxAmount = &commerce.Money{Minor: 500, Currency: "GBP"}
			pounds.Refund = pounds.Cancel
			if _, err := b.rules.Set(t.Context(), shop, pounds); err != nil {
				t.Fatal(err)
			}
			task := b.confirmedAs(t, c.number, "lena.vogt@example.com", c.wish, nil)
			if _, err := b.run(t, task); err != nil {
				t.Fatal(err)
			}
			a := b.get(t, task)
			in := a.Decisions[len(a.Decisions)-1].Inputs
			if a.State != commerce.Waiting || in.Amount.Currency != "GBP" || in.Buyer.Currency != "EUR" || in.Amount.Minor <= 500 || in.Buyer.Minor <= in.Amount.Minor {
				t.Fatalf("%+v, judged by %+v", a, in)
			}
			euros := in.Buyer.In("en")
			if !strings.Contains(a.Text, euros) || strings.Contains(a.Text, "GBP") {
				t.Errorf("the shopper agreed to %q", a.Text)
			}
			if mails := b.Mail.Messages(""); len(mails) != 1 || !strings.Contains(mails[0].Text, euros+" ("+in.Amount.In("en")+")") {
				t.Errorf("the merchant reads %+v", mails)
			}
			if _, err := b.actions.Rule(t.Context(), b.ref, task.Action, commerce.Approve); err != nil {
				t.Fatal(err)
			}
			if _, err := b.run(t, task); err != nil {
				t.Fatal(err)
			}
			a = b.get(t, task)
			if a.State != commerce.Done || b.done(c.mutation) != 1 || !strings.Contains(a.Receipt, euros) {
				t.Errorf("in the end, made %d times: %+v", b.done(c.mutation), a)
			}
			mails := b.Mail.Messages("lena.vogt@example.com")
			if len(mails) != 1 || !strings.Contains(mails[0].Text, euros) || strings.Contains(mails[0].Text, "GBP") {
				t.Errorf("the shopper reads %+v", mails)
			}
			after, _ := b.proveAs(t, c.number, "lena.vogt@example.com")
			if back := after.Refunded.Buyer.Minor - order.Refunded.Buyer.Minor; back != in.Buyer.Minor {
				t.Errorf("%d cents were given back, %d were told", back, in.Buyer.Minor)
			}
		})
	}
}
