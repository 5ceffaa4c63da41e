// Package openai connects llm to OpenAI's chat completions and embeddings. Calls
// go through the go-openai library, over an HTTP client given from outside; the
// answer's stream is read here, without an allocation per token, because the
// library's own reader spends eighteen of them.
package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	api "github.com/sashabaranov/go-openai"

	"omniops/shared/fault"
	"omniops/shared/llm"
	"omniops/shared/mask"
	"omniops/shared/processor"
)

// Model is a connection to one OpenAI model. It is an llm.Provider.
type Model struct {
	name   string
	config api.ClientConfig
	client *http.Client
}

// New makes a connection to a chat model. The base URL ends with the version,
// such as https://api.openai.com/v1.
func New(baseURL, key, model string, client *http.Client) *Model {
	config := api.DefaultConfig(key)
	config.BaseURL = baseURL
	return &Model{name: model, config: config, client: client}
}

// Processor is OpenAI's row in the register.
func (m *Model) Processor() processor.Name { return processor.OpenAI }

// Model is the model's name.
func (m *Model) Model() string { return m.name }

// call is one request over the given HTTP client. It keeps the response, and
// adds to the body what the library cannot express.
type call struct {
	client   *http.Client
	response *http.Response
}

// Do sends a request of the library.
func (c *call) Do(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/chat/completions") {
		if err := forbidStoring(r); err != nil {
			return nil, err
		}
	}
	response, err := c.client.Do(r)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		response.Body = limited{io.LimitReader(response.Body, 64<<10), response.Body} // the library reads all of it
	}
	c.response = response
	return response, nil
}

// limited is a body that ends early.
type limited struct {
	io.Reader
	io.Closer
}

// forbidStoring puts "store": false into a request. The library leaves the field
// out when it is false, and the default of an account may be to store.
func forbidStoring(r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if len(body) < 3 || body[0] != '{' || body[1] != '"' {
		return errors.New("the request is no JSON object")
	}
	body = append([]byte(`{"store":false,`), body[1:]...)
	r.ContentLength = int64(len(body))
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return nil
}

// begin makes a client for one call.
func (m *Model) begin() (*api.Client, *call) {
	c := &call{client: m.client}
	config := m.config
	config.HTTPClient = c
	return api.NewClientWithConfig(config), c
}

// request translates a prompt.
func (m *Model) request(p llm.Prompt) api.ChatCompletionRequest {
	r := api.ChatCompletionRequest{
		Model:               m.name,
		MaxCompletionTokens: p.MaxTokens(),
		StreamOptions:       &api.StreamOptions{IncludeUsage: true},
		ReasoningEffort:     effort(m.name),
	}
	if r.ReasoningEffort == "" {
		r.Temperature = 0.2
	}
	for _, msg := range p.Messages() {
		out := api.ChatCompletionMessage{Role: string(msg.Role), Content: msg.Text, ToolCallID: msg.Answer}
		for _, c := range msg.Calls {
			out.ToolCalls = append(out.ToolCalls, api.ToolCall{
				ID: c.ID, Type: api.ToolTypeFunction, Function: api.FunctionCall{Name: c.Name, Arguments: c.Arguments},
			})
		}
		r.Messages = append(r.Messages, out)
	}
	for _, t := range p.Tools() {
		r.Tools = append(r.Tools, api.Tool{Type: api.ToolTypeFunction, Function: &api.FunctionDefinition{
			Name: t.Name, Description: t.Description, Parameters: t.Parameters, Strict: true,
		}})
	}
	if len(r.Tools) > 0 {
		r.ParallelToolCalls = false // one action at a time is easier to check
	}
	return r
}

// effort gives the least reasoning that a family of models offers: a shopper
// waits for the first word. Other models do not reason.
func effort(model string) string {
	switch {
	case strings.HasPrefix(model, "gpt-6"), strings.HasPrefix(model, "gpt-5."):
		return api.ReasoningEffortNone
	case strings.HasPrefix(model, "gpt-5"):
		return api.ReasoningEffortMinimal
	case len(model) > 1 && model[0] == 'o' && model[1] >= '0' && model[1] <= '9':
		return api.ReasoningEffortLow
	}
	return ""
}

