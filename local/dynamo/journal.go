package dynamo

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"omniops/local/dynamo/attribute"
)

// journal is the log of all changes since a snapshot, with which it begins.
// Each line is the CRC-32 of a record in hexadecimal, a space, and the record
// as JSON; a line is written by one call, so that a process that ends in the
// middle leaves at most one torn line, the last.
type journal struct {
	path   string
	file   *os.File
	size   int64
	limit  int64 // the size at which it is rewritten
	broken error // set once a failed write could not be undone
}

// logRecord is a line of the journal: one of its members.
type logRecord struct {
	Define *definition `json:",omitempty"` // a table is new or set differently
	Drop   string      `json:",omitempty"` // a table is gone
	Writes []logWrite  `json:",omitempty"` // items changed together
}

type logWrite struct {
	Table  string
	Put    attribute.Map `json:",omitempty"` // the item
	Delete attribute.Map `json:",omitempty"` // the key
}

const (
	journalName  = "dynamodb.log"
	minimumLimit = 64 << 20
)

// open reads the folder's journal, if there is one, and rewrites it as a
// snapshot.
func (s *Server) open(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("open tables: %w", err)
	}
	path := filepath.Join(dir, journalName)
	if err := s.replay(path); err != nil {
		return fmt.Errorf("open tables: %w", err)
	}
	if err := s.snapshot(path); err != nil {
		return fmt.Errorf("open tables: %w", err)
	}
	return nil
}

// replay carries out every record of a journal.
func (s *Server) replay(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<20)
	for number := 1; ; number++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil // what is left of a torn line never got its answer
		}
		if err != nil {
			return err
		}
		record, err := parseLine(line)
		if err == nil {
			err = s.redo(record)
		}
		if err != nil {
			return fmt.Errorf("%s line %d: %w", path, number, err)
		}
	}
}

func parseLine(line []byte) (record logRecord, err error) {
	sum, body, ok := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
	if !ok || string(sum) != checksum(body) {
		return record, errors.New("the checksum does not match")
	}
	return record, json.Unmarshal(body, &record)
}

func checksum(body []byte) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE(body)) }

func (s *Server) redo(r logRecord) error {
	if r.Define != nil {
		t, err := r.Define.build()
		if err != nil {
			return err
		}
		if old := s.tables[t.name()]; old != nil {
			old.definition = t.definition
		} else {
			s.tables[t.name()] = t
		}
	}
	delete(s.tables, r.Drop)
	for _, w := range r.Writes {
		t := s.tables[w.Table]
		if t == nil {
			return fmt.Errorf("there is no table %s", w.Table)
		}
		if w.Put != nil {
			t.replace(t.key.position(w.Put), w.Put)
		} else {
			t.replace(t.key.position(w.Delete), nil)
		}
	}
	return nil
}

// snapshot writes all tables into a new journal, puts it in the place of the
// old one and goes on with it.
func (s *Server) snapshot(path string) error {
	temporary := path + ".new"
	file, err := os.OpenFile(temporary, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	size := int64(0)
	write := func(line []byte, err error) error {
		if err != nil {
			return err
		}
		size += int64(len(line))
		_, err = out.Write(line)
		return err
	}
	for _, name := range sortedKeys(s.tables) {
		t := s.tables[name]
		err = errors.Join(err, write(encodeRecord(logRecord{Define: &t.definition})))
		t.items.Ascend(func(e entry) bool {
			err = write(encodeChanges([]change{{table: t, item: e.item}}), err)
			return err == nil
		})
	}
	if err = errors.Join(err, out.Flush()); err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	if s.journal != nil {
		err = s.journal.file.Close()
	}
	s.journal = &journal{path: path, file: file, size: size, limit: max(minimumLimit, 4*size)}
	return err
}

// log records a change of the tables themselves, for the caller who holds the lock.
func (s *Server) log(r logRecord) error {
	if s.journal == nil {
		return nil
	}
	line, err := encodeRecord(r)
	if err != nil {
		return err
	}
	return s.journal.append(line)
}

// logChanges records changes of items in one line, and rewrites the journal
// beforehand when it has grown too long.
func (s *Server) logChanges(changes []change) error {
	if s.journal == nil {
		return nil
	}
	if s.journal.size > s.journal.limit && s.journal.broken == nil {
		if err := s.snapshot(s.journal.path); err != nil {
			return err
		}
	}
	return s.journal.append(encodeChanges(changes))
}

func encodeRecord(r logRecord) ([]byte, error) {
	body, err := json.Marshal(r)
	return sealLine(append(make([]byte, lineStart), body...)), err
}

// encodeChanges is encodeRecord for the record that is written most.
func encodeChanges(changes []change) []byte {
	line := append(make([]byte, lineStart), `{"Writes":[`...)
	for i, c := range changes {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(append(line, `{"Table":"`...), c.table.name()...)
		if c.item != nil {
			line = c.item.AppendJSON(append(line, `","Put":`...))
		} else {
			line = c.key.AppendJSON(append(line, `","Delete":`...))
		}
		line = append(line, '}')
	}
	return sealLine(append(line, "]}"...))
}

const lineStart = 9 // the checksum and a space

// sealLine fills the start of a line and ends it.
func sealLine(line []byte) []byte {
	copy(line, checksum(line[lineStart:])+" ")
	return append(line, '\n')
}

func (j *journal) append(line []byte) error {
	if j.broken != nil {
		return j.broken
	}
	_, err := j.file.Write(line)
	if err == nil {
		j.size += int64(len(line))
		return nil
	}
	if undo := errors.Join(j.file.Truncate(j.size), seek(j.file, j.size)); undo != nil {
		j.broken = errors.Join(err, undo)
	}
	return fmt.Errorf("log change: %w", err)
}

func seek(file *os.File, to int64) error {
	_, err := file.Seek(to, io.SeekStart)
	return err
}

func (j *journal) close() error {
	if errors.Is(j.broken, errClosed) {
		return nil
	}
	j.broken = errClosed
	return j.file.Close()
}

var errClosed = errors.New("the tables are closed")
