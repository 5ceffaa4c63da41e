package dynamo

import (
	"context"

	"omniops/local/dynamo/attribute"
	"omniops/local/dynamo/expression"
)

// readInput is what the requests that read single items share.
type readInput struct {
	expressionInput
	ProjectionExpression *string
	ConsistentRead       bool
}

// projection is the paths to return; nil means the whole item.
func (in readInput) projection() ([]expression.Path, error) {
	scope, err := in.scope()
	if err != nil {
		return nil, err
	}
	var paths []expression.Path
	if in.ProjectionExpression != nil {
		if paths, err = scope.Projection(*in.ProjectionExpression); err != nil {
			return nil, err
		}
	}
	return paths, scope.CheckUsed()
}

// project is the item, or the paths of it, or nil if there is no item.
func project(item attribute.Map, paths []expression.Path) attribute.Map {
	if item == nil || paths == nil {
		return item
	}
	return expression.Project(item, paths)
}

type getInput struct {
	readInput
	capacityInput
	TableName string
	Key       attribute.Map
}

type getOutput struct {
	Item             attribute.Map     `json:",omitzero"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

func (s *Server) getItem(_ context.Context, in *getInput) (*getOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	paths, err := in.projection()
	if err != nil {
		return nil, err
	}
	t, e, err := s.read(in.TableName, in.Key)
	if err != nil {
		return nil, err
	}
	if err := t.key.checkPaths(paths); err != nil {
		return nil, err
	}
	paid := cost{table: units{read: readUnits(e.size, in.ConsistentRead)}}
	s.meter.count(t.name(), "GetItem", paid)
	return &getOutput{Item: project(e.item, paths), ConsumedCapacity: in.report(t.name(), paid, false)}, nil
}

// read finds one item.
func (s *Server) read(table string, key attribute.Map) (*table, entry, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, err := s.lookup(table)
	if err != nil {
		return nil, entry{}, err
	}
	if err := t.key.checkKey(key); err != nil {
		return nil, entry{}, err
	}
	return t, t.get(t.key.position(key)), nil
}

type batchGetInput struct {
	capacityInput
	RequestItems map[string]batchGet
}

type batchGet struct {
	Keys                     []attribute.Map
	ProjectionExpression     *string           `json:",omitempty"`
	ExpressionAttributeNames map[string]string `json:",omitempty"`
	ConsistentRead           bool              `json:",omitempty"`
	AttributesToGet          any               `json:",omitempty"`
}

type batchGetOutput struct {
	Responses        map[string][]attribute.Map
	UnprocessedKeys  map[string]batchGet
	ConsumedCapacity []consumedCapacity `json:",omitempty"`
}

// maxBatchBytes is how much a batch reads before it leaves the rest over.
const maxBatchBytes = 16 << 20

func (s *Server) batchGetItem(ctx context.Context, in *batchGetInput) (*batchGetOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	wanted := 0
	projections := map[string][]expression.Path{}
	for name, r := range in.RequestItems {
		if len(r.Keys) == 0 {
			return nil, constraint("[]", "requestItems."+name+".member.keys", "Member must have length greater than or equal to 1")
		}
		wanted += len(r.Keys)
		one := readInput{ProjectionExpression: r.ProjectionExpression, expressionInput: expressionInput{
			ExpressionAttributeNames: r.ExpressionAttributeNames, AttributesToGet: r.AttributesToGet}}
		var err error
		if projections[name], err = one.projection(); err != nil {
			return nil, err
		}
	}
	if wanted == 0 {
		return nil, constraint("{}", "requestItems", "Member must have length greater than or equal to 1")
	}
	if wanted > maxBatchGet {
		return nil, invalid("Too many items requested for the BatchGetItem call")
	}
	n, err := share(ctx, wanted)
	if err != nil {
		return nil, err
	}
	if err := s.checkKeys(in.RequestItems, projections); err != nil {
		return nil, err
	}
	out := &batchGetOutput{Responses: map[string][]attribute.Map{}, UnprocessedKeys: map[string]batchGet{}}
	costs := map[string]cost{}
	bytes := 0
	for _, name := range sortedKeys(in.RequestItems) {
		r := in.RequestItems[name]
		for i, key := range r.Keys {
			t, e, err := s.read(name, key)
			if err != nil {
				return nil, err
			}
			if n == 0 || bytes+e.size > maxBatchBytes {
				left := r
				left.Keys = r.Keys[i:]
				out.UnprocessedKeys[name] = left
				break
			}
			n--
			bytes += e.size
			paid := costs[t.name()]
			paid.add(cost{table: units{read: readUnits(e.size, r.ConsistentRead)}})
			costs[t.name()] = paid
			if e.item != nil {
				out.Responses[name] = append(out.Responses[name], project(e.item, projections[name]))
			} else if out.Responses[name] == nil {
				out.Responses[name] = []attribute.Map{}
			}
		}
	}
	s.countAll("BatchGetItem", costs)
	out.ConsumedCapacity = in.reports(costs, false)
	return out, nil
}

// checkKeys refuses a batch that names a table or key that cannot be, or the
// same key twice.
func (s *Server) checkKeys(requests map[string]batchGet, projections map[string][]expression.Path) error {
	for name, r := range requests {
		t, err := s.table(name)
		if err != nil {
			return err
		}
		if err := t.key.checkPaths(projections[name]); err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, key := range r.Keys {
			if err := t.key.checkKey(key); err != nil {
				return err
			}
			position := t.key.position(key)
			if seen[position] {
				return invalid("Provided list of item keys contains duplicates")
			}
			seen[position] = true
		}
	}
	return nil
}
