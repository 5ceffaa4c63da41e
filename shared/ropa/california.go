package ropa

import (
	"slices"

	"omniops/shared/inventory"
)

// Statutory is a category of personal information as the CCPA names it (Cal.
// Civ. Code § 1798.140(v)(1)).
type Statutory string

// The statutory categories that what we hold falls into.
const (
	Identifiers      Statutory = "identifiers"            // (A), (B)
	Commercial       Statutory = "commercial-information" // (D)
	InternetActivity Statutory = "internet-activity"      // (F)
)

// statutory maps our categories to the CCPA's.
var statutory = map[inventory.Category]Statutory{
	inventory.Identifier:     Identifiers,
	inventory.ContactDetail:  Identifiers,
	inventory.DeviceData:     Identifiers,
	inventory.CommercialData: Commercial,
	inventory.ActivityData:   InternetActivity,
	inventory.MessageContent: InternetActivity,
}

// Collected is what was collected of a statutory category in the past 12 months:
// everything that a record which exists today may hold. Nothing of it was sold,
// or shared for advertising across sites.
type Collected struct {
	Category   Statutory
	Attributes []string // as record.attribute
	Sources    []inventory.Source
	Purposes   []inventory.Purpose
}

// PastYear reports the categories of the past 12 months. A category of ours that
// is mapped to none makes it fail, so that none is left out by mistake.
func PastYear(all []inventory.Entry) ([]Collected, error) {
	list := []Collected{{Category: Identifiers}, {Category: Commercial}, {Category: InternetActivity}}
	for _, h := range DataMap(all) {
		s, known := statutory[h.Category]
		if !known {
			return nil, unmapped(h.Category)
		}
		i := slices.IndexFunc(list, func(c Collected) bool { return c.Category == s })
		c := &list[i]
		c.Attributes, c.Sources, c.Purposes = add(c.Attributes, h.Attributes...), add(c.Sources, h.Sources...), add(c.Purposes, h.Purposes...)
	}
	return slices.DeleteFunc(list, func(c Collected) bool { return len(c.Attributes) == 0 }), nil
}

// unmapped is the error for a category that the CCPA's do not cover yet.
type unmapped inventory.Category

// Error says which.
func (u unmapped) Error() string { return "category " + string(u) + " is none of the CCPA's yet" }
