package wish

import (
	"bufio"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A line of a table names a class and what is of it, "erase: delete | get rid of";
// lines that begin with "wish" or "not" say what makes a wish, and what unmakes it.
// An entry is a sequence of
//
//	word    this word
//	word*   a word that begins so
//	<class> what is of that class
//	~2      up to two words that have nothing to do with a shop's goods
//	^ and $ the beginning and the end of a clause
//	x?      perhaps
//
// In a rule, sequences parted by & may stand in any order, not far from each other.

//go:embed tables/*.txt
var tableFiles embed.FS

// catalogue is the tables of all languages.
type catalogue struct {
	names []string
	by    map[string]*table
	order []Wish // what is looked for first comes first
}

// table is a language.
type table struct {
	classes map[string][]sequence // all that is of a class
	made    map[string][]sequence // of these, what is made of other classes
	plain   map[string][]plainly  // the rest, by the first two bytes of its first word
	wishes  map[Wish][]rule
	vetoes  map[Wish][]rule
	single  map[string]Wish // said alone
	polite  map[string]bool // changes nothing
}

// plainly is words of a class, and nothing but words.
type plainly struct {
	class string
	words sequence
}

// rule is sequences that have to stand together.
type rule []sequence

type sequence []step

// step is one element of a sequence.
type step struct {
	class      string
	word       string
	open       bool // any word that begins with word
	gap        int  // up to so many words
	start, end bool // of the clause
	optional   bool
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
	grammar, err := tableFiles.ReadFile("tables/grammar.txt")
	if err != nil {
		return nil, err
	}
	shared := &table{}
	shared.empty()
	order, err := shared.read(string(grammar))
	if err != nil {
		return nil, fmt.Errorf("tables/grammar.txt: %w", err)
	}
	files, err := tableFiles.ReadDir("tables")
	if err != nil {
		return nil, err
	}
	c := &catalogue{by: map[string]*table{}, order: order}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".txt")
		if name == "grammar" {
			continue
		}
		own, err := tableFiles.ReadFile("tables/" + f.Name())
		if err != nil {
			return nil, err
		}
		t := &table{}
		t.empty()
		for class, all := range shared.classes {
			t.classes[class] = slices.Clone(all)
		}
		for w := range shared.wishes {
			t.wishes[w], t.vetoes[w] = slices.Clone(shared.wishes[w]), slices.Clone(shared.vetoes[w])
		}
		if _, err = t.read(string(own)); err == nil {
			err = t.complete()
		}
		if err != nil {
			return nil, fmt.Errorf("tables/%s: %w", f.Name(), err)
		}
		t.sort()
		c.by[name] = t
		c.names = append(c.names, name)
	}
	slices.Sort(c.names)
	return c, nil
}

func (t *table) empty() {
	t.classes, t.wishes, t.vetoes = map[string][]sequence{}, map[Wish][]rule{}, map[Wish][]rule{}
	t.single, t.polite = map[string]Wish{}, map[string]bool{}
}

// read adds the lines of a file, and gives the wishes in the order they come in.
func (t *table) read(text string) (order []Wish, err error) {
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		head, body, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("no class in %q", line)
		}
		what, name, rules := strings.Cut(head, " ")
		w := Wish(name)
		for entry := range strings.SplitSeq(body, "|") {
			entry = strings.TrimSpace(entry)
			switch {
			case entry == "":
			case rules && what == "wish":
				if !slices.Contains(order, w) {
					order = append(order, w)
				}
				t.wishes[w] = append(t.wishes[w], ruleOf(entry))
			case rules && what == "not":
				t.vetoes[w] = append(t.vetoes[w], ruleOf(entry))
			case rules && what == "alone":
				t.single[strings.Join(slices.Concat(clausesOf(entry)...), " ")] = w
			case head == "polite":
				t.polite[strings.Join(slices.Concat(clausesOf(entry)...), " ")] = true
			default:
				t.classes[head] = append(t.classes[head], sequenceOf(entry))
			}
		}
	}
	return order, lines.Err()
}

func ruleOf(text string) (r rule) {
	for part := range strings.SplitSeq(text, "&") {
		r = append(r, sequenceOf(part))
	}
	return r
}

func sequenceOf(text string) (s sequence) {
	for _, word := range strings.Fields(text) {
		word, optional := strings.CutSuffix(word, "?")
		e := step{optional: optional}
		switch {
		case word == "^":
			e.start = true
		case word == "$":
			e.end = true
		case strings.HasPrefix(word, "~"):
			e.gap = 3
			if n, err := strconv.Atoi(word[1:]); err == nil {
				e.gap = n
			}
		case strings.HasPrefix(word, "<"):
			e.class = strings.Trim(word, "<>")
		case word == ",":
			e.word = word
		default:
			word, e.open = strings.CutSuffix(word, "*")
			parts := []string{word}
			if !isPlain(word) {
				parts = slices.Concat(clausesOf(word)...)
			}
			for _, p := range parts[:max(0, len(parts)-1)] { // l'ia is two words
				s = append(s, step{word: p})
			}
			if len(parts) > 0 {
				e.word = parts[len(parts)-1]
			}
		}
		s = append(s, e)
	}
	return s
}

func isPlain(word string) bool {
	for i := range len(word) {
		if c := word[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// complete reports a class that is used and is nowhere.
func (t *table) complete() error {
	used := map[string]bool{}
	note := func(s sequence) {
		for _, e := range s {
			if e.class != "" && e.class != number {
				used[e.class] = true
			}
		}
	}
	for _, all := range t.classes {
		for _, s := range all {
			note(s)
		}
	}
	for _, rules := range []map[Wish][]rule{t.wishes, t.vetoes} {
		for _, all := range rules {
			for _, r := range all {
				for _, s := range r {
					note(s)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if len(t.classes[name]) == 0 {
			return fmt.Errorf("nothing is of class %q", name)
		}
	}
	return nil
}

// sort tells what is nothing but words, which is looked up, from what has to be
// looked for.
func (t *table) sort() {
	t.made, t.plain = map[string][]sequence{}, map[string][]plainly{}
	for class, all := range t.classes {
		for _, s := range all {
			if slices.ContainsFunc(s, func(e step) bool { return e.word == "" || e.optional }) || len(s[0].word) < prefix && s[0].open {
				t.made[class] = append(t.made[class], s)
				continue
			}
			key := bucket(s[0].word)
			t.plain[key] = append(t.plain[key], plainly{class, s})
		}
	}
}

// prefix is how many bytes of a word it is looked up by.
const prefix = 2

func bucket(word string) string { return word[:min(prefix, len(word))] }
