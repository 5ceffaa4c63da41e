package evaluation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"omniops/local/clock"
	"omniops/local/faults"
	"omniops/local/sandbox"
	"omniops/local/services"
	"omniops/shared/conversation"
	"omniops/shared/egress"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/evaluation"
	"omniops/shared/knowledge/index"
	"omniops/shared/knowledge/ingest"
	"omniops/shared/knowledge/library"
	"omniops/shared/knowledge/passage"
	"omniops/shared/llm"
	"omniops/shared/llm/openai"
	"omniops/shared/object"
	"omniops/shared/processor"
	"omniops/shared/seal"
	"omniops/shared/support"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// The models, as template.yaml has them.
const (
	chatModel  = "gpt-4.1-mini"
	embedModel = "text-embedding-3-small"
)

// Shop is a merchant whose site was read, with the engine that answers its
// shoppers. The model is the local stand-in, which composes its answers from
// the passages it is shown.
type Shop struct {
	Index *index.Index

	name     id.Tenant
	host     string
	language string
	models   *llm.Router
	engine   *support.Engine
	passages map[string]passage.Passage // by the hash of their text and their address
	prompts  *prompts
	close    []func() error
}

// Open has a site read over HTTP into local services and made ready to answer.
// The root is that of the repository. Close ends it.
func Open(ctx context.Context, root, site string) (s *Shop, err error) {
	s = &Shop{name: id.Tenant(site), passages: map[string]passage.Passage{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	base, stop, err := Serve(site)
	if err != nil {
		return s, err
	}
	s.close = append(s.close, func() error { stop(); return nil })
	s.host = strings.TrimPrefix(base, "http://")
	now := clock.Fixed(crawled)
	cloud, err := services.Start(ctx, services.Options{
		Template:   filepath.Join(root, "template.yaml"),
		Parameters: map[string]string{"DomainName": "api.test", "CertificateArn": "arn:aws:acm:eu-west-2:000000000000:certificate/test"},
		Clock:      now, Faults: faults.New(1),
		Secrets: map[string]string{"SESSION_SECRET": "local-only-not-a-secret", "OPENAI_API_KEY": "sk-local", "SENTRY_DSN": "unset"},
	})
	if err != nil {
		return s, fmt.Errorf("start the services: %w", err)
	}
	s.close = append(s.close, cloud.Close)
	s.prompts = &prompts{next: sandbox.NewOpenAI(faults.New(1), now.Now, 0)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return s, err
	}
	model := &httptest.Server{Listener: l, Config: &http.Server{
		Handler: s.prompts, ReadHeaderTimeout: 10 * time.Second,
	}}
	model.Start()
	s.close = append(s.close, func() error { model.Close(); return nil })
	outside := egress.New(egress.Options{Hosts: processor.Listed, AllowPrivate: []string{l.Addr().String()}})
	provider := func(name string) *openai.Model { return openai.New(model.URL+"/openai/v1", "sk-local", name, outside) }
	s.models = llm.NewRouter(now.Now, provider(chatModel)).WithEmbedders(provider(embedModel))

	env := func(name string) (string, error) {
		for _, f := range cloud.Template.Functions {
			if value, ok := f.Environment[name]; ok && filepath.Base(strings.TrimSuffix(f.CodeURI, "/")) == "chat-reply" {
				return value, nil
			}
		}
		return "", fmt.Errorf("template.yaml sets no %s for chat-reply", name)
	}
	var values [4]string
	for i, name := range []string{"TABLE_NAME", "KEY_TABLE_NAME", "CONTENT_BUCKET", "KEYRING_KEY_ID"} {
		if values[i], err = env(name); err != nil {
			return s, err
		}
	}
	main := table.New(cloud.AWS, values[0], now.Now)
	tenants, books := tenant.NewStore(main), library.New(object.NewBucket(cloud.AWS, values[2]))
	s.engine = &support.Engine{
		Tenants:       tenant.NewRecent(tenants),
		Conversations: conversation.NewStore(main, seal.NewKeyring(cloud.AWS, table.New(cloud.AWS, values[1], now.Now), values[3])),
		Knowledge:     books, Models: s.models, Now: now.Now, Log: slog.New(slog.DiscardHandler),
	}
	if err := tenants.Save(ctx, tenant.Account{
		Tenant: s.name, Name: site, Domains: []string{s.host}, SiteURL: base, ContactEmail: "help@shop.example", CreatedAt: crawled,
		DailyTurns: 1_000_000,
	}.WithDefaults()); err != nil {
		return s, err
	}
	reader := &ingest.Reader{
		Client: crawl.NewClient([]string{s.host}, nil), Tenants: tenants, Sites: library.NewSites(main), Library: books,
		Limits: crawl.Limits{Rate: 1e6}, Now: now.Now, Log: slog.New(slog.DiscardHandler), Models: s.models, EmbedModel: embedModel,
	}
	if err := reader.Read(ctx, library.Crawl{Tenant: s.name}); err != nil {
		return s, err
	}
	account, err := tenants.Get(ctx, s.name)
	if err != nil {
		return s, err
	}
	s.language = account.Language
	if s.Index, err = books.Index(ctx, s.name, account.IndexVersion); err != nil {
		return s, err
	}
	if s.Index.Stats().Dimensions == 0 {
		return s, errors.New("the pages were indexed without their meaning")
	}
	for p := range s.Index.Passages {
		s.passages[p.Hash()+p.URL] = p
	}
	return s, nil
}

// vector is the meaning of a question, as the index has it.
func (s *Shop) vector(ctx context.Context, text string) ([]float32, error) {
	e, err := s.models.Embed(ctx, llm.EmbedRequest{
		Tenant: s.name, Region: processor.UnitedKingdom, Class: inventory.MessageContent,
		Texts: []string{text}, Dimensions: s.Index.Stats().Dimensions,
	})
	if err != nil {
		return nil, err
	}
	return e.Vectors[0], nil
}

// Close ends the shop and what it runs on.
func (s *Shop) Close() error {
	var errs []error
	for _, end := range slices.Backward(s.close) {
		errs = append(errs, end())
	}
	s.close = nil
	return errors.Join(errs...)
}

// speaksOf is the least confidence with which a page speaks of what was asked, as
// the support engine has it.
const speaksOf = 0.35

// Find looks a question up as the engine does: by words, and by meaning too
// where words do not settle it.
func (s *Shop) Find(ctx context.Context, q Question) (evaluation.Outcome, error) {
	query := index.Query{Text: q.Text, Language: support.LanguageOf(q.Text, s.language), Limit: deep}
	hits := s.Index.Search(query)
	if s.Index.Unsure(hits) {
		var err error
		if query.Vector, err = s.vector(ctx, q.Text); err != nil {
			return evaluation.Outcome{}, err
		}
		if near := s.Index.Search(query); slices.ContainsFunc(near, func(h index.Hit) bool { return h.Confidence >= speaksOf }) {
			hits = near
		}
	}
	return found(hits), nil
}

// FindByWords looks a question up without its meaning.
func (s *Shop) FindByWords(_ context.Context, q Question) (evaluation.Outcome, error) {
	return found(s.Index.Search(index.Query{Text: q.Text, Language: support.LanguageOf(q.Text, s.language), Limit: deep})), nil
}

// deep is how many passages are looked at: enough for ten pages.
const deep = 40

func found(hits []index.Hit) evaluation.Outcome {
	o := evaluation.Outcome{Abstained: !slices.ContainsFunc(hits, func(h index.Hit) bool { return h.Confidence >= speaksOf })}
	for _, h := range hits {
		o.Pages = append(o.Pages, PathOf(h.Passage.URL))
	}
	return o
}

// Ask has the engine answer a question as the first of a conversation, and finds
// the pages for it beside. The answer is supported if it cites a passage of an
// expected page in which an expected answer stands.
func (s *Shop) Ask(ctx context.Context, q Question) (evaluation.Outcome, error) {
	o, err := s.Find(ctx, q)
	if err != nil {
		return o, err
	}
	turn, err := s.engine.Accept(ctx, support.Ask{
		Ref:    conversation.Ref{Tenant: s.name, Conversation: id.Random[id.Conversation](), Shopper: id.Random[id.Shopper]()},
		Domain: s.host, Language: q.Language, Text: q.Text, IdempotencyKey: "question-" + q.ID,
	})
	if err != nil {
		return o, err
	}
	s.prompts.forget()
	var text strings.Builder
	var sources support.Sources
	if err := s.engine.Answer(ctx, turn, func(ev support.Event) error {
		switch ev := ev.(type) {
		case support.Token:
			text.WriteString(ev.Text)
		case support.Sources:
			sources = ev
		}
		return nil
	}); err != nil {
		return o, err
	}
	if sources.Degraded {
		return o, fmt.Errorf("the model did not answer: %s", text.String())
	}
	o.Text = text.String()
	o.Abstained = sources.Handoff && len(sources.Sources) == 0
	o.Stated = q.answeredBy(o.Text)
	o.Supported = slices.ContainsFunc(sources.Sources, func(c conversation.Source) bool {
		p, ok := s.passages[c.Hash+c.URL]
		return ok && s.answers(p, q)
	})
	o.Shown = o.Supported || s.shown(q)
	return o, nil
}

// answers reports whether a passage is of an expected page and has an expected
// answer.
func (s *Shop) answers(p passage.Passage, q Question) bool {
	return slices.Contains(q.Pages, PathOf(p.URL)) && q.answeredBy(p.Title()+"\n"+p.Text)
}

// shown reports whether the model was shown a line that answers the question, on
// an expected page.
func (s *Shop) shown(q Question) bool {
	prompt := alphanumeric(s.prompts.last())
	for _, p := range s.passages {
		if !s.answers(p, q) {
			continue
		}
		for line := range strings.Lines(p.Text) {
			if q.answeredBy(line) && strings.Contains(prompt, alphanumeric(line)) {
				return true
			}
		}
	}
	return false
}

// alphanumeric keeps the letters and figures of a text: prompts indent and mark
// lines in their own way.
func alphanumeric(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// answeredBy reports whether one of the expected answers stands in a text.
func (q Question) answeredBy(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(q.Answers, func(a string) bool { return strings.Contains(text, strings.ToLower(a)) })
}

// Run puts all questions about the shop to ask, which is one of its methods.
func (s *Shop) Run(ctx context.Context, ask func(context.Context, Question) (evaluation.Outcome, error)) ([]evaluation.Result, error) {
	whole := map[string]Question{}
	var questions []evaluation.Question
	for _, q := range Questions(string(s.name)) {
		whole[q.ID] = q
		questions = append(questions, evaluation.Question{ID: q.ID, Language: q.Language, Text: q.Text, Pages: q.Pages})
	}
	return evaluation.Run(ctx, questions, func(ctx context.Context, q evaluation.Question) (evaluation.Outcome, error) {
		return ask(ctx, whole[q.ID])
	})
}
