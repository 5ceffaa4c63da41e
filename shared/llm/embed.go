package llm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sony/gobreaker/v2"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/mask"
	"omniops/shared/processor"
)

// EmbedRequest asks for vectors of texts.
type EmbedRequest struct {
	Tenant     id.Tenant
	Region     processor.Region
	Class      inventory.Category // of the texts: PublicContent or MessageContent
	Texts      []string           // none empty
	Known      []string           // as in a Request
	Dimensions int                // 0 leaves it to the model
}

// Embedding is the answer to an EmbedRequest.
type Embedding struct {
	Vectors      [][]float32 // one per text, of length 1
	Provider     processor.Name
	Model        string
	Tokens       int
	CostMicroUSD int64
	Lookup       Lookup // valid in every case
}

// Lookup is what the ledger of AI use keeps of a request for vectors of what a
// person wrote.
type Lookup struct {
	At           time.Time      `json:"at"`
	Outbound     []string       `json:"outbound"` // exactly what left
	Provider     processor.Name `json:"provider,omitempty"`
	Model        string         `json:"model,omitempty"`
	Tokens       int            `json:"tokens"`
	CostMicroUSD int64          `json:"cost_micro_usd"`
	Attempts     []Attempt      `json:"attempts"`
}

// Embedder is a connection to an embedding model of a processor. Errors have
// Kinds as those of a Provider.
type Embedder interface {
	Processor() processor.Name
	Model() string
	// Embed gives one vector per text, and the tokens, 0 if not counted.
	Embed(ctx context.Context, texts Masked, dimensions int) ([][]float32, int, error)
}

// Masked is texts that the firewall let through. Only it can make them.
type Masked struct{ texts []string }

// Texts gives the texts. The caller does not change them.
func (m Masked) Texts() []string { return m.texts }

type guardedEmbedder struct {
	Embedder
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
}

// WithEmbedders adds embedding models to the router while it is built.
func (r *Router) WithEmbedders(embedders ...Embedder) *Router {
	for _, e := range embedders {
		r.embedders = append(r.embedders, guardedEmbedder{e, newBreaker(e.Processor())})
	}
	return r
}

// Embed gives vectors of texts, masked like everything that leaves. It tries as
// Stream does, and is Unavailable when nobody answers.
func (r *Router) Embed(ctx context.Context, req EmbedRequest) (Embedding, error) {
	if req.Tenant == "" || len(req.Texts) == 0 {
		return Embedding{}, fault.E(fault.Invalid, "Vectors need a tenant and texts.", nil)
	}
	masked := Masked{make([]string, len(req.Texts))}
	bytes := 0
	for i, s := range req.Texts {
		m := mask.New()
		m.Know(req.Known...)
		if req.Class == inventory.PublicContent {
			masked.texts[i] = m.MaskPage(s)
		} else {
			masked.texts[i] = m.Mask(s)
		}
		bytes += len(masked.texts[i])
	}
	lookup := Lookup{At: r.now(), Outbound: masked.texts}
	var failures []error
	for _, name := range r.allowed(processor.Embeddings, req.Region, req.Class) {
		for _, e := range r.embedders {
			if e.Processor() != name {
				continue
			}
			for try := range tries {
				vectors, tokens, err := embedOnce(ctx, e, masked, req.Dimensions)
				lookup.Attempts = append(lookup.Attempts, attempt(e.Processor(), e.Model(), err))
				if err == nil {
					if tokens == 0 {
						tokens = EstimateTokens(bytes)
					}
					lookup.Provider, lookup.Model, lookup.Tokens, lookup.CostMicroUSD = name, e.Model(), tokens, PriceOf(e.Model()).Cost(tokens, 0)
					return Embedding{vectors, name, e.Model(), tokens, lookup.CostMicroUSD, lookup}, nil
				}
				failures = append(failures, fmt.Errorf("%s: %w", name, err))
				if ctx.Err() != nil {
					return Embedding{Lookup: lookup}, errors.Join(errCaller, context.Cause(ctx))
				}
				if !worthRepeating(err) || try == tries-1 {
					break
				}
				if err := r.pause(ctx); err != nil {
					return Embedding{Lookup: lookup}, errors.Join(errCaller, err)
				}
			}
		}
	}
	return Embedding{Lookup: lookup}, fault.E(fault.Unavailable, "Search by meaning cannot be reached at the moment.", errors.Join(failures...))
}

func embedOnce(ctx context.Context, e guardedEmbedder, texts Masked, dimensions int) ([][]float32, int, error) {
	done, err := e.breaker.Allow()
	if err != nil {
		return nil, 0, fault.E(fault.Unavailable, "", errHeldBack)
	}
	inner, cancel := context.WithTimeoutCause(ctx, idle, errLate)
	defer cancel()
	vectors, tokens, err := e.Embed(inner, texts, dimensions)
	switch {
	case err == nil && len(vectors) != len(texts.texts):
		err = fmt.Errorf("%d vectors for %d texts", len(vectors), len(texts.texts))
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded): // too late for the caller: whoever always is, is not asked
		err = fault.E(fault.Unavailable, "", errLate)
	case err != nil && ctx.Err() != nil:
		done(errCaller)
		return nil, 0, errors.Join(errCaller, err)
	case err != nil && errors.Is(context.Cause(inner), errLate):
		err = fault.E(fault.Unavailable, "", errLate)
	}
	done(err)
	return vectors, tokens, err
}
