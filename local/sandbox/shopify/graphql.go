package shopify

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"

	"omniops/local/faults"
)

//go:embed schema.graphql
var schemaSource string

func loadSchema() *ast.Schema {
	return gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: schemaSource})
}

// graphQL answers one operation.
func (s *Shopify) graphQL(w http.ResponseWriter, r *http.Request, there *shop, asked Request, body []byte) {
	s.mu.Lock()
	w.Header().Set("X-Shopify-API-Version", cmp.Or(s.switches.Version, Version))
	holder := s.holder(r.Header.Get("X-Shopify-Access-Token"), there)
	s.mu.Unlock()
	if holder == nil {
		httpErrors(w, http.StatusUnauthorized, "[API] Invalid API key or access token (unrecognized login or wrong password)")
		return
	}
	in, err := readDocument(body)
	if err != nil || strings.TrimSpace(in.Query) == "" {
		writeJSON(w, http.StatusBadRequest, map[string]any{"errors": map[string]string{"query": "Required parameter missing or invalid"}})
		return
	}
	operation, x, failed := s.prepare(in.Query, in.OperationName, in.Variables)
	if failed != nil {
		writeJSON(w, http.StatusOK, map[string]any{"errors": failed})
		return
	}
	if script := s.script(operation.Name); script != nil {
		status, body := script(asked)
		writeJSON(w, status, body)
		return
	}
	x.allowed = func(typ, field string) *problem { return s.allowed(holder, typ, field) }
	root := s.schema.Query
	if operation.Operation == ast.Mutation {
		root = s.schema.Mutation
	}
	cost := x.requested(operation.SelectionSet, root)
	named := rootField(operation)
	s.broken(named,
		func(w http.ResponseWriter) { s.throttled(w, there, cost) },
		func(w http.ResponseWriter, applied bool) {
			if applied { // done, and the answer lost on its way
				httpErrors(w, http.StatusBadGateway, "Bad Gateway")
				return
			}
			writeJSON(w, http.StatusOK, map[string]any{"errors": []graphError{{
				Message:    "Internal error. Looks like something went wrong on our end.\nRequest ID: " + w.Header().Get("X-Request-Id") + " (include this in support requests).",
				Extensions: map[string]any{"code": "INTERNAL_SERVER_ERROR", "requestId": w.Header().Get("X-Request-Id")},
			}}})
		},
		func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, there, operation, x, cost, body) },
	).ServeHTTP(w, r)
}

// sentDocument is an operation as it is sent.
type sentDocument struct {
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
	OperationName string         `json:"operationName"`
}

func readDocument(body []byte) (in sentDocument, err error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	err = d.Decode(&in)
	return in, err
}

// prepare parses, validates and fills in the variables.
func (s *Shopify) prepare(query, name string, variables map[string]any) (*ast.OperationDefinition, *execution, []graphError) {
	document, list := gqlparser.LoadQueryWithRules(s.schema, query, nil)
	if len(list) > 0 {
		return nil, nil, refusals(list)
	}
	operation := document.Operations.ForName(name)
	if operation == nil {
		return nil, nil, []graphError{{Message: "An operation name is required"}}
	}
	values, err := validator.VariableValues(s.schema, operation, variables)
	if err != nil {
		var g *gqlerror.Error
		if errors.As(err, &g) {
			return nil, nil, refusals(gqlerror.List{g})
		}
		return nil, nil, []graphError{{Message: err.Error()}}
	}
	return operation, &execution{schema: s.schema, variables: values}, nil
}

// Cost is what a document of one operation costs at most, with its variables; an
// error says why the published schema does not allow it.
func (s *Shopify) Cost(query, operation string, variables map[string]any) (int, error) {
	o, x, failed := s.prepare(query, operation, variables)
	if len(failed) > 0 {
		return 0, errors.New(failed[0].Message)
	}
	root := s.schema.Query
	if o.Operation == ast.Mutation {
		root = s.schema.Mutation
	}
	return x.requested(o.SelectionSet, root), nil
}

