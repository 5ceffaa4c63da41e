package contradiction

import (
	"fmt"
	"hash/fnv"
	"iter"
	"slices"
	"strings"

	"omniops/shared/knowledge/figure"
	"omniops/shared/knowledge/passage"
	"omniops/shared/knowledge/wording"
)

// yesNo is the kind of a statement that has no figure and can be denied.
const yesNo figure.Kind = -1

// statement is what one sentence, line or cell says of one kind of thing.
type statement struct {
	url, language string
	text          string
	product       *product // whose page it stands on, if it is one product's
	kind          figure.Kind
	values        []figure.Figure
	negative      bool // of yesNo
	own           stems
	context       stems    // of the headings above
	spoken        []string // the values, as they are written
}

// stems are numbers of stems in ascending order. A site has many statements, and
// they are kept all at once.
type stems []uint32

func (s stems) has(stem uint32) bool {
	_, found := slices.BinarySearch(s, stem)
	return found
}

// says reports whether a stem is in what a statement says or stands under.
func (s *statement) says(stem uint32) bool {
	return s.own.has(stem) || s.context.has(stem) || s.product != nil && s.product.stems.has(stem)
}

// each calls yield for every stem that the statement says.
func (s *statement) each(yield func(stem uint32)) {
	for _, stem := range s.own {
		yield(stem)
	}
	for _, stem := range s.context {
		if !s.own.has(stem) {
			yield(stem)
		}
	}
	if s.product != nil {
		for _, stem := range s.product.stems {
			if !s.own.has(stem) && !s.context.has(stem) {
				yield(stem)
			}
		}
	}
}

// product is what a page sells.
type product struct {
	name, sku string
	stems     stems
}

// value gives what the statement says, as written.
func (s *statement) value() string {
	if s.kind != yesNo {
		return strings.Join(s.spoken, ", ")
	}
	if s.negative {
		return "no"
	}
	return "yes"
}

// place is where statements of a kind with a stem are found.
type place struct {
	kind     figure.Kind
	language string
	stem     uint32
}

func (s *statement) at(stem uint32) place { return place{s.kind, s.language, stem} }

// site is all that is compared.
type site struct {
	statements []statement
	numbers    map[string]uint32 // of stems
	seen       []int             // how many statements have a stem
	light      []bool            // stems that tell nothing apart on any site
	dull       []bool            // stems that tell no two statements apart
	usual      []bool            // stems that tell no two headings apart
	repeated   map[uint64]bool   // what was stated before in the same words
	contexts   map[string]stems
	price      uint32 // the number of what costs something
}

