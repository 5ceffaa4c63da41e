package template_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/local/template"
)

var options = template.Options{QueueBase: "http://127.0.0.1:4566"}

func load(t *testing.T, o template.Options) *template.Template {
	t.Helper()
	read, err := template.Load("testdata/shop.yaml", o)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// equal compares whole values.
func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	zones := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, got, zones); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestFunctions(t *testing.T) {
	read := load(t, options)
	chat, ok := read.Function("omniops-chat-reply")
	if !ok {
		t.Fatal("no function omniops-chat-reply")
	}
	const table = "arn:aws:dynamodb:eu-west-2:000000000000:table/omniops"
	equal(t, "chat", chat, template.Function{
		ID: "Chat", Name: "omniops-chat-reply", ARN: "arn:aws:lambda:eu-west-2:000000000000:function:omniops-chat-reply",
		CodeURI: "functions/chat-reply/", Handler: "bootstrap", Runtime: "provided.al2023",
		Timeout: 2 * time.Minute, MemoryMB: 256, Reserved: 20, LogFormat: "JSON", LogLevel: "INFO",
		Environment: map[string]string{
			"STAGE": "dev", "TABLE_NAME": "omniops", "KEY_ID": read.Keys[0].KeyID,
			"SECRET_ARN": "arn:aws:secretsmanager:eu-west-2:000000000000:secret:omniops/session",
			"BUCKET":     "omniops-content-000000000000",
			"QUEUE_URL":  "http://127.0.0.1:4566/000000000000/site-crawl.fifo",
			"ORIGINS":    "https://a.example,https://b.example", "FIRST": "x",
			"LITERAL": "${kept} eu-west-2 " + table,
		},
		Policies: []any{map[string]any{"Statement": []any{map[string]any{
			"Effect": "Allow", "Action": "dynamodb:Query", "Resource": []any{table, table + "/index/*"},
			"Condition": map[string]any{"ForAllValues:StringLike": map[string]any{"dynamodb:LeadingKeys": "T#*"}},
		}}}},
		Routes: []template.Route{
			{Event: "Reply", Path: "/v1/chat", Method: "POST", Stream: true, Timeout: 2 * time.Minute},
			{Event: "Transcript", Path: "/v1/chat/{id}", Method: "GET"},
		},
	})
	worker, _ := read.Function("omniops-Worker")
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "queues", worker.Queues, []template.QueueSource{{
		Event: "Crawl", Queue: "arn:aws:sqs:eu-west-2:000000000000:site-crawl.fifo", BatchSize: 5,
		ReportFailures: true, MaxConcurrency: 2, Enabled: true,
	}})
	equal(t, "schedules", worker.Schedules, []template.Schedule{
		{Event: "Daily", Name: "omniops-WorkerDaily", ARN: "arn:aws:scheduler:eu-west-2:000000000000:schedule/default/omniops-WorkerDaily",
			Expression: "cron(0 4 * * ? *)", Zone: london, Input: `{"due":true}`, Enabled: true},
		{Event: "Hourly", Name: "omniops-WorkerHourly", ARN: "arn:aws:events:eu-west-2:000000000000:rule/omniops-WorkerHourly",
			Expression: "rate(1 hour)", Zone: time.UTC, Rule: true},
	})
}

func TestStores(t *testing.T) {
	read := load(t, options)
	equal(t, "tables", read.Tables, []template.Table{{
		ID: "Table", Name: "omniops", Keys: template.Keys{Hash: "PK", Range: "SK"},
		Attributes: map[string]string{"PK": "S", "SK": "S", "due": "S"},
		Indexes: []template.Index{{Name: "due", Keys: template.Keys{Hash: "due", Range: "SK"},
			Projection: "INCLUDE", Include: []string{"kind"}}},
		TTLAttribute: "expires_at", DeletionProtection: true, PointInTimeRecovery: true,
	}})
	const base, arn = "http://127.0.0.1:4566/000000000000/", "arn:aws:sqs:eu-west-2:000000000000:"
	equal(t, "queues", read.Queues, []template.Queue{
		{ID: "Crawl", Name: "site-crawl.fifo", URL: base + "site-crawl.fifo", ARN: arn + "site-crawl.fifo", FIFO: true, ContentDedup: true,
			Visibility: 12 * time.Minute, Retention: 96 * time.Hour, DeadLetter: arn + "site-crawl-dead.fifo", MaxReceives: 5},
		{ID: "CrawlDead", Name: "site-crawl-dead.fifo", URL: base + "site-crawl-dead.fifo", ARN: arn + "site-crawl-dead.fifo", FIFO: true,
			Visibility: 30 * time.Second, Retention: 14 * 24 * time.Hour},
	})
	equal(t, "buckets", read.Buckets, []template.Bucket{{ID: "Bucket", Name: "omniops-content-000000000000"}})
	key := read.Keys[0].KeyID
	equal(t, "keys", read.Keys, []template.Key{{ID: "Key", KeyID: key,
		ARN: "arn:aws:kms:eu-west-2:000000000000:key/" + key, Aliases: []string{"alias/omniops"}}})
	if again := load(t, options).Keys[0].KeyID; len(key) != 36 || again != key {
		t.Errorf("the key id %q is not a stable UUID: then %q", key, again)
	}
	equal(t, "secrets", read.Secrets, []template.Secret{{ID: "Secret", Name: "omniops/session",
		ARN: "arn:aws:secretsmanager:eu-west-2:000000000000:secret:omniops/session"}})
}

