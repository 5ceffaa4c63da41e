package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"omniops/local/clock"
	"omniops/local/cloud"
	"omniops/local/gateway"
	"omniops/local/lambda"
	"omniops/local/services"
	"omniops/local/template"
	"omniops/shared/channel/webchat"
	"omniops/shared/id"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/ingest"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
	"omniops/shared/table"
	"omniops/shared/tenant"
	"omniops/web/storefront"
)

// The merchant that is asked.
const (
	shop     id.Tenant = "bench"
	shopHost string    = "shop.example"
)

// secret signs sessions here.
const secret = "bench-signing-secret-that-protects-nothing"

// instances is the most processes of a function, and so the most turns at once.
const instances = 256

// system is everything between a shopper and the model: the gateway, the
// functions' own programs, and the AWS services in memory. It differs from make
// run in its model, in counting, and in the number of instances.
type system struct {
	*services.Services
	api, hello string // URLs of two gateways: to the functions, and to hello alone
	chat       template.Function
	functions  *lambda.Runtime
	model      *model
	sessions   *webchat.Sessions
	client     *http.Client
	objects    *counter // calls of S3
	log        *counter // bytes of the functions' log
	ends       []func()
}

// counter counts calls or bytes.
type counter struct{ n atomic.Int64 }

// Write counts the bytes of p.
func (c *counter) Write(p []byte) (int, error) {
	c.n.Add(int64(len(p)))
	return len(p), nil
}

// logCounter counts what a function logs, without the name before each line.
type logCounter struct{ *counter }

// Write takes one line.
func (c logCounter) Write(line []byte) (int, error) {
	_, text, _ := strings.Cut(string(line), " | ")
	c.n.Add(int64(len(text)))
	return len(line), nil
}

// serve serves a handler on a free port.
func serve(h http.Handler) (url string, end func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: h}
	go func() { _ = server.Serve(listener) }() // ends with close
	return "http://" + listener.Addr().String(), func() { _ = server.Close() }, nil
}

// startSystem starts it all and has the demo shop read.
func startSystem(ctx context.Context, root, programs string) (*system, error) {
	s := &system{objects: &counter{}, log: &counter{}, client: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 2 * instances}, Timeout: time.Minute,
	}}
	if err := s.start(ctx, root, programs); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// sandboxSecrets are the values of all secrets of the template, of which one signs
// the bench's own sessions.
func sandboxSecrets(root string) (map[string]string, error) {
	values, err := cloud.Variables(filepath.Join(root, "local", "sandbox.env"), func(string) (string, bool) { return "", false })
	if err != nil {
		return nil, err
	}
	values["SESSION_SECRET"], values["META_APP_SECRET"] = secret, secret
	return values, nil
}

func (s *system) start(ctx context.Context, root, programs string) (err error) {
	if s.model, err = newModel(); err != nil {
		return err
	}
	s.ends = append(s.ends, s.model.end)
	now := clock.New(0)
	secrets, err := sandboxSecrets(root)
	if err != nil {
		return err
	}
	s.Services, err = services.Start(ctx, services.Options{
		Template: filepath.Join(root, "template.yaml"), Clock: now,
		Parameters: map[string]string{
			"DomainName": "localhost", "CertificateArn": "arn:aws:acm:eu-west-2:000000000000:certificate/bench",
			"OpenaiBaseUrl": s.model.url + "/v1", "EgressAllowPrivate": strings.TrimPrefix(s.model.url, "http://"),
		},
		Secrets: secrets,
	})
	if err != nil {
		return err
	}
	s.ends = append(s.ends, func() { _ = s.Services.Close() })
	if err := s.startFunctions(programs); err != nil {
		return err
	}
	for _, g := range []struct {
		url    *string
		stream func(context.Context, string, []byte) (*lambda.Stream, error)
	}{
		{&s.api, s.functions.InvokeStream},
		{&s.hello, func(ctx context.Context, _ string, payload []byte) (*lambda.Stream, error) {
			return s.functions.InvokeStream(ctx, "hello", payload)
		}},
	} {
		front, err := gateway.New(s.Template, gateway.Options{Invoke: s.functions.Invoke, InvokeStream: g.stream})
		if err != nil {
			return err
		}
		url, end, err := serve(front)
		if err != nil {
			return err
		}
		*g.url, s.ends = url, append(s.ends, end)
	}
	if s.sessions, err = webchat.NewSessions([]byte(secret), now.Now); err != nil {
		return err
	}
	return s.openShop(ctx, now.Now)
}

