package cloud_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"omniops/local/contract"
	"omniops/local/sandbox/meta"
	"omniops/shared/channel"
	channelmeta "omniops/shared/channel/meta"
	"omniops/shared/claim"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// Somebody writes on each channel, and the whole system answers there: webhook,
// queue, worker, Graph API.
func TestTheShopAnswersOnMeta(t *testing.T) {
	claim.Proves(t, "C071", "C075")
	s := running(t)
	if err := s.ConnectMeta(t.Context(), "demo"); err != nil {
		t.Fatal(err)
	}
	for _, a := range s.Meta.Accounts() {
		t.Run(a.Kind, func(t *testing.T) {
			note := meta.Note{Kind: a.Kind, Account: a.ID, Person: "447700900777", Text: question}
			delivery := s.Meta.Incoming(note)
			for range 3 { // Meta delivers again whenever it likes
				if status, err := s.Meta.Post(t.Context(), delivery); err != nil || status != http.StatusOK {
					t.Fatalf("the webhook answers %d, %v", status, err)
				}
			}
			said := s.awaitMeta(t, a.ID, 2)
			if !strings.Contains(said[0], "AI assistant") || !strings.Contains(said[1], "30 days") {
				t.Errorf("said %q", said)
			}
			if status, err := s.Meta.Post(t.Context(), s.Meta.Incoming(meta.Note{Kind: a.Kind, Account: a.ID, Person: "447700900777", Text: "stop"})); err != nil || status != http.StatusOK {
				t.Fatalf("the webhook answers %d, %v", status, err)
			}
			if all := s.awaitMeta(t, a.ID, 3); len(all) != 3 || !strings.Contains(all[2], "START") {
				t.Errorf("said %q", all)
			}
		})
	}
}

// awaitMeta waits until the shop has sent n messages through an account.
func (s *system) awaitMeta(t *testing.T, account string, n int) []string {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var texts []string
		for _, m := range s.Meta.Sent() {
			if m.Account == account {
				texts = append(texts, m.Text)
			}
		}
		if len(texts) >= n {
			return texts
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%d messages of %d were sent: %q", len(texts), n, texts)
		}
	}
}

// ownOnMeta is a person who proves an order in a thread, and has it cancelled there.
func (s *system) ownOnMeta(t *testing.T, post func([]byte), to meta.Account) {
	t.Helper()
	const john, number = "john.doe@example.com", "#1058"
	s.sell(t)
	s.Clock.SetOffset(s.Clock.Offset() + 5*time.Second) // that there was no shop is believed for so long
	before := len(s.awaitMeta(t, to.ID, 0))
	ask := func(text string, answers int) string {
		t.Helper()
		post(s.Meta.Incoming(meta.Note{Kind: to.Kind, Account: to.ID, Person: "447700900777", Text: text}))
		before += answers
		return s.awaitMeta(t, to.ID, before)[before-1]
	}
	speech := channel.SpeechIn("en").Order
	if said := ask("Please cancel my order "+number, 2); said != speech.Prove { // after the disclosure
		t.Errorf("it says %q", said)
	}
	if said := ask(number+" "+john, 1); said != speech.CodeSent {
		t.Errorf("it says %q", said)
	}
	code := ""
	until(t, "a code for "+number, func() bool {
		for _, m := range s.Mail.Messages(john) {
			code = regexp.MustCompile(`\b\d{4} \d{4}\b`).FindString(m.Text)
		}
		return code != ""
	})
	if said := ask(code, 1); !strings.Contains(said, "Cancel order "+number) || !strings.HasSuffix(said, speech.Confirm) {
		t.Errorf("it says %q", said)
	}
	if said := ask("yes", 1); said != speech.Underway {
		t.Errorf("it says %q", said)
	}
	until(t, "a letter about it", func() bool {
		for _, m := range s.Mail.Messages(john) {
			if strings.Contains(m.Text, number+" is cancelled") {
				return true
			}
		}
		return false
	})
	if resp, body := call(t, http.MethodDelete, s.API+"/v1/merchant/shopify", "", "Authorization", "Bearer "+s.token); resp.StatusCode != http.StatusNoContent {
		t.Errorf("disconnect: %d, %s", resp.StatusCode, body)
	}
}

