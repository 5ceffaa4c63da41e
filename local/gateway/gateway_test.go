package gateway_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"omniops/local/gateway"
	"omniops/local/lambda"
	"omniops/local/template"
)

var at = time.Date(2026, 3, 1, 12, 30, 5, 0, time.UTC)

// function stands behind every buffered route.
type function func(ctx context.Context, payload []byte) ([]byte, error)

func answers(answer string) function {
	return func(context.Context, []byte) ([]byte, error) { return []byte(answer), nil }
}

func fails(err error) function {
	return func(context.Context, []byte) ([]byte, error) { return nil, err }
}

// serve starts the sample API. The parameters are those of the template.
func serve(t *testing.T, o gateway.Options, f function, parameters map[string]string) *httptest.Server {
	t.Helper()
	read, err := template.Load("testdata/api.yaml", template.Options{Parameters: parameters})
	if err != nil {
		t.Fatal(err)
	}
	if f != nil {
		o.Invoke = func(ctx context.Context, _ string, payload []byte) ([]byte, error) { return f(ctx, payload) }
	}
	if o.Now == nil {
		o.Now = func() time.Time { return at }
	}
	g, err := gateway.New(read, o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	return server
}

// reply is what a client sees.
type reply struct {
	Status int
	Header http.Header
	Body   string
}

func send(t *testing.T, server *httptest.Server, method, path, body string, header http.Header) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		request.Header[k] = v
	}
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(b)}
}

func TestEvent(t *testing.T) {
	var got events.APIGatewayProxyRequest
	var raw map[string]any
	server := serve(t, gateway.Options{}, func(_ context.Context, payload []byte) ([]byte, error) {
		if err := json.Unmarshal(payload, &raw); err != nil {
			return nil, err
		}
		return []byte(`{"statusCode":201,"body":"made"}`), json.Unmarshal(payload, &got)
	}, nil)
	answer := send(t, server, "POST", "/v1/items?a=1&a=2%203&body=", `{"x":"é"}`, http.Header{
		"Content-Type": {"application/json"}, "X-Forwarded-For": {"203.0.113.9"}, "Accept-Encoding": {"identity"}, "User-Agent": {"test"}, "X-Two": {"1", "2"},
	})
	if answer.Status != 201 || answer.Body != "made" || answer.Header.Get("Content-Type") != "application/json" {
		t.Errorf("answer %+v", answer)
	}
	id := answer.Header.Get("X-Amzn-Requestid")
	host, name := got.RequestContext.Identity.SourceIP, strings.TrimPrefix(server.URL, "http://")
	want := events.APIGatewayProxyRequest{
		Resource: "/v1/items", Path: "/v1/items", HTTPMethod: "POST", Body: `{"x":"é"}`,
		Headers: map[string]string{"Content-Type": "application/json", "X-Forwarded-For": "203.0.113.9, 127.0.0.1", "Accept-Encoding": "identity",
			"User-Agent": "test", "X-Two": "2", "Host": name, "X-Forwarded-Proto": "https"},
		MultiValueHeaders: map[string][]string{"Content-Type": {"application/json"}, "X-Forwarded-For": {"203.0.113.9, 127.0.0.1"}, "Accept-Encoding": {"identity"},
			"User-Agent": {"test"}, "X-Two": {"1", "2"}, "Host": {name}, "X-Forwarded-Proto": {"https"}},
		QueryStringParameters:           map[string]string{"a": "2 3", "body": ""},
		MultiValueQueryStringParameters: map[string][]string{"a": {"1", "2 3"}, "body": {""}},
		RequestContext: events.APIGatewayProxyRequestContext{
			AccountID: "000000000000", Stage: "dev", ResourcePath: "/v1/items", Path: "/v1/items", HTTPMethod: "POST", Protocol: "HTTP/1.1",
			DomainName: "127.0.0.1", DomainPrefix: "127", RequestID: id, RequestTime: "01/Mar/2026:12:30:05 +0000", RequestTimeEpoch: at.UnixMilli(),
			Identity: events.APIGatewayRequestIdentity{SourceIP: "127.0.0.1", UserAgent: "test"},
		},
	}
	ignore := []cmp.Option{
		cmpopts.IgnoreFields(events.APIGatewayProxyRequestContext{}, "APIID", "ExtendedRequestID"),
		cmpopts.IgnoreMapEntries(func(k string, _ any) bool { return k == "X-Forwarded-Port" }),
	}
	if diff := cmp.Diff(want, got, ignore...); diff != "" || host != "127.0.0.1" || len(id) != 36 {
		t.Errorf("request %s (-want +got):\n%s", id, diff)
	}
	for _, null := range []string{"pathParameters", "stageVariables"} {
		if v, ok := raw[null]; !ok || v != nil {
			t.Errorf("%s is %v, want null", null, v)
		}
	}
	send(t, server, "GET", "/v1/items/7", "", nil)
	if v, ok := raw["body"]; !ok || v != nil || raw["queryStringParameters"] != nil || raw["isBase64Encoded"] != false {
		t.Errorf("an empty request is %v", raw)
	}
}

