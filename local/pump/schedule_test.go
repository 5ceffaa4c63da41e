package pump

import (
	"testing"
	"time"

	"omniops/local/template"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) // a Tuesday

func TestNext(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for expression, tc := range map[string]struct {
		zone *time.Location
		want string
	}{
		"rate(5 minutes)":            {nil, "2026-11-24T12:05:00Z"},
		"rate(1 day)":                {nil, "2026-11-25T12:00:00Z"},
		"cron(0 3 * * ? *)":          {nil, "2026-11-25T03:00:00Z"},
		"cron(0/15 12 * * ? *)":      {nil, "2026-11-24T12:15:00Z"},
		"cron(30 9 ? * MON-WED *)":   {nil, "2026-11-25T09:30:00Z"},
		"cron(0 0 29 2 ? *)":         {nil, "2028-02-29T00:00:00Z"},
		"cron(0 3 1 7 ? *)":          {london, "2027-07-01T02:00:00Z"},
		"at(2026-12-01T00:00:00)":    {nil, "2026-12-01T00:00:00Z"},
		"at(2020-12-01T00:00:00)":    {nil, "0001-01-01T00:00:00Z"},
		"cron(0 0 1,15 JAN,DEC ? *)": {nil, "2026-12-01T00:00:00Z"},
	} {
		next, err := parse(expression, tc.zone, noon)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got := next(noon).Format(time.RFC3339); got != tc.want {
			t.Errorf("%s: %s, want %s", expression, got, tc.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, bad := range []string{"", "rate()", "rate(0 days)", "rate(5 weeks)", "cron(0 3 * *)", "cron(61 3 * * ? *)", "cron(5-1 3 * * ? *)", "at(tomorrow)", "every(1 day)", "rate(5 minutes"} {
		if _, err := parse(bad, nil, noon); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestTimerFiresOnceAfterAJump(t *testing.T) {
	timer, err := newTimer("f", template.Schedule{Name: "s", Expression: "rate(1 hour)"}, noon)
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		now  time.Time
		want bool
	}{
		{noon.Add(59 * time.Minute), false}, {noon.Add(time.Hour), true}, {noon.Add(time.Hour + time.Second), false},
		{noon.Add(100 * time.Hour), true}, {noon.Add(100*time.Hour + time.Second), false},
		{noon.Add(30 * time.Minute), false}, {noon.Add(time.Hour), true}, // the clock went back
	} {
		if _, due := timer.due(step.now); due != step.want {
			t.Errorf("step %d: due = %v", i, due)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("cron(0 3 * * ? *)")
	f.Add("rate(5 minutes)")
	f.Fuzz(func(t *testing.T, expression string) {
		next, err := parse(expression, nil, noon)
		if err != nil {
			return
		}
		if at := next(noon); !at.IsZero() && !at.After(noon) {
			t.Fatalf("%q fires next at %v, not after now", expression, at)
		}
	})
}