// attend has somebody at the shop take a conversation on a Page over, answer in it,
// correct what the AI said, and give it back.
func (s *system) attend(t *testing.T, ask func(method, path, body string, want int) string) {
	t.Helper()
	type message struct {
		ID     string `json:"message_id"`
		Author string `json:"author"`
	}
	var list struct {
		Conversations []struct {
			ID      string `json:"conversation_id"`
			Channel string `json:"channel"`
		} `json:"conversations"`
	}
	if err := json.Unmarshal([]byte(ask(http.MethodGet, "/v1/merchant/conversations", "", 200)), &list); err != nil {
		t.Fatal(err)
	}
	for _, c := range list.Conversations {
		if c.Channel != "messenger" {
			continue
		}
		path := "/v1/merchant/conversations/" + c.ID
		var chat struct {
			Messages []message `json:"messages"`
		}
		if err := json.Unmarshal([]byte(ask(http.MethodPut, path+"/handler", `{"handler":"person"}`, 200)), &chat); err != nil {
			t.Fatal(err)
		}
		ask(http.MethodPost, path+"/messages", `{"text":"Hello, this is Ann.","idempotency_key":"answer-0001"}`, 201)
		for _, m := range chat.Messages {
			if m.Author == "assistant" {
				ask(http.MethodPut, path+"/messages/"+m.ID, `{"text":"You have 31 days."}`, 200)
			}
		}
		ask(http.MethodPut, path+"/handler", `{"handler":"ai"}`, 200)
		ask(http.MethodGet, path, "", 200)
		return
	}
	t.Errorf("no conversation of the Page is listed: %+v", list)
}

