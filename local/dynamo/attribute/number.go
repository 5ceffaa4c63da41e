package attribute

import (
	"math/big"
	"strconv"
	"strings"
)

// The range of a Number: 38 significant digits, magnitude from 1E-130 to just
// under 1E+126 (DynamoDB developer guide, "Naming rules and data types", read
// 2026-11-20).
const (
	maxDigits   = 38
	maxExponent = 126
	minExponent = -129
)

// Number is an exact decimal: 0.digits × 10^exponent. The digits neither begin
// nor end with a zero, so equal numbers are equal Go values. The zero Number is 0.
type Number struct {
	negative bool
	digits   string
	exponent int
}

// ParseNumber reads a decimal with an optional sign, fraction and exponent, or
// explains why DynamoDB would not store it.
func ParseNumber(s string) (Number, error) {
	invalid := Invalid("The parameter cannot be converted to a numeric value: " + s)
	rest := s
	negative := false
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		negative, rest = rest[0] == '-', rest[1:]
	}
	whole, rest := cutDigits(rest)
	fraction := ""
	if strings.HasPrefix(rest, ".") {
		fraction, rest = cutDigits(rest[1:])
	}
	if whole == "" && fraction == "" {
		return Number{}, invalid
	}
	power := 0
	if rest != "" {
		if rest[0] != 'e' && rest[0] != 'E' {
			return Number{}, invalid
		}
		var ok bool
		if power, ok = parsePower(rest[1:]); !ok {
			return Number{}, invalid
		}
	}
	return normal(negative, whole+fraction, len(whole)+power)
}

// cutDigits splits s after its leading digits.
func cutDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

// parsePower reads an exponent; one beyond any range is merely very large.
func parsePower(s string) (power int, ok bool) {
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	digits, rest := cutDigits(s)
	if digits == "" || rest != "" {
		return 0, false
	}
	digits = strings.TrimLeft(digits, "0")
	if len(digits) > 9 {
		digits = "999999999"
	}
	power, _ = strconv.Atoi("0" + digits)
	if negative {
		power = -power
	}
	return power, true
}

// normal makes the Number 0.digits × 10^exponent, within range.
func normal(negative bool, digits string, exponent int) (Number, error) {
	trimmed := strings.TrimLeft(digits, "0")
	exponent -= len(digits) - len(trimmed)
	trimmed = strings.TrimRight(trimmed, "0")
	switch {
	case trimmed == "":
		return Number{}, nil
	case exponent > maxExponent:
		return Number{}, Invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
	case exponent < minExponent:
		return Number{}, Invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	case len(trimmed) > maxDigits:
		return Number{}, Invalid("Attempting to store more than 38 significant digits in a Number")
	}
	return Number{negative: negative, digits: trimmed, exponent: exponent}, nil
}

// String writes the number without an exponent, as DynamoDB returns it.
func (n Number) String() string {
	if n.digits == "" {
		return "0"
	}
	var b strings.Builder
	if n.negative {
		b.WriteByte('-')
	}
	switch {
	case n.exponent <= 0:
		b.WriteString("0.")
		b.WriteString(strings.Repeat("0", -n.exponent))
		b.WriteString(n.digits)
	case n.exponent >= len(n.digits):
		b.WriteString(n.digits)
		b.WriteString(strings.Repeat("0", n.exponent-len(n.digits)))
	default:
		b.WriteString(n.digits[:n.exponent])
		b.WriteByte('.')
		b.WriteString(n.digits[n.exponent:])
	}
	return b.String()
}

// Compare is -1, 0 or +1 as n is less than, equal to or greater than m.
func (n Number) Compare(m Number) int {
	return strings.Compare(string(n.appendOrdered(nil)), string(m.appendOrdered(nil)))
}

// Int64 is the number cut to a whole one, and whether it fits.
func (n Number) Int64() (int64, bool) {
	whole, _, _ := strings.Cut(n.String(), ".")
	i, err := strconv.ParseInt(whole, 10, 64)
	return i, err == nil
}

// Add is n+m, or an error when the sum has too many digits or is out of range.
func (n Number) Add(m Number) (Number, error) {
	scale := min(n.exponent-len(n.digits), m.exponent-len(m.digits))
	sum := n.scaled(scale)
	sum.Add(sum, m.scaled(scale))
	digits := new(big.Int).Abs(sum).String()
	return normal(sum.Sign() < 0, digits, len(digits)+scale)
}

// Negate is -n.
func (n Number) Negate() Number {
	if n.digits != "" {
		n.negative = !n.negative
	}
	return n
}

// scaled is n in units of 10^scale, which must divide it.
func (n Number) scaled(scale int) *big.Int {
	i := new(big.Int)
	if n.digits == "" {
		return i
	}
	i.SetString(n.digits+strings.Repeat("0", n.exponent-len(n.digits)-scale), 10)
	if n.negative {
		i.Neg(i)
	}
	return i
}

// size is what DynamoDB charges: about one byte per two significant digits,
// one for the exponent and one for a minus sign.
func (n Number) size() int {
	size := (len(n.digits)+1)/2 + 1
	if n.negative {
		size++
	}
	return size
}

// appendOrdered appends bytes that sort as the numbers do and end themselves.
func (n Number) appendOrdered(dst []byte) []byte {
	const below, zero, above = 1, 2, 3
	if n.digits == "" {
		return append(dst, zero)
	}
	start := len(dst) + 1
	biased := uint16(n.exponent - minExponent)
	dst = append(dst, above, byte(biased>>8), byte(biased))
	dst = append(dst, n.digits...)
	dst = append(dst, 0) // below every digit: 0.1 sorts before 0.15
	if n.negative {
		dst[start-1] = below
		for i := start; i < len(dst); i++ {
			dst[i] = ^dst[i]
		}
	}
	return dst
}
