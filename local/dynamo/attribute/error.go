package attribute

// Invalid is a value or request that DynamoDB refuses with ValidationException;
// the text is its message.
type Invalid string

// Error is the message.
func (e Invalid) Error() string { return string(e) }

// Malformed is JSON that does not have the form of a request, refused with
// SerializationException; the text is its message.
type Malformed string

// Error is the message.
func (e Malformed) Error() string { return string(e) }
