package template

import (
	"encoding/json"
	"strings"
	"time"
)

func readFunction(c cursor, r *resolver, id, name, arn string) Function {
	f := Function{
		ID: id, Name: name, ARN: arn,
		CodeURI: c.get("CodeUri").need(), Handler: c.get("Handler").text(), Runtime: c.get("Runtime").text(),
		Timeout: c.get("Timeout").seconds(3), MemoryMB: c.get("MemorySize").number(),
		Environment: map[string]string{}, Reserved: c.get("ReservedConcurrentExecutions").number(),
		LogFormat: or(c.get("LoggingConfig").get("LogFormat").text(), "Text"),
		LogLevel:  c.get("LoggingConfig").get("ApplicationLogLevel").text(),
	}
	if f.MemoryMB == 0 {
		f.MemoryMB = 128
	}
	if f.Timeout <= 0 || f.Timeout > 15*time.Minute {
		c.get("Timeout").reject("want 1 to 900 seconds")
	}
	variables := c.get("Environment").get("Variables")
	for _, k := range variables.keys() {
		v := variables.get(k)
		if f.Environment[k] = v.text(); strings.Contains(f.Environment[k], "{{resolve:") {
			v.reject("dynamic references have no value here")
		}
	}
	switch p := c.get("Policies"); p.v.(type) {
	case nil:
	case []any:
		f.Policies = p.v.([]any)
	default:
		f.Policies = []any{p.v}
	}
	events := c.get("Events")
	for _, event := range events.keys() {
		e := events.get(event)
		p := e.get("Properties")
		switch kind := e.get("Type").text(); kind {
		case "Api":
			f.Routes = append(f.Routes, readRoute(p, event, f.Timeout))
		case "SQS":
			f.Queues = append(f.Queues, readQueueSource(p, event))
		case "Schedule", "ScheduleV2":
			s := readSchedule(p, event, kind == "Schedule")
			s.Name = or(s.Name, r.options.Stack+"-"+id+event)
			s.ARN = r.arn("scheduler:{region}:{account}:schedule/default/{name}", s.Name)
			if s.Rule {
				s.ARN = r.arn("events:{region}:{account}:rule/{name}", s.Name)
			}
			f.Schedules = append(f.Schedules, s)
		default:
			e.reject("the local cloud has no events of type %q", kind)
		}
	}
	return f
}

func readRoute(c cursor, event string, timeout time.Duration) Route {
	c.only("RestApiId", "Path", "Method", "ResponseTransferMode", "TimeoutInMillis")
	route := Route{
		Event: event, Path: c.get("Path").need(), Method: strings.ToUpper(c.get("Method").need()),
		Timeout: time.Duration(c.get("TimeoutInMillis").number()) * time.Millisecond,
	}
	if !strings.HasPrefix(route.Path, "/") {
		c.get("Path").reject("want a path that begins with /")
	}
	// Any other value, STREAM above all, deploys as a buffered integration.
	switch mode := c.get("ResponseTransferMode").text(); mode {
	case "RESPONSE_STREAM":
		route.Stream = true
	case "", "BUFFERED":
	default:
		c.get("ResponseTransferMode").reject("%s is not BUFFERED or RESPONSE_STREAM", mode)
	}
	if route.Timeout > timeout {
		c.get("TimeoutInMillis").reject("the function gives up earlier, after %s", timeout)
	}
	return route
}

func readQueueSource(c cursor, event string) QueueSource {
	c.only("Queue", "BatchSize", "MaximumBatchingWindowInSeconds", "FunctionResponseTypes", "ScalingConfig", "Enabled")
	s := QueueSource{
		Event: event, Queue: c.get("Queue").need(), BatchSize: c.get("BatchSize").number(),
		Window:         c.get("MaximumBatchingWindowInSeconds").seconds(0),
		MaxConcurrency: c.get("ScalingConfig").get("MaximumConcurrency").number(),
		Enabled:        c.get("Enabled").yes(true),
	}
	if s.BatchSize == 0 {
		s.BatchSize = 10
	}
	for _, kind := range c.get("FunctionResponseTypes").list() {
		if kind.text() != "ReportBatchItemFailures" {
			kind.reject("want ReportBatchItemFailures")
		}
		s.ReportFailures = true
	}
	return s
}

