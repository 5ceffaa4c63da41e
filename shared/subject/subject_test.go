package subject_test

import (
	"slices"
	"strings"
	"testing"

	"omniops/local/localtest"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/subject"
)

func hasher(t *testing.T) *subject.Hasher {
	t.Helper()
	h, err := subject.New([]byte(localtest.SessionSecret))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestOneAddressHasOneHashInEachShop(t *testing.T) {
	h := hasher(t)
	of := func(shop id.Tenant, address string) id.Subject {
		s, err := h.OfEmail(shop, address)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	ada := of("fern", "ada@example.com")
	if ada != of("fern", " Ada@Example.COM ") {
		t.Error("case or space makes another person")
	}
	if ada == of("rival", "ada@example.com") || ada == of("fern", "ada2@example.com") {
		t.Error("two people, or two shops, have one hash")
	}
	if strings.Contains(string(ada), "ada") || len(ada) != 26 {
		t.Errorf("the hash is %q", ada)
	}
	if _, err := id.Parse[id.Subject](string(ada)); err != nil {
		t.Error(err)
	}
	phone, err := h.OfPhone("fern", "+44 1632 960-123")
	same, err2 := h.OfPhone("fern", "+441632960123")
	if err != nil || err2 != nil || phone != same {
		t.Errorf("%q and %q: %v, %v", phone, same, err, err2)
	}
}

func TestWhatIsNoAddress(t *testing.T) {
	h := hasher(t)
	for _, address := range []string{"", "ada", "ada@", "Ada <ada@example.com>", strings.Repeat("a", 250) + "@example.com", "a@b.c, d@e.f"} {
		if s, err := h.OfEmail("fern", address); fault.KindOf(err) != fault.Invalid || s != "" {
			t.Errorf("%q: %q, %v", address, s, err)
		}
	}
	for _, number := range []string{"", "01632960123", "+44", "+44 abc 1632960123", "+1234567890123456"} {
		if s, err := h.OfPhone("fern", number); fault.KindOf(err) != fault.Invalid || s != "" {
			t.Errorf("%q: %q, %v", number, s, err)
		}
	}
}

func TestWhatIsKnownOfOnePerson(t *testing.T) {
	h := hasher(t)
	mail, _ := h.OfEmail("fern", "ada@example.com")
	phone, _ := h.OfPhone("fern", "+441632960123")
	all := h.Known("fern", "Ada@example.com", "+44 1632 960123", "42", "43")
	if want := []id.Subject{mail, phone, h.OfOrder("fern", "42"), h.OfOrder("fern", "43")}; !slices.Equal(all, want) {
		t.Errorf("known by %q, want %q", all, want)
	}
	if none := h.Known("fern", "", "01632960123"); len(none) != 0 { // nobody's for certain
		t.Errorf("known by %q", none)
	}
	for _, other := range []id.Subject{h.OfOrder("rival", "42"), h.OfShop("fern", "42"), h.OfOrder("fern", "4")} {
		if slices.Contains(all, other) {
			t.Errorf("%s is of another order, kind or shop", other)
		}
	}
}
