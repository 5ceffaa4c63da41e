package page

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A table without a row of names is a list of properties: its first row would be
// taken for the names of the columns, and its values for those of the rows below.
// Each row of it becomes a line, "name: value", that is found and cited alone.

// tableRow is a row of a table with its cells.
type tableRow struct {
	cells []*html.Node
	named bool // the first cell is what the row is about, by its tag
	head  bool // names of columns, by its tags
}

// maxCell is how many letters the cell of a list of properties has at most.
const maxCell = 400

// rowsOf gives the rows of a table that have cells; nil for a table that lays a
// page out: there is a heading or another table inside, or a long text.
func rowsOf(table *html.Node) []tableRow {
	var rows []tableRow
	for n := range table.Descendants() {
		switch n.DataAtom {
		case atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			return nil
		case atom.Td, atom.Th:
			if weight(n) > maxCell {
				return nil
			}
		case atom.Tr:
			row := tableRow{head: n.Parent.DataAtom == atom.Thead}
			heads := 0
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				if c.DataAtom != atom.Th && c.DataAtom != atom.Td {
					continue
				}
				if c.DataAtom == atom.Th || len(row.cells) > 0 && isBold(c) || len(row.cells) == 0 && weight(c) == 0 {
					heads++
				}
				row.cells = append(row.cells, c)
			}
			if len(row.cells) == 0 {
				continue
			}
			first := row.cells[0]
			row.named = first.DataAtom == atom.Th || isBold(first)
			if isBold(first) && first.DataAtom != atom.Th {
				heads++
			}
			row.head = row.head || len(row.cells) > 1 && heads == len(row.cells)
			rows = append(rows, row)
		}
	}
	return rows
}

// isBold reports whether all that a cell says is in bold.
func isBold(cell *html.Node) bool {
	bold := find(cell, func(n *html.Node) bool { return n.DataAtom == atom.Strong || n.DataAtom == atom.B })
	return bold != nil && weight(bold) == weight(cell)
}

// hasHead reports whether the first row of a table names its columns: by its
// tags, or because below what it says stand figures and it has none itself.
func hasHead(rows []tableRow) bool {
	first := rows[0]
	if first.head || len(rows) == 1 {
		return first.head
	}
	columns := 0 // that have figures but for their name
	for i := 1; i < len(first.cells); i++ {
		if hasDigit(first.cells[i]) || weight(first.cells[i]) == 0 {
			return false
		}
		figures := 0
		for _, r := range rows[1:] {
			if len(r.cells) == len(first.cells) && hasDigit(r.cells[i]) {
				figures++
			}
		}
		if figures >= 2 && 2*figures > len(rows)-1 {
			columns++
		}
	}
	return columns > 0 && !first.named && !hasDigit(first.cells[0])
}

// hasNames reports whether a first cell is marked as what its row is about.
func hasNames(rows []tableRow) bool {
	return len(rows) > 0 && len(rows[0].cells) > 1 && rows[0].named
}

func hasDigit(cell *html.Node) bool {
	return strings.ContainsFunc(text(cell), unicode.IsDigit)
}

// shapeTable turns a table without names of columns into a list.
func shapeTable(table *html.Node) {
	rows := rowsOf(table)
	if len(rows) < 2 && !hasNames(rows) || table.Parent == nil {
		return
	}
	if hasHead(rows) {
		for _, c := range rows[0].cells {
			c.Data, c.DataAtom = "th", atom.Th
		}
		return
	}
	var list *html.Node
	add := func(kind atom.Atom, line string) {
		n := element(kind)
		n.AppendChild(&html.Node{Type: html.TextNode, Data: line})
		if kind != atom.Li {
			list = nil
			table.Parent.InsertBefore(n, table)
			return
		}
		if list == nil {
			list = element(atom.Ul)
			table.Parent.InsertBefore(list, table)
		}
		list.AppendChild(n)
	}
	if caption := find(table, func(n *html.Node) bool { return n.DataAtom == atom.Caption }); caption != nil && weight(caption) > 0 {
		add(atom.P, cellText(caption))
	}
	name, left := "", 0 // of a cell that spans the rows to come
	for _, r := range rows {
		cells := make([]string, 0, len(r.cells))
		for _, c := range r.cells {
			if said := cellText(c); said != "" {
				cells = append(cells, said)
			}
		}
		switch {
		case left > 0:
			left--
			if len(cells) > 0 {
				add(atom.Li, name+": "+strings.Join(cells, ", "))
			}
		case len(cells) == 0:
		case len(cells) == 1:
			add(atom.P, cells[0])
		default:
			name = strings.TrimRight(cells[0], ": \u00a0：")
			add(atom.Li, name+": "+strings.Join(cells[1:], ", "))
			if span, err := strconv.Atoi(attr(r.cells[0], "rowspan")); err == nil && span > 1 {
				left = min(span, len(rows)) - 1
			}
		}
	}
	table.Parent.RemoveChild(table)
}

// cellText is what a cell says, in one line: what stands on lines of its own is
// set off by a semicolon.
func cellText(cell *html.Node) string {
	var parts []string
	var b strings.Builder
	flush := func() {
		if line := strings.Trim(strings.Join(strings.Fields(b.String()), " "), " ;"); line != "" {
			parts = append(parts, line)
		}
		b.Reset()
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.TextNode {
				b.WriteString(c.Data)
				continue
			}
			block := c.Type == html.ElementNode && (c.DataAtom == atom.Br || !inlineElements[c.Data])
			if block {
				flush()
			}
			walk(c)
			if block {
				flush()
			}
		}
	}
	walk(cell)
	flush()
	return strings.Join(parts, "; ")
}
