package ingest

import (
	"context"
	"fmt"
	"iter"

	"omniops/shared/fault"
	"omniops/shared/inventory"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/passage"
	"omniops/shared/llm"
	"omniops/shared/processor"
)

// dimensions is the length of the vectors.
const dimensions = 512

// embedded builds an index with vectors. Those of passages that did not change
// are taken from the index in use.
func (r *run) embedded(ctx context.Context, passages iter.Seq[passage.Passage]) ([]byte, error) {
	inTime := ctx
	if _, bounded := ctx.Deadline(); bounded { // what is left is for indexing by words
		var cancel context.CancelFunc
		inTime, cancel = context.WithTimeout(ctx, timeLeft(ctx)*2/3)
		defer cancel()
	}
	previous, err := r.Library.Index(ctx, r.account.Tenant, r.account.IndexVersion)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	return index.BuildFrom(inTime, passages, index.Options{Embed: r.embed, Model: r.EmbedModel, Previous: previous})
}

// embed asks the provider for vectors of at most 128 texts.
func (r *run) embed(ctx context.Context, texts []string) ([][]float32, error) {
	answer, err := r.Models.Embed(ctx, llm.EmbedRequest{
		Tenant: r.account.Tenant, Region: processor.Region(r.account.Region), Class: inventory.PublicContent,
		Texts: texts, Dimensions: dimensions,
	})
	if err != nil {
		return nil, err
	}
	if answer.Model != r.EmbedModel {
		return nil, fmt.Errorf("vectors are of model %s, not %s", answer.Model, r.EmbedModel)
	}
	return answer.Vectors, nil
}
