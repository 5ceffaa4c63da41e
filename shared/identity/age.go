package identity

import (
	"slices"
	"strings"

	"omniops/shared/fault"
)

// The least age for using the service on one's own.
const (
	usualAge = 16 // GDPR Art. 8(1), where a state has not lowered it
	lowerAge = 13 // the lowest that law allows: GDPR Art. 8(1), COPPA (16 CFR § 312.2)
)

// lowered are the countries, by ISO 3166-1 alpha-2 code, whose own law makes 13 the
// age of consent to an online service: the member states that have chosen 13 under
// GDPR Art. 8(1), Iceland and Norway with them, the United Kingdom (Data Protection
// Act 2018, section 9) and the United States (COPPA). A state between 13 and 16
// counts as 16: the promise knows two ages, and this one is the stricter.
var lowered = []string{"BE", "DK", "EE", "FI", "GB", "IS", "LV", "MT", "NO", "PT", "SE", "US"}

// LeastAge is the age in years from which somebody in a country may use the service:
// Invalid if that is no country's code.
func LeastAge(country string) (int, error) {
	if len(country) != 2 || strings.Trim(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return 0, fault.E(fault.Invalid, "A country is written as its two-letter code, such as GB or DE.", nil)
	}
	if slices.Contains(lowered, country) {
		return lowerAge, nil
	}
	return usualAge, nil
}