func TestRouting(t *testing.T) {
	server := serve(t, gateway.Options{}, func(_ context.Context, payload []byte) ([]byte, error) {
		var e events.APIGatewayProxyRequest
		if err := json.Unmarshal(payload, &e); err != nil {
			return nil, err
		}
		params, _ := json.Marshal(e.PathParameters)
		return json.Marshal(map[string]any{"statusCode": 200, "body": e.HTTPMethod + " " + e.Resource + " " + e.Path + " " + string(params)})
	}, nil)
	const missing = `{"message":"Missing Authentication Token"}`
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/", "GET / / null"},
		{"GET", "/v1/items/42", `GET /v1/items/{id} /v1/items/42 {"id":"42"}`},
		{"GET", "/v1/items/42/", `GET /v1/items/{id} /v1/items/42/ {"id":"42"}`},
		{"GET", "/v1/items/a%20b%2Fc", `GET /v1/items/{id} /v1/items/a%20b%2Fc {"id":"a b/c"}`},
		{"GET", "/v1/items/named", "GET /v1/items/named /v1/items/named null"},
		{"GET", "/files/a/b/c.txt", `GET /files/{path+} /files/a/b/c.txt {"path":"a/b/c.txt"}`},
		{"PATCH", "/v1/any", "PATCH /v1/any /v1/any null"},
		{"OPTIONS", "/v1/any", "OPTIONS /v1/any /v1/any null"},
		{"GET", "/v1/items", missing},
		{"POST", "/v1/items/42", missing},
		{"GET", "/files", missing},
		{"GET", "/nothing", missing},
	} {
		answer := send(t, server, c.method, c.path, "", nil)
		if answer.Body != c.want {
			t.Errorf("%s %s: %s, want %s", c.method, c.path, answer.Body, c.want)
		}
		if c.want == missing && (answer.Status != 403 || answer.Header.Get("X-Amzn-Errortype") != "MissingAuthenticationTokenException") {
			t.Errorf("%s %s: %+v", c.method, c.path, answer)
		}
	}
}

