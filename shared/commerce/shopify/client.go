// Package shopify reaches merchants' Shopify shops: it connects them, finds and
// reads orders for the purposes that commerce knows, carries out granted changes,
// and keeps their products. It is a commerce.Platform. (Admin GraphQL API 2026-10,
// read 2026-11-24.)
package shopify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"omniops/shared/commerce"
	"omniops/shared/fault"
)

// Version is the version of the Admin API that everything here is written for.
const Version = "2026-10"

// App is what Shopify knows us by.
type App struct{ ClientID, Secret string }

// NewApp makes an App. The secret may be two, the new one and then the old, with a
// comma between, while one is changed for the other: we sign with the first, and
// take what either signs.
func NewApp(clientID, secret string) (App, [][]byte) {
	var all [][]byte
	for s := range strings.SplitSeq(secret, ",") {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, []byte(s))
		}
	}
	if len(all) == 0 {
		return App{ClientID: clientID}, nil
	}
	return App{clientID, string(all[0])}, all
}

// Options are what a Client works with.
type Options struct {
	BaseURL     string       // sends every call there, with Shopify's own path and Host; empty calls the shop itself
	HTTP        *http.Client // an egress client that reaches Shopify
	App         App
	Connections *Connections
	Now         func() time.Time
	Log         *slog.Logger
	Wait        func(context.Context, time.Duration) error // nil waits
}

// Client reaches the shops of merchants. It is safe for concurrent use.
type Client struct {
	base        string
	http        *http.Client
	app         App
	connections *Connections
	now         func() time.Time
	log         *slog.Logger
	wait        func(context.Context, time.Duration) error
}

var _ commerce.Platform = (*Client)(nil)

// NewClient makes a Client.
func NewClient(o Options) *Client {
	c := &Client{strings.TrimSuffix(o.BaseURL, "/"), o.HTTP, o.App, o.Connections, o.Now, o.Log, o.Wait}
	if c.wait == nil {
		c.wait = wait
	}
	return c
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

const (
	maxAnswer = 4 << 20         // of a shop, in bytes
	maxWait   = 2 * time.Second // that a throttled call waits by itself
	maxCalls  = 4               // of one call, until throttling is the caller's to wait for
	perCall   = 20 * time.Second
)

// uses says what each operation may be done for. An order is read for none of the
// purposes that come before a shopper is verified.
var (
	toFind      = []commerce.Purpose{commerce.Verification, commerce.Support, commerce.OrderAction, commerce.StoreAssistant}
	toRead      = []commerce.Purpose{commerce.Support, commerce.OrderAction, commerce.StoreAssistant}
	toChange    = []commerce.Purpose{commerce.OrderAction}
	toCatalogue = []commerce.Purpose{commerce.CatalogueSync, commerce.StoreAssistant, commerce.Support}
	toMaintain  = []commerce.Purpose{commerce.CatalogueSync}
)

// permit refuses what a shop's data may not be reached for, before anything
// leaves, and leaves a line of it for the audit.
func (c *Client) permit(ctx context.Context, a commerce.Access, operation string, allowed []commerce.Purpose) error {
	if a.Tenant != "" && slices.Contains(allowed, a.Purpose) {
		return nil
	}
	asked := string(a.Purpose)
	if len(asked) > 32 {
		asked = asked[:32]
	}
	c.log.WarnContext(ctx, "audit: shop data refused", "tenant", string(a.Tenant), "operation", operation, "purpose", asked)
	return fault.E(fault.Forbidden, "A shop's data is not reached for that.", fmt.Errorf("%s for purpose %q", operation, asked))
}

// operation is a GraphQL document with its name.
type operation struct{ name, text string }

// call sends an operation to the merchant's shop, and fills out with its data.
func (c *Client) call(ctx context.Context, a commerce.Access, o operation, variables map[string]any, out any) error {
	conn, err := c.connection(ctx, a.Tenant)
	if err != nil {
		return err
	}
	return c.callWith(ctx, a, conn, o, variables, out)
}

// callWith is call for a connection that has just been read.
func (c *Client) callWith(ctx context.Context, a commerce.Access, conn Connection, o operation, variables map[string]any, out any) error {
	conn, pair, err := c.valid(ctx, a.Tenant, conn)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"query": o.text, "operationName": o.name, "variables": variables})
	if err != nil {
		return fmt.Errorf("encode %s: %w", o.name, err)
	}
	renewed := false
	for try := 1; ; try++ {
		data, err := c.post(ctx, conn.Shop, o, pair.Access, body)
		var t *throttled
		switch {
		case err == nil:
			if err := json.Unmarshal(data, out); err != nil {
				return fault.After(fault.Unavailable, unclear, time.Minute, fmt.Errorf("decode %s: %w", o.name, err))
			}
			return nil
		case errors.Is(err, errToken) && !renewed:
			renewed = true
			if conn, pair, err = c.renew(ctx, a.Tenant, conn, true); err != nil {
				return err
			}
		case errors.Is(err, errToken):
			return c.lost(ctx, a.Tenant, conn, err)
		case errors.As(err, &t) && t.wait <= maxWait && try < maxCalls:
			if err := c.wait(ctx, t.wait); err != nil {
				return fault.After(fault.Unavailable, busy, time.Second, err)
			}
		case errors.As(err, &t):
			return fault.After(fault.RateLimited, "The shop's system is busy. Please try again in a moment.", max(t.wait, time.Second), err)
		default:
			return err
		}
	}
}

// Sentences of failures.
const (
	busy    = "The shop's system cannot be reached right now."
	unclear = "The shop's system gave no clear answer."
	refused = "The shop's system does not allow this."
)