// Stream asks for an answer and passes it on as it comes.
func (m *Model) Stream(ctx context.Context, p llm.Prompt, token func([]byte) error) (llm.Completion, error) {
	client, c := m.begin()
	stream, err := client.CreateChatCompletionStream(ctx, m.request(p))
	if err != nil {
		return llm.Completion{}, classify(err, c.response)
	}
	defer stream.Close()
	if kind := c.response.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		return llm.Completion{}, fmt.Errorf("openai: a stream of type %q", kind)
	}
	return readStream(c.response.Body, token)
}

// Embed gives one vector per text, in order.
func (m *Model) Embed(ctx context.Context, texts llm.Masked, dimensions int) ([][]float32, int, error) {
	client, c := m.begin()
	response, err := client.CreateEmbeddings(ctx, api.EmbeddingRequestStrings{
		Input: texts.Texts(), Model: api.EmbeddingModel(m.name), Dimensions: dimensions,
	})
	if err != nil {
		return nil, 0, classify(err, c.response)
	}
	vectors := make([][]float32, len(texts.Texts()))
	for _, e := range response.Data {
		if e.Index < 0 || e.Index >= len(vectors) || len(e.Embedding) == 0 {
			return nil, 0, errors.New("openai: a vector without a text")
		}
		vectors[e.Index] = e.Embedding
	}
	for i, v := range vectors {
		if v == nil {
			return nil, 0, fmt.Errorf("openai: no vector for text %d", i)
		}
	}
	return vectors, response.Usage.TotalTokens, nil
}

// classify gives an error of the library its Kind. The provider's words go to
// the log, without secrets: they may quote the key.
func classify(err error, response *http.Response) error {
	var status int
	var code, words string
	var reply *api.APIError
	var odd *api.RequestError
	switch {
	case errors.As(err, &reply):
		status, words = reply.HTTPStatusCode, reply.Message
		code, _ = reply.Code.(string)
	case errors.As(err, &odd):
		status, words = odd.HTTPStatusCode, odd.HTTPStatus
	case response == nil: // it did not come to an answer
		return fault.E(fault.Unavailable, "", fmt.Errorf("openai: %w", err))
	default:
		return fmt.Errorf("openai: %w", err)
	}
	cause := fmt.Errorf("openai: status %d %s: %s", status, code, mask.Scrub(words[:min(len(words), 200)]))
	switch {
	case code == "insufficient_quota", status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fault.E(fault.Forbidden, "", cause)
	case status == http.StatusTooManyRequests:
		return fault.After(fault.RateLimited, "", retryAfter(response), cause)
	case status == http.StatusRequestTimeout, status == http.StatusConflict, status >= 500:
		return fault.After(fault.Unavailable, "", retryAfter(response), cause)
	}
	return fault.E(fault.Invalid, "", cause)
}

// retryAfter reads the header of that name, in seconds.
func retryAfter(r *http.Response) time.Duration {
	seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
	if err != nil || seconds < 0 || seconds > 3600 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// toolCalls joins the fragments in which tool calls arrive.
type toolCalls []llm.ToolCall

// Bounds of what a model may ask for in one answer.
const (
	maxCalls     = 16
	maxArguments = 64 << 10 // bytes, of all calls
)

// add takes the fragments of one chunk: the ID and the name come first, the
// arguments bit by bit.
func (t *toolCalls) add(fragments json.RawMessage) error {
	var parts []api.ToolCall
	if err := json.Unmarshal(fragments, &parts); err != nil {
		return fmt.Errorf("openai: tool calls: %w", err)
	}
	for _, part := range parts {
		i := len(*t) - 1
		if part.Index != nil {
			i = *part.Index
		}
		if i < 0 || i > len(*t) || i >= maxCalls {
			return fmt.Errorf("openai: a fragment of tool call %d", i)
		}
		if i == len(*t) {
			*t = append(*t, llm.ToolCall{})
		}
		c := &(*t)[i]
		c.ID += part.ID
		c.Name += part.Function.Name
		c.Arguments += part.Function.Arguments
		if len(c.ID)+len(c.Name) > 512 {
			return errors.New("openai: a tool call without end")
		}
	}
	total := 0
	for _, c := range *t {
		total += len(c.Arguments)
	}
	if total > maxArguments {
		return errors.New("openai: arguments without end")
	}
	return nil
}
