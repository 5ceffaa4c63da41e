package rights

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// Person is whom a request is about, as far as anything here leads to them: their
// conversations of which something is left, and what the request itself names.
type Person struct {
	Tenant  id.Tenant
	Request Request
	Chats   []conversation.Ref
	Keep    time.Duration // how long the shop keeps chats; for a copy
}

// Shelf is one store that may hold something of a person beside what was said in
// their conversations. A nil function has nothing to do. Each may be done again.
type Shelf struct {
	Records []string // that it takes care of, as package inventory calls them

	// Keep puts aside what must stay by law, before the person's keys go.
	Keep func(context.Context, Person) ([]Effect, error)
	// Erase removes the rest, before the conversations themselves are cleared.
	Erase func(context.Context, Person) ([]Effect, error)
	// Copy gives a part of what is held, and the place to go on from: "" at the end.
	Copy func(ctx context.Context, p Person, after string) (sheet Sheet, next string, err error)
}

// Sheet is a part of a copy: rows of one kind. One without rows is left out.
type Sheet struct {
	Name    string // of its files, without what says their format
	Title   string
	Columns []string
	Rows    [][]string
}

// person finds what is left of the conversations of a request.
func person(ctx context.Context, chats *conversation.Store, t id.Tenant, r Request) (Person, error) {
	p := Person{Tenant: t, Request: r}
	for _, c := range r.Conversations {
		shopper, err := chats.Owner(ctx, t, c)
		if fault.KindOf(err) == fault.NotFound && err != nil { // nothing is left of it
			continue
		}
		if err != nil {
			return p, err
		}
		p.Chats = append(p.Chats, conversation.Ref{Tenant: t, Conversation: c, Shopper: shopper})
	}
	return p, nil
}

// json gives the rows as objects, their members in the order of the columns.
func (s Sheet) json() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('[')
	for n, row := range s.Rows {
		if n > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('{')
		for i, cell := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			name, err := json.Marshal(s.Columns[i])
			if err != nil {
				return nil, fmt.Errorf("encode %s: %w", s.Name, err)
			}
			value, err := json.Marshal(cell)
			if err != nil {
				return nil, fmt.Errorf("encode %s: %w", s.Name, err)
			}
			fmt.Fprintf(&b, "%s:%s", name, value)
		}
		b.WriteByte('}')
	}
	b.WriteByte(']')
	return b.Bytes(), nil
}

func (s Sheet) csv() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(s.Columns); err != nil {
		return nil, err
	}
	for _, row := range s.Rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = inert(cell)
		}
		if err := w.Write(safe); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func (s Sheet) page() []byte {
	var b bytes.Buffer
	title := html.EscapeString(s.Title)
	fmt.Fprintf(&b, pageHead, title, title)
	for _, row := range s.Rows {
		b.WriteString("<dl>")
		for i, cell := range row {
			if cell != "" {
				fmt.Fprintf(&b, "<dt>%s</dt><dd>%s</dd>", html.EscapeString(strings.ReplaceAll(s.Columns[i], "_", " ")), html.EscapeString(cell))
			}
		}
		b.WriteString("</dl>\n")
	}
	return b.Bytes()
}

// inert is a cell that no spreadsheet runs.
func inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
