package meta

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"omniops/shared/channel"
)

// phoneMessage is a message of WhatsApp, as far as it is used.
type phoneMessage struct {
	from, fromUser, to, toUser text
	timestamp                  text // seconds
	id, kind, words            string
	of                         string // the message that it is about
	emoji                      string
	change                     string // what changed about the person
	number                     text   // their new one
}

// scanPhoneMessage reads a message.
func scanPhoneMessage(s *scanner) (m phoneMessage) {
	// one reads a text of an object, one level down or two.
	one := func(names ...string) {
		s.object(func(key string) {
			switch {
			case key == names[0] && s.peek() == '"':
				m.words = s.text()
			case len(names) > 1 && key == names[1], len(names) > 2 && key == names[2]:
				s.object(func(key string) {
					if key == names[0] {
						m.words = s.text()
					} else {
						s.skip()
					}
				})
			default:
				s.skip()
			}
		})
	}
	s.object(func(key string) {
		switch key {
		case "from":
			m.from = s.number()
		case "from_user_id":
			m.fromUser = s.number()
		case "to":
			m.to = s.number()
		case "to_user_id":
			m.toUser = s.number()
		case "id":
			m.id = s.text()
		case "timestamp":
			m.timestamp = s.number()
		case "type":
			m.kind = s.text()
		case "text":
			one("body")
		case "image", "video", "document":
			one("caption")
		case "button":
			one("text")
		case "interactive":
			one("title", "button_reply", "list_reply")
		case "reaction":
			s.object(func(key string) {
				switch key {
				case "message_id":
					m.of = s.text()
				case "emoji":
					m.emoji = s.text()
				default:
					s.skip()
				}
			})
		case "system":
			s.object(func(key string) {
				switch key {
				case "type":
					m.change = s.text()
				case "wa_id":
					m.number = s.number()
				default:
					s.skip()
				}
			})
		case "edit", "revoke":
			s.object(func(key string) {
				switch key {
				case "original_message_id":
					m.of = s.text()
				case "message":
					one("body", "text")
				default:
					s.skip()
				}
			})
		default:
			s.skip()
		}
	})
	return m
}

// phoneStatus is how far a message of ours came.
type phoneStatus struct {
	id, status, ours         string
	timestamp                text
	recipient, recipientUser text
	code                     int
}

func scanPhoneStatus(s *scanner) (m phoneStatus) {
	s.object(func(key string) {
		switch key {
		case "id":
			m.id = s.text()
		case "status":
			m.status = s.text()
		case "timestamp":
			m.timestamp = s.number()
		case "recipient_id":
			m.recipient = s.number()
		case "recipient_user_id":
			m.recipientUser = s.number()
		case "biz_opaque_callback_data":
			m.ours = s.text()
		case "errors":
			s.array(func() {
				s.object(func(key string) {
					if key == "code" && m.code == 0 {
						m.code = int(s.number().whole())
					} else {
						s.skip()
					}
				})
			})
		default:
			s.skip()
		}
	})
	return m
}

// phoneLists are the lists of a change.
var phoneLists = [...]string{"messages", "statuses", "message_echoes", "user_preferences"}

// change reads one change of a business account: first whose it is, and then, if
// that is wanted, the rest.
func (d *reader) change(raw []byte, s *scanner) {
	var field string
	var number text
	places := [len(phoneLists)]int{-1, -1, -1, -1}
	s.object(func(key string) {
		switch key {
		case "field":
			field = s.text()
		case "value":
			s.object(func(key string) {
				switch key {
				case "metadata":
					s.object(func(key string) {
						if key == "phone_number_id" {
							number = s.number()
						} else {
							s.skip()
						}
					})
				case phoneLists[0]:
					places[0] = s.pass()
				case phoneLists[1]:
					places[1] = s.pass()
				case phoneLists[2]:
					places[2] = s.pass()
				case phoneLists[3]:
					places[3] = s.pass()
				default:
					s.skip()
				}
			})
		default:
			s.skip()
		}
	})
	switch field {
	case "messages", "smb_message_echoes", "user_preferences":
	default: // of the business account, its numbers and templates
		if err := s.err(); err != nil {
			d.bad(raw, err)
			return
		}
		d.Ignored++
		return
	}
	if err := s.err(); err != nil {
		d.bad(raw, err)
		return
	}
	account, err := channel.ParseAccount(string(channel.WhatsApp), string(number))
	if err != nil {
		d.bad(raw, errors.New("the phone number's id is no number"))
		return
	}
	if !d.wanted(account) {
		d.Ignored++
		return
	}
	for i, item := range [...]func(channel.Account, []byte, *scanner){d.phoneMessage, d.phoneStatus, d.phoneEcho, d.preference} {
		d.list(raw, s, places[i], phoneLists[i], func(raw []byte, in *scanner) { item(account, raw, in) })
	}
}

