package main

import (
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/consent"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/table"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnOperatorRecordsAWithdrawalWithEvidence(t *testing.T) {
	claim.Proves(t, "C034")
	c := localtest.Start(t)
	s := settings{Table: c.Env(t, "consent-withdraw", "TABLE_NAME")}
	withdraw, err := build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler)}, s)
	must(t, err)
	receipts := consent.NewStore(table.New(c.AWS, s.Table, c.Clock.Now))
	var sample order
	contract.Sample(t, "consent-withdraw/invoke.json", &sample)
	_, err = receipts.Record(t.Context(), sample.Tenant, sample.Reference, consent.Decision{
		Choices: consent.Choices{consent.Analytics: true}, Version: consent.Version, Language: "en", Method: consent.ByBanner,
	})
	must(t, err)

	for name, change := range map[string]func(*order){
		"no evidence":              func(o *order) { o.Evidence = "" },
		"a sentence as evidence":   func(o *order) { o.Evidence = "Jane Doe wrote to us" },
		"an address as evidence":   func(o *order) { o.Evidence = "jane@example.com" },
		"nothing withdrawn":        func(o *order) { o.Withdraw = nil },
		"a purpose that is none":   func(o *order) { o.Withdraw = []consent.Purpose{consent.Essential} },
		"a reference that is none": func(o *order) { o.Reference = "x#y" },
		"no tenant":                func(o *order) { o.Tenant = "" },
	} {
		t.Run(name, func(t *testing.T) {
			o := sample
			change(&o)
			if got, err := withdraw(t.Context(), o); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	for name, change := range map[string]func(*order){
		"somebody who never chose": func(o *order) { o.Reference = "0e7qaygv5yds6nyjphf6j25k67" },
		"another shop's shopper":   func(o *order) { o.Tenant = id.Tenant("rival") },
	} {
		t.Run(name, func(t *testing.T) {
			o := sample
			change(&o)
			if got, err := withdraw(t.Context(), o); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}

	got, err := withdraw(t.Context(), sample)
	must(t, err)
	if diff := cmp.Diff(receipt{N: 2, Granted: []consent.Purpose{}, At: c.Clock.Now().UTC()}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	last, _, err := receipts.Current(t.Context(), sample.Tenant, sample.Reference)
	must(t, err)
	if last.Method != consent.ByOperator || last.Evidence != "ticket-4711" || last.Allows(consent.Analytics, c.Clock.Now()) {
		t.Errorf("the receipt is %+v", last)
	}
}
