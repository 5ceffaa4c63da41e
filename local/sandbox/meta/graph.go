package meta

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// scopes are what a log-in grants.
var scopes = []string{
	"pages_show_list", "pages_messaging", "pages_manage_metadata", "instagram_basic", "instagram_manage_messages",
	"whatsapp_business_management", "whatsapp_business_messaging",
}

// versioned is a path of the Graph API: the version, and what is called.
var versioned = regexp.MustCompile(`^/meta/graph/v2[56]\.0/(.+)$`)

// graph answers a call of the Graph API.
func (m *Meta) graph(w http.ResponseWriter, r *http.Request) {
	found := versioned.FindStringSubmatch(r.URL.Path)
	if found == nil {
		refuse(w, http.StatusBadRequest, 2635, 0, "You are calling a deprecated version of the API")
		return
	}
	path := strings.Split(found[1], "/")
	if f, failing := m.failing(path[len(path)-1] == "messages"); failing {
		status := f.Status
		if status == 0 {
			status = http.StatusBadRequest
		}
		refuse(w, status, f.Code, f.Subcode, "A failure that was asked for")
		return
	}
	switch last := path[len(path)-1]; {
	case found[1] == "oauth/access_token":
		m.accessToken(w, r)
	case found[1] == "debug_token":
		m.debugToken(w, r)
	case found[1] == "me":
		if m.proved(w, r, UserToken) {
			answer(w, http.StatusOK, map[string]string{"id": User})
		}
	case found[1] == "me/accounts":
		m.pages(w, r)
	case last == "phone_numbers":
		m.numbers(w, r, path[0])
	case last == "permissions" && r.Method == http.MethodDelete:
		if m.proved(w, r, UserToken) {
			answer(w, http.StatusOK, map[string]bool{"success": true})
		}
	case last == "subscribed_apps":
		m.subscribe(w, r, path[0])
	case last == "messages" && r.Method == http.MethodPost:
		m.send(w, r, path[0])
	default:
		refuse(w, http.StatusBadRequest, 100, 33, "Unsupported request")
	}
}

func (m *Meta) accessToken(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != m.options.AppID || q.Get("client_secret") != m.options.Secret {
		refuse(w, http.StatusBadRequest, 101, 0, "Error validating client secret")
		return
	}
	switch {
	case q.Get("grant_type") == "fb_exchange_token" && q.Get("fb_exchange_token") == UserToken+"Short":
		answer(w, http.StatusOK, map[string]any{"access_token": UserToken, "token_type": "bearer", "expires_in": 60 * 24 * 3600})
	case q.Get("code") == LoginCode:
		answer(w, http.StatusOK, map[string]any{"access_token": UserToken + "Short", "token_type": "bearer", "expires_in": 3600})
	default:
		refuse(w, http.StatusBadRequest, 100, 36007, "This authorization code has been used or is invalid")
	}
}

// LoginCode is the code that a log-in gives.
const LoginCode = "AQsandboxLoginCode"

func (m *Meta) debugToken(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+m.options.AppID+"|"+m.options.Secret {
		refuse(w, http.StatusUnauthorized, 190, 0, "Invalid OAuth access token")
		return
	}
	m.mu.Lock()
	valid := !m.revoked
	m.mu.Unlock()
	var businesses []string
	for _, a := range m.options.Accounts {
		if a.Business != "" {
			businesses = append(businesses, a.Business)
		}
	}
	answer(w, http.StatusOK, map[string]any{"data": map[string]any{
		"app_id": m.options.AppID, "user_id": User, "is_valid": valid, "scopes": scopes,
		"expires_at":      m.options.Now().Add(60 * 24 * time.Hour).Unix(),
		"granular_scopes": []map[string]any{{"scope": "whatsapp_business_management", "target_ids": businesses}},
	}})
}

func (m *Meta) pages(w http.ResponseWriter, r *http.Request) {
	if !m.proved(w, r, UserToken) {
		return
	}
	data := []map[string]any{}
	for _, a := range m.options.Accounts {
		if a.Kind != "messenger" {
			continue
		}
		page := map[string]any{"id": a.ID, "name": a.Name, "access_token": a.Token, "tasks": []string{"MODERATE", "MESSAGING", "MANAGE"}}
		for _, ig := range m.options.Accounts {
			if ig.Kind == "instagram" && ig.Page == a.ID {
				page["instagram_business_account"] = map[string]string{"id": ig.ID, "username": ig.Name}
			}
		}
		data = append(data, page)
	}
	answer(w, http.StatusOK, map[string]any{"data": data})
}

func (m *Meta) numbers(w http.ResponseWriter, r *http.Request, business string) {
	if !m.proved(w, r, UserToken) {
		return
	}
	data := []map[string]string{}
	for _, a := range m.options.Accounts {
		if a.Kind == "whatsapp" && a.Business == business {
			data = append(data, map[string]string{"id": a.ID, "display_phone_number": "+1 555-000-1111", "verified_name": a.Name})
		}
	}
	answer(w, http.StatusOK, map[string]any{"data": data})
}

func (m *Meta) subscribe(w http.ResponseWriter, r *http.Request, id string) {
	tokens := []string{UserToken}
	for _, a := range m.options.Accounts {
		if a.ID == id || a.Business == id {
			tokens = append(tokens, a.Token)
		}
	}
	if !m.proved(w, r, tokens...) {
		return
	}
	m.mu.Lock()
	if r.Method == http.MethodDelete {
		delete(m.subscribed, id)
	} else {
		m.subscribed[id] = strings.Split(r.URL.Query().Get("subscribed_fields"), ",")
	}
	m.mu.Unlock()
	answer(w, http.StatusOK, map[string]bool{"success": true})
}

