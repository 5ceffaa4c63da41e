package id_test

import (
	"testing"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
)

func TestParse(t *testing.T) {
	for name, tc := range map[string]struct {
		in string
		ok bool
	}{
		"plain":           {"kettle-co_1", true},
		"empty":           {"", false},
		"key separator":   {"a#b", false},
		"upper case":      {"Shop", false},
		"slash":           {"a/b", false},
		"not ASCII":       {"café", false},
		"longest":         {string(make64()), true},
		"one past length": {string(make64()) + "a", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := id.Parse[id.Tenant](tc.in)
			if (err == nil) != tc.ok {
				t.Fatalf("Parse(%q) error = %v, want ok %v", tc.in, err, tc.ok)
			}
			if tc.ok && string(got) != tc.in {
				t.Errorf("Parse(%q) = %q", tc.in, got)
			}
			if !tc.ok && fault.KindOf(err) != fault.Invalid {
				t.Errorf("kind = %v, want Invalid", fault.KindOf(err))
			}
		})
	}
}

func TestNewSortsByTimeAndParses(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	last := ""
	for i := range 1000 {
		got := string(id.New[id.Message](start.Add(time.Duration(i) * time.Millisecond)))
		if _, err := id.Parse[id.Message](got); err != nil || len(got) != 26 {
			t.Fatalf("New made %q: %v", got, err)
		}
		if got <= last {
			t.Fatalf("%q does not sort after %q", got, last)
		}
		last = got
	}
}

func TestRandomIsNotRepeated(t *testing.T) {
	seen := map[id.Shopper]bool{}
	for range 1000 {
		s := id.Random[id.Shopper]()
		if seen[s] {
			t.Fatalf("%q came twice", s)
		}
		seen[s] = true
	}
}

func make64() []byte {
	b := make([]byte, 64)
	for i := range b {
		b[i] = 'a'
	}
	return b
}