// errToken says that a shop does not take our token.
var errToken = errors.New("the token is not accepted")

// throttled says that a shop's budget is used up for now.
type throttled struct{ wait time.Duration }

// Error is the text for the log.
func (t *throttled) Error() string { return fmt.Sprintf("throttled for %s", t.wait) }

// answer is what a shop says to an operation.
type answer struct {
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Message    string `json:"message"`
		Extensions struct {
			Code string `json:"code"`
		} `json:"extensions"`
	} `json:"errors"`
	Extensions struct {
		Cost struct {
			Requested float64 `json:"requestedQueryCost"`
			Throttle  struct {
				Available float64 `json:"currentlyAvailable"`
				Restore   float64 `json:"restoreRate"`
			} `json:"throttleStatus"`
		} `json:"cost"`
	} `json:"extensions"`
}

// post sends one request, and gives the data of its answer.
func (c *Client) post(ctx context.Context, shop Shop, o operation, token string, body []byte) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, perCall)
	defer cancel()
	req, err := c.request(ctx, shop, "/admin/api/"+Version+"/graphql.json", body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Shopify-Access-Token", token)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fault.After(fault.Unavailable, busy, 5*time.Second, fmt.Errorf("%s: %w", o.name, err))
	}
	defer func() { _ = resp.Body.Close() }() // read as far as is needed
	if spoken := resp.Header.Get("X-Shopify-API-Version"); spoken != "" && spoken != Version {
		c.log.WarnContext(ctx, "the shop answered in another version", "operation", o.name, "version", clip(spoken))
	}
	if err := refusal(resp); err != nil {
		return nil, fmt.Errorf("%s: %w", o.name, err)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil || len(text) > maxAnswer {
		return nil, fault.After(fault.Unavailable, unclear, 5*time.Second, fmt.Errorf("%s: read answer of %d bytes: %w", o.name, len(text), err))
	}
	var got answer
	if err := json.Unmarshal(text, &got); err != nil {
		return nil, fault.After(fault.Unavailable, unclear, 5*time.Second, fmt.Errorf("%s: decode answer: %w", o.name, err))
	}
	if len(got.Errors) > 0 {
		return nil, fmt.Errorf("%s: %w", o.name, got.failure())
	}
	if len(got.Data) == 0 || string(got.Data) == "null" {
		return nil, fault.After(fault.Unavailable, unclear, 5*time.Second, fmt.Errorf("%s: no data", o.name))
	}
	return got.Data, nil
}

// request makes a POST of JSON to a shop.
func (c *Client) request(ctx context.Context, shop Shop, path string, body []byte) (*http.Request, error) {
	base := c.base
	if base == "" {
		base = "https://" + string(shop)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	req.Host = string(shop)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// refusal is what an answer's status means; nil for 200.
func refusal(resp *http.Response) error {
	switch s := resp.StatusCode; {
	case s == http.StatusOK:
		return nil
	case s == http.StatusUnauthorized:
		return errToken
	case s == http.StatusForbidden:
		return noAccess(fmt.Errorf("status %d", s))
	case s == http.StatusTooManyRequests:
		seconds, _ := strconv.ParseFloat(resp.Header.Get("Retry-After"), 64)
		return &throttled{span(max(seconds, 1))}
	case s == http.StatusPaymentRequired, s == http.StatusNotFound, s == http.StatusLocked: // frozen, gone, locked
		return fault.E(fault.Forbidden, "The shop is closed for now.", fmt.Errorf("status %d", s))
	default:
		return fault.After(fault.Unavailable, busy, 5*time.Second, fmt.Errorf("status %d", s))
	}
}

// failure is what the errors of an answer mean. Their texts may repeat what was
// asked, so only the codes are kept.
func (a *answer) failure() error {
	codes := make([]string, 0, len(a.Errors))
	for _, e := range a.Errors[:min(5, len(a.Errors))] {
		codes = append(codes, clip(e.Extensions.Code))
	}
	err := fmt.Errorf("errors %q", codes)
	switch {
	case slices.Contains(codes, "THROTTLED"):
		cost := a.Extensions.Cost
		restore := cost.Throttle.Restore
		if restore <= 0 {
			restore = 50
		}
		return &throttled{span((cost.Requested - cost.Throttle.Available) / restore)}
	case slices.Contains(codes, "ACCESS_DENIED"):
		return noAccess(err)
	case slices.Contains(codes, "INTERNAL_SERVER_ERROR"), slices.Contains(codes, "TIMEOUT"):
		return fault.After(fault.Unavailable, unclear, 5*time.Second, err)
	}
	return fault.E(fault.Internal, "", err) // we asked wrongly
}

// span is a number of seconds to wait: at least a tenth, at most an hour.
func span(seconds float64) time.Duration {
	return time.Duration(math.Min(math.Max(seconds, 0.1), 3600) * float64(time.Second))
}

// noAccess is the error for a shop that does not show its orders to us.
func noAccess(cause error) error {
	return fault.E(fault.Forbidden, "The shop does not let us see its orders.", errors.Join(commerce.ErrNoAccess, cause))
}

// clip keeps an outside code short and plain.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
	return s[:min(len(s), 40)]
}

// gid is the global id of an object, and number the reverse: empty for what is no
// id of that type.
func gid(kind, number string) string { return "gid://shopify/" + kind + "/" + number }

func number(kind, gid string) string {
	n, ok := strings.CutPrefix(gid, "gid://shopify/"+kind+"/")
	if n, _, _ = strings.Cut(n, "?"); !ok || !digits(n) {
		return ""
	}
	return n
}

func digits(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "0123456789") == ""
}
