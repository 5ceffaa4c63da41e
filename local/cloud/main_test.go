package cloud_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"omniops/local/cloud"
	"omniops/local/contract"
)

// programs is the folder of the functions' programs, built by the first test
// that runs them.
var programs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "omniops-functions-")
	if err != nil {
		return "", err
	}
	leave = append(leave, func() error { return os.RemoveAll(dir) })
	cmd := exec.Command("go", "build", "-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", dir+string(filepath.Separator), "./functions/...")
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("build functions: %w\n%s", err, text)
	}
	return dir, look(filepath.Join("..", ".."))
})

// look makes go test see what the functions are built from, so that it does not
// repeat a pass of other programs.
func look(root string) error {
	for _, dir := range []string{"functions", "shared"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(path)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// shared is the system that tests use together: those that move time or stop it
// have their own.
var shared = sync.OnceValues(func() (*system, error) {
	s, err := launch(context.Background(), "")
	if err == nil {
		leave = append(leave, s.Close)
	}
	return s, err
})

// leave is what to do after the last test, the latest first.
var leave []func() error

func TestMain(m *testing.M) {
	code := m.Run()
	for _, do := range slices.Backward(leave) {
		if err := do(); err != nil {
			fmt.Fprintln(os.Stderr, "leave:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// system is the local cloud with the demo shop as its merchant.
type system struct {
	*cloud.Cloud
	log   *journal
	token string // the merchant's
}

// launch starts a system that keeps its data in dir, makes the shop a merchant and
// waits until its pages have been read.
func launch(ctx context.Context, dir string) (*system, error) {
	s, err := start(ctx, dir)
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// start starts a system with what is in dir.
func start(ctx context.Context, dir string) (*system, error) {
	functions, err := programs()
	if err != nil {
		return nil, err
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return nil, err
	}
	variables, err := cloud.Variables(filepath.Join(root, "local", "sandbox.env"), func(string) (string, bool) { return "", false })
	if err != nil {
		return nil, err
	}
	variables["LOG_LEVEL"] = "DEBUG" // what no level may log, the most talkative does not
	s := &system{log: &journal{}}
	if s.Cloud, err = cloud.Start(ctx, cloud.Options{
		Root: root, Functions: functions, Dir: dir, Variables: variables, TokenDelay: 4 * time.Millisecond, Log: s.log,
	}); err != nil {
		return nil, err
	}
	return s, nil
}

// open makes the shop a merchant and waits until its pages have been read.
func (s *system) open(ctx context.Context) error {
	var receipt struct {
		Token string `json:"merchant_token"`
	}
	after := s.log.length()
	if err := s.Invoke(ctx, "tenant-provision", s.order(), &receipt); err != nil {
		return err
	}
	s.token = receipt.Token
	return s.log.await(ctx, after, `"site read"`)
}

// order is what makes the shop a merchant.
func (s *system) order() map[string]any {
	return map[string]any{
		"tenant": "demo", "name": "Kettle & Co", "domains": []string{strings.TrimPrefix(s.Storefront, "http://")},
		"site_url": s.Storefront, "contact_email": "help@kettle-and-co.example",
	}
}

// running gives the shared system.
func running(t *testing.T) *system {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// begin starts a system of the test's own.
func begin(t *testing.T, dir string) *system {
	t.Helper()
	s, err := launch(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// resume starts a system with what an earlier one left in dir.
func resume(t *testing.T, dir string) *system {
	t.Helper()
	s, err := start(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// end stops it.
func (s *system) end(t *testing.T) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("stop the system: %v", err)
	}
}

// journal is what the functions wrote. Who waits for a line hears of each.
type journal struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wrote chan struct{} // closed at the next write
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.wrote != nil {
		close(j.wrote)
		j.wrote = nil
	}
	return j.text.Write(p)
}

func (j *journal) length() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Len()
}

func (j *journal) all() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// await returns when words have been written after the first so many bytes.
func (j *journal) await(ctx context.Context, after int, words string) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	for {
		j.mu.Lock()
		found := bytes.Contains(j.text.Bytes()[after:], []byte(words))
		if j.wrote == nil {
			j.wrote = make(chan struct{})
		}
		wrote := j.wrote
		j.mu.Unlock()
		if found {
			return nil
		}
		select {
		case <-wrote:
		case <-ctx.Done():
			return fmt.Errorf("%s was never logged, but:\n%s", words, j.all()[after:])
		}
	}
}

// shopper is one conversation over HTTP.
type shopper struct {
	t      *testing.T
	s      *system
	client *http.Client
	origin string
	session
	asked int
}

type session struct {
	Token        string `json:"session_token"`
	Conversation string `json:"conversation_id"`
	Disclosure   string `json:"disclosure"`
}

// arrive starts a session on the shop's own pages, held against the contract.
func (s *system) arrive(t *testing.T) *shopper {
	t.Helper()
	p := &shopper{t: t, s: s, client: contract.Client(t), origin: s.Storefront}
	p.renew()
	return p
}

// renew starts the session, or goes on with it.
func (p *shopper) renew() {
	p.t.Helper()
	body, err := json.Marshal(map[string]string{"language": "en", "session_token": p.Token})
	if err != nil {
		p.t.Fatal(err)
	}
	resp := p.send(http.MethodPost, "/v1/sessions", body)
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&p.session); err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatalf("session: status %d, %v", resp.StatusCode, err)
	}
}

func (p *shopper) send(method, path string, body []byte) *http.Response {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.s.API+path, bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Origin", p.origin)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Canary-Browser/7.7 (CanaryOS)")
	if p.Token != "" && path != "/v1/sessions" {
		req.Header.Set("Authorization", "Bearer "+p.Token)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp
}

// event is one of a stream.
type event struct {
	name string
	data string
	at   time.Time
}

// answer is a stream that has ended.
type answer struct {
	events  []event
	text    string
	sources struct {
		Sources  []struct{ Title, URL string }
		Handoff  bool
		Degraded bool
		Contact  string
	}
	turn int
}

// ask sends a message and reads the answer to its end.
func (p *shopper) ask(message string) answer {
	p.t.Helper()
	p.asked++
	body, err := json.Marshal(map[string]string{"message": message, "idempotency_key": fmt.Sprintf("%s-%d", p.Conversation, p.asked)})
	if err != nil {
		p.t.Fatal(err)
	}
	resp := p.send(http.MethodPost, "/v1/chat", body)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		refusal, _ := io.ReadAll(resp.Body)
		p.t.Fatalf("%q: status %d, %s", message, resp.StatusCode, refusal)
	}
	a, err := readAnswer(resp.Body)
	if err != nil {
		p.t.Fatalf("%q: %v", message, err)
	}
	return a
}

func readAnswer(from io.Reader) (answer, error) {
	var a answer
	lines := bufio.NewScanner(from)
	name := ""
	for lines.Scan() {
		if n, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			name = n
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		a.events = append(a.events, event{name, data, time.Now()})
		var token struct{ Text string }
		var done struct{ Turn int }
		var err error
		switch name {
		case "token":
			err = json.Unmarshal([]byte(data), &token)
			a.text += token.Text
		case "sources":
			err = json.Unmarshal([]byte(data), &a.sources)
		case "done":
			err = json.Unmarshal([]byte(data), &done)
			a.turn = done.Turn
		case "error":
			err = fmt.Errorf("the answer ends in an error: %s", data)
		}
		if err != nil {
			return a, err
		}
	}
	return a, lines.Err()
}

// names lists the events, with tokens that follow each other as one.
func (a answer) names() []string {
	var all []string
	for _, e := range a.events {
		all = append(all, e.name)
	}
	return slices.Compact(all)
}

// transcript reads the conversation back.
func (p *shopper) transcript() []string {
	p.t.Helper()
	resp := p.send(http.MethodGet, "/v1/chat", nil)
	defer resp.Body.Close()
	var view struct {
		Messages []struct{ Author, Text string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&view); err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatalf("transcript: status %d, %v", resp.StatusCode, err)
	}
	var all []string
	for _, m := range view.Messages {
		all = append(all, m.Author+": "+m.Text)
	}
	return all
}

// call asks any of the ports and gives what came back.
func call(t *testing.T, method, url, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(all)
}

// env gives a variable of a function's environment.
func (s *system) env(t *testing.T, folder, name string) string {
	t.Helper()
	f, err := s.Function(folder)
	if err != nil {
		t.Fatal(err)
	}
	return f.Environment[name]
}
