package meta

import (
	"encoding/json"
	"errors"
	"time"

	"omniops/shared/channel"
)

// party is one end of a thread.
type party struct {
	ID text `json:"id"`
}

// messaging is one item of Messenger's and Instagram's entries.
type messaging struct {
	Sender    party `json:"sender"`
	Recipient party `json:"recipient"`
	Timestamp text  `json:"timestamp"` // milliseconds

	Message *struct {
		MID         string `json:"mid"`
		Text        string `json:"text"`
		IsEcho      bool   `json:"is_echo"`
		IsSelf      bool   `json:"is_self"`
		IsDeleted   bool   `json:"is_deleted"`
		AppID       text   `json:"app_id"`
		Metadata    string `json:"metadata"`
		Attachments []struct {
			Type string `json:"type"`
		} `json:"attachments"`
	} `json:"message"`
	Postback *struct {
		MID     string `json:"mid"`
		Title   string `json:"title"`
		Payload string `json:"payload"`
	} `json:"postback"`
	Referral *struct{} `json:"referral"`
	Reaction *struct {
		MID    string `json:"mid"`
		Action string `json:"action"`
	} `json:"reaction"`
	Edit *struct {
		MID  string `json:"mid"`
		Text string `json:"text"`
		Num  text   `json:"num_edit"`
	} `json:"message_edit"`
	Delivery *struct {
		MIDs      []string `json:"mids"`
		Watermark text     `json:"watermark"`
	} `json:"delivery"`
	Read *struct {
		MID       string `json:"mid"`
		Watermark text   `json:"watermark"`
	} `json:"read"`
	Pass *struct {
		NewOwner text `json:"new_owner_app_id"`
	} `json:"pass_thread_control"`
	Take *struct{} `json:"take_thread_control"`
}

// messaging reads one item. In standby another app has the thread.
func (d *reader) messaging(account channel.Account, raw []byte, standby bool) {
	var m messaging
	if err := json.Unmarshal(raw, &m); err != nil {
		d.bad(raw, clean(err))
		return
	}
	person := string(m.Sender.ID)
	if person == account.ID { // what we, or another app, sent
		person = string(m.Recipient.ID)
	}
	e := Event{Account: account, At: time.UnixMilli(m.Timestamp.whole()).UTC(), Content: channel.Content{Person: person}}
	// What has no id of its own is told apart by who and when.
	unnamed := func(kind string) string { return kind + ":" + person + ":" + string(m.Timestamp) }
	c := &e.Content
	wrote := channel.Message
	if standby {
		wrote = channel.Standby
	}
	switch {
	case m.Message != nil:
		e.Name, c.MessageID, c.Text = m.Message.MID, m.Message.MID, m.Message.Text
		for _, a := range m.Message.Attachments {
			c.Media = append(c.Media, shorten(a.Type, 32))
		}
		switch {
		case m.Message.IsSelf && !m.Message.IsEcho:
			d.Ignored++
			return
		case m.Message.IsDeleted:
			e.Kind, e.Name, c.Of, c.Text = channel.Withdrawn, "withdrawn:"+e.Name, m.Message.MID, ""
		case m.Message.IsEcho && string(m.Message.AppID) == d.app.ID && d.app.ID != "":
			e.Kind, e.Name, c.Of, c.Ours, c.Text = channel.Sent, "sent:"+e.Name, m.Message.MID, m.Message.Metadata, ""
		case m.Message.IsEcho:
			e.Kind = channel.Takeover
		case person == string(m.Recipient.ID):
			d.bad(raw, errors.New("it was sent by the account, and is no echo"))
			return
		default:
			e.Kind = wrote
		}
	case m.Postback != nil:
		e.Kind, e.Name, c.Text = wrote, m.Postback.MID, m.Postback.Title
		if e.Name == "" {
			e.Name = unnamed("postback")
		}
		c.MessageID = e.Name
	case m.Reaction != nil:
		e.Kind, e.Name, c.Of = channel.Reaction, unnamed("reaction:"+m.Reaction.MID), m.Reaction.MID
		if m.Reaction.Action == "unreact" {
			d.Ignored++
			return
		}
	case m.Edit != nil:
		e.Kind, e.Name, c.Of, c.Text = channel.Edited, "edit:"+m.Edit.MID+":"+string(m.Edit.Num), m.Edit.MID, m.Edit.Text
	case m.Referral != nil:
		e.Kind, e.Name = channel.Referral, unnamed("referral")
	case m.Delivery != nil:
		for _, mid := range m.Delivery.MIDs[:min(len(m.Delivery.MIDs), 100)] {
			one := e
			one.Kind, one.Name, one.Content.Of = channel.Delivered, "delivered:"+mid, mid
			one.At = watermark(m.Delivery.Watermark, e.At)
			d.add(raw, one)
		}
		if len(m.Delivery.MIDs) == 0 {
			d.Ignored++
		}
		return
	case m.Read != nil:
		e.At = watermark(m.Read.Watermark, e.At)
		e.Kind, e.Name, c.Of = channel.Read, "read:"+m.Read.MID+unnamed(""), m.Read.MID
	case m.Pass != nil && string(m.Pass.NewOwner) == d.app.ID && d.app.ID != "":
		e.Kind, e.Name = channel.Handback, unnamed("handback")
	case m.Pass != nil, m.Take != nil:
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
