package problem_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/shared/apigw"
	"omniops/shared/fault"
	"omniops/shared/problem"
)

// answer is what a client sees, in full.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

// serve runs a handler that fails with err.
func serve(t *testing.T, f func(http.ResponseWriter, *http.Request) error) answer {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/v1/chat", nil)
	problem.Handler(f).ServeHTTP(w, r.WithContext(apigw.WithOrigin(r.Context(), "req-1", "192.0.2.7")))
	return answer{w.Code, w.Header(), w.Body.String()}
}

func TestEveryKindHasItsProblem(t *testing.T) {
	header := func(extra ...string) http.Header {
		h := http.Header{"Content-Type": {"application/problem+json"}, "Cache-Control": {"no-store"}, "X-Content-Type-Options": {"nosniff"}}
		for i := 0; i < len(extra); i += 2 {
			h.Set(extra[i], extra[i+1])
		}
		return h
	}
	body := func(kind, title, status, detail string) string {
		return `{"type":"https://omniops.dev/problems/` + kind + `","title":"` + title + `","status":` + status + detail + `,"instance":"req-1"}`
	}
	const said = `,"detail":"A sentence."`
	cause := errors.New("dial tcp: the password is hunter2")
	for name, c := range map[string]struct {
		err  error
		want answer
	}{
		"unclassified":    {cause, answer{500, header(), body("internal", "Something went wrong on our side", "500", "")}},
		"internal":        {fault.E(fault.Internal, "A sentence.", cause), answer{500, header(), body("internal", "Something went wrong on our side", "500", "")}},
		"invalid":         {fault.E(fault.Invalid, "A sentence.", cause), answer{400, header(), body("invalid", "The request is not valid", "400", said)}},
		"unauthenticated": {fault.E(fault.Unauthenticated, "A sentence.", cause), answer{401, header("WWW-Authenticate", "Bearer"), body("unauthenticated", "The request is not authenticated", "401", said)}},
		"forbidden":       {fault.E(fault.Forbidden, "A sentence.", cause), answer{403, header(), body("forbidden", "The request is not allowed", "403", said)}},
		"not found":       {fault.E(fault.NotFound, "A sentence.", cause), answer{404, header(), body("not-found", "There is nothing here", "404", said)}},
		"conflict":        {fault.E(fault.Conflict, "A sentence.", cause), answer{409, header(), body("conflict", "The resource changed meanwhile", "409", said)}},
		"too large":       {fault.E(fault.TooLarge, "A sentence.", cause), answer{413, header(), body("too-large", "The request is too large", "413", said)}},
		"rate limited":    {fault.After(fault.RateLimited, "A sentence.", 1100*time.Millisecond, cause), answer{429, header("Retry-After", "2"), body("rate-limited", "Too many requests", "429", said)}},
		"unavailable":     {fault.After(fault.Unavailable, "A sentence.", 5*time.Second, cause), answer{503, header("Retry-After", "5"), body("unavailable", "A service we depend on is unavailable", "503", said)}},
	} {
		t.Run(name, func(t *testing.T) {
			got := serve(t, func(http.ResponseWriter, *http.Request) error { return c.err })
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNothingFollowsAnAnswerThatHasBegun(t *testing.T) {
	for name, begin := range map[string]func(http.ResponseWriter){
		"header": func(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) },
		"body":   func(w http.ResponseWriter) { _, _ = w.Write([]byte("half")) },
		"flush":  func(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() },
	} {
		t.Run(name, func(t *testing.T) {
			got := serve(t, func(w http.ResponseWriter, _ *http.Request) error {
				begin(w)
				return errors.New("too late")
			})
			if got.Header.Get("Content-Type") == problem.ContentType || got.Status >= 400 {
				t.Errorf("a problem followed the answer: %+v", got)
			}
		})
	}
}
