package consent

import (
	"net/http"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/tenant"
)

// Visitor is a browser that a choice was made in. Its identifier is random and
// says nothing about who holds it.
type Visitor struct {
	Tenant  id.Tenant  `json:"t"`
	Host    string     `json:"h"` // the site the choice was made on
	ID      id.Visitor `json:"v"`
	Expires int64      `json:"e"` // Unix seconds
}

// Visitors makes and checks the tokens that a browser keeps in its consent
// cookie.
type Visitors struct {
	signer *seal.Signer
	now    func() time.Time
}

// NewVisitors makes a Visitors that signs with the platform's signing secret.
func NewVisitors(secret []byte, now func() time.Time) (*Visitors, error) {
	signer, err := seal.NewSigner(secret, "consent-visitor")
	if err != nil {
		return nil, err
	}
	return &Visitors{signer, now}, nil
}

// Token makes a token for a visitor; a visitor without an identifier is given
// one.
func (v *Visitors) Token(who Visitor) (Visitor, string, error) {
	if who.ID == "" {
		who.ID = id.Random[id.Visitor]()
	}
	who.Expires = v.now().Add(Life).Unix()
	token, err := v.signer.Sign(who)
	return who, token, err
}

// FromRequest gives the visitor whose token a request carries, and whether it
// carries one at all. One that is damaged, out of date, or of another site is
// Unauthenticated.
func (v *Visitors) FromRequest(r *http.Request) (who Visitor, found bool, err error) {
	if r.Header.Get("Authorization") == "" {
		return Visitor{}, false, nil
	}
	token, _ := seal.Bearer(r)
	if err := v.signer.Verify(token, &who); err != nil {
		return Visitor{}, false, err
	}
	host, err := tenant.HostOf(r.Header.Get("Origin"))
	if err != nil || host != who.Host || who.ID == "" || v.now().Unix() >= who.Expires {
		return Visitor{}, false, fault.E(fault.Unauthenticated, "This choice belongs to another site, or is too old. Choose again.", nil)
	}
	return who, true, nil
}
