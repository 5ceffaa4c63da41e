package llm

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/inventory"
	"omniops/shared/processor"
)

// script is a provider whose behaviour a test sets. It counts its calls.
type script struct {
	name   processor.Name
	answer func(ctx context.Context, token func([]byte) error) (Completion, error)

	mu    sync.Mutex
	calls int
}

func (s *script) Processor() processor.Name { return s.name }
func (s *script) Model() string             { return "model-of-" + string(s.name) }

func (s *script) Stream(ctx context.Context, _ Prompt, token func([]byte) error) (Completion, error) {
	s.mu.Lock()
	s.calls++
	s.mu.Unlock()
	return s.answer(ctx, token)
}

// says answers with pieces.
func says(name processor.Name, pieces ...string) *script {
	return &script{name: name, answer: func(_ context.Context, token func([]byte) error) (Completion, error) {
		for _, p := range pieces {
			if err := token([]byte(p)); err != nil {
				return Completion{}, err
			}
		}
		return Completion{FinishReason: Stopped, PromptTokens: 10, CompletionTokens: 2}, nil
	}}
}

// fails fails at once.
func fails(name processor.Name, err error) *script {
	return &script{name: name, answer: func(context.Context, func([]byte) error) (Completion, error) { return Completion{}, err }}
}

// hangs says the pieces and then nothing more until the call is given up.
func hangs(name processor.Name, pieces ...string) *script {
	return &script{name: name, answer: func(ctx context.Context, token func([]byte) error) (Completion, error) {
		for _, p := range pieces {
			if err := token([]byte(p)); err != nil {
				return Completion{}, err
			}
		}
		<-ctx.Done()
		return Completion{}, ctx.Err()
	}}
}

var (
	errBusy = fault.E(fault.RateLimited, "", errors.New("429"))
	errDown = fault.E(fault.Unavailable, "", errors.New("503"))
)

func ask() Request {
	return Request{
		Tenant: "shop", Region: processor.UnitedKingdom, Surface: processor.CustomerChat, Conversation: "c1",
		Task: Task{Version: "test/1", System: "Answer."}, Question: "How long?",
		Passages: []Passage{{N: 1, Title: "Returns", URL: "https://shop.example/returns", Text: "30 days."}},
	}
}

func ignore(string) error { return nil }

func TestRegisterOrdersTheProviders(t *testing.T) {
	claim.Proves(t, "C038")
	all := func() []Provider {
		return []Provider{says(processor.Google, "g"), says(processor.Anthropic, "a"), says(processor.OpenAI, "o")}
	}
	for surface, want := range map[processor.Surface]processor.Name{
		processor.CustomerChat: processor.OpenAI, processor.MerchantAssistant: processor.Anthropic,
	} {
		req := ask()
		req.Surface = surface
		reply, err := NewRouter(time.Now, all()...).Stream(t.Context(), req, ignore)
		if err != nil || reply.Ledger.Provider != want {
			t.Errorf("%s: %s, %v", surface, reply.Ledger.Provider, err)
		}
		if diff := cmp.Diff([]Attempt{{Provider: want, Model: "model-of-" + string(want), Sent: true}}, reply.Ledger.Attempts); diff != "" {
			t.Errorf("%s: attempts %s", surface, diff)
		}
	}
	for _, surface := range []processor.Surface{processor.Email, processor.Hosting, "elsewhere"} {
		req := ask()
		req.Surface = surface
		if reply, err := NewRouter(time.Now, all()...).Stream(t.Context(), req, ignore); fault.KindOf(err) != fault.Unavailable || reply.Ledger.Attempts != nil {
			t.Errorf("%s: %+v, %v", surface, reply, err)
		}
	}
}

