package mail

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/local/clock"
	"omniops/local/faults"
)

// letter is a good e-mail.
const letter = `{"from":"Shop <help@shop.example>","to":["jane@example.com"],"subject":"Your code","text":"1234 5678","html":"<p>1234 5678</p>"}`

type world struct {
	*Resend
	t      *testing.T
	clock  *clock.Clock
	faults *faults.Set
	url    string
}

func start(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: clock.Fixed(time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)), faults: faults.New(1)}
	w.Resend = New(w.faults, w.clock.Now)
	mux := http.NewServeMux()
	mux.Handle("/resend/", w.Resend)
	mux.Handle("/", w.Mailbox())
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

func (w *world) send(key, body string) (int, string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/resend/emails", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer re_test")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	return w.do(r)
}

func (w *world) do(r *http.Request) (int, string) {
	w.t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"good", letter, 200, `"id":"`},
		{"one address as a string", `{"from":"a@b.example","to":"jane@example.com","subject":"s","text":"t"}`, 200, `"id":"`},
		{"no JSON", `{`, 422, "validation_error"},
		{"no sender", `{"to":"jane@example.com","subject":"s","text":"t"}`, 422, "missing_required_field"},
		{"a bad sender", `{"from":"nobody","to":"jane@example.com","subject":"s","text":"t"}`, 422, "validation_error"},
		{"no receiver", `{"from":"a@b.example","subject":"s","text":"t"}`, 422, "missing_required_field"},
		{"a bad receiver", `{"from":"a@b.example","to":"jane","subject":"s","text":"t"}`, 422, "validation_error"},
		{"a header in the receiver", `{"from":"a@b.example","to":"jane@example.com\r\nBcc: all@example.com","subject":"s","text":"t"}`, 422, "validation_error"},
		{"a header in the subject", `{"from":"a@b.example","to":"jane@example.com","subject":"s\nBcc: all@example.com","text":"t"}`, 422, "validation_error"},
		{"no text", `{"from":"a@b.example","to":"jane@example.com","subject":"s"}`, 422, "missing_required_field"},
		{"a bad tag", `{"from":"a@b.example","to":"jane@example.com","subject":"s","text":"t","tags":[{"name":"a b","value":"c"}]}`, 422, "validation_error"},
		{"many receivers", `{"from":"a@b.example","to":["` + strings.Repeat(`jane@example.com","`, 50) + `jane@example.com"],"subject":"s","text":"t"}`, 422, "validation_error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := start(t)
			status, text := w.send("", c.body)
			if status != c.status || !strings.Contains(text, c.want) {
				t.Errorf("answered %d %s", status, text)
			}
			if sent := len(w.Messages("")); (status == 200) != (sent == 1) {
				t.Errorf("%d e-mails in the mailbox", sent)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	w := start(t)
	_, first := w.send("k", letter)
	if status, again := w.send("k", strings.Replace(letter, `,"to"`, ` , "to"`, 1)); status != 200 || again != first {
		t.Errorf("the same again answers %d %s", status, again)
	}
	if status, text := w.send("k", strings.Replace(letter, "1234", "9999", 1)); status != 409 || !strings.Contains(text, "invalid_idempotent_request") {
		t.Errorf("another e-mail under the key answers %d %s", status, text)
	}
	if err := w.faults.Replace(faults.Rule{Service: Service, Kind: faults.Conflict, Count: 1}); err != nil {
		t.Fatal(err)
	}
	if status, text := w.send("k2", letter); status != 409 || !strings.Contains(text, "concurrent_idempotent_requests") {
		t.Errorf("while it is sent answers %d %s", status, text)
	}
	if status, text := w.send(strings.Repeat("k", 257), letter); status != 400 || !strings.Contains(text, "invalid_idempotency_key") {
		t.Errorf("a long key answers %d %s", status, text)
	}
	if n := len(w.Messages("JANE@example.com")); n != 1 {
		t.Errorf("%d were sent", n)
	}
	w.clock.SetOffset(24 * time.Hour)
	if _, later := w.send("k", letter); later == first {
		t.Error("a key is known for more than a day")
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		kind   faults.Kind
		status int
		sent   int
	}{{faults.Throttle, 429, 0}, {faults.Error, 500, 0}, {faults.AppliedThenError, 500, 1}} {
		w := start(t)
		if err := w.faults.Replace(faults.Rule{Service: Service, Operation: "SendEmail", Kind: c.kind, Count: 1}); err != nil {
			t.Fatal(err)
		}
		if status, _ := w.send("k", letter); status != c.status || len(w.Messages("")) != c.sent {
			t.Errorf("%s: %d, %d sent", c.kind, status, len(w.Messages("")))
		}
	}
}

func TestMailbox(t *testing.T) {
	w := start(t)
	w.send("", strings.Replace(letter, "<p>", `<script>alert(1)</script><img src=https://attacker.example/x><p>`, 1))
	get := func(path string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		return w.do(r)
	}
	id := w.Messages("")[0].ID
	for path, want := range map[string]string{
		"/mail": "Your code", "/mail?to=other@example.com": "No e-mail for other@example.com", "/mail.json?to=jane@example.com": `"text":"1234 5678"`, "/mail/" + id: "1234 5678", "/mail/" + id + "/html": "<p>1234 5678",
	} {
		if status, text := get(path); status != 200 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	r, err := http.Get(w.url + "/mail/" + id + "/html")
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if policy := r.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox; default-src 'none'") {
		t.Errorf("an e-mail is shown under %q", policy)
	}
	if status, _ := get("/mail/unknown"); status != 404 {
		t.Errorf("an unknown e-mail: %d", status)
	}
}

func TestTheMailboxOutlivesARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.jsonl")
	w := start(t)
	if err := w.Keep(path); err != nil {
		t.Fatal(err)
	}
	w.send("old", letter)
	w.Clear()
	_, first := w.send("k", letter)
	before := w.Messages("")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.send("late", letter) // is kept nowhere
	again := start(t)
	if err := again.Keep(path); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, again.Messages("")); diff != "" || len(before) != 1 {
		t.Errorf("(-before +after)\n%s", diff)
	}
	if _, same := again.send("k", letter); same != first || len(again.Messages("")) != 1 { // its key is known
		t.Errorf("sent again: %s, then %s", first, same)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}
