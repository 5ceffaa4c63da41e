package meta

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
	"unicode/utf16"
)

// Note is what a person does.
type Note struct {
	Kind    string `json:"channel"`
	Account string `json:"account"`
	Person  string `json:"person"` // digits; on WhatsApp the phone number
	Text    string `json:"text"`
	ID      string `json:"id"` // of the message; made if empty
	At      time.Time
	By      By `json:"named_by"` // on WhatsApp; both if empty
}

// By is what WhatsApp names a person by in a delivery.
type By string

// The names that a delivery may give.
const (
	ByNumber By = "number"
	ByID     By = "id" // the business-scoped one
)

// named is a person of WhatsApp in a delivery: what a message says, and what a
// contact does.
func (n Note) named(message, contact map[string]any) (map[string]any, map[string]any) {
	if n.By != ByID {
		message["from"], contact["wa_id"] = n.Person, n.Person
	}
	if n.By != ByNumber {
		message["from_user_id"], contact["user_id"] = Scoped(n.Person), Scoped(n.Person)
	}
	return message, contact
}

// Scoped is the business-scoped id of somebody on WhatsApp.
func Scoped(phone string) string { return "GB." + phone + "77" }

// Incoming makes the delivery of what a person wrote, as Meta formats it.
func (m *Meta) Incoming(n Note) []byte {
	if n.ID == "" {
		n.ID = m.name(map[string]string{"whatsapp": "wamid."}[n.Kind] + "m_")
	}
	if n.At.IsZero() {
		n.At = m.options.Now()
	}
	m.mu.Lock()
	for _, person := range []string{n.Person, Scoped(n.Person)} {
		if n.At.After(m.wrote[thread(n.Account, person)]) {
			m.wrote[thread(n.Account, person)] = n.At
		}
	}
	m.mu.Unlock()
	m.keep(Message{ID: n.ID, Kind: n.Kind, Account: n.Account, Person: n.Person, From: "person", Text: n.Text, At: n.At})
	if n.Kind == "whatsapp" {
		message, contact := n.named(map[string]any{
			"id": n.ID, "timestamp": strconv.FormatInt(n.At.Unix(), 10), "type": "text", "text": map[string]string{"body": n.Text},
		}, map[string]any{"profile": map[string]string{"name": "Sandbox person"}})
		return m.phone(n.Account, map[string]any{"messages": []any{message}, "contacts": []any{contact}})
	}
	return m.messaging(n.Kind, n.Account, "messaging", map[string]any{
		"sender": id(n.Person), "recipient": id(n.Account), "timestamp": n.At.UnixMilli(),
		"message": map[string]any{"mid": n.ID, "text": n.Text},
	})
}

func id(s string) map[string]string { return map[string]string{"id": s} }

// phone makes a delivery of WhatsApp with a value of the field messages.
func (m *Meta) phone(account string, value map[string]any) []byte {
	a, _ := m.account(account)
	value["messaging_product"] = "whatsapp"
	value["metadata"] = map[string]string{"display_phone_number": "15550001111", "phone_number_id": account}
	return encode(map[string]any{"object": "whatsapp_business_account", "entry": []any{map[string]any{
		"id": a.Business, "changes": []any{map[string]any{"field": "messages", "value": value}},
	}}})
}

// messaging makes a delivery of Messenger or Instagram with one item.
func (m *Meta) messaging(kind, account, list string, item map[string]any) []byte {
	object := "page"
	if kind == "instagram" {
		object = "instagram"
	}
	return encode(map[string]any{"object": object, "entry": []any{map[string]any{
		"id": account, "time": m.options.Now().UnixMilli(), list: []any{item},
	}}})
}

