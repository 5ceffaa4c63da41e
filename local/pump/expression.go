package pump

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// expression gives the first time after another at which a schedule is due;
// ok is false when there is none.
type expression func(after time.Time) (due time.Time, ok bool)

// parseExpression reads a schedule expression of EventBridge,
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
// (read 2025-11): rate(…), counted from start, cron(…) or at(…), in the zone.
func parseExpression(text string, zone *time.Location, start time.Time) (expression, error) {
	kind, argument, ok := strings.Cut(text, "(")
	argument, closed := strings.CutSuffix(argument, ")")
	if !ok || !closed {
		return nil, fmt.Errorf("schedule %q: want rate(…), cron(…) or at(…)", text)
	}
	var e expression
	var err error
	switch kind {
	case "rate":
		e, err = parseRate(argument, start)
	case "cron":
		e, err = parseCron(argument, zone)
	case "at":
		var once time.Time
		once, err = time.ParseInLocation("2006-01-02T15:04:05", argument, zone)
		e = func(after time.Time) (time.Time, bool) { return once, once.After(after) }
	default:
		err = fmt.Errorf("want rate, cron or at")
	}
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", text, err)
	}
	return e, nil
}

func parseRate(argument string, start time.Time) (expression, error) {
	number, unit, _ := strings.Cut(argument, " ")
	n, err := strconv.Atoi(number)
	length := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[strings.TrimSuffix(unit, "s")]
	if err != nil || n < 1 || n > 100_000 || length == 0 {
		return nil, fmt.Errorf("want a number of minutes, hours or days")
	}
	every := time.Duration(n) * length
	return func(after time.Time) (time.Time, bool) {
		if after.Before(start) {
			return start.Add(every), true
		}
		return start.Add((after.Sub(start)/every + 1) * every), true
	}, nil
}

// lastYear is the last one that a schedule can name.
const lastYear = 2199

// cron is a parsed cron expression. Sets have one bit per value.
type cron struct {
	minutes, hours, days, months, weekdays uint64 // weekdays from 1, Sunday
	years                                  map[int]bool
	lastDay                                bool // L: the month's last day
	lastWeekday                            bool // LW: its last day from Monday to Friday
	nearest                                int  // 15W: the day from Monday to Friday nearest to the 15th; 0 is none
	nth                                    int  // 3#2: the second of those weekdays; 0 is any, -1 the last
	zone                                   *time.Location
}

var (
	monthNames   = strings.Fields("- JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC")
	weekdayNames = strings.Fields("- SUN MON TUE WED THU FRI SAT")
)

func parseCron(argument string, zone *time.Location) (expression, error) {
	f := strings.Fields(argument)
	if len(f) != 6 {
		return nil, fmt.Errorf("want six fields: minutes hours day-of-month month day-of-week year")
	}
	if (f[2] == "?") == (f[4] == "?") {
		return nil, fmt.Errorf("want ? for either the day of the month or the day of the week")
	}
	c := cron{years: map[int]bool{}, zone: zone}
	for _, field := range []struct {
		text      string
		into      *uint64
		low, high int
		names     []string
	}{
		{f[0], &c.minutes, 0, 59, nil}, {f[1], &c.hours, 0, 23, nil}, {c.monthDay(f[2]), &c.days, 1, 31, nil},
		{f[3], &c.months, 1, 12, monthNames}, {c.weekday(f[4]), &c.weekdays, 1, 7, weekdayNames},
	} {
		if field.text == "?" {
			continue
		}
		if err := parseField(field.text, field.low, field.high, field.names, func(n int) { *field.into |= 1 << n }); err != nil {
			return nil, err
		}
	}
	if err := parseField(f[5], 1970, lastYear, nil, func(n int) { c.years[n] = true }); err != nil {
		return nil, err
	}
	if c.nth != 0 && bits.OnesCount64(c.weekdays) != 1 || c.nearest > 31 {
		return nil, fmt.Errorf("%s names no day", argument)
	}
	return c.next, nil
}

// monthDay notes what only the day of the month can say, and gives the rest.
func (c *cron) monthDay(text string) string {
	day, isNearest := strings.CutSuffix(text, "W")
	n, err := strconv.Atoi(day)
	switch {
	case text == "L":
		c.lastDay = true
	case text == "LW":
		c.lastWeekday = true
	case isNearest && err == nil && n > 0:
		c.nearest = n
	default:
		return text
	}
	return "?"
}

