package support

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/inventory"
	"omniops/shared/knowledge/figure"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/passage"
	"omniops/shared/llm"
	"omniops/shared/processor"
)

// retrieve finds the passages a question is answered from: none when the pages
// do not seem to say.
//
// A question that leans on the one before it, such as "And for a teapot?", is
// looked up together with that. Where words do not settle it, such as those of
// another language, the question's meaning is looked up.
func (e *Engine) retrieve(ctx context.Context, turn *Turn) ([]index.Hit, error) {
	ix, err := e.index(ctx, turn)
	if err != nil {
		return nil, err
	}
	find := finder{ix: ix, language: LanguageOf(turn.asked, turn.account.Language), limit: passagesShown, found: map[string][]index.Hit{}}
	records, kind := asksForRecord(turn.asked), soughtIn(turn.asked)
	if records || kind != figure.Plain {
		find.limit = passagesSought
	}
	whole := asking(turn.asked)
	to := destinations(turn.asked)
	if to != nil {
		find.limit = passagesReaching
	}
	hits := find.byWords(turn)
	if before := turn.previousQuestion(); before != "" && leansOnBefore(turn.asked) {
		whole += " " + before
	}
	if ix.Unsure(find.search(whole, nil)) {
		if vector := e.embed(ctx, turn, ix, whole); vector != nil {
			if near := find.search(whole, vector); slices.ContainsFunc(near, func(h index.Hit) bool { return h.Confidence >= leastNear(h, find.language, whole) }) {
				hits = near
			}
		}
	}
	hits = reaching(to, favour(hits, kind, e.reader(turn)))
	if records {
		hits = find.withRecords(hits)
		hits = plainFirst(whole, find.language, hits)
	}
	return pick(hits, records), nil
}

// reader gives readings of the passages that a turn is answered from.
func (e *Engine) reader(turn *Turn) func(passage.Passage) *reading {
	return e.read.reader(turn.ask.Tenant, turn.account.IndexVersion)
}

// passagesReaching is how many passages are looked at for one that speaks of a
// country.
const passagesReaching = 40

// soughtIn is the kind of figure that answers a question: money, a duration, a phone
// number, or Plain when no kind is known.
func soughtIn(question string) figure.Kind {
	said := strings.Join(words(question), " ")
	switch {
	case anyPhrase(said, durationAsk): // first: "combien de temps" asks for no price
		return figure.Duration
	case anyPhrase(said, priceAsk):
		return figure.Money
	case anyPhrase(said, phoneAsk):
		return figure.Phone
	}
	return figure.Plain
}

// durationAsk asks how long something takes or lasts.
var durationAsk = []string{
	"how long", "how many days", "how many weeks", "how soon", "how fast", "how quick", "how quickly", "when will", "when do", "delivery time",
	"wie lange", "wie viele tage", "wie schnell", "bis wann", "wann kommt", "lieferzeit", "frist",
	"combien de temps", "combien de jours", "sous combien", "délai", "délais", "dans combien",
}

// phoneAsk asks for a number to call.
var phoneAsk = []string{
	"phone number", "telephone number", "what number", "by phone", "by telephone", "telefonnummer", "telefonisch", "anrufen",
	"numéro de téléphone", "par téléphone", "appeler",
}

// favoured is what a passage's score is worth more when it has a figure of the
// kind that is sought.
const favoured = 1.25

// favour moves passages up that have a figure of a kind.
func favour(hits []index.Hit, kind figure.Kind, read func(passage.Passage) *reading) []index.Hit {
	if kind == figure.Plain {
		return hits
	}
	score := func(h index.Hit) float64 {
		if slices.ContainsFunc(read(h.Passage).figures(), func(f figure.Figure) bool { return f.Is(kind) }) {
			return h.Score * favoured
		}
		return h.Score
	}
	sorted := slices.Clone(hits) // what was found is kept for other looks
	scores := map[string]float64{}
	for _, h := range sorted {
		scores[h.Passage.ID] = score(h)
	}
	slices.SortStableFunc(sorted, func(a, b index.Hit) int { return cmp.Compare(scores[b.Passage.ID], scores[a.Passage.ID]) })
	return sorted
}

// asking gives the sentences of a message that ask, or all of it if none does:
// what a shopper says around a question would blur its meaning, and need not
// leave.
func asking(message string) string {
	var asks []string
	for _, s := range sentences(message) {
		if strings.HasSuffix(s, "?") {
			asks = append(asks, strings.TrimSpace(s))
		}
	}
	if asks == nil {
		return message
	}
	return strings.Join(asks, " ")
}

// embedBudget is how long the first word of an answer may wait for an embedding
// of the question.
const embedBudget = 250 * time.Millisecond

// embed gives the vector of a question, or nil when there is none in time. What
// was sent goes to the turn's ledger.
func (e *Engine) embed(ctx context.Context, turn *Turn, ix *index.Index, text string) []float32 {
	ctx, cancel := context.WithTimeout(ctx, embedBudget)
	defer cancel()
	embedding, err := e.Models.Embed(ctx, llm.EmbedRequest{
		Tenant: turn.ask.Tenant, Region: processor.Region(turn.account.Region), Class: inventory.MessageContent,
		Texts: []string{text}, Dimensions: ix.Stats().Dimensions,
	})
	if slices.ContainsFunc(embedding.Lookup.Attempts, func(a llm.Attempt) bool { return a.Sent }) {
		turn.lookups = append(turn.lookups, embedding.Lookup)
	}
	if err != nil {
		e.Log.WarnContext(ctx, "embed question", "tenant", turn.ask.Tenant, "error", err)
		return nil
	}
	if embedding.Model != ix.Stats().Model || len(embedding.Vectors[0]) != ix.Stats().Dimensions {
		return nil // the index was made with another model
	}
	return embedding.Vectors[0]
}

