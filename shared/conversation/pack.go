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

// dictionary holds what most messages have in common: the prompt in an answer's
// ledger entry and the frame around it. Once there are merchants it never
// changes, or old messages could not be read; a better one is a second file with
// a number of its own.
//
//go:embed message.v1.dict
var dictionary []byte

// packedV1 is the first byte of what was packed with dictionary.
const packedV1 = 1

// maxMessage bounds a message when it is unpacked, in bytes.
const maxMessage = 1 << 20

// packer makes messages small before they are sealed: an answer with its prompt
// is text that repeats itself, and DynamoDB charges by the kilobyte. It is safe
// for concurrent use.
type packer struct{ writers sync.Pool }

// pack gives what unpack turns back into the message.
func (p *packer) pack(message []byte) (string, error) {
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
	if _, err := w.Write(message); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	p.writers.Put(w)
	return out.String(), nil
}

// unpack gives the message that pack was given.
func unpack(packed string) (string, error) {
	if packed == "" || packed[0] != packedV1 {
		return "", fmt.Errorf("a message of %d bytes is packed in an unknown way", len(packed))
	}
	r := flate.NewReaderDict(strings.NewReader(packed[1:]), dictionary)
	message, err := io.ReadAll(io.LimitReader(r, maxMessage+1))
	if err != nil {
		return "", fmt.Errorf("unpack message of %d bytes: %w", len(packed), err)
	}
	if len(message) > maxMessage {
		return "", fmt.Errorf("a message of %d bytes unpacks to more than %d", len(packed), maxMessage)
	}
	return string(message), nil
}
