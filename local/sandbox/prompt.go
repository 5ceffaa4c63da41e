package sandbox

import (
	"regexp"
	"strconv"
	"strings"
)

// chatMessage is a message of a chat completion request.
type chatMessage struct {
	Role       string     `json:"role"`
	Content    string     `json:"content"`
	ToolCalls  []toolCall `json:"tool_calls,omitempty"`
	ToolCallID string     `json:"tool_call_id,omitempty"`
}

// passage is a numbered excerpt in a prompt.
type passage struct {
	n     int
	title string
	url   string
	lines []string
}

// reading is what a prompt says, as package llm writes it.
type reading struct {
	system   string
	earlier  []string // the questions before this one, oldest first
	passages []passage
	language string
	question string
	results  []string // of tools, since the last question
	refusal  string   // the words to say, and nothing else, without an answer
}

var (
	passageHead = regexp.MustCompile(`^\[(\d{1,3})\] (.*)$`)
	exactly     = regexp.MustCompile(`(?i)reply with exactly "?([A-Z][A-Z_]+)"?`)
)

// read takes a prompt apart.
func read(messages []chatMessage) reading {
	var r reading
	for _, m := range messages {
		switch m.Role {
		case "system", "developer":
			r.system += m.Content + "\n"
		case "user":
			if r.question != "" {
				r.earlier = append(r.earlier, r.question)
			}
			r.passages, r.language, r.question = parse(m.Content)
			r.results = nil
		case "tool":
			r.results = append(r.results, m.Content)
		}
	}
	if found := exactly.FindStringSubmatch(r.system); found != nil {
		r.refusal = found[1]
	}
	return r
}

// parse reads the last message of a prompt. A message without the head of a
// question is the question.
func parse(content string) (passages []passage, language, question string) {
	var head string
	if i := strings.Index(content, "\nQuestion:\n"); i >= 0 {
		head, question = content[:i], content[i+len("\nQuestion:\n"):]
	} else {
		return nil, "", strings.TrimSpace(content)
	}
	for line := range strings.Lines(head) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "| "):
			if len(passages) > 0 {
				last := &passages[len(passages)-1]
				last.lines = append(last.lines, line[2:])
			}
		case strings.HasPrefix(line, "Language: "):
			language = strings.TrimPrefix(line, "Language: ")
		default:
			if found := passageHead.FindStringSubmatch(line); found != nil {
				n, _ := strconv.Atoi(found[1]) // the expression allows only digits
				passages = append(passages, passage{n: n, title: found[2]})
			} else if len(passages) > 0 && passages[len(passages)-1].url == "" && strings.Contains(line, "://") {
				passages[len(passages)-1].url = line
			}
		}
	}
	return passages, language, asked(strings.TrimSpace(question))
}

// asked is the part of a message that asks: its sentences with a question mark,
// or all of it when none has one.
func asked(message string) string {
	var asks []string
	for rest := message; ; {
		end := strings.IndexAny(rest, ".!?\n")
		if end < 0 {
			break
		}
		if rest[end] == '?' {
			asks = append(asks, strings.TrimSpace(rest[:end+1]))
		}
		rest = rest[end+1:]
	}
	if asks == nil {
		return message
	}
	return strings.Join(asks, " ")
}
