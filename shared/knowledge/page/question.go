package page

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The size of what is read of the questions in a page's data.
const (
	maxQuestions = 100
	maxAnswer    = 8 << 10 // bytes of one answer
)

// question is one that a page's FAQPage data answers.
type question struct {
	asked  string
	answer string // HTML
}

// readQuestions finds the questions of a page's FAQPage data that a visitor sees
// on the page. Their answers may open only by a script, and so be nowhere else.
func readQuestions(doc *html.Node) []question {
	g := readGraph(doc)
	var out []question
	g.find([]string{"Question"}, func(v map[string]any, _ bool) {
		answers := g.objects(v["acceptedAnswer"])
		if len(answers) == 0 || len(out) >= maxQuestions {
			return
		}
		asked := nameOf(v)
		if asked == "" {
			asked = clip(visible(v["text"]), maxTitle)
		}
		if answer, _ := answers[0]["text"].(string); asked != "" && strings.TrimSpace(answer) != "" && len(answer) <= maxAnswer {
			out = append(out, question{asked, answer})
		}
	})
	if len(out) == 0 {
		return nil
	}
	seen := letters(sight(doc))
	kept := out[:0]
	for _, q := range out {
		if key := letters(q.asked); key != "" && strings.Contains(seen, key) {
			kept = append(kept, q)
		}
	}
	return kept
}

// sight is the text of a page that a visitor sees before opening anything.
func sight(doc *html.Node) string {
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil && b.Len() < maxText; c = c.NextSibling {
			switch {
			case c.Type == html.TextNode:
				b.WriteString(c.Data)
				b.WriteByte(' ')
			case c.Type == html.ElementNode && !hidden(c) && c.Data != "script" && c.Data != "style" && c.Data != "template" && c.Data != "noscript":
				walk(c)
			}
		}
	}
	walk(doc)
	return b.String()
}

// letters are the letters and digits of s in lower case, to compare texts by.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// withAnswers adds to a page's Markdown the answers that it lacks: below their
// question where that stands as a heading, else at the end.
func withAnswers(text string, questions []question) string {
	if len(questions) == 0 {
		return text
	}
	said := letters(text)
	lines := strings.Split(text, "\n")
	headingAt := map[string]int{}
	for i, line := range lines {
		if strings.HasPrefix(line, "#") {
			headingAt[letters(line)] = i
		}
	}
	var end []string
	size := len(text)
	for _, q := range questions {
		answer := answerText(q.answer)
		key := letters(answer)
		if key == "" || strings.Contains(said, clip(key, 160)) || size+len(answer) > maxText {
			continue
		}
		size += len(answer)
		if i, ok := headingAt[letters(q.asked)]; ok {
			lines[i] += "\n\n" + answer
		} else {
			end = append(end, "## "+q.asked+"\n\n"+answer)
		}
	}
	return strings.TrimSpace(strings.Join(append([]string{strings.Join(lines, "\n")}, end...), "\n\n"))
}

// answerText is an answer's HTML as Markdown. Its headings, if it has any, do not
// outrank the question. It is empty if it cannot be read.
func answerText(source string) string {
	div := element(atom.Div)
	nodes, err := html.ParseFragment(strings.NewReader(source), div)
	if err != nil {
		return "" // nested too deeply to be an answer
	}
	for _, n := range nodes {
		div.AppendChild(n)
	}
	clean(div)
	for n := range div.Descendants() {
		if headings[n.DataAtom] {
			retag(n, atom.P)
		}
	}
	text, err := markdown(div)
	if err != nil {
		return ""
	}
	return text
}
