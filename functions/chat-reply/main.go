// Chat-reply answers a shopper's message as a stream of events, and shows the
// transcript of the conversation.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/channel/webchat"
	"omniops/shared/commerce"
	"omniops/shared/commerce/shopify"
	"omniops/shared/conversation"
	"omniops/shared/egress"
	"omniops/shared/knowledge/library"
	"omniops/shared/llm"
	"omniops/shared/llm/openai"
	"omniops/shared/object"
	"omniops/shared/problem"
	"omniops/shared/processor"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/support"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	KeyTable      string      `env:"KEY_TABLE_NAME"`
	Bucket        string      `env:"CONTENT_BUCKET"`
	KeyringKey    string      `env:"KEYRING_KEY_ID"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	ShopifyURL    string      `env:"SHOPIFY_BASE_URL,optional"` // empty is the shop's own address
	ShopifyID     string      `env:"SHOPIFY_CLIENT_ID,optional"`
	ShopifySecret boot.Secret `env:"SHOPIFY_CLIENT_SECRET_ARN"`
	OpenAIKey     boot.Secret `env:"OPENAI_API_KEY_ARN"`
	OpenAIBaseURL string      `env:"OPENAI_BASE_URL"`
	ChatModel     string      `env:"OPENAI_CHAT_MODEL"`
	EmbedModel    string      `env:"OPENAI_EMBEDDING_MODEL"`
	AllowPrivate  []string    `env:"EGRESS_ALLOW_PRIVATE"`
}

func main() { boot.Stream(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	sessions, err := webchat.NewSessions(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	app, _ := shopify.NewApp(s.ShopifyID, s.ShopifySecret.Reveal())
	main := table.New(rt.AWS, s.Table, rt.Now)
	requests, err := rights.NewStore(main, s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	keyring := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), s.KeyringKey)
	outside := egress.New(egress.Options{Hosts: processor.Listed, AllowPrivate: s.AllowPrivate})
	connections := shopify.NewConnections(main, seal.NewSecrets(rt.AWS, s.SecretsKey))
	log, err := audit.New(main, s.SessionSecret.Bytes(), "chat-reply")
	if err != nil {
		return nil, err
	}
	trail := commerce.NewTrail(log, keyring)
	h := &handler{keys: keyring, log: log, sessions: sessions, engine: &support.Engine{
		Tenants:       tenant.NewRecent(tenant.NewStore(main)),
		Conversations: conversation.NewStore(main, keyring),
		Knowledge:     library.New(object.NewBucket(rt.AWS, s.Bucket)),
		Models: llm.NewRouter(rt.Now, openai.New(s.OpenAIBaseURL, s.OpenAIKey.Reveal(), s.ChatModel, outside)).
			WithEmbedders(openai.New(s.OpenAIBaseURL, s.OpenAIKey.Reveal(), s.EmbedModel, outside)),
		Orders: &support.Orders{
			Connected: connections.Connected,
			Offers:    shopify.NewCatalogue(main).Offers,
			Verifier:  commerce.NewVerifier(main, keyring, s.SessionSecret.Bytes()),
			Trail:     trail,
			Actions:   commerce.NewActions(main, keyring).Noting(trail),
			Shop: shopify.NewClient(shopify.Options{
				BaseURL: s.ShopifyURL, HTTP: egress.New(egress.Options{Hosts: processor.Integrated, AllowPrivate: s.AllowPrivate}), App: app,
				Connections: connections, Now: rt.Now, Log: rt.Log,
			}),
		},
		Wished: requests.AcceptWish,
		Now:    rt.Now,
		Log:    rt.Log,
	}}
	mux := http.NewServeMux()
	mux.Handle("POST /v1/chat", problem.Handler(h.reply))
	mux.Handle("GET /v1/chat", problem.Handler(h.transcript))
	return apigw.CORS("GET, POST", mux), nil
}