// liveOnMeta is the life of a merchant's accounts at Meta: connected, written to,
// switched off and on, and deleted when somebody asks Meta for it.
func (s *system) liveOnMeta(t *testing.T) {
	t.Helper()
	ask := func(method, path, body string, want int) string {
		t.Helper()
		resp, answer := call(t, method, s.API+path, body, "Authorization", "Bearer "+s.token)
		if resp.StatusCode != want {
			t.Fatalf("%s %s: %d, %s", method, path, resp.StatusCode, answer)
		}
		return answer
	}
	var begun struct {
		URL string `json:"authorize_url"`
	}
	if err := json.Unmarshal([]byte(ask(http.MethodPost, "/v1/merchant/meta/logins", "", 200)), &begun); err != nil {
		t.Fatal(err)
	}
	if resp, page := call(t, http.MethodGet, begun.URL, ""); resp.StatusCode != 200 || !strings.Contains(page, "You are logged in") {
		t.Fatalf("log-in: %d, %s", resp.StatusCode, page)
	}
	ask(http.MethodGet, "/v1/merchant/meta?choices=true", "", 200)
	for _, a := range s.Meta.Accounts() {
		path := "/v1/merchant/meta/accounts/" + a.Kind + "/" + a.ID
		for _, enabled := range []string{"true", "false", "true"} {
			ask(http.MethodPut, path, `{"enabled":`+enabled+`}`, 200)
		}
	}
	phone, page := s.Meta.Accounts()[0], s.Meta.Accounts()[1]
	ask(http.MethodDelete, "/v1/merchant/meta/accounts/instagram/"+s.Meta.Accounts()[2].ID, "", 204)

	post := func(delivery []byte) {
		t.Helper()
		if status, err := s.Meta.Post(t.Context(), delivery); err != nil || status != http.StatusOK {
			t.Fatalf("the webhook answers %d, %v", status, err)
		}
	}
	if resp, _ := call(t, http.MethodGet, s.API+"/api/meta/webhook?hub.mode=subscribe&hub.challenge=7&hub.verify_token=wrong", ""); resp.StatusCode != 403 {
		t.Errorf("challenge: %d", resp.StatusCode)
	}
	post(s.Meta.Incoming(meta.Note{Kind: phone.Kind, Account: phone.ID, Person: "447700900888", Text: question}))
	for n, wish := range []string{"export my data", "I want to complain about how you handle my data", "delete my data"} {
		s.awaitMeta(t, phone.ID, 2+n)
		post(s.Meta.Incoming(meta.Note{Kind: phone.Kind, Account: phone.ID, Person: "447700900888", Text: wish}))
	}
	s.awaitMeta(t, phone.ID, 5)
	post(s.Meta.Incoming(meta.Note{Kind: page.Kind, Account: page.ID, Person: "777", Text: question}))
	s.awaitMeta(t, page.ID, 2)
	s.attend(t, ask)
	s.ownOnMeta(t, post, phone)
	post([]byte(`{"object":"page","entry":[{"id":"` + page.ID + `","messaging":[{"message":7}]}]}`)) // put aside

	// What cannot be worked on is parked.
	for function, variable := range map[string]string{"meta-webhook": "META_QUEUE_URL", "meta-deletion-run": "DELETION_QUEUE_URL"} {
		queue, body, group := s.env(t, function, variable), `{"code":7,"tenant":7}`, "nobody"
		if _, err := sqs.NewFromConfig(s.AWS).SendMessage(t.Context(), &sqs.SendMessageInput{
			QueueUrl: &queue, MessageBody: &body, MessageGroupId: &group, MessageDeduplicationId: &group,
		}); err != nil {
			t.Fatal(err)
		}
	}

	// Somebody asks Meta for deletion, and the Page removes the app.
	signed := func(payload string) string {
		return url.Values{"signed_request": {channelmeta.NewRequest("sandbox-app-secret-that-protects-nothing", payload)}}.Encode()
	}
	now := s.Clock.Now().Unix()
	var receipt struct {
		URL string `json:"url"`
	}
	for _, c := range [][2]string{
		{"deauthorize", fmt.Sprintf(`{"algorithm":"HMAC-SHA256","issued_at":%d,"user_id":"0","profile_id":%q}`, now, page.ID)},
		{"data-deletion", fmt.Sprintf(`{"algorithm":"HMAC-SHA256","issued_at":%d,"user_id":"0","profile_id":%q}`, now, page.ID)},
		{"data-deletion", fmt.Sprintf(`{"algorithm":"HMAC-SHA256","issued_at":%d,"user_id":%q}`, now, meta.User)},
	} {
		resp, answer := call(t, http.MethodPost, s.API+"/api/meta/"+c[0], signed(c[1]), "Content-Type", "application/x-www-form-urlencoded")
		if resp.StatusCode != 200 {
			t.Fatalf("%s: %d, %s", c[0], resp.StatusCode, answer)
		}
		if answer != "" {
			if err := json.Unmarshal([]byte(answer), &receipt); err != nil {
				t.Fatal(err)
			}
		}
	}
	deadline := time.Now().Add(30 * time.Second)
	for {
		resp, page := call(t, http.MethodGet, receipt.URL, "")
		if resp.StatusCode == 200 && strings.Contains(page, "has been deleted") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the deletion is not done: %d, %s", resp.StatusCode, page)
		}
	}

	// A token that has ended is noticed the next morning.
	connections := channelmeta.NewConnections(table.New(s.AWS, s.env(t, "meta-check", "TABLE_NAME"), s.Clock.Now), seal.NewSecrets(s.AWS, s.env(t, "meta-reply", "SECRETS_KEY_ID")))
	account := channel.Account{Kind: channel.WhatsApp, ID: phone.ID}
	if err := connections.Save(t.Context(), channelmeta.Connection{
		Tenant: "demo", Account: account, Through: phone.ID, Enabled: true, ConnectedAt: s.Clock.Now(), ExpiresAt: s.Clock.Now().Add(-time.Hour),
	}, phone.Token); err != nil {
		t.Fatal(err)
	}
	var sample json.RawMessage
	contract.Sample(t, "meta-check/schedule.json", &sample)
	if err := s.Invoke(t.Context(), "meta-check", sample, new(any)); err != nil {
		t.Fatal(err)
	}
	if c, err := connections.Get(t.Context(), "demo", account); err != nil || c.State != channelmeta.Reconnect {
		t.Errorf("the token that ended: %s, %v", c.State, err)
	}
}
