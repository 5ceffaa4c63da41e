package main

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// model is the least an OpenAI-compatible model can be: it thinks for a set time,
// streams the first sentence of the first passage it is given, and knows how long
// each answer took it. The answer ends with a number in letters (a figure that no
// page states would not be shown), by which its time is found.
type model struct {
	url   string
	think atomic.Int64 // nanoseconds before the first token
	count atomic.Int64
	bytes atomic.Int64 // that were sent to it
	took  sync.Map     // of an answer's number
	end   func()
}

// mark comes before the number of an answer.
const mark = "This is answer "

// digits are the digits of an answer's number.
const digits = "abcdefghij"

// quoted finds the first sentence of the first passage of a request, as it stands
// in its JSON.
func quoted(request string) string {
	_, rest, _ := strings.Cut(request, `[1] `)
	_, text, _ := strings.Cut(rest, `\n| `)
	text, _, _ = strings.Cut(text, `\n`)
	if sentence, _, more := strings.Cut(text, ". "); more {
		return sentence
	}
	return strings.TrimSuffix(text, ".")
}

// spell writes a number in digits.
func spell(n int64) string {
	var b strings.Builder
	for _, d := range strconv.FormatInt(n, 10) {
		b.WriteByte(digits[d-'0'])
	}
	return b.String()
}

// unspell reads what spell wrote.
func unspell(s string) (int64, error) {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprint(&b, strings.IndexRune(digits, r)) // -1 is no digit
	}
	return strconv.ParseInt(b.String(), 10, 64)
}

func newModel() (*model, error) {
	m := &model{}
	url, end, err := serve(http.HandlerFunc(m.answer))
	m.url, m.end = url, end
	return m, err
}

// chunk is one event of the stream.
func chunk(text string) string {
	return `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-4.1-mini","choices":[{"index":0,"delta":{"content":"` +
		text + `"},"logprobs":null,"finish_reason":null}],"usage":null}` + "\n\n"
}

// last ends the stream.
const last = `data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n" +
	`data: {"id":"c","choices":[],"usage":{"prompt_tokens":900,"completion_tokens":40,"total_tokens":940}}` + "\n\ndata: [DONE]\n\n"

func (m *model) answer(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	request, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	m.bytes.Add(int64(len(request)))
	n := m.count.Add(1)
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	say := func(event string) {
		_, _ = io.WriteString(w, event) // a caller who is gone is counted by the shopper
		_ = out.Flush()
	}
	time.Sleep(time.Duration(m.think.Load()))
	for _, word := range strings.Fields(quoted(string(request)) + " [1]. " + mark + spell(n) + ".") {
		say(chunk(word + " "))
	}
	say(last)
	m.took.Store(n, time.Since(began))
}

// timeOf gives the time of the answer that a shopper was shown.
func (m *model) timeOf(text string) (time.Duration, error) {
	_, after, found := strings.Cut(text, mark)
	number, _, _ := strings.Cut(after, ".")
	n, err := unspell(number)
	if !found || err != nil {
		return 0, fmt.Errorf("the answer is not the model's: %.200q", text)
	}
	// The last byte may be on its way before the time is stored.
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Microsecond) {
		if took, ok := m.took.LoadAndDelete(n); ok {
			return took.(time.Duration), nil
		}
	}
	return 0, fmt.Errorf("answer %d has no time", n)
}