// outgoing is what a message to a person may hold.
type outgoing struct {
	Recipient     json.RawMessage `json:"recipient"`
	MessagingType string          `json:"messaging_type"`
	Tag           string          `json:"tag"`
	SenderAction  string          `json:"sender_action"`
	Message       struct {
		Text     string `json:"text"`
		Metadata string `json:"metadata"`
	} `json:"message"`

	Product string `json:"messaging_product"`
	To      string `json:"to"`
	Type    string `json:"type"`
	Status  string `json:"status"`
	Ours    string `json:"biz_opaque_callback_data"`
	Text    struct {
		Body string `json:"body"`
	} `json:"text"`
	Template struct {
		Name string `json:"name"`
	} `json:"template"`
}

func (m *Meta) send(w http.ResponseWriter, r *http.Request, id string) {
	through, known := m.account(id)
	if !known {
		refuse(w, http.StatusBadRequest, 100, 33, "Object with this id does not exist")
		return
	}
	tokens := []string{through.Token}
	if through.Kind == "whatsapp" { // a number has no token of its own
		tokens = append(tokens, UserToken)
	}
	if !m.proved(w, r, tokens...) {
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var in outgoing
	if err != nil || json.Unmarshal(body, &in) != nil {
		refuse(w, http.StatusBadRequest, 100, 0, "Invalid parameter")
		return
	}
	if through.Kind == "whatsapp" {
		m.sendPhone(w, through, in)
		return
	}
	var to struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(in.Recipient, &to) != nil || to.ID == "" {
		refuse(w, http.StatusBadRequest, 100, 2018001, "No matching user found")
		return
	}
	// Instagram's people are written to through the Page that the account is linked to.
	account := through
	for _, a := range m.options.Accounts {
		if _, wrote := m.last(a.ID, to.ID); a.Kind == "instagram" && a.Page == through.ID && wrote {
			account = a
		}
	}
	last, wrote := m.last(account.ID, to.ID)
	if !wrote {
		refuse(w, http.StatusBadRequest, 100, 2018001, "No matching user found")
		return
	}
	age := m.options.Now().Sub(last)
	late := in.MessagingType == "MESSAGE_TAG" && in.Tag == "HUMAN_AGENT" && age < 7*24*time.Hour
	if in.MessagingType == "MESSAGE_TAG" && in.Tag != "HUMAN_AGENT" {
		refuse(w, http.StatusBadRequest, 100, 0, "This message tag is no longer supported")
		return
	}
	if age >= 24*time.Hour && !late {
		subcode := 2018278
		if account.Kind == "instagram" {
			subcode = 2534022
		}
		refuse(w, http.StatusBadRequest, 10, subcode, "This message is sent outside of allowed window")
		return
	}
	if in.SenderAction != "" {
		m.shown()
		answer(w, http.StatusOK, map[string]string{"recipient_id": to.ID})
		return
	}
	if account.Kind == "instagram" && len(in.Message.Text) > 1000 || utf8.RuneCountInString(in.Message.Text) > 2000 || in.Message.Text == "" {
		refuse(w, http.StatusBadRequest, 100, 0, "Length of param message[text] must be within the limit")
		return
	}
	one := Message{
		ID: m.name("m_"), Kind: account.Kind, Account: account.ID, Person: to.ID, From: "shop", Text: in.Message.Text,
		Form: in.MessagingType, Ours: in.Message.Metadata, Status: "sent", At: m.options.Now(),
	}
	m.keep(one)
	answer(w, http.StatusOK, map[string]string{"recipient_id": to.ID, "message_id": one.ID})
	m.echo(one)
}

// sendPhone takes a message of WhatsApp. Outside the window it is accepted and
// fails afterwards, as there.
func (m *Meta) sendPhone(w http.ResponseWriter, account Account, in outgoing) {
	if in.Status == "read" { // of a message that was received; typing may come with it
		m.shown()
		answer(w, http.StatusOK, map[string]bool{"success": true})
		return
	}
	person := in.To
	if person == "" {
		_ = json.Unmarshal(in.Recipient, &person)
	}
	person = strings.TrimPrefix(person, "+")
	if in.Product != "whatsapp" || person == "" {
		refuse(w, http.StatusBadRequest, 100, 0, "Invalid parameter")
		return
	}
	text, form := in.Text.Body, "text"
	if in.Type == "template" {
		text, form = "", in.Template.Name
	} else if text == "" || utf8.RuneCountInString(text) > 4096 {
		refuse(w, http.StatusBadRequest, 100, 0, "Param text['body'] must be at most 4096 characters long.")
		return
	}
	one := Message{
		ID: m.name("wamid."), Kind: "whatsapp", Account: account.ID, Person: person, From: "shop", Text: text, Form: form,
		Ours: in.Ours, Status: "accepted", At: m.options.Now(),
	}
	last, wrote := m.last(account.ID, person)
	if in.Type != "template" && (!wrote || m.options.Now().Sub(last) >= 24*time.Hour) {
		one.Status = "failed"
	}
	m.keep(one)
	answer(w, http.StatusOK, map[string]any{
		"messaging_product": "whatsapp", "contacts": []map[string]string{{"input": person, "wa_id": person}},
		"messages": []map[string]string{{"id": one.ID, "message_status": "accepted"}},
	})
	m.status(one)
}

func (m *Meta) shown() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.typing++
}

// last is when a person last wrote to an account. WhatsApp's people are known by
// their phone number and by their scoped id.
func (m *Meta) last(account, person string) (time.Time, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.wrote[thread(account, person)]
	return at, ok
}

const keepMessages = 2000

func (m *Meta) keep(one Message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.messages = append(m.messages, one)
	m.messages = m.messages[max(0, len(m.messages)-keepMessages):]
}