func (d *reader) phoneMessage(account channel.Account, raw []byte, s *scanner) {
	m := scanPhoneMessage(s)
	if err := s.err(); err != nil {
		d.bad(raw, err)
		return
	}
	// The scoped id is the stable one; a phone number may be missing, or change.
	e := Event{Account: account, Kind: channel.Message, Name: m.id, At: seconds(m.timestamp), Content: channel.Content{
		Person: cmp.Or(string(m.fromUser), digits(m.from)), Phone: digits(m.from), MessageID: m.id, Text: m.words,
	}}
	c := &e.Content
	switch m.kind {
	case "text", "button", "interactive":
	case "reaction":
		if m.emoji == "" { // taken back
			d.Ignored++
			return
		}
		e.Kind, c.Of = channel.Reaction, m.of
	case "edit":
		e.Kind, c.Of = channel.Edited, m.of
	case "revoke":
		e.Kind, c.Of, c.Text = channel.Withdrawn, m.of, ""
	case "system":
		if m.change != "user_changed_number" {
			d.Ignored++
			return
		}
		e.Kind, c.Phone = channel.Moved, digits(m.number)
	default: // pictures, places, cards, and kinds that are not known yet
		c.Media = []string{shorten(cmp.Or(m.kind, "unknown"), 32)}
	}
	d.add(raw, e)
}

// phoneEvents are the events that statuses stand for.
var phoneEvents = map[string]channel.Event{
	"sent": channel.Sent, "delivered": channel.Delivered, "read": channel.Read, "played": channel.Read, "failed": channel.Failed,
}

func (d *reader) phoneStatus(account channel.Account, raw []byte, in *scanner) {
	s := scanPhoneStatus(in)
	if err := in.err(); err != nil {
		d.bad(raw, err)
		return
	}
	kind, known := phoneEvents[s.status]
	if !known {
		d.Ignored++
		return
	}
	e := Event{Account: account, Kind: kind, At: seconds(s.timestamp), Content: channel.Content{
		Person: cmp.Or(string(s.recipientUser), digits(s.recipient)), Of: s.id, Ours: s.ours, Code: s.code,
	}}
	if s.id != "" {
		e.Name = s.status + ":" + s.id
	}
	d.add(raw, e)
}

// phoneEcho is a message that the merchant sent from a phone.
func (d *reader) phoneEcho(account channel.Account, raw []byte, s *scanner) {
	m := scanPhoneMessage(s)
	if err := s.err(); err != nil {
		d.bad(raw, err)
		return
	}
	d.add(raw, Event{Account: account, Kind: channel.Takeover, Name: m.id, At: seconds(m.timestamp), Content: channel.Content{
		Person: cmp.Or(string(m.toUser), digits(m.to)), Phone: digits(m.to), MessageID: m.id, Text: m.words,
	}})
}

// preference is what a person told WhatsApp about messages from the shop.
func (d *reader) preference(account channel.Account, raw []byte, s *scanner) {
	var phone, user, timestamp text
	var value string
	s.object(func(key string) {
		switch key {
		case "wa_id":
			phone = s.number()
		case "user_id":
			user = s.number()
		case "value":
			value = s.text()
		case "timestamp":
			timestamp = s.number()
		default:
			s.skip()
		}
	})
	if err := s.err(); err != nil {
		d.bad(raw, err)
		return
	}
	if value != "stop" {
		d.Ignored++
		return
	}
	person := cmp.Or(string(user), digits(phone))
	d.add(raw, Event{Account: account, Kind: channel.OptedOut, Name: "stop:" + person + ":" + string(timestamp), At: seconds(timestamp),
		Content: channel.Content{Person: person, Phone: digits(phone)}})
}

// digits is a phone number without its marks.
func digits(phone text) string {
	if strings.Trim(string(phone), "0123456789") == "" {
		return string(phone)
	}
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, string(phone))
}

func seconds(s text) time.Time { return time.Unix(s.whole(), 0).UTC() }
