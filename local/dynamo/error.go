package dynamo

import (
	"encoding/json"
	"errors"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"

	"omniops/local/dynamo/attribute"
)

// failure is an error as DynamoDB reports it.
type failure struct {
	status  int
	kind    string        // the shape name, such as "ValidationException"
	message string        //
	item    attribute.Map // of a ConditionalCheckFailedException, if asked for
	reasons []reason      // of a TransactionCanceledException
}

// reason tells why one item of a transaction stopped it; None for the others.
type reason struct {
	Code    string
	Message string        `json:",omitempty"`
	Item    attribute.Map `json:",omitempty"`
}

func (f *failure) Error() string { return f.kind + ": " + f.message }

func fail(kind, message string) *failure {
	return &failure{status: http.StatusBadRequest, kind: kind, message: message}
}

func invalid(message string) error { return attribute.Invalid(message) }

func notFound(message string) *failure { return fail("ResourceNotFoundException", message) }

var (
	errThrottled = fail("ProvisionedThroughputExceededException",
		"The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.")
	errConflict = fail("TransactionConflictException", "Transaction is ongoing for the item")
	errInternal = &failure{status: http.StatusInternalServerError, kind: "InternalServerError",
		message: "The request processing has failed because of an unknown error, exception or failure."}
)

// conditionFailed reports a condition that did not hold for the item.
func conditionFailed(item attribute.Map, returnItem bool) *failure {
	f := fail("ConditionalCheckFailedException", "The conditional request failed")
	if returnItem {
		f.item = item
	}
	return f
}

// oneOf refuses a value of an enumeration that DynamoDB does not know; "" is
// the default of every one.
func oneOf(value, member string, allowed ...string) error {
	if value == "" {
		return nil
	}
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return constraint(value, member, "Member must satisfy enum value set: ["+strings.Join(allowed, ", ")+"]")
}

// constraint is the error for a member outside its published bounds.
func constraint(value, member, bound string) error {
	return invalid("1 validation error detected: Value '" + value + "' at '" + member + "' failed to satisfy constraint: " + bound)
}

// asFailure finds what to report for any error.
func asFailure(err error) *failure {
	var f *failure
	var bad attribute.Invalid
	var malformed attribute.Malformed
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &bad):
		return fail("ValidationException", string(bad))
	case errors.As(err, &malformed):
		return fail("SerializationException", string(malformed))
	case errors.As(err, &syntax), errors.As(err, &kind):
		return fail("SerializationException", err.Error())
	}
	return errInternal
}

// write sends the error document.
func (f *failure) write(w http.ResponseWriter) {
	namespace := "com.amazonaws.dynamodb.v20120810#"
	switch f.kind {
	case "ValidationException":
		namespace = "com.amazon.coral.validate#"
	case "SerializationException", "UnknownOperationException", "MissingAuthenticationTokenException", "IncompleteSignatureException":
		namespace = "com.amazon.coral.service#"
	}
	document := struct {
		Type    string        `json:"__type"`
		Message string        `json:"message,omitempty"`
		Upper   string        `json:"Message,omitempty"`
		Item    attribute.Map `json:"Item,omitempty"`
		Reasons []reason      `json:"CancellationReasons,omitempty"`
	}{Type: namespace + f.kind, Message: f.message, Item: f.item, Reasons: f.reasons}
	if f.reasons != nil { // this one shape spells its message with a capital
		document.Message, document.Upper = "", f.message
	}
	body, err := json.Marshal(document)
	if err != nil {
		body = []byte(`{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}`)
	}
	send(w, f.status, body)
}

// send answers with the checksum that the SDK looks for.
func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have gone
}
