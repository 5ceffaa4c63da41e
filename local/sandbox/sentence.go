package sandbox

import (
	"regexp"
	"strings"
	"unicode"
)

// abbreviations end with a point that ends no sentence.
var abbreviations = regexp.MustCompile(`(?i)(^|\s)(no|nr|approx|e\.g|i\.e|z\.b|ca|bzw|inkl|incl|st|mr|mrs|dr|vs|max|min|art|p\.ex|tel|ext|etc|u\.a|d\.h)\.$`)

// day and month are where a German date has a point that ends no sentence.
var (
	day   = regexp.MustCompile(`\b\d{1,2}\.$`)
	month = regexp.MustCompile(`^ (Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b`)
)

// step is the number of a step in a list of them.
var step = regexp.MustCompile(`^\d{1,2}\. `)

// cut gives the sentences of lines of Markdown. A line that announces what
// follows is joined to it, a price to what it is the price of, and the cells of
// a table to their headings.
func cut(lines []string) []string {
	var out []string
	var columns []string
	lead := ""
	for i, line := range lines {
		line = strings.ReplaceAll(strings.TrimSpace(line), "**", "")
		if cells := row(line); cells != nil {
			switch {
			case i+1 < len(lines) && rule.MatchString(lines[i+1]):
				if columns = cells; len(cells) == 2 && cells[0] != "" && strings.ContainsAny(cells[1], "0123456789%") {
					columns = nil // a list of properties has no head
					out = append(out, lead+label(cells, nil))
				}
			case !rule.MatchString(line):
				out = append(out, lead+label(cells, columns))
			}
			continue
		}
		columns = nil
		line = strings.TrimSpace(strings.TrimLeft(line, "-*•#> \t"))
		switch {
		case line == "" || strings.Trim(line, "-–—_=·. ") == "":
			continue
		case !strings.ContainsFunc(line, unicode.IsLetter) && len(out) > 0 && len(line) < 20:
			out[len(out)-1] = strings.TrimRight(out[len(out)-1], ".") + ": " + line
			continue
		case strings.HasSuffix(line, ":") && len(line) < 80:
			lead = line + " "
			continue
		}
		for _, s := range cutLine(line) {
			out = append(out, lead+s)
			lead = ""
		}
	}
	if lead != "" {
		out = append(out, strings.TrimSpace(lead))
	}
	return out
}

// rule is the line under the headings of a table.
var rule = regexp.MustCompile(`^\s*\|?\s*:?-{2,}`)

// row gives the cells of a table's row; nil if the line is none.
func row(line string) []string {
	if !strings.HasPrefix(line, "|") || !strings.HasSuffix(line, "|") || len(line) < 2 {
		return nil
	}
	var cells []string
	for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
		cells = append(cells, strings.TrimSpace(cell))
	}
	return cells
}

// label writes a row as a sentence: "Lantern: Holds 1.2 litres; Weighs 900 g".
func label(cells, columns []string) string {
	var out strings.Builder
	out.WriteString(cells[0])
	for i, cell := range cells[1:] {
		if cell == "" {
			continue
		}
		switch {
		case out.Len() == 0:
		case out.Len() == len(cells[0]):
			out.WriteString(": ")
		default:
			out.WriteString("; ")
		}
		if i+1 < len(columns) && columns[i+1] != "" {
			out.WriteString(columns[i+1] + " ")
		}
		out.WriteString(cell)
	}
	return out.String()
}

// cutLine gives the sentences of one line.
func cutLine(line string) []string {
	var out []string
	start := 0
	if at := step.FindStringIndex(line); at != nil {
		line = strings.TrimSpace(line)
		start = at[1]
	}
	from := 0
	for i, c := range line {
		if i < start || c != '.' && c != '!' && c != '?' {
			continue
		}
		rest := line[i+1:]
		if rest == "" || rest[0] != ' ' || abbreviations.MatchString(line[from:i+1]) || day.MatchString(line[from:i+1]) && month.MatchString(rest) {
			continue
		}
		next := []rune(strings.TrimSpace(rest))
		if len(next) == 0 || !unicode.IsUpper(next[0]) && !unicode.IsDigit(next[0]) && !strings.ContainsRune("[„“\"«£€$", next[0]) {
			continue
		}
		out = append(out, strings.TrimSpace(line[from:i+1]))
		from = i + 1
		if start > 0 {
			break // a step stays whole
		}
	}
	if last := strings.TrimSpace(line[from:]); last != "" {
		if start > 0 && from > 0 {
			out[len(out)-1] += " " + last
		} else {
			out = append(out, last)
		}
	}
	return out
}
