// Package cloud runs the whole system of template.yaml on one machine: the AWS
// services, the functions' own binaries, API Gateway, queues and schedules, and
// the sandbox of the outside world.
package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"omniops/local/clock"
	"omniops/local/faults"
	"omniops/local/gateway"
	"omniops/local/lambda"
	"omniops/local/pump"
	"omniops/local/sandbox"
	"omniops/local/sandbox/mail"
	"omniops/local/sandbox/meta"
	"omniops/local/sandbox/shopify"
	"omniops/local/services"
	"omniops/local/template"
	"omniops/web/build"
	"omniops/web/storefront"
)

// Options say where the parts listen and keep their data. A port of 0 is any
// free one.
type Options struct {
	Root           string            // of the repository
	Functions      string            // folder of the functions' programs, each named as its folder
	Dir            string            // of what is stored; "" keeps it in memory
	Variables      map[string]string // those of sandbox.env, overridden by the environment
	APIPort        int
	StorefrontPort int
	ConsolePort    int
	ClockOffset    time.Duration
	TokenDelay     time.Duration // of the model's stand-in, before each token
	Log            io.Writer     // what functions write
}

// Cloud is running.
type Cloud struct {
	*services.Services
	API, Storefront, Console string // http://127.0.0.1:…
	Clock                    *clock.Clock
	Faults                   *faults.Set
	Requests                 *sandbox.Requests
	Shopify                  *shopify.Shopify
	Mail                     *mail.Resend
	Meta                     *meta.Meta
	Lambda                   *lambda.Runtime

	sessionSecret string
	pump          *pump.Pump
	servers       []*http.Server
	stop          context.CancelFunc // of the webhooks
}

// Start runs everything. The system is ready when it returns; merchants are
// made with Provision.
func Start(ctx context.Context, o Options) (c *Cloud, err error) {
	c = &Cloud{Clock: clock.New(o.ClockOffset), Faults: faults.New(1)}
	started := c // c is nil where an error is returned
	defer func() {
		if err != nil {
			_ = started.Close()
		}
	}()
	var listeners [3]net.Listener
	for i, port := range []int{o.APIPort, o.StorefrontPort, o.ConsolePort} {
		listeners[i], err = (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return nil, fmt.Errorf("port %d cannot be used; is it running already? %w", port, err)
		}
		defer func(l net.Listener) {
			if err != nil {
				_ = l.Close()
			}
		}(listeners[i])
	}
	url := func(l net.Listener) string { return "http://" + l.Addr().String() }
	c.API, c.Storefront, c.Console = url(listeners[0]), url(listeners[1]), url(listeners[2])

	assets, err := build.Widget()
	if err != nil {
		return nil, fmt.Errorf("build widget: %w", err)
	}
	banner, err := build.Consent()
	if err != nil {
		return nil, fmt.Errorf("build cookie banner: %w", err)
	}
	o.Variables = withPorts(o.Variables, c)
	c.Services, err = services.Start(ctx, services.Options{
		Template: filepath.Join(o.Root, "template.yaml"), Parameters: parameters(o.Variables), Secrets: o.Variables,
		Dir: o.Dir, Clock: c.Clock, Faults: c.Faults,
	})
	if err != nil {
		return nil, err
	}
	if err := c.startFunctions(o); err != nil {
		return nil, err
	}
	front, err := gateway.New(c.Template, gateway.Options{
		Invoke: c.Lambda.Invoke, InvokeStream: c.Lambda.InvokeStream, Now: c.Clock.Now,
	})
	if err != nil {
		return nil, fmt.Errorf("start API Gateway: %w", err)
	}
	api := http.NewServeMux()
	api.Handle("/widget/", build.Handler(assets))
	api.Handle(banner.Path, build.FileHandler(banner))
	api.Handle("/", front)
	c.serve(listeners[0], api)
	c.serve(listeners[1], storefront.Handler(c.API))
	c.sessionSecret = o.Variables["SESSION_SECRET"]
	c.Meta = meta.New(metaOptions(o.Variables, c))
	outside := sandbox.New(sandbox.Options{
		Clock: c.Clock, Faults: c.Faults, TokenDelay: o.TokenDelay, App: c.API, Storefront: c.Storefront, Meta: c.Meta, Links: []sandbox.Link{
			{Name: "Customers", URL: "/meta/", About: "write to the shop on WhatsApp, Messenger or Instagram"},
			{Name: "Shop", URL: c.Storefront, About: "the demo shop, with the chat"},
			{Name: "Store admin", URL: "/shopify/", About: "the demo shop's orders, as Shopify has them"},
			{Name: "Mailbox", URL: "/mail", About: "the e-mails that would have been sent"},
			{Name: "Health", URL: c.API + "/v1/health", About: "whether everything can be reached"},
			{Name: "Meter", URL: "/_meter", About: "what DynamoDB would charge for"},
		},
	})
	c.Requests, c.Shopify, c.Mail = outside.Requests, outside.Shopify, outside.Mail
	if o.Dir != "" { // what the functions keep rests on what happened outside
		if err := c.Shopify.Keep(filepath.Join(o.Dir, "shopify.jsonl")); err != nil {
			return nil, err
		}
		if err := c.Mail.Keep(filepath.Join(o.Dir, "mail.jsonl")); err != nil {
			return nil, err
		}
	}
	var running context.Context
	running, c.stop = context.WithCancel(context.WithoutCancel(ctx)) // until Close
	go outside.Shopify.Run(running)
	console := http.NewServeMux()
	console.Handle("/_meter", c.Dynamo.MeterHandler())
	console.Handle("/", outside)
	c.serve(listeners[2], console)
	return c, nil
}

