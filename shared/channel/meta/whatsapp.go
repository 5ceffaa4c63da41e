package meta

import (
	"cmp"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"omniops/shared/channel"
)

// phoneDelivery is a change of a WhatsApp business account, up to whose it is.
type phoneDelivery struct {
	Field string `json:"field"`
	Value struct {
		Metadata struct {
			PhoneNumberID text `json:"phone_number_id"`
		} `json:"metadata"`
		Messages    []json.RawMessage `json:"messages"`
		Statuses    []json.RawMessage `json:"statuses"`
		Echoes      []json.RawMessage `json:"message_echoes"`
		Preferences []json.RawMessage `json:"user_preferences"`
	} `json:"value"`
}

// phoneMessage is a message of WhatsApp, as far as it is used.
type phoneMessage struct {
	From      text   `json:"from"`
	FromUser  text   `json:"from_user_id"`
	To        text   `json:"to"`
	ToUser    text   `json:"to_user_id"`
	ID        string `json:"id"`
	Timestamp text   `json:"timestamp"` // seconds
	Type      string `json:"type"`
	Text      body   `json:"text"`
	Image     media  `json:"image"`
	Video     media  `json:"video"`
	Document  media  `json:"document"`
	Button    struct {
		Text string `json:"text"`
	} `json:"button"`
	Interactive struct {
		Button reply `json:"button_reply"`
		List   reply `json:"list_reply"`
	} `json:"interactive"`
	Reaction struct {
		MessageID string `json:"message_id"`
		Emoji     string `json:"emoji"`
	} `json:"reaction"`
	System struct {
		Type string `json:"type"`
		WaID text   `json:"wa_id"`
	} `json:"system"`
	Edit   change `json:"edit"`
	Revoke change `json:"revoke"`
}

type body struct {
	Body string `json:"body"`
}

type media struct {
	Caption string `json:"caption"`
}

type reply struct {
	Title string `json:"title"`
}

// change is an edited or revoked message.
type change struct {
	Original string `json:"original_message_id"`
	Message  struct {
		Text body `json:"text"`
	} `json:"message"`
}

// phoneStatus is how far a message of ours came.
type phoneStatus struct {
	ID            string `json:"id"`
	Status        string `json:"status"`
	Timestamp     text   `json:"timestamp"`
	Recipient     text   `json:"recipient_id"`
	RecipientUser text   `json:"recipient_user_id"`
	Ours          string `json:"biz_opaque_callback_data"`
	Errors        []struct {
		Code int `json:"code"`
	} `json:"errors"`
}

func (d *reader) change(raw []byte) {
	var c phoneDelivery
	if err := json.Unmarshal(raw, &c); err != nil {
		d.bad(raw, clean(err))
		return
	}
	switch c.Field {
	case "messages", "smb_message_echoes", "user_preferences":
	default: // of the business account, its numbers and templates
		d.Ignored++
		return
	}
	account, err := channel.ParseAccount(string(channel.WhatsApp), string(c.Value.Metadata.PhoneNumberID))
	if err != nil {
		d.bad(raw, errors.New("the phone number's id is no number"))
		return
	}
	if !d.wanted(account) {
		d.Ignored++
		return
	}
	for _, m := range c.Value.Messages {
		d.phoneMessage(account, m)
	}
	for _, s := range c.Value.Statuses {
		d.phoneStatus(account, s)
	}
	for _, m := range c.Value.Echoes {
		d.phoneEcho(account, m)
	}
	for _, p := range c.Value.Preferences {
		d.preference(account, p)
	}
}

func (d *reader) phoneMessage(account channel.Account, raw []byte) {
	var m phoneMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		d.bad(raw, clean(err))
		return
	}
	// The scoped id is the stable one; a phone number may be missing, or change.
	e := Event{Account: account, Kind: channel.Message, Name: m.ID, At: seconds(m.Timestamp), Content: channel.Content{
		Person: cmp.Or(string(m.FromUser), digits(m.From)), Phone: digits(m.From), MessageID: m.ID,
	}}
	c := &e.Content
	switch m.Type {
	case "text":
		c.Text = m.Text.Body
	case "button":
		c.Text = m.Button.Text
	case "interactive":
		c.Text = cmp.Or(m.Interactive.Button.Title, m.Interactive.List.Title)
	case "reaction":
		if m.Reaction.Emoji == "" { // taken back
			d.Ignored++
			return
		}
		e.Kind, c.Of = channel.Reaction, m.Reaction.MessageID
	case "edit":
		e.Kind, c.Of, c.Text = channel.Edited, m.Edit.Original, cmp.Or(m.Edit.Message.Text.Body, m.Text.Body)
	case "revoke":
		e.Kind, c.Of = channel.Withdrawn, m.Revoke.Original
	case "system":
		if m.System.Type != "user_changed_number" {
			d.Ignored++
			return
		}
		e.Kind, c.Phone = channel.Moved, digits(m.System.WaID)
	default: // pictures, places, cards, and kinds that are not known yet
		c.Text = cmp.Or(m.Image.Caption, m.Video.Caption, m.Document.Caption)
		c.Media = []string{shorten(cmp.Or(m.Type, "unknown"), 32)}
	}
	d.add(raw, e)
}

func (d *reader) phoneStatus(account channel.Account, raw []byte) {
	var s phoneStatus
	if err := json.Unmarshal(raw, &s); err != nil {
		d.bad(raw, clean(err))
		return
	}
	kinds := map[string]channel.Event{
		"sent": channel.Sent, "delivered": channel.Delivered, "read": channel.Read, "played": channel.Read, "failed": channel.Failed,
	}
	kind, known := kinds[s.Status]
	if !known {
		d.Ignored++
		return
	}
	e := Event{Account: account, Kind: kind, Name: s.Status + ":" + s.ID, At: seconds(s.Timestamp), Content: channel.Content{
		Person: cmp.Or(string(s.RecipientUser), digits(s.Recipient)), Of: s.ID, Ours: s.Ours,
	}}
	if s.ID == "" {
		e.Name = ""
	}
	if len(s.Errors) > 0 {
		e.Content.Code = s.Errors[0].Code
	}
	d.add(raw, e)
}

// phoneEcho is a message that the merchant sent from a phone.
func (d *reader) phoneEcho(account channel.Account, raw []byte) {
	var m phoneMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		d.bad(raw, clean(err))
		return
	}
	d.add(raw, Event{Account: account, Kind: channel.Takeover, Name: m.ID, At: seconds(m.Timestamp), Content: channel.Content{
		Person: cmp.Or(string(m.ToUser), digits(m.To)), Phone: digits(m.To), MessageID: m.ID, Text: m.Text.Body,
	}})
}

// preference is what a person told WhatsApp about messages from the shop.
func (d *reader) preference(account channel.Account, raw []byte) {
	var p struct {
		WaID      text   `json:"wa_id"`
		User      text   `json:"user_id"`
		Value     string `json:"value"`
		Timestamp text   `json:"timestamp"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		d.bad(raw, clean(err))
		return
	}
	if p.Value != "stop" {
		d.Ignored++
		return
	}
	person := cmp.Or(string(p.User), digits(p.WaID))
	d.add(raw, Event{Account: account, Kind: channel.OptedOut, Name: "stop:" + person + ":" + string(p.Timestamp), At: seconds(p.Timestamp),
		Content: channel.Content{Person: person, Phone: digits(p.WaID)}})
}

// digits is a phone number without its marks.
func digits(phone text) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, string(phone))
}

func seconds(s text) time.Time { return time.Unix(s.whole(), 0).UTC() }
