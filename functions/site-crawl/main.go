// Site-crawl reads one merchant's website and makes it what the agent answers
// from. It works through a queue, one crawl of a tenant at a time.
package main

import (
	"context"

	"omniops/shared/boot"
	"omniops/shared/egress"
	"omniops/shared/knowledge/crawl"
	"omniops/shared/knowledge/ingest"
	"omniops/shared/knowledge/library"
	"omniops/shared/llm"
	"omniops/shared/llm/openai"
	"omniops/shared/object"
	"omniops/shared/processor"
	"omniops/shared/queue"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	Bucket        string      `env:"CONTENT_BUCKET"`
	Crawls        string      `env:"CRAWL_QUEUE_URL"`
	OpenAIKey     boot.Secret `env:"OPENAI_API_KEY_ARN,optional"` // without, pages are found by words alone
	OpenAIBaseURL string      `env:"OPENAI_BASE_URL"`
	EmbedModel    string      `env:"OPENAI_EMBEDDING_MODEL"`
	CrawlPrivate  []string    `env:"CRAWL_ALLOW_PRIVATE"`
	AllowPrivate  []string    `env:"EGRESS_ALLOW_PRIVATE"`
}

func main() {
	ingest.LimitMemory()
	boot.Queue(build)
}

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context, library.Crawl) error, error) {
	main := table.New(rt.AWS, s.Table, rt.Now)
	limits := crawl.Limits{}
	if len(s.CrawlPrivate) > 0 { // our own machine need not be spared
		limits.Rate = 200
	}
	reader := &ingest.Reader{
		Client:  crawl.NewClient(s.CrawlPrivate, nil),
		Tenants: tenant.NewStore(main),
		Sites:   library.NewSites(main),
		Library: library.New(object.NewBucket(rt.AWS, s.Bucket)),
		Limits:  limits,
		Now:     rt.Now,
		Log:     rt.Log,
		Orders:  queue.NewSender[library.Crawl](rt.AWS, s.Crawls),
	}
	if key := s.OpenAIKey.Reveal(); key != "" {
		outside := egress.New(egress.Options{Hosts: processor.Listed, AllowPrivate: s.AllowPrivate})
		reader.EmbedModel = s.EmbedModel
		reader.Models = llm.NewRouter(rt.Now).WithEmbedders(openai.New(s.OpenAIBaseURL, key, s.EmbedModel, outside))
	}
	return reader.Read, nil
}
