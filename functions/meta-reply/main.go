// Meta-reply answers what people write on WhatsApp, Messenger and Instagram. It
// works through a queue, one event of a thread at a time.
package main

import (
	"cmp"
	"context"

	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/channel"
	"omniops/shared/channel/erasure"
	"omniops/shared/channel/meta"
	"omniops/shared/channel/outbox"
	"omniops/shared/channel/responder"
	"omniops/shared/commerce"
	"omniops/shared/commerce/proof"
	"omniops/shared/commerce/shopify"
	"omniops/shared/conversation"
	"omniops/shared/egress"
	"omniops/shared/knowledge/library"
	"omniops/shared/llm"
	"omniops/shared/llm/openai"
	"omniops/shared/notify"
	"omniops/shared/object"
	"omniops/shared/processor"
	"omniops/shared/queue"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/subject"
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
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
	GraphBaseURL  string      `env:"META_GRAPH_BASE_URL"`
	AppID         string      `env:"META_APP_ID,optional"`
	AppSecret     boot.Secret `env:"META_APP_SECRET_ARN"`
	Verifications string      `env:"VERIFICATION_QUEUE_URL"`
	Tasks         string      `env:"ORDER_QUEUE_URL"`
	Exports       string      `env:"EXPORT_QUEUE_URL"`
	ShopifyURL    string      `env:"SHOPIFY_BASE_URL,optional"` // empty is the shop's own address
	ShopifyID     string      `env:"SHOPIFY_CLIENT_ID,optional"`
	ShopifySecret boot.Secret `env:"SHOPIFY_CLIENT_SECRET_ARN"`
	API           string      `env:"API_BASE_URL,optional"`
	Domain        string      `env:"DOMAIN_NAME"`
	OpenAIKey     boot.Secret `env:"OPENAI_API_KEY_ARN"`
	OpenAIBaseURL string      `env:"OPENAI_BASE_URL"`
	ChatModel     string      `env:"OPENAI_CHAT_MODEL"`
	EmbedModel    string      `env:"OPENAI_EMBEDDING_MODEL"`
	AllowPrivate  []string    `env:"EGRESS_ALLOW_PRIVATE"`
	MailURL       string      `env:"RESEND_BASE_URL"`
	MailKey       boot.Secret `env:"RESEND_API_KEY_ARN"`
	MailFrom      string      `env:"MAIL_FROM"`
}

func main() { boot.Queue(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context, channel.Inbound) error, error) {
	veil, err := channel.NewVeil(s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	app, _ := shopify.NewApp(s.ShopifyID, s.ShopifySecret.Reveal())
	main := table.New(rt.AWS, s.Table, rt.Now)
	keyring := seal.NewKeyring(rt.AWS, table.New(rt.AWS, s.KeyTable, rt.Now), s.KeyringKey)
	threads := channel.NewThreads(main, keyring, veil)
	connections := meta.NewConnections(main, seal.NewSecrets(rt.AWS, s.SecretsKey))
	shops := shopify.NewConnections(main, seal.NewSecrets(rt.AWS, s.SecretsKey))
	people, err := subject.New(s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	requests, err := rights.NewStore(main, s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	tickets, err := rights.NewTickets(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	chats, pages := conversation.NewStore(main, keyring), cmp.Or(s.API, "https://"+s.Domain)
	models := egress.New(egress.Options{Hosts: processor.Listed, AllowPrivate: s.AllowPrivate})
	platform := egress.New(egress.Options{Hosts: meta.Listed, AllowPrivate: s.AllowPrivate})
	log, err := audit.New(main, s.SessionSecret.Bytes(), "meta-reply")
	if err != nil {
		return nil, err
	}
	trail := commerce.NewTrail(log, keyring)
	r := &responder.Responder{
		Outbox: &outbox.Outbox{
			Threads: threads, Connections: connections, Veil: veil, Now: rt.Now,
			Graph: meta.NewGraph(s.GraphBaseURL, s.AppID, s.AppSecret.Reveal(), platform),
		},
		Engine: &support.Engine{
			Tenants:       tenant.NewRecent(tenant.NewStore(main)),
			Conversations: chats,
			Knowledge:     library.New(object.NewBucket(rt.AWS, s.Bucket)),
			Models: llm.NewRouter(rt.Now, openai.New(s.OpenAIBaseURL, s.OpenAIKey.Reveal(), s.ChatModel, models)).
				WithEmbedders(openai.New(s.OpenAIBaseURL, s.OpenAIKey.Reveal(), s.EmbedModel, models)),
			Orders: &support.Orders{
				Connected: shops.Connected,
				Offers:    shopify.NewCatalogue(main).Offers,
				Verifier:  commerce.NewVerifier(main, keyring, s.SessionSecret.Bytes()).Noting(trail),
				Trail:     trail,
				Actions:   commerce.NewActions(main, keyring).Noting(trail),
				Shop: shopify.NewClient(shopify.Options{
					BaseURL: s.ShopifyURL, HTTP: egress.New(egress.Options{Hosts: processor.Integrated, AllowPrivate: s.AllowPrivate}), App: app,
					Connections: shops, Now: rt.Now, Log: rt.Log,
				}),
			},
			Wished: requests.AcceptWish,
			Now:    rt.Now,
			Log:    rt.Log,
		},
		Rights: &rights.Counter{
			Desk:    &rights.Desk{Requests: requests, Chats: chats, Exports: queue.NewSender[rights.Work](rt.AWS, s.Exports)},
			Tickets: tickets,
			Notes:   rights.NewNotes(seal.NewSecrets(rt.AWS, s.SecretsKey)),
			Pages:   pages,
		},
		Attempts: queue.NewSender[commerce.Attempt](rt.AWS, s.Verifications),
		Tasks:    queue.NewSender[commerce.Task](rt.AWS, s.Tasks),
		Link:     (&proof.Links{People: people, Requests: requests, Shops: shops}).Note,
		Deletions: &erasure.Deletions{
			Eraser:      &erasure.Eraser{Table: main, Keys: keyring, Threads: threads, Veil: veil, Now: rt.Now},
			Connections: connections,
		},
		Mail:      notify.NewMailer(s.MailURL, s.MailKey.Reveal(), s.MailFrom, models).Send,
		StatusURL: pages + "/meta/deletion/",
		Log:       rt.Log,
	}
	return r.Handle, nil
}
