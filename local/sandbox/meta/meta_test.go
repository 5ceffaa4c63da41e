package meta

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"omniops/local/clock"
	"omniops/shared/channel/meta"
)

const secret = "sandbox-secret"

// stand is the stand-in, and what its webhook received.
type stand struct {
	*Meta
	url   string
	clock *clock.Clock

	mu       sync.Mutex
	received [][]byte
}

func newStand(t *testing.T) *stand {
	t.Helper()
	s := &stand{clock: clock.Fixed(time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC))}
	secrets := meta.NewSecrets(secret)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := secrets.Check(r.Header.Get("X-Hub-Signature-256"), body); err != nil {
			t.Errorf("a delivery is not signed: %v", err)
		}
		for _, c := range body {
			if c >= 0x80 {
				t.Errorf("what is not ASCII is not escaped: %s", body)
				break
			}
		}
		s.mu.Lock()
		s.received = append(s.received, body)
		s.mu.Unlock()
	}))
	t.Cleanup(hook.Close)
	s.Meta = New(Options{Now: s.clock.Now, AppID: "1001001001", Secret: secret, Webhook: hook.URL, Accounts: []Account{
		{Kind: "whatsapp", ID: "4004004004", Name: "Kettle & Co", Token: "EAAphone", Business: "5005005005"},
		{Kind: "messenger", ID: "2002002002", Name: "Kettle & Co", Token: "EAApage"},
		{Kind: "instagram", ID: "3003003003", Name: "kettleandco", Token: "EAApage", Page: "2002002002"},
	}})
	server := httptest.NewServer(s.Meta)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *stand) deliveries() [][]byte {
	s.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}

// send calls the Graph API with a token and its proof.
func (s *stand) send(t *testing.T, id, token, proof, body string) (status, code, subcode int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/meta/graph/v26.0/"+id+"/messages?appsecret_proof="+proof, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out struct {
		Error struct {
			Code    int `json:"code"`
			Subcode int `json:"error_subcode"`
		} `json:"error"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, out.Error.Code, out.Error.Subcode
}

// What is refused is refused as there: by token, proof, window, length and tag.
func TestRefusals(t *testing.T) {
	s := newStand(t)
	for _, a := range s.Accounts() {
		s.Incoming(Note{Kind: a.Kind, Account: a.ID, Person: "777" + a.ID[:1]})
	}
	page, phone := s.sign([]byte("EAApage")), s.sign([]byte("EAAphone"))
	text := func(to, text string) string {
		return `{"recipient":{"id":"` + to + `"},"messaging_type":"RESPONSE","message":{"text":"` + text + `"}}`
	}
	tagged := func(tag string) string {
		return `{"recipient":{"id":"7772"},"messaging_type":"MESSAGE_TAG","tag":"` + tag + `","message":{"text":"late"}}`
	}
	whats := func(text string) string {
		return `{"messaging_product":"whatsapp","to":"7774","type":"text","text":{"body":"` + text + `"}}`
	}
	for _, c := range []struct {
		name                   string
		after                  time.Duration
		id, token, proof, body string
		status, code, subcode  int
	}{
		{"another token", 0, "2002002002", "EAAother", s.sign([]byte("EAAother")), text("7772", "x"), 401, 190, 0},
		{"no proof", 0, "2002002002", "EAApage", "", text("7772", "x"), 400, 100, 0},
		{"nobody", 0, "2002002002", "EAApage", page, text("1", "x"), 400, 100, 2018001},
		{"too long for Instagram", 0, "2002002002", "EAApage", page, text("7773", strings.Repeat("é", 501)), 400, 100, 0},
		{"too long for WhatsApp", 0, "4004004004", "EAAphone", phone, whats(strings.Repeat("x", 4097)), 400, 100, 0},
		{"in time", 0, "2002002002", "EAApage", page, text("7772", "x"), 200, 0, 0},
		{"in time on Instagram", 0, "2002002002", "EAApage", page, text("7773", "x"), 200, 0, 0},
		{"in time on WhatsApp", 0, "4004004004", "EAAphone", phone, whats("x"), 200, 0, 0},
		{"late", 24 * time.Hour, "2002002002", "EAApage", page, text("7772", "x"), 400, 10, 2018278},
		{"late on Instagram", 0, "2002002002", "EAApage", page, text("7773", "x"), 400, 10, 2534022},
		{"late under the tag for people", 0, "2002002002", "EAApage", page, tagged("HUMAN_AGENT"), 200, 0, 0},
		{"a dead tag", 0, "2002002002", "EAApage", page, tagged("ACCOUNT_UPDATE"), 400, 100, 0},
		{"late on WhatsApp is accepted, and fails", 0, "4004004004", "EAAphone", phone, whats("late"), 200, 0, 0},
	} {
		s.clock.SetOffset(s.clock.Offset() + c.after)
		if status, code, subcode := s.send(t, c.id, c.token, c.proof, c.body); status != c.status || code != c.code || subcode != c.subcode {
			t.Errorf("%s: %d, %d/%d", c.name, status, code, subcode)
		}
	}
	all := string(slices.Concat(s.deliveries()...))
	for _, want := range []string{`"status":"failed"`, `"code":131047`, `"status":"read"`, `"is_echo":true`} {
		if !strings.Contains(all, want) {
			t.Errorf("no delivery has %s", want)
		}
	}
}

// The page where a person plays the customer: several texts, copies, and the wrong
// order.
func TestTheConsole(t *testing.T) {
	s := newStand(t)
	get := func(path string) string {
		t.Helper()
		resp, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d, %v", path, resp.StatusCode, err)
		}
		return string(body)
	}
	if page := get("/meta/"); !strings.Contains(page, "whatsapp: Kettle &amp; Co") {
		t.Errorf("the page lacks the accounts: %.200s", page)
	}
	get("/meta/console.js")
	resp, err := http.Post(s.url+"/meta/messages", "application/json", strings.NewReader(
		`{"account":"4004004004","person":"447700900123","texts":["one é","two"],"copies":2,"backwards":true}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	received := s.deliveries()
	if len(received) != 4 || !strings.Contains(string(received[0]), "two") || !strings.Contains(string(received[3]), `one \u00e9`) {
		t.Errorf("%d deliveries: %s", len(received), received)
	}
	if list := get("/meta/messages?account=4004004004&person=447700900123"); strings.Count(list, `"from":"person"`) != 2 {
		t.Errorf("the thread: %s", list)
	}
	for _, bad := range []string{"x", `{"account":"1","person":"2"}`, `{"account":"4004004004","person":"<b>"}`} {
		resp, err := http.Post(s.url+"/meta/messages", "application/json", strings.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, resp.StatusCode)
		}
	}
}
