package sqs

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// tempDir is a folder for one run of a law.
func tempDir(t *rapid.T) string {
	dir, err := os.MkdirTemp("", "sqs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestRestart(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, dir)
	url := b.queue("work", "VisibilityTimeout", "60")
	b.send(url, "held")
	held := b.receive(url, 1)[0]
	b.send(url, "waiting")
	b.server.Close()

	// The process died while it wrote a record.
	file, err := os.OpenFile(filepath.Join(dir, "queues.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`{"queue":"work","put":{"id":"ha`); err != nil {
		t.Fatal(err)
	}
	file.Close()

	b = newBench(t, dir)
	url = b.queue("work", "VisibilityTimeout", "60")
	b.wantBodies(b.receive(url, 10), "waiting")
	b.delete(url, held)
	b.pass(time.Minute)
	b.wantBodies(b.receive(url, 10), "waiting")
}

func TestReleaseAfterARestart(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, dir)
	url := b.queue("work", "VisibilityTimeout", "3600")
	b.send(url, "held")
	b.receive(url, 1)
	b.server.Close() // and whoever held the message

	b = newBench(t, dir)
	url = b.queue("work", "VisibilityTimeout", "3600")
	b.wantBodies(b.receive(url, 10))
	if err := b.server.Release(); err != nil {
		t.Fatal(err)
	}
	b.wantBodies(b.receive(url, 10), "held")
}

func TestCompaction(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, dir)
	url := b.queue("work")
	b.server.journal.limit = 10
	for range 10 {
		b.send(url, "x")
		b.delete(url, b.receive(url, 1)[0])
		b.server.journal.limit = min(b.server.journal.limit, 10)
	}
	if b.server.journal.records > 10 {
		t.Errorf("the journal has %d records for one empty queue", b.server.journal.records)
	}
	b.send(url, "last")
	b.server.Close()
	b = newBench(t, dir)
	b.wantBodies(b.receive(b.queue("work"), 1), "last")
}

func TestDamagedJournalIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "queues.jsonl"), []byte("{\"queue\":\"a\"\n{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{Dir: dir}); err == nil {
		t.Error("a damaged journal was opened")
	}
}

// A journal that can be read is written back as records that read the same.
func FuzzReadRecords(f *testing.F) {
	f.Add([]byte(`{"queue":"work","set":{"VisibilityTimeout":"30"},"sequence":3}` + "\n"))
	f.Add([]byte(`{"queue":"work","put":{"id":"1","body":"x","sequence":1,"sent":"2026-03-01T12:00:00Z"}}` + "\n" + `{"queue":"work","remove":"1"}` + "\n{"))
	f.Add([]byte(`{"queue":"w.fifo","sent":{"key":"k","id":"1","sequence":1,"at":"2026-03-01T12:00:00Z"}}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		records, err := readRecords(text)
		if err != nil {
			return
		}
		first, err := encodeRecords(records)
		if err != nil {
			return // a time beyond the year 9999
		}
		again, err := readRecords(first)
		if err != nil {
			t.Fatalf("wrote %q, which cannot be read: %v", first, err)
		}
		second, err := encodeRecords(again)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("wrote (-first +second), %v:\n%s", err, cmp.Diff(string(first), string(second)))
		}
	})
}
