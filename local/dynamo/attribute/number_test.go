package attribute

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// decimals are texts of numbers within DynamoDB's range.
var decimals = rapid.StringMatching(`[+-]?([0-9]{1,20}(\.[0-9]{0,18})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,2})?`)

func exact(t interface{ Fatalf(string, ...any) }, s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%q is no number", s)
	}
	return r
}

func TestNumberLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, errA := ParseNumber(decimals.Draw(t, "a"))
		b, errB := ParseNumber(decimals.Draw(t, "b"))
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		x, y := exact(t, a.String()), exact(t, b.String())
		if a.Compare(b) != x.Cmp(y) {
			t.Fatalf("Compare(%s, %s) = %d", a, b, a.Compare(b))
		}
		if (a == b) != (x.Cmp(y) == 0) {
			t.Fatalf("%s == %s is %v", a, b, a == b)
		}
		if sum, err := a.Add(b); err == nil && exact(t, sum.String()).Cmp(new(big.Rat).Add(x, y)) != 0 {
			t.Fatalf("%s + %s = %s", a, b, sum)
		}
		if zero, err := a.Add(a.Negate()); err != nil || zero != (Number{}) {
			t.Fatalf("%s - %s = %s, %v", a, a, zero, err)
		}
	})
}

func TestParseNumberIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := decimals.Draw(t, "s")
		n, err := ParseNumber(s)
		if err != nil {
			t.Fatalf("%q is refused: %v", s, err)
		}
		if exact(t, n.String()).Cmp(exact(t, s)) != 0 {
			t.Fatalf("%q became %s", s, n)
		}
	})
}

func TestNumberRange(t *testing.T) {
	cases := map[string]string{ // "" is refused
		"0":                               "0",
		"-0.00e5":                         "0",
		"0e999999999999":                  "0",
		"1e125":                           "1" + strings.Repeat("0", 125),
		"1e126":                           "",
		"9.99e125":                        "999" + strings.Repeat("0", 123),
		"1e-130":                          "0." + strings.Repeat("0", 129) + "1",
		"1e-131":                          "",
		"-1e126":                          "",
		"1e99999999999999999999":          "",
		"1e-99999999999999999999":         "",
		strings.Repeat("1", 38):           strings.Repeat("1", 38),
		strings.Repeat("1", 39):           "",
		strings.Repeat("1", 38) + "000":   strings.Repeat("1", 38) + "000",
		"0.000" + strings.Repeat("1", 38): "0.000" + strings.Repeat("1", 38),
		strings.Repeat("0", 500) + "1":    "1",
		"1." + strings.Repeat("0", 500):   "1",
		"":                                "",
		"+":                               "",
		".":                               "",
		"1e":                              "",
		"1e+":                             "",
		"1 ":                              "",
		" 1":                              "",
		"0x10":                            "",
		"1_000":                           "",
		"NaN":                             "",
		"Infinity":                        "",
		"1.2.3":                           "",
		"--1":                             "",
		"١":                               "",
	}
	for s, want := range cases {
		n, err := ParseNumber(s)
		if (err != nil) != (want == "") || err == nil && n.String() != want {
			t.Errorf("ParseNumber(%.50q) = %s, %v; want %s", s, n, err, want)
		}
	}
}

func TestSumsOutOfRange(t *testing.T) {
	for _, k := range [][2]string{
		{"9.9e125", "9.9e125"},
		{"1", "1e-38"},
		{"1e125", "1e-130"},
	} {
		a, _ := ParseNumber(k[0])
		b, _ := ParseNumber(k[1])
		if sum, err := a.Add(b); err == nil {
			t.Errorf("%s + %s = %s", a, b, sum)
		}
	}
}

func TestInt64(t *testing.T) {
	for s, want := range map[string]int64{"12": 12, "-3.9": -3, "0.5": 0, "9223372036854775807": 1<<63 - 1} {
		n, _ := ParseNumber(s)
		if got, ok := n.Int64(); !ok || got != want {
			t.Errorf("%s: %d, %v", s, got, ok)
		}
	}
	n, _ := ParseNumber("9223372036854775808")
	if _, ok := n.Int64(); ok {
		t.Error("2^63 fits")
	}
}

// A number that is read writes itself so that it reads the same again, and is
// exactly what was written.
func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1", "-1.50e-3", "9.9999999999999999999999999999999999999E+125", "1e-130", "+.5", "00", "1e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if err != nil {
			return
		}
		again, err := ParseNumber(n.String())
		if err != nil || again != n {
			t.Fatalf("%q became %s, then %s: %v", s, n, again, err)
		}
		if len(s) < 200 && !strings.ContainsAny(s, "eE") && exact(t, s).Cmp(exact(t, n.String())) != 0 {
			t.Fatalf("%q became %s", s, n)
		}
	})
}
