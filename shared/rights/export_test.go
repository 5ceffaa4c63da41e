package rights_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"omniops/local/faults"
	"omniops/shared/claim"
	"omniops/shared/conversation"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/object"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

func (b *bench) exporter(t *testing.T) *rights.Exporter {
	t.Helper()
	return &rights.Exporter{
		Requests: b.Requests, Tenants: tenant.NewStore(table.New(b.AWS, b.main, b.Clock.Now)), Chats: b.eraser(t, b.main).Chats,
		Bucket: object.NewBucket(b.AWS, b.Env(t, "chat-reply", "CONTENT_BUCKET")), Now: b.Clock.Now,
	}
}

// long makes a conversation of many turns, with text that does not pack well.
func (b *bench) long(t *testing.T, ref conversation.Ref, turns, bytes int) {
	t.Helper()
	for n := range turns {
		thread, err := b.Chats.Read(t.Context(), ref, keep, 1)
		must(t, err)
		m, err := b.Chats.Begin(t.Context(), ref, thread, conversation.Head{Domain: "fern.example"}, seal.Clear(fmt.Sprintf("=%d %s", n, noise(n, bytes))), fmt.Sprintf("key-%d", n), keep)
		must(t, err)
		_, err = b.Chats.Finish(t.Context(), ref, reply(m.Turn), keep)
		must(t, err)
	}
}

func noise(seed, n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%x", sha256.Sum256(fmt.Appendf(nil, "%d-%d", seed, i)))
	}
	return b.String()[:n]
}

// archive reads the copy of a request.
func (b *bench) archive(t *testing.T, e *rights.Exporter, name id.Request) (map[string]string, []byte) {
	t.Helper()
	var raw bytes.Buffer
	_, err := e.Bucket.Stream(t.Context(), rights.FileKey(shop, name), &raw)
	must(t, err)
	z, err := zip.NewReader(bytes.NewReader(raw.Bytes()), int64(raw.Len()))
	must(t, err)
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		content, err := io.ReadAll(r) // checks the sum
		must(t, err)
		files[f.Name] = string(content)
	}
	return files, raw.Bytes()
}

// A copy holds the person's messages, what an AI was sent, and what each kind of
// record is used for; for machines, for a spreadsheet and to read. And nobody else's.
func TestACopyOfOnesData(t *testing.T) {
	claim.Proves(t, "C148")
	b := newBench(t)
	b.merchant(t, shop)
	b.chat(t, refOf("one"), "Do you ship to <Jersey>?")
	b.chat(t, refOf("two"), "=cmd()")
	b.chat(t, refOf("theirs"), "A secret of somebody else")
	must(t, b.Requests.Link(t.Context(), shop, "hers", "one"))
	e := b.exporter(t)
	name := b.accept(t, rights.Request{Kind: rights.Access, Subjects: []id.Subject{"hers"}, Conversations: []id.Conversation{"two"}})
	must(t, e.Export(t.Context(), shop, name))
	must(t, e.Export(t.Context(), shop, name))
	r := b.want(t, name, rights.Done)
	if len(r.Receipt) != 1 || r.Receipt[0].Outcome != rights.Provided || r.Receipt[0].Count != 4 {
		t.Errorf("the receipt is %+v", r.Receipt)
	}
	files, raw := b.archive(t, e, name)
	var messages []struct {
		Turn     int
		Author   string
		Text     string
		SentToAI any `json:"sent_to_ai"`
	}
	must(t, json.Unmarshal([]byte(files["conversation-1/messages-0001.json"]), &messages))
	if got := fmt.Sprint(messages); got != "[{1 shopper Do you ship to <Jersey>? <nil>} {1 assistant An answer. what the model was sent}]" {
		t.Errorf("for machines it says %s", got)
	}
	if page := files["conversation-1/messages-0001.html"]; !strings.Contains(page, "Do you ship to &lt;Jersey&gt;?") || strings.Contains(page, "<Jersey>") {
		t.Errorf("to read it says %s", page)
	}
	if sheet := files["conversation-2/messages-0001.csv"]; !strings.Contains(sheet, "'=cmd()") {
		t.Errorf("for a spreadsheet it says %s", sheet)
	}
	var held struct {
		Records []struct{ Record, Purpose, LegalBasis string }
		Sold    []string
	}
	must(t, json.Unmarshal([]byte(files["what-is-held.json"]), &held))
	if len(held.Records) < 5 || held.Sold == nil || len(held.Sold) != 0 || !strings.Contains(files["what-is-held.json"], `"conversation.message"`) {
		t.Errorf("what is held: %s", files["what-is-held.json"])
	}
	if !strings.Contains(files["index.html"], "4 messages of 2 conversations") {
		t.Errorf("it begins with %s", files["index.html"])
	}
	if bytes.Contains(raw, []byte("secret of somebody")) || len(files) != 8 {
		t.Errorf("it holds %d files", len(files))
	}

	// Once, and within a week.
	must(t, b.Requests.Fetch(t.Context(), shop, name))
	if err := b.Requests.Fetch(t.Context(), shop, name); fault.KindOf(err) != fault.NotFound {
		t.Errorf("fetched twice: %v", err)
	}
	late := b.accept(t, rights.Request{Kind: rights.Export, Conversations: []id.Conversation{"one"}})
	must(t, e.Export(t.Context(), shop, late))
	b.Advance(7 * inventory.Day)
	if err := b.Requests.Fetch(t.Context(), shop, late); fault.KindOf(err) != fault.NotFound {
		t.Errorf("fetched after a week: %v", err)
	}
}

