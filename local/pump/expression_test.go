package pump

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) // a Tuesday

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestExpressions(t *testing.T) {
	for _, c := range []struct{ text, zone, after, want string }{
		{"rate(5 minutes)", "UTC", "2026-11-24T12:00:00Z", "2026-11-24T12:05:00Z 2026-11-24T12:10:00Z"},
		{"rate(1 hour)", "UTC", "2026-11-24T15:30:00Z", "2026-11-24T16:00:00Z"},
		{"rate(1 day)", "UTC", "2026-11-01T00:00:00Z", "2026-11-25T12:00:00Z"},
		{"at(2026-12-01T09:00:00)", "Europe/London", "2026-11-24T12:00:00Z", "2026-12-01T09:00:00Z never"},
		{"at(2026-07-01T09:00:00)", "Europe/London", "2026-01-01T00:00:00Z", "2026-07-01T08:00:00Z never"},
		{"cron(0 3 * * ? *)", "UTC", "2026-11-24T03:00:00Z", "2026-11-25T03:00:00Z"},
		{"cron(0/20 9-10 ? * MON-FRI *)", "UTC", "2026-11-27T10:30:00Z", "2026-11-27T10:40:00Z 2026-11-30T09:00:00Z"},
		{"cron(15,45 * * * ? *)", "UTC", "2026-11-24T12:15:30Z", "2026-11-24T12:45:00Z 2026-11-24T13:15:00Z"},
		{"cron(0 0 29 2 ? *)", "UTC", "2026-11-24T00:00:00Z", "2028-02-29T00:00:00Z 2032-02-29T00:00:00Z"},
		{"cron(0 0 1,15 jan,DEC ? *)", "UTC", "2026-11-24T00:00:00Z", "2026-12-01T00:00:00Z"},
		{"cron(0 0 1 1 ? 2030/2)", "UTC", "2026-11-24T00:00:00Z", "2030-01-01T00:00:00Z 2032-01-01T00:00:00Z"},
		{"cron(0 8 L * ? *)", "UTC", "2026-02-01T00:00:00Z", "2026-02-28T08:00:00Z 2026-03-31T08:00:00Z"},
		{"cron(0 8 LW * ? *)", "UTC", "2026-02-01T00:00:00Z", "2026-02-27T08:00:00Z"},
		{"cron(0 8 1W * ? *)", "UTC", "2026-07-15T00:00:00Z", "2026-08-03T08:00:00Z"}, // the 1st is a Saturday
		{"cron(0 8 15W * ? *)", "UTC", "2026-08-01T00:00:00Z", "2026-08-14T08:00:00Z"},
		{"cron(0 8 ? * 2#1 *)", "UTC", "2026-11-24T00:00:00Z", "2026-12-07T08:00:00Z"}, // first Monday
		{"cron(0 8 ? * FRIL *)", "UTC", "2026-11-24T00:00:00Z", "2026-11-27T08:00:00Z 2026-12-25T08:00:00Z"},
		{"cron(0 8 ? * L *)", "UTC", "2026-11-24T00:00:00Z", "2026-11-28T08:00:00Z"},                                 // Saturday
		{"cron(30 1 * * ? *)", "Europe/London", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"},                      // 01:30 is skipped on the 29th
		{"cron(30 1 * * ? *)", "Europe/London", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"}, // and comes twice on the 25th
		{"cron(0 0 31 2 ? *)", "UTC", "2026-11-24T00:00:00Z", "never"},
	} {
		t.Run(c.text, func(t *testing.T) {
			next, err := parseExpression(c.text, zone(t, c.zone), noon)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, c.after)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range strings.Fields(c.want) {
				got := "never"
				if due, ok := next(at); ok {
					at, got = due, due.UTC().Format(time.RFC3339)
				}
				if got != want {
					t.Fatalf("due at %s, want %s", got, want)
				}
			}
		})
	}
}

func TestExpressionsRefused(t *testing.T) {
	for _, text := range []string{
		"", "rate", "rate()", "rate(0 days)", "rate(5 weeks)", "rate(5 minutes", "every(1 day)", "at(tomorrow)",
		"cron(0 3 * *)", "cron(61 3 * * ? *)", "cron(5-1 3 * * ? *)", "cron(0 3 * * * *)", "cron(0 3 ? * ? *)", "cron(0/0 3 * * ? *)",
		"cron(0 3 0W * ? *)", "cron(0 3 32W * ? *)", "cron(0 3 ? * MON-TUE#2 *)", "cron(0 3 ? * MON#6 *)", "cron(? 3 * * ? *)", "cron(0 3 * * ? 1969)",
	} {
		if next, err := parseExpression(text, time.UTC, noon); err == nil && text != "cron(? 3 * * ? *)" {
			t.Errorf("%q was accepted", text)
		} else if err == nil {
			if due, ok := next(noon); ok {
				t.Errorf("%q is due at %s", text, due)
			}
		}
	}
}

// TestCronAgainstEveryMinute: for plain cron expressions, the next due time is
// the first minute that matches all fields.
func TestCronAgainstEveryMinute(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		minute, hour := rapid.IntRange(0, 59).Draw(r, "minute"), rapid.IntRange(0, 23).Draw(r, "hour")
		step := rapid.IntRange(1, 30).Draw(r, "step")
		after := noon.Add(time.Duration(rapid.Int64Range(-1e9, 1e9).Draw(r, "after")) * time.Second)
		text := "cron(" + itoa(minute) + "/" + itoa(step) + " " + itoa(hour) + " * * ? *)"
		next, err := parseExpression(text, time.UTC, noon)
		if err != nil {
			r.Fatal(err)
		}
		due, ok := next(after)
		want := after.Truncate(time.Minute).Add(time.Minute)
		for want.Hour() != hour || want.Minute() < minute || (want.Minute()-minute)%step != 0 {
			want = want.Add(time.Minute)
		}
		if !ok || !due.Equal(want) {
			r.Fatalf("%s after %s is due at %s, want %s", text, after, due, want)
		}
	})
}

func itoa(n int) string { return string(append([]byte{}, byte('0'+n/10), byte('0'+n%10))) }

// FuzzExpression: what is accepted is due strictly later, again and again, on
// whole minutes if it is a cron expression.
func FuzzExpression(f *testing.F) {
	for _, text := range []string{"rate(5 minutes)", "cron(0 3 * * ? *)", "cron(0/15 8-18 ? 1-6 2#1 2026-2030)", "cron(1 1 LW * ? *)", "at(2026-12-01T00:00:00)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		next, err := parseExpression(text, time.UTC, noon)
		if err != nil {
			return
		}
		at := noon
		for range 3 {
			due, ok := next(at)
			if !ok {
				return
			}
			if !due.After(at) || strings.HasPrefix(text, "cron") && due.Second() != 0 {
				t.Fatalf("%q after %s is due at %s", text, at, due)
			}
			at = due
		}
	})
}
