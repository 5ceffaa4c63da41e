package dynamo

import (
	"context"
	"encoding/binary"
	"maps"
	"math/bits"
	"strconv"

	"omniops/local/dynamo/attribute"
	"omniops/local/dynamo/expression"
)

// maxPage is how many bytes of items one Query or Scan looks at.
const maxPage = 1 << 20

// pageInput is what Query and Scan share.
type pageInput struct {
	readInput
	capacityInput
	TableName         string
	IndexName         string
	Select            string
	Limit             *int
	ExclusiveStartKey attribute.Map
	FilterExpression  *string
}

type queryInput struct {
	pageInput
	KeyConditionExpression *string
	ScanIndexForward       *bool
}

type scanInput struct {
	pageInput
	Segment, TotalSegments *int
}

type pageOutput struct {
	Items            []attribute.Map `json:",omitzero"`
	Count            int
	ScannedCount     int
	LastEvaluatedKey attribute.Map     `json:",omitempty"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

// page is a checked Query or Scan.
type page struct {
	in     *pageInput
	table  *table
	index  *index // nil for the table itself
	key    keySchema
	scope  *expression.Scope
	filter *expression.Condition
	paths  []expression.Path
	limit  int // 0 for none

	from, to string // the positions to read: from ≤ position < to
	backward bool
}

func (s *Server) query(_ context.Context, in *queryInput) (*pageOutput, error) {
	p, err := s.page(&in.pageInput)
	if err != nil {
		return nil, err
	}
	if in.KeyConditionExpression == nil {
		return nil, invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	key, err := p.scope.KeyCondition(*in.KeyConditionExpression, p.key.partition.name, p.key.sort.name)
	if err != nil {
		return nil, err
	}
	if err := p.finish(); err != nil {
		return nil, err
	}
	for _, path := range p.filter.Paths() {
		if p.key.has(path.Top()) {
			return nil, invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: " + path.Top())
		}
	}
	if p.from, p.to, err = p.key.span(key); err != nil {
		return nil, err
	}
	p.backward = in.ScanIndexForward != nil && !*in.ScanIndexForward
	if err := p.resume(in.ExclusiveStartKey); err != nil {
		return nil, err
	}
	return s.run(p, "Query"), nil
}

func (s *Server) scan(_ context.Context, in *scanInput) (*pageOutput, error) {
	p, err := s.page(&in.pageInput)
	if err != nil {
		return nil, err
	}
	if err := p.finish(); err != nil {
		return nil, err
	}
	if p.from, p.to, err = in.span(); err != nil {
		return nil, err
	}
	if err := p.resume(in.ExclusiveStartKey); err != nil {
		return nil, err
	}
	return s.run(p, "Scan"), nil
}

// page checks what Query and Scan have in common, but for the expressions
// that may still use names and values.
func (s *Server) page(in *pageInput) (*page, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if err := oneOf(in.Select, "select", "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"); err != nil {
		return nil, err
	}
	p := &page{in: in}
	if in.Limit != nil {
		if p.limit = *in.Limit; p.limit < 1 {
			return nil, constraint(strconv.Itoa(p.limit), "limit", "Member must have value greater than or equal to 1")
		}
	}
	var err error
	if p.table, err = s.table(in.TableName); err != nil {
		return nil, err
	}
	p.key = p.table.key
	if in.IndexName != "" {
		if p.index = p.table.index(in.IndexName); p.index == nil {
			return nil, invalid("The table does not have the specified index: " + in.IndexName)
		}
		p.key = p.index.key
		if in.ConsistentRead {
			return nil, invalid("Consistent reads are not supported on global secondary indexes")
		}
	}
	if err := p.checkSelect(); err != nil {
		return nil, err
	}
	if p.scope, err = in.scope(); err != nil {
		return nil, err
	}
	if in.FilterExpression != nil {
		if p.filter, err = p.scope.Condition("FilterExpression", *in.FilterExpression); err != nil {
			return nil, err
		}
	}
	if in.ProjectionExpression != nil {
		if p.paths, err = p.scope.Projection(*in.ProjectionExpression); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *page) checkSelect() error {
	projects := p.in.ProjectionExpression != nil
	switch p.in.Select {
	case "ALL_ATTRIBUTES":
		if projects {
			return invalid("Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES")
		}
		if p.index != nil && !p.index.all {
			return invalid("One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index " +
				p.index.name + " because its projection type is not ALL")
		}
	case "ALL_PROJECTED_ATTRIBUTES":
		if projects {
			return invalid("Cannot specify the ProjectionExpression when choosing to get ALL_PROJECTED_ATTRIBUTES")
		}
		if p.index == nil {
			return invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
		}
	case "COUNT":
		if projects {
			return invalid("Cannot specify the ProjectionExpression when choosing to get only the Count")
		}
	case "SPECIFIC_ATTRIBUTES":
		if !projects {
			return invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
		}
	}
	return nil
}

// finish checks what can be checked once all expressions are parsed.
func (p *page) finish() error {
	if err := p.scope.CheckUsed(); err != nil {
		return err
	}
	if err := p.table.key.checkPaths(p.filter.Paths(), p.paths); err != nil {
		return err
	}
	if p.index == nil || p.index.all {
		return nil
	}
	for _, path := range p.paths {
		if !p.index.project[path.Top()] {
			return invalid("One or more parameter values were invalid: Global secondary index " + p.index.name + " does not project [" + path.Top() + "]")
		}
	}
	return nil
}

// span is the positions of the items that meet the key condition.
func (k keySchema) span(c expression.KeyCondition) (from, to string, err error) {
	check := func(a keyAttribute, v attribute.Value) error {
		if v.Kind() != a.kind {
			return invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
		}
		return checkKeyValue(v, "Key: "+a.name)
	}
	if err := check(k.partition, c.Partition); err != nil {
		return "", "", err
	}
	start := partitionStart(c.Partition)
	for _, v := range c.Values {
		if err := check(k.sort, v); err != nil {
			return "", "", err
		}
	}
	at := func(v attribute.Value) []byte { return attribute.AppendOrdered(start[:len(start):len(start)], v) }
	from, to = string(start), after(start)
	switch c.Operator {
	case "=":
		from, to = string(at(c.Values[0])), after(at(c.Values[0]))
	case "<":
		to = string(at(c.Values[0]))
	case "<=":
		to = after(at(c.Values[0]))
	case ">":
		from = after(at(c.Values[0]))
	case ">=":
		from = string(at(c.Values[0]))
	case "BETWEEN":
		from, to = string(at(c.Values[0])), after(at(c.Values[1]))
	case "begins_with":
		if k.sort.kind == attribute.KindNumber {
			return "", "", invalid("Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N")
		}
		prefix := attribute.AppendOrderedPrefix(start[:len(start):len(start)], c.Values[0])
		from, to = string(prefix), after(prefix)
	}
	return from, to, nil
}

const maxSegments = 1_000_000

// span is the positions of a Scan's segment.
func (in *scanInput) span() (from, to string, err error) {
	const all = "\xff\xff\xff\xff\xff\xff\xff\xff\xff" // above every hash of a partition
	if in.Segment == nil && in.TotalSegments == nil {
		return "", all, nil
	}
	if in.Segment == nil {
		return "", "", invalid("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	}
	if in.TotalSegments == nil {
		return "", "", invalid("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	}
	segment, total := *in.Segment, *in.TotalSegments
	if total < 1 || total > maxSegments {
		return "", "", constraint(strconv.Itoa(total), "totalSegments", "Member must have value between 1 and "+strconv.Itoa(maxSegments))
	}
	if segment < 0 || segment >= total {
		return "", "", invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: " +
			strconv.Itoa(segment) + " is not less than TotalSegments: " + strconv.Itoa(total))
	}
	bound := func(i int) string {
		if i == total {
			return all
		}
		n, _ := bits.Div64(uint64(i), 0, uint64(total)) // i/total of the hashes
		return string(binary.BigEndian.AppendUint64(nil, n))
	}
	return bound(segment), bound(segment + 1), nil
}

// resume moves the span past the key at which the last page ended. That item
// need not exist any more.
func (p *page) resume(key attribute.Map) error {
	if key == nil {
		return nil
	}
	want := p.keyAttributes()
	if len(key) != len(want) {
		return invalid("The provided starting key is invalid")
	}
	for name, kind := range want {
		if v := key[name]; v == nil || v.Kind() != kind {
			return invalid("The provided starting key is invalid")
		}
	}
	position := p.table.key.position(key)
	if p.index != nil {
		position = p.index.key.position(key) + position
	}
	if position < p.from || position >= p.to {
		return invalid("The provided starting key is outside query boundaries based on provided conditions")
	}
	if p.backward {
		p.to = position
	} else {
		p.from = position + "\x00"
	}
	return nil
}

// keyAttributes is what a page's key consists of: the key of the table and,
// for an index, its own.
func (p *page) keyAttributes() map[string]attribute.Kind {
	kinds := map[string]attribute.Kind{}
	for _, a := range append(p.table.key.attributes(), p.key.attributes()...) {
		kinds[a.name] = a.kind
	}
	return kinds
}

// run reads the page.
func (s *Server) run(p *page, operation string) *pageOutput {
	read, more := s.collect(p)
	out := &pageOutput{ScannedCount: len(read)}
	if p.in.Select != "COUNT" {
		out.Items = []attribute.Map{}
	}
	size := 0
	for _, e := range read {
		size += e.size
		if !p.filter.Matches(e.item) {
			continue
		}
		out.Count++
		if p.in.Select != "COUNT" {
			out.Items = append(out.Items, project(e.item, p.paths))
		}
	}
	if more {
		out.LastEvaluatedKey = attribute.Map{}
		last := read[len(read)-1].item
		for name := range maps.Keys(p.keyAttributes()) {
			out.LastEvaluatedKey[name] = last[name]
		}
	}
	paid := units{read: readUnits(size, p.in.ConsistentRead)}
	var c cost
	if p.index != nil {
		c.addIndex(p.index.name, paid)
	} else {
		c.table = paid
	}
	s.meter.count(p.table.name(), operation, c)
	out.ConsumedCapacity = p.in.report(p.table.name(), c, false)
	return out
}

// collect reads entries up to the limit or a page's size, and tells whether it
// stopped there. Like DynamoDB it does not look whether anything follows.
func (s *Server) collect(p *page) (read []entry, more bool) {
	entries := p.table.items
	if p.index != nil {
		entries = p.index.entries
	}
	size := 0
	visit := func(e entry) bool {
		if size += e.size; size > maxPage && len(read) > 0 {
			more = true
			return false
		}
		read = append(read, e)
		more = len(read) == p.limit
		return !more
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !p.backward {
		entries.AscendRange(entry{position: p.from}, entry{position: p.to}, visit)
		return read, more
	}
	entries.DescendLessOrEqual(entry{position: p.to}, func(e entry) bool {
		if e.position == p.to {
			return true // to itself lies outside
		}
		return e.position >= p.from && visit(e)
	})
	return read, more
}
