package llm

import "strings"

// Price is what a model costs, in millionths of a micro-dollar, which is the
// same as dollars per million tokens times a million: $0.40 per million tokens
// is 400,000.
type Price struct{ Prompt, Completion int64 }

// prices holds the list prices by the beginning of the model's name; the
// longest one counts. Read from general knowledge of the providers' price
// pages; a contract may say otherwise.
var prices = map[string]Price{
	"gpt-4o":                 {2_500_000, 10_000_000},
	"gpt-4o-mini":            {150_000, 600_000},
	"gpt-4.1":                {2_000_000, 8_000_000},
	"gpt-4.1-mini":           {400_000, 1_600_000},
	"gpt-4.1-nano":           {100_000, 400_000},
	"gpt-5":                  {1_250_000, 10_000_000},
	"gpt-5-mini":             {250_000, 2_000_000},
	"gpt-5-nano":             {50_000, 400_000},
	"text-embedding-3-small": {20_000, 0},
	"text-embedding-3-large": {130_000, 0},
}

// dearest is the price of a model that is not listed: too high rather than too
// low, because budgets hang on it.
var dearest = Price{15_000_000, 75_000_000}

// PriceOf gives a model's price.
func PriceOf(model string) Price {
	price, length := dearest, 0
	for name, p := range prices {
		if len(name) > length && strings.HasPrefix(model, name) {
			price, length = p, len(name)
		}
	}
	return price
}

// Cost gives the price of an answer in micro-dollars, rounded up.
func (p Price) Cost(promptTokens, completionTokens int) int64 {
	return (p.Prompt*int64(promptTokens) + p.Completion*int64(completionTokens) + 999_999) / 1_000_000
}

// EstimateTokens gives about how many tokens bytes of text are: rather more
// than a model counts.
func EstimateTokens(bytes int) int { return (bytes + 2) / 3 }
