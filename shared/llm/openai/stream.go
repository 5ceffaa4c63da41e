package openai

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	api "github.com/sashabaranov/go-openai"

	"omniops/shared/fault"
	"omniops/shared/llm"
	"omniops/shared/mask"
)

// maxLine bounds one event of a stream, in bytes.
const maxLine = 1 << 20

// readStream reads an answer from server-sent events and passes its pieces on.
// Anything that is not what OpenAI documents is an error, and so is an end
// without [DONE] or a reason.
func readStream(body io.Reader, token func([]byte) error) (llm.Completion, error) {
	var (
		completion llm.Completion
		calls      toolCalls
		lines      = bufio.NewReaderSize(body, 8<<10)
		long, text []byte
	)
	for {
		line, ended := lines.ReadSlice('\n')
		if errors.Is(ended, bufio.ErrBufferFull) {
			if long = append(long, line...); len(long) > maxLine {
				return completion, errors.New("openai: an event without end")
			}
			continue
		}
		if len(long) > 0 {
			long = append(long, line...)
			line = long
			long = long[:0]
		}
		data, isData := bytes.CutPrefix(bytes.TrimSpace(line), []byte("data:"))
		data = bytes.TrimLeft(data, " ")
		switch {
		case !isData: // a comment, an empty line, the name of an event
		case string(data) == "[DONE]":
			completion.Calls = calls
			if completion.FinishReason == "" {
				return completion, errors.New("openai: an answer without a reason to end")
			}
			return completion, nil
		case !json.Valid(data):
			return completion, errors.New("openai: a chunk is not JSON")
		default:
			var err error
			if text, err = readChunk(data, text[:0], &completion, &calls); err != nil {
				return completion, err
			}
			// Also without text, which shows that the answer goes on.
			if err := token(text); err != nil {
				return completion, err
			}
		}
		if ended != nil {
			if ended == io.EOF {
				ended = io.ErrUnexpectedEOF
			}
			return completion, fault.E(fault.Unavailable, "", fmt.Errorf("openai: stream: %w", ended))
		}
	}
}

// readChunk takes in one chunk, which is valid JSON, and appends its text to
// text.
func readChunk(data, text []byte, completion *llm.Completion, calls *toolCalls) ([]byte, error) {
	if failure := member(data, "error"); present(failure) {
		var reply api.APIError
		if err := json.Unmarshal(failure, &reply); err != nil {
			return text, fmt.Errorf("openai: error in stream: %w", err)
		}
		return text, fault.E(fault.Unavailable, "", fmt.Errorf("openai: error in stream: %s", mask.Scrub(reply.Message)))
	}
	if usage := member(data, "usage"); present(usage) {
		var u api.Usage
		if err := json.Unmarshal(usage, &u); err != nil {
			return text, fmt.Errorf("openai: usage: %w", err)
		}
		completion.PromptTokens, completion.CompletionTokens = max(u.PromptTokens, 0), max(u.CompletionTokens, 0)
	}
	choices := member(data, "choices")
	if !present(choices) || choices[0] != '[' {
		return text, errors.New("openai: a chunk without choices")
	}
	choice := element(choices)
	if choice == nil {
		return text, nil // as in the chunk that tells the usage
	}
	if reason := member(choice, "finish_reason"); present(reason) {
		if completion.FinishReason != "" {
			return text, errors.New("openai: an answer that ends twice")
		}
		completion.FinishReason = llm.FinishReason(appendText(nil, reason))
	}
	delta := member(choice, "delta")
	if !present(delta) {
		return text, nil
	}
	text = appendText(text, member(delta, "content"))
	text = appendText(text, member(delta, "refusal"))
	if fragments := member(delta, "tool_calls"); present(fragments) {
		return text, calls.add(fragments)
	}
	return text, nil
}

// The functions below find their way in JSON that is known to be valid, without
// building anything.

// present reports whether a value is there and not null.
func present(value []byte) bool { return len(value) > 0 && value[0] != 'n' }

func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// pastString gives the end of the string that begins at i.
func pastString(b []byte, i int) int {
	for i++; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// pastValue gives the end of the value that begins at i.
func pastValue(b []byte, i int) int {
	for depth := 0; ; {
		switch b[i] {
		case '"':
			i = pastString(b, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\n', '\t', '\r':
			i++
		default: // a number or a word
			for i < len(b) && b[i] != ',' && b[i] != '}' && b[i] != ']' && b[i] > ' ' {
				i++
			}
		}
		if depth == 0 {
			return i
		}
	}
}

// member gives the value of an object's first member of a name, nil if there is
// none or b is no object.
func member(b []byte, name string) []byte {
	i := space(b, 0)
	if i >= len(b) || b[i] != '{' {
		return nil
	}
	for i = space(b, i+1); b[i] == '"'; {
		end := pastString(b, i)
		found := string(b[i+1:end-1]) == name
		i = space(b, space(b, end)+1) // past the colon
		end = pastValue(b, i)
		if found {
			return b[i:end]
		}
		if i = space(b, end); b[i] == ',' {
			i = space(b, i+1)
		}
	}
	return nil
}

// element gives the first element of an array, nil if there is none.
func element(b []byte) []byte {
	i := space(b, 1)
	if b[i] == ']' {
		return nil
	}
	return b[i:pastValue(b, i)]
}

// appendText appends what a JSON string stands for; any other value stands for
// nothing.
func appendText(text, value []byte) []byte {
	if len(value) < 2 || value[0] != '"' {
		return text
	}
	inner := value[1 : len(value)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return append(text, inner...)
	}
	if short, ok := appendEscaped(text, inner); ok {
		return short
	}
	var s string
	if err := json.Unmarshal(value, &s); err != nil {
		return text // cannot be: the value is valid
	}
	return append(text, s...)
}

// appendEscaped handles the escapes that tokens are made of: quotes and line
// ends. It leaves text as it was if there are others.
func appendEscaped(text, inner []byte) ([]byte, bool) {
	out := text
	for i := 0; i < len(inner); i++ {
		c := inner[i]
		if c == '\\' {
			i++
			switch inner[i] {
			case '"', '\\', '/':
				c = inner[i]
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			default:
				return text, false
			}
		}
		out = append(out, c)
	}
	return out, utf8.Valid(inner)
}
