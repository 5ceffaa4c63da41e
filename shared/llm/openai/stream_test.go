package openai

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	api "github.com/sashabaranov/go-openai"

	"omniops/shared/llm"
)

// FuzzStream reads anything as an answer's stream. Whatever comes, the reader
// does not panic and says no text that the library would not find in it.
func FuzzStream(f *testing.F) {
	for _, s := range []string{
		`data: {"choices":[{"delta":{"content":"a\n\"\u00e9"},"finish_reason":null}]}` + "\n\ndata: " + `{"choices":[{"delta":{},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n",
		`data: {"choices":[],"usage":{"prompt_tokens":1}}` + "\n", `data: {"error":{"message":"x"}}` + "\n", ": x\n\ndata: 1\n",
		`data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}}]}` + "\n",
		`data: { "a" : [ { } , "]" , 1e5 , true ] , "choices" : [ { "delta" : { "content" : "x" } } ] }` + "\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var text strings.Builder
		completion, err := readStream(bytes.NewReader(data), func(piece []byte) error { text.Write(piece); return nil })
		if err == nil && completion.FinishReason == "" {
			t.Error("an answer without a reason to end")
		}
		for line := range bytes.Lines(data) {
			chunk, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("data:"))
			if !ok || !json.Valid(chunk) {
				continue
			}
			var theirs api.ChatCompletionStreamResponse
			if json.Unmarshal(chunk, &theirs) != nil || len(theirs.Choices) == 0 || theirs.Choices[0].Delta.ToolCalls != nil || repeats(chunk) {
				continue
			}
			ours, err := readChunk(chunk, nil, &llm.Completion{}, new(toolCalls))
			if d := theirs.Choices[0].Delta; err == nil && string(ours) != d.Content+d.Refusal {
				t.Errorf("%s: ours %q, the library's %q", chunk, ours, d.Content+d.Refusal)
			}
		}
	})
}

// repeats reports whether a chunk names a member twice, or in another case:
// JSON leaves open which one counts.
func repeats(chunk []byte) bool {
	lower := strings.ToLower(string(chunk))
	for _, name := range []string{"choices", "delta", "content", "refusal", "error", "usage"} {
		if strings.Count(lower, name) > 1 || strings.Count(lower, name) != strings.Count(string(chunk), name) {
			return true
		}
	}
	return strings.Contains(lower, `\u`) || strings.ContainsAny(lower, "ſK")
}
