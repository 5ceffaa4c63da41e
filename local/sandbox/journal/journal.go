// Package journal keeps what happened to a stand-in in a file, a line of JSON each,
// so that it is the same after a restart.
package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Journal is a file of entries. The nil Journal keeps nothing. It is not safe for
// concurrent use.
type Journal[T any] struct {
	file   *os.File
	failed error // the first, after which nothing is kept
}

// Open opens a journal, and gives what it holds. A last line that was cut short, as
// when the machine stopped, is dropped.
func Open[T any](path string) (*Journal[T], []T, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	var all []T
	for line := range bytes.Lines(whole) {
		var entry T
		if err := json.Unmarshal(line, &entry); err != nil {
			return nil, nil, fmt.Errorf("%s, line %d: %w", path, len(all)+1, err)
		}
		all = append(all, entry)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, err
	}
	if err := file.Truncate(int64(len(whole))); err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return &Journal[T]{file: file}, all, nil
}

// Add keeps an entry. Close tells whether all were.
func (j *Journal[T]) Add(entry T) {
	if j == nil || j.failed != nil {
		return
	}
	line, err := json.Marshal(entry)
	if err == nil {
		_, err = j.file.Write(append(line, '\n'))
	}
	j.failed = err
}

// Restart forgets all entries.
func (j *Journal[T]) Restart() {
	if j != nil && j.failed == nil {
		j.failed = j.file.Truncate(0)
	}
}

// Close closes the file, and gives the first error that kept an entry from it.
func (j *Journal[T]) Close() error {
	if j == nil {
		return nil
	}
	return errors.Join(j.failed, j.file.Close())
}
