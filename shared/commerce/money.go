package commerce

import (
	"fmt"
	"strconv"
	"strings"

	"omniops/shared/fault"
)

// Money is an amount in the minor unit of its currency: cents, pence, yen.
type Money struct {
	Minor    int64  `dynamodbav:"minor" json:"minor"`
	Currency string `dynamodbav:"currency" json:"currency"` // ISO 4217
}

// decimals lists the currencies that do not have two decimals (ISO 4217, read
// 2026-11-24).
var decimals = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// currencies lists the currencies in use (ISO 4217, list one, read 2026-11-24),
// without those that nobody pays with.
const currencies = " AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK " +
	"DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW " +
	"KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG " +
	"QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV " +
	"WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG "

// isCurrency reports whether a code is that of a currency in use.
func isCurrency(code string) bool {
	return len(code) == 3 && !strings.Contains(code, " ") && strings.Contains(currencies, " "+code+" ")
}

func decimalsOf(currency string) int {
	if n, ok := decimals[currency]; ok {
		return n
	}
	return 2
}

// ParseMoney reads an amount as platforms write it, such as "12.50". What is no
// amount, or has more digits than the currency has, is Invalid; zeros beyond are
// not counted.
func ParseMoney(amount, currency string) (Money, error) {
	invalid := fault.E(fault.Invalid, "That is not an amount of money.", fmt.Errorf("amount %q %q", amount, currency))
	if len(currency) != 3 || strings.Trim(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return Money{}, invalid
	}
	digits, negative := strings.CutPrefix(amount, "-")
	whole, part, _ := strings.Cut(digits, ".")
	n := decimalsOf(currency)
	for len(part) > n && part[len(part)-1] == '0' {
		part = part[:len(part)-1]
	}
	if whole == "" || len(whole) > 12 || len(part) > n || strings.Trim(whole+part, "0123456789") != "" {
		return Money{}, invalid
	}
	minor, err := strconv.ParseInt(whole+part+strings.Repeat("0", n-len(part)), 10, 64)
	if err != nil {
		return Money{}, invalid
	}
	if negative {
		minor = -minor
	}
	return Money{minor, currency}, nil
}

// Decimal is the amount as platforms write it.
func (m Money) Decimal() string {
	n := decimalsOf(m.Currency)
	sign, minor := "", m.Minor
	if minor < 0 {
		sign, minor = "-", -minor
	}
	digits := fmt.Sprintf("%0*d", n+1, minor)
	if n == 0 {
		return sign + digits
	}
	return sign + digits[:len(digits)-n] + "." + digits[len(digits)-n:]
}

// String is the amount with its currency.
func (m Money) String() string { return m.Decimal() + " " + m.Currency }

// In is the amount with its currency as a language writes it, such as 1234.50 GBP or
// 1234,50 EUR.
func (m Money) In(language string) string {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	amount := m.Decimal()
	if base == "de" || base == "fr" {
		amount = strings.Replace(amount, ".", ",", 1)
	}
	return amount + "\u00a0" + m.Currency
}

// Amount is one amount in both currencies of an order: the shop's, in which rules
// judge and books are kept, and the buyer's, who paid in it and is told in it.
type Amount struct {
	Shop  Money `json:"shop"`
	Buyer Money `json:"buyer"`
}

// Both is the amount for a merchant: as the buyer paid it and, where that is another
// currency, as the shop counts it.
func (a Amount) Both(language string) string {
	if a.Shop == a.Buyer {
		return a.Shop.In(language)
	}
	return a.Buyer.In(language) + " (" + a.Shop.In(language) + ")"
}

// less is what is left of an amount; never less than nothing.
func (a Amount) less(b Amount) Amount {
	return Amount{
		Money{max(a.Shop.Minor-b.Shop.Minor, 0), a.Shop.Currency},
		Money{max(a.Buyer.Minor-b.Buyer.Minor, 0), a.Buyer.Currency},
	}
}
