package table

import (
	"context"
	"errors"
	"fmt"
	"time"

	"omniops/shared/boot/awsapi"
	"omniops/shared/fault"
)

// request has the fields of the operations we use, and response those that we
// read. (Amazon DynamoDB API 2012-08-10, JSON 1.0: seven operations, so that no
// function links the SDK's client, which costs each start more than our whole
// code does.)
type request struct {
	TableName                 string            `json:",omitempty"`
	IndexName                 string            `json:",omitempty"`
	Key                       Attributes        `json:",omitempty"`
	Item                      Attributes        `json:",omitempty"`
	ConsistentRead            bool              `json:",omitempty"`
	KeyConditionExpression    string            `json:",omitempty"`
	ConditionExpression       string            `json:",omitempty"`
	UpdateExpression          string            `json:",omitempty"`
	ExpressionAttributeNames  map[string]string `json:",omitempty"`
	ExpressionAttributeValues Attributes        `json:",omitempty"`
	ExclusiveStartKey         Attributes        `json:",omitempty"`
	ScanIndexForward          *bool             `json:",omitempty"`
	Limit                     int               `json:",omitempty"`
	ReturnValues              string            `json:",omitempty"`
	RequestItems              any               `json:",omitempty"` // by table: reads or []write
}

type response struct {
	Item             Attributes
	Attributes       Attributes
	Items            []Attributes
	LastEvaluatedKey Attributes
	Responses        map[string][]Attributes
	UnprocessedKeys  map[string]reads
	UnprocessedItems map[string][]write
}

// reads are the keys of a batch of one table.
type reads struct {
	Keys           []Attributes
	ConsistentRead bool `json:",omitempty"`
}

// write is one of a batch: a put or a delete.
type write struct {
	PutRequest    *put    `json:",omitempty"`
	DeleteRequest *remove `json:",omitempty"`
}

type (
	put    struct{ Item Attributes }
	remove struct{ Key Attributes }
)

// call makes one call, and gives a failure its Kind: a failed condition is a
// Conflict, a throttled or unreachable table is Unavailable, the rest is ours.
func (s *Store) call(ctx context.Context, doing, operation string, in request) (response, error) {
	var out response
	err := s.api.JSON(ctx, "1.0", "DynamoDB_20120810."+operation, in, &out)
	if err == nil {
		return out, nil
	}
	wrapped := fmt.Errorf("%s: %w", doing, err)
	refused, ok := errors.AsType[*awsapi.Error](err)
	switch {
	case !ok && fault.KindOf(err) == fault.Unavailable: // no answer at all
		return out, fault.After(fault.Unavailable, "The service cannot be reached right now.", time.Second, wrapped)
	case ok && refused.Code == "ConditionalCheckFailedException":
		return out, fault.E(fault.Conflict, "This has changed meanwhile. Read it again.", wrapped)
	case fault.KindOf(err) == fault.Unavailable, ok && refused.Code == "TransactionConflictException":
		return out, busy(wrapped)
	case ok: // the code is for the log: the caller sees nothing of it
		return out, fault.E(fault.Internal, "", wrapped)
	}
	return out, wrapped
}
