package notify_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/notify"
)

func letter(change func(*notify.Mail)) notify.Mail {
	m := notify.Mail{Kind: notify.OrderCode, To: "jane@example.com", From: "Kettle & Co", Subject: "Your code", Text: "1234 5678", Key: "k1"}
	change(&m)
	return m
}

func TestWhatIsSent(t *testing.T) {
	var got *http.Request
	var body string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		all, _ := io.ReadAll(r.Body)
		got, body = r, string(all)
		_, _ = io.WriteString(w, `{"id":"1"}`)
	}))
	defer s.Close()
	m := notify.NewMailer(s.URL+"/", "re_test", "no-reply@omniops.example", s.Client())
	if err := m.Send(t.Context(), letter(func(m *notify.Mail) { m.ReplyTo = "help@shop.example" })); err != nil {
		t.Fatal(err)
	}
	want := `{"from":"\"Kettle \u0026 Co\" \u003cno-reply@omniops.example\u003e","to":["jane@example.com"],"reply_to":["help@shop.example"],"subject":"Your code","text":"1234 5678","tags":[{"name":"kind","value":"order-code"}]}`
	if got.URL.Path != "/emails" || got.Header.Get("Authorization") != "Bearer re_test" || got.Header.Get("Idempotency-Key") != "k1" || body != want {
		t.Errorf("%s %v\n%s\nwant\n%s", got.URL.Path, got.Header, body, want)
	}
}

// What is not transactional has no kind, and nothing without one is sent.
func TestWhatIsNotSent(t *testing.T) {
	claim.Proves(t, "C127")
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("something was sent") }))
	defer s.Close()
	m := notify.NewMailer(s.URL, "re_test", "no-reply@omniops.example", s.Client())
	for name, c := range map[string]struct {
		change func(*notify.Mail)
		kind   fault.Kind
	}{
		"marketing":          {func(m *notify.Mail) { m.Kind = "marketing" }, fault.Forbidden},
		"no kind":            {func(m *notify.Mail) { m.Kind = "" }, fault.Forbidden},
		"no address":         {func(m *notify.Mail) { m.To = "" }, fault.Invalid},
		"two addresses":      {func(m *notify.Mail) { m.To = "a@example.com, b@example.com" }, fault.Invalid},
		"a name":             {func(m *notify.Mail) { m.To = "Jane <jane@example.com>" }, fault.Invalid},
		"a second header":    {func(m *notify.Mail) { m.Subject = "Hello\r\nBcc: eve@example.com" }, fault.Invalid},
		"no text":            {func(m *notify.Mail) { m.Text = "" }, fault.Invalid},
		"no key":             {func(m *notify.Mail) { m.Key = "" }, fault.Invalid},
		"a key that is long": {func(m *notify.Mail) { m.Key = strings.Repeat("k", 257) }, fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			if err := m.Send(t.Context(), letter(c.change)); err == nil || fault.KindOf(err) != c.kind {
				t.Errorf("%v, want %s", err, c.kind)
			}
		})
	}
}

func TestWhatTheServiceAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		retry  string
		failed bool
		kind   fault.Kind
	}{
		"taken":                        {200, `{"id":"1"}`, "", false, 0},
		"taken before, in other words": {409, `{"name":"invalid_idempotent_request"}`, "", false, 0},
		"still at it":                  {409, `{"name":"concurrent_idempotent_requests"}`, "", true, fault.Unavailable},
		"too many":                     {429, `{"name":"rate_limit_exceeded"}`, "7", true, fault.RateLimited},
		"down":                         {503, `oops`, "", true, fault.Unavailable},
		"no such address":              {422, `{"name":"validation_error","message":"jane@example.com bounced"}`, "", true, fault.Invalid},
		"our key is wrong":             {401, `{"name":"missing_api_key"}`, "", true, fault.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if c.retry != "" {
					w.Header().Set("Retry-After", c.retry)
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			defer s.Close()
			err := notify.NewMailer(s.URL, "re_test", "no-reply@omniops.example", s.Client()).Send(t.Context(), letter(func(*notify.Mail) {}))
			if (err != nil) != c.failed || err != nil && fault.KindOf(err) != c.kind {
				t.Fatalf("%v, want %s", err, c.kind)
			}
			if err != nil && strings.Contains(err.Error(), "jane") {
				t.Errorf("the address is in the error: %v", err)
			}
			if c.retry != "" && fault.RetryAfter(err) != 7*time.Second {
				t.Errorf("again after %s", fault.RetryAfter(err))
			}
		})
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	err := notify.NewMailer(gone.URL, "re_test", "no-reply@omniops.example", http.DefaultClient).Send(t.Context(), letter(func(*notify.Mail) {}))
	if err == nil || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("nobody there: %v", err)
	}
}
