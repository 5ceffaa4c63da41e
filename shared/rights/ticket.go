package rights

import (
	"net/http"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
)

// ticketLife is how long a request can be followed: longer than the longest clock.
const ticketLife = 180 * 24 * time.Hour

// Ticket lets its holder follow one request. Only one that is Proved, which went to
// the address or chat of the person, shows what came of it.
type Ticket struct {
	Tenant  id.Tenant  `json:"t"`
	Request id.Request `json:"r"`
	Proved  bool       `json:"p,omitempty"`
	Expires int64      `json:"e"` // Unix seconds
}

// Tickets makes and checks tickets.
type Tickets struct {
	signer *seal.Signer
	now    func() time.Time
}

// NewTickets makes a Tickets that signs with the platform's signing secret.
func NewTickets(secret []byte, now func() time.Time) (*Tickets, error) {
	signer, err := seal.NewSigner(secret, "rights-ticket")
	if err != nil {
		return nil, err
	}
	return &Tickets{signer, now}, nil
}

// Issue makes a ticket for a request.
func (t *Tickets) Issue(tenant id.Tenant, r id.Request, proved bool) (string, error) {
	return t.signer.Sign(Ticket{tenant, r, proved, t.now().Add(ticketLife).Unix()})
}

// FromRequest gives the ticket that an HTTP request carries for a privacy request:
// Unauthenticated without a valid one of exactly that.
func (t *Tickets) FromRequest(r *http.Request, name string) (Ticket, error) {
	token, ok := seal.Bearer(r)
	if !ok {
		return Ticket{}, refusedTicket()
	}
	var ticket Ticket
	if err := t.signer.Verify(token, &ticket); err != nil {
		return Ticket{}, err
	}
	if string(ticket.Request) != name || t.now().Unix() >= ticket.Expires {
		return Ticket{}, refusedTicket()
	}
	return ticket, nil
}

func refusedTicket() error {
	return fault.E(fault.Unauthenticated, "Follow your request with the link in the e-mail about it.", nil)
}