// Scenario 36: stopped at any part, a copy goes on where it was, and is the same file
// to the byte.
func TestACopyGoesOnWhereItWasStopped(t *testing.T) {
	b := newBench(t)
	b.merchant(t, shop)
	b.long(t, refOf("one"), 40, 2000)
	b.long(t, refOf("two"), 12, 400_000) // two parts and more
	export := func(name id.Request, stop func(n int) error) []byte {
		e := b.exporter(t)
		e.Page = 5
		for tries := 0; ; tries++ {
			pages := 0
			e.Read = func(context.Context, conversation.Ref, rights.Request, int) error {
				pages++
				return stop(pages)
			}
			err := e.Export(t.Context(), shop, name)
			if err == nil {
				break
			}
			if tries > 60 {
				t.Fatal(err)
			}
		}
		b.want(t, name, rights.Done)
		_, raw := b.archive(t, e, name)
		return raw
	}
	ask := func(source string) id.Request {
		return b.accept(t, rights.Request{Kind: rights.Export, Source: rights.FromMerchant, SourceID: source, Conversations: []id.Conversation{"one", "two"}})
	}
	whole := export(ask("whole"), func(int) error { return nil })
	at := 0
	stopped := export(ask("stopped"), func(n int) error {
		if n > at {
			at++
			return fault.E(fault.Unavailable, "", fmt.Errorf("killed at page %d", n))
		}
		return nil
	})
	if len(whole) < 5<<20 || !bytes.Equal(whole, stopped) {
		t.Errorf("in one piece it has %d bytes, in many %d", len(whole), len(stopped))
	}
	for _, rule := range []faults.Rule{
		{Service: "s3", Operation: "UploadPart", Kind: faults.AppliedThenError, Count: 3}, {Service: "s3", Operation: "CompleteMultipartUpload", Kind: faults.AppliedThenError, Count: 2},
		{Service: "s3", Operation: "PutObject", Kind: faults.Error, Count: 2}, {Service: "dynamodb", Operation: "Query", Kind: faults.Error, Count: 6}, {Service: "dynamodb", Operation: "PutItem", Kind: faults.Error, Count: 2},
	} {
		name := ask(rule.Operation)
		must(t, b.Faults.Replace(rule))
		if got := export(name, func(int) error { return nil }); !bytes.Equal(got, whole) {
			t.Errorf("with %s failing it has %d bytes", rule.Operation, len(got))
		}
		b.Faults.Clear()
	}
}

// Scenario 33 and 35: what is erased while a copy is made is not in it, not even in
// part; and erasing a person takes the copies they had asked for along.
func TestACopyHoldsNothingThatWasErased(t *testing.T) {
	b := newBench(t)
	b.merchant(t, shop)
	b.long(t, refOf("one"), 6, 10)
	b.chat(t, refOf("two"), "Hello")
	e := b.exporter(t)
	e.Page = 5
	both := rights.Request{Kind: rights.Access, Source: rights.FromMerchant, SourceID: "1", Conversations: []id.Conversation{"one", "two"}}
	name := b.accept(t, both)
	e.Read = func(ctx context.Context, ref conversation.Ref, _ rights.Request, _ int) error {
		if ref.Conversation == "one" {
			b.erase(t, b.accept(t, rights.Request{Kind: rights.Erase, Conversations: []id.Conversation{"one"}}))
		}
		return nil
	}
	if err := e.Export(t.Context(), shop, name); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("erased in between: %v", err)
	}
	must(t, e.Export(t.Context(), shop, name))
	if files, _ := b.archive(t, e, name); files["conversation-1/messages-0001.json"] != "" || files["conversation-2/messages-0001.json"] == "" {
		t.Errorf("it holds %d files", len(files))
	}
	b.Shelves = []rights.Shelf{rights.Own(b.Requests, e.Bucket, nil)}
	b.erase(t, b.accept(t, rights.Request{Kind: rights.Erase, Conversations: []id.Conversation{"two"}}))
	if _, err := e.Bucket.Stream(t.Context(), rights.FileKey(shop, name), io.Discard); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the copy is still there: %v", err)
	}
	if err := b.Requests.Fetch(t.Context(), shop, name); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the copy can be fetched: %v", err)
	}
	both.SourceID = "2"
	nothing := b.accept(t, both)
	must(t, e.Export(t.Context(), shop, nothing))
	if r := b.want(t, nothing, rights.Done); r.Receipt[0].Outcome != rights.Nothing {
		t.Errorf("after all is erased: %+v", r.Receipt)
	}
}

// What is past its retention is in no copy, whether or not it has been removed.
func TestACopyEndsWithTheRetention(t *testing.T) {
	claim.Proves(t, "C111")
	b := newBench(t)
	b.merchant(t, shop)
	b.chat(t, refOf("one"), "Hello")
	for _, c := range []struct {
		at    time.Duration
		count int
	}{{90*inventory.Day - time.Second, 2}, {90 * inventory.Day, 0}} {
		b.Clock.SetOffset(c.at)
		name := b.accept(t, rights.Request{Kind: rights.Export, Source: rights.FromMerchant, SourceID: c.at.String(), Conversations: []id.Conversation{"one"}})
		must(t, b.exporter(t).Export(t.Context(), shop, name))
		if r := b.want(t, name, rights.Done); r.Receipt[0].Count != c.count {
			t.Errorf("after %v it holds %d messages, want %d", c.at, r.Receipt[0].Count, c.count)
		}
	}
	if rows := b.rows(t, b.main, "one"); len(rows) == 0 {
		t.Error("DynamoDB has removed it, so this proved nothing")
	}
}
