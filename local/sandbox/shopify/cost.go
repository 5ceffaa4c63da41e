package shopify

import (
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// What a query costs (Shopify, "Rate limits", read 2026-11-23): a scalar nothing,
// an object 1, a connection 2 and its first objects, a mutation 10.
const (
	mutationCost = 10
	maxCost      = 1000 // of a single query
)

// costs reports whether an object of this type is paid for.
func costs(d *ast.Definition) bool {
	switch {
	case d.Kind != ast.Object && d.Kind != ast.Interface && d.Kind != ast.Union:
		return false
	case d.Name == "QueryRoot", d.Name == "Mutation", d.Name == "PageInfo":
		return false
	case strings.HasSuffix(d.Name, "Connection"), strings.HasSuffix(d.Name, "Edge"), strings.HasSuffix(d.Name, "Payload"):
		return false
	case strings.HasSuffix(d.Name, "UserError"):
		return false
	}
	return true
}

// requested is what a selection may cost at most.
func (x *execution) requested(set ast.SelectionSet, parent *ast.Definition) int {
	total := 0
	for _, g := range x.everything(set, nil) {
		f := g.fields[0]
		if f.Definition == nil || strings.HasPrefix(f.Name, "__") {
			continue
		}
		var below ast.SelectionSet
		for _, one := range g.fields {
			below = append(below, one.SelectionSet...)
		}
		typ := x.schema.Types[f.Definition.Type.Name()]
		inside := x.requested(below, typ)
		if costs(typ) {
			inside++
		}
		args := arguments(f.ArgumentMap(x.variables))
		switch size := max(args.count("first", 0), args.count("last", 0)); {
		case strings.HasSuffix(typ.Name, "Connection"):
			inside = 2 + size*inside
		case f.Definition.Type.Elem != nil && size > 0:
			inside *= size
		}
		if parent.Name == "Mutation" {
			inside += mutationCost
		}
		total += inside
	}
	return total
}

// everything lists the fields of a selection whatever the object's type: what may
// be asked is paid for.
func (x *execution) everything(set ast.SelectionSet, into []group) []group {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.InlineFragment:
			into = x.everything(s.SelectionSet, into)
		case *ast.FragmentSpread:
			into = x.everything(s.Definition.SelectionSet, into)
		case *ast.Field:
			at := -1
			for i := range into {
				if into[i].key == s.Alias {
					at = i
				}
			}
			if at < 0 {
				into = append(into, group{key: s.Alias})
				at = len(into) - 1
			}
			into[at].fields = append(into[at].fields, s)
		}
	}
	return into
}

// paths lists what a selection asks for, as "orders.nodes.email".
func (x *execution) paths(set ast.SelectionSet, prefix string, into []string) []string {
	for _, g := range x.everything(set, nil) {
		name := prefix + g.fields[0].Name
		below := len(into)
		for _, one := range g.fields {
			into = x.paths(one.SelectionSet, name+".", into)
		}
		if len(into) == below {
			into = append(into, name)
		}
	}
	return into
}

// bucket is the points that an app may spend on a store.
type bucket struct {
	capacity, restore float64 // points, points a second
	spent             float64
	at                time.Time
}

// available is how much is left now.
func (b *bucket) available(now time.Time) float64 {
	if passed := now.Sub(b.at).Seconds(); passed > 0 {
		b.spent = max(0, b.spent-passed*b.restore)
		b.at = now
	}
	return b.capacity - b.spent
}

// take spends points if there are enough.
func (b *bucket) take(now time.Time, points int) bool {
	if b.available(now) < float64(points) {
		return false
	}
	b.spent += float64(points)
	return true
}

// status is the bucket as answers show it.
func (b *bucket) status(now time.Time) map[string]any {
	return map[string]any{"maximumAvailable": b.capacity, "currentlyAvailable": int(b.available(now)), "restoreRate": b.restore}
}
