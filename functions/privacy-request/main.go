// Privacy-request takes what a person asks about their own data: from the chat
// they are in, or from anywhere with an e-mail address that is proved by a code. It
// also shows the page for it.
package main

import (
	"cmp"
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/channel/webchat"
	"omniops/shared/conversation"
	"omniops/shared/egress"
	"omniops/shared/notify"
	"omniops/shared/problem"
	"omniops/shared/processor"
	"omniops/shared/queue"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/subject"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	ErasureQueue  string      `env:"ERASURE_QUEUE_URL"`
	ExportQueue   string      `env:"EXPORT_QUEUE_URL"`
	Domain        string      `env:"DOMAIN_NAME"`
	API           string      `env:"API_BASE_URL,optional"` // instead of https and the domain
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
	ResendBaseURL string      `env:"RESEND_BASE_URL"`
	ResendKey     boot.Secret `env:"RESEND_API_KEY_ARN"`
	MailFrom      string      `env:"MAIL_FROM"`
	AllowPrivate  []string    `env:"EGRESS_ALLOW_PRIVATE"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	secret := s.SessionSecret.Bytes()
	main := table.New(rt.AWS, s.Table, rt.Now)
	sessions, err := webchat.NewSessions(secret, rt.Now)
	if err != nil {
		return nil, err
	}
	tickets, err := rights.NewTickets(secret, rt.Now)
	if err != nil {
		return nil, err
	}
	subjects, err := subject.New(secret)
	if err != nil {
		return nil, err
	}
	requests, err := rights.NewStore(main, secret)
	if err != nil {
		return nil, err
	}
	outside := egress.New(egress.Options{Hosts: processor.Listed, AllowPrivate: s.AllowPrivate})
	h := &handler{
		sessions: sessions,
		tickets:  tickets,
		subjects: subjects,
		tenants:  tenant.NewStore(main),
		requests: requests,
		notes:    rights.NewNotes(seal.NewSecrets(rt.AWS, s.SecretsKey)),
		desk: &rights.Desk{
			Requests: requests,
			Chats:    conversation.NewStore(main, nil), // standings only: nothing is opened here
			Erasures: queue.NewSender[rights.Work](rt.AWS, s.ErasureQueue),
			Exports:  queue.NewSender[rights.Work](rt.AWS, s.ExportQueue),
		},
		mails: notify.NewMailer(s.ResendBaseURL, s.ResendKey.Reveal(), s.MailFrom, outside),
		pages: cmp.Or(s.API, "https://"+s.Domain),
		now:   rt.Now,
	}
	asking, err := page()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/privacy/requests", problem.Handler(asking.Show))
	mux.Handle("POST /v1/privacy/requests", problem.Handler(h.accept))
	return apigw.CORS("GET, POST", mux), nil
}
