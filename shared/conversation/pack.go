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

// The first byte of a message says how it is kept.
const (
	plain    = 0
	packedV1 = 1 // with dictionary
)

// packFrom is the shortest message that is worth packing, in bytes.
const packFrom = 512

// maxMessage bounds a message when it is unpacked, in bytes.
const maxMessage = 1 << 20

// packer makes long messages small before they are sealed: an answer with its
// prompt is text that repeats itself, and DynamoDB charges by the kilobyte. It
// is safe for concurrent use.
//
// It keeps one writer for good, as that is most of a megabyte.
type packer struct {
	mu     sync.Mutex
	writer *flate.Writer
}

// warm makes the writer, so that nobody waits for it.
func (p *packer) warm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.reset(io.Discard) // pack would find the same
}

// reset points the writer to w. The lock is held.
func (p *packer) reset(w io.Writer) (err error) {
	if p.writer != nil {
		p.writer.Reset(w) // keeps the dictionary
		return nil
	}
	p.writer, err = flate.NewWriterDict(w, flate.DefaultCompression, dictionary)
	return err
}

// pack gives what unpack turns back into the message.
func (p *packer) pack(message []byte) (string, error) {
	if len(message) < packFrom {
		return string(append([]byte{plain}, message...)), nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	out := bytes.NewBuffer([]byte{packedV1})
	if err := p.reset(out); err != nil {
		return "", err
	}
	if _, err := p.writer.Write(message); err != nil {
		return "", err
	}
	if err := p.writer.Close(); err != nil {
		return "", err
	}
	return out.String(), nil
}

// unpack gives the message that pack was given.
func unpack(packed string) (string, error) {
	if packed != "" && packed[0] == plain {
		return packed[1:], nil
	}
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
