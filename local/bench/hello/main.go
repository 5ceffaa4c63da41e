// Hello is the least a streaming Lambda function in Go can be: what the benches
// compare our functions with.
package main

import (
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
)

// head is the streamed answer's JSON head and the eight zero bytes behind it.
const head = `{"statusCode":200,"headers":{"Content-Type":"text/event-stream"}}` + "\x00\x00\x00\x00\x00\x00\x00\x00"

// answer is a Reader that encodes as {}, which makes the library stream it.
type answer struct{ text *strings.Reader }

// Read reads the head and the body.
func (a answer) Read(p []byte) (int, error) { return a.text.Read(p) }

// ContentType says that a head comes first.
func (answer) ContentType() string { return "application/vnd.awslambda.http-integration-response" }

func main() {
	lambda.Start(func() (any, error) { return answer{strings.NewReader(head + "event: done\ndata: {}\n\n")}, nil })
}
