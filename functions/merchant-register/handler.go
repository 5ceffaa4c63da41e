package main

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/audit"
	"omniops/shared/id"
	"omniops/shared/identity"
	"omniops/shared/inventory"
	"omniops/shared/notify"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 4 << 10

type handler struct {
	registrar *identity.Registrar
	log       *audit.Log
	mails     *notify.Mailer
	page      string // where the link leads
}

// termsView is what somebody must know, and say, before registering.
type termsView struct {
	Version  string `json:"terms_version"`
	Country  string `json:"country"`
	LeastAge int    `json:"least_age"` // in years
}

// terms tells the version of the terms and the least age in a country.
func (h *handler) terms(w http.ResponseWriter, r *http.Request) error {
	country := r.URL.Query().Get("country")
	age, err := identity.LeastAge(country)
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, termsView{identity.Terms, country, age})
}

// asked is all that somebody who registers is asked.
type asked struct {
	Email    string `json:"email"`
	Business string `json:"business_name"`
	Country  string `json:"country"`
	OfAge    bool   `json:"of_age"`
	Terms    string `json:"terms_version"`
}

// register sends a link to the address. The answer is the same for an address that
// has an account, and nothing is kept before the link is used.
func (h *handler) register(w http.ResponseWriter, r *http.Request) error {
	var in asked
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	link, err := h.registrar.Link(r.Context(), identity.Registration{
		Email: in.Email, Name: in.Business, Country: in.Country, OfAge: in.OfAge, Terms: in.Terms,
	})
	if err != nil {
		return err
	}
	words := letters[apigw.Language(r, "en", "de", "fr")]
	sum := sha256.Sum256([]byte(link))
	err = h.mails.Send(r.Context(), notify.Mail{
		Kind: notify.AccountLink, To: in.Email, From: "OmniOps", Subject: words.subject,
		Text: words.before + "\n\n" + h.page + "#" + link + "\n\n" + words.after, Key: "register-" + hex.EncodeToString(sum[:16]),
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

// openedView is an account that a link opened. The token is shown this once.
type openedView struct {
	Tenant    id.Tenant `json:"tenant"`
	Token     string    `json:"merchant_token"`
	ExpiresAt time.Time `json:"expires_at"`
}

// open makes the account that a link is for, and signs its owner in.
func (h *handler) open(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Link string `json:"link"`
	}
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	account, err := h.registrar.Open(r.Context(), in.Link)
	if err != nil {
		return err
	}
	err = h.log.Append(r.Context(), account.Tenant, audit.Entry{
		Actor: audit.Merchant, Action: audit.Write, Record: "tenant.account", Count: 1, Why: inventory.AccountOperation, Request: apigw.RequestID(r.Context()),
	})
	if err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusCreated, openedView{account.Tenant, account.Token, account.ExpiresAt})
}

// letter is the e-mail with the link, in one language.
type letter struct{ subject, before, after string }

var letters = map[string]letter{
	"en": {
		"Your OmniOps account",
		"Open this link to use your OmniOps account. If you have none yet, it is made then.",
		"The link works once, for 30 minutes. If you have not asked for it, do nothing: nothing is kept of you.",
	},
	"de": {
		"Ihr Konto bei OmniOps",
		"Mit diesem Link öffnen Sie Ihr Konto bei OmniOps. Haben Sie noch keines, wird es damit angelegt.",
		"Der Link gilt einmal und 30 Minuten lang. Haben Sie ihn nicht angefordert, brauchen Sie nichts zu tun: Es wird nichts über Sie gespeichert.",
	},
	"fr": {
		"Votre compte OmniOps",
		"Ouvrez ce lien pour utiliser votre compte OmniOps. Si vous n'en avez pas encore, il sera créé.",
		"Le lien sert une seule fois, pendant 30 minutes. Si vous ne l'avez pas demandé, ne faites rien : nous ne gardons rien sur vous.",
	},
}