func TestAPI(t *testing.T) {
	read := load(t, options)
	equal(t, "API", read.API, &template.API{
		ID: "Api", Stage: "dev", BinaryMediaTypes: []string{"image/png", "*/*"},
		CORS:      &template.CORS{Origin: "*", Methods: "GET,POST", Headers: "Authorization", MaxAge: "600"},
		Throttles: []template.Throttle{{Path: "/*", Method: "*", Rate: 50, Burst: 100}, {Path: "/v1/chat", Method: "POST", Rate: 5, Burst: 10}},
		Responses: map[string]template.GatewayResponse{"DEFAULT_4XX": {
			Headers: map[string]string{"Access-Control-Allow-Origin": "'*'"},
			Bodies:  map[string]string{"application/problem+json": `{"title":$context.error.messageString}`},
		}},
	})
	equal(t, "outputs", read.Outputs, map[string]any{"Url": map[string]any{
		"Value": "https://" + read.Resources["Api"].Name + ".execute-api.eu-west-2.amazonaws.com/dev"}})
}

func TestWhatIsWrittenStaysReachable(t *testing.T) {
	read := load(t, options)
	chat := read.Resources["Chat"]
	equal(t, "as written", chat.Written["Properties"].(map[string]any)["Timeout"], any(map[string]any{"Ref": "ReplyTimeout"}))
	equal(t, "with Globals", chat.Properties["AutoPublishAlias"], any("live"))
	equal(t, "alarm", read.Resources["Errors"].Properties, map[string]any{
		"Dimensions": []any{
			map[string]any{"Name": "FunctionName", "Value": chat.Name},
			map[string]any{"Name": "Resource", "Value": chat.Name + ":live"},
			map[string]any{"Name": "ExecutedVersion", "Value": "arn:aws:lambda:eu-west-2:000000000000:function:omniops-chat-reply:1"},
		},
		"AlarmActions": []any{"arn:aws:lambda:eu-west-2:000000000000:function:omniops-chat-reply:live",
			"arn:aws:iam::000000000000:role/omniops-ChatRole", "dev"},
	})
	if _, ok := read.Resources["OnlyProd"]; ok {
		t.Error("a resource is there although its condition does not hold")
	}
}

func TestParametersDecide(t *testing.T) {
	o := options
	o.Parameters = map[string]string{"Stage": "prod", "DomainName": "api.example", "Unknown": "x"}
	read := load(t, o)
	chat, _ := read.Function("omniops-chat-reply")
	equal(t, "conditions", read.Conditions, map[string]bool{"Prod": true, "HasDomain": true, "ProdDomain": true, "Either": true})
	equal(t, "memory", chat.MemoryMB, 1024)
	equal(t, "prod only", chat.Environment["PROD_ONLY"], "yes")
	equal(t, "domain", read.Resources["Api"].Properties["Domain"], any(map[string]any{"DomainName": "api.example"}))
	if _, ok := read.Resources["OnlyProd"]; !ok {
		t.Error("a resource is missing although its condition holds")
	}
}

