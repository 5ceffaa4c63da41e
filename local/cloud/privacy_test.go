package cloud_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"omniops/local/contract"
	"omniops/shared/claim"
	"omniops/shared/id"
	"omniops/shared/rights"
	"omniops/shared/subject"
	"omniops/shared/table"
)

// sandboxSecret is SESSION_SECRET of local/sandbox.env.
const sandboxSecret = "sandbox-signing-secret-that-protects-nothing-0000"

// asked is a privacy request as the person who made it follows it.
type asked struct {
	ID     string `json:"request_id"`
	State  string `json:"state"`
	Ticket string `json:"ticket"`
}

// privacy asks about one's own data, with a session or without.
func (p *shopper) privacy(body map[string]any) (a asked) {
	p.t.Helper()
	body["idempotency_key"] = fmt.Sprintf("key-%d-%v", time.Now().UnixNano(), body["kind"])
	raw, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	resp := p.send(http.MethodPost, "/v1/privacy/requests", raw)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusAccepted || json.Unmarshal(answer, &a) != nil {
		p.t.Fatalf("%s: %d, %s, %v", raw, resp.StatusCode, answer, err)
	}
	return a
}

// as sends something with another token than the session's.
func (s *system) as(t *testing.T, token, method, path, body string, want int, into any) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.API+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := contract.Client(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != want || into != nil && json.Unmarshal(raw, into) != nil {
		t.Fatalf("%s %s: %d, want %d: %s, %v", method, path, resp.StatusCode, want, raw, err)
	}
	return raw
}

// follow waits until a request is in a state.
func (s *system) follow(t *testing.T, a asked, state string) (v struct {
	State   string
	Receipt []rights.Effect
	File    bool
}) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; {
		s.as(t, a.Ticket, http.MethodGet, "/v1/privacy/requests/"+a.ID, "", http.StatusOK, &v)
		if v.State == state {
			return v
		}
		if time.Now().After(deadline) {
			t.Fatalf("request %s is %+v, want %s", a.ID, v, state)
		}
		<-tick.C
	}
}

// prove enters the code that was e-mailed.
func (s *system) prove(t *testing.T, a asked, address string) asked {
	t.Helper()
	code := ""
	for _, m := range s.Mail.Messages(address) {
		if strings.Contains(m.Text, a.ID) {
			code = regexp.MustCompile(`\b\d{6}\b`).FindString(m.Text)
		}
	}
	if code == "" {
		t.Fatalf("no code was sent to %s", address)
	}
	s.as(t, a.Ticket, http.MethodPost, "/v1/privacy/requests/"+a.ID+"/verification", fmt.Sprintf(`{"code":%q}`, code), http.StatusOK, &a)
	return a
}

