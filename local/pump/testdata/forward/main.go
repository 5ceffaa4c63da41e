// Forward is a function that posts its payload to TARGET and answers what comes
// back: a test decides in its own process what the function does.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, os.Getenv("TARGET"), bytes.NewReader(payload))
		if err != nil {
			return nil, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		if response.StatusCode != http.StatusOK {
			return nil, errors.New(string(answer))
		}
		return answer, err
	})
}
