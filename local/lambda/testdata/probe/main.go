// Probe is a function that does what its payload says.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// order is the payload. Gate is the address of a server that answers when the
// test wants the function to go on.
type order struct {
	Do     string   `json:"do"`
	Gate   string   `json:"gate"`
	Name   string   `json:"name"`
	Chunks []string `json:"chunks"`
	Size   int      `json:"size"`
}

func main() {
	switch os.Getenv("AT_START") {
	case "crash":
		fmt.Fprintln(os.Stderr, "cannot start")
		os.Exit(3)
	case "hang":
		time.Sleep(time.Hour) // select {} would be a deadlock, and crash
	case "leave":
		leave()
	case "sigterm":
		lambda.StartWithOptions(handle, lambda.WithEnableSIGTERM(func() {
			fmt.Println("told to go")
			os.Exit(0)
		}))
	}
	lambda.Start(handle)
}

func handle(ctx context.Context, o order) (any, error) {
	switch o.Do {
	case "env":
		return os.Getenv(o.Name), nil
	case "pid":
		wait(o.Gate)
		return os.Getpid(), nil
	case "context":
		lc, _ := lambdacontext.FromContext(ctx)
		deadline, _ := ctx.Deadline()
		return map[string]any{"arn": lc.InvokedFunctionArn, "request": lc.AwsRequestID, "deadline": deadline.UnixMilli(),
			"trace": os.Getenv("_X_AMZN_TRACE_ID"), "memory": lambdacontext.MemoryLimitInMB}, nil
	case "fail":
		return nil, errors.New("the kettle is empty")
	case "panic":
		panic("the kettle is on fire")
	case "exit":
		os.Exit(7)
	case "hang":
		<-ctx.Done()
		select {}
	case "big":
		return strings.Repeat("x", o.Size), nil
	case "say":
		fmt.Println("to stdout")
		fmt.Fprint(os.Stderr, "to stderr\nunfinished")
		os.Exit(1)
	case "child": // leaves a process of its own behind
		child := exec.Command("/bin/sleep", "3600")
		if err := child.Start(); err != nil {
			return nil, err
		}
		return child.Process.Pid, nil
	case "stream":
		return stream(o), nil
	case "half-head":
		return &raw{strings.NewReader(`{"statusCode":200}`)}, nil
	}
	return o, nil
}

// leave answers one invocation, without the library, and exits through the gate
// instead of asking for the next.
func leave() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	next, err := http.Get(api + "next") // waits as long as it takes
	if err != nil {
		os.Exit(1)
	}
	answer, err := http.Post(api+next.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", "application/json", // local
		strings.NewReader(strconv.Itoa(os.Getpid())))
	if err != nil || answer.StatusCode != http.StatusAccepted {
		os.Exit(1)
	}
	wait(os.Getenv("GATE"))
	os.Exit(0)
}

// stream answers the chunks, and waits at the gate before each but the first.
func stream(o order) *events.APIGatewayProxyStreamingResponse {
	reader, writer := io.Pipe()
	go func() {
		for n, chunk := range o.Chunks {
			if n > 0 {
				wait(o.Gate)
			}
			switch chunk {
			case "FAIL":
				_ = writer.CloseWithError(errors.New("the kettle boiled dry"))
				return
			case "EXIT":
				os.Exit(9)
			case "HANG":
				select {}
			}
			_, _ = io.WriteString(writer, chunk)
		}
		wait(o.Gate)
		_ = writer.Close()
	}()
	return &events.APIGatewayProxyStreamingResponse{
		StatusCode: 200, Headers: map[string]string{"Content-Type": "text/event-stream"}, Cookies: []string{"a=1", "b=2"}, Body: reader,
	}
}

// raw is a streamed answer without a proper head.
type raw struct{ io.Reader }

func (*raw) ContentType() string          { return "application/vnd.awslambda.http-integration-response" }
func (*raw) MarshalJSON() ([]byte, error) { return nil, errors.New("not JSON") }

func wait(gate string) {
	if gate == "" {
		return
	}
	answer, err := http.Get(gate) // the test owns the gate
	if err == nil {
		_ = answer.Body.Close()
	}
}
