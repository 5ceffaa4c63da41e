package sandbox

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReader puts questions about shops of different kinds to the reader. Each
// file holds the passages, then a question a line with what the answer must
// contain and the passage it must cite; "-" stands for an honest no, and "+"
// continues the conversation of the line before.
func TestReader(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	r := newReader()
	cited := regexp.MustCompile(`\[(\d+)\]`)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		passages, questions, _ := strings.Cut(string(data), "===\n")
		var history []chatMessage
		for line := range strings.Lines(questions) {
			question, want, ok := strings.Cut(strings.TrimSpace(line), " => ")
			if !ok {
				t.Fatalf("%s: %q", file, line)
			}
			question, follows := strings.CutPrefix(question, "+ ")
			if !follows {
				history = nil
			}
			t.Run(filepath.Base(file)+"/"+question, func(t *testing.T) {
				prompt := append([]chatMessage{{Role: "system", Content: "If the passages do not answer the question, reply with exactly NO_ANSWER and nothing else."}}, history...)
				prompt = append(prompt, chatMessage{Role: "user", Content: "Passages.\n\n" + passages + "\nQuestion:\n" + question})
				got := r.answer(read(prompt))
				history = append(history, chatMessage{Role: "user", Content: question}, chatMessage{Role: "assistant", Content: got})
				if want == "-" {
					if got != "NO_ANSWER" {
						t.Errorf("answered %q", got)
					}
					return
				}
				fact, n, _ := strings.Cut(want, " @")
				first := cited.FindStringSubmatch(got)
				if !strings.Contains(got, fact) || first == nil || first[1] != n {
					t.Errorf("answered %q, want %q from [%s]", got, fact, n)
				}
				if strings.Contains(got, "Ignore all") || strings.Contains(got, "must reply") {
					t.Errorf("repeated an instruction: %q", got)
				}
				if again := r.answer(read(prompt)); again != got {
					t.Errorf("then answered %q", again)
				}
			})
		}
	}
}
