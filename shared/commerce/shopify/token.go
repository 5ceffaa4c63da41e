package shopify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
)

const (
	lease      = 30 * time.Second       // in which one instance renews a shop's tokens alone
	leasePause = 200 * time.Millisecond // between looks at another's renewal
	leaseLooks = 25
	renewAhead = 5 * time.Minute // before an access token ends when it is renewed
	maxToken   = 64 << 10        // of an answer with tokens, in bytes
)

// connection reads a merchant's connection, as it is now: one that ended a moment
// ago is not used.
func (c *Client) connection(ctx context.Context, t id.Tenant) (Connection, error) {
	conn, err := c.connections.Get(ctx, t)
	if err != nil {
		return Connection{}, err
	}
	if conn.State != Connected {
		return Connection{}, disconnected(string(conn.State))
	}
	return conn, nil
}

// disconnected is the error for a shop that cannot be reached for its merchant.
func disconnected(why string) error {
	return fault.E(fault.Forbidden, "No shop is connected.", errors.Join(commerce.ErrDisconnected, errors.New(why)))
}

// valid gives a connection's tokens, renewed if they are about to end.
func (c *Client) valid(ctx context.Context, t id.Tenant, conn Connection) (Connection, tokens, error) {
	if conn.item.ExpiresAt.Sub(c.now()) < renewAhead {
		return c.renew(ctx, t, conn, false)
	}
	pair, err := c.connections.open(ctx, t, conn.item.Tokens)
	return conn, pair, err
}

// renew changes the tokens of a connection for new ones, unless somebody else has
// done so since. A refresh token is good once, so only the holder of the lease
// sends it, and the new pair is stored before it is used. While another instance
// renews them, tokens that are still good may be used, unless they were refused.
func (c *Client) renew(ctx context.Context, t id.Tenant, old Connection, refused bool) (Connection, tokens, error) {
	for range leaseLooks {
		conn, err := c.connection(ctx, t)
		if err != nil {
			return Connection{}, tokens{}, err
		}
		if !bytes.Equal(conn.item.Tokens, old.item.Tokens) { // somebody else was faster
			pair, err := c.connections.open(ctx, t, conn.item.Tokens)
			return conn, pair, err
		}
		now := c.now().UTC()
		if now.Before(conn.item.LeaseUntil) {
			if !refused && conn.item.ExpiresAt.Sub(now) > early {
				pair, err := c.connections.open(ctx, t, conn.item.Tokens)
				return conn, pair, err
			}
			if err := c.wait(ctx, leasePause); err != nil {
				return Connection{}, tokens{}, fault.After(fault.Unavailable, busy, time.Second, err)
			}
			continue
		}
		leased := conn.item
		leased.LeaseUntil, leased.Version = now.Add(lease), conn.item.Version+1
		err = c.connections.table.Replace(ctx, t, leased, "version", conn.item.Version)
		if fault.KindOf(err) == fault.Conflict && err != nil {
			continue
		}
		if err != nil {
			return Connection{}, tokens{}, err
		}
		return c.exchangeRefresh(ctx, t, connectionOf(leased))
	}
	return Connection{}, tokens{}, fault.After(fault.Unavailable, busy, time.Second, errors.New("another renewal takes long"))
}

// exchangeRefresh sends the refresh token. The lease is held.
func (c *Client) exchangeRefresh(ctx context.Context, t id.Tenant, conn Connection) (Connection, tokens, error) {
	pair, err := c.connections.open(ctx, t, conn.item.Tokens)
	if err != nil {
		return Connection{}, tokens{}, err
	}
	g, err := c.grant(ctx, conn.Shop, map[string]string{
		"client_id": c.app.ClientID, "client_secret": c.app.Secret, "grant_type": "refresh_token", "refresh_token": pair.Refresh,
	})
	if errors.Is(err, errToken) {
		return Connection{}, tokens{}, c.lost(ctx, t, conn, err)
	}
	if err != nil {
		return Connection{}, tokens{}, err
	}
	// From here the old pair is worth nothing: the new one is stored whether or not
	// the caller still waits.
	ctx = context.WithoutCancel(ctx)
	sealed, err := c.connections.seal(ctx, t, g.tokens)
	if err != nil {
		return Connection{}, tokens{}, err
	}
	now := c.now().UTC()
	item := conn.item
	item.Tokens, item.ExpiresAt, item.RefreshedAt, item.LeaseUntil = sealed, now.Add(g.lasts), now, time.Time{}
	if len(g.scopes) > 0 {
		item.Scopes = g.scopes
	}
	item.Version++
	if err := c.connections.table.Replace(ctx, t, item, "version", conn.item.Version); err != nil {
		if fault.KindOf(err) == fault.Conflict { // it was disconnected or connected anew meanwhile
			return Connection{}, tokens{}, fault.After(fault.Unavailable, busy, time.Second, err)
		}
		return Connection{}, tokens{}, err
	}
	return connectionOf(item), g.tokens, nil
}

// lost marks a connection whose tokens Shopify does not take any more: the
// merchant must connect the shop again.
func (c *Client) lost(ctx context.Context, t id.Tenant, conn Connection, cause error) error {
	changed, err := c.connections.change(ctx, t, func(i *connectionItem) (bool, error) {
		if i.State != Connected || !bytes.Equal(i.Tokens, conn.item.Tokens) {
			return false, nil
		}
		i.State, i.Tokens, i.LeaseUntil = Reconnect, nil, time.Time{}
		return true, nil
	})
	if changed {
		c.log.WarnContext(ctx, "a shop must be connected again", "tenant", string(t), "error", cause)
	}
	return errors.Join(disconnected("the shop must be connected again"), ignore(err, fault.Conflict))
}

// grant asks for tokens; what is asked for does not hold any more is errToken.
func (c *Client) grant(ctx context.Context, shop Shop, ask map[string]string) (grant, error) {
	body, err := json.Marshal(ask)
	if err != nil {
		return grant{}, fmt.Errorf("encode request for tokens: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, perCall)
	defer cancel()
	req, err := c.request(ctx, shop, "/admin/oauth/access_token", body)
	if err != nil {
		return grant{}, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return grant{}, fault.After(fault.Unavailable, busy, 5*time.Second, fmt.Errorf("ask for tokens: %w", err))
	}
	defer func() { _ = resp.Body.Close() }() // read as far as is needed
	if s := resp.StatusCode; s == http.StatusBadRequest || s == http.StatusUnauthorized || s == http.StatusForbidden {
		return grant{}, fmt.Errorf("ask for tokens: status %d: %w", s, errToken)
	}
	if err := refusal(resp); err != nil {
		if t, ok := errors.AsType[*throttled](err); ok {
			err = fault.After(fault.RateLimited, busy, t.wait, err)
		}
		return grant{}, fmt.Errorf("ask for tokens: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxToken))
	if err != nil {
		return grant{}, fault.After(fault.Unavailable, unclear, 5*time.Second, fmt.Errorf("read tokens: %w", err))
	}
	var got struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
		Scope   string `json:"scope"`
		Lasts   int64  `json:"expires_in"` // seconds
	}
	if json.Unmarshal(text, &got) != nil || got.Access == "" || got.Refresh == "" || got.Lasts <= 0 || got.Lasts > 366*86400 {
		return grant{}, fault.E(fault.Unavailable, unclear, errors.New("the answer holds no expiring tokens"))
	}
	return grant{tokens{got.Access, got.Refresh}, splitScopes(got.Scope), time.Duration(got.Lasts) * time.Second}, nil
}
