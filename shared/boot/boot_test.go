package boot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/google/go-cmp/cmp"

	"omniops/shared/apigw"
	"omniops/shared/fault"
	"omniops/shared/problem"
	"omniops/shared/telemetry"
)

// none is the settings of a function that needs none.
type none struct{}

// cloud is AWS and Sentry on one address of this machine.
type cloud struct {
	*httptest.Server
	t       *testing.T
	secrets map[string]string
	parked  []map[string]any
	waits   map[string]int64 // seconds until a message is shown again, by its receipt
	events  []string
	refuse  bool // answer 400
}

func newCloud(t *testing.T) *cloud {
	c := &cloud{t: t, secrets: map[string]string{}, waits: map[string]int64{}}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	c.secrets["arn:dsn"] = "http://public@" + c.Listener.Addr().String() + "/7"
	return c
}

// ServeHTTP answers for all of them.
func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	target := r.Header.Get("X-Amz-Target")
	if target != "" && !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKID/") {
		c.t.Errorf("%s is not signed: %q", target, r.Header.Get("Authorization"))
	}
	switch {
	case c.refuse:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"com.amazonaws#AccessDenied","message":"no"}`))
	case target == "secretsmanager.GetSecretValue":
		var in struct{ SecretId string }
		_ = json.Unmarshal(body, &in)
		_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": c.secrets[in.SecretId] + "\n"})
	case target == "AmazonSQS.SendMessage":
		var in map[string]any
		_ = json.Unmarshal(body, &in)
		c.parked = append(c.parked, in)
		_, _ = w.Write([]byte(`{"MessageId":"m"}`))
	case target == "AmazonSQS.ChangeMessageVisibility":
		var in struct {
			QueueUrl, ReceiptHandle string
			VisibilityTimeout       int64
		}
		_ = json.Unmarshal(body, &in)
		if in.QueueUrl != c.URL+"/000000000000/orders.fifo" {
			c.t.Errorf("a message of %s", in.QueueUrl)
		}
		c.waits[in.ReceiptHandle] = in.VisibilityTimeout
		_, _ = w.Write([]byte(`{}`))
	case r.URL.Path == "/api/7/envelope/":
		c.events = append(c.events, string(body))
	default:
		c.t.Errorf("unexpected %s %s %s", r.Method, r.URL, target)
	}
}

// start makes a process in this cloud.
func start[X, S any](c *cloud, out io.Writer, build func(context.Context, *Runtime, S) (X, error), vars ...string) *process[X, S] {
	env := map[string]string{
		"AWS_REGION": "eu-west-2", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_ENDPOINT_URL": c.URL, "SENTRY_DSN_ARN": "arn:dsn", "EGRESS_ALLOW_PRIVATE": c.Listener.Addr().String(),
		"AWS_LAMBDA_FUNCTION_NAME": "omniops-test-chat-reply", "STAGE": "test",
	}
	for i := 0; i < len(vars); i += 2 {
		env[vars[i]] = vars[i+1]
	}
	p := newProcess(build)
	p.lookup, p.out = environment(env), out
	p.exit = func(int) { c.t.Error("the process ended") }
	return p
}

// lines are the log lines of an output, with what differs from run to run taken
// out.
func lines(t *testing.T, out *bytes.Buffer) (all []map[string]any) {
	t.Helper()
	for d := json.NewDecoder(out); d.More(); {
		var line map[string]any
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if _, metric := line["_aws"]; metric {
			continue
		}
		if took, ok := line["duration"].(float64); line["msg"] == "done" && (!ok || took < 0) {
			t.Errorf("the line does not say how long it took: %v", line)
		}
		delete(line, "time")
		delete(line, "duration")
		all = append(all, line)
	}
	return all
}

var ask = events.APIGatewayProxyRequest{
	HTTPMethod: "POST", Path: "/v1/chat", Body: `{"message":"my e-mail is jane@example.com"}`,
	RequestContext: events.APIGatewayProxyRequestContext{RequestID: "req-1"},
}

// read takes what the Lambda library would send.
func read(t *testing.T, answer any, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	r := answer.(*reply)
	body, err := io.ReadAll(r)
	if err != nil {
		body = append(body, " then "+err.Error()...)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	return string(body)
}

func TestRequest(t *testing.T) {
	c := newCloud(t)
	c.secrets["arn:key"] = "k-1"
	var out bytes.Buffer
	built := 0
	p := start(c, &out, func(_ context.Context, rt *Runtime, s struct {
		Key Secret `env:"KEY_ARN"`
	}) (http.Handler, error) {
		built++
		return problem.Handler(func(w http.ResponseWriter, r *http.Request) error {
			telemetry.Note(r.Context(), "tenant", "acme")
			_, err := io.WriteString(w, apigw.RequestID(r.Context())+" "+s.Key.Reveal()+" "+rt.Function+" "+rt.Stage)
			return err
		}), nil
	}, "KEY_ARN", "arn:key")
	want := `{"statusCode":200,"headers":{"Content-Type":"text/plain; charset=utf-8"},"multiValueHeaders":null,"body":"req-1 k-1 omniops-test-chat-reply test"}`
	for range 2 {
		answer, err := p.buffered(t.Context(), ask)
		if got := read(t, answer, err); got != want {
			t.Errorf("got %s", got)
		}
	}
	answer, err := p.streamed(t.Context(), ask)
	if got := read(t, answer, err); got != `{"statusCode":200,"headers":{"Content-Type":"text/plain; charset=utf-8"}}`+"\x00\x00\x00\x00\x00\x00\x00\x00req-1 k-1 omniops-test-chat-reply test" {
		t.Errorf("streamed: %q", got)
	}
	if built != 1 {
		t.Errorf("built %d times", built)
	}
	line := map[string]any{"level": "INFO", "msg": "done", "request": "req-1", "tenant": "acme", "kind": "ok"}
	if diff := cmp.Diff([]map[string]any{line, line, line}, lines(t, &out)); diff != "" {
		t.Error(diff)
	}
	if len(c.events) != 0 {
		t.Errorf("reported %q", c.events)
	}
}

func TestBuildThatFailsIsTriedAgain(t *testing.T) {
	var out bytes.Buffer
	fail := true
	p := start(newCloud(t), &out, func(context.Context, *Runtime, none) (http.Handler, error) {
		if fail {
			return nil, fault.E(fault.Unavailable, "", errors.New("no route to host"))
		}
		return http.NotFoundHandler(), nil
	})
	for _, status := range []int{503, 404} {
		answer, err := p.buffered(t.Context(), ask)
		if got := read(t, answer, err); !strings.HasPrefix(got, fmt.Sprintf(`{"statusCode":%d,`, status)) {
			t.Errorf("got %s, want %d", got, status)
		}
		fail = false
	}
	if l := lines(t, &out)[0]; l["kind"] != "unavailable" || l["level"] != "ERROR" || l["error"] != "build: no route to host" {
		t.Errorf("got %v", l)
	}
}

func TestMissingSettingsHideFromTheCaller(t *testing.T) {
	var out bytes.Buffer
	p := start(newCloud(t), &out, func(context.Context, *Runtime, every) (http.Handler, error) { return nil, nil })
	answer, err := p.buffered(t.Context(), ask)
	if got := read(t, answer, err); !strings.Contains(got, `"statusCode":500`) || strings.Contains(got, "NUMBER") {
		t.Errorf("got %s", got)
	}
	if l := lines(t, &out)[0]; !strings.Contains(fmt.Sprint(l["error"]), "NUMBER is not set") {
		t.Errorf("got %v", l)
	}
}

func TestPanicIsReportedAndEndsTheProcessAfterTheAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		begin func(http.ResponseWriter)
		want  string
	}{
		"before the answer": {func(http.ResponseWriter) {}, `"status":500,"instance":"req-1"}`},
		"in the answer":     {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "half") }, "half then the answer was cut short"},
	} {
		t.Run(name, func(t *testing.T) {
			cl := newCloud(t)
			var out bytes.Buffer
			p := start(cl, &out, func(context.Context, *Runtime, none) (http.Handler, error) {
				return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					c.begin(w)
					panic("no order of jane@example.com")
				}), nil
			})
			ended := false
			p.exit = func(code int) { ended = code == 1 }
			answer, err := p.streamed(t.Context(), ask)
			if got := read(t, answer, err); !strings.HasSuffix(got, c.want) {
				t.Errorf("got %q", got)
			}
			if !ended {
				t.Error("the process goes on")
			}
			if len(cl.events) != 1 || !strings.Contains(cl.events[0], `"level":"fatal"`) || !strings.Contains(cl.events[0], "no order of [email]") {
				t.Errorf("reported %q", cl.events)
			}
			text := out.String()
			if l := lines(t, &out); len(l) != 1 || !strings.HasPrefix(fmt.Sprint(l[0]["error"]), "panic: no order of [email]\nomniops/shared/boot.TestPanic") {
				t.Errorf("logged %s", text)
			}
		})
	}
}

func TestBufferedPanic(t *testing.T) {
	p := start(newCloud(t), io.Discard, func(context.Context, *Runtime, none) (http.Handler, error) {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("bug") }), nil
	})
	ended := false
	p.exit = func(int) { ended = true }
	answer, err := p.buffered(t.Context(), ask)
	if got := read(t, answer, err); !strings.Contains(got, `"statusCode":500`) || !ended {
		t.Errorf("got %s, ended %v", got, ended)
	}
}

func TestDeadlineLeavesAMargin(t *testing.T) {
	deadline := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	p := start(newCloud(t), io.Discard, func(context.Context, *Runtime, none) (http.Handler, error) {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if got, ok := r.Context().Deadline(); !ok || deadline.Sub(got) != margin {
				t.Errorf("got %v, want %v before %v", got, margin, deadline)
			}
		}), nil
	})
	answer, err := p.buffered(ctx, ask)
	read(t, answer, err)
}

func TestClockOffsetMovesNow(t *testing.T) {
	p := start(newCloud(t), io.Discard, func(context.Context, *Runtime, none) (struct{}, error) { return struct{}{}, nil },
		"CLOCK_OFFSET", "2160h")
	if got := time.Until(p.runtime().Now()); got < 2159*time.Hour || got > 2161*time.Hour {
		t.Errorf("moved by %v", got)
	}
}

func TestSettingsOfThePlatformThatAreWrongDoNotStopIt(t *testing.T) {
	var out bytes.Buffer
	p := start(newCloud(t), &out, func(context.Context, *Runtime, none) (struct{}, error) { return struct{}{}, nil },
		"CLOCK_OFFSET", "soon", "LOG_LEVEL", "LOUD")
	if p.runtime().Now().IsZero() || p.runtime().Stage != "test" || strings.Count(out.String(), "CLOCK_OFFSET") != 1 {
		t.Errorf("logged %s", out.String())
	}
}

// parcel is a message.
type parcel struct{ Do string }

// deliver hands messages to a worker: "group/do" each.
func deliver(t *testing.T, c *cloud, out io.Writer, vars []string, ended *bool, parcels ...string) (done []string, again []string) {
	t.Helper()
	p := start(c, out, func(context.Context, *Runtime, none) (func(context.Context, parcel) error, error) {
		return func(_ context.Context, m parcel) error {
			done = append(done, m.Do)
			switch {
			case strings.HasPrefix(m.Do, "busy"):
				return fault.E(fault.Unavailable, "", errors.New("no answer"))
			case strings.HasPrefix(m.Do, "poison"):
				return fault.E(fault.Invalid, "The site of jane@example.com does not exist.", nil)
			case strings.HasPrefix(m.Do, "panic"):
				panic("bug")
			}
			return nil
		}, nil
	}, vars...)
	p.exit = func(int) { *ended = true }
	var e events.SQSEvent
	for i, text := range parcels {
		group, do, _ := strings.Cut(text, "/")
		m := events.SQSMessage{MessageId: fmt.Sprint(i), Body: `{"Do":"` + do + `","later":"field of the next version"}`}
		if do == "broken" {
			m.Body = "{"
		}
		if group != "" {
			m.Attributes = map[string]string{"MessageGroupId": group}
		}
		e.Records = append(e.Records, m)
	}
	answer, err := newWorker(p).deliver(t.Context(), e)
	var r events.SQSEventResponse
	body := read(t, answer, err)
	if err := json.Unmarshal([]byte(body), &r); err != nil || !strings.HasPrefix(body, `{"batchItemFailures":[`) {
		t.Fatalf("%s: %v", body, err)
	}
	for _, f := range r.BatchItemFailures {
		again = append(again, f.ItemIdentifier)
	}
	return done, again
}

func TestBatch(t *testing.T) {
	park := []string{"PARK_QUEUE_URL", "http://sqs/failures.fifo"}
	for name, c := range map[string]struct {
		vars    []string
		parcels []string
		done    []string
		again   []string
		parked  int
		ended   bool
	}{
		"all done":                            {nil, []string{"a/1", "b/2", "a/3"}, []string{"1", "2", "3"}, nil, 0, false},
		"a failure holds its group alone":     {nil, []string{"a/1", "a/busy", "b/2", "a/3", "b/4"}, []string{"1", "busy", "2", "4"}, []string{"1", "3"}, 0, false},
		"no groups, no holding":               {nil, []string{"/busy", "/1", "/busy2", "/2"}, []string{"busy", "1", "busy2", "2"}, []string{"0", "2"}, 0, false},
		"poison goes back for the redrive":    {nil, []string{"a/poison", "a/1", "b/2"}, []string{"poison", "2"}, []string{"0", "1"}, 0, false},
		"poison is parked, its group goes on": {park, []string{"a/poison", "a/1", "a/broken", "a/2"}, []string{"poison", "1", "2"}, nil, 2, false},
		"a retry is not parked":               {park, []string{"a/busy"}, []string{"busy"}, []string{"0"}, 0, false},
		"a panic ends the batch and process":  {park, []string{"a/1", "b/panic", "c/2"}, []string{"1", "panic"}, []string{"1", "2"}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			cl := newCloud(t)
			ended := false
			done, again := deliver(t, cl, io.Discard, c.vars, &ended, c.parcels...)
			if !slices.Equal(done, c.done) || !slices.Equal(again, c.again) || len(cl.parked) != c.parked || ended != c.ended {
				t.Errorf("done %q again %q parked %v ended %v", done, again, cl.parked, ended)
			}
		})
	}
}

func TestParkedMessageKeepsItsBodyAndReason(t *testing.T) {
	cl := newCloud(t)
	var out bytes.Buffer
	deliver(t, cl, &out, []string{"PARK_QUEUE_URL", "http://sqs/failures.fifo"}, nil, "acme/poison")
	want := []map[string]any{{
		"QueueUrl": "http://sqs/failures.fifo", "MessageBody": `{"Do":"poison","later":"field of the next version"}`,
		"MessageGroupId": "acme", "MessageDeduplicationId": "0",
		"MessageAttributes": map[string]any{
			"kind":   map[string]any{"DataType": "String", "StringValue": "invalid"},
			"reason": map[string]any{"DataType": "String", "StringValue": "The site of [email] does not exist."},
		},
	}}
	if diff := cmp.Diff(want, cl.parked); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(out.String(), `"MessagesParked":1`) {
		t.Errorf("not counted: %s", out.String())
	}
	line := map[string]any{"level": "INFO", "msg": "done", "request": "0", "kind": "invalid", "error": "The site of [email] does not exist."}
	if diff := cmp.Diff([]map[string]any{line}, lines(t, &out)); diff != "" {
		t.Error(diff)
	}
}

func TestMessageThatCannotBeParkedComesBack(t *testing.T) {
	cl := newCloud(t)
	cl.refuse = true
	if _, again := deliver(t, cl, io.Discard, []string{"PARK_QUEUE_URL", "http://sqs/failures.fifo"}, nil, "acme/poison"); !slices.Equal(again, []string{"0"}) {
		t.Errorf("again %q", again)
	}
}

// What may succeed later is tried again soon, then less and less often; what holds up
// its group waits with it.
func TestBackoff(t *testing.T) {
	for name, c := range map[string]struct {
		vars        []string
		count       string
		cause       error
		least, most int64 // seconds
	}{
		"the first time":           {[]string{"RETRY_AFTER", "2s"}, "1", fault.E(fault.Unavailable, "", nil), 2, 3},
		"the third time":           {[]string{"RETRY_AFTER", "2s"}, "3", fault.E(fault.Unavailable, "", nil), 8, 10},
		"the fiftieth time":        {[]string{"RETRY_AFTER", "2s"}, "50", errors.New("bug"), 120, 144},
		"no count":                 {[]string{"RETRY_AFTER", "2s"}, "", fault.E(fault.Conflict, "", nil), 2, 3},
		"as long as it is told to": {[]string{"RETRY_AFTER", "2s"}, "1", fault.After(fault.RateLimited, "", time.Minute, nil), 60, 72},
		"but not for ever":         {[]string{"RETRY_AFTER", "2s"}, "1", fault.After(fault.RateLimited, "", time.Hour, nil), 120, 144},
		"what cannot succeed":      {[]string{"RETRY_AFTER", "2s"}, "1", fault.E(fault.Invalid, "", nil), 0, 0},
		"left to the queue":        {nil, "1", fault.E(fault.Unavailable, "", nil), 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			cl := newCloud(t)
			p := start(cl, io.Discard, func(context.Context, *Runtime, none) (func(context.Context, parcel) error, error) {
				return func(_ context.Context, m parcel) error {
					if m.Do == "fail" {
						return c.cause
					}
					return nil
				}, nil
			}, c.vars...)
			var e events.SQSEvent
			for i, do := range []string{"fail", "behind it"} {
				e.Records = append(e.Records, events.SQSMessage{
					MessageId: fmt.Sprint(i), ReceiptHandle: do, Body: `{"Do":"` + do + `"}`, EventSourceARN: "arn:aws:sqs:eu-west-2:000000000000:orders.fifo",
					Attributes: map[string]string{"MessageGroupId": "a", "ApproximateReceiveCount": c.count},
				})
			}
			if out := newWorker(p).batch(t.Context(), e); len(out.BatchItemFailures) != 2 {
				t.Errorf("given back: %v", out.BatchItemFailures)
			}
			if w := cl.waits["fail"]; w < c.least || w > c.most || cl.waits["behind it"] != w || len(cl.waits) > 0 && c.most == 0 {
				t.Errorf("waits %v, want %d to %d seconds", cl.waits, c.least, c.most)
			}
		})
	}
}

func TestBatchOutOfTimeComesBack(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := start(newCloud(t), io.Discard, func(context.Context, *Runtime, none) (func(context.Context, parcel) error, error) {
		return func(context.Context, parcel) error { cancel(); return nil }, nil
	})
	out := newWorker(p).batch(ctx, events.SQSEvent{Records: []events.SQSMessage{{MessageId: "0", Body: "{}"}, {MessageId: "1", Body: "{}"}}})
	if want := []events.SQSBatchItemFailure{{ItemIdentifier: "1"}}; !slices.Equal(out.BatchItemFailures, want) {
		t.Errorf("got %v", out.BatchItemFailures)
	}
}

func TestInvoke(t *testing.T) {
	type in struct{ Tenant string }
	type out struct{ Token string }
	for name, c := range map[string]struct {
		payload string
		want    out
		err     error
	}{
		"answer":        {`{"Tenant":"acme"}`, out{"t-acme"}, nil},
		"unknown field": {`{"Tenants":"acme"}`, out{}, messages.InvokeResponse_Error{Type: "invalid", Message: `The field "Tenants" is not known here.`}},
		"refused":       {`{"Tenant":"none"}`, out{}, messages.InvokeResponse_Error{Type: "not-found", Message: "There is no such merchant."}},
		"ours":          {`{"Tenant":"ours"}`, out{}, messages.InvokeResponse_Error{Type: "internal", Message: "The cause is in the log."}},
		"bug":           {`{"Tenant":"bug"}`, out{}, messages.InvokeResponse_Error{Type: "internal", Message: "The cause is in the log.", ShouldExit: true}},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(newCloud(t), io.Discard, func(context.Context, *Runtime, none) (func(context.Context, in) (out, error), error) {
				return func(_ context.Context, i in) (out, error) {
					switch i.Tenant {
					case "none":
						return out{}, fault.E(fault.NotFound, "There is no such merchant.", nil)
					case "ours":
						return out{}, errors.New("disk full")
					case "bug":
						panic("bug")
					}
					return out{"t-" + i.Tenant}, nil
				}, nil
			})
			got, err := invoke(p)(t.Context(), json.RawMessage(c.payload))
			if got != c.want || !cmp.Equal(err, c.err) {
				t.Errorf("got %v, %#v", got, err)
			}
		})
	}
}

func TestSchedule(t *testing.T) {
	c := newCloud(t)
	var out bytes.Buffer
	p := start(c, &out, func(context.Context, *Runtime, none) (func(context.Context) error, error) {
		return func(context.Context) error { return errors.New("the sweep of 10.0.0.1 failed") }, nil
	})
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "inv-1"})
	if err := tick(p)(ctx); !cmp.Equal(err, error(messages.InvokeResponse_Error{Type: "internal", Message: "The cause is in the log."})) {
		t.Errorf("got %#v", err)
	}
	line := map[string]any{"level": "ERROR", "msg": "done", "request": "inv-1", "kind": "internal", "error": "the sweep of 10.0.0.1 failed"}
	if diff := cmp.Diff([]map[string]any{line}, lines(t, &out)); diff != "" {
		t.Error(diff)
	}
	if len(c.events) != 1 || !strings.Contains(c.events[0], `"request":"inv-1"`) {
		t.Errorf("reported %q", c.events)
	}
}

// An operator who has no Sentry leaves the secret as the template makes it.
func TestUnsetDSNReportsNothingAndIsNotAskedForAgain(t *testing.T) {
	c := newCloud(t)
	c.secrets["arn:dsn"] = unset
	var out bytes.Buffer
	p := start(c, &out, func(context.Context, *Runtime, struct{}) (func(context.Context, struct{}) (struct{}, error), error) {
		return func(context.Context, struct{}) (struct{}, error) { return struct{}{}, errors.New("disk full") }, nil
	})
	for range 2 {
		if _, err := invoke(p)(t.Context(), json.RawMessage(`{}`)); err == nil {
			t.Error("the failure is not passed on")
		}
	}
	if strings.Contains(out.String(), "errors are not reported") || len(c.events) != 0 || p.common.SentryDSN != "" {
		t.Errorf("log %s, events %v, DSN %q", out.String(), c.events, p.common.SentryDSN)
	}
}
