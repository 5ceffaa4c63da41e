package wish

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A line of a table names a class and what is of it, "erase: delete | get rid of";
// lines that begin with "wish" or "not" say what makes a wish, and what unmakes it,
// and those that begin with "alone" what does when nothing else is said. What is
// "polite" changes nothing. An entry is a sequence of
//
//	word    this word, as clausesOf gives it
//	word*   a word that begins so
//	<class> what is of that class
//	~2      up to two words that have nothing to do with a shop's goods
//	^ and $ the beginning and the end of a clause
//	x?      perhaps
//
// In a rule, sequences parted by & may stand in any order, not far from each other.
//
// Every new instance of a function reads the tables while somebody waits. So what is
// read is numbers: a word is a place in the text of its table.

//go:embed tables/*.txt
var tableFiles embed.FS

// catalogue is the tables of all languages.
type catalogue struct {
	names   []string
	by      map[string]*table
	order   []Wish // what is looked for first comes first
	alone   []class
	classes map[string]class
}

// class is the number of a class of words, the same in every language.
type class uint8

// The classes that the code knows: a child's age, the words for numbers, for what a
// shop has, and for what is said out of politeness.
const (
	number class = iota
	numbers
	goods
	polite
)

// table is a language.
type table struct {
	text    []byte // its words
	steps   []step
	parts   []sequence // of rules
	entries []entry    // of classes, the first one unused
	plain   [1 << 8]at // the first entry that begins with a word, by what bucket gives, where that has nothing but words
	made    []at       // by class, the first entry that has more
	rules   []rule
	vetoes  []rule
}

// at is a place in a text or in one of a table's lists.
type at uint16

// step is one element of a sequence.
type step struct {
	kind     kind
	optional bool
	class    class
	size     uint8 // of a word in bytes, of a gap in words
	word     at    // where in the text
}

type kind uint8

const (
	exactly kind = iota // this word
	openly              // a word that begins so
	of                  // what is of the class
	gap
	start // of the clause
	end
)

// sequence is steps one after the other.
type sequence struct{ from, to at }

// entry is a sequence that is of a class.
type entry struct {
	sequence
	class class
	next  at // the next one with the same bucket, or of the same class; 0 is none
}

// rule is sequences, of a table's parts, that have to stand together for a wish.
type rule struct {
	sequence
	wish uint8 // its place in the order
}

// tables is the catalogue. It is read when it is first needed.
var tables = sync.OnceValue(func() *catalogue {
	c, err := readTables()
	if err != nil {
		panic(err)
	}
	return c
})

func readTables() (*catalogue, error) {
	c := &catalogue{by: map[string]*table{}, classes: map[string]class{"n": number, "numbers": numbers, "goods": goods, "polite": polite}}
	files, err := tableFiles.ReadDir("tables")
	if err != nil {
		return nil, err
	}
	shared, err := c.read("grammar", &table{})
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".txt")
		if name == "grammar" || err != nil {
			continue
		}
		c.names = append(c.names, name)
		c.by[name], err = c.read(name, shared)
	}
	return c, err
}

// read reads a file on top of what is shared by all.
func (c *catalogue) read(name string, shared *table) (*table, error) {
	data, err := tableFiles.ReadFile("tables/" + name + ".txt")
	if err != nil {
		return nil, err
	}
	t := &table{
		text:    data,
		steps:   append(make([]step, 0, len(shared.steps)+len(data)/5), shared.steps...),
		parts:   append(make([]sequence, 0, len(shared.parts)+8), shared.parts...),
		entries: append(make([]entry, 1, len(shared.entries)+len(data)/7), shared.entries[min(1, len(shared.entries)):]...),
		rules:   slices.Clone(shared.rules),
		vetoes:  slices.Clone(shared.vetoes),
	}
	if len(data) > 1<<16 {
		return nil, fmt.Errorf("tables/%s.txt is too long", name)
	}
	for from := 0; from < len(data); {
		to := t.next(from, len(data), '\n')
		if err := c.line(t, from, to, name == "grammar"); err != nil {
			return nil, fmt.Errorf("tables/%s.txt: %q: %w", name, t.text[from:to], err)
		}
		from = to + 1
	}
	if name == "grammar" {
		return t, nil
	}
	t.link(len(c.classes))
	return t, c.complete(t)
}

