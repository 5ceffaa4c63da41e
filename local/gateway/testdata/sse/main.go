// Sse is a function behind a REST API: it streams events, or with BUFFERED set
// answers what was asked.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	if os.Getenv("BUFFERED") != "" {
		lambda.Start(func(_ context.Context, r events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
			return events.APIGatewayProxyResponse{StatusCode: 200, Body: r.HTTPMethod + " " + r.Path}, nil
		})
	}
	lambda.Start(func(_ context.Context, r events.APIGatewayProxyRequest) (*events.APIGatewayProxyStreamingResponse, error) {
		var ask struct {
			Events int
			Fail   bool
		}
		if err := json.Unmarshal([]byte(r.Body), &ask); err != nil {
			return nil, err
		}
		reader, writer := io.Pipe()
		go func() {
			for n := range ask.Events {
				_, _ = fmt.Fprintf(writer, "data: %d\n\n", n)
			}
			if ask.Fail {
				_ = writer.CloseWithError(errors.New("midway"))
			}
			_ = writer.Close()
		}()
		return &events.APIGatewayProxyStreamingResponse{StatusCode: 200, Headers: map[string]string{"Content-Type": "text/event-stream"}, Body: reader}, nil
	})
}