// startFunctions makes the Lambda service, and the queues and schedules that
// drive it.
func (c *Cloud) startFunctions(o Options) error {
	var functions []lambda.Function
	for _, f := range c.Template.Functions {
		environment := maps.Clone(f.Environment)
		environment["AWS_ACCESS_KEY_ID"] = f.ID // by which the services know its role
		functions = append(functions, lambda.Function{
			Name: f.Name, ARN: f.ARN, Program: filepath.Join(o.Functions, Folder(f)), Timeout: f.Timeout,
			MemoryMB: f.MemoryMB, Environment: environment, Concurrency: f.Reserved, LogFormat: f.LogFormat, LogLevel: f.LogLevel,
		})
	}
	log := o.Log
	if log == nil {
		log = io.Discard
	}
	var err error
	c.Lambda, err = lambda.New(lambda.Options{Functions: functions, Log: log, Concurrency: 64, Wait: 25 * time.Second, Env: func() map[string]string {
		env := c.Environment()
		env["CLOCK_OFFSET"] = c.Clock.Offset().String()
		return env
	}})
	if err != nil {
		return fmt.Errorf("start Lambda: %w", err)
	}
	c.Clock.OnChange(func(time.Duration) { c.Lambda.Recycle() })
	c.pump, err = pump.Start(pump.Options{
		Template: c.Template, AWS: c.AWS, Functions: c.Lambda, Clock: c.Clock, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		return fmt.Errorf("start queues and schedules: %w", err)
	}
	return nil
}

// metaOptions give the stand-in of Meta the demo shop's accounts.
func metaOptions(variables map[string]string, c *Cloud) meta.Options {
	page := variables["DEMO_META_PAGE_ID"]
	return meta.Options{
		Now: c.Clock.Now, Faults: c.Faults, AppID: variables["META_APP_ID"], Secret: variables["META_APP_SECRET"], Webhook: c.API + "/api/meta/webhook",
		Accounts: []meta.Account{
			{Kind: "whatsapp", ID: variables["DEMO_META_PHONE_NUMBER_ID"], Name: "Kettle & Co", Token: "EAAsandboxPhoneToken", Business: variables["DEMO_META_BUSINESS_ID"]},
			{Kind: "messenger", ID: page, Name: "Kettle & Co", Token: "EAAsandboxPageToken"},
			{Kind: "instagram", ID: variables["DEMO_META_INSTAGRAM_ID"], Name: "kettleandco", Token: "EAAsandboxPageToken", Page: page},
		},
	}
}

func (c *Cloud) serve(l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	c.servers = append(c.servers, server)
	go func() { _ = server.Serve(l) }()
}

// Folder is the name of a function's folder.
func Folder(f template.Function) string { return filepath.Base(strings.TrimSuffix(f.CodeURI, "/")) }

// Function gives a function by its folder's name.
func (c *Cloud) Function(folder string) (template.Function, error) {
	for _, f := range c.Template.Functions {
		if Folder(f) == folder {
			return f, nil
		}
	}
	return template.Function{}, fmt.Errorf("template.yaml has no function %s", folder)
}

// Invoke calls a function directly, as an operator does.
func (c *Cloud) Invoke(ctx context.Context, folder string, in, out any) error {
	f, err := c.Function(folder)
	if err != nil {
		return err
	}
	payload, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := c.Lambda.Invoke(ctx, f.Name, payload)
	if err != nil {
		return fmt.Errorf("invoke %s: %w", folder, err)
	}
	return json.Unmarshal(answer, out)
}

// parameters turns variables such as OPENAI_BASE_URL into the template's
// parameters, such as OpenaiBaseUrl.
func parameters(variables map[string]string) map[string]string {
	all := map[string]string{}
	for name, value := range variables {
		var b strings.Builder
		for _, word := range strings.Split(strings.ToLower(name), "_") {
			if word != "" {
				b.WriteString(strings.ToUpper(word[:1]) + word[1:])
			}
		}
		all[b.String()] = value
	}
	return all
}

// withPorts replaces the ports that sandbox.env names by those that are really
// listened on.
func withPorts(variables map[string]string, c *Cloud) map[string]string {
	host := func(url string) string { return strings.TrimPrefix(url, "http://") }
	real := strings.NewReplacer("127.0.0.1:3000", host(c.API), "127.0.0.1:3001", host(c.Storefront), "127.0.0.1:3002", host(c.Console))
	all := map[string]string{}
	for name, value := range variables {
		all[name] = real.Replace(value)
	}
	return all
}

// Variables reads an env file, and lets the environment override each line.
func Variables(path string, lookup func(string) (string, bool)) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("%s:%d is no NAME=value", path, n+1)
		}
		if over, set := lookup(name); set {
			value = over
		}
		all[name] = value
	}
	return all, nil
}

// Close stops everything and keeps what is stored.
func (c *Cloud) Close() error {
	var failed error
	if c.stop != nil {
		c.stop()
	}
	for _, s := range c.servers {
		failed = errors.Join(failed, s.Close())
	}
	if c.pump != nil {
		failed = errors.Join(failed, c.pump.Close())
	}
	if c.Lambda != nil {
		failed = errors.Join(failed, c.Lambda.Close())
	}
	if c.Services != nil {
		failed = errors.Join(failed, c.Services.Close())
	}
	if c.Shopify != nil {
		failed = errors.Join(failed, c.Shopify.Close(), c.Mail.Close())
	}
	return failed
}
