package dynamo

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"omniops/local/dynamo/attribute"
	"omniops/local/dynamo/expression"
	"omniops/local/faults"
)

const (
	maxTransaction      = 100
	maxTransactionBytes = 4 << 20
	tokenLife           = 10 * time.Minute
)

// transaction is what is remembered of one for its ClientRequestToken.
type transaction struct {
	request [sha256.Size]byte
	done    time.Time
	reads   map[string]cost // what a repetition costs
}

type transactWriteInput struct {
	capacityInput
	ClientRequestToken          string
	ReturnItemCollectionMetrics string
	TransactItems               []transactWrite
}

type transactWrite struct{ ConditionCheck, Put, Update, Delete *writeInput }

type transactWriteOutput struct {
	ConsumedCapacity []consumedCapacity `json:",omitempty"`
}

func (s *Server) transactWriteItems(ctx context.Context, in *transactWriteInput) (*transactWriteOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if n := len(in.TransactItems); n < 1 || n > maxTransaction {
		return nil, tooMany(n, maxTransaction, "transactItems")
	}
	if len(in.ClientRequestToken) > 36 {
		return nil, constraint(in.ClientRequestToken, "clientRequestToken", "Member must have length less than or equal to 36")
	}
	writes := make([]*write, len(in.TransactItems))
	seen := map[string]bool{}
	for i, item := range in.TransactItems {
		w, err := s.prepareOne(item)
		if err != nil {
			return nil, err
		}
		at := w.table.name() + "/" + w.position
		if seen[at] {
			return nil, invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[at] = true
		writes[i] = w
	}
	if faults.Conflicted(ctx) {
		return nil, conflicted(len(writes))
	}
	digest, err := digest(in.TransactItems)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.known(in.ClientRequestToken); ok {
		if known.request != digest {
			return nil, fail("IdempotentParameterMismatchException",
				"The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical")
		}
		s.countAll("TransactWriteItems", known.reads)
		return &transactWriteOutput{in.reports(known.reads, true)}, nil
	}
	paid, reads, err := s.transact(writes)
	s.countAll("TransactWriteItems", paid)
	if err != nil {
		return nil, err
	}
	if in.ClientRequestToken != "" {
		s.tokens[in.ClientRequestToken] = transaction{digest, s.now(), reads}
	}
	return &transactWriteOutput{in.reports(paid, true)}, nil
}

// prepareOne checks one item of a transaction.
func (s *Server) prepareOne(item transactWrite) (*write, error) {
	var w *write
	err := errors.New("none")
	count := 0
	for _, one := range []struct {
		action action
		in     *writeInput
	}{{check, item.ConditionCheck}, {put, item.Put}, {update, item.Update}, {remove, item.Delete}} {
		if one.in == nil {
			continue
		}
		if count++; count > 1 {
			break
		}
		if one.action == update && one.in.UpdateExpression == nil {
			return nil, constraint("null", "transactItems.member.update.updateExpression", "Member must not be null")
		}
		w, err = s.prepare(one.action, one.in)
	}
	if count != 1 {
		return nil, invalid("TransactItems can only contain one of Check, Put, Update or Delete")
	}
	return w, err
}

// digest identifies a request, whatever the order of its JSON's members.
func digest(items []transactWrite) (d [sha256.Size]byte, err error) {
	canonical, err := json.Marshal(items)
	if err != nil {
		return d, err
	}
	var ordered any
	if err := json.Unmarshal(canonical, &ordered); err != nil {
		return d, err
	}
	if canonical, err = json.Marshal(ordered); err != nil {
		return d, err
	}
	return sha256.Sum256(canonical), nil
}

// known finds a token that is still good, and forgets those that are not.
func (s *Server) known(token string) (transaction, bool) {
	now := s.now()
	for t, done := range s.tokens {
		if now.Sub(done.done) > tokenLife {
			delete(s.tokens, t)
		}
	}
	t, ok := s.tokens[token]
	return t, ok
}

// transact carries out all writes or none, for the caller who holds the lock,
// and returns what they cost by table, and what reading the items would.
func (s *Server) transact(writes []*write) (paid, reads map[string]cost, err error) {
	var changes []change
	reasons := make([]reason, len(writes))
	paid, reads = map[string]cost{}, map[string]cost{}
	failed := false
	bytes := 0
	for i, w := range writes {
		stored, to, err := w.outcome()
		reasons[i] = reasonFor(err)
		failed = failed || err != nil
		bytes += max(stored.size, to.item.Size())
		if w.action == check || err != nil {
			addCost(paid, w.table, cost{table: units{write: 2 * writeUnits(stored.size)}})
		} else {
			changes = append(changes, to)
		}
		addCost(reads, w.table, cost{table: units{read: 2 * readUnits(to.item.Size(), true)}})
	}
	if failed {
		return paid, nil, canceled(reasons)
	}
	if bytes > maxTransactionBytes {
		return nil, nil, invalid("Transaction request cannot exceed 4 MB")
	}
	costs, err := s.commit(changes)
	if err != nil {
		return nil, nil, err
	}
	for i, c := range costs {
		addCost(paid, changes[i].table, c.times(2))
	}
	return paid, reads, nil
}

func addCost(costs map[string]cost, t *table, c cost) {
	all := costs[t.name()]
	all.add(c)
	costs[t.name()] = all
}

// reasonFor is how a transaction reports what became of one of its writes.
func reasonFor(err error) reason {
	if err == nil {
		return reason{Code: "None"}
	}
	switch f := asFailure(err); f.kind {
	case "ConditionalCheckFailedException":
		return reason{Code: "ConditionalCheckFailed", Message: f.message, Item: f.item}
	case "ValidationException":
		return reason{Code: "ValidationError", Message: f.message}
	default:
		return reason{Code: f.kind, Message: f.message}
	}
}

func canceled(reasons []reason) *failure {
	codes := make([]string, len(reasons))
	for i, r := range reasons {
		codes[i] = r.Code
	}
	f := fail("TransactionCanceledException",
		"Transaction cancelled, please refer cancellation reasons for specific reasons ["+strings.Join(codes, ", ")+"]")
	f.reasons = reasons
	return f
}

// conflicted cancels a transaction of n items because of another on the first.
func conflicted(n int) *failure {
	reasons := make([]reason, n)
	for i := range reasons {
		reasons[i] = reason{Code: "None"}
	}
	reasons[0] = reason{Code: "TransactionConflict", Message: errConflict.message}
	return canceled(reasons)
}

type transactGetInput struct {
	capacityInput
	TransactItems []struct {
		Get *struct {
			readInput
			TableName string
			Key       attribute.Map
		}
	}
}

type transactGetOutput struct {
	Responses        []transactGetResponse
	ConsumedCapacity []consumedCapacity `json:",omitempty"`
}

type transactGetResponse struct {
	Item attribute.Map `json:",omitzero"`
}

func (s *Server) transactGetItems(ctx context.Context, in *transactGetInput) (*transactGetOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	n := len(in.TransactItems)
	if n < 1 || n > maxTransaction {
		return nil, tooMany(n, maxTransaction, "transactItems")
	}
	projections := make([][]expression.Path, n)
	for i, item := range in.TransactItems {
		if item.Get == nil {
			return nil, constraint("null", "transactItems."+strconv.Itoa(i+1)+".member.get", "Member must not be null")
		}
		var err error
		if projections[i], err = item.Get.projection(); err != nil {
			return nil, err
		}
	}
	if faults.Conflicted(ctx) {
		return nil, conflicted(n)
	}
	out := &transactGetOutput{Responses: make([]transactGetResponse, n)}
	costs := map[string]cost{}
	seen := map[string]bool{}
	s.mu.RLock() // over all reads: they show one state of the tables
	defer s.mu.RUnlock()
	for i, item := range in.TransactItems {
		t, err := s.lookup(item.Get.TableName)
		if err != nil {
			return nil, err
		}
		if err := t.key.checkKey(item.Get.Key); err != nil {
			return nil, err
		}
		if err := t.key.checkPaths(projections[i]); err != nil {
			return nil, err
		}
		position := t.key.position(item.Get.Key)
		if seen[t.name()+"/"+position] {
			return nil, invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[t.name()+"/"+position] = true
		e := t.get(position)
		out.Responses[i].Item = project(e.item, projections[i])
		addCost(costs, t, cost{table: units{read: 2 * readUnits(e.size, true)}})
	}
	s.countAll("TransactGetItems", costs)
	out.ConsumedCapacity = in.reports(costs, true)
	return out, nil
}