// TestNoTransferWithoutMechanism takes the ground of a transfer away, and the
// provider is not asked.
func TestNoTransferWithoutMechanism(t *testing.T) {
	claim.Proves(t, "C118", "C119")
	for name, mechanisms := range map[string][]processor.Mechanism{
		"none": nil, "UK data without IDTA": {processor.SCC}, "adequacy that does not hold": {processor.EUAdequacy, processor.UKAdequacy},
	} {
		t.Run(name, func(t *testing.T) {
			o := says(processor.OpenAI, "o")
			r := NewRouter(time.Now, o)
			r.register = processor.All()
			for i := range r.register {
				if r.register[i].Name == processor.OpenAI {
					r.register[i].Mechanisms = mechanisms
				}
			}
			if _, err := r.Stream(t.Context(), ask(), ignore); fault.KindOf(err) != fault.Unavailable || o.calls != 0 {
				t.Errorf("%d calls, %v", o.calls, err)
			}
		})
	}
	unlisted := says("unlisted", "u")
	if _, err := NewRouter(time.Now, unlisted).Stream(t.Context(), ask(), ignore); fault.KindOf(err) != fault.Unavailable || unlisted.calls != 0 {
		t.Errorf("a provider that is not listed: %d calls, %v", unlisted.calls, err)
	}
}

func TestFailover(t *testing.T) {
	for _, c := range []struct {
		name  string
		first *script
		calls int
	}{
		{"rate limited", fails(processor.OpenAI, errBusy), 2},
		{"down", fails(processor.OpenAI, errDown), 2},
		{"down for long", fails(processor.OpenAI, fault.After(fault.Unavailable, "", time.Minute, nil)), 1},
		{"no credit", fails(processor.OpenAI, fault.E(fault.Forbidden, "", nil)), 1},
		{"prompt refused", fails(processor.OpenAI, fault.E(fault.Invalid, "", nil)), 1},
		{"malformed", fails(processor.OpenAI, errors.New("no JSON")), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var shown strings.Builder
				second := says(processor.Anthropic, "from ", "the second")
				reply, err := NewRouter(time.Now, c.first, second).Stream(t.Context(), ask(), func(s string) error { shown.WriteString(s); return nil })
				if err != nil || shown.String() != "from the second" || reply.Ledger.Provider != processor.Anthropic || c.first.calls != c.calls {
					t.Errorf("%q after %d calls, %+v, %v", shown.String(), c.first.calls, reply, err)
				}
				if took := time.Since(began); took > time.Second {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

func TestTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		slow := hangs(processor.OpenAI)
		reply, err := NewRouter(time.Now, slow, says(processor.Anthropic, "yes")).Stream(t.Context(), ask(), ignore)
		if err != nil || reply.Text != "yes" || slow.calls != 1 || time.Since(began) != firstToken {
			t.Errorf("no first token: %+v, %v after %v", reply, err, time.Since(began))
		}
		began = time.Now()
		second := says(processor.Anthropic, "yes")
		reply, err = NewRouter(time.Now, hangs(processor.OpenAI, "You have 3"), second).Stream(t.Context(), ask(), ignore)
		if err != nil || !reply.Interrupted || reply.Text != "You have 3" || second.calls != 0 || time.Since(began) != idle {
			t.Errorf("stalled: %+v, %v after %v", reply, err, time.Since(began))
		}
		if a := reply.Ledger.Attempts; len(a) != 1 || a[0].Failure != "timeout" {
			t.Errorf("attempts %+v", a)
		}
		if !reply.Ledger.Estimated || reply.Ledger.CompletionTokens != EstimateTokens(len("You have 3")) {
			t.Errorf("what came is not counted: %+v", reply.Ledger)
		}
		// A reader who takes a minute for each token is no fault of the provider.
		reply, err = NewRouter(time.Now, says(processor.OpenAI, "a", "b")).Stream(t.Context(), ask(), func(string) error {
			<-time.After(time.Minute)
			return nil
		})
		if err != nil || reply.Interrupted || reply.Text != "ab" {
			t.Errorf("slow reader: %+v, %v", reply, err)
		}
	})
}

func TestCallerGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := errors.New("gone")
		second := says(processor.Anthropic, "yes")
		r := NewRouter(time.Now, says(processor.OpenAI, "a", "b"), second)
		for range tripAfter + 1 {
			reply, err := r.Stream(t.Context(), ask(), func(string) error { return gone })
			if !errors.Is(err, gone) || !reply.Interrupted || reply.Text != "a" || second.calls != 0 || reply.Ledger.Attempts[0].Failure != "cancelled" {
				t.Fatalf("%+v, %v", reply, err)
			}
		}
		if _, err := r.Stream(t.Context(), ask(), ignore); err != nil {
			t.Errorf("callers who go open the breaker: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := NewRouter(time.Now, hangs(processor.OpenAI), second).Stream(ctx, ask(), ignore)
		if !errors.Is(err, context.DeadlineExceeded) || second.calls != 0 {
			t.Errorf("deadline: %v", err)
		}
	})
}