// Agent makes the delivery of what somebody at the shop wrote in the platform's
// own inbox.
func (m *Meta) Agent(n Note) []byte {
	if n.ID == "" {
		n.ID = m.name("agent_")
	}
	if n.At.IsZero() {
		n.At = m.options.Now()
	}
	m.keep(Message{ID: n.ID, Kind: n.Kind, Account: n.Account, Person: n.Person, From: "agent", Text: n.Text, At: n.At})
	if n.Kind == "whatsapp" {
		a, _ := m.account(n.Account)
		return encode(map[string]any{"object": "whatsapp_business_account", "entry": []any{map[string]any{
			"id": a.Business, "changes": []any{map[string]any{"field": "smb_message_echoes", "value": map[string]any{
				"messaging_product": "whatsapp", "metadata": map[string]string{"display_phone_number": "15550001111", "phone_number_id": n.Account},
				"message_echoes": []any{map[string]any{
					"from": "15550001111", "to": n.Person, "to_user_id": Scoped(n.Person), "id": n.ID,
					"timestamp": strconv.FormatInt(n.At.Unix(), 10), "type": "text", "text": map[string]string{"body": n.Text},
				}},
			}}},
		}}})
	}
	return m.messaging(n.Kind, n.Account, "messaging", map[string]any{
		"sender": id(n.Account), "recipient": id(n.Person), "timestamp": n.At.UnixMilli(),
		"message": map[string]any{"is_echo": true, "app_id": 263902037430900, "mid": n.ID, "text": n.Text},
	})
}

// Echo makes the delivery by which Messenger and Instagram report a message of the
// app itself.
func (m *Meta) Echo(one Message) []byte {
	app, _ := strconv.ParseInt(m.options.AppID, 10, 64)
	return m.messaging(one.Kind, one.Account, "messaging", map[string]any{
		"sender": id(one.Account), "recipient": id(one.Person), "timestamp": one.At.UnixMilli(),
		"message": map[string]any{"is_echo": true, "app_id": app, "metadata": one.Ours, "mid": one.ID, "text": one.Text},
	})
}

// Status makes the delivery by which WhatsApp reports how far a message came.
func (m *Meta) Status(one Message, status string) []byte {
	s := map[string]any{
		"id": one.ID, "status": status, "timestamp": strconv.FormatInt(m.options.Now().Unix(), 10),
		"recipient_id": one.Person, "recipient_user_id": Scoped(one.Person), "biz_opaque_callback_data": one.Ours,
	}
	if status == "failed" {
		s["errors"] = []any{map[string]any{"code": 131047, "title": "Re-engagement message"}}
	}
	return m.phone(one.Account, map[string]any{"statuses": []any{s}})
}

// encode writes JSON as Meta does: what is not ASCII is escaped.
func encode(v any) []byte {
	plain, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings and numbers
	}
	var b bytes.Buffer
	for _, r := range string(plain) {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}

// Post sends a delivery, signed, and gives the status that it was answered with.
func (m *Meta) Post(ctx context.Context, delivery []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.options.Webhook, bytes.NewReader(delivery))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Hub-Signature-256", "sha256="+m.sign(delivery))
	resp, err := m.options.Client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, nil
}

// later sends a delivery beside other work, and again while it is not taken.
func (m *Meta) later(deliveries ...[]byte) {
	if m.options.Webhook == "" {
		return
	}
	m.pending.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for _, d := range deliveries {
			for try := 1; try <= 5; try++ {
				if status, err := m.Post(ctx, d); err == nil && status == http.StatusOK {
					break
				}
				select {
				case <-ctx.Done():
					return
				case <-time.After(time.Duration(try) * 200 * time.Millisecond):
				}
			}
		}
	})
}

// echo reports a message of the app on Messenger or Instagram.
func (m *Meta) echo(one Message) { m.later(m.Echo(one)) }

// status reports how far a message came on WhatsApp.
func (m *Meta) status(one Message) {
	if one.Status == "failed" {
		m.later(m.Status(one, "failed"))
		return
	}
	m.later(m.Status(one, "sent"), m.Status(one, "delivered"), m.Status(one, "read"))
}