// number gives stems their numbers.
func (s *site) number(set map[string]bool) stems {
	out := make(stems, 0, len(set))
	for stem := range set {
		n, ok := s.numbers[stem]
		if !ok {
			n = uint32(len(s.numbers))
			s.numbers[strings.Clone(stem)] = n
			s.seen, s.light = append(s.seen, 0), append(s.light, light()[stem])
			s.dull, s.usual = append(s.dull, light()[stem]), append(s.usual, light()[stem] || usual()[stem])
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// A stem is common when this share of at least so many statements has it.
const (
	commonShare = 0.25
	commonFrom  = 40
)

func newSite(passages iter.Seq[passage.Passage]) *site {
	s := &site{numbers: map[string]uint32{}, repeated: map[uint64]bool{}, contexts: map[string]stems{}}
	s.price = s.number(map[string]bool{price: true})[0]
	products := s.productsOf(passages)
	for p := range passages {
		if len(s.statements) >= maxStatements {
			break
		}
		s.read(p, products[p.URL])
	}
	for i := range s.statements {
		s.statements[i].each(func(stem uint32) { s.seen[stem]++ })
	}
	for stem, n := range s.seen {
		if len(s.statements) >= commonFrom && float64(n) > commonShare*float64(len(s.statements)) {
			s.dull[stem], s.usual[stem] = true, true
		}
	}
	return s
}

// productsOf gives the product of each page that sells one, and one without a name
// for pages that sell several.
func (s *site) productsOf(passages iter.Seq[passage.Passage]) map[string]*product {
	all := map[string]*product{}
	for p := range passages {
		if p.Product == nil {
			continue
		}
		one := &product{name: p.Product.Name, sku: p.Product.SKU, stems: s.number(wording.Stems(p.Product.Name, languageOf(p)))}
		if before, ok := all[p.URL]; ok && before.name != one.name {
			one = &product{} // a list
		} else if ok && before.sku != one.sku {
			one.sku = "" // variants
		}
		all[p.URL] = one
	}
	return all
}

func languageOf(p passage.Passage) string {
	language, _, _ := strings.Cut(strings.ToLower(p.Language), "-")
	return language
}

// read takes the statements of a passage.
func (s *site) read(p passage.Passage, of *product) {
	if p.Product != nil {
		of = &product{name: p.Product.Name, sku: p.Product.SKU, stems: s.number(wording.Stems(p.Product.Name, languageOf(p)))}
	}
	if of != nil && of.name == "" {
		return // which of several products the text is about cannot be told
	}
	r := reader{site: s, passage: p, of: of, language: languageOf(p)}
	path := strings.Join(p.Path, ". ") + "\n" + r.language
	context, ok := s.contexts[path]
	if !ok {
		set := canonical(wording.Stems(strings.Join(p.Path, ". "), r.language))
		for _, w := range wording.Words(strings.Join(p.Path, " ")) {
			if figure.InWords(w) { // "Teapot" and "Teapot for one"
				set[w] = true
			}
		}
		context = s.number(set)
		s.contexts[path] = context
	}
	r.context = context
	if of != nil {
		r.context = slices.DeleteFunc(slices.Clone(context), of.stems.has)
	}
	var head []string // of a table
	lines := strings.Split(p.Text, "\n")
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if cells := row(line); cells != nil {
			switch {
			case isRule(line):
			case i+1 < len(lines) && isRule(strings.TrimSpace(lines[i+1])):
				head = cells
			default:
				r.row(cells, head)
			}
			continue
		}
		head = nil
		for _, sentence := range wording.Sentences(strings.TrimLeft(line, "#*-• ")) {
			r.state(sentence, sentence)
		}
	}
}

// isRule reports whether a line is what stands between a table's head and rows.
func isRule(line string) bool {
	return strings.HasPrefix(line, "|") && strings.Contains(line, "-") && strings.Trim(line, "|-: ") == ""
}

// row gives the cells of a table's row; nil if the line is none.
func row(line string) []string {
	if len(line) < 2 || line[0] != '|' || line[len(line)-1] != '|' {
		return nil
	}
	cells := strings.Split(line[1:len(line)-1], "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// reader takes the statements of one passage.
type reader struct {
	site     *site
	passage  passage.Passage
	of       *product
	language string
	context  stems
}

// row takes the cells of a row: each is about its first cell and its column.
func (r *reader) row(cells, head []string) {
	for i := 1; i < len(cells); i++ {
		column := ""
		if i < len(head) {
			column = head[i]
		}
		r.state(cells[0]+", "+column+": "+cells[i], strings.Trim(cells[0]+", "+column, ", ")+": "+cells[i])
	}
}

// maxValues is how many figures of one kind a sentence has at most when they can
// be compared; an opening time has four.
const maxValues = 4

// state takes what a sentence says.
func (r *reader) state(sentence, shown string) {
	if len(sentence) > 400 || strings.HasSuffix(sentence, "?") {
		return
	}
	sentence = withoutConcession(sentence)
	figures := figure.Find(sentence)
	var rest strings.Builder // without the figures
	at := 0
	kinds := map[figure.Kind][]figure.Figure{}
	for _, f := range figures {
		if f.Vague || f.Free {
			continue
		}
		rest.WriteString(sentence[at:f.From] + " ")
		at = f.To
		kinds[kindOf(f)] = append(kinds[kindOf(f)], f)
	}
	rest.WriteString(sentence[at:])
	base := statement{
		url: r.passage.URL, language: r.language, text: shown, product: r.of, context: r.context,
	}
	lower := " " + strings.Join(wording.Words(rest.String()), " ") + " "
	base.own = r.site.number(canonical(wording.Stems(rest.String(), r.language)))
	if r.of != nil {
		base.own = slices.DeleteFunc(base.own, r.of.stems.has)
	}
	if len(kinds) == 0 {
		if len(base.own) >= 2 && len(base.own) <= 8 && !anyOf(lower, conditions) {
			base.kind, base.negative = yesNo, anyOf(lower, denials)
			r.add(base)
		}
		return
	}
	for kind, values := range kinds {
		if kind == figure.Plain || kind == figure.Code || kind == figure.Host || kind == figure.Date || len(values) > maxValues || kind != figure.Clock && len(values) > 2 {
			continue
		}
		st := base
		st.kind, st.values = kind, values
		for _, f := range values {
			st.spoken = append(st.spoken, sentence[f.From:f.To])
		}
		r.add(st)
	}
}

// add keeps a statement that was not made in the same words before.
func (r *reader) add(st statement) {
	h := fnv.New64a()
	_, _ = fmt.Fprintln(h, st.kind, st.language, st.text) // documented never to fail
	if st.product != nil {
		_, _ = fmt.Fprintln(h, st.product.name, st.product.sku)
	} else {
		_, _ = fmt.Fprintln(h, r.passage.Path)
	}
	if k := h.Sum64(); !r.site.repeated[k] {
		r.site.repeated[k] = true
		st.text = strings.Clone(st.text) // the passage goes
		for i, f := range st.spoken {
			st.spoken[i] = strings.Clone(f)
		}
		r.site.statements = append(r.site.statements, st)
	}
}

// kindOf gives the kind by which figures are compared.
func kindOf(f figure.Figure) figure.Kind {
	k := f.Readings[0].Kind
	if k == figure.Months {
		return figure.Duration
	}
	return k
}
