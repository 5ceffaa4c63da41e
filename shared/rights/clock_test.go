package rights_test

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata" // places must not depend on the machine

	"omniops/shared/claim"
	"omniops/shared/rights"
)

// The oracle counts on its own calendar, a day at a time, and knows nothing of
// package time's arithmetic.
type oracleDate struct{ y, m, d int }

func (o oracleDate) leap() bool { return o.y%4 == 0 && (o.y%100 != 0 || o.y%400 == 0) }

func (o oracleDate) length() int {
	if o.m == 2 && o.leap() {
		return 29
	}
	return [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[o.m-1]
}

func (o oracleDate) next() oracleDate {
	switch {
	case o.d < o.length():
		return oracleDate{o.y, o.m, o.d + 1}
	case o.m < 12:
		return oracleDate{o.y, o.m + 1, 1}
	}
	return oracleDate{o.y + 1, 1, 1}
}

func (o oracleDate) days(n int) oracleDate {
	for range n {
		o = o.next()
	}
	return o
}

// months walks to the day of the same number n months on, and stops at the end of
// that month if it has none.
func (o oracleDate) months(n int) oracleDate {
	d, crossed := o.d, 0
	for crossed < n || o.d != d {
		if crossed == n && o.d == o.length() {
			return o
		}
		if o = o.next(); o.d == 1 {
			crossed++
		}
	}
	return o
}

func (o oracleDate) before(p oracleDate) bool {
	return o.y < p.y || o.y == p.y && (o.m < p.m || o.m == p.m && o.d < p.d)
}

func (o oracleDate) String() string { return fmt.Sprintf("%04d-%02d-%02d", o.y, o.m, o.d) }

// localDate finds the date by the clock on the wall there.
func localDate(at time.Time, place *time.Location) (o oracleDate) {
	_, _ = fmt.Sscanf(at.In(place).Format("2006-01-02"), "%d-%d-%d", &o.y, &o.m, &o.d)
	return o
}

// A thousand moments, in zones and around clock changes, ends of months and leap
// days: every law's last day is the oracle's.
func TestDueDatesAgainstAnOracle(t *testing.T) {
	claim.Proves(t, "C160")
	zones := []string{"UTC", "Europe/London", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata", "Australia/Lord_Howe"}
	cases := 0
	check := func(at time.Time, zone string, asked, answered time.Time) {
		t.Helper()
		place, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		day := localDate(at, place)
		stopped := 0
		for from, to := localDate(asked, place), localDate(answered, place); from.before(to); from = from.next() {
			stopped++
		}
		month, three := day.months(1), day.months(3)
		if two := month.months(2); two.before(three) {
			three = two
		}
		for law, want := range map[rights.Law][2]oracleDate{
			rights.GDPR: {month, three}, rights.UKGDPR: {month.days(stopped), three.days(stopped)}, rights.CCPA: {day.days(45), day.days(90)},
			rights.ShopifyTerms: {day.days(30), day.days(30)}, rights.MetaTerms: {day.days(30), day.days(30)}, rights.ChildRule: {day.days(3), day.days(3)},
		} {
			pause := rights.Pause{From: asked, To: answered}
			for i, got := range []time.Time{rights.Due(law, at, place, pause), rights.Extended(law, at, place, pause)} {
				if got.Format("2006-01-02 15:04:05 MST") != want[i].String()+" 00:00:00 UTC" {
					t.Errorf("%s, %s in %s, waited %d days: %s, want %s", law, at, zone, stopped, got, want[i])
				}
			}
		}
		cases++
	}
	at := time.Date(2023, 12, 29, 23, 30, 0, 0, time.UTC)
	for n := 0; cases < 900; n++ { // 31 h 7 min: every hour and every day of four years
		check(at, zones[n%len(zones)], at.Add(time.Duration(n%5)*24*time.Hour), at.Add(time.Duration(n%5+n%17)*25*time.Hour))
		at = at.Add(38*time.Hour + 7*time.Minute)
	}
	for _, edge := range []string{
		"2024-01-29T12:00:00Z", "2024-01-30T12:00:00Z", "2024-01-31T23:59:59Z", "2024-02-29T00:00:00Z", "2025-01-31T00:00:00Z", "2025-11-30T23:59:59Z",
		"2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-12-31T23:59:59Z", "2027-12-31T12:00:00Z", "2100-01-31T08:00:00Z",
	} {
		moment, err := time.Parse(time.RFC3339, edge)
		if err != nil {
			t.Fatal(err)
		}
		for _, zone := range zones {
			check(moment, zone, moment, moment)
		}
	}
	if cases < 1000 {
		t.Errorf("only %d cases", cases)
	}
}

func TestDueDatesByExample(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04", s, london)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	days := func(from, to string) rights.Pause {
		return rights.Pause{From: at(from + " 12:00"), To: at(to + " 09:00")}
	}
	for name, c := range map[string]struct {
		law      rights.Law
		received string
		pauses   []rights.Pause
		due      string
		extended string
	}{
		"a month":                               {rights.GDPR, "2026-03-05 10:00", nil, "2026-04-05", "2026-06-05"},
		"a shorter month":                       {rights.GDPR, "2026-08-31 10:00", nil, "2026-09-30", "2026-11-30"},
		"a leap day":                            {rights.GDPR, "2028-01-31 10:00", nil, "2028-02-29", "2028-04-29"},
		"the Union's clock does not stop":       {rights.GDPR, "2026-03-05 10:00", []rights.Pause{days("2026-03-06", "2026-03-16")}, "2026-04-05", "2026-06-05"},
		"the kingdom's does":                    {rights.UKGDPR, "2026-03-05 10:00", []rights.Pause{days("2026-03-06", "2026-03-16")}, "2026-04-15", "2026-06-15"},
		"days that two pauses share count once": {rights.UKGDPR, "2026-03-05 10:00", []rights.Pause{days("2026-03-06", "2026-03-16"), days("2026-03-10", "2026-03-18")}, "2026-04-17", "2026-06-17"},
		"an answer on the same day":             {rights.UKGDPR, "2026-03-05 10:00", []rights.Pause{days("2026-03-06", "2026-03-06")}, "2026-04-05", "2026-06-05"},
		"California's does not stop":            {rights.CCPA, "2026-03-05 10:00", []rights.Pause{days("2026-03-06", "2026-03-16")}, "2026-04-19", "2026-06-03"},
		"a platform's cannot be extended":       {rights.ShopifyTerms, "2026-03-05 10:00", nil, "2026-04-04", "2026-04-04"},
		"a child's":                             {rights.ChildRule, "2026-03-05 10:00", nil, "2026-03-08", "2026-03-08"},
		"late in the evening, in summer":        {rights.UKGDPR, "2026-07-31 23:30", nil, "2026-08-31", "2026-10-31"},
	} {
		t.Run(name, func(t *testing.T) {
			due, extended := rights.Due(c.law, at(c.received), london, c.pauses...), rights.Extended(c.law, at(c.received), london, c.pauses...)
			if due.Format(time.DateOnly) != c.due || extended.Format(time.DateOnly) != c.extended {
				t.Errorf("due %s, extended %s; want %s and %s", due, extended, c.due, c.extended)
			}
		})
	}
}
