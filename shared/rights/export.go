package rights

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/object"
	"omniops/shared/tenant"
)

// Exporter makes the copy of a person's data: a ZIP of JSON, CSV and pages to read, with
// what each kind of record is used for. It takes the same memory for a chat of any
// length, and one that was stopped goes on where it was: the file is the same to the
// byte.
type Exporter struct {
	Requests *Store
	Tenants  *tenant.Store
	Chats    *conversation.Store
	Bucket   *object.Bucket
	Shelves  []Shelf                                                     // what else there is; package holding lists them
	Read     func(context.Context, conversation.Ref, Request, int) error // is told of each conversation that was read; nil is not
	Now      func() time.Time

	Page int // messages in each file; 0 is 1,000
}

// FileLife is how long a copy waits to be fetched.
const FileLife = 7 * inventory.Day

const exportPage = 1000

// progress is how far an export is. It holds nothing personal.
type progress struct {
	Upload  object.Upload     `json:"upload"`
	Archive archive           `json:"archive"`
	Chats   []id.Conversation `json:"chats"`
	Copied  []id.Conversation `json:"copied,omitempty"` // those of which there was something
	Chat    int               `json:"chat"`             // the one that is read
	After   string            `json:"after"`            // the place in it
	Part    int               `json:"part"`             // of it
	Count   int               `json:"count"`            // messages so far
	Shelf   int               `json:"shelf"`            // after the chats: the shelf that is copied, with the place in it
	Rows    int               `json:"rows"`             // of the shelves so far
}

// FileKey is where the copy for a request is kept, and ProgressKey how far it is.
func FileKey(t id.Tenant, r id.Request) object.Key {
	return object.CopyOf(t, string(r)+".zip")
}

func progressKey(t id.Tenant, r id.Request) object.Key {
	return object.CopyOf(t, string(r)+".json")
}

// maxProgress bounds what is read of a stored progress, in bytes.
const maxProgress = 8 << 20

// Export makes the copy that a request asks for. Done again, it goes on or, when the
// copy is there, does nothing.
func (e *Exporter) Export(ctx context.Context, t id.Tenant, name id.Request) error {
	r, err := e.Requests.Get(ctx, t, name)
	if err != nil {
		return err
	}
	if r.Kind != Access && r.Kind != Export {
		return fault.E(fault.Invalid, "This request is not one for a copy.", nil)
	}
	if !r.State.Open() {
		return nil
	}
	account, err := e.Tenants.Get(ctx, t)
	if err != nil {
		return err
	}
	p, err := e.resume(ctx, t, r)
	if err != nil {
		return err
	}
	for p.Chat < len(p.Chats) {
		err := e.chat(ctx, t, r, account, p)
		if errors.Is(err, errLost) {
			return e.restart(ctx, t, r, p)
		}
		if fault.KindOf(err) == fault.NotFound && err != nil && p.After == "" { // erased, or past its retention, before any of it was copied
			p.Chat, p.Part = p.Chat+1, 0
			continue
		}
		if fault.KindOf(err) == fault.NotFound && err != nil { // in between: the copy must hold nothing of it
			return e.restart(ctx, t, r, p)
		}
		if err != nil {
			return fmt.Errorf("copy conversation %s: %w", p.Chats[p.Chat], err)
		}
	}
	if err := e.sheets(ctx, t, r, account.Shown(e.Now()), p); errors.Is(err, errLost) {
		return e.restart(ctx, t, r, p)
	} else if err != nil {
		return err
	}
	if stands, err := e.stands(ctx, t, p); err != nil {
		return err
	} else if !stands {
		return e.restart(ctx, t, r, p)
	}
	if err := e.finish(ctx, account, p); errors.Is(err, errLost) {
		return e.restart(ctx, t, r, p)
	} else if err != nil {
		return err
	}
	_, err = e.Requests.Change(ctx, t, name, func(now *Request) error {
		now.State, now.EndedAt, now.FileUntil = Done, e.Now().UTC(), e.Now().Add(FileLife).UTC()
		now.Conversations = p.Chats
		now.Receipt = []Effect{{Store: "conversation", Outcome: Provided, Count: p.Count, Why: "Your messages, the answers, and what an AI was sent for each. The copy can be fetched once.", Until: now.FileUntil}}
		if p.Rows > 0 {
			now.Receipt = append(now.Receipt, Effect{Store: "others", Outcome: Provided, Count: p.Rows, Why: "What else is held of you: your requests, changes to orders, threads on channels, choices and page views.", Until: now.FileUntil})
		}
		if p.Count == 0 {
			now.Receipt[0].Outcome, now.Receipt[0].Why = Nothing, "Nothing is held of you here, or it is past its retention. The file says what is held of others, and why."
		}
		return nil
	})
	if err != nil {
		return err
	}
	return e.Bucket.Delete(ctx, progressKey(t, name)) // nobody looks for it any more
}