// privacyDay is what the privacy functions do, from the first question to the day
// that nobody can read it any more.
func privacyDay(t *testing.T, s *system) {
	t.Helper()
	p := s.arrive(t)
	p.ask(question)

	// A copy, for the chat alone and then for the address: each fetched once.
	own := p.privacy(map[string]any{"kind": "export", "note": "For my records."})
	if v := s.follow(t, own, "done"); !v.File {
		t.Errorf("no copy: %+v", v)
	}
	raw := s.as(t, own.Ticket, http.MethodGet, "/v1/privacy/requests/"+own.ID+"/file", "", http.StatusOK, nil)
	if z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw))); err != nil || len(z.File) != 8 {
		t.Errorf("the copy: %v", err)
	}
	s.as(t, own.Ticket, http.MethodGet, "/v1/privacy/requests/"+own.ID+"/file", "", http.StatusNotFound, nil)
	jane := "jane@example.com"
	s.follow(t, s.prove(t, p.privacy(map[string]any{"kind": "access", "email": jane}), jane), "done")
	s.follow(t, s.prove(t, p.privacy(map[string]any{"kind": "complaint", "email": jane}), jane), "waiting")

	// A person looks at an answer, and puts a message right, a day later.
	lines := struct {
		Messages []struct{ ID, Author, Text string }
	}{}
	p.get("/v1/chat", &lines)
	review := p.privacy(map[string]any{"kind": "human-review", "message_id": lines.Messages[1].ID, "note": "This looks wrong."})
	correct := p.privacy(map[string]any{"kind": "correct", "note": "I meant a toaster."})
	s.Clock.SetOffset(s.Clock.Offset() + 25*time.Hour)
	var list struct {
		Requests []struct {
			ID       string `json:"request_id"`
			Kind     string
			Note     string
			Question string
			Answer   string
			DaysLeft int `json:"days_left"`
		}
	}
	s.as(t, s.token, http.MethodGet, "/v1/merchant/requests", "", http.StatusOK, &list)
	seen := map[string]bool{}
	for _, r := range list.Requests {
		seen[r.ID] = true
		if r.ID == review.ID && (r.Note != "This looks wrong." || r.Question != question || r.Answer != lines.Messages[1].Text || r.DaysLeft < 26) {
			t.Errorf("the review is shown as %+v", r)
		}
	}
	if !seen[review.ID] || !seen[correct.ID] || !seen[own.ID] {
		t.Errorf("the merchant sees %+v", list)
	}
	s.as(t, s.token, http.MethodPut, "/v1/merchant/requests/"+review.ID, `{"decision":"done"}`, http.StatusOK, nil)
	s.as(t, s.token, http.MethodPut, "/v1/merchant/requests/"+correct.ID, `{"decision":"ask","question":"Which message?"}`, http.StatusOK, nil)
	if raw := s.as(t, correct.Ticket, http.MethodGet, "/v1/privacy/requests/"+correct.ID, "", http.StatusOK, nil); !bytes.Contains(raw, []byte("Which message?")) {
		t.Errorf("the person is not shown what the shop asks: %s", raw)
	}
	s.as(t, correct.Ticket, http.MethodPut, "/v1/privacy/requests/"+correct.ID, `{"answer":"The first one."}`, http.StatusOK, nil)
	s.as(t, s.token, http.MethodPut, "/v1/merchant/requests/"+correct.ID, fmt.Sprintf(`{"decision":"done","message_id":%q,"correction":"How long do I have to return a toaster?"}`, lines.Messages[0].ID), http.StatusOK, nil)
	s.follow(t, review, "done")
	s.follow(t, correct, "done")
	p.renew()
	if got := p.transcript(); got[0] != "shopper: How long do I have to return a toaster?" {
		t.Errorf("after the correction: %q", got)
	}

	// Erasure by an e-mailed code: at once, everywhere, and for good.
	erase := s.prove(t, p.privacy(map[string]any{"kind": "erase", "email": jane}), jane)
	s.follow(t, erase, "checking")
	if got := p.transcript(); len(got) != 0 {
		t.Errorf("after the erasure: %q", got)
	}
	s.Clock.SetOffset(s.Clock.Offset() + 11*time.Minute)
	if err := s.Invoke(t.Context(), "privacy-resume", timerSample(t, "privacy-resume/schedule.json"), new(any)); err != nil {
		t.Fatal(err)
	}
	if v := s.follow(t, erase, "done"); len(v.Receipt) < 5 || v.Receipt[0].Outcome != rights.Erased || v.Receipt[0].Count == 0 {
		t.Errorf("the receipt is %+v", v.Receipt)
	}

	// Choices, from a chat and by an address; and a chat that is erased from within.
	r := s.arrive(t)
	r.ask(question)
	s.follow(t, r.privacy(map[string]any{"kind": "no-ai"}), "done")
	if a := r.ask(question); !a.sources.Handoff || len(a.sources.Sources) != 0 {
		t.Errorf("without an AI: %q", a.text)
	}
	s.follow(t, s.prove(t, r.privacy(map[string]any{"kind": "limit", "email": jane}), jane), "done")
	s.follow(t, r.privacy(map[string]any{"kind": "erase"}), "checking")

	// What platforms hand over is begun by the timer.
	main := table.New(s.AWS, s.env(t, "privacy-resume", "TABLE_NAME"), s.Clock.Now)
	requests, err := rights.NewStore(main, []byte(sandboxSecret))
	if err != nil {
		t.Fatal(err)
	}
	people, err := subject.New([]byte(sandboxSecret))
	if err != nil {
		t.Fatal(err)
	}
	who, err := people.OfEmail("demo", jane)
	if err != nil {
		t.Fatal(err)
	}
	if err := requests.Link(t.Context(), "demo", who, "a-late-link"); err != nil {
		t.Fatal(err)
	}
	q := s.arrive(t)
	q.ask(question)
	for _, kind := range []rights.Kind{rights.Limit, rights.Erase, rights.Access} {
		_, err := requests.Accept(t.Context(), "demo", rights.Request{Kind: kind, Source: rights.FromShopify, SourceID: "1", Law: rights.ShopifyTerms,
			Subjects: []id.Subject{"a-customer"}, Conversations: []id.Conversation{id.Conversation(q.Conversation)}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Invoke(t.Context(), "privacy-resume", timerSample(t, "privacy-resume/schedule.json"), new(any)); err != nil {
			t.Fatal(err)
		}
	}
	// Backups are erased again.
	var replayed struct{ Conversations int }
	if err := s.Invoke(t.Context(), "erasure-replay", map[string]any{"since": s.Clock.Now().Add(-time.Hour)}, &replayed); err != nil || replayed.Conversations < 1 {
		t.Errorf("erased again: %+v, %v", replayed, err)
	}

	// A copy that nobody fetches.
	w := s.arrive(t)
	w.ask(question)
	s.follow(t, w.privacy(map[string]any{"kind": "export"}), "done")

	// Retention: shortened by the merchant, then swept, and all of it in the log.
	s.Clock.SetOffset(s.Clock.Offset() + 72*time.Hour)
	s.arrive(t).ask(question)
	s.as(t, s.token, http.MethodPut, "/v1/merchant/settings", `{"chat_days":1}`, http.StatusOK, nil)
	s.as(t, s.token, http.MethodGet, "/v1/merchant/settings", "", http.StatusOK, nil)
	s.Clock.SetOffset(s.Clock.Offset() + 96*time.Hour)
	for _, timer := range []string{"retention-sweep", "audit-verify", "privacy-resume"} {
		if err := s.Invoke(t.Context(), timer, timerSample(t, timer+"/schedule.json"), new(any)); err != nil {
			t.Error(err)
		}
	}
}

// get reads something with the session's own token.
func (p *shopper) get(path string, into any) {
	p.t.Helper()
	resp := p.send(http.MethodGet, path, nil)
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %d, %v", path, resp.StatusCode, err)
	}
}

func timerSample(t *testing.T, sample string) (raw json.RawMessage) {
	t.Helper()
	contract.Sample(t, sample, &raw)
	return raw
}

// Every right, over HTTP, by the real programs.
func TestRightsThroughTheWholeSystem(t *testing.T) {
	claim.Proves(t, "C048", "C149", "C150", "C160", "C148", "C131", "C112")
	s := begin(t, "")
	defer s.end(t)
	privacyDay(t, s)
	if log := s.log.all(); strings.Contains(log, "jane@example.com") || strings.Contains(log, "toaster") || strings.Contains(log, "not authorized") {
		t.Error("the log says who asked, or that a function was refused what it needs")
	}
}