// line reads a line of a table.
func (c *catalogue) line(t *table, from, to int, grammar bool) error {
	colon := t.next(from, to, ':')
	switch {
	case len(bytes.TrimSpace(t.text[from:to])) == 0 || t.text[from] == '#':
		return nil
	case colon == to:
		return errors.New("no class")
	}
	head := string(t.text[from:colon])
	what, name, rules := strings.Cut(head, " ")
	wish := slices.Index(c.order, Wish(name))
	if rules && wish < 0 {
		if !grammar {
			return errors.New("no such wish")
		}
		wish, c.order = len(c.order), append(c.order, Wish(name))
		c.alone = append(c.alone, c.class("alone "+name))
	}
	own := c.class(head)
	for from = colon + 1; from < to; {
		until := t.next(from, to, '|')
		if rules && what != "alone" {
			r := rule{sequence{from: at(len(t.parts))}, uint8(wish)}
			for from < until {
				and := t.next(from, until, '&')
				s, err := c.sequence(t, from, and)
				if err != nil {
					return err
				}
				t.parts, from = append(t.parts, s), and+1
			}
			r.to = at(len(t.parts))
			if what == "not" {
				t.vetoes = append(t.vetoes, r)
			} else {
				t.rules = append(t.rules, r)
			}
		} else {
			s, err := c.sequence(t, from, until)
			if err != nil {
				return err
			}
			t.entries = append(t.entries, entry{sequence: s, class: own})
		}
		from = until + 1
	}
	return nil
}

// next gives the place of a sign between two places of the text, or the second one.
func (t *table) next(from, to int, sign byte) int {
	if n := bytes.IndexByte(t.text[from:to], sign); n >= 0 {
		return from + n
	}
	return to
}

// class gives the number of a class.
func (c *catalogue) class(name string) class {
	n, ok := c.classes[name]
	if !ok {
		n = class(len(c.classes))
		c.classes[name] = n
	}
	return n
}

// sequence reads a sequence.
func (c *catalogue) sequence(t *table, from, to int) (sequence, error) {
	s := sequence{from: at(len(t.steps))}
	for from < to {
		if t.text[from] == ' ' {
			from++
			continue
		}
		until := t.next(from, to, ' ')
		e, word := step{word: at(from)}, t.text[from:until]
		if word, e.optional = cutEnd(word, '?'); len(word) == 0 {
			return s, errors.New("a sign that belongs to nothing")
		}
		switch word[0] {
		case '^':
			e.kind = start
		case '$':
			e.kind = end
		case '~':
			n, err := strconv.Atoi(string(word[1:]))
			if err != nil {
				return s, err
			}
			e.kind, e.size = gap, uint8(n)
		case '<':
			e.kind, e.class = of, c.class(string(bytes.Trim(word, "<>")))
		default:
			for { // l'ia is two words
				apostrophe := bytes.IndexByte(word, '\'')
				if apostrophe < 0 {
					break
				}
				t.steps = append(t.steps, step{size: uint8(apostrophe), word: e.word})
				word, e.word = word[apostrophe+1:], e.word+at(apostrophe)+1
			}
			word, open := cutEnd(word, '*')
			if open {
				e.kind = openly
			} else if len(word) == 0 { // behind the apostrophe of d'
				from = until
				continue
			}
			if !isPlain(word) {
				return s, fmt.Errorf("%q is not as a message's words are: small letters without accents", word)
			}
			e.size = uint8(len(word))
		}
		t.steps, from = append(t.steps, e), until
	}
	if s.to = at(len(t.steps)); s.from == s.to {
		return s, errors.New("nothing between two signs")
	}
	return s, nil
}

func cutEnd(word []byte, sign byte) ([]byte, bool) {
	if n := len(word) - 1; n >= 0 && word[n] == sign {
		return word[:n], true
	}
	return word, false
}

func isPlain(word []byte) bool {
	for i := range len(word) {
		if c := word[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != ',' {
			return false
		}
	}
	return true
}

// link tells what is nothing but words, which is looked up, from what has to be
// looked for.
func (t *table) link(classes int) {
	t.made = make([]at, classes)
	for n := len(t.entries) - 1; n > 0; n-- {
		e := &t.entries[n]
		steps := t.steps[e.from:e.to]
		head := &t.made[e.class]
		if first := steps[0]; first.size >= prefix || first.kind == exactly {
			if !slices.ContainsFunc(steps, func(s step) bool { return s.kind > openly || s.optional || s.size == 0 }) {
				head = &t.plain[bucket(t.wordOf(first))]
			}
		}
		e.next, *head = *head, at(n)
	}
}

func (t *table) wordOf(s step) []byte { return t.text[s.word:][:s.size] }

// prefix is how many bytes of a word it is looked up by.
const prefix = 2

func bucket[W string | []byte](word W) uint8 {
	if len(word) < prefix {
		return word[0]
	}
	return word[0]*31 + word[1]
}

// complete reports a class that is used and is nowhere.
func (c *catalogue) complete(t *table) error {
	var is [1 << 8]bool
	is[number] = true
	for _, e := range t.entries[1:] {
		is[e.class] = true
	}
	for _, s := range t.steps {
		if s.kind == of && !is[s.class] {
			for name, n := range c.classes {
				if n == s.class {
					return fmt.Errorf("nothing is of class %q", name)
				}
			}
		}
	}
	return nil
}