// resume reads how far the export is, or begins it.
func (e *Exporter) resume(ctx context.Context, t id.Tenant, r Request) (*progress, error) {
	if r.State == Working {
		p, err := progressOf(ctx, e.Bucket, t, r.ID)
		if err == nil || fault.KindOf(err) != fault.NotFound { // it is gone when some of it was erased meanwhile
			return p, err
		}
	}
	all, err := e.Requests.About(ctx, t, r)
	if err != nil {
		return nil, err
	}
	upload, err := e.Bucket.Begin(ctx, FileKey(t, r.ID), "application/zip")
	if err != nil {
		return nil, err
	}
	p := &progress{Upload: upload, Chats: all}
	if err := e.save(ctx, t, r, p); err != nil {
		return nil, err
	}
	return p, e.state(ctx, t, r, Working)
}

// progressOf reads how far the export of a request is: NotFound if it has not begun.
func progressOf(ctx context.Context, bucket *object.Bucket, t id.Tenant, r id.Request) (*progress, error) {
	stored, err := bucket.Get(ctx, progressKey(t, r), maxProgress)
	if err != nil {
		return nil, err
	}
	var p progress
	if err := json.Unmarshal(stored.Body, &p); err != nil {
		return nil, fmt.Errorf("decode progress of request %s: %w", r, err)
	}
	return &p, nil
}

func (e *Exporter) state(ctx context.Context, t id.Tenant, r Request, to State) error {
	_, err := e.Requests.Change(ctx, t, r.ID, func(now *Request) error {
		now.State = to
		return nil
	})
	return err
}

func (e *Exporter) save(ctx context.Context, t id.Tenant, r Request, p *progress) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode progress: %w", err)
	}
	_, err = e.Bucket.Put(ctx, progressKey(t, r.ID), body, "application/json")
	return err
}

// restart gives up what has been copied, because some of it was erased meanwhile.
func (e *Exporter) restart(ctx context.Context, t id.Tenant, r Request, p *progress) error {
	if err := e.state(ctx, t, r, Accepted); err != nil {
		return err
	}
	if err := e.Bucket.Abort(ctx, p.Upload); err != nil {
		return err
	}
	if err := e.Bucket.Delete(ctx, progressKey(t, r.ID)); err != nil {
		return err
	}
	return fault.After(fault.Unavailable, "Some of this was erased meanwhile. The copy is made anew.", time.Second, nil)
}

// chat copies the next part of a conversation, and moves on when there is no more.
func (e *Exporter) chat(ctx context.Context, t id.Tenant, r Request, account tenant.Account, p *progress) error {
	c := p.Chats[p.Chat]
	shopper, err := e.Chats.Owner(ctx, t, c)
	if err != nil {
		return err
	}
	ref := conversation.Ref{Tenant: t, Conversation: c, Shopper: shopper}
	limit := e.Page
	if limit == 0 {
		limit = exportPage
	}
	messages, next, err := e.Chats.Copies(ctx, ref, account.Shown(e.Now()), p.After, limit)
	if err != nil {
		return err
	}
	if len(messages) > 0 {
		if p.Part == 0 {
			p.Copied = append(p.Copied, c)
		}
		p.Part++
		p.Count += len(messages)
		folder := fmt.Sprintf("conversation-%d/messages-%04d", p.Chat+1, p.Part)
		for _, f := range []struct {
			extension string
			write     func([]conversation.Copied) ([]byte, error)
		}{{".json", asJSON}, {".csv", asCSV}, {".html", asPage}} {
			content, err := f.write(messages)
			if err != nil {
				return err
			}
			if err := p.Archive.add(folder+f.extension, content); err != nil {
				return err
			}
		}
		if e.Read != nil {
			if err := e.Read(ctx, ref, r, len(messages)); err != nil {
				return err
			}
		}
	}
	if p.After = next; next == "" {
		p.Chat, p.Part = p.Chat+1, 0
	}
	if p.Archive.out.Len() >= object.MinPart {
		if err := e.add(ctx, p); err != nil {
			return err
		}
		return e.save(ctx, t, r, p) // only what is uploaded counts as done
	}
	return nil
}

// stands reports whether nothing of what was copied has been erased since.
func (e *Exporter) stands(ctx context.Context, t id.Tenant, p *progress) (bool, error) {
	for _, c := range p.Copied {
		standing, err := e.Chats.Standing(ctx, t, c)
		if err != nil || standing.Erased() {
			return false, err
		}
	}
	return true, nil
}

// errLost says that the upload an export was going on with is not there any more: it
// was completed or given up by a process that could not say so.
var errLost = errors.New("the upload is gone")

// add uploads what has been made.
func (e *Exporter) add(ctx context.Context, p *progress) error {
	err := e.Bucket.Add(ctx, &p.Upload, p.Archive.take())
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return errLost
	}
	return err
}

// finish adds what is said once, and makes the object.
func (e *Exporter) finish(ctx context.Context, account tenant.Account, p *progress) error {
	known, err := json.MarshalIndent(knowledgeOf(account), "", "  ")
	if err != nil {
		return err
	}
	if err := p.Archive.add("what-is-held.json", known); err != nil {
		return err
	}
	if err := p.Archive.add("index.html", cover(account, p)); err != nil {
		return err
	}
	p.Archive.close()
	if err := e.add(ctx, p); err != nil {
		return err
	}
	return e.Bucket.Complete(ctx, p.Upload)
}