// weekday notes what only the day of the week can say, and gives the rest.
func (c *cron) weekday(text string) string {
	if day, n, ok := strings.Cut(text, "#"); ok && len(n) == 1 && n >= "1" && n <= "5" {
		c.nth = int(n[0] - '0')
		return day
	}
	if day, ok := strings.CutSuffix(text, "L"); ok {
		if day == "" {
			return "7" // alone it is the last day of the week
		}
		c.nth = -1
		return day
	}
	return text
}

// parseField reads a list of values, ranges and steps.
func parseField(text string, low, high int, names []string, add func(int)) error {
	value := func(s string) (int, error) {
		for n, name := range names {
			if n > 0 && strings.EqualFold(name, s) {
				return n, nil
			}
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < low || n > high {
			return 0, fmt.Errorf("%q is not between %d and %d", s, low, high)
		}
		return n, nil
	}
	for _, item := range strings.Split(text, ",") {
		span, stepText, stepped := strings.Cut(item, "/")
		step := 1
		if stepped {
			var err error
			if step, err = strconv.Atoi(stepText); err != nil || step < 1 || step > high {
				return fmt.Errorf("%q is no step", item)
			}
		}
		from, to := low, high
		if span != "*" {
			a, b, isRange := strings.Cut(span, "-")
			var err error
			if from, err = value(a); err != nil {
				return err
			}
			if to = from; isRange {
				if to, err = value(b); err != nil {
					return err
				}
			} else if stepped {
				to = high
			}
			if to < from {
				return fmt.Errorf("%q runs backwards", item)
			}
		}
		for n := from; n <= to; n += step {
			add(n)
		}
	}
	return nil
}

// next is the first time after another that the expression names. A time that
// daylight saving skips is not due that day; one that comes twice is due once.
func (c *cron) next(after time.Time) (time.Time, bool) {
	local := after.In(c.zone)
	for y, m, d := local.Year(), local.Month(), local.Day(); y <= lastYear; y, m, d = y+1, time.January, 1 {
		if !c.years[y] {
			continue
		}
		for ; m <= time.December; m, d = m+1, 1 {
			if c.months&(1<<m) == 0 {
				continue
			}
			for last := daysIn(y, m); d <= last; d++ {
				if !c.on(y, m, d, last) {
					continue
				}
				if due, ok := c.nextOn(y, m, d, after); ok {
					return due, true
				}
			}
		}
	}
	return time.Time{}, false
}

// nextOn is the first time on a day, after another.
func (c *cron) nextOn(y int, m time.Month, d int, after time.Time) (time.Time, bool) {
	for hours := c.hours; hours != 0; hours &= hours - 1 {
		for minutes := c.minutes; minutes != 0; minutes &= minutes - 1 {
			h, min := bits.TrailingZeros64(hours), bits.TrailingZeros64(minutes)
			due := time.Date(y, m, d, h, min, 0, 0, c.zone)
			if earlier := due.Add(-time.Hour); earlier.Hour() == h {
				due = earlier // it comes twice; time.Date may give either
			}
			if due.After(after) && due.Hour() == h && due.Minute() == min {
				return due, true
			}
		}
	}
	return time.Time{}, false
}

// on reports whether the expression names a day, of a month with so many.
func (c *cron) on(y int, m time.Month, d, last int) bool {
	weekday := func(d int) int { return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Weekday()) + 1 }
	switch {
	case c.lastDay:
		return d == last
	case c.lastWeekday:
		return d == nearestWorkday(last, last, weekday(last))
	case c.nearest > 0:
		return c.nearest <= last && d == nearestWorkday(c.nearest, last, weekday(c.nearest))
	case c.weekdays == 0:
		return c.days&(1<<d) != 0
	case c.weekdays&(1<<weekday(d)) == 0:
		return false
	case c.nth > 0:
		return (d+6)/7 == c.nth
	case c.nth < 0:
		return d+7 > last
	}
	return true
}

// nearestWorkday is the day from Monday to Friday nearest to d, in its month.
func nearestWorkday(d, last, weekday int) int {
	switch {
	case weekday == 7 && d > 1: // Saturday
		return d - 1
	case weekday == 7:
		return d + 2
	case weekday == 1 && d < last: // Sunday
		return d + 1
	case weekday == 1:
		return d - 2
	}
	return d
}

func daysIn(y int, m time.Month) int { return time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day() }
