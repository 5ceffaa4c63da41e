package meta

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"omniops/shared/channel"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Logins has merchants log in at Meta and choose what to connect.
type Logins struct {
	Table       *table.Store
	Secrets     *seal.Secrets
	Connections *Connections
	Graph       *Graph
	Veil        *channel.Veil
	Signer      *seal.Signer // of the state that comes back from Meta
	AppID       string
	DialogURL   string // "https://www.facebook.com"
	ReturnURL   string // where Meta sends the browser
	Now         func() time.Time
}

// stateFor is how long a log-in may take, loginFor how long what it granted is kept
// for choosing.
const (
	stateFor = 10 * time.Minute
	loginFor = 24 * time.Hour
)

// state is what goes to Meta and comes back.
type state struct {
	Tenant  id.Tenant  `json:"t"`
	Expires int64      `json:"e"` // Unix seconds
	Nonce   id.Message `json:"n"`
}

// loginItem is a log-in that was completed, as stored.
type loginItem struct {
	table.Key
	User       id.Subject `dynamodbav:"user"`
	Scopes     []string   `dynamodbav:"scopes"`
	Businesses []string   `dynamodbav:"businesses"`
	TokenEnds  int64      `dynamodbav:"token_ends"` // Unix seconds; 0 if never
	Ciphertext []byte     `dynamodbav:"ciphertext"`
	ExpireAt   int64      `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes loginItem a table.Record.
func (loginItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "meta.login", Subject: inventory.Merchant, SubjectKey: "user",
		Fields: map[string]inventory.Category{
			"user": inventory.Identifier, "scopes": inventory.None, "businesses": inventory.BusinessData, "token_ends": inventory.None,
			"ciphertext": inventory.SecretMaterial, "expires_at": inventory.None,
		},
		Purpose:    inventory.AccountOperation,
		LegalBasis: inventory.Contract,
		Role:       inventory.Processor,
		Retention:  inventory.OperationRetention,
		Source:     inventory.FromMeta,
	}
}

// AllScopes are the permissions that a log-in asks for.
func AllScopes() []string {
	var all []string
	for _, k := range channel.Kinds() {
		all = append(all, Scopes(k)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Begin gives the address where a merchant logs in: Unavailable where our app at
// Meta is not set up.
func (l *Logins) Begin(t id.Tenant) (string, error) {
	if l.AppID == "" {
		return "", fault.E(fault.Unavailable, "Meta is not set up here.", nil)
	}
	signed, err := l.Signer.Sign(state{t, l.Now().Add(stateFor).Unix(), id.Random[id.Message]()})
	if err != nil {
		return "", err
	}
	query := url.Values{
		"client_id": {l.AppID}, "redirect_uri": {l.ReturnURL}, "state": {signed}, "response_type": {"code"}, "scope": {strings.Join(AllScopes(), ",")},
	}
	return l.DialogURL + "/" + Version + "/dialog/oauth?" + query.Encode(), nil
}

// Finish takes what Meta sent the browser back with. A state that is not ours, or
// is too old, and a code that Meta does not know are Invalid.
func (l *Logins) Finish(ctx context.Context, code, signed string) error {
	var s state
	if l.Signer.Verify(signed, &s) != nil || l.Now().Unix() >= s.Expires || s.Tenant == "" {
		return fault.E(fault.Invalid, "This log-in has expired. Please begin again.", nil)
	}
	if code == "" || len(code) > 2048 {
		return fault.E(fault.Invalid, "Meta gave no permission.", nil)
	}
	grant, err := l.Graph.Exchange(ctx, code, l.ReturnURL)
	if err != nil {
		return refusedAs(err, fault.E(fault.Invalid, "Meta does not know this log-in. Please begin again.", err))
	}
	plain, err := l.Secrets.Seal(ctx, s.Tenant, purpose, grant.Token)
	if err != nil {
		return err
	}
	item := loginItem{
		Key: table.ChannelLogin(s.Tenant), User: l.Veil.Login(grant.User), Scopes: grant.Scopes, Businesses: grant.Businesses, Ciphertext: plain,
		ExpireAt: l.Now().Add(loginFor).Unix(),
	}
	if !grant.EndsAt.IsZero() {
		item.TokenEnds = grant.EndsAt.Unix()
	}
	noted := userLoginItem{Key: table.ChannelUserLogin(item.User, s.Tenant), User: item.User, Tenant: s.Tenant, ExpireAt: item.ExpireAt}
	if err := l.Table.Put(ctx, s.Tenant, noted); err != nil {
		return err
	}
	return l.Table.Put(ctx, s.Tenant, item)
}

// refusedAs gives as for what Meta refuses, and Unavailable for the rest.
func refusedAs(err, as error) error {
	if _, refused := errors.AsType[*Refusal](err); refused {
		return as
	}
	return fault.E(fault.Unavailable, "Meta cannot be reached. Please try again.", err)
}

// grant reads the log-in of a merchant: NotFound if there is none.
func (l *Logins) grant(ctx context.Context, t id.Tenant) (Grant, id.Subject, error) {
	var item loginItem
	if err := l.Table.Get(ctx, t, table.ChannelLogin(t), &item); err != nil {
		if fault.KindOf(err) == fault.NotFound {
			err = fault.E(fault.NotFound, "Log in at Meta first.", nil)
		}
		return Grant{}, "", err
	}
	token, err := l.Secrets.Open(ctx, t, purpose, item.Ciphertext)
	g := Grant{Token: token, Scopes: item.Scopes, Businesses: item.Businesses, Valid: true}
	if item.TokenEnds > 0 {
		g.EndsAt = time.Unix(item.TokenEnds, 0).UTC()
	}
	return g, item.User, err
}

// Choices lists what a merchant who logged in may connect: NotFound without a
// log-in.
func (l *Logins) Choices(ctx context.Context, t id.Tenant) ([]Choice, error) {
	grant, _, err := l.grant(ctx, t)
	if err != nil {
		return nil, err
	}
	choices, err := l.Graph.Choices(ctx, grant)
	if err != nil {
		return nil, refusedAs(err, fault.E(fault.Conflict, "Meta no longer accepts this log-in. Please log in again.", err))
	}
	return choices, nil
}

// Connect connects one of the choices, and has its events delivered. Without all
// the permissions of its channel, and no more are asked for, it is a Conflict.
func (l *Logins) Connect(ctx context.Context, t id.Tenant, account channel.Account, enabled bool) (Connection, error) {
	known, err := l.Connections.Get(ctx, t, account)
	if err == nil && known.State == Connected {
		return l.enable(ctx, known, enabled)
	}
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return Connection{}, err
	}
	grant, user, err := l.grant(ctx, t)
	if err != nil {
		return Connection{}, err
	}
	choices, err := l.Choices(ctx, t)
	if err != nil {
		return Connection{}, err
	}
	i := slices.IndexFunc(choices, func(c Choice) bool { return c.Account == account })
	if i < 0 {
		return Connection{}, fault.E(fault.NotFound, "The log-in does not reach such an account.", nil)
	}
	choice := choices[i]
	if len(choice.Missing) > 0 {
		return Connection{}, fault.E(fault.Conflict, "Meta did not grant "+strings.Join(choice.Missing, ", ")+". Please log in again and allow it.", nil)
	}
	c := Connection{
		Tenant: t, Account: account, Name: choice.Name, Through: choice.Through, Business: choice.Business, State: Connected, Enabled: enabled,
		User: user, Scopes: Scopes(account.Kind), ConnectedAt: l.Now().UTC(), Template: known.Template, LateTag: known.LateTag,
	}
	if account.Kind == channel.WhatsApp { // a Page's token does not end by time
		c.ExpiresAt = grant.EndsAt
	}
	if err := l.Connections.Save(ctx, c, choice.token); err != nil {
		return Connection{}, err
	}
	if err := l.Graph.Subscribe(ctx, c, choice.token); err != nil {
		err = errors.Join(err, l.Connections.Forget(ctx, t, account)) // connected means that events come
		return Connection{}, refusedAs(err, fault.E(fault.Conflict, "Meta does not let us receive this account's messages.", err))
	}
	return c, nil
}

func (l *Logins) enable(ctx context.Context, c Connection, enabled bool) (Connection, error) {
	if c.Enabled == enabled {
		return c, nil
	}
	c.Enabled = enabled
	return c, l.Connections.SetEnabled(ctx, c, enabled)
}

// Disconnect forgets an account and its token. Meta is told as well; should that
// fail, the token is gone all the same.
func (l *Logins) Disconnect(ctx context.Context, t id.Tenant, account channel.Account) error {
	c, err := l.Connections.Get(ctx, t, account)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	token, opened := l.Connections.Token(ctx, c)
	if err := l.Connections.Forget(ctx, t, account); err != nil {
		return err
	}
	if opened != nil {
		return nil
	}
	shared := false // Instagram's events come with those of its Page
	others, err := l.Connections.List(ctx, t)
	for _, o := range others {
		mine, _ := subscription(c)
		theirs, _ := subscription(o)
		shared = shared || mine == theirs
	}
	if err == nil && !shared {
		err = l.Graph.Unsubscribe(ctx, c, token)
	}
	if _, refused := errors.AsType[*Refusal](err); refused || errors.Is(err, ErrMaybeDone) {
		return nil
	}
	return err
}
