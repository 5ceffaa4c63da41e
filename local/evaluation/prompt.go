package evaluation

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
)

// maxPrompt is the largest prompt that is read, in bytes.
const maxPrompt = 1 << 20

// prompts stands before a model and keeps what it was last asked to answer.
type prompts struct {
	next http.Handler

	mu   sync.Mutex
	text string
}

func (p *prompts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/chat/completions") {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPrompt))
		if err != nil {
			http.Error(w, "the prompt could not be read", http.StatusBadRequest)
			return
		}
		var in struct {
			Messages []struct {
				Content string `json:"content"`
			} `json:"messages"`
		}
		if err := json.Unmarshal(body, &in); err != nil {
			http.Error(w, "the prompt is no JSON", http.StatusBadRequest)
			return
		}
		var all strings.Builder
		for _, m := range in.Messages {
			all.WriteString(m.Content + "\n")
		}
		p.mu.Lock()
		p.text = all.String()
		p.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	p.next.ServeHTTP(w, r)
}

// last is what the model was asked since forget.
func (p *prompts) last() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text
}

func (p *prompts) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = ""
}
