package infra

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"omniops/shared/apigw"
)

// The samples are what AWS sends to the routes, queues and schedules of the
// template, so that a handler tried on them is tried on the real thing.
func TestSampleEventsAreWhatTheTriggersSend(t *testing.T) {
	d := load(t)
	for _, f := range d.functions(t) {
		var want []string
		for name, event := range eventsOf(f) {
			switch event["Type"] {
			case "Api":
				method := at(event, "Properties", "Method").(string)
				route := at(event, "Properties", "Path").(string)
				file := method + ".json"
				if routesWith(f, method) > 1 { // told apart by where they lead
					file = method + "-" + path.Base(route) + ".json"
				}
				want = append(want, file)
				checkRequest(t, f.name+"/"+file, route)
			case "SQS":
				want = append(want, "queue.json")
				queue := d.get(t, strings.TrimSuffix(strings.TrimPrefix(at(event, "Properties", "Queue").(string), "${"), ".Arn}"))
				checkDelivery(t, f.name+"/queue.json", strings.ReplaceAll(queue.properties["QueueName"].(string), "${Stage}", "prod"))
			case "ScheduleV2":
				want = append(want, "schedule.json")
				e := sample[events.CloudWatchEvent](t, f.name+"/schedule.json")
				schedule := strings.ReplaceAll(at(event, "Properties", "Name").(string), "${Stage}", "prod")
				if e.Source != "aws.scheduler" || e.DetailType != "Scheduled Event" || len(e.Resources) != 1 || path.Base(e.Resources[0]) != schedule {
					t.Errorf("%s/schedule.json is not sent by %s", f.name, schedule)
				}
			default:
				t.Errorf("%s.%s: no sample is known for %v", f.id, name, event["Type"])
			}
		}
		if want == nil {
			want = []string{"invoke.json"}
			sample[map[string]any](t, f.name+"/invoke.json")
		}
		slices.Sort(want)
		var got []string
		entries, err := os.ReadDir(root + "events/" + f.name)
		if err != nil {
			t.Error(err)
		}
		for _, e := range entries {
			got = append(got, e.Name())
		}
		if !slices.Equal(got, want) {
			t.Errorf("events/%s holds %v, want %v", f.name, got, want)
		}
	}
}

// routesWith counts a function's routes with a method.
func routesWith(f function, method string) (n int) {
	for _, event := range eventsOf(f) {
		if event["Type"] == "Api" && at(event, "Properties", "Method") == method {
			n++
		}
	}
	return n
}

// checkRequest compares a REST proxy event with its route and with itself.
func checkRequest(t *testing.T, file, route string) {
	t.Helper()
	e := sample[events.APIGatewayProxyRequest](t, file)
	method, _, _ := strings.Cut(strings.ToUpper(strings.TrimSuffix(path.Base(file), ".json")), "-")
	if e.HTTPMethod != method || e.RequestContext.HTTPMethod != method || e.Resource != route || e.RequestContext.ResourcePath != route {
		t.Errorf("%s is sent to %s %s", file, e.HTTPMethod, e.Resource)
	}
	for name, value := range e.PathParameters {
		route = strings.ReplaceAll(route, "{"+name+"}", value)
	}
	if e.Path != route || e.RequestContext.Path != route { // on a custom domain no path has the stage
		t.Errorf("%s has path %s, its parameters make %s", file, e.Path, route)
	}
	for name, value := range e.Headers {
		if all := e.MultiValueHeaders[name]; len(all) != 1 || all[0] != value {
			t.Errorf("%s: header %s is %q and %q", file, name, value, all)
		}
	}
	r := apigw.NewRequest(t.Context(), &e)
	if r.URL.Path != route || r.Host != e.RequestContext.DomainName || apigw.RequestID(r.Context()) == "" || apigw.SourceIP(r.Context()) == "" {
		t.Errorf("%s becomes %s %s of %s", file, r.Method, r.URL, r.Host)
	}
	if e.Body != "" && r.Header.Get("Content-Type") == "application/json" && !json.Valid([]byte(e.Body)) {
		t.Errorf("%s has a body that is not JSON", file)
	}
}

// checkDelivery compares an SQS event with its queue and with itself.
func checkDelivery(t *testing.T, file, queue string) {
	t.Helper()
	for _, m := range sample[events.SQSEvent](t, file).Records {
		sum := md5.Sum([]byte(m.Body))
		if !strings.HasSuffix(m.EventSourceARN, ":"+queue) || m.Md5OfBody != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: message %s was not sent by %s", file, m.MessageId, queue)
		}
		if strings.HasSuffix(queue, ".fifo") && m.Attributes["MessageGroupId"] == "" {
			t.Errorf("%s: message %s has no group", file, m.MessageId)
		}
	}
}

// sample reads one file of events/.
func sample[T any](t *testing.T, file string) T {
	t.Helper()
	var v T
	data, err := os.ReadFile(root + "events/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Errorf("events/%s: %v", file, err)
	}
	return v
}
