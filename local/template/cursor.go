package template

import (
	"fmt"
	"strconv"
	"time"
)

// cursor reads resolved properties and remembers the first thing that is wrong
// with them, and where. A property that is absent reads as its zero value.
type cursor struct {
	v      any
	place  string
	failed *error
}

// at is an error about a place in the template.
func at(place, format string, args ...any) error {
	return &placeError{place, fmt.Errorf(format, args...)}
}

func (c cursor) reject(format string, args ...any) {
	if *c.failed == nil {
		*c.failed = at(c.place, format, args...)
	}
}

func (c cursor) get(key string) cursor {
	m, ok := c.v.(map[string]any)
	if !ok && c.v != nil {
		c.reject("want a mapping")
	}
	return cursor{m[key], c.place + "." + key, c.failed}
}

func (c cursor) has(key string) bool { return c.get(key).v != nil }

func (c cursor) keys() []string {
	m, ok := c.v.(map[string]any)
	if !ok && c.v != nil {
		c.reject("want a mapping")
	}
	return sortedKeys(m)
}

// only rejects a key that the local cloud would not honour.
func (c cursor) only(known ...string) {
	for _, k := range c.keys() {
		found := false
		for _, name := range known {
			found = found || name == k
		}
		if !found {
			c.get(k).reject("the local cloud does not know this property")
		}
	}
}

func (c cursor) text() string {
	if c.v == nil {
		return ""
	}
	s, err := textOf(c.v)
	if err != nil {
		c.reject("%s", err)
	}
	return s
}

// need is text that may not be empty.
func (c cursor) need() string {
	s := c.text()
	if s == "" {
		c.reject("missing")
	}
	return s
}

func (c cursor) number() int {
	if c.v == nil {
		return 0
	}
	n, err := strconv.Atoi(c.text())
	if err != nil || n < 0 {
		c.reject("want a whole number")
	}
	return n
}

func (c cursor) float() float64 {
	if c.v == nil {
		return 0
	}
	f, err := strconv.ParseFloat(c.text(), 64)
	if err != nil || f < 0 {
		c.reject("want a number")
	}
	return f
}

func (c cursor) seconds(fallback int) time.Duration {
	if c.v == nil {
		return time.Duration(fallback) * time.Second
	}
	return time.Duration(c.number()) * time.Second
}

func (c cursor) yes(fallback bool) bool {
	if c.v == nil {
		return fallback
	}
	b, err := strconv.ParseBool(c.text())
	if err != nil {
		c.reject("want true or false")
	}
	return b
}

func (c cursor) list() []cursor {
	l, ok := c.v.([]any)
	if !ok && c.v != nil {
		c.reject("want a list")
	}
	cursors := make([]cursor, len(l))
	for i, v := range l {
		cursors[i] = cursor{v, c.place + "[" + strconv.Itoa(i) + "]", c.failed}
	}
	return cursors
}

func (c cursor) texts() []string {
	var list []string
	for _, e := range c.list() {
		list = append(list, e.text())
	}
	return list
}