func TestCORS(t *testing.T) {
	server := serve(t, gateway.Options{}, answers(`{}`), nil)
	answer := send(t, server, "OPTIONS", "/v1/items", "", nil)
	want := map[string]string{"Origin": "*", "Methods": "GET,POST", "Headers": "Authorization", "Credentials": "true"}
	for name, value := range want {
		if got := answer.Header.Get("Access-Control-Allow-" + name); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	if answer.Status != 200 || answer.Body != "" || answer.Header.Get("Access-Control-Max-Age") != "600" {
		t.Errorf("preflight %+v", answer)
	}
	if answer := send(t, server, "OPTIONS", "/nothing", "", nil); answer.Status != 403 {
		t.Errorf("a preflight of nothing: %+v", answer)
	}
	off := serve(t, gateway.Options{}, answers(`{}`), map[string]string{"Cors": "off"})
	if answer := send(t, off, "OPTIONS", "/v1/items", "", nil); answer.Status != 403 {
		t.Errorf("a preflight without CORS: %+v", answer)
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		status       int
		body         string
		header       map[string]string
	}{
		{"nothing set", `{}`, 200, "", map[string]string{"Content-Type": "application/json"}},
		{"headers", `{"statusCode":404,"headers":{"content-type":"text/plain","X-A":"1","Date":"never"},"multiValueHeaders":{"X-A":["2"]},"body":"no"}`,
			404, "no", map[string]string{"Content-Type": "text/plain", "X-A": "2", "X-Amzn-Remapped-Date": "never"}},
		{"no content", `{"statusCode":204,"headers":null,"multiValueHeaders":null,"body":""}`, 204, "", nil},
		{"status as text", `{"statusCode":"202"}`, 202, "", nil},
		{"base64 unasked", `{"statusCode":200,"body":"aGk=","isBase64Encoded":true}`, 200, "aGk=", nil},
		{"not JSON", `oops`, 502, `{"message":"Internal server error"}`, map[string]string{"X-Amzn-Errortype": "InternalServerErrorException"}},
		{"null", `null`, 502, `{"message":"Internal server error"}`, nil},
		{"a list", `[]`, 502, `{"message":"Internal server error"}`, nil},
		{"a field too many", `{"statusCode":200,"status":1}`, 502, `{"message":"Internal server error"}`, nil},
		{"no status", `{"statusCode":0,"body":""}`, 502, `{"message":"Internal server error"}`, nil},
		{"body not text", `{"statusCode":200,"body":{}}`, 502, `{"message":"Internal server error"}`, nil},
		{"header not text", `{"headers":{"X-A":{}}}`, 502, `{"message":"Internal server error"}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var faults int
			server := serve(t, gateway.Options{Fault: func(error) { faults++ }}, answers(c.answer), nil)
			got := send(t, server, "GET", "/", "", nil)
			if got.Status != c.status || got.Body != c.body || (c.status == 502) != (faults == 1) {
				t.Errorf("got %+v and %d faults, want %d %q", got, faults, c.status, c.body)
			}
			for k, v := range c.header {
				if got.Header.Get(k) != v {
					t.Errorf("%s is %q, want %q", k, got.Header.Get(k), v)
				}
			}
		})
	}
}

func TestBinary(t *testing.T) {
	raw := "\xff\x00\x01"
	server := serve(t, gateway.Options{}, func(_ context.Context, payload []byte) ([]byte, error) {
		var e events.APIGatewayProxyRequest
		if err := json.Unmarshal(payload, &e); err != nil {
			return nil, err
		}
		if plain, err := base64.StdEncoding.DecodeString(e.Body); e.IsBase64Encoded && (err != nil || string(plain) != raw) {
			return nil, fmt.Errorf("body %q", e.Body)
		}
		return json.Marshal(events.APIGatewayProxyResponse{StatusCode: 200, Body: e.Body, IsBase64Encoded: e.IsBase64Encoded})
	}, map[string]string{"Binary": "image~1png"})
	png := http.Header{"Content-Type": {"image/png"}, "Accept": {"image/png,*/*"}}
	if got := send(t, server, "POST", "/v1/items", raw, png); got.Status != 200 || got.Body != raw {
		t.Errorf("binary: %+v", got)
	}
	if got := send(t, server, "POST", "/v1/items", "text", http.Header{"Content-Type": {"text/plain"}}); got.Body != "text" {
		t.Errorf("text: %+v", got)
	}
}

func TestRefusals(t *testing.T) {
	exhausted := func(ctx context.Context, _ []byte) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() }
	big := strings.Repeat("x", 10<<20+1)
	for _, c := range []struct {
		name, method, path, body string
		header                   http.Header
		function                 function
		status                   int
		message                  string
	}{
		{"body too large", "POST", "/v1/items", big, nil, answers(`{}`), 413, "Request Too Long"},
		{"payload too large for the function", "POST", "/v1/items", "x", nil, fails(fmt.Errorf("invoke: %w", lambda.ErrTooLarge)), 413, "Request Too Long"},
		{"headers too large", "GET", "/", "", http.Header{"X-Big": {big[:10240]}}, answers(`{}`), 431, "Request Header Or Cookie Too Large"},
		{"time-out", "GET", "/slow", "", nil, exhausted, 504, "Endpoint request timed out"},
		{"function error", "GET", "/", "", nil, fails(&lambda.FunctionError{Type: "errorString", Message: "secret"}), 502, "Internal server error"},
		{"no process free", "GET", "/", "", nil, fails(fmt.Errorf("invoke: %w", lambda.ErrThrottled)), 500, "Internal server error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := serve(t, gateway.Options{}, c.function, nil)
			got := send(t, server, c.method, c.path, c.body, c.header)
			if got.Status != c.status || got.Body != `{"message":"`+c.message+`"}` || got.Header.Get("X-Amzn-Requestid") == "" {
				t.Errorf("got %+v, want %d %s", got, c.status, c.message)
			}
		})
	}
}

func TestThrottling(t *testing.T) {
	now := at
	server := serve(t, gateway.Options{Now: func() time.Time { return now }}, answers(`{}`), nil)
	status := func() int { return send(t, server, "GET", "/slow", "", nil).Status }
	if a, b, c := status(), status(), status(); a != 200 || b != 200 || c != 429 {
		t.Errorf("a burst of two gave %d %d %d", a, b, c)
	}
	now = now.Add(time.Second)
	if a, b := status(), status(); a != 200 || b != 429 {
		t.Errorf("a second later %d %d", a, b)
	}
}

func TestWordedRefusals(t *testing.T) {
	server := serve(t, gateway.Options{}, answers(`{}`), map[string]string{"Worded": "yes"})
	header := http.Header{"Origin": {"https://shop.example"}, "X-Big": {strings.Repeat("x", 10240)}}
	got := send(t, server, "GET", "/", "", header)
	want := `{"title":"Request Header Or Cookie Too Large","kind":"DEFAULT_4XX","instance":"` + got.Header.Get("X-Amzn-Requestid") + `"}`
	if got.Status != 431 || got.Body != want || got.Header.Get("Content-Type") != "application/problem+json" ||
		got.Header.Get("Access-Control-Allow-Origin") != "https://shop.example" {
		t.Errorf("got %+v, want %s", got, want)
	}
	if got := send(t, server, "GET", "/nothing", "", nil); got.Status != 404 || got.Body != `{"status":404}` {
		t.Errorf("got %+v", got)
	}
}

func TestAccessLog(t *testing.T) {
	lines := make(chan gateway.Access, 1)
	server := serve(t, gateway.Options{Access: func(a gateway.Access) { lines <- a }}, answers(`{"body":"four"}`), nil)
	got := send(t, server, "GET", "/v1/items/secret?email=a@b.example", "", nil)
	want := gateway.Access{RequestID: got.Header.Get("X-Amzn-Requestid"), Method: "GET", Resource: "/v1/items/{id}", Status: 200, Bytes: 4}
	if diff := cmp.Diff(want, <-lines, cmpopts.IgnoreFields(gateway.Access{}, "Duration")); diff != "" {
		t.Error(diff)
	}
}

func TestClientLeaves(t *testing.T) {
	began, ended := make(chan struct{}), make(chan error)
	server := serve(t, gateway.Options{}, func(ctx context.Context, _ []byte) ([]byte, error) {
		close(began)
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}, nil)
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		response, err := server.Client().Do(request)
		if err == nil {
			_ = response.Body.Close()
		}
		done <- err
	}()
	<-began
	leave()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the invocation ended with %v", err)
	}
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the client saw %v", err)
	}
}

func TestNeedsAnAPI(t *testing.T) {
	read, err := template.Parse([]byte("Resources: {}"), template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gateway.New(read, gateway.Options{}); err == nil {
		t.Error("an API without an API")
	}
}
