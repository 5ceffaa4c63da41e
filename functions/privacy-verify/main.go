// Privacy-verify takes the code that proves whose a privacy request is, and begins
// with the request.
package main

import (
	"cmp"
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/conversation"
	"omniops/shared/egress"
	"omniops/shared/notify"
	"omniops/shared/problem"
	"omniops/shared/processor"
	"omniops/shared/queue"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	ErasureQueue  string      `env:"ERASURE_QUEUE_URL"`
	ExportQueue   string      `env:"EXPORT_QUEUE_URL"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
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
	main := table.New(rt.AWS, s.Table, rt.Now)
	tickets, err := rights.NewTickets(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	requests, err := rights.NewStore(main, s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	h := &handler{
		tickets:  tickets,
		requests: requests,
		letters: &rights.Letters{
			Requests: requests,
			Accounts: tenant.NewStore(main),
			Notes:    rights.NewNotes(seal.NewSecrets(rt.AWS, s.SecretsKey)),
			Tickets:  tickets,
			Mails:    notify.NewMailer(s.ResendBaseURL, s.ResendKey.Reveal(), s.MailFrom, egress.New(egress.Options{Hosts: processor.Listed, AllowPrivate: s.AllowPrivate})),
			Pages:    cmp.Or(s.API, "https://"+s.Domain),
		},
		desk: &rights.Desk{
			Requests: requests,
			Chats:    conversation.NewStore(main, nil), // standings only: nothing is opened here
			Erasures: queue.NewSender[rights.Work](rt.AWS, s.ErasureQueue),
			Exports:  queue.NewSender[rights.Work](rt.AWS, s.ExportQueue),
		},
	}
	mux := http.NewServeMux()
	mux.Handle("POST /v1/privacy/requests/{request}/verification", problem.Handler(h.verify))
	return apigw.CORS("POST", mux), nil
}