// TestScenario12 is a provider that fails every call: the breaker opens after
// five, calls go to the next provider at once, and a recovered provider is used
// again.
func TestScenario12(t *testing.T) {
	for name, second := range map[string]*script{"failover": says(processor.Anthropic, "yes"), "all down": fails(processor.Anthropic, errDown)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first := fails(processor.OpenAI, errDown)
				r := NewRouter(time.Now, first, second)
				const offered = 100
				for range offered {
					_, err := r.Stream(t.Context(), ask(), ignore)
					if err != nil != (name == "all down") || err != nil && fault.KindOf(err) != fault.Unavailable {
						t.Fatal(err)
					}
				}
				if first.calls != tripAfter {
					t.Errorf("the breaker opened after %d calls", first.calls)
				}
				for range offered { // a minute and a half of one call a second
					<-time.After(time.Second)
					_, _ = r.Stream(t.Context(), ask(), ignore)
				}
				ratio := float64(first.calls) / (2 * offered)
				t.Logf("R3 amplification %.3f", ratio)
				if ratio > 1.2 {
					t.Errorf("amplification %.2f", ratio)
				}
				first.answer = says(processor.OpenAI, "back").answer
				<-time.After(openFor)
				if reply, err := r.Stream(t.Context(), ask(), ignore); err != nil || reply.Text != "back" {
					t.Errorf("after recovery: %+v, %v", reply, err)
				}
			})
		})
	}
}

// TestAmplificationOfFewCalls is the worst case for the ratio: an instance that
// sees only as many calls as it takes to open the breaker.
func TestAmplificationOfFewCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := fails(processor.OpenAI, errBusy)
		r := NewRouter(time.Now, first)
		for range tripAfter {
			_, _ = r.Stream(t.Context(), ask(), ignore)
		}
		if ratio := float64(first.calls) / tripAfter; ratio > 1.2 {
			t.Errorf("amplification %.2f", ratio)
		}
	})
}

func TestRestoresAcrossPieces(t *testing.T) {
	req := ask()
	req.Question = "Write to jo@example.com or ring 020 7946 0958"
	var tokens []string
	reply, err := NewRouter(time.Now, says(processor.OpenAI, "I wrote to ", "[", "email", "_1", "], see [1", "], not [phone", "_2] or [ph")).
		Stream(t.Context(), req, func(s string) error { tokens = append(tokens, s); return nil })
	if err != nil || reply.Text != "I wrote to jo@example.com, see [1], not [phone_2] or [ph" {
		t.Errorf("%q, %v", reply.Text, err)
	}
	if strings.Join(tokens, "") != reply.Text || strings.Contains(strings.Join(tokens, "|"), "||") {
		t.Errorf("tokens %q", tokens)
	}
}

func TestConcurrentUse(t *testing.T) {
	r := NewRouter(time.Now, says(processor.OpenAI, "[email_1]"), says(processor.Anthropic, "x"))
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			req := ask()
			req.Question = fmt.Sprintf("I am jo%d@example.com", i)
			if reply, err := r.Stream(t.Context(), req, ignore); err != nil || reply.Text != fmt.Sprintf("jo%d@example.com", i) {
				t.Errorf("%d: %q, %v", i, reply.Text, err)
			}
		})
	}
	group.Wait()
}

// vectors is an Embedder that a test scripts.
type vectors struct {
	calls int
	embed func(ctx context.Context, texts []string) ([][]float32, int, error)
}

func (v *vectors) Processor() processor.Name { return processor.OpenAI }
func (v *vectors) Model() string             { return "text-embedding-3-small" }
func (v *vectors) Embed(ctx context.Context, texts Masked, _ int) ([][]float32, int, error) {
	v.calls++
	return v.embed(ctx, texts.Texts())
}

func TestEmbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		req := EmbedRequest{Tenant: "shop", Region: processor.UnitedKingdom, Class: inventory.PublicContent, Texts: []string{"a", "jo@example.com"}}
		good := func(_ context.Context, texts []string) ([][]float32, int, error) {
			if texts[1] != "[email_1]" {
				t.Errorf("texts %q", texts)
			}
			return [][]float32{{1}, {0}}, 0, nil
		}
		v := &vectors{}
		v.embed = func(ctx context.Context, texts []string) ([][]float32, int, error) {
			if v.calls == 1 {
				return nil, 0, errBusy
			}
			return good(ctx, texts)
		}
		got, err := NewRouter(time.Now).WithEmbedders(v).Embed(t.Context(), req)
		if err != nil || v.calls != 2 || got.Tokens != EstimateTokens(10) || got.CostMicroUSD != 1 {
			t.Errorf("%+v, %v after %d calls", got, err, v.calls)
		}
		down := &vectors{embed: func(context.Context, []string) ([][]float32, int, error) { return nil, 0, errDown }}
		r := NewRouter(time.Now).WithEmbedders(down)
		for range 20 {
			if _, err := r.Embed(t.Context(), req); fault.KindOf(err) != fault.Unavailable {
				t.Error(err)
			}
		}
		if down.calls != tripAfter {
			t.Errorf("the breaker opened after %d calls", down.calls)
		}
		slow := &vectors{embed: func(ctx context.Context, _ []string) ([][]float32, int, error) {
			<-ctx.Done()
			return nil, 0, ctx.Err()
		}}
		if _, err := NewRouter(time.Now).WithEmbedders(slow).Embed(t.Context(), req); fault.KindOf(err) != fault.Unavailable || slow.calls != 1 {
			t.Errorf("slow: %v after %d calls", err, slow.calls)
		}
		req.Texts = nil
		if _, err := r.Embed(t.Context(), req); fault.KindOf(err) != fault.Invalid {
			t.Errorf("no texts: %v", err)
		}
	})
}

// The ledger of a request for vectors tells what left and who received it, in
// every case.
func TestLookup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		req := EmbedRequest{Tenant: "shop", Region: processor.UnitedKingdom, Class: inventory.MessageContent, Texts: []string{"I am jo@example.com"}}
		v := &vectors{}
		v.embed = func(context.Context, []string) ([][]float32, int, error) {
			if v.calls == 1 {
				return nil, 0, errBusy
			}
			return [][]float32{{1}}, 7, nil
		}
		got, err := NewRouter(time.Now).WithEmbedders(v).Embed(t.Context(), req)
		want := Lookup{
			At: got.Lookup.At, Outbound: []string{"I am [email_1]"}, Provider: processor.OpenAI, Model: "text-embedding-3-small", Tokens: 7, CostMicroUSD: 1,
			Attempts: []Attempt{
				{processor.OpenAI, "text-embedding-3-small", true, fault.KindOf(errBusy).String()}, {processor.OpenAI, "text-embedding-3-small", true, ""},
			},
		}
		if diff := cmp.Diff(want, got.Lookup); diff != "" || err != nil || want.At.IsZero() {
			t.Errorf("%s, %v", diff, err)
		}

		slow := &vectors{embed: func(ctx context.Context, _ []string) ([][]float32, int, error) {
			<-ctx.Done()
			return nil, 0, ctx.Err()
		}}
		r := NewRouter(time.Now).WithEmbedders(slow)
		for range 20 { // always too late: soon nobody waits for it
			ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
			began := time.Now()
			got, err := r.Embed(ctx, req)
			cancel()
			if err == nil || len(got.Lookup.Attempts) == 0 || got.Lookup.Attempts[0].Failure == "" || time.Since(began) > 250*time.Millisecond {
				t.Fatalf("%+v, %v after %v", got.Lookup, err, time.Since(began))
			}
		}
		if slow.calls != tripAfter {
			t.Errorf("asked %d times", slow.calls)
		}
	})
}

func TestCost(t *testing.T) {
	for model, want := range map[string]int64{
		"gpt-4.1-mini": 400 + 1600, "gpt-4.1-mini-2025-04-14": 400 + 1600, "gpt-4o-mini": 150 + 600, "text-embedding-3-small": 20, "never-heard-of": 15_000 + 75_000,
	} {
		if got := PriceOf(model).Cost(1000, 1000); got != want {
			t.Errorf("%s: %d micro-dollars, want %d", model, got, want)
		}
	}
	if got := PriceOf("gpt-4o-mini").Cost(1, 0); got != 1 {
		t.Errorf("a part of a micro-dollar: %d", got)
	}
}
