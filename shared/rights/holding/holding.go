// Package holding lists every place that holds something about a person, and makes
// what erases and what copies of that list. So an erasure or a copy that leaves a
// place out cannot be made.
package holding

import (
	"time"

	"omniops/shared/channel"
	"omniops/shared/channel/erasure"
	"omniops/shared/commerce"
	"omniops/shared/consent"
	"omniops/shared/consent/analytics"
	"omniops/shared/conversation"
	"omniops/shared/feedback"
	"omniops/shared/object"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// Places are where things are kept.
type Places struct {
	Main   *table.Store
	Keys   *table.Store
	Ring   *seal.Keyring // on Keys
	Bucket *object.Bucket
	Notes  *rights.Notes // nil where no note is read
	Secret []byte        // the platform's signing secret
	Now    func() time.Time
}

// Shelves lists all of them but the conversations themselves.
func (p Places) Shelves(requests *rights.Store) ([]rights.Shelf, error) {
	veil, err := channel.NewVeil(p.Secret)
	if err != nil {
		return nil, err
	}
	actions := commerce.NewActions(p.Main, p.Ring)
	chats := conversation.NewStore(p.Main, p.Ring)
	threads := channel.NewThreads(p.Main, p.Ring, veil)
	return []rights.Shelf{
		rights.Own(requests, p.Bucket, p.Notes),
		ledgers(chats),
		opinions(feedback.NewStore(p.Main, p.Ring)),
		orders{actions, p.Now}.shelf(),
		channels{threads, &erasure.Eraser{Table: p.Main, Keys: p.Ring, Threads: threads, Veil: veil, Now: p.Now}}.shelf(),
		browsers{consent.NewStore(p.Main), analytics.NewStore(p.Main), p.Now}.shelf(),
	}, nil
}

// Eraser makes what erases a person.
func (p Places) Eraser() (*rights.Eraser, error) {
	requests, err := rights.NewStore(p.Main, p.Secret)
	if err != nil {
		return nil, err
	}
	shelves, err := p.Shelves(requests)
	if err != nil {
		return nil, err
	}
	return &rights.Eraser{
		Requests: requests, Ledger: rights.NewLedger(p.Keys), Chats: conversation.NewStore(p.Main, p.Ring), Keys: p.Ring, Shelves: shelves, Now: p.Now,
	}, nil
}

// Exporter makes what copies all that is held of a person.
func (p Places) Exporter() (*rights.Exporter, error) {
	requests, err := rights.NewStore(p.Main, p.Secret)
	if err != nil {
		return nil, err
	}
	shelves, err := p.Shelves(requests)
	if err != nil {
		return nil, err
	}
	return &rights.Exporter{
		Requests: requests, Tenants: tenant.NewStore(p.Main), Chats: conversation.NewStore(p.Main, p.Ring), Bucket: p.Bucket, Shelves: shelves, Now: p.Now,
	}, nil
}