func readSchedule(c cursor, event string, rule bool) Schedule {
	s := Schedule{Event: event, Name: c.get("Name").text(), Input: c.get("Input").text(), Rule: rule, Zone: time.UTC}
	if rule {
		c.only("Name", "Schedule", "Description", "Enabled", "State", "Input", "RetryPolicy", "DeadLetterConfig")
		s.Expression = c.get("Schedule").need()
	} else {
		c.only("Name", "ScheduleExpression", "ScheduleExpressionTimezone", "Description", "State", "Input", "FlexibleTimeWindow",
			"RetryPolicy", "DeadLetterConfig", "GroupName", "KmsKeyArn", "RoleArn", "OmitName", "PermissionsBoundary")
		s.Expression = c.get("ScheduleExpression").need()
	}
	if zone := c.get("ScheduleExpressionTimezone").text(); zone != "" {
		location, err := time.LoadLocation(zone)
		if err != nil {
			c.get("ScheduleExpressionTimezone").reject("no time zone %s", zone)
		}
		s.Zone = location
	}
	s.Enabled = c.get("Enabled").yes(true) && c.get("State").text() != "DISABLED"
	if s.Input != "" && !json.Valid([]byte(s.Input)) {
		c.get("Input").reject("not JSON")
	}
	return s
}

func readTable(c cursor, id, name string) Table {
	t := Table{
		ID: id, Name: name, Attributes: map[string]string{}, Keys: readKeys(c.get("KeySchema")),
		DeletionProtection:  c.get("DeletionProtectionEnabled").yes(false),
		PointInTimeRecovery: c.get("PointInTimeRecoverySpecification").get("PointInTimeRecoveryEnabled").yes(false),
	}
	if ttl := c.get("TimeToLiveSpecification"); ttl.get("Enabled").yes(false) {
		t.TTLAttribute = ttl.get("AttributeName").need()
	}
	for _, a := range c.get("AttributeDefinitions").list() {
		t.Attributes[a.get("AttributeName").need()] = a.get("AttributeType").need()
	}
	used := map[string]bool{t.Keys.Hash: true}
	if t.Keys.Range != "" {
		used[t.Keys.Range] = true
	}
	for _, g := range c.get("GlobalSecondaryIndexes").list() {
		index := Index{
			Name: g.get("IndexName").need(), Keys: readKeys(g.get("KeySchema")),
			Projection: g.get("Projection").get("ProjectionType").need(),
			Include:    g.get("Projection").get("NonKeyAttributes").texts(),
		}
		used[index.Keys.Hash] = true
		if index.Keys.Range != "" {
			used[index.Keys.Range] = true
		}
		t.Indexes = append(t.Indexes, index)
	}
	for _, attribute := range sortedKeys(used) {
		if t.Attributes[attribute] == "" {
			c.get("AttributeDefinitions").reject("key attribute %s is not defined", attribute)
		}
	}
	if len(used) != len(t.Attributes) {
		c.get("AttributeDefinitions").reject("an attribute is defined that no key uses")
	}
	if c.has("LocalSecondaryIndexes") {
		c.get("LocalSecondaryIndexes").reject("the local cloud has no local indexes")
	}
	return t
}

func readKeys(c cursor) Keys {
	var k Keys
	for _, e := range c.list() {
		switch e.get("KeyType").text() {
		case "HASH":
			k.Hash = e.get("AttributeName").need()
		case "RANGE":
			k.Range = e.get("AttributeName").need()
		default:
			e.reject("want HASH or RANGE")
		}
	}
	if k.Hash == "" {
		c.reject("no HASH key")
	}
	return k
}

