package evaluation

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// Limits on a merchant's questions.
const (
	MaxQuestions = 500
	maxText      = 500 // characters
	maxPages     = 10
	maxAddress   = 1000 // bytes of a page's path
)

// Kept is a merchant's question as it is kept.
type Kept struct {
	ID        id.Question
	Language  string // a lower-case primary subtag; empty for the site's own
	Text      string
	Pages     []string // paths, with their query; none when the site does not say
	UpdatedAt time.Time
}

// Store keeps merchants' own questions and the pages they expect.
type Store struct{ table *table.Store }

// NewStore makes a Store on the main table.
func NewStore(t *table.Store) *Store { return &Store{t} }

// questionItem is a Kept as stored.
type questionItem struct {
	table.Key
	ID        id.Question `dynamodbav:"id"`
	Language  string      `dynamodbav:"language,omitempty"`
	Text      string      `dynamodbav:"text"`
	Pages     []string    `dynamodbav:"pages,omitempty"`
	UpdatedAt time.Time   `dynamodbav:"updated_at"`
}

// Inventory makes questionItem a table.Record.
func (questionItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:  "knowledge.question",
		Subject: inventory.NoSubject,
		Fields: map[string]inventory.Category{
			"id": inventory.BusinessData, "language": inventory.None, "text": inventory.BusinessData,
			"pages": inventory.PublicContent, "updated_at": inventory.None,
		},
		Purpose:    inventory.KnowledgeBase,
		LegalBasis: inventory.Contract,
		Role:       inventory.Processor,
		Retention:  inventory.AccountRetention,
		Source:     inventory.FirstParty,
	}
}

// Put keeps a question, over one of the same name: Invalid if it is none, names
// no page, or is one too many.
func (s *Store) Put(ctx context.Context, t id.Tenant, q Kept) (Kept, error) {
	q.Text = strings.TrimSpace(q.Text)
	if n := utf8.RuneCountInString(q.Text); n == 0 || n > maxText || strings.ContainsFunc(q.Text, unicode.IsControl) {
		return Kept{}, fault.E(fault.Invalid, fmt.Sprintf("A question is one line of 1 to %d characters.", maxText), nil)
	}
	if q.Language != "" && (len(q.Language) < 2 || len(q.Language) > 3 || strings.ContainsFunc(q.Language, func(r rune) bool { return r < 'a' || r > 'z' })) {
		return Kept{}, fault.E(fault.Invalid, "A language is two or three letters such as de, or left out.", nil)
	}
	if len(q.Pages) > maxPages {
		return Kept{}, fault.E(fault.Invalid, fmt.Sprintf("A question names at most %d pages.", maxPages), nil)
	}
	q.Pages = slices.Clone(q.Pages)
	for i, p := range q.Pages {
		path, err := PathOf(p)
		if err != nil {
			return Kept{}, err
		}
		q.Pages[i] = path
	}
	q.Pages = distinct(q.Pages)
	all, err := s.List(ctx, t)
	if err != nil {
		return Kept{}, err
	}
	if len(all) >= MaxQuestions && !slices.ContainsFunc(all, func(k Kept) bool { return k.ID == q.ID }) {
		return Kept{}, fault.E(fault.Invalid, fmt.Sprintf("There are %d questions, which is the most.", MaxQuestions), nil)
	}
	q.UpdatedAt = s.table.Now().UTC()
	return q, s.table.Put(ctx, t, questionItem{table.Question(t, q.ID), q.ID, q.Language, q.Text, q.Pages, q.UpdatedAt})
}

// List gives all of a merchant's questions, by name.
func (s *Store) List(ctx context.Context, t id.Tenant) ([]Kept, error) {
	items, err := s.table.Earliest(ctx, t, table.Questions(t), 2*MaxQuestions)
	if err != nil {
		return nil, err
	}
	all := make([]Kept, 0, len(items))
	for _, i := range items {
		var item questionItem
		if err := i.Decode(&item); err != nil {
			return nil, err
		}
		all = append(all, item.kept())
	}
	return all, nil
}

// Remove forgets a question. Removing one that is not there is no error.
func (s *Store) Remove(ctx context.Context, t id.Tenant, q id.Question) error {
	return s.table.Delete(ctx, t, table.Question(t, q))
}

func (i questionItem) kept() Kept { return Kept{i.ID, i.Language, i.Text, i.Pages, i.UpdatedAt.UTC()} }

// PathOf gives a page's path and query, by which pages are compared: Invalid if
// the address is neither a path nor that of a web page.
func PathOf(address string) (string, error) {
	wrong := func(cause error) (string, error) {
		return "", fault.E(fault.Invalid, "A page is a path such as /returns, or an http or https address.", cause)
	}
	if len(address) > maxAddress || strings.HasPrefix(address, "//") || strings.ContainsFunc(address, unicode.IsControl) {
		return wrong(nil)
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return wrong(err)
	}
	if web := (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""; !web && (u.IsAbs() || !strings.HasPrefix(u.Path, "/")) {
		return wrong(nil)
	}
	path := "/" + strings.Trim(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if len(path) > maxAddress { // escaping makes it longer
		return wrong(nil)
	}
	return path, nil
}
