package llm

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sony/gobreaker/v2"

	"omniops/shared/fault"
	"omniops/shared/inventory"
	"omniops/shared/processor"
)

// Limits of one try.
const (
	firstToken = 8 * time.Second  // until the first piece of the answer
	idle       = 10 * time.Second // between two pieces
	patience   = time.Second      // the longest Retry-After that is waited for
	tries      = 2                // of one provider, before the answer begins
)

// A breaker opens after this many failures in a row, and lets one call try
// again after this time.
const (
	tripAfter = 5
	openFor   = 15 * time.Second
)

// Router asks the providers. It is safe for concurrent use, and the only place
// where a call to a model is tried again.
type Router struct {
	now       func() time.Time
	register  processor.Register
	pause     func(context.Context) error // before the second try
	providers []guarded
	embedders []guardedEmbedder
}

// guarded is a provider behind its breaker.
type guarded struct {
	Provider
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
}

// NewRouter makes a Router of the providers that are configured. Which of them
// is asked, and in which order, is the register's to say.
func NewRouter(now func() time.Time, providers ...Provider) *Router {
	r := &Router{now: now, register: processor.All(), pause: shortPause}
	for _, p := range providers {
		r.providers = append(r.providers, guarded{p, newBreaker(p.Processor())})
	}
	return r
}

func newBreaker(name processor.Name) *gobreaker.TwoStepCircuitBreaker[struct{}] {
	return gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:        string(name),
		Timeout:     openFor,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= tripAfter },
		// A prompt that a provider will not take, or a caller who has gone, says
		// nothing about the provider.
		IsExcluded: func(err error) bool {
			return errors.Is(err, errCaller) || fault.KindOf(err) == fault.Invalid
		},
	})
}

