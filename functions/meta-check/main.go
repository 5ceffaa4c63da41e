// Meta-check runs daily: it orders deletions again that are not done, tells
// somebody about those that are late, and notes which tokens end soon.
package main

import (
	"context"
	"errors"
	"fmt"

	"omniops/shared/boot"
	"omniops/shared/channel/erasure"
	"omniops/shared/channel/meta"
	"omniops/shared/channel/notice"
	"omniops/shared/egress"
	"omniops/shared/notify"
	"omniops/shared/processor"
	"omniops/shared/queue"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table     string `env:"TABLE_NAME"`
	Deletions string `env:"DELETION_QUEUE_URL"`

	MailURL      string      `env:"RESEND_BASE_URL"`
	MailKey      boot.Secret `env:"RESEND_API_KEY_ARN"`
	MailFrom     string      `env:"MAIL_FROM"`
	AllowPrivate []string    `env:"EGRESS_ALLOW_PRIVATE"`
}

func main() { boot.Schedule(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context) error, error) {
	main := table.New(rt.AWS, s.Table, rt.Now)
	connections := meta.NewConnections(main, nil)
	deletions := &erasure.Deletions{
		Eraser: &erasure.Eraser{Table: main, Now: rt.Now}, Connections: connections,
		Queue: erasure.Queue(queue.NewSender[erasure.Order](rt.AWS, s.Deletions), rt.Now),
	}
	outside := egress.New(egress.Options{Hosts: processor.Listed, AllowPrivate: s.AllowPrivate})
	tokens := tokens{rt, connections, tenant.NewStore(main), notify.NewMailer(s.MailURL, s.MailKey.Reveal(), s.MailFrom, outside)}
	return func(ctx context.Context) error {
		return errors.Join(checkDeletions(ctx, rt, deletions), tokens.check(ctx))
	}, nil
}

// checkDeletions counts what is late; the alarms are on the counts.
func checkDeletions(ctx context.Context, rt *boot.Runtime, deletions *erasure.Deletions) error {
	open, err := deletions.Open(ctx)
	if err != nil {
		return err
	}
	late, critical := 0, 0
	var failed error
	for _, d := range open {
		age := rt.Now().Sub(d.AskedAt)
		switch {
		case age >= erasure.Critical:
			critical++
			fallthrough
		case age >= erasure.Late:
			late++
			rt.Log.ErrorContext(ctx, "a deletion is not done", "deletion", d.Code, "days", int(age.Hours()/24), "due", d.DueAt)
		}
		if err := deletions.Queue(ctx, erasure.Order{Code: d.Code}); err != nil {
			failed = errors.Join(failed, fmt.Errorf("order deletion %s: %w", d.Code, err))
		}
	}
	rt.Metrics.Count("DeletionsLate", late)
	rt.Metrics.Count("DeletionsCritical", critical)
	return failed
}

// tokens are the accesses that merchants have granted.
type tokens struct {
	*boot.Runtime
	connections *meta.Connections
	tenants     *tenant.Store
	mailer      *notify.Mailer
}

// check has merchants log in again before their tokens end. What fails for one does
// not keep the others back.
func (t tokens) check(ctx context.Context) error {
	ending, err := t.connections.Ending(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, c := range ending {
		t.Log.WarnContext(ctx, "a token ends soon", "tenant", c.Tenant, "account", c.Account.String(), "ends", c.ExpiresAt)
		if !t.Now().Before(c.ExpiresAt) {
			failed = errors.Join(failed, t.connections.SetState(ctx, c, meta.Reconnect))
		}
		failed = errors.Join(failed, t.tell(ctx, c))
	}
	t.Metrics.Count("TokensEnding", len(ending))
	return failed
}

// tell tells the merchant about one.
func (t tokens) tell(ctx context.Context, c meta.Connection) error {
	account, err := t.tenants.Get(ctx, c.Tenant)
	if err != nil {
		return fmt.Errorf("read account %s: %w", c.Tenant, err)
	}
	if mail, due := notice.AccessEnds(account, c, t.Now()); due {
		return t.mailer.Send(ctx, mail)
	}
	return nil
}