// startFunctions makes the Lambda service, with hello among the functions.
func (s *system) startFunctions(programs string) error {
	list := []lambda.Function{{Name: "hello", Program: filepath.Join(programs, "hello"), Concurrency: instances, Timeout: time.Minute}}
	for _, f := range s.Template.Functions {
		environment := maps.Clone(f.Environment)
		environment["AWS_ACCESS_KEY_ID"] = f.ID // by which the services know its role
		f.Environment = environment
		if cloud.Folder(f) == "chat-reply" {
			s.chat = f
		}
		list = append(list, lambda.Function{
			Name: f.Name, ARN: f.ARN, Program: filepath.Join(programs, cloud.Folder(f)), Timeout: f.Timeout, MemoryMB: f.MemoryMB,
			Environment: f.Environment, Concurrency: instances, LogFormat: f.LogFormat, LogLevel: f.LogLevel,
		})
	}
	if s.chat.Name == "" {
		return fmt.Errorf("template.yaml has no function chat-reply")
	}
	to, err := url.Parse(s.Endpoint)
	if err != nil {
		return err
	}
	objects := &httputil.ReverseProxy{ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), Rewrite: func(r *httputil.ProxyRequest) {
		s.objects.n.Add(1)
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}}
	store, end, err := serve(objects)
	if err != nil {
		return err
	}
	s.ends = append(s.ends, end)
	env := s.Environment()
	env["AWS_ENDPOINT_URL_S3"] = store
	s.functions, err = lambda.New(lambda.Options{
		Functions: list, Log: logCounter{s.log}, Env: func() map[string]string { return env },
		Init: time.Minute, Wait: time.Minute, Idle: time.Hour,
	})
	if err != nil {
		return err
	}
	s.ends = append(s.ends, func() { _ = s.functions.Close() })
	return nil
}

// openShop makes the demo shop a merchant and reads its pages.
func (s *system) openShop(ctx context.Context, now func() time.Time) error {
	site, end, err := serve(storefront.Handler("http://127.0.0.1:1"))
	if err != nil {
		return err
	}
	defer end()
	main := table.New(s.AWS, s.chat.Environment["TABLE_NAME"], now)
	tenants := tenant.NewStore(main)
	if err := tenants.Save(ctx, tenant.Account{
		Tenant: shop, Name: "Kettle & Co", Domains: []string{shopHost}, SiteURL: site, ContactEmail: "help@" + shopHost,
		DailyTurns: 1_000_000, CreatedAt: now(),
	}.WithDefaults()); err != nil {
		return err
	}
	reader := &ingest.Reader{
		Client: crawl.NewClient([]string{strings.TrimPrefix(site, "http://")}, nil), Tenants: tenants, Sites: library.NewSites(main),
		Library: library.New(object.NewBucket(s.AWS, s.chat.Environment["CONTENT_BUCKET"])),
		Limits:  crawl.Limits{Rate: 1000}, Now: now, Log: slog.New(slog.DiscardHandler),
	}
	if err := reader.Read(ctx, library.Crawl{Tenant: shop}); err != nil {
		return fmt.Errorf("read the demo shop: %w", err)
	}
	return nil
}

// processEnv is the environment of a chat-reply that is started by hand.
func (s *system) processEnv() []string {
	env := s.Environment()
	maps.Copy(env, s.chat.Environment)
	env["AWS_LAMBDA_FUNCTION_NAME"] = s.chat.Name
	var out []string
	for name, value := range env {
		out = append(out, name+"="+value)
	}
	return out
}

// helloTurn is a request that meets the same stand-ins as a turn: the gateway,
// the Runtime API, and a function that does nothing.
func (s *system) helloTurn(ctx context.Context) measure {
	return func() (time.Duration, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.hello+"/v1/chat", strings.NewReader("{}"))
		if err != nil {
			return 0, err
		}
		took, _, err := s.fetch(r)
		return took, err
	}
}

// tableCall is one read of the DynamoDB stand-in without the SDK: what the
// stand-in itself costs.
func (s *system) tableCall(ctx context.Context) measure {
	t := s.Template.Tables[0]
	key := fmt.Sprintf(`{%q:{"S":"none"}`, t.Keys.Hash)
	if t.Keys.Range != "" {
		key += fmt.Sprintf(`,%q:{"S":"none"}`, t.Keys.Range)
	}
	body := fmt.Sprintf(`{"TableName":%q,"Key":%s}}`, t.Name, key)
	return func() (time.Duration, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint+"/", strings.NewReader(body))
		if err != nil {
			return 0, err
		}
		r.Header.Set("X-Amz-Target", "DynamoDB_20120810.GetItem")
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		r.Header.Set("X-Amz-Date", time.Now().UTC().Format("20060102T150405Z"))
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+services.AccessKey+"/20261101/eu-west-2/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
		took, _, err := s.fetch(r)
		return took, err
	}
}

// close stops everything, the last first.
func (s *system) close() {
	for _, end := range slices.Backward(s.ends) {
		end()
	}
	if s.client != nil {
		s.client.CloseIdleConnections()
	}
}
