package s3

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// A blob's file is
//
//	body | object as JSON | length of that JSON (8)
//
// so that an object is one file, put in place by one rename.

const (
	blobSuffix  = ".object"
	draftSuffix = ".draft"
)

// blob is where an object's body is.
type blob struct {
	path string // "" if it is in memory
	body []byte
}

// open reads length bytes from start.
func (b blob) open(start, length int64) (io.ReadCloser, error) {
	if b.path == "" {
		return io.NopCloser(bytes.NewReader(b.body[start : start+length])), nil
	}
	f, err := os.Open(b.path)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(f, start, length), f}, nil
}

func (b blob) remove() error {
	if b.path == "" {
		return nil
	}
	return os.Remove(b.path)
}

// draft is a blob being written.
type draft struct {
	io.Writer
	file   *os.File      // nil in memory
	memory *bytes.Buffer // nil in a file
}

// newDraft starts a blob in dir, or in memory if dir is "".
func newDraft(dir string) (*draft, error) {
	if dir == "" {
		var b bytes.Buffer
		return &draft{Writer: &b, memory: &b}, nil
	}
	f, err := os.CreateTemp(dir, "*"+draftSuffix)
	if err != nil {
		return nil, err
	}
	return &draft{Writer: f, file: f}, nil
}

// keep makes the draft the blob of o, in place of the one before.
func (d *draft) keep(o *object) (blob, error) {
	if d.file == nil {
		return blob{body: d.memory.Bytes()}, nil
	}
	about, err := json.Marshal(o)
	if err != nil {
		return blob{}, err
	}
	if _, err := d.file.Write(binary.BigEndian.AppendUint64(about, uint64(len(about)))); err != nil {
		return blob{}, err
	}
	name := sha256.Sum256([]byte(o.Key)) // a key may be longer than a file's name, or differ by case only
	path := filepath.Join(filepath.Dir(d.file.Name()), hex.EncodeToString(name[:])+blobSuffix)
	return blob{path: path}, os.Rename(d.file.Name(), path)
}

// discard ends the draft, kept or not.
func (d *draft) discard() {
	if d.file != nil {
		d.file.Close()
		os.Remove(d.file.Name()) // not there any more if it was kept
	}
}

// readBlobs yields the objects in dir and removes drafts that were never
// finished.
func readBlobs(dir string, yield func(*object)) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case strings.HasSuffix(e.Name(), draftSuffix):
			if err := os.Remove(path); err != nil {
				return err
			}
		case strings.HasSuffix(e.Name(), blobSuffix):
			o, err := readBlob(path)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			yield(o)
		}
	}
	return nil
}

func readBlob(path string) (*object, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	o, err := readTrailer(f, info.Size())
	if err != nil {
		return nil, err
	}
	o.blob = blob{path: path}
	return o, nil
}

var errNoTrailer = errors.New("not the file of an object")

// readTrailer reads what a blob's file of this size says about its object.
func readTrailer(r io.ReaderAt, size int64) (*object, error) {
	var length [8]byte
	if size < int64(len(length)) {
		return nil, errNoTrailer
	}
	if _, err := r.ReadAt(length[:], size-int64(len(length))); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint64(length[:])
	body := size - int64(len(length)) - int64(n)
	if n > uint64(size) || body < 0 {
		return nil, errNoTrailer
	}
	about := make([]byte, n)
	if _, err := r.ReadAt(about, body); err != nil {
		return nil, err
	}
	var o object
	if err := json.Unmarshal(about, &o); err != nil {
		return nil, err
	}
	if o.Size != body {
		return nil, errNoTrailer
	}
	return &o, nil
}
