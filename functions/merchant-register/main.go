// Merchant-register makes an account for a merchant: an e-mail address, the name of
// the business, and a link that proves the address. It also shows the page for it.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/egress"
	"omniops/shared/identity"
	"omniops/shared/notify"
	"omniops/shared/problem"
	"omniops/shared/processor"
	"omniops/shared/table"
)

// pageHTML is the page on which a merchant registers, and wordsJSON its words by
// language.
var (
	//go:embed page.html
	pageHTML string
	//go:embed page.json
	wordsJSON []byte
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
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
	tokens, err := identity.NewTokens(secret, rt.Now)
	if err != nil {
		return nil, err
	}
	registrar, err := identity.NewRegistrar(main, tokens, secret)
	if err != nil {
		return nil, err
	}
	log, err := audit.New(main, secret, "merchant-register")
	if err != nil {
		return nil, err
	}
	page, err := apigw.NewPage(pageHTML, wordsJSON)
	if err != nil {
		return nil, err
	}
	outside := egress.New(egress.Options{Hosts: processor.Listed, AllowPrivate: s.AllowPrivate})
	h := &handler{
		registrar: registrar,
		log:       log,
		mails:     notify.NewMailer(s.ResendBaseURL, s.ResendKey.Reveal(), s.MailFrom, outside),
		page:      cmp.Or(s.API, "https://"+s.Domain) + "/v1/registrations",
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/registrations", problem.Handler(page.Show))
	mux.Handle("POST /v1/registrations", problem.Handler(h.register))
	mux.Handle("GET /v1/registrations/terms", problem.Handler(h.terms))
	mux.Handle("POST /v1/registrations/opening", problem.Handler(h.open))
	return apigw.CORS("GET, POST", mux), nil
}
