package template

import "time"

// Function is a Lambda function and what invokes it.
type Function struct {
	ID          string
	Name        string
	ARN         string
	CodeURI     string // as written, relative to the template
	Handler     string
	Runtime     string
	Timeout     time.Duration
	MemoryMB    int
	Environment map[string]string
	Reserved    int    // reserved concurrency; 0 sets none
	LogFormat   string // Text or JSON
	LogLevel    string // empty unless the template sets ApplicationLogLevel
	Policies    []any  // resolved, otherwise as written

	Routes    []Route
	Queues    []QueueSource
	Schedules []Schedule
}

// Route is an Api event: requests that a function answers.
type Route struct {
	Event   string // the event's own logical id
	Path    string
	Method  string        // upper case; ANY for every method
	Stream  bool          // the response is streamed
	Timeout time.Duration // what the gateway waits; 0 leaves the default
}

// QueueSource is an SQS event: a queue whose messages a function consumes.
type QueueSource struct {
	Event          string
	Queue          string // ARN
	BatchSize      int
	Window         time.Duration // how long a batch may wait to fill
	ReportFailures bool          // the function names the messages that failed
	MaxConcurrency int           // 0 sets none
	Enabled        bool
}

// Schedule is a ScheduleV2 or Schedule event: a timer that invokes a function.
type Schedule struct {
	Event      string
	Name       string
	ARN        string
	Expression string         // rate(…), cron(…) or at(…)
	Zone       *time.Location // what the expression's times are in
	Input      string         // the payload; empty means the service's default event
	Rule       bool           // an EventBridge rule rather than a Scheduler schedule
	Enabled    bool
}

// Table is a DynamoDB table.
type Table struct {
	ID                  string
	Name                string
	Keys                Keys
	Attributes          map[string]string // of keys: name to S, N or B
	Indexes             []Index
	TTLAttribute        string // empty without one
	DeletionProtection  bool
	PointInTimeRecovery bool
}

// Keys are the attributes a table or index is keyed by.
type Keys struct {
	Hash  string
	Range string // empty without one
}

// Index is a global secondary index.
type Index struct {
	Name       string
	Keys       Keys
	Projection string   // ALL, KEYS_ONLY or INCLUDE
	Include    []string // non-key attributes of an INCLUDE projection
}

// Queue is an SQS queue.
type Queue struct {
	ID           string
	Name         string
	URL          string
	ARN          string
	FIFO         bool
	ContentDedup bool // the body's hash stands in for a deduplication id
	Visibility   time.Duration
	Retention    time.Duration
	Delay        time.Duration
	Wait         time.Duration // how long a receive waits by default
	DeadLetter   string        // ARN of the queue that takes what failed too often; empty without one
	MaxReceives  int           // after how many receives it does
}

// Bucket is an S3 bucket.
type Bucket struct {
	ID   string
	Name string
}

// Key is a KMS key.
type Key struct {
	ID      string
	KeyID   string // the same at every start
	ARN     string
	Aliases []string // alias/…
}

// Secret is a Secrets Manager secret.
type Secret struct {
	ID   string
	Name string
	ARN  string
}

// API is the REST API in front of the functions.
type API struct {
	ID               string
	Stage            string
	BinaryMediaTypes []string
	CORS             *CORS // nil leaves OPTIONS to the functions
	Throttles        []Throttle
	Responses        map[string]GatewayResponse // by response type, such as DEFAULT_4XX
}

// CORS is what the gateway itself answers to a preflight.
type CORS struct {
	Origin, Methods, Headers, MaxAge string // header values; empty leaves the header out
	Credentials                      bool
}

// Throttle is a method setting of the stage.
type Throttle struct {
	Path   string // a route's path, or /*
	Method string // or *
	Rate   float64
	Burst  int
}

// GatewayResponse is how the gateway words an answer of its own.
type GatewayResponse struct {
	Status  int               // 0 leaves the usual one
	Headers map[string]string // header values, or mapping expressions such as method.request.header.Origin
	Bodies  map[string]string // mapping templates by content type
}

// Function finds a function by its physical name.
func (t *Template) Function(name string) (Function, bool) {
	for _, f := range t.Functions {
		if f.Name == name {
			return f, true
		}
	}
	return Function{}, false
}

// read fills the typed lists from the resolved resources.
func (t *Template) read(r *resolver) error {
	var failed error
	for _, id := range sortedKeys(t.Resources) {
		resource := t.Resources[id]
		c := cursor{resource.Properties, "Resources." + id + ".Properties", &failed}
		arn := r.arn(naming[resource.Type].arn, resource.Name)
		switch resource.Type {
		case functionType:
			t.Functions = append(t.Functions, readFunction(c, r, id, resource.Name, arn))
		case tableType:
			t.Tables = append(t.Tables, readTable(c, id, resource.Name))
		case queueType:
			q := readQueue(c, id, resource.Name, arn)
			q.URL = r.options.QueueBase + "/" + r.options.Account + "/" + resource.Name
			t.Queues = append(t.Queues, q)
		case bucketType:
			t.Buckets = append(t.Buckets, Bucket{id, resource.Name})
		case keyType:
			t.Keys = append(t.Keys, Key{ID: id, KeyID: resource.Name, ARN: arn})
		case secretType:
			t.Secrets = append(t.Secrets, Secret{id, resource.Name, arn})
		case apiType:
			if t.API != nil {
				c.reject("a second API")
			}
			t.API = readAPI(c, id)
		}
	}
	for _, id := range sortedKeys(t.Resources) {
		resource := t.Resources[id]
		if resource.Type != aliasType {
			continue
		}
		for i, k := range t.Keys {
			if target := resource.Properties["TargetKeyId"]; target == k.KeyID || target == k.ARN {
				t.Keys[i].Aliases = append(t.Keys[i].Aliases, resource.Name)
			}
		}
	}
	if failed == nil {
		failed = t.check()
	}
	return failed
}

// check looks for what only shows between resources.
func (t *Template) check() error {
	queues := map[string]Queue{}
	for _, q := range t.Queues {
		queues[q.ARN] = q
	}
	for _, q := range t.Queues {
		if dead, ok := queues[q.DeadLetter]; q.DeadLetter != "" && (!ok || dead.FIFO != q.FIFO) {
			return at("Resources."+q.ID+".Properties.RedrivePolicy", "no queue of the same kind has the ARN %s", q.DeadLetter)
		}
	}
	routes := map[string]string{}
	for _, f := range t.Functions {
		place := "Resources." + f.ID + ".Properties.Events."
		for _, route := range f.Routes {
			if t.API == nil {
				return at(place+route.Event, "there is no API")
			}
			if other, taken := routes[route.Method+" "+route.Path]; taken {
				return at(place+route.Event, "%s already answers %s %s", other, route.Method, route.Path)
			}
			routes[route.Method+" "+route.Path] = f.ID
		}
		for _, source := range f.Queues {
			if q, ok := queues[source.Queue]; !ok {
				return at(place+source.Event, "no queue has the ARN %s", source.Queue)
			} else if q.FIFO && source.BatchSize > 10 {
				return at(place+source.Event, "a FIFO batch holds at most 10 messages")
			}
		}
	}
	return nil
}
