package meta

import (
	"errors"
	"time"

	"omniops/shared/channel"
)

// messaging is one item of Messenger's and Instagram's entries, as far as it is
// used.
type messaging struct {
	sender, recipient text
	timestamp         text // milliseconds

	what      string // the field that says what happened; empty if none is known
	mid       string // of the message that it is, or is about
	words     string
	metadata  string
	action    string // of a reaction
	app       text
	media     []string
	mids      []string // that were delivered
	number    text     // of an edit
	watermark text
	owner     text // of the thread from now on

	echo, self, deleted bool
}

// maxDelivered bounds how many messages one report of delivery names.
const maxDelivered = 100

// scanMessaging reads an item.
func scanMessaging(s *scanner) (m messaging) {
	s.object(func(key string) {
		switch key {
		case "sender":
			m.sender = scanID(s)
		case "recipient":
			m.recipient = scanID(s)
		case "timestamp":
			m.timestamp = s.number()
		case "message", "postback", "reaction", "message_edit", "delivery", "read", "pass_thread_control", "take_thread_control", "referral":
			if s.peek() != '{' {
				s.other()
				return
			}
			if m.what != "message" { // a message may come with a referral
				m.what = key
			}
			m.scanDetail(s)
		default:
			s.skip()
		}
	})
	return m
}

func scanID(s *scanner) (id text) {
	s.object(func(key string) {
		if key == "id" {
			id = s.number()
		} else {
			s.skip()
		}
	})
	return id
}

// scanDetail reads what happened. The fields of all kinds have different names, or
// the same meaning.
func (m *messaging) scanDetail(s *scanner) {
	s.object(func(key string) {
		switch key {
		case "mid":
			m.mid = s.text()
		case "text", "title":
			m.words = s.text()
		case "metadata":
			m.metadata = s.text()
		case "is_echo":
			m.echo = s.yes()
		case "is_self":
			m.self = s.yes()
		case "is_deleted":
			m.deleted = s.yes()
		case "app_id":
			m.app = s.number()
		case "action":
			m.action = s.text()
		case "num_edit":
			m.number = s.number()
		case "watermark":
			m.watermark = s.number()
		case "new_owner_app_id":
			m.owner = s.number()
		case "mids":
			s.array(func() {
				if mid := s.text(); len(m.mids) < maxDelivered {
					m.mids = append(m.mids, mid)
				}
			})
		case "attachments":
			s.array(func() {
				s.object(func(key string) {
					if key == "type" {
						m.media = append(m.media, shorten(s.text(), 32))
					} else {
						s.skip()
					}
				})
			})
		default:
			s.skip()
		}
	})
}

// messaging reads one item. In standby another app has the thread.
func (d *reader) messaging(account channel.Account, raw []byte, s *scanner, standby bool) {
	m := scanMessaging(s)
	if err := s.err(); err != nil {
		d.bad(raw, err)
		return
	}
	person := string(m.sender)
	if person == account.ID { // what we, or another app, sent
		person = string(m.recipient)
	}
	e := Event{Account: account, At: time.UnixMilli(m.timestamp.whole()).UTC(), Content: channel.Content{Person: person}}
	// What has no id of its own is told apart by who and when.
	unnamed := func(kind string) string { return kind + ":" + person + ":" + string(m.timestamp) }
	c := &e.Content
	wrote := channel.Message
	if standby {
		wrote = channel.Standby
	}
	ours := d.app.ID != "" && string(m.app) == d.app.ID
	switch m.what {
	case "message":
		e.Name, c.MessageID, c.Text, c.Media = m.mid, m.mid, m.words, m.media
		switch {
		case m.self && !m.echo:
			d.Ignored++
			return
		case m.deleted:
			e.Kind, e.Name, c.Of, c.Text = channel.Withdrawn, "withdrawn:"+m.mid, m.mid, ""
		case m.echo && ours:
			e.Kind, e.Name, c.Of, c.Ours, c.Text = channel.Sent, "sent:"+m.mid, m.mid, m.metadata, ""
		case m.echo:
			e.Kind = channel.Takeover
		case person == string(m.recipient):
			d.bad(raw, errors.New("it was sent by the account, and is no echo"))
			return
		default:
			e.Kind = wrote
		}
		if m.mid == "" {
			e.Name = ""
		}
	case "postback":
		e.Kind, e.Name, c.Text = wrote, m.mid, m.words
		if e.Name == "" {
			e.Name = unnamed("postback")
		}
		c.MessageID = e.Name
	case "reaction":
		if m.action == "unreact" {
			d.Ignored++
			return
		}
		e.Kind, e.Name, c.Of = channel.Reaction, unnamed("reaction:"+m.mid), m.mid
	case "message_edit":
		e.Kind, e.Name, c.Of, c.Text = channel.Edited, "edit:"+m.mid+":"+string(m.number), m.mid, m.words
	case "referral":
		e.Kind, e.Name = channel.Referral, unnamed("referral")
	case "delivery":
		if len(m.mids) == 0 {
			d.Ignored++
		}
		for _, mid := range m.mids {
			one := e
			one.Kind, one.Name, one.Content.Of = channel.Delivered, "delivered:"+mid, mid
			one.At = watermark(m.watermark, e.At)
			d.add(raw, one)
		}
		return
	case "read":
		e.At = watermark(m.watermark, e.At)
		e.Kind, e.Name, c.Of = channel.Read, "read:"+m.mid+unnamed(""), m.mid
	case "pass_thread_control":
		if d.app.ID != "" && string(m.owner) == d.app.ID {
			e.Kind, e.Name = channel.Handback, unnamed("handback")
		} else {
			e.Kind, e.Name = channel.Takeover, unnamed("control")
		}
	case "take_thread_control":
		e.Kind, e.Name = channel.Takeover, unnamed("control")
	default: // opt-ins, account linking, requests for control
		d.Ignored++
		return
	}
	d.add(raw, e)
}

func watermark(ms text, otherwise time.Time) time.Time {
	if n := ms.whole(); n > 0 {
		return time.UnixMilli(n).UTC()
	}
	return otherwise
}
