package meta

import (
	"time"

	"omniops/shared/channel"
	"omniops/shared/id"
)

// Inbound names an event without saying whom it is from, and seals what does.
func (e Event) Inbound(t id.Tenant, veil *channel.Veil, now time.Time) (channel.Inbound, error) {
	in := channel.Inbound{
		Tenant: t, Account: e.Account, Thread: veil.Thread(t, e.Account, e.Content.Person), ID: veil.Event(t, e.Account, e.Name),
		Event: e.Kind, At: e.At, Arrived: now.UTC(),
	}
	switch e.Kind {
	case channel.Sent, channel.Delivered, channel.Read, channel.Failed:
		// What is said of a message of ours may name its reader otherwise.
		if of, ok := channel.ParsePostName(e.Content.Ours); ok {
			in.Thread = of.Thread
		}
	}
	if word, _ := channel.WordOf(e.Content.Text, ""); e.Kind == channel.Message && (word == channel.Stop || word == channel.Forget) {
		in.Wish = true
	}
	return in, veil.Seal(&in, e.Content)
}
