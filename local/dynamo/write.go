package dynamo

import (
	"context"
	"strconv"

	"omniops/local/dynamo/attribute"
	"omniops/local/dynamo/expression"
	"omniops/local/faults"
)

// change is an item to store, or to remove when item is nil.
type change struct {
	table    *table
	position string
	key      attribute.Map
	item     attribute.Map
}

// commit logs and carries out the changes as one, for the caller who holds the
// lock, and returns what each costs.
func (s *Server) commit(changes []change) ([]cost, error) {
	if len(changes) == 0 {
		return nil, nil
	}
	for _, c := range changes {
		if s.tables[c.table.name()] != c.table { // deleted since it was looked up
			return nil, notFound("Requested resource not found")
		}
	}
	if err := s.logChanges(changes); err != nil {
		return nil, err
	}
	costs := make([]cost, len(changes))
	for i, c := range changes {
		costs[i] = c.table.replace(c.position, c.item)
	}
	return costs, nil
}

// expressionInput is the part that all requests with expressions share, and
// the parameters that expressions replaced, which are refused.
type expressionInput struct {
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues attribute.Map

	AttributesToGet, AttributeUpdates, ConditionalOperator, Expected any
	KeyConditions, QueryFilter, ScanFilter                           any
}

func (in expressionInput) scope() (*expression.Scope, error) {
	for _, old := range []any{in.AttributesToGet, in.AttributeUpdates, in.ConditionalOperator, in.Expected,
		in.KeyConditions, in.QueryFilter, in.ScanFilter} {
		if old != nil {
			return nil, invalid("The parameters that expressions replaced (AttributesToGet, AttributeUpdates, ConditionalOperator, Expected, KeyConditions, QueryFilter, ScanFilter) are not supported here")
		}
	}
	return expression.NewScope(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
}

// writeInput is what the requests that write one item share, alone or as part
// of a transaction.
type writeInput struct {
	expressionInput
	TableName                           string
	Key                                 attribute.Map // of all but Put
	Item                                attribute.Map // of Put
	UpdateExpression                    *string       // of Update
	ConditionExpression                 *string
	ReturnValuesOnConditionCheckFailure string
}

type action int

const (
	put action = iota
	update
	remove
	check // a condition only
)

// write is a checked request to write one item.
type write struct {
	action     action
	table      *table
	position   string
	key        attribute.Map
	item       attribute.Map // of put
	update     *expression.Update
	condition  *expression.Condition
	returnItem bool // with a failed condition
}

// prepare checks all of a request that can be checked without the stored item.
func (s *Server) prepare(a action, in *writeInput) (*write, error) {
	w := &write{action: a, returnItem: in.ReturnValuesOnConditionCheckFailure == "ALL_OLD"}
	if err := oneOf(in.ReturnValuesOnConditionCheckFailure, "returnValuesOnConditionCheckFailure", "ALL_OLD", "NONE"); err != nil {
		return nil, err
	}
	scope, err := in.scope()
	if err != nil {
		return nil, err
	}
	if in.UpdateExpression != nil {
		if w.update, err = scope.Update(*in.UpdateExpression); err != nil {
			return nil, err
		}
	}
	if in.ConditionExpression != nil {
		if w.condition, err = scope.Condition("ConditionExpression", *in.ConditionExpression); err != nil {
			return nil, err
		}
	} else if a == check {
		return nil, invalid("The expression can not be empty;")
	}
	if err := scope.CheckUsed(); err != nil {
		return nil, err
	}
	if w.table, err = s.table(in.TableName); err != nil {
		return nil, err
	}
	if err := w.table.key.checkPaths(w.condition.Paths()); err != nil {
		return nil, err
	}
	if a == put {
		if err := w.table.checkItem(in.Item); err != nil {
			return nil, err
		}
		if in.Item.Size() > maxItem {
			return nil, invalid("Item size has exceeded the maximum allowed size")
		}
		w.item, w.key = in.Item, w.table.key.of(in.Item)
	} else {
		if err := w.table.key.checkKey(in.Key); err != nil {
			return nil, err
		}
		w.key = in.Key
	}
	w.position = w.table.key.position(w.key)
	if w.update != nil {
		for _, p := range w.update.Paths() {
			if w.table.key.has(p.Top()) {
				return nil, invalid("One or more parameter values were invalid: Cannot update attribute " + p.Top() + ". This attribute is part of the key")
			}
		}
	}
	return w, nil
}

// outcome is the item as it is stored, nil for none, and the change to make of
// it, for the caller who holds the lock.
func (w *write) outcome() (stored entry, to change, err error) {
	stored = w.table.get(w.position)
	to = change{table: w.table, position: w.position, key: w.key}
	if !w.condition.Matches(stored.item) {
		return stored, to, conditionFailed(stored.item, w.returnItem)
	}
	switch w.action {
	case put:
		to.item = w.item
	case check:
		to.item = stored.item
	case update:
		to.item = stored.item
		if to.item == nil {
			to.item = w.key
		}
		if w.update == nil {
			break
		}
		if to.item, err = w.update.Apply(to.item); err != nil {
			return stored, to, err
		}
		if to.item.Size() > maxItem {
			return stored, to, invalid("Item size to update has exceeded the maximum allowed size")
		}
		err = w.table.checkItem(to.item)
	}
	return stored, to, err
}

type itemInput struct {
	writeInput
	capacityInput
	ReturnValues                string
	ReturnItemCollectionMetrics string
}

type itemOutput struct {
	Attributes       attribute.Map     `json:",omitempty"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

func (s *Server) putItem(ctx context.Context, in *itemInput) (*itemOutput, error) {
	return s.writeItem(ctx, "PutItem", put, in)
}

func (s *Server) updateItem(ctx context.Context, in *itemInput) (*itemOutput, error) {
	return s.writeItem(ctx, "UpdateItem", update, in)
}

func (s *Server) deleteItem(ctx context.Context, in *itemInput) (*itemOutput, error) {
	return s.writeItem(ctx, "DeleteItem", remove, in)
}

func (in *itemInput) check(a action) error {
	if err := in.capacityInput.check(); err != nil {
		return err
	}
	if err := oneOf(in.ReturnItemCollectionMetrics, "returnItemCollectionMetrics", "SIZE", "NONE"); err != nil {
		return err
	}
	if err := oneOf(in.ReturnValues, "returnValues", "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"); err != nil {
		return err
	}
	if a != update && in.ReturnValues != "" && in.ReturnValues != "NONE" && in.ReturnValues != "ALL_OLD" {
		return invalid("Return values set to invalid value")
	}
	return nil
}

// writeItem carries out the operations on one item.
func (s *Server) writeItem(ctx context.Context, operation string, a action, in *itemInput) (*itemOutput, error) {
	if err := in.check(a); err != nil {
		return nil, err
	}
	w, err := s.prepare(a, &in.writeInput)
	if err != nil {
		return nil, err
	}
	if faults.Conflicted(ctx) {
		return nil, errConflict
	}
	stored, to, paid, err := s.apply(w)
	s.meter.count(w.table.name(), operation, paid)
	if err != nil {
		return nil, err
	}
	return &itemOutput{
		Attributes:       returned(in.ReturnValues, w, stored.item, to.item),
		ConsumedCapacity: in.report(w.table.name(), paid, false),
	}, nil
}

// apply checks the condition and makes the change in one step. A condition
// that fails takes capacity too.
func (s *Server) apply(w *write) (stored entry, to change, paid cost, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stored, to, err = w.outcome()
	if err != nil {
		return stored, to, cost{table: units{write: writeUnits(stored.size)}}, err
	}
	costs, err := s.commit([]change{to})
	if err != nil {
		return stored, to, cost{}, err
	}
	return stored, to, costs[0], nil
}

// returned is what ReturnValues asks for of the item before and after.
func returned(wanted string, w *write, before, now attribute.Map) attribute.Map {
	switch wanted {
	case "ALL_OLD":
		return before
	case "ALL_NEW":
		return now
	case "UPDATED_OLD":
		if w.update != nil {
			return expression.Project(before, w.update.Paths())
		}
	case "UPDATED_NEW":
		if w.update != nil {
			return expression.Project(now, w.update.Paths())
		}
	}
	return nil
}

type batchWriteInput struct {
	capacityInput
	RequestItems                map[string][]batchWrite
	ReturnItemCollectionMetrics string
}

type batchWrite struct {
	PutRequest    *struct{ Item attribute.Map } `json:",omitempty"`
	DeleteRequest *struct{ Key attribute.Map }  `json:",omitempty"`
}

type batchWriteOutput struct {
	UnprocessedItems map[string][]batchWrite
	ConsumedCapacity []consumedCapacity `json:",omitempty"`
}

const (
	maxBatchWrite = 25
	maxBatchGet   = 100
)

func (s *Server) batchWriteItem(ctx context.Context, in *batchWriteInput) (*batchWriteOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	type request struct {
		*write
		from batchWrite
	}
	var requests []request
	seen := map[string]bool{}
	for _, name := range sortedKeys(in.RequestItems) {
		if len(in.RequestItems[name]) == 0 {
			return nil, constraint("[]", "requestItems."+name+".member", "Member must have length greater than or equal to 1")
		}
		for _, r := range in.RequestItems[name] {
			a, one := put, &writeInput{TableName: name}
			switch {
			case (r.PutRequest == nil) == (r.DeleteRequest == nil):
				return nil, invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
			case r.PutRequest != nil:
				one.Item = r.PutRequest.Item
			default:
				a, one.Key = remove, r.DeleteRequest.Key
			}
			w, err := s.prepare(a, one)
			if err != nil {
				return nil, err
			}
			if seen[w.table.name()+"/"+w.position] {
				return nil, invalid("Provided list of item keys contains duplicates")
			}
			seen[w.table.name()+"/"+w.position] = true
			requests = append(requests, request{w, r})
		}
	}
	if len(requests) == 0 {
		return nil, constraint("{}", "requestItems", "Member must have length greater than or equal to 1")
	}
	if len(requests) > maxBatchWrite {
		return nil, invalid("Too many items requested for the BatchWriteItem call")
	}
	n, err := share(ctx, len(requests))
	if err != nil {
		return nil, err
	}
	costs := map[string]cost{}
	for _, r := range requests[:n] {
		_, _, paid, err := s.apply(r.write)
		if err != nil {
			return nil, err
		}
		paid.add(costs[r.table.name()])
		costs[r.table.name()] = paid
	}
	s.countAll("BatchWriteItem", costs)
	out := &batchWriteOutput{UnprocessedItems: map[string][]batchWrite{}, ConsumedCapacity: in.reports(costs, false)}
	for _, r := range requests[n:] {
		out.UnprocessedItems[r.table.name()] = append(out.UnprocessedItems[r.table.name()], r.from)
	}
	return out, nil
}

func tooMany(n, most int, member string) error {
	return constraint(strconv.Itoa(n), member, "Member must have length less than or equal to "+strconv.Itoa(most)+" and greater than or equal to 1")
}
