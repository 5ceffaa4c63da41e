package processor

import (
	"slices"
	"strings"
)

// Country is where a processor processes: an ISO 3166-1 code, or Global.
type Country string

// Global is a processor with places in many countries. It is treated as a
// country without adequacy, whichever place answers.
const Global Country = "global"

// The country codes that the register uses.
const (
	Britain      Country = "GB"
	UnitedStates Country = "US"
)

// Region is the law under which a tenant's data originates.
type Region string

// The regions. Data from Elsewhere is held to the rules of both others, and so
// is data from any region that is not listed here.
const (
	UnitedKingdom        Region = "UK"
	EuropeanEconomicArea Region = "EEA"
	Elsewhere            Region = "OTHER"
)

// Mechanism is a legal ground for a transfer out of a region.
type Mechanism string

// The mechanisms, with the law they rest on.
const (
	SCC        Mechanism = "standard-contractual-clauses" // Commission Decision (EU) 2021/914; GDPR Art. 46
	IDTA       Mechanism = "uk-idta"                      // International Data Transfer Agreement; UK GDPR Art. 46
	UKAddendum Mechanism = "uk-addendum"                  // the UK addendum to the SCC; UK GDPR Art. 46
	EUAdequacy Mechanism = "eu-adequacy"                  // a Commission decision; GDPR Art. 45
	UKAdequacy Mechanism = "uk-adequacy"                  // adequacy regulations; UK GDPR Art. 45
)

// eea holds the codes of the countries of the European Economic Area, and
// adequate those of other countries that both the Commission and the United
// Kingdom have found adequate as a whole. The decisions for certified
// companies in the United States are not in it: they hold for a company, not
// for a country.
const (
	eea      = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
	adequate = "AD AR CH FO GG IL IM JE JP KR NZ UY"
)

// within reports whether a country is among the listed codes.
func (c Country) within(codes string) bool {
	return len(c) == 2 && slices.Contains(strings.Fields(codes), string(c))
}

// holds reports whether the mechanism can cover a transfer to a country.
// Contracts can cover any; adequacy covers those found adequate.
func (m Mechanism) holds(to Country) bool {
	switch m {
	case SCC, IDTA, UKAddendum:
		return true
	case EUAdequacy:
		return to == Britain || to.within(adequate)
	case UKAdequacy:
		return to.within(eea) || to.within(adequate)
	}
	return false
}

// covers gives the mechanisms that make transfers out of a region lawful.
func (r Region) covers() []Mechanism {
	if r == UnitedKingdom {
		return []Mechanism{IDTA, UKAddendum, UKAdequacy}
	}
	return []Mechanism{SCC, EUAdequacy}
}

// home reports whether data stays in the region when it goes to a country.
func (r Region) home(c Country) bool {
	if r == UnitedKingdom {
		return c == Britain
	}
	return c.within(eea)
}

// MayTransfer reports whether data that originates in a region may go to the
// processor: it stays in the region, or the row names a mechanism that covers
// the transfer and holds for the country. Data from elsewhere needs both of
// what the United Kingdom and the European Economic Area ask for.
func (p Processor) MayTransfer(from Region) bool {
	if from != UnitedKingdom && from != EuropeanEconomicArea {
		return p.MayTransfer(UnitedKingdom) && p.MayTransfer(EuropeanEconomicArea)
	}
	if from.home(p.Country) {
		return true
	}
	return slices.ContainsFunc(p.Mechanisms, func(m Mechanism) bool {
		return m.holds(p.Country) && slices.Contains(from.covers(), m)
	})
}
