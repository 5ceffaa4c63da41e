// Privacy-resume runs every few minutes and starts the privacy requests that wait:
// those that a platform handed over, those that could not be queued, and those that
// are to be looked over once more. It sends the letters that could not be sent at once,
// and those about what has ended. It also removes the copies whose time is over.
package main

import (
	"cmp"
	"context"
	"errors"

	"omniops/shared/boot"
	"omniops/shared/conversation"
	"omniops/shared/egress"
	"omniops/shared/notify"
	"omniops/shared/object"
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
	Bucket        string      `env:"CONTENT_BUCKET"`
	SecretsKey    string      `env:"SECRETS_KEY_ID"`
	Domain        string      `env:"DOMAIN_NAME"`
	API           string      `env:"API_BASE_URL,optional"` // instead of https and the domain
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
	ResendBaseURL string      `env:"RESEND_BASE_URL"`
	ResendKey     boot.Secret `env:"RESEND_API_KEY_ARN"`
	MailFrom      string      `env:"MAIL_FROM"`
	AllowPrivate  []string    `env:"EGRESS_ALLOW_PRIVATE"`
}

func main() { boot.Schedule(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context) error, error) {
	main := table.New(rt.AWS, s.Table, rt.Now)
	requests, err := rights.NewStore(main, s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	tickets, err := rights.NewTickets(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	desk := &rights.Desk{
		Requests: requests,
		Chats:    conversation.NewStore(main, nil), // standings only: nothing is opened here
		Erasures: queue.NewSender[rights.Work](rt.AWS, s.ErasureQueue),
		Exports:  queue.NewSender[rights.Work](rt.AWS, s.ExportQueue),
		Letters: &rights.Letters{
			Requests: requests,
			Accounts: tenant.NewStore(main),
			Notes:    rights.NewNotes(seal.NewSecrets(rt.AWS, s.SecretsKey)),
			Tickets:  tickets,
			Mails:    notify.NewMailer(s.ResendBaseURL, s.ResendKey.Reveal(), s.MailFrom, egress.New(egress.Options{Hosts: processor.Listed, AllowPrivate: s.AllowPrivate})),
			Pages:    cmp.Or(s.API, "https://"+s.Domain),
		},
	}
	bucket := object.NewBucket(rt.AWS, s.Bucket)
	return func(ctx context.Context) error {
		_, expired := rights.ExpireCopies(ctx, requests, bucket)
		return errors.Join(desk.Resume(ctx), expired)
	}, nil
}
