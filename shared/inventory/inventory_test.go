package inventory_test

import (
	"maps"
	"testing"
	"time"

	"omniops/shared/inventory"
)

func complete() inventory.Entry {
	return inventory.Entry{
		Record: "conversation.message", Subject: inventory.Shopper, SubjectKey: "shopper",
		Fields:  map[string]inventory.Category{"shopper": inventory.Identifier, "body": inventory.MessageContent},
		Purpose: inventory.CustomerSupport, LegalBasis: inventory.Contract, Role: inventory.Processor,
		Retention: inventory.ChatRetention, Source: inventory.FirstParty, Exported: true,
	}
}

func TestValidateRefusesSilence(t *testing.T) {
	if err := complete().Validate(); err != nil {
		t.Fatalf("a complete entry was refused: %v", err)
	}
	for name, spoil := range map[string]func(*inventory.Entry){
		"no record":           func(e *inventory.Entry) { e.Record = "" },
		"no subject":          func(e *inventory.Entry) { e.Subject = "" },
		"no subject key":      func(e *inventory.Entry) { e.SubjectKey = "" },
		"no purpose":          func(e *inventory.Entry) { e.Purpose = "" },
		"no basis":            func(e *inventory.Entry) { e.LegalBasis = "" },
		"no role":             func(e *inventory.Entry) { e.Role = "" },
		"no retention":        func(e *inventory.Entry) { e.Retention = "" },
		"no source":           func(e *inventory.Entry) { e.Source = "" },
		"no fields":           func(e *inventory.Entry) { e.Fields = nil },
		"a field left open":   func(e *inventory.Entry) { e.Fields["body"] = "" },
		"personal, of nobody": func(e *inventory.Entry) { e.Subject = inventory.NoSubject },
	} {
		t.Run(name, func(t *testing.T) {
			e := complete()
			e.Fields = maps.Clone(e.Fields)
			spoil(&e)
			if e.Validate() == nil {
				t.Error("Validate accepted it")
			}
		})
	}
}

func TestPeriods(t *testing.T) {
	for class, want := range map[inventory.Retention]time.Duration{
		inventory.ChatRetention: 2160 * time.Hour, inventory.AnalyticsRetention: 4320 * time.Hour, inventory.AuditRetention: 17520 * time.Hour,
	} {
		if got, ok := class.Period(); !ok || got != want {
			t.Errorf("%s: %v, %v; want %v", class, got, ok, want)
		}
	}
	if _, ok := inventory.ContentRetention.Period(); ok {
		t.Error("content ends by an event, not by time")
	}
}