// copied is a message in the JSON of a copy; docs/export-schema.json
// describes it.
type copied struct {
	Turn        int                   `json:"turn"`
	Author      conversation.Author   `json:"author"`
	Text        string                `json:"text"`
	SentAt      time.Time             `json:"sent_at"`
	CorrectedAt time.Time             `json:"corrected_at,omitzero"`
	Sources     []conversation.Source `json:"sources,omitempty"`
	SentToAI    json.RawMessage       `json:"sent_to_ai,omitempty"` // what a model was sent for this answer
}

func asJSON(messages []conversation.Copied) ([]byte, error) {
	out := make([]copied, len(messages))
	for i, m := range messages {
		out[i] = copied{m.Turn, m.Author, m.Text.Reveal(), m.SentAt, m.CorrectedAt, m.Sources, nil}
		if ledger := m.Ledger.Reveal(); ledger != "" {
			out[i].SentToAI = json.RawMessage(ledger)
		}
	}
	return json.Marshal(out)
}

func asCSV(messages []conversation.Copied) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write([]string{"turn", "author", "sent_at", "text"}); err != nil {
		return nil, err
	}
	for _, m := range messages {
		text := inert(m.Text.Reveal())
		if err := w.Write([]string{strconv.Itoa(m.Turn), string(m.Author), m.SentAt.Format(time.RFC3339), text}); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

const pageHead = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>%s</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}p{white-space:pre-wrap}time{color:#555}</style><h1>%s</h1>
`

func asPage(messages []conversation.Copied) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, pageHead, "Messages", "Messages")
	for _, m := range messages {
		fmt.Fprintf(&b, "<article><h2>%s <time>%s</time></h2><p>%s</p></article>\n",
			html.EscapeString(string(m.Author)), m.SentAt.Format("2 January 2006, 15:04 UTC"), html.EscapeString(m.Text.Reveal()))
	}
	return b.Bytes(), nil
}

// held is what one kind of record holds, and why.
type held struct {
	Record     string                        `json:"record"`
	Holds      map[string]inventory.Category `json:"holds"`
	Purpose    inventory.Purpose             `json:"purpose"`
	LegalBasis inventory.Basis               `json:"legal_basis"`
	Source     inventory.Source              `json:"source"`
	KeptDays   int                           `json:"kept_days"`
}

// knowledge answers the right to know (GDPR Art. 15(1), Cal. Civ. Code § 1798.110).
type knowledge struct {
	Controller    string   `json:"controller"`
	Contact       string   `json:"contact"`
	Records       []held   `json:"records"`
	DisclosedTo   []string `json:"disclosed_to"`
	Sold          []string `json:"sold"`
	Shared        []string `json:"shared_for_advertising"`
	AutomatedOnly bool     `json:"decisions_by_automation_alone"`
	Rights        []Kind   `json:"rights"`
}

func knowledgeOf(account tenant.Account) knowledge {
	k := knowledge{
		Controller: account.Name, Contact: account.ContactEmail, Sold: []string{}, Shared: []string{}, Rights: kinds,
		DisclosedTo: []string{"the AI provider named in sent_to_ai of each answer, to write it; it may neither keep the text nor learn from it", "the hosting provider, encrypted"},
	}
	for _, e := range append(conversation.Declared(), linkItem{}.Inventory(), requestItem{}.Inventory()) {
		h := held{Record: e.Record, Holds: map[string]inventory.Category{}, Purpose: e.Purpose, LegalBasis: e.LegalBasis, Source: e.Source}
		for field, category := range e.Fields {
			if category.Personal() {
				h.Holds[field] = category
			}
		}
		if period, ok := e.Retention.Period(); ok {
			h.KeptDays = int(period / inventory.Day)
		}
		if e.Retention == inventory.ChatRetention {
			h.KeptDays = account.ChatDays
		}
		k.Records = append(k.Records, h)
	}
	return k
}

// cover is the page to begin with.
func cover(account tenant.Account, p *progress) []byte {
	var b bytes.Buffer
	title := "Your data at " + html.EscapeString(account.Name)
	fmt.Fprintf(&b, pageHead, title, title)
	fmt.Fprintf(&b, "<p>%d messages of %d conversations. What each kind of record is used for, on what basis and for how long, is in <a href=\"what-is-held.json\">what-is-held.json</a>. Questions: %s</p>\n<ul>\n",
		p.Count, len(p.Chats), html.EscapeString(account.ContactEmail))
	for _, f := range p.Archive.Files {
		if strings.HasSuffix(f.Name, ".html") {
			fmt.Fprintf(&b, "<li><a href=%q>%s</a></li>\n", f.Name, f.Name)
		}
	}
	b.WriteString("</ul>\n")
	return b.Bytes()
}
