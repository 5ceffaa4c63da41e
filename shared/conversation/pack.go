package conversation

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"strings"
)

// maxEntry bounds a ledger entry when it is unpacked, in bytes.
const maxEntry = 1 << 20

// pack makes a ledger entry small before it is sealed: a prompt is text that
// repeats itself, and DynamoDB charges by the kilobyte.
func pack(entry []byte) (string, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(entry); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return out.String(), nil
}

// unpack gives the entry that pack was given.
func unpack(packed string) (string, error) {
	r := flate.NewReader(strings.NewReader(packed))
	entry, err := io.ReadAll(io.LimitReader(r, maxEntry+1))
	if err != nil || len(entry) > maxEntry {
		return "", fmt.Errorf("unpack ledger entry of %d bytes: %w", len(packed), err)
	}
	return string(entry), nil
}