// TestRejects changes one thing of the sample and wants an error that says where.
func TestRejects(t *testing.T) {
	source, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown resource", "KEY_ID: !Ref Key", "KEY_ID: !Ref Keys", "Resources.Chat.Properties.Environment.Variables.KEY_ID: Ref: no parameter or resource Keys"},
		{"unknown attribute", "Queue: !GetAtt Crawl.Arn", "Queue: !GetAtt Crawl.Url", "Resources.Worker.Properties.Events.Crawl.Properties.Queue: Fn::GetAtt: AWS::SQS::Queue Crawl has no attribute Url"},
		{"unknown in text", "${Api.Stage}", "${Api.Stag}", "Outputs.Url.Value: Fn::Sub: ${Api.Stag}: AWS::Serverless::Api Api has no attribute Stag"},
		{"unknown tag", "!Ref Secret", "!Secret Secret", "!Secret is not an intrinsic function"},
		{"unknown long function", "KEY_ID: !Ref Key", "KEY_ID: { Fn::Cidr: [a, 1, 2] }", "Fn::Cidr: not an intrinsic function"},
		{"import", "KEY_ID: !Ref Key", "KEY_ID: !ImportValue key", "another stack's value"},
		{"switched off", "KEY_ID: !Ref Key", "KEY_ID: !Ref OnlyProd", "OnlyProd is switched off by condition Prod"},
		{"dynamic reference", "KEY_ID: !Ref Key", "KEY_ID: '{{resolve:ssm:key}}'", "Variables.KEY_ID: dynamic references"},
		{"unknown mapping", "!FindInMap [Sizes, !Ref Stage, memory]", "!FindInMap [Sizes, !Ref Stage, mem]", "no entry mem"},
		{"unknown condition", "!If [Prod,", "!If [Production,", "no condition Production"},
		{"condition in a circle", "Prod: !Equals [!Ref Stage, prod]", "Prod: !Not [!Condition Either]", "depends on itself"},
		{"name in a circle", "TableName: omniops", "TableName: !Ref Table", "the name of Table depends on itself"},
		{"value not allowed", "Default: dev,", "Default: test,", `Parameters.Stage: "test" is not an allowed value`},
		{"parameter without value", "Default: 120", "MinValue: 1", "Parameters.ReplyTimeout: has no default"},
		{"bare OFF", "'OFF'", "OFF", "quote OFF"},
		{"key twice", "TableName: omniops", "TableName: omniops\n      TableName: other", "key TableName appears twice"},
		{"STREAM deploys buffered", "RESPONSE_STREAM", "STREAM", "Chat.Properties.Events.Reply.Properties.ResponseTransferMode: STREAM is not"},
		{"gateway outwaits function", "TimeoutInMillis: 120000", "TimeoutInMillis: 120001", "the function gives up earlier"},
		{"event property unheard of", "BatchSize: 5", "FilterCriteria: {}", "FilterCriteria: the local cloud does not know this property"},
		{"event type unheard of", "Type: SQS\n", "Type: S3\n", `no events of type "S3"`},
		{"input not JSON", `'{"due":true}'`, "due", "Input: not JSON"},
		{"FIFO name", "QueueName: site-crawl.fifo", "QueueName: site-crawl", "ends in .fifo"},
		{"dead letters of the other kind", "QueueName: site-crawl-dead.fifo, FifoQueue: true", "QueueName: dead", "no queue of the same kind"},
		{"route twice", "Path: '/v1/chat/{id}', Method: get", "Path: /v1/chat, Method: post", "already answers POST /v1/chat"},
		{"key undefined", "- { AttributeName: due, AttributeType: S }", "", "key attribute due is not defined"},
		{"not a number", "MemorySize: !FindInMap [Sizes, !Ref Stage, memory]", "MemorySize: much", "MemorySize: want a whole number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(string(source), c.old) {
				t.Fatalf("the sample does not contain %q", c.old)
			}
			_, err := template.Parse([]byte(strings.Replace(string(source), c.old, c.new, 1)), options)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	source, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := template.Parse(source, options); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzParse: a template resolves to values without any intrinsic function, or
// to an error and nothing that would be used by mistake.
func FuzzParse(f *testing.F) {
	source, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(source)
	f.Add([]byte("Resources: { A: { Type: T, Properties: !Sub ['${x}', { x: !If [c, 1, 2] }] } }"))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := template.Parse(data, options)
		if err != nil {
			if read != nil {
				t.Fatal("an error and a template")
			}
			return
		}
		for _, resource := range read.Resources {
			noIntrinsics(t, resource.Properties)
		}
	})
}

func noIntrinsics(t *testing.T, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if strings.HasPrefix(k, "Fn::") {
				t.Fatalf("%s is left over", k)
			}
			noIntrinsics(t, e)
		}
	case []any:
		for _, e := range v {
			noIntrinsics(t, e)
		}
	}
}
