package main

import (
	"fmt"
	"math"
	"net/http"
	"testing"
	"time"

	"omniops/shared/commerce"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// begin claims her order from a conversation at an address, and has a worker look
// for it.
func (b *bench) begin(t *testing.T, c id.Conversation, address string) (a commerce.Attempt, l commerce.Letter, sent, refused bool) {
	t.Helper()
	ref := conversation.Ref{Tenant: shop, Conversation: c, Shopper: id.Shopper(c)}
	a, _, err := b.verifier.Begin(t.Context(), ref, commerce.Claimed{Number: "1042", Contact: commerce.Contact{Email: jane}}, address)
	if fault.KindOf(err) == fault.RateLimited && err != nil {
		return a, l, false, true
	}
	if err != nil {
		t.Fatal(err)
	}
	l, sent, err = b.verifier.Match(t.Context(), a, b.platform)
	if err != nil {
		t.Fatal(err)
	}
	again, same, err := b.verifier.Match(t.Context(), a, b.platform)
	if err != nil || same != sent || again != l {
		t.Fatalf("delivered again: %+v, %v, %v, first %+v", again, same, err, l)
	}
	return a, l, sent, false
}

// Scenario 19: one identity has five tries at a code, three codes an hour and ten a
// day.
func TestScenario19OneIdentity(t *testing.T) {
	b := newBench(t)
	b.Advance(b.Clock.Now().Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(b.Clock.Now())) // days are counted from midnight
	codes, tries := map[string]int{}, 0
	var last commerce.Attempt
	for range 24 {
		hour := 0
		for range 5 {
			attempt, letter, sent, refused := b.begin(t, "eve", "203.0.113.7")
			if refused {
				continue
			}
			hour++
			if sent {
				codes[letter.Code]++
			}
			last = attempt
			for guess := range 7 {
				_, err := b.verifier.Confirm(t.Context(), attempt, fmt.Sprintf("%08d", guess))
				switch {
				case fault.KindOf(err) == fault.Forbidden:
					tries++
				case fault.KindOf(err) != fault.RateLimited || guess < 5:
					t.Fatalf("guess %d: %v", guess+1, err)
				}
			}
		}
		if hour > 3 {
			t.Fatalf("%d claims of one order in an hour", hour)
		}
		b.Advance(time.Hour)
	}
	if len(codes) > 10 || tries > 50 {
		t.Errorf("%d codes and %d tries in a day", len(codes), tries)
	}
	if _, err := b.verifier.Confirm(t.Context(), last, "12345678"); fault.KindOf(err) != fault.RateLimited && fault.KindOf(err) != fault.Forbidden {
		t.Errorf("much later: %v", err)
	}
}

// Scenario 19: ten thousand identities, each with its own address, all after the
// same order, have less than one hit to expect in ten thousand days.
func TestScenario19TenThousandIdentities(t *testing.T) {
	b := newBench(t)
	const identities, hours = 10_000, 2
	compared, most := 0, 0
	for range hours {
		hour := 0
		for i := range identities {
			attempt, _, _, refused := b.begin(t, id.Conversation(fmt.Sprintf("eve-%d-%d", i, compared)), fmt.Sprintf("2001:db8::%x", i))
			if refused { // and so is every other
				break
			}
			for guess := range 5 {
				if _, err := b.verifier.Confirm(t.Context(), attempt, fmt.Sprintf("%08d", guess)); fault.KindOf(err) == fault.Forbidden {
					hour++
				}
			}
		}
		most = max(most, hour)
		compared += hour
		b.Advance(time.Hour)
	}
	perDay := float64(most) * 24 / math.Pow10(8)
	if most > 100 || perDay >= 1e-4 {
		t.Errorf("%d guesses in an hour, %.1e hits a day", most, perDay)
	}
}

// Whoever knows an order's number and its owner's address can ask for codes as often
// as they like: the owner gets in all the same, and her mailbox is not flooded.
func TestStrangersDoNotLockTheOwnerOut(t *testing.T) {
	b := newBench(t)
	letters, codes, latest := 0, map[string]bool{}, ""
	claims := func(who string, address func(int) string) {
		for i := range 8 {
			_, letter, sent, _ := b.begin(t, id.Conversation(fmt.Sprintf("%s-%d", who, i)), address(i))
			if sent {
				letters++
				codes[letter.Code] = true
				latest = letter.Code
			}
		}
	}
	for hour := range 12 { // all day
		claims(fmt.Sprintf("stranger-%d", hour), func(i int) string { return fmt.Sprintf("203.0.113.%d", i) })
		b.Advance(time.Hour)
	}
	if letters > 20 || len(codes) > 10 {
		t.Errorf("%d letters with %d codes in a day", letters, len(codes))
	}
	claims("the last moment", func(int) string { return "127.0.0.1" }) // and from where she is herself
	c := b.shopper(t, shop)
	attempt, letter, sent := c.verify(t, hers, jane)
	code := latest // the newest letter in her mailbox
	if sent {
		code = letter.Code
	}
	if a := c.confirm(t, attempt, code); a.status != http.StatusOK {
		t.Fatalf("the owner: %d %s", a.status, a.body)
	}
	// A code opens one claim, whoever made it.
	other, _, _, _ := b.begin(t, "eve", "203.0.113.9")
	if _, err := b.verifier.Confirm(t.Context(), other, code); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the code again, elsewhere: %v", err)
	}
	// She has shown that the mailbox is hers: the next code is a new one, and is sent.
	second := b.shopper(t, shop)
	attempt, letter, sent = second.verify(t, hers, jane)
	if !sent || codes[letter.Code] {
		t.Fatalf("on her other device: %+v, %v", letter, sent)
	}
	if a := second.confirm(t, attempt, letter.Code); a.status != http.StatusOK {
		t.Errorf("on her other device: %d %s", a.status, a.body)
	}
}

// A code that opens several claims is taken by one of them.
func TestASharedCodeIsTakenOnce(t *testing.T) {
	b := newBench(t)
	claims := map[string][]commerce.Attempt{}
	for i := range 6 {
		attempt, letter, sent, _ := b.begin(t, id.Conversation(fmt.Sprintf("c%d", i)), "127.0.0.1")
		if !sent {
			t.Fatalf("claim %d: no letter", i)
		}
		claims[letter.Code] = append(claims[letter.Code], attempt)
	}
	if len(claims) != 3 {
		t.Fatalf("%d codes of six claims", len(claims))
	}
	for code, sharing := range claims {
		taken := 0
		for _, a := range sharing {
			_, err := b.verifier.Confirm(t.Context(), a, code)
			if err == nil {
				taken++
			} else if fault.KindOf(err) != fault.Forbidden {
				t.Error(err)
			}
		}
		if taken != 1 {
			t.Errorf("a code was taken %d times", taken)
		}
	}
}
