package rights

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/notify"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

// Letter is an e-mail that a request calls for.
type Letter string

// The letters.
const (
	Acknowledgement Letter = "acknowledgement" // to the person: it has arrived, and who decides until when
	Announcement    Letter = "announcement"    // to the shop: a person there has to decide
	Inquiry         Letter = "inquiry"         // to the person: the shop has asked something; its number follows
	MoreTime        Letter = "more-time"       // to the person: the shop takes longer
	Conclusion      Letter = "conclusion"      // to the person: what came of it
)

// Sent is a letter that was sent.
type Sent struct {
	Letter Letter    `json:"letter"`
	At     time.Time `json:"at"`
}

// sentAt is when a letter was sent: the zero time if it was not.
func (r Request) sentAt(l Letter) time.Time {
	i := slices.IndexFunc(r.Letters, func(s Sent) bool { return s.Letter == l })
	if i < 0 {
		return time.Time{}
	}
	return r.Letters[i].At
}

// Acknowledged is when the person was told that the request has arrived: at once where
// they asked without an address, by the answer itself.
func (r Request) Acknowledged() time.Time {
	if r.Asker() == "" {
		return r.Received
	}
	return r.sentAt(Acknowledgement)
}

// owed lists the letters that a request calls for as it is now, and that were not sent.
func (r Request) owed() (all []Letter) {
	owe := func(l Letter) {
		if r.sentAt(l).IsZero() {
			all = append(all, l)
		}
	}
	if r.State == Waiting {
		owe(Announcement)
	}
	if r.Contact == nil {
		return all
	}
	switch {
	case r.State == Waiting:
		owe(Acknowledgement)
		if !r.ExtendedAt.IsZero() {
			owe(MoreTime)
		}
		if r.Paused() {
			owe(Letter(fmt.Sprintf("%s-%d", Inquiry, len(r.Pauses))))
		}
	case r.State == Done, r.State == Refused:
		owe(Conclusion)
	}
	return all
}

// shopLettersPerDay is how often a shop is written to; the rest it sees in its list.
const shopLettersPerDay = 20

// Letters writes to people about their requests, and to shops about those that wait
// for them. Whom it could not reach, privacy-resume tries again within minutes.
type Letters struct {
	Requests *Store
	Accounts *tenant.Store
	Notes    *Notes
	Tickets  *Tickets
	Mails    *notify.Mailer
	Pages    string // where the public pages are
}

// Send sends what a request calls for, each letter once. A person's address goes with
// the last of them.
func (l *Letters) Send(ctx context.Context, t id.Tenant, r Request) error {
	owed := r.owed()
	if len(owed) == 0 {
		return nil
	}
	account, err := l.Accounts.Get(ctx, t)
	if err != nil {
		return err
	}
	for _, letter := range owed {
		err := l.send(ctx, account, r, letter)
		if err != nil && fault.KindOf(err) != fault.Invalid { // an address that takes no mail does not take it later
			return fmt.Errorf("%s of request %s: %w", letter, r.ID, err)
		}
		if _, err := l.Requests.Change(ctx, t, r.ID, func(now *Request) error {
			if now.sentAt(letter).IsZero() {
				now.Letters = append(now.Letters, Sent{letter, l.Requests.table.Now().UTC()})
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (l *Letters) send(ctx context.Context, account tenant.Account, r Request, letter Letter) error {
	if letter == Announcement {
		return l.announce(ctx, account, r)
	}
	address, err := l.Notes.Open(ctx, account.Tenant, r.Contact)
	if err != nil {
		return err
	}
	ticket, err := l.Tickets.Issue(account.Tenant, r.ID, true)
	if err != nil {
		return err
	}
	text := TextIn(r.Language)
	link := l.Pages + "/v1/privacy/requests#" + string(r.ID) + "." + ticket
	due := r.DueAt(l.Requests.table.Now()).Format(time.DateOnly)
	subject, body := text.about[letter].subject, ""
	switch letter {
	case Acknowledgement:
		body = fmt.Sprintf(text.about[letter].mail, account.Name, text.kinds[r.Kind], r.Received.UTC().Format(time.DateOnly), due, link)
	case MoreTime:
		body = fmt.Sprintf(text.about[letter].mail, account.Name, due, link)
	case Conclusion:
		body = fmt.Sprintf(text.about[letter].mail, account.Name, text.kinds[r.Kind], receiptText(r.Receipt), link)
	default: // a question
		asked, err := l.Notes.Open(ctx, account.Tenant, r.Asked)
		if err != nil {
			return err
		}
		subject, body = text.about[Inquiry].subject, fmt.Sprintf(text.about[Inquiry].mail, account.Name, asked.Reveal(), link)
	}
	return l.Mails.Send(ctx, notify.Mail{
		Kind: notify.PrivacyNews, To: address.Reveal(), From: account.Name, ReplyTo: account.ContactEmail,
		Subject: fmt.Sprintf(subject, account.Name), Text: body, Key: string(r.ID) + "-" + string(letter),
	})
}

// announce tells a shop that somebody there has to decide. It says nothing about the
// person.
func (l *Letters) announce(ctx context.Context, account tenant.Account, r Request) error {
	now := l.Requests.table.Now().UTC()
	kept, _ := inventory.OperationRetention.Period()
	n, err := l.Requests.table.Add(ctx, account.Tenant, mailsItem{Key: table.PrivacyMails(account.Tenant, now.Format(time.DateOnly)), ExpireAt: now.Add(kept).Unix()}, "mails", 1)
	if err != nil {
		return fmt.Errorf("count letters to a shop: %w", err)
	}
	if n > shopLettersPerDay {
		return nil
	}
	text := TextIn(account.Language)
	due := r.DueAt(now).Format(time.DateOnly)
	return l.Mails.Send(ctx, notify.Mail{
		Kind: notify.PrivacyNews, To: account.ContactEmail, From: "OmniOps", Subject: fmt.Sprintf(text.about[Announcement].subject, due),
		Text: fmt.Sprintf(text.about[Announcement].mail, text.kinds[r.Kind], due, r.ID), Key: string(r.ID) + "-" + string(Announcement),
	})
}

// receiptText writes a receipt as lines of text.
func receiptText(receipt []Effect) string {
	var b strings.Builder
	for _, e := range receipt {
		b.WriteString("- " + e.Why)
		if !e.Until.IsZero() {
			b.WriteString(" (" + e.Until.Format(time.DateOnly) + ")")
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// lettersOf reads the letters of a stored request, and storedLetters writes them.
func lettersOf(stored string) (all []Sent, err error) {
	if stored == "" {
		return nil, nil
	}
	err = json.Unmarshal([]byte(stored), &all)
	return all, err
}

func storedLetters(all []Sent) (string, error) {
	if len(all) == 0 {
		return "", nil
	}
	stored, err := json.Marshal(all)
	return string(stored), err
}
