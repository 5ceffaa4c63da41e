package masking

import (
	"context"
	"strings"
	"testing"
	"time"

	"omniops/local/evaluation"
	"omniops/shared/claim"
	"omniops/shared/llm"
	"omniops/shared/mask"
	"omniops/shared/processor"
)

// least is the recall that each kind must reach.
var least = map[string]float64{
	"name": .95, "address": .95, "email": .98, "spelled e-mail": .98, "phone": .98, "card": 1, "iban": 1, "national id": .98, "birth date": .98, "secret": 1,
}

// Precision that each kind, and recall that each locale, must reach.
const (
	leastPrecision = .97
	leastLocale    = .95
)

func TestMaskingReachesItsTargets(t *testing.T) {
	claim.Proves(t, "C057")
	all := Sentences(PerLocale)
	if len(all) < 2000 || len(Locales()) < 10 {
		t.Fatalf("%d sentences in %d locales", len(all), len(Locales()))
	}
	for name, set := range map[string][]Sentence{"grammar": all, "second grammar": Unseen(UnseenPerLocale)} {
		r := Evaluate(set)
		for _, kind := range Kinds {
			s := r.Kinds[kind]
			if s == nil {
				if name == "grammar" {
					t.Errorf("%s: no %s", name, kind)
				}
				continue
			}
			if s.Recall() < least[kind] || s.Precision() < leastPrecision {
				t.Errorf("%s: %s has recall %.3f and precision %.3f", name, kind, s.Recall(), s.Precision())
			}
		}
		for _, l := range Locales() {
			floor := leastLocale
			if name != "grammar" {
				floor = .88
			}
			if s := r.Locales[l]; s.Recall() < floor || s.Precision() < .95 {
				t.Errorf("%s: %s has recall %.3f and precision %.3f", name, l, s.Recall(), s.Precision())
			}
		}
	}
}

// TestQuestionsOfShoppersAreLeftAlone masks the labelled questions of the demo
// shops, which hold nothing personal.
func TestQuestionsOfShoppersAreLeftAlone(t *testing.T) {
	for _, site := range evaluation.Sites() {
		for _, q := range evaluation.Questions(site) {
			if masked := mask.New().Mask(q.Text); masked != q.Text {
				t.Errorf("%s: %q became %q", q.ID, q.Text, masked)
			}
		}
	}
}

// recorder is a model that keeps what it is sent, and answers with the last
// question.
type recorder struct{ bodies []string }

func (*recorder) Processor() processor.Name { return processor.OpenAI }
func (*recorder) Model() string             { return "recorder" }

func (r *recorder) Stream(_ context.Context, p llm.Prompt, token func([]byte) error) (llm.Completion, error) {
	var body strings.Builder
	for _, m := range p.Messages() {
		body.WriteString(m.Text + "\n")
		for _, c := range m.Calls {
			body.WriteString(c.Arguments + "\n")
		}
	}
	r.bodies = append(r.bodies, body.String())
	last := p.Messages()[len(p.Messages())-1].Text
	_, question, _ := strings.Cut(last, "Question:\n")
	for i := 0; i < len(question); i += 3 { // as a stream does, in pieces of no meaning
		if err := token([]byte(question[i:min(i+3, len(question))])); err != nil {
			return llm.Completion{}, err
		}
	}
	return llm.Completion{FinishReason: llm.Stopped}, nil
}

// TestNothingPersonalOfTheCorpusLeaves sends every sentence through the router,
// as a question, as what was said before and as a tool's argument, and looks for
// its values in what a provider received. The answer, which repeats the
// question, has them again.
func TestNothingPersonalOfTheCorpusLeaves(t *testing.T) {
	claim.Proves(t, "C007", "C057", "C058", "C059")
	provider := &recorder{}
	router := llm.NewRouter(time.Now, provider)
	sentences, shown := Sentences(PerLocale), 0
	for i, s := range sentences {
		before := sentences[(i+7)%len(sentences)]
		for before.Locale != s.Locale {
			before = s
		}
		reply, err := router.Stream(context.Background(), llm.Request{
			Tenant: "shop", Region: processor.UnitedKingdom, Surface: processor.CustomerChat, Conversation: "c",
			Task: llm.Task{Version: "t/1", System: "Answer from the passages."}, Question: s.Text,
			History:  []llm.Turn{{Text: before.Text}, {Assistant: true, Text: "Thank you."}},
			Passages: []llm.Passage{{N: 1, Title: "Returns", URL: "https://shop.example/returns", Text: "Within 30 days."}},
		}, func(string) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		body := provider.bodies[len(provider.bodies)-1]
		for _, said := range []Sentence{s, before} {
			for _, v := range said.Values {
				if strings.Contains(body, v.Text) && !ambiguous(v, s, before) {
					shown++
					t.Errorf("%s %q was sent: %q", v.Kind, v.Text, body)
				}
			}
		}
		lasting := false
		for _, v := range s.Values {
			lasting = lasting || v.Class == mask.Card || v.Class == mask.Secret
		}
		if !lasting && reply.Text != s.Text {
			t.Errorf("%q came back as %q", s.Text, reply.Text)
		}
	}
	t.Logf("%d requests, %d values in clear", len(provider.bodies), shown)
}

// ambiguous reports whether what looks like a value is also a word of the
// sentences that is none, as "Maj" is a month.
func ambiguous(v Value, sentences ...Sentence) bool {
	for _, s := range sentences {
		rest := s.Text
		for _, o := range s.Values {
			rest = strings.ReplaceAll(rest, o.Text, " ")
		}
		if strings.Contains(rest, v.Text) {
			return true
		}
	}
	return false
}

// TestTheReportIsTheSameEachTime holds that the sentences are fixed.
func TestTheReportIsTheSameEachTime(t *testing.T) {
	first, second := Sentences(20), Sentences(20)
	for i := range first {
		if first[i].Text != second[i].Text {
			t.Fatalf("%q, then %q", first[i].Text, second[i].Text)
		}
	}
}
