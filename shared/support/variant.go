package support

import (
	"maps"
	"slices"

	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/wording"
)

// plainFirst puts a product before those whose names say more than was asked:
// "the Orchard teapot" is not the "Orchard teapot for one", unless the question
// has words to spare that may mean the rest.
func plainFirst(question, language string, hits []index.Hit) []index.Hit {
	asked, words := map[string]bool{}, 0
	for _, w := range wording.Words(question) {
		stems := wording.Without(wording.Stems(w, language), priceWords(), askWords())
		if len(stems) > 0 {
			words++
		}
		maps.Copy(asked, stems)
	}
	names := make([]map[string]bool, len(hits))
	for i, h := range hits {
		if h.Passage.Product != nil {
			names[i] = wording.Stems(h.Passage.Product.Name, h.Passage.Language)
		}
	}
	sorted := slices.Clone(hits)
	for i := range sorted {
		for j := i + 1; j < len(sorted); j++ {
			longer, plain := names[i], names[j]
			if plain == nil || len(longer) <= len(plain) || wording.Common(longer, plain) < len(plain) || words > len(plain) ||
				wording.Common(asked, plain) == 0 || wording.Common(asked, wording.Without(longer, plain)) > 0 {
				continue
			}
			moved, name := sorted[j], names[j]
			copy(sorted[i+1:j+1], sorted[i:j])
			copy(names[i+1:j+1], names[i:j])
			sorted[i], names[i] = moved, name
		}
	}
	return sorted
}
