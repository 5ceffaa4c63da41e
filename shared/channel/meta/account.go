package meta

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"omniops/shared/channel"
)

// Grant is what somebody who logged in has granted.
type Grant struct {
	Token      string
	User       string // app-scoped
	Scopes     []string
	Businesses []string // WhatsApp business accounts that were chosen
	EndsAt     time.Time
	Valid      bool
}

// Exchange turns the code that a log-in gave into a long-lived token, and says what
// it is good for (Facebook Login, "Access tokens", read 2026-11).
func (g *Graph) Exchange(ctx context.Context, code, redirect string) (Grant, error) {
	var short, long struct {
		Token string `json:"access_token"`
	}
	app := url.Values{"client_id": {g.app}, "client_secret": {g.secret}}
	with := func(more url.Values) url.Values {
		all := url.Values{}
		for _, v := range []url.Values{app, more} {
			for name := range v {
				all.Set(name, v.Get(name))
			}
		}
		return all
	}
	if err := g.call(ctx, http.MethodGet, "oauth/access_token", "", with(url.Values{"code": {code}, "redirect_uri": {redirect}}), nil, &short); err != nil {
		return Grant{}, err
	}
	if err := g.call(ctx, http.MethodGet, "oauth/access_token", "", with(url.Values{
		"grant_type": {"fb_exchange_token"}, "fb_exchange_token": {short.Token},
	}), nil, &long); err != nil {
		return Grant{}, err
	}
	var debug struct {
		Data struct {
			App      text     `json:"app_id"`
			User     text     `json:"user_id"`
			Valid    bool     `json:"is_valid"`
			Scopes   []string `json:"scopes"`
			Expires  int64    `json:"expires_at"`
			Granular []struct {
				Scope   string `json:"scope"`
				Targets []text `json:"target_ids"`
			} `json:"granular_scopes"`
		} `json:"data"`
	}
	if err := g.call(ctx, http.MethodGet, "debug_token", g.app+"|"+g.secret, url.Values{"input_token": {long.Token}}, nil, &debug); err != nil {
		return Grant{}, err
	}
	d := debug.Data
	if !d.Valid || string(d.App) != g.app || !number(string(d.User)) {
		return Grant{}, errors.New("the token is not this app's")
	}
	grant := Grant{Token: long.Token, User: string(d.User), Scopes: d.Scopes, Valid: true}
	if d.Expires > 0 {
		grant.EndsAt = time.Unix(d.Expires, 0).UTC()
	}
	for _, s := range d.Granular {
		if s.Scope == "whatsapp_business_management" {
			for _, t := range s.Targets {
				if number(string(t)) {
					grant.Businesses = append(grant.Businesses, string(t))
				}
			}
		}
	}
	return grant, nil
}

// Choice is an account that somebody who logged in may connect.
type Choice struct {
	Account  channel.Account
	Name     string
	Through  string
	Business string
	Missing  []string // scopes that were not granted

	token string
}

// Choices lists the accounts that a grant reaches: of each no more than its id and
// its name, and a Page's token.
func (g *Graph) Choices(ctx context.Context, grant Grant) ([]Choice, error) {
	var pages struct {
		Data []struct {
			ID        text   `json:"id"`
			Name      string `json:"name"`
			Token     string `json:"access_token"`
			Instagram *struct {
				ID       text   `json:"id"`
				Username string `json:"username"`
			} `json:"instagram_business_account"`
		} `json:"data"`
	}
	fields := url.Values{"fields": {"id,name,access_token,instagram_business_account{id,username}"}, "limit": {"200"}}
	if err := g.call(ctx, http.MethodGet, "me/accounts", grant.Token, fields, nil, &pages); err != nil {
		return nil, err
	}
	var choices []Choice
	add := func(kind channel.Kind, number, name, through, business, token string) {
		account, err := channel.ParseAccount(string(kind), number)
		if err != nil || token == "" {
			return
		}
		missing := slices.DeleteFunc(slices.Clone(Scopes(kind)), func(s string) bool { return slices.Contains(grant.Scopes, s) })
		choices = append(choices, Choice{account, oneLine(name), through, business, missing, token})
	}
	for _, p := range pages.Data {
		add(channel.Messenger, string(p.ID), p.Name, string(p.ID), "", p.Token)
		if p.Instagram != nil {
			add(channel.Instagram, string(p.Instagram.ID), p.Instagram.Username, string(p.ID), "", p.Token)
		}
	}
	for _, business := range grant.Businesses {
		var numbers struct {
			Data []struct {
				ID      text   `json:"id"`
				Display string `json:"display_phone_number"`
				Name    string `json:"verified_name"`
			} `json:"data"`
		}
		fields := url.Values{"fields": {"id,display_phone_number,verified_name"}}
		if err := g.call(ctx, http.MethodGet, business+"/phone_numbers", grant.Token, fields, nil, &numbers); err != nil {
			return nil, err
		}
		for _, n := range numbers.Data {
			add(channel.WhatsApp, string(n.ID), n.Name+" "+n.Display, string(n.ID), business, grant.Token)
		}
	}
	return choices, nil
}

// maxName bounds the name of an account, in bytes.
const maxName = 200

func oneLine(name string) string {
	return shorten(strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " "), maxName)
}

// subscription is the object whose webhooks an account's events come with, and the
// fields of it.
func subscription(c Connection) (object string, fields []string) {
	if c.Account.Kind == channel.WhatsApp {
		return c.Business, nil
	}
	return c.Through, []string{
		"messages", "message_echoes", "messaging_postbacks", "messaging_referrals", "message_reactions", "message_reads", "message_deliveries",
		"message_edits", "messaging_handovers", "standby",
	}
}

// Subscribe has an account's events delivered.
func (g *Graph) Subscribe(ctx context.Context, c Connection, token string) error {
	object, fields := subscription(c)
	query := url.Values{}
	if fields != nil {
		query.Set("subscribed_fields", strings.Join(fields, ","))
	}
	return g.call(ctx, http.MethodPost, object+"/subscribed_apps", token, query, nil, nil)
}

// Unsubscribe ends that.
func (g *Graph) Unsubscribe(ctx context.Context, c Connection, token string) error {
	object, _ := subscription(c)
	return g.call(ctx, http.MethodDelete, object+"/subscribed_apps", token, nil, nil, nil)
}
