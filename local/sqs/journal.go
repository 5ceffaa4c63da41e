package sqs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// record is one change of the state of one queue.
type record struct {
	Queue      string            `json:"queue"`
	Attributes map[string]string `json:"set,omitempty"`      // the queue exists and has these
	Sequence   uint64            `json:"sequence,omitempty"` // with Attributes: of the newest message then
	Dropped    bool              `json:"drop,omitempty"`     // the queue is gone
	Purged     bool              `json:"purge,omitempty"`    // its messages are gone
	Put        *message          `json:"put,omitempty"`      // a message arrived
	Sent       *sent             `json:"sent,omitempty"`     // a deduplication ID was used
	Seen       *sighting         `json:"seen,omitempty"`     // the message ID was received, or its visibility changed
	ID         string            `json:"id,omitempty"`       // the message Seen is about
	Removed    string            `json:"remove,omitempty"`   // the message with this ID is gone
}

// apply changes the state by r. It is the only code that does, so replaying
// the journal repeats what happened. The caller holds s.mu.
func (s *Server) apply(r record) {
	q := s.queues[r.Queue]
	if q == nil {
		q = newQueue(r.Queue)
		s.queues[r.Queue] = q
	}
	defer q.signal()
	switch {
	case r.Attributes != nil:
		q.attributes, q.settings = r.Attributes, readSettings(r.Attributes)
		s.sequence = max(s.sequence, r.Sequence)
	case r.Dropped:
		delete(s.queues, r.Queue)
	case r.Purged:
		q.purge()
	case r.Put != nil:
		m := *r.Put
		s.sequence = max(s.sequence, m.Sequence)
		q.put(&m)
	case r.Sent != nil:
		q.remember(*r.Sent)
	case r.Seen != nil:
		if m := q.messages[r.ID]; m != nil {
			q.see(m, *r.Seen)
		}
	case r.Removed != "":
		if m := q.messages[r.Removed]; m != nil {
			q.remove(m)
		}
	}
}

// snapshot is the records that rebuild the present state from nothing. The
// caller holds s.mu.
func (s *Server) snapshot() []record {
	var out []record
	for name, q := range s.queues {
		out = append(out, record{Queue: name, Attributes: q.attributes, Sequence: s.sequence})
		for _, key := range q.dedupOrder {
			d := q.dedup[key]
			out = append(out, record{Queue: name, Sent: &d})
		}
		for _, l := range q.heap {
			for _, m := range l.messages {
				out = append(out, record{Queue: name, Put: m})
			}
		}
	}
	return out
}

// journal is a file of records, one JSON text per line.
type journal struct {
	path    string
	file    *os.File
	records int // in the file
	limit   int // rewrite the file when it has more
}

// compactAfter is the least number of records worth rewriting the file for.
const compactAfter = 20_000

// openJournal replays the journal in dir, then rewrites it as short as it
// can be.
func openJournal(dir string, apply func(record), snapshot func() []record) (*journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	j := &journal{path: filepath.Join(dir, "queues.jsonl")}
	text, err := os.ReadFile(j.path)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	records, err := readRecords(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.path, err)
	}
	for _, r := range records {
		apply(r)
	}
	return j, j.rewrite(snapshot())
}

// readRecords reads a journal. A last line without its end was being written
// when the process died and was never acknowledged: it is left out.
func readRecords(text []byte) ([]record, error) {
	end := bytes.LastIndexByte(text, '\n') + 1
	d := json.NewDecoder(bytes.NewReader(text[:end]))
	var records []record
	for {
		var r record
		if err := d.Decode(&r); err == io.EOF {
			return records, nil
		} else if err != nil {
			return nil, fmt.Errorf("record %d: %w", len(records)+1, err)
		}
		records = append(records, r)
	}
}

func encodeRecords(records []record) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, r := range records {
		if err := e.Encode(r); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// append writes records in one piece. The file is not synced: it survives the
// process, which is all that a restart of the local cloud asks for.
func (j *journal) append(records []record) error {
	text, err := encodeRecords(records)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(text); err != nil {
		return err
	}
	j.records += len(records)
	return nil
}

func (j *journal) compactIfLong(snapshot func() []record) error {
	if j.records <= j.limit {
		return nil
	}
	return j.rewrite(snapshot())
}

// rewrite replaces the file's content by records.
func (j *journal) rewrite(records []record) error {
	text, err := encodeRecords(records)
	if err != nil {
		return err
	}
	next := j.path + ".new"
	if err := os.WriteFile(next, text, 0o600); err != nil {
		return err
	}
	if err := os.Rename(next, j.path); err != nil {
		return err
	}
	file, err := os.OpenFile(j.path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if j.file != nil {
		j.file.Close()
	}
	j.file, j.records, j.limit = file, len(records), compactAfter+4*len(records)
	return nil
}

func (j *journal) close() error { return j.file.Close() }