// refusals are a document's errors, as Shopify words the commonest one.
func refusals(list gqlerror.List) (all []graphError) {
	for _, g := range list {
		e := graphError{Message: g.Message, Extensions: map[string]any{"code": g.Rule}}
		for _, l := range g.Locations {
			e.Locations = append(e.Locations, location{l.Line, l.Column})
		}
		var name, typ string
		if g.Rule == "FieldsOnCorrectType" {
			if _, err := fmt.Sscanf(g.Message, "Cannot query field %q on type %q", &name, &typ); err == nil {
				e.Message = fmt.Sprintf("Field '%s' doesn't exist on type '%s'", name, typ)
				e.Extensions = map[string]any{"code": "undefinedField", "typeName": typ, "fieldName": name}
			}
		}
		all = append(all, e)
	}
	return all
}

func rootField(o *ast.OperationDefinition) string {
	for _, s := range o.SelectionSet {
		if f, ok := s.(*ast.Field); ok {
			return f.Name
		}
	}
	return string(o.Operation)
}

func (s *Shopify) throttled(w http.ResponseWriter, there *shop, cost int) {
	s.mu.Lock()
	status := there.bucket.status(s.clock())
	s.mu.Unlock()
	if available, _ := status["currentlyAvailable"].(int); available >= cost {
		status["currentlyAvailable"] = 0 // a fault says so
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"errors":     []graphError{{Message: "Throttled", Extensions: map[string]any{"code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"}}},
		"extensions": map[string]any{"cost": map[string]any{"requestedQueryCost": cost, "actualQueryCost": nil, "throttleStatus": status}},
	})
}

// answer carries an operation out, if it can be paid for.
func (s *Shopify) answer(w http.ResponseWriter, r *http.Request, there *shop, o *ast.OperationDefinition, x *execution, cost int, body []byte) {
	if cost > maxCost {
		writeJSON(w, http.StatusOK, map[string]any{"errors": []graphError{{
			Message:    fmt.Sprintf("Query cost is %d, which exceeds the single query max cost limit (%d).", cost, maxCost),
			Extensions: map[string]any{"code": "MAX_COST_EXCEEDED", "cost": cost, "maxCost": maxCost, "documentation": "https://shopify.dev/api/usage/rate-limits"},
		}}})
		return
	}
	s.mu.Lock()
	now := s.clock()
	if !there.bucket.take(now, cost) {
		s.mu.Unlock()
		s.throttled(w, there, cost)
		return
	}
	call := &call{shop: there, Shopify: s, context: r.Context()}
	x.fields = x.paths(o.SelectionSet, "", nil)
	s.counts[rootField(o)]++
	there.queries = append(there.queries, Query{At: s.now(), Kind: string(o.Operation), Name: o.Name, Fields: x.fields})
	var root node
	typ := s.schema.Query.Name
	if o.Operation == ast.Mutation {
		root, typ = call.mutations(), s.schema.Mutation.Name
		x.actual += mutationCost * len(o.SelectionSet)
	} else {
		root = call.queries()
	}
	data, ok := x.object(typ, root, o.SelectionSet, nil)
	if call.asked && !faults.Conflicted(r.Context()) {
		s.keep(didCall, there, json.RawMessage(body))
	}
	x.actual = min(x.actual, cost)
	there.bucket.spent = max(0, there.bucket.spent-float64(cost-x.actual))
	status := there.bucket.status(now)
	s.mu.Unlock()

	out := map[string]any{"data": nil}
	if ok {
		out["data"] = data
	}
	if len(x.errors) > 0 {
		out["errors"] = x.errors
	}
	extensions := map[string]any{"cost": map[string]any{"requestedQueryCost": cost, "actualQueryCost": x.actual, "throttleStatus": status}}
	if len(call.searches) > 0 {
		extensions["search"] = call.searches
	}
	out["extensions"] = extensions
	writeJSON(w, http.StatusOK, out)
}

// Query is one operation that was carried out.
type Query struct {
	At     time.Time
	Kind   string   // query or mutation
	Name   string   // of the operation
	Fields []string // what it asked for, as "orders.nodes.email"
}
