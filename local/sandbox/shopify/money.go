package shopify

import (
	"fmt"
	"strconv"
	"strings"
)

// bag is an amount in the store's currency and in the buyer's, each in its minor
// unit.
type bag struct{ shop, buyer int64 }

func (b bag) plus(other bag) bag  { return bag{b.shop + other.shop, b.buyer + other.buyer} }
func (b bag) minus(other bag) bag { return bag{b.shop - other.shop, b.buyer - other.buyer} }
func (b bag) times(n int) bag     { return bag{b.shop * int64(n), b.buyer * int64(n)} }

// rates are the buyer's minor units for 100 of the store's, whose currency is the
// pound.
var rates = map[string]int64{"GBP": 100, "EUR": 120, "USD": 130, "JPY": 195}

// bagOf converts an amount of the store's.
func bagOf(minor int64, currency string) bag {
	return bag{minor, (minor*rates[currency] + 50) / 100}
}

func decimals(currency string) int {
	if currency == "JPY" {
		return 0
	}
	return 2
}

// decimal writes an amount as the API does.
func decimal(minor int64, currency string) string {
	if decimals(currency) == 0 {
		return strconv.FormatInt(minor, 10) + ".0"
	}
	return fmt.Sprintf("%d.%02d", minor/100, minor%100)
}

// minorOf reads an amount that a caller wrote.
func minorOf(amount any, currency string) (int64, bool) {
	text := strings.TrimSpace(fmt.Sprint(amount))
	whole, part, _ := strings.Cut(text, ".")
	n := decimals(currency)
	part = strings.TrimRight(part, "0")
	if len(part) > n || whole == "" || strings.Trim(whole+part, "0123456789") != "" || len(whole) > 12 {
		return 0, false
	}
	minor, err := strconv.ParseInt(whole+part+strings.Repeat("0", n-len(part)), 10, 64)
	return minor, err == nil
}

func money(minor int64, currency string) node {
	return node{"amount": decimal(minor, currency), "currencyCode": currency}
}

func (b bag) node(shop, buyer string) node {
	return node{"shopMoney": money(b.shop, shop), "presentmentMoney": money(b.buyer, buyer)}
}
