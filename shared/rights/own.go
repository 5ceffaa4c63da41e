package rights

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"omniops/shared/id"
	"omniops/shared/object"
)

// sheets copies what the shelves hold, a part at a time.
func (e *Exporter) sheets(ctx context.Context, t id.Tenant, r Request, keep time.Duration, p *progress) error {
	if p.Shelf == len(e.Shelves) {
		return nil
	}
	r.Conversations, r.State = p.Chats, Working // the same, whether it was begun just now
	who, err := person(ctx, e.Chats, t, r)
	if err != nil {
		return err
	}
	who.Keep = keep
	for p.Shelf < len(e.Shelves) {
		shelf := e.Shelves[p.Shelf]
		if shelf.Copy == nil {
			p.Shelf++
			continue
		}
		sheet, next, err := shelf.Copy(ctx, who, p.After)
		if err != nil {
			return named(shelf, err)
		}
		if len(sheet.Rows) > 0 {
			p.Part++
			if err := e.addSheet(p, sheet); err != nil {
				return err
			}
		}
		if p.After = next; next == "" {
			p.Shelf, p.Part = p.Shelf+1, 0
		}
		if p.Archive.out.Len() >= object.MinPart {
			if err := e.add(ctx, p); err != nil {
				return err
			}
			if err := e.save(ctx, t, r, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Exporter) addSheet(p *progress, s Sheet) error {
	p.Rows += len(s.Rows)
	name := fmt.Sprintf("%s-%04d", s.Name, p.Part)
	objects, err := s.json()
	if err != nil {
		return err
	}
	table, err := s.csv()
	if err != nil {
		return err
	}
	for _, f := range []struct {
		extension string
		content   []byte
	}{{".json", objects}, {".csv", table}, {".html", s.page()}} {
		if err := p.Archive.add(name+f.extension, f.content); err != nil {
			return err
		}
	}
	return nil
}

// Own is the shelf of what this package itself keeps of a person: their requests,
// what ties them to conversations, and the copies that were made for them. Without
// notes, no words of theirs are read.
func Own(requests *Store, bucket *object.Bucket, notes *Notes) Shelf {
	return Shelf{
		Records: []string{"rights.request", "rights.copy"},
		Erase:   func(ctx context.Context, p Person) ([]Effect, error) { return eraseCopies(ctx, requests, bucket, p) },
		Copy: func(ctx context.Context, p Person, _ string) (Sheet, string, error) {
			return ownSheet(ctx, requests, notes, p)
		},
	}
}

// others lists the requests of a tenant that concern a person too.
func others(ctx context.Context, requests *Store, p Person) ([]Request, error) {
	all, err := requests.List(ctx, p.Tenant)
	if err != nil {
		return nil, err
	}
	mine := p.Request
	return slices.DeleteFunc(all, func(r Request) bool {
		return r.ID == mine.ID || r.State == Unverified || !overlap(r.Conversations, mine.Conversations) && !overlap(r.askers(), mine.askers()) && !overlap(r.Visitors, mine.Visitors)
	}), nil
}

// ownSheet lists a person's requests, this one included, and how many conversations
// are known to be theirs.
func ownSheet(ctx context.Context, requests *Store, notes *Notes, p Person) (Sheet, string, error) {
	all, err := others(ctx, requests, p)
	if err != nil {
		return Sheet{}, "", err
	}
	s := Sheet{Name: "requests", Title: "Your privacy requests", Columns: []string{"request", "kind", "law", "received_at", "due_on", "state", "ended_at", "your_words", "what_came_of_it", "linked_conversations"}}
	for _, r := range append(all, p.Request) {
		said, ended := "", ""
		for _, e := range r.Receipt {
			said += string(e.Outcome) + ": " + e.Why + " "
		}
		if !r.EndedAt.IsZero() {
			ended = r.EndedAt.Format(time.RFC3339)
		}
		words := ""
		if notes != nil {
			note, err := notes.Open(ctx, p.Tenant, r.Note)
			if err != nil {
				return Sheet{}, "", err
			}
			words = note.Reveal()
			answer, err := notes.Open(ctx, p.Tenant, r.Answer)
			if err != nil {
				return Sheet{}, "", err
			}
			words = strings.TrimSpace(words + "\n" + answer.Reveal())
		}
		linked := 0
		for _, who := range r.Subjects {
			chats, err := requests.Linked(ctx, p.Tenant, who)
			if err != nil {
				return Sheet{}, "", err
			}
			linked += len(chats)
		}
		s.Rows = append(s.Rows, []string{string(r.ID), string(r.Kind), string(r.Law), r.Received.Format(time.RFC3339), r.Due.Format(time.DateOnly), string(r.State), ended, words, said, strconv.Itoa(linked)})
	}
	return s, "", nil
}

func overlap[T comparable](a, b []T) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}
