package openai_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	api "github.com/sashabaranov/go-openai"

	"omniops/shared/llm"
	"omniops/shared/llm/openai"
)

// canned answers every request with the same body, without a network.
type canned func() io.Reader

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	_ = r.Body.Close() // nothing is read from it
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(c()), Request: r,
	}, nil
}

// answerOf gives the body of an answer of n tokens.
func answerOf(n int) []byte {
	var out bytes.Buffer
	for i := range n {
		piece := " token"
		if i%50 == 0 {
			piece = " [1]\n"
		}
		fmt.Fprintf(&out, "data: %s\n\n", chunk(piece))
	}
	fmt.Fprintf(&out, "data: %s\n\ndata: %s\n\ndata: [DONE]\n\n", stop, usage)
	return out.Bytes()
}

func ignore(string) error { return nil }

// TestRelayAllocations holds P7: no more than two allocations per token.
func TestRelayAllocations(t *testing.T) {
	allocations := func(tokens int) float64 {
		body := answerOf(tokens)
		m := openai.New("http://model.test/v1", "test-key", "gpt-4.1-mini", &http.Client{Transport: canned(func() io.Reader { return bytes.NewReader(body) })})
		router := llm.NewRouter(at, m)
		return testing.AllocsPerRun(5, func() {
			if reply, err := router.Stream(context.Background(), ask(), ignore); err != nil || reply.Interrupted {
				t.Fatal(reply, err)
			}
		})
	}
	// The difference leaves out what a call costs without a token.
	perToken := (allocations(2000) - allocations(1000)) / 1000
	t.Logf("P7 %.3f allocations per token", perToken)
	if perToken > 2 {
		t.Errorf("%.3f allocations per token", perToken)
	}
}

// BenchmarkRelay is the cost of an answer of 1,000 tokens: ours, with masking,
// router and ledger, and the library's reader alone.
func BenchmarkRelay(b *testing.B) {
	const tokens = 1000
	body := answerOf(tokens)
	client := &http.Client{Transport: canned(func() io.Reader { return bytes.NewReader(body) })}
	report := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*tokens), "ns/token")
		b.ReportAllocs()
	}
	b.Run("router", func(b *testing.B) {
		router := llm.NewRouter(at, openai.New("http://model.test/v1", "test-key", "gpt-4.1-mini", client))
		for b.Loop() {
			if _, err := router.Stream(context.Background(), ask(), ignore); err != nil {
				b.Fatal(err)
			}
		}
		report(b)
	})
	b.Run("library", func(b *testing.B) {
		config := api.DefaultConfig("test-key")
		config.BaseURL, config.HTTPClient = "http://model.test/v1", client
		library := api.NewClientWithConfig(config)
		for b.Loop() {
			stream, err := library.CreateChatCompletionStream(context.Background(), api.ChatCompletionRequest{
				Model: "gpt-4.1-mini", Messages: []api.ChatCompletionMessage{{Role: "user", Content: "How long?"}},
			})
			if err != nil {
				b.Fatal(err)
			}
			for {
				if _, err := stream.Recv(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
			_ = stream.Close()
		}
		report(b)
	})
}

// BenchmarkRelayDelay is P7 itself: from a token's first byte in to its first
// byte out, at 10,000 tokens a second.
func BenchmarkRelayDelay(b *testing.B) {
	const rate = 10_000
	var delays []time.Duration
	for b.Loop() {
		const tokens = 2000
		in, out := io.Pipe()
		sent := make(chan time.Time, tokens)
		go func() {
			next := time.Now()
			for range tokens {
				for time.Now().Before(next) { // a timer is too coarse for 100 µs
				}
				next = next.Add(time.Second / rate)
				sent <- time.Now()
				fmt.Fprintf(out, "data: %s\n\n", chunk(" token"))
			}
			fmt.Fprintf(out, "data: %s\n\ndata: [DONE]\n\n", stop)
			_ = out.Close() // a pipe does not fail to close
		}()
		m := openai.New("http://model.test/v1", "test-key", "gpt-4.1-mini", &http.Client{Transport: canned(func() io.Reader { return in })})
		_, err := llm.NewRouter(at, m).Stream(context.Background(), ask(), func(s string) error {
			for range strings.Count(s, "token") {
				delays = append(delays, time.Since(<-sent))
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(delays)
	b.ReportMetric(float64(delays[len(delays)/2].Nanoseconds())/1000, "p50-us")
	b.ReportMetric(float64(delays[len(delays)*99/100].Nanoseconds())/1000, "p99-us")
}
