package conversation

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
)

// dictionary holds what most ledger entries have in common: the prompt and the
// frame around it. It never changes, or old entries could not be read; a better
// one is a second file with a number of its own.
//
//go:embed ledger.v1.dict
var dictionary []byte

// packedV1 is the first byte of an entry that was packed with dictionary.
const packedV1 = 1

// maxEntry bounds a ledger entry when it is unpacked, in bytes.
const maxEntry = 1 << 20

// packer makes ledger entries small before they are sealed: a prompt is text
// that repeats itself, and DynamoDB charges by the kilobyte. It is safe for
// concurrent use.
type packer struct{ writers sync.Pool }

// pack gives what unpack turns back into the entry.
func (p *packer) pack(entry []byte) (string, error) {
	out := bytes.NewBuffer([]byte{packedV1})
	w, ok := p.writers.Get().(*flate.Writer)
	if ok {
		w.Reset(out) // keeps the dictionary
	} else {
		var err error
		if w, err = flate.NewWriterDict(out, flate.DefaultCompression, dictionary); err != nil {
			return "", err
		}
	}
	if _, err := w.Write(entry); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	p.writers.Put(w)
	return out.String(), nil
}

// unpack gives the entry that pack was given.
func unpack(packed string) (string, error) {
	if packed == "" || packed[0] != packedV1 {
		return "", fmt.Errorf("a ledger entry of %d bytes is packed in an unknown way", len(packed))
	}
	r := flate.NewReaderDict(strings.NewReader(packed[1:]), dictionary)
	entry, err := io.ReadAll(io.LimitReader(r, maxEntry+1))
	if err != nil {
		return "", fmt.Errorf("unpack ledger entry of %d bytes: %w", len(packed), err)
	}
	if len(entry) > maxEntry {
		return "", fmt.Errorf("a ledger entry of %d bytes unpacks to more than %d", len(packed), maxEntry)
	}
	return string(entry), nil
}
