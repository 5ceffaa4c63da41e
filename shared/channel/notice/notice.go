// Package notice tells merchants by e-mail what needs them on their channels: an
// access that ends, and a person who waits for one. Nothing of what anybody wrote is
// in it, and nobody is named.
package notice

import (
	"fmt"
	"math"
	"time"

	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/notify"
	"omniops/shared/tenant"
)

// names are the channels as people call them.
var names = map[channel.Kind]string{channel.Messenger: "Messenger", channel.Instagram: "Instagram", channel.WhatsApp: "WhatsApp"}

// warnings are on how many days before an access ends the merchant is told.
var warnings = map[int]bool{7: true, 3: true, 1: true}

// AccessEnds is the e-mail about an access that ends, or has ended; false on the days
// on which there is none.
func AccessEnds(a tenant.Account, c meta.Connection, now time.Time) (notify.Mail, bool) {
	days := int(math.Ceil(c.ExpiresAt.Sub(now).Hours() / 24))
	if days <= 0 {
		return LogIn(a, c, now), true
	}
	if !warnings[days] {
		return notify.Mail{}, false
	}
	return mail(a, fmt.Sprintf("access|%s|%s|%d", c.Account, c.ExpiresAt.UTC().Format(time.DateOnly), days),
		fmt.Sprintf("%s: the access of %q ends in %d days", names[c.Account.Kind], c.Name, days),
		fmt.Sprintf("Meta lets us read and answer messages to %q on %s until %s (UTC). After that, nobody who writes there is answered by the agent.\n\nPlease log in at Meta again before then, under Channels, and connect the account anew. It takes a minute, and nothing is lost.",
			c.Name, names[c.Account.Kind], c.ExpiresAt.UTC().Format("2 January 2006, 15:04"))), true
}

// LogIn is the e-mail about an account whose access Meta no longer accepts.
func LogIn(a tenant.Account, c meta.Connection, now time.Time) notify.Mail {
	return mail(a, fmt.Sprintf("log-in|%s|%s", c.Account, now.UTC().Format(time.DateOnly)),
		fmt.Sprintf("%s: please connect %q again", names[c.Account.Kind], c.Name),
		fmt.Sprintf("Meta no longer lets us answer messages to %q on %s: the access has ended, or was taken back. Until you log in at Meta again, under Channels, nobody who writes there is answered by the agent. What people write meanwhile is in your conversations, and in Meta's own inbox.",
			c.Name, names[c.Account.Kind]))
}

// sentences say why somebody should look at a thread.
var sentences = map[channel.Flag]string{
	channel.AskedFor:  "Somebody who writes to you on %s asks for a person.",
	channel.NotSent:   "An answer on %s could not be sent, or may not be.",
	channel.MaybeSent: "It is not known whether an answer on %s arrived. It is not sent again, so that nobody gets it twice.",
}

// Person is the e-mail about a thread that needs somebody; false for flags that do not
// call anybody. There is one a day for a thread and a reason.
func Person(a tenant.Account, t channel.Thread, now time.Time) (notify.Mail, bool) {
	sentence, calls := sentences[t.Flag]
	if !calls {
		return notify.Mail{}, false
	}
	why := fmt.Sprintf(sentence, names[t.Account.Kind])
	return mail(a, fmt.Sprintf("person|%s|%s|%s", t.Conversation, t.Flag, now.UTC().Format(time.DateOnly)), why,
		fmt.Sprintf("%s\n\nIt is conversation %s among your conversations. A free answer can be sent until %s (UTC). Whoever answers, there or in Meta's inbox, has the conversation; the AI then says nothing.",
			why, t.Conversation, t.OpenedAt.Add(channel.Window).UTC().Format("2 January 2006, 15:04"))), true
}

// mail is an e-mail of the service to a merchant.
func mail(a tenant.Account, key, subject, text string) notify.Mail {
	return notify.Mail{Kind: notify.Operation, To: a.ContactEmail, From: "OmniOps", Subject: subject, Text: text, Key: string(a.Tenant) + "|" + key}
}
