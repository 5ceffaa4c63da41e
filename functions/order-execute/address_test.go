package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"omniops/shared/commerce"
)

// stored is all that the table holds, as text.
func (b *bench) stored(t *testing.T) string {
	t.Helper()
	name := b.Env(t, "order-execute", "TABLE_NAME")
	page, err := dynamodb.NewFromConfig(b.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, item := range page.Items {
		for _, v := range item {
			fmt.Fprintf(&all, "%s\n", v)
		}
	}
	return all.String()
}

// The merchant reads in the mail where an order is to go, the shopper in theirs where
// it went; it is stored sealed.
func TestANewAddressIsToldInFull(t *testing.T) {
	b := newBench(t)
	byHand := commerce.DefaultRules()
	byHand.Address.Automatic = false
	if _, err := b.rules.Set(t.Context(), shop, byHand); err != nil {
		t.Fatal(err)
	}
	to := commerce.Address{Name: "Jane Doe", Line1: strings.Repeat("Long Acre ", 11) + "12½", Line2: "Flat 3", City: "Leeds", Zip: "LS1 1AA", Country: "GB"}
	task := b.confirmed(t, notSent, commerce.Wish{Kind: commerce.ChangeAddress}, &to)
	if _, err := b.run(t, task); err != nil {
		t.Fatal(err)
	}
	mails := b.Mail.Messages("")
	asked := mails[0]
	if len(mails) != 1 || asked.To[0] != "help@shop.example" || !strings.Contains(asked.Text, to.Reveal()) || strings.Contains(asked.Text, "?") ||
		!strings.Contains(asked.Text, "you decide on each of these yourself") {
		t.Fatalf("the merchant is told %+v", mails)
	}
	if all := b.stored(t); strings.Contains(all, "Long Acre") || strings.Contains(all, "LS1 1AA") {
		t.Error("the address is stored in clear")
	}
	if _, err := b.actions.Rule(t.Context(), b.ref, task.Action, commerce.Approve); err != nil {
		t.Fatal(err)
	}
	if _, err := b.run(t, task); err != nil {
		t.Fatal(err)
	}
	a := b.get(t, task)
	if a.State != commerce.Done || !strings.Contains(a.Receipt, to.Reveal()) || strings.Contains(a.Text, "?") {
		t.Errorf("in the end: %+v", a)
	}
	told := false
	for _, m := range b.Mail.Messages("jane.doe@example.com") {
		told = told || strings.Contains(m.Text, "goes to its new address: "+to.Reveal())
	}
	if !told {
		t.Errorf("the shopper is told %+v", b.Mail.Messages(""))
	}
	if shown := fmt.Sprintf("%v %+v %s", to, &to, to); strings.Contains(shown, "Leeds") {
		t.Errorf("an address shows itself: %s", shown)
	}
}
