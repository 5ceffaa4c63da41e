package faults_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniops/local/faults"
)

// service counts what it did and answers "done"; the query names its operation.
func service(t *testing.T, s *faults.Set, did *int) *httptest.Server {
	t.Helper()
	operation := func(r *http.Request) string { return r.URL.Query().Get("op") }
	answer := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) }
	}
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*did++
		if faults.Conflicted(r.Context()) {
			w.WriteHeader(http.StatusConflict)
		}
		io.WriteString(w, "done")
	})
	server := httptest.NewServer(s.Wrap("dynamodb", operation, answer(429), answer(500), next))
	t.Cleanup(server.Close)
	return server
}

func TestKinds(t *testing.T) {
	cases := map[string]struct {
		rule   faults.Rule
		status int // 0: no answer
		body   string
		did    int
	}{
		"no rule":            {faults.Rule{Service: "sqs", Kind: faults.Error}, 200, "done", 1},
		"other operation":    {faults.Rule{Service: "dynamodb", Operation: "Get", Kind: faults.Error}, 200, "done", 1},
		"throttle":           {faults.Rule{Service: "dynamodb", Operation: "Put", Kind: faults.Throttle}, 429, "", 0},
		"error everywhere":   {faults.Rule{Service: "*", Operation: "*", Kind: faults.Error}, 500, "", 0},
		"applied then error": {faults.Rule{Kind: faults.AppliedThenError}, 500, "", 1},
		"delay":              {faults.Rule{Kind: faults.Delay, Delay: time.Millisecond}, 200, "done", 1},
		"cut":                {faults.Rule{Kind: faults.Cut}, 0, "", 0},
		"conflict":           {faults.Rule{Kind: faults.Conflict}, 409, "done", 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			set, did := faults.New(1), 0
			server := service(t, set, &did)
			if err := set.Replace(c.rule); err != nil {
				t.Fatal(err)
			}
			// A POST, because the client repeats a GET whose connection was cut.
			res, err := http.Post(server.URL+"?op=Put", "text/plain", strings.NewReader("x"))
			if (err != nil) != (c.status == 0) {
				t.Fatalf("error %v, want status %d", err, c.status)
			}
			if err == nil {
				defer res.Body.Close()
				body, _ := io.ReadAll(res.Body)
				if res.StatusCode != c.status || string(body) != c.body {
					t.Errorf("%d %q, want %d %q", res.StatusCode, body, c.status, c.body)
				}
			}
			if did != c.did {
				t.Errorf("the service ran %d times, want %d", did, c.did)
			}
		})
	}
}

func TestDelayEndsWithTheCaller(t *testing.T) {
	set, did := faults.New(1), 0
	set.Replace(faults.Rule{Kind: faults.Delay, Delay: time.Hour})
	none := func(http.ResponseWriter, *http.Request) {}
	h := set.Wrap("s", func(*http.Request) string { return "" }, none, none,
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { did++ }))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "POST", "/", nil))
	if did != 0 {
		t.Error("the service ran although its caller had gone")
	}
}

func TestCountRunsOut(t *testing.T) {
	set := faults.New(1)
	set.Replace(
		faults.Rule{Kind: faults.Delay, Delay: time.Second, Count: 1},
		faults.Rule{Service: "sqs", Kind: faults.Throttle, Count: 2},
	)
	var got []string
	for range 4 {
		wait, kind := set.Pick("sqs", "SendMessage")
		got = append(got, wait.String()+" "+string(kind))
	}
	want := []string{"1s throttle", "0s throttle", "0s ", "0s "}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if rules := set.Rules(); len(rules) != 0 {
		t.Errorf("rules left: %v", rules)
	}
}

func TestRateIsTheSameForTheSameSeed(t *testing.T) {
	run := func(seed uint64) (hits int, pattern string) {
		set := faults.New(seed)
		set.Replace(faults.Rule{Kind: faults.Error, Rate: 0.25})
		for range 1000 {
			_, kind := set.Pick("s3", "PutObject")
			if kind != "" {
				hits++
				pattern += "x"
			} else {
				pattern += "."
			}
		}
		return hits, pattern
	}
	hits, pattern := run(7)
	if hits < 200 || hits > 300 {
		t.Errorf("%d of 1000 hit, want about 250", hits)
	}
	if _, again := run(7); again != pattern {
		t.Error("the same seed fell differently")
	}
	if _, other := run(8); other == pattern {
		t.Error("another seed fell the same way")
	}
}

func TestNilSetDoesNothing(t *testing.T) {
	var set *faults.Set
	did := 0
	server := service(t, set, &did)
	res, err := http.Get(server.URL)
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("%v %v", res, err)
	}
	res.Body.Close()
}

func TestHandler(t *testing.T) {
	set := faults.New(1)
	do := func(method, body string) (int, string) {
		w := httptest.NewRecorder()
		set.ServeHTTP(w, httptest.NewRequest(method, "/_faults", strings.NewReader(body)))
		return w.Code, strings.TrimSpace(w.Body.String())
	}
	rules := `[{"service":"dynamodb","operation":"PutItem","kind":"delay","rate":0.5,"count":3,"delay":"250ms"}]`
	steps := []struct {
		method, body string
		status       int
		want         string // "" for any
	}{
		{"GET", "", 200, `[]`},
		{"PUT", rules, 200, rules},
		{"PUT", `[{"kind":"explode"}]`, 400, ""},
		{"PUT", `[{"kind":"delay"}]`, 400, ""},
		{"PUT", `[{"kind":"error","rate":2}]`, 400, ""},
		{"PUT", `[{"kind":"delay","delay":"soon"}]`, 400, ""},
		{"PUT", `{`, 400, ""},
		{"POST", "", 405, ""},
		{"GET", "", 200, rules},
		{"DELETE", "", 200, `[]`},
	}
	for _, s := range steps {
		status, body := do(s.method, s.body)
		if status != s.status || s.want != "" && body != s.want {
			t.Errorf("%s %s: %d %s, want %d %s", s.method, s.body, status, body, s.status, s.want)
		}
	}
}

func FuzzRule(f *testing.F) {
	f.Add([]byte(`{"kind":"cut","rate":0.5}`))
	f.Add([]byte(`{"kind":"delay","delay":"1h2m"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r, again faults.Rule
		if json.Unmarshal(data, &r) != nil {
			return
		}
		encoded, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(encoded, &again); err != nil || r != again {
			t.Fatalf("%s became %s: %v", data, encoded, err)
		}
	})
}