// finder looks questions up.
type finder struct {
	ix       *index.Index
	language string
	limit    int
	found    map[string][]index.Hit // by words, so far
}

// search gives the best passages, by words and, with a vector, by meaning.
func (f finder) search(text string, vector []float32) []index.Hit {
	if hits, ok := f.found[text]; ok && vector == nil {
		return hits
	}
	hits := f.ix.Search(index.Query{Text: text, Language: f.language, Vector: vector, Limit: f.limit})
	if vector == nil {
		f.found[text] = hits
	}
	return hits
}

// confident gives the passages for a text if the pages seem to say.
func (f finder) confident(text string) []index.Hit {
	hits := f.search(text, nil)
	if len(hits) == 0 || hits[0].Confidence < least(text) {
		return nil
	}
	return hits
}

// withRecords puts beside the best passages the record of what their page sells,
// which need not have the words of the question: a code stands in the page's table,
// its price in the record.
func (f finder) withRecords(hits []index.Hit) []index.Hit {
	var out []index.Hit
	for i, h := range hits {
		out = append(out, h)
		onPage := func(other index.Hit) bool { return other.Passage.Product != nil && other.Passage.URL == h.Passage.URL }
		if i >= recordsShown || len(h.Passage.Path) == 0 || slices.ContainsFunc(hits, onPage) || slices.ContainsFunc(out, onPage) {
			continue
		}
		near := f.search(h.Passage.Path[0], nil)
		if j := slices.IndexFunc(near, onPage); j >= 0 {
			record := near[j]
			record.Score, record.Confidence = h.Score, h.Confidence
			out = append(out, record)
		}
	}
	return out
}

// least is the confidence that the best passage for a text must have.
func least(text string) float64 {
	if len(words(text)) > longMessage { // the model judges whether the passages answer it
		return minLoose
	}
	return minConfidence
}

// leastNear is the confidence that a passage found by meaning must have. With one
// in another language than the question's, words have nothing to say, so that the
// model is left to judge more of them.
func leastNear(h index.Hit, language, text string) float64 {
	if foreign(h.Passage, language) {
		return minForeign
	}
	return least(text)
}

func (f finder) byWords(turn *Turn) []index.Hit {
	if before := turn.previousQuestion(); before != "" && leansOnBefore(turn.asked) {
		if hits := f.confident(turn.asked + " " + before); hits != nil {
			return hits
		}
	}
	// What a shopper says around a question must not hide it.
	if hits := f.surest(turn.asked, asking(turn.asked)); hits != nil {
		return hits
	}
	return f.surest(sentences(turn.asked)...)
}

// surest gives the passages for the text that the pages are the surest to say
// something of; the first of equals.
func (f finder) surest(texts ...string) (best []index.Hit) {
	for _, text := range texts {
		if hits := f.confident(text); hits != nil && (best == nil || hits[0].Confidence > best[0].Confidence) {
			best = hits
		}
	}
	return best
}

// pick chooses the passages that the model is given: the best ones. For a
// question about a price or what is in stock, records of products move up.
func pick(hits []index.Hit, records bool) []index.Hit {
	if len(hits) <= passagesShown || !records {
		return hits[:min(len(hits), passagesShown)]
	}
	chosen := slices.Clone(hits[:passagesShown])
	isRecord := func(h index.Hit) bool { return h.Passage.Product != nil }
	for _, h := range hits[passagesShown:] {
		if !isRecord(h) || len(slices.DeleteFunc(slices.Clone(chosen), func(h index.Hit) bool { return !isRecord(h) })) >= recordsShown {
			continue
		}
		for i := len(chosen) - 1; i > 0; i-- {
			if !isRecord(chosen[i]) {
				chosen = append(slices.Delete(chosen, i, i+1), h)
				break
			}
		}
	}
	return chosen
}

// index is the shop's index. One that is gone was replaced after the account was
// read: then the account is read again.
func (e *Engine) index(ctx context.Context, turn *Turn) (*index.Index, error) {
	ix, err := e.Knowledge.Index(ctx, turn.ask.Tenant, turn.account.IndexVersion)
	if fault.KindOf(err) != fault.NotFound || turn.account.IndexVersion == "" {
		return ix, err
	}
	account, _, err := e.Tenants.Refresh(ctx, turn.ask.Tenant)
	if err != nil {
		return nil, err
	}
	turn.account = account
	return e.Knowledge.Index(ctx, turn.ask.Tenant, account.IndexVersion)
}

// maxSentences is how many sentences of a message are looked up on their own.
const maxSentences = 8

// sentences splits a message of several sentences; questions come first.
func sentences(message string) []string {
	var asked, said []string
	for rest := message; rest != ""; {
		end := strings.IndexAny(rest, ".!?\n")
		sentence := rest
		if end >= 0 {
			sentence, rest = rest[:end+1], rest[end+1:]
		} else {
			rest = ""
		}
		switch {
		case len(words(sentence)) < 3:
		case strings.HasSuffix(sentence, "?"):
			asked = append(asked, sentence)
		default:
			said = append(said, sentence)
		}
	}
	all := slices.Concat(asked, said)
	return all[:min(len(all), maxSentences)]
}

// previousQuestion is what the shopper asked before, if it was a question.
func (t *Turn) previousQuestion() string {
	for i := len(t.thread.Messages) - 1; i >= 0; i-- {
		m := t.thread.Messages[i]
		if m.Author == conversation.Shopper && m.Turn < t.Answers() && intentOf(m.Text.Reveal()) == question {
			return m.Text.Reveal()
		}
	}
	return ""
}