// shortPause waits 50 to 250 ms, so that those who failed together do not try
// again together.
func shortPause(ctx context.Context) error {
	var b [2]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	wait := 50*time.Millisecond + time.Duration(binary.BigEndian.Uint16(b[:]))*200*time.Millisecond/(1<<16)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

var (
	errCaller   = errors.New("the caller has gone")
	errLate     = errors.New("no answer in time")
	errStalled  = errors.New("the answer stopped coming")
	errHeldBack = errors.New("breaker open")
)

// Stream asks for an answer and passes its text on as it comes.
//
// Until the answer begins, a provider that fails is asked a second time and
// then the next one; when all have failed the error is Unavailable. Once it has
// begun nothing is asked twice: the reply says Interrupted. An error of yield,
// or the end of ctx, ends the call with that error. The reply's ledger is valid
// in every case.
func (r *Router) Stream(ctx context.Context, req Request, yield func(token string) error) (Reply, error) {
	reply := Reply{Ledger: Entry{
		At: r.now().Truncate(time.Millisecond), Tenant: req.Tenant, Conversation: req.Conversation, Surface: req.Surface, Task: req.Task.Version,
	}}
	prompt, masker, err := admit(req)
	if err != nil {
		return reply, err
	}
	reply.Ledger.Outbound = prompt.messages
	for _, t := range prompt.tools {
		reply.Ledger.Tools = append(reply.Ledger.Tools, t.Name)
	}
	relay := newRelay(masker.Restorer(), yield)
	var failures []error
	for _, p := range r.chain(req) {
		for try := range tries {
			completion, err := r.try(ctx, p, prompt, relay)
			if try > 0 && errors.Is(err, errHeldBack) {
				break // by the failure before, which is noted
			}
			reply.Ledger.note(p, err)
			if err == nil || relay.begun.Load() || errors.Is(err, errCaller) {
				return r.finish(reply, p, completion, relay, masker.Restore, err)
			}
			failures = append(failures, fmt.Errorf("%s: %w", p.Processor(), err))
			if !worthRepeating(err) || try == tries-1 {
				break
			}
			if err := r.pause(ctx); err != nil {
				return reply, errors.Join(errCaller, err)
			}
		}
	}
	return reply, fault.E(fault.Unavailable, "The assistant cannot be reached at the moment.", errors.Join(failures...))
}

// chain gives the configured providers that may receive the request, first
// choice first.
func (r *Router) chain(req Request) []guarded {
	classes := []inventory.Category{inventory.MessageContent}
	if len(req.Passages) > 0 {
		classes = append(classes, inventory.PublicContent)
	}
	var chain []guarded
	for _, name := range r.allowed(req.Surface, req.Region, classes...) {
		for _, p := range r.providers {
			if p.Processor() == name {
				chain = append(chain, p)
			}
		}
	}
	return chain
}

// allowed gives the processors that may receive all of the classes.
func (r *Router) allowed(s processor.Surface, from processor.Region, classes ...inventory.Category) []processor.Name {
	var names []processor.Name
	for i, class := range classes {
		var may []processor.Name
		for _, p := range r.register.Allowed(s, class, from) {
			if i == 0 || slices.Contains(names, p.Name) {
				may = append(may, p.Name)
			}
		}
		names = may
	}
	return names
}

// try asks one provider once.
func (r *Router) try(ctx context.Context, p guarded, prompt Prompt, relay *relay) (Completion, error) {
	done, err := p.breaker.Allow()
	if err != nil {
		return Completion{}, fault.E(fault.Unavailable, "", errHeldBack)
	}
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(firstToken, func() {
		if relay.begun.Load() {
			cancel(errStalled)
		} else {
			cancel(errLate)
		}
	})
	defer timer.Stop()
	completion, err := p.Stream(inner, prompt, func(piece []byte) error {
		timer.Stop() // a slow reader is not a slow provider
		defer timer.Reset(idle)
		return relay.write(piece)
	})
	if err != nil {
		switch cause := context.Cause(inner); {
		case relay.refused != nil:
			err = errors.Join(errCaller, relay.refused)
		case ctx.Err() != nil:
			err = errors.Join(errCaller, context.Cause(ctx))
		case errors.Is(cause, errLate) || errors.Is(cause, errStalled):
			err = fault.E(fault.Unavailable, "", cause)
		}
	}
	done(err)
	return completion, err
}

// worthRepeating reports whether the same provider may answer at once. One that
// was slow would be slow again.
func worthRepeating(err error) bool {
	kind := fault.KindOf(err)
	return (kind == fault.RateLimited || kind == fault.Unavailable) && fault.RetryAfter(err) <= patience &&
		!errors.Is(err, errLate) && !errors.Is(err, errHeldBack)
}

// note adds an attempt to the ledger.
func (e *Entry) note(p Provider, err error) {
	e.Attempts = append(e.Attempts, attempt(p.Processor(), p.Model(), err))
}

// attempt tells of one try what the ledger keeps.
func attempt(name processor.Name, model string, err error) Attempt {
	a := Attempt{Provider: name, Model: model, Sent: !errors.Is(err, errHeldBack)}
	switch {
	case err == nil:
	case errors.Is(err, errCaller):
		a.Failure = "cancelled"
	case errors.Is(err, errLate), errors.Is(err, errStalled):
		a.Failure = "timeout"
	default:
		a.Failure = fault.KindOf(err).String()
	}
	return a
}

// finish completes the reply of an answer that ended or broke off.
func (r *Router) finish(reply Reply, p Provider, c Completion, relay *relay, restore func(string) string, err error) (Reply, error) {
	if !errors.Is(err, errCaller) {
		if refused := relay.flush(); refused != nil {
			err = errors.Join(errCaller, refused)
		}
	}
	reply.Text, reply.Interrupted, reply.FinishReason = relay.text.String(), err != nil, c.FinishReason
	if err == nil {
		for _, call := range c.Calls {
			// No value holds a quote or a backslash, so the JSON stays whole.
			call.Arguments = restore(call.Arguments)
			reply.Calls = append(reply.Calls, call)
		}
	}
	l := &reply.Ledger
	l.Provider, l.Model, l.PromptTokens, l.CompletionTokens = p.Processor(), p.Model(), c.PromptTokens, c.CompletionTokens
	if l.PromptTokens == 0 {
		l.Estimated = true
		l.PromptTokens, l.CompletionTokens = EstimateTokens(size(l.Outbound)), EstimateTokens(relay.received)
	}
	l.CostMicroUSD = PriceOf(p.Model()).Cost(l.PromptTokens, l.CompletionTokens)
	if errors.Is(err, errCaller) {
		return reply, err
	}
	return reply, nil
}

func size(messages []Message) (bytes int) {
	for _, m := range messages {
		bytes += len(m.Text)
	}
	return bytes
}
