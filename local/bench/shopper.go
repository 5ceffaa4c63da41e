package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"omniops/local/gateway"
	"omniops/local/lambda"
)

// perChat is how many questions a shopper asks before starting a new chat: six
// in half a minute are too many.
const perChat = 5

// questions are asked in turn; each is answered by the model.
var questions = [perChat]string{
	"How long do I have to return a kettle?", "When will I get my refund?", "How long does standard delivery take?",
	"How do I descale my kettle?", "How long is the guarantee on a kettle?",
}

// shopper asks one question after another.
type shopper struct {
	s     *system
	token string
	asked int
}

func (s *system) newShopper() *shopper { return &shopper{s: s} }

// turn is one answered question.
type turn struct {
	took, model time.Duration
	bytes       int // of the answer
}

// own is the time that was not the model's.
func (t turn) own() time.Duration { return t.took - t.model }

// request is the next question.
func (p *shopper) request(ctx context.Context, api string) (*http.Request, error) {
	n := p.asked % perChat
	if n == 0 {
		_, token, err := p.s.sessions.Start(shop, shopHost, "en")
		if err != nil {
			return nil, err
		}
		p.token = token
	}
	p.asked++
	body, err := json.Marshal(map[string]string{"message": questions[n], "idempotency_key": fmt.Sprintf("bench-key-%d", p.asked)})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, api+"/v1/chat", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+p.token)
	r.Header.Set("Origin", "https://"+shopHost)
	r.Header.Set("Content-Type", "application/json")
	return r, nil
}

// ask sends the next question and reads the whole answer.
func (p *shopper) ask(ctx context.Context) (turn, error) {
	r, err := p.request(ctx, p.s.api)
	if err != nil {
		return turn{}, err
	}
	took, body, err := p.s.fetch(r)
	if err != nil {
		return turn{}, err
	}
	t, err := p.s.read(took, body)
	if err != nil {
		return turn{}, fmt.Errorf("%s %w", questions[(p.asked-1)%perChat], err)
	}
	return t, nil
}

// event is the next question as API Gateway hands it to the function.
func (p *shopper) event() ([]byte, error) {
	r, err := p.request(context.Background(), "https://"+shopHost)
	if err != nil {
		return nil, err
	}
	var event []byte
	g, err := gateway.New(p.s.Template, gateway.Options{
		Invoke: func(context.Context, string, []byte) ([]byte, error) { return nil, errors.New("a buffered route") },
		InvokeStream: func(_ context.Context, _ string, payload []byte) (*lambda.Stream, error) {
			event = payload
			return nil, errors.New("seen")
		},
	})
	if err != nil {
		return nil, err
	}
	r.RemoteAddr = "127.0.0.1:1"
	g.ServeHTTP(httptest.NewRecorder(), r)
	if event == nil {
		return nil, errors.New("the gateway made no event of a question")
	}
	return event, nil
}

// fetch gives the time until the last byte of an answer, and the answer.
func (s *system) fetch(r *http.Request) (time.Duration, string, error) {
	began := time.Now()
	response, err := s.client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	took := time.Since(began)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %.300s", response.StatusCode, body)
	}
	return took, string(body), err
}

// read makes sure that an answer is complete and finds the model's share.
func (s *system) read(took time.Duration, body string) (turn, error) {
	if strings.Contains(body, "event: error") || !strings.Contains(body, "event: done") {
		return turn{}, fmt.Errorf("an answer broke off: %.600q", body)
	}
	var text strings.Builder
	event := ""
	for line := range strings.Lines(body) {
		line = strings.TrimRight(line, "\n")
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			event = name
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok && event == "token" {
			var token struct{ Text string }
			if err := json.Unmarshal([]byte(data), &token); err != nil {
				return turn{}, err
			}
			text.WriteString(token.Text)
		}
	}
	model, err := s.model.timeOf(text.String())
	return turn{took, model, len(body)}, err
}
