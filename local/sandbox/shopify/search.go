package shopify

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// document is what a search looks at.
type document struct {
	text     map[string][]string  // by field; tokenised, case-insensitive
	exact    map[string]string    // by field; states and ids, compared whole
	when     map[string]time.Time // by field
	anywhere []string             // what a term without a field is looked for in
}

// matcher decides on one document.
type matcher func(document) bool

// warning is a complaint about a search, which is carried out all the same.
type warning struct {
	Field   string `json:"field"`
	Message string `json:"message"`
	Code    string `json:"code"`
}

// searchQuery reads a search in Shopify's syntax (API usage, "Search syntax", read
// 2026-11-23): field:value, "phrases", prefix*, comparisons, AND, OR, NOT, -,
// parentheses; two terms in a row are an AND. Nothing is a syntax error: what makes
// no sense is passed over, and a field that does not exist filters nothing, so
// that a careless query finds more than was meant.
func searchQuery(text string, fields []string) (matcher, []warning) {
	p := &searchParser{tokens: lexSearch(text), fields: fields}
	m := p.or()
	for len(p.tokens) > 0 { // a parenthesis too many
		p.tokens = p.tokens[1:]
		if rest := p.or(); rest != nil {
			m = both(m, rest)
		}
	}
	if m == nil {
		m = func(document) bool { return true }
	}
	return m, p.warnings
}

// searchToken is a term, an operator or a parenthesis.
type searchToken struct {
	kind  rune   // 't' term, '&' AND, '|' OR, '!' NOT, '(' and ')'
	field string // of a term, may be empty
	op    string // comparison, may be empty
	value string
	whole bool // was quoted
}

func lexSearch(text string) (tokens []searchToken) {
	r := []rune(text)
	for i := 0; i < len(r); {
		switch {
		case unicode.IsSpace(r[i]):
			i++
		case r[i] == '(' || r[i] == ')':
			tokens = append(tokens, searchToken{kind: r[i]})
			i++
		case r[i] == '-' && i+1 < len(r) && !unicode.IsSpace(r[i+1]):
			tokens = append(tokens, searchToken{kind: '!'})
			i++
		default:
			var t searchToken
			t, i = lexTerm(r, i)
			switch {
			case t.field == "" && !t.whole && t.value == "AND":
				t = searchToken{kind: '&'}
			case t.field == "" && !t.whole && t.value == "OR":
				t = searchToken{kind: '|'}
			case t.field == "" && !t.whole && t.value == "NOT":
				t = searchToken{kind: '!'}
			}
			tokens = append(tokens, t)
		}
	}
	return tokens
}

// lexTerm reads field:value, a word or a phrase.
func lexTerm(r []rune, i int) (searchToken, int) {
	t := searchToken{kind: 't'}
	start := i
	for i < len(r) && (unicode.IsLetter(r[i]) || unicode.IsDigit(r[i]) || r[i] == '_') {
		i++
	}
	if i > start && i < len(r) && r[i] == ':' {
		t.field = strings.ToLower(string(r[start:i]))
		i++
		for i < len(r) && strings.ContainsRune("<>=", r[i]) {
			t.op += string(r[i])
			i++
		}
	} else {
		i = start
	}
	if i < len(r) && (r[i] == '\'' || r[i] == '"') {
		quote := r[i]
		i++
		for t.whole = true; i < len(r) && r[i] != quote; i++ {
			if r[i] == '\\' && i+1 < len(r) {
				i++
			}
			t.value += string(r[i])
		}
		return t, i + 1
	}
	for i < len(r) && !unicode.IsSpace(r[i]) && r[i] != '(' && r[i] != ')' {
		if r[i] == '\\' && i+1 < len(r) {
			i++
		}
		t.value += string(r[i])
		i++
	}
	return t, i
}

type searchParser struct {
	tokens   []searchToken
	fields   []string
	warnings []warning
}

func (p *searchParser) next(kind rune) bool {
	if len(p.tokens) > 0 && p.tokens[0].kind == kind {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *searchParser) or() matcher {
	m := p.and()
	for p.next('|') {
		left, right := m, p.and()
		switch {
		case right == nil:
		case left == nil:
			m = right
		default:
			m = func(d document) bool { return left(d) || right(d) }
		}
	}
	return m
}

func (p *searchParser) and() matcher {
	var m matcher
	for len(p.tokens) > 0 && p.tokens[0].kind != '|' && p.tokens[0].kind != ')' {
		if p.next('&') {
			continue
		}
		m = both(m, p.not())
	}
	return m
}

func both(a, b matcher) matcher {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return func(d document) bool { return a(d) && b(d) }
}

func (p *searchParser) not() matcher {
	if p.next('!') {
		inner := p.not()
		if inner == nil {
			return nil
		}
		return func(d document) bool { return !inner(d) }
	}
	if p.next('(') {
		m := p.or()
		p.next(')')
		return m
	}
	if len(p.tokens) == 0 || p.tokens[0].kind != 't' {
		return nil
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return p.term(t)
}

// term makes the matcher of one term; nil filters nothing.
func (p *searchParser) term(t searchToken) matcher {
	if t.field == "" {
		return func(d document) bool { return tokensFound(d.anywhere, t.value) }
	}
	if !slices.Contains(p.fields, t.field) {
		p.warnings = append(p.warnings, warning{t.field, "Invalid search field for this query.", "invalid_field"})
		return nil
	}
	return func(d document) bool {
		if at, ok := d.when[t.field]; ok {
			return compare(at, t.op, t.value)
		}
		if state, ok := d.exact[t.field]; ok {
			return t.value == "*" || slices.ContainsFunc(strings.Split(t.value, ","), func(one string) bool {
				return strings.EqualFold(strings.TrimSpace(one), state)
			})
		}
		return tokensFound(d.text[t.field], t.value)
	}
}

// tokensFound reports whether every token of a value is among a field's. The last
// one may be a prefix.
func tokensFound(values []string, value string) bool {
	var have []string
	for _, v := range values {
		have = append(have, tokensOf(v)...)
	}
	prefix := strings.HasSuffix(value, "*")
	want := tokensOf(value)
	if len(want) == 0 {
		return prefix && len(have) > 0 // field:* is "has one"
	}
	for i, w := range want {
		last := prefix && i == len(want)-1
		if !slices.ContainsFunc(have, func(h string) bool { return h == w || last && strings.HasPrefix(h, w) }) {
			return false
		}
	}
	return true
}

// tokensOf splits at everything that is no letter or digit.
func tokensOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// compare compares times; what is no time compares as false.
func compare(at time.Time, op, value string) bool {
	other, err := time.Parse(time.RFC3339, value)
	if err != nil {
		if other, err = time.Parse(time.DateOnly, value); err != nil {
			return value == "*" && !at.IsZero()
		}
		if op == "" || op == "=" {
			return at.Format(time.DateOnly) == value
		}
	}
	switch op {
	case ">":
		return at.After(other)
	case ">=":
		return !at.Before(other)
	case "<":
		return at.Before(other)
	case "<=":
		return !at.After(other)
	}
	return at.Equal(other)
}
