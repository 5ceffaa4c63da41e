package pump

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"omniops/local/template"
)

// timer is one schedule and when it fires next.
type timer struct {
	function string
	schedule template.Schedule
	next     func(after time.Time) time.Time // zero: never again
	at       time.Time
}

func newTimer(function string, s template.Schedule, now time.Time) (*timer, error) {
	next, err := parse(s.Expression, s.Zone, now)
	if err != nil {
		return nil, fmt.Errorf("schedule %s of %s: %w", s.Name, function, err)
	}
	return &timer{function: function, schedule: s, next: next, at: next(now)}, nil
}

// due reports whether the timer fires, with its event. After a jump of the clock
// it fires once, however often it was missed; when the clock goes back, what was
// planned for later comes earlier.
func (t *timer) due(now time.Time) (event []byte, due bool) {
	if earlier := t.next(now); !earlier.IsZero() && (t.at.IsZero() || earlier.Before(t.at)) {
		t.at = earlier
	}
	if t.at.IsZero() || now.Before(t.at) {
		return nil, false
	}
	fired := t.at
	t.at = t.next(now)
	return t.event(fired), true
}

// event is what the function is given: the schedule's input, or what EventBridge
// sends without one.
func (t *timer) event(at time.Time) []byte {
	if t.schedule.Input != "" {
		return []byte(t.schedule.Input)
	}
	source, detail := "aws.scheduler", any("{}")
	if t.schedule.Rule {
		source, detail = "aws.events", map[string]any{}
	}
	event, err := json.Marshal(map[string]any{
		"version": "0", "id": "00000000-0000-0000-0000-000000000000", "detail-type": "Scheduled Event", "source": source,
		"account": "000000000000", "time": at.UTC().Format(time.RFC3339), "region": "eu-west-2",
		"resources": []string{t.schedule.ARN}, "detail": detail,
	})
	if err != nil {
		panic(err) // strings and maps of strings
	}
	return event
}

// parse reads rate(…), cron(…) and at(…) as EventBridge Scheduler writes them.
func parse(expression string, zone *time.Location, start time.Time) (func(time.Time) time.Time, error) {
	if zone == nil {
		zone = time.UTC
	}
	kind, inside, ok := strings.Cut(strings.TrimSuffix(expression, ")"), "(")
	if !ok || !strings.HasSuffix(expression, ")") {
		return nil, fmt.Errorf("%q is no schedule", expression)
	}
	switch kind {
	case "rate":
		every, err := parseRate(inside)
		if err != nil {
			return nil, err
		}
		return func(after time.Time) time.Time {
			n := after.Sub(start) / every
			if after.Before(start) {
				return start
			}
			return start.Add((n + 1) * every)
		}, nil
	case "at":
		when, err := time.ParseInLocation("2006-01-02T15:04:05", inside, zone)
		if err != nil {
			return nil, fmt.Errorf("%q is no time: %w", inside, err)
		}
		return func(after time.Time) time.Time {
			if after.Before(when) {
				return when
			}
			return time.Time{}
		}, nil
	case "cron":
		return parseCron(inside, zone)
	}
	return nil, fmt.Errorf("%q is no schedule", expression)
}

func parseRate(s string) (time.Duration, error) {
	number, unit, _ := strings.Cut(s, " ")
	n, err := strconv.Atoi(number)
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	every, ok := units[strings.TrimSuffix(unit, "s")]
	if err != nil || n < 1 || n > 100_000 || !ok {
		return 0, fmt.Errorf("%q is no rate", s)
	}
	return time.Duration(n) * every, nil
}

// field is the set of values a cron field allows.
type field map[int]bool

// horizon is how far ahead a next time is looked for.
const horizon = 5 * 366

// parseCron reads "minutes hours day-of-month month day-of-week year" with
// lists, ranges, steps, names, * and ?. L, W and # are not supported.
func parseCron(s string, zone *time.Location) (func(time.Time) time.Time, error) {
	parts := strings.Fields(s)
	if len(parts) != 6 {
		return nil, fmt.Errorf("cron(%s) has %d fields, not 6", s, len(parts))
	}
	months := map[string]int{"JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6, "JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11, "DEC": 12}
	days := map[string]int{"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
	bounds := []struct {
		low, high int
		names     map[string]int
	}{{0, 59, nil}, {0, 23, nil}, {1, 31, nil}, {1, 12, months}, {1, 7, days}, {1970, 2199, nil}}
	fields := make([]field, len(parts))
	for i, part := range parts {
		f, err := parseField(part, bounds[i].low, bounds[i].high, bounds[i].names)
		if err != nil {
			return nil, fmt.Errorf("cron(%s): %w", s, err)
		}
		fields[i] = f
	}
	minutes, hours, dom, month, dow, year := fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]
	return func(after time.Time) time.Time {
		local := after.In(zone)
		for day := range horizon {
			date := time.Date(local.Year(), local.Month(), local.Day()+day, 0, 0, 0, 0, zone)
			if !year[date.Year()] || !month[int(date.Month())] || !dom[date.Day()] || !dow[int(date.Weekday())+1] {
				continue
			}
			for hour := range 24 {
				if !hours[hour] {
					continue
				}
				for minute := range 60 {
					at := time.Date(date.Year(), date.Month(), date.Day(), hour, minute, 0, 0, zone)
					if minutes[minute] && at.After(after) {
						return at.UTC()
					}
				}
			}
		}
		return time.Time{}
	}, nil
}

func parseField(s string, low, high int, names map[string]int) (field, error) {
	value := func(s string) (int, error) {
		if n, ok := names[strings.ToUpper(s)]; ok {
			return n, nil
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < low || n > high {
			return 0, fmt.Errorf("%q is not between %d and %d", s, low, high)
		}
		return n, nil
	}
	f := field{}
	for part := range strings.SplitSeq(s, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		from, to, step := low, high, 1
		var err error
		if first, last, ranged := strings.Cut(span, "-"); span != "*" && span != "?" {
			if from, err = value(first); err != nil {
				return nil, err
			}
			if to = from; stepped {
				to = high
			}
			if ranged {
				if to, err = value(last); err != nil {
					return nil, err
				}
			}
		}
		if stepped {
			if step, err = strconv.Atoi(stepText); err != nil || step < 1 {
				return nil, fmt.Errorf("%q is no step", stepText)
			}
		}
		if from > to {
			return nil, fmt.Errorf("%q runs backwards", part)
		}
		for n := from; n <= to; n += step {
			f[n] = true
		}
	}
	return f, nil
}
