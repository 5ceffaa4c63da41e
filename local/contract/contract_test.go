package contract_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"omniops/local/contract"
)

// record is a test that only notes that it failed.
type record struct {
	testing.TB
	failures []string
}

func (r *record) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

const (
	disclosure = "id: 1\nevent: disclosure\ndata: {\"text\":\"An AI\",\"turn\":1}\n\n"
	done       = "event: done\ndata: {\"message_id\":\"m\",\"turn\":1,\"state\":\"complete\"}\n\n"
	health     = `{"status":"ok","checked_at":"2026-11-24T09:30:00Z","checks":[{"name":"table","ok":true,"duration_ms":3}]}`
	message    = `{"message":"hi","idempotency_key":"key-00000001"}`
	refusal    = `{"type":"https://omniops.dev/problems/invalid","title":"No","status":400}`
)

func TestWhatTheContractForbidsFailsTheTest(t *testing.T) {
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		kind, answer       string
		want               string // part of the failure; none if empty
	}{
		"as described":           {"GET", "/v1/health", "", 200, "application/json", health, ""},
		"a field too many":       {"GET", "/v1/health", "", 200, "application/json", strings.Replace(health, `{"status"`, `{"host":"a","status"`, 1), "host"},
		"a field too few":        {"GET", "/v1/health", "", 200, "application/json", `{"status":"ok","checks":[]}`, "checked_at"},
		"no such value":          {"GET", "/v1/health", "", 200, "application/json", strings.Replace(health, `"ok"`, `"fine"`, 1), "status"},
		"no date":                {"GET", "/v1/health", "", 200, "application/json", strings.Replace(health, "2026-11-24T", "yesterday ", 1), "checked_at"},
		"no such status":         {"GET", "/v1/health", "", 418, "application/json", health, "status is not supported"},
		"another content":        {"GET", "/v1/health", "", 200, "text/html", health, "text/html"},
		"a route of its own":     {"GET", "/v1/secrets", "", 200, "application/json", "{}", "no part of the contract"},
		"no such route":          {"GET", "/v1/secrets", "", 404, "text/plain", "none", ""},
		"bad, refused":           {"POST", "/v1/chat", `{"message":"hi"}`, 400, "application/problem+json", refusal, ""},
		"bad, refused by a page": {"POST", "/v1/chat", `{"message":"hi"}`, 400, "text/html", "no", "text/html"},
		"bad, accepted":          {"POST", "/v1/chat", `{"message":"hi"}`, 200, "text/event-stream", disclosure + "id: 2\n" + done, "idempotency_key"},
		"no problem of ours":     {"POST", "/v1/chat", `{}`, 400, "application/problem+json", strings.Replace(refusal, "invalid", "hunger", 1), "type"},
		"a stream":               {"POST", "/v1/chat", message, 200, "text/event-stream", disclosure + ":\n\nid: 2\n" + done, ""},
		"a stream of one kind":   {"POST", "/v1/chat", message, 200, "text/event-stream; charset=utf-8", disclosure + "id: 2\nevent: token\ndata: {\"text\":1}\n\nid: 3\n" + done, "text"},
		"nothing disclosed":      {"POST", "/v1/chat", message, 200, "text/event-stream", "id: 1\n" + done, "disclosure comes first"},
		"disclosed twice":        {"POST", "/v1/chat", message, 200, "text/event-stream", disclosure + strings.Replace(disclosure, "1", "2", 1) + "id: 3\n" + done, "disclosure comes first"},
		"a number left out":      {"POST", "/v1/chat", message, 200, "text/event-stream", disclosure + "id: 3\n" + done, "it has id"},
		"an unknown event":       {"POST", "/v1/chat", message, 200, "text/event-stream", disclosure + "id: 2\nevent: tool\ndata: {}\n\nid: 3\n" + done, "no event"},
		"no end":                 {"POST", "/v1/chat", message, 200, "text/event-stream", disclosure, "want done or error"},
		"more after the end":     {"POST", "/v1/chat", message, 200, "text/event-stream", disclosure + "id: 2\n" + done + "id: 3\n" + done, "after done"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", c.kind)
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.answer)
			}))
			defer server.Close()
			r := &record{TB: t}
			req, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Origin", "https://shop.example")
			req.Header.Set("Content-Type", "application/json")
			resp, err := contract.Client(r).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			got, err := io.ReadAll(resp.Body)
			if err != nil || string(got) != c.answer {
				t.Errorf("the answer arrives as %q, %v", got, err)
			}
			all := strings.Join(r.failures, "\n")
			if (c.want == "") != (all == "") || !strings.Contains(all, c.want) {
				t.Errorf("failures %q, want %q", all, c.want)
			}
		})
	}
}
