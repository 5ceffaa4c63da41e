// Package identity says who is asking on the merchant's side, and proves it.
package identity

import (
	"net/http"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
)

// Principal is the merchant that a request acts as.
type Principal struct{ Tenant id.Tenant }

// Tokens makes and checks merchants' API tokens.
type Tokens struct {
	signer *seal.Signer
	now    func() time.Time
}

// NewTokens makes a Tokens that signs with the platform's signing secret.
func NewTokens(secret []byte, now func() time.Time) (*Tokens, error) {
	signer, err := seal.NewSigner(secret, "merchant")
	if err != nil {
		return nil, err
	}
	return &Tokens{signer: signer, now: now}, nil
}

// claims is what a token says; times are Unix seconds.
type claims struct {
	Tenant  id.Tenant `json:"t"`
	Expires int64     `json:"e"`
}

// Mint makes a token that acts as the tenant until expires.
func (t *Tokens) Mint(tenant id.Tenant, expires time.Time) (string, error) {
	return t.signer.Sign(claims{tenant, expires.Unix()})
}

// FromRequest gives the merchant whose token a request carries: Unauthenticated
// without a valid one.
func (t *Tokens) FromRequest(r *http.Request) (Principal, error) {
	token, ok := seal.Bearer(r)
	var c claims
	if ok {
		if err := t.signer.Verify(token, &c); err != nil {
			return Principal{}, err
		}
	}
	if !ok || c.Tenant == "" || t.now().Unix() >= c.Expires {
		return Principal{}, fault.E(fault.Unauthenticated, "Sign in first: the token is missing or out of date.", nil)
	}
	return Principal{c.Tenant}, nil
}
