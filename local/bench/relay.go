package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"omniops/shared/apigw"
	"omniops/shared/llm"
	"omniops/shared/llm/openai"
	"omniops/shared/processor"
)

const (
	tokenRate = 10_000 // a second
	tokenText = "~tok" // the tilde is nowhere else in a stream
)

// relay is P7: what the way from the model's socket to the function's answer
// adds to a token, through the OpenAI connection, the firewall's restorer, the
// router, and the event stream. The baseline reads the same socket directly.
func (b *bench) relay() ([]Result, error) {
	tokens := b.size(4000, 1000)
	source := &tokenSource{began: time.Now(), sent: make([]time.Duration, tokens)}
	url, end, err := serve(source)
	if err != nil {
		return nil, err
	}
	defer end()
	client := &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	router := llm.NewRouter(time.Now, openai.New(url+"/v1", "sk-bench", "gpt-4.1-mini", client))

	var direct, relayed, tail sample // tail is what the relay adds to the p99 of each round
	for range b.size(15, 5) {
		bare, err := source.direct(b.ctx, client, url)
		if err != nil {
			return nil, err
		}
		ours, err := source.relayed(b.ctx, router)
		if err != nil {
			return nil, err
		}
		direct, relayed, tail = append(direct, bare...), append(relayed, ours...), append(tail, ours.p99()-bare.p99())
	}
	allocations, err := allocationsPerToken(b.ctx)
	if err != nil {
		return nil, err
	}
	added, late := relayed.median()-direct.median(), max(tail.median(), 0)
	r := Result{
		ID: "P7", Value: parts(us(added), us(late), allocations), Unit: "us/us/allocs(p50/p99/token)",
		Ratio: times(ratio(relayed.median(), direct.median())), Target: "<=200/<=2000/<=2", Floor: "5us", Moonshot: "<=50/<=500/0",
		Numbers: map[string]float64{
			"direct_p50_us": us(direct.median()), "direct_p99_us": us(direct.p99()),
			"relayed_p50_us": us(relayed.median()), "relayed_p99_us": us(relayed.p99()), "tokens": float64(len(relayed)),
		},
	}
	r.note("stand-in model-socket %s us p50/p99, through the relay %s us; the p99 is the median over %d rounds of what it adds to that of the socket",
		parts(us(direct.median()), us(direct.p99())), parts(us(relayed.median()), us(relayed.p99())), len(tail))
	r.need("p50", us(added), 200, 50)
	r.need("p99", us(late), 2000, 500)
	r.need("allocations", allocations, 2, 0.05)
	r.valid(added, direct.spread())
	return []Result{r}, nil
}

// tokenSource is a model that sends its tokens at tokenRate and notes when.
type tokenSource struct {
	began time.Time
	sent  []time.Duration // by token; read when its byte has come
}

// ServeHTTP streams the tokens. A timer is coarser than a tenth of a millisecond,
// so several tokens are due when it wakes up: they come in small bursts, each in
// a write of its own, as from a network. Spinning instead would take a core from
// those that are measured.
func (s *tokenSource) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // what is asked does not matter
	w.Header().Set("Content-Type", "text/event-stream")
	out, event := http.NewResponseController(w), chunk(tokenText)
	next := time.Now()
	for i := range s.sent {
		if ahead := time.Until(next); ahead > 0 {
			time.Sleep(ahead)
		}
		next = next.Add(time.Second / tokenRate)
		s.sent[i] = time.Since(s.began)
		if _, err := io.WriteString(w, event); err != nil {
			return
		}
		_ = out.Flush()
	}
	_, _ = io.WriteString(w, last)
}

// delays reads a stream and gives each token's time from sending to arrival.
func (s *tokenSource) delays(stream io.Reader) (sample, error) {
	var out sample
	buffer := make([]byte, 32<<10)
	for {
		n, err := stream.Read(buffer)
		at := time.Since(s.began)
		for range bytes.Count(buffer[:n], []byte("~")) {
			if len(out) == len(s.sent) {
				return nil, errors.New("more tokens came than were sent")
			}
			out = append(out, at-s.sent[len(out)])
		}
		if err == io.EOF && len(out) == len(s.sent) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%d of %d tokens came: %w", len(out), len(s.sent), err)
		}
	}
}

// direct reads the socket itself.
func (s *tokenSource) direct(ctx context.Context, client *http.Client, url string) (sample, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/chat/completions", strings.NewReader("{}"))
	if err != nil {
		return nil, err
	}
	response, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return s.delays(response.Body)
}

// relayed reads what a function answers.
func (s *tokenSource) relayed(ctx context.Context, router *llm.Router) (sample, error) {
	out := stream(ctx, router)
	delays, err := s.delays(out.Body)
	return delays, errors.Join(err, out.Close())
}

// stream answers a question as a function does.
func stream(ctx context.Context, router *llm.Router) *events.APIGatewayProxyStreamingResponse {
	return apigw.Stream(ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := apigw.NewEventStream(w)
		reply, err := router.Stream(r.Context(), llm.Request{
			Tenant: shop, Region: processor.UnitedKingdom, Surface: processor.CustomerChat, Conversation: "bench",
			Task:     llm.Task{Version: "bench/1", System: "Answer from the passages."},
			Passages: []llm.Passage{{N: 1, Title: "Returns", URL: "https://shop.example/returns", Text: "30 days."}},
			Question: "How long do I have? I am jo@example.com", Language: "en",
		}, func(token string) error { return out.Text("token", token) })
		if err != nil || reply.Interrupted {
			panic(http.ErrAbortHandler) // the reader counts what is missing
		}
	}), &events.APIGatewayProxyRequest{HTTPMethod: http.MethodPost, Path: "/v1/chat"})
}

// canned answers every request with the same stream, without a network.
type canned string

// RoundTrip answers.
func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	_ = r.Body.Close() // nothing is read from it
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(strings.NewReader(string(c))), Request: r,
	}, nil
}

// allocationsPerToken leaves out what an answer costs without a token: it
// compares a long one with a short one.
func allocationsPerToken(ctx context.Context) (float64, error) {
	allocations := func(tokens int) (float64, error) {
		router := llm.NewRouter(time.Now, openai.New("http://model.test/v1", "sk-bench", "gpt-4.1-mini",
			&http.Client{Transport: canned(strings.Repeat(chunk(tokenText), tokens) + last)}))
		least := 0.0
		for i := range 5 { // the least has nothing of others in it
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			out := stream(ctx, router)
			got, err := io.Copy(io.Discard, out.Body)
			if err = errors.Join(err, out.Close()); err != nil {
				return 0, err
			}
			if got < int64(tokens*len(tokenText)) {
				return 0, errors.New("an answer is too short")
			}
			runtime.ReadMemStats(&after)
			if n := float64(after.Mallocs - before.Mallocs); i == 0 || n < least {
				least = n
			}
		}
		return least, nil
	}
	const long, short = 4000, 2000
	a, err := allocations(long)
	if err != nil {
		return 0, err
	}
	b, err := allocations(short)
	return max(a-b, 0) / (long - short), err
}