func readQueue(c cursor, id, name, arn string) Queue {
	q := Queue{
		ID: id, Name: name, ARN: arn, FIFO: c.get("FifoQueue").yes(false),
		ContentDedup: c.get("ContentBasedDeduplication").yes(false),
		Visibility:   c.get("VisibilityTimeout").seconds(30),
		Retention:    c.get("MessageRetentionPeriod").seconds(4 * 24 * 3600),
		Delay:        c.get("DelaySeconds").seconds(0),
		Wait:         c.get("ReceiveMessageWaitTimeSeconds").seconds(0),
	}
	if q.FIFO != strings.HasSuffix(name, ".fifo") {
		c.reject("the name of a FIFO queue, and no other, ends in .fifo")
	}
	if redrive := c.get("RedrivePolicy"); redrive.v != nil {
		q.DeadLetter = redrive.get("deadLetterTargetArn").need()
		if q.MaxReceives = redrive.get("maxReceiveCount").number(); q.MaxReceives < 1 {
			redrive.get("maxReceiveCount").reject("want 1 or more")
		}
	}
	return q
}

func readAPI(c cursor, id string) *API {
	a := &API{
		ID: id, Stage: c.get("StageName").need(), BinaryMediaTypes: c.get("BinaryMediaTypes").texts(),
		Responses: map[string]GatewayResponse{},
	}
	for i, t := range a.BinaryMediaTypes { // SAM writes */* as *~1*
		a.BinaryMediaTypes[i] = strings.ReplaceAll(t, "~1", "/")
	}
	if c.has("DefinitionBody") || c.has("DefinitionUri") {
		c.reject("routes come from the functions' events, not from a definition")
	}
	switch cors := c.get("Cors"); cors.v.(type) {
	case nil:
	case string:
		a.CORS = &CORS{Origin: unquote(cors.text())}
	default:
		cors.only("AllowOrigin", "AllowMethods", "AllowHeaders", "MaxAge", "AllowCredentials")
		a.CORS = &CORS{
			Origin: unquote(cors.get("AllowOrigin").need()), Methods: unquote(cors.get("AllowMethods").text()),
			Headers: unquote(cors.get("AllowHeaders").text()), MaxAge: unquote(cors.get("MaxAge").text()),
			Credentials: cors.get("AllowCredentials").yes(false),
		}
	}
	for _, s := range c.get("MethodSettings").list() {
		if s.has("ThrottlingRateLimit") || s.has("ThrottlingBurstLimit") {
			path := strings.ReplaceAll(s.get("ResourcePath").need(), "~1", "/")
			if strings.HasPrefix(path, "//") {
				path = path[1:]
			}
			a.Throttles = append(a.Throttles, Throttle{
				Path: path, Method: strings.ToUpper(s.get("HttpMethod").need()),
				Rate: s.get("ThrottlingRateLimit").float(), Burst: s.get("ThrottlingBurstLimit").number(),
			})
		}
	}
	responses := c.get("GatewayResponses")
	for _, kind := range responses.keys() {
		g := responses.get(kind)
		answer := GatewayResponse{Status: g.get("StatusCode").number(), Headers: map[string]string{}, Bodies: map[string]string{}}
		headers := g.get("ResponseParameters").get("Headers")
		for _, name := range headers.keys() {
			answer.Headers[name] = headers.get(name).text()
		}
		bodies := g.get("ResponseTemplates")
		for _, contentType := range bodies.keys() {
			answer.Bodies[contentType] = bodies.get(contentType).text()
		}
		a.Responses[kind] = answer
	}
	return a
}

// unquote drops the single quotes that mark a literal in an API definition.
func unquote(s string) string {
	if len(s) > 1 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return s[1 : len(s)-1]
	}
	return s
}
