package conversation

import (
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"omniops/shared/conversation/pack"
)

// The dictionaries hold what most messages have in common: how shops put things,
// in v2, and the prompt in an answer's ledger entry with the frame around it, in
// v1. Once there are merchants they never change, or old messages could not be
// read; a better one is another file with a number of its own.
//
//go:embed message.v1.dict
var dictionaryV1 string

//go:embed message.v2.dict
var dictionaryV2 string

// packer makes long messages small before they are sealed.
var packer = pack.New(dictionaryV2 + dictionaryV1)

// The first byte of a message says how it is kept.
const (
	plain    = 0 // JSON
	packedV1 = 1 // JSON, deflated with dictionaryV1
	packedV2 = 2 // the length of what is said, as a varint, then both parts of the content, packed
)

// packFrom is the shortest message that is worth packing, in bytes.
const packFrom = 512

// encodeContent gives a content as it is sealed. What was said comes first, so that
// whoever reads a conversation unpacks no more than that.
func encodeContent(c content) ([]byte, error) {
	said, err := json.Marshal(c.said)
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	if c.Ledger == nil && len(said) < packFrom {
		return append([]byte{plain}, said...), nil
	}
	packed, err := packer.Pack(append(said, c.Ledger...))
	if err != nil {
		return nil, fmt.Errorf("pack message: %w", err)
	}
	return append(binary.AppendUvarint([]byte{packedV2}, uint64(len(said))), packed...), nil
}

// decodeContent gives the content that encodeContent was given; without its ledger
// entry, unless that is wanted.
func decodeContent(kept string, withLedger bool) (content, error) {
	var c content
	if kept == "" {
		return c, fmt.Errorf("a message of no bytes")
	}
	how, kept := kept[0], kept[1:]
	switch how {
	case plain:
		return c, decode(&c, kept)
	case packedV1:
		text, err := io.ReadAll(io.LimitReader(flate.NewReaderDict(strings.NewReader(kept), []byte(dictionaryV1)), pack.MaxText+1))
		if err != nil {
			return c, fmt.Errorf("unpack message of %d bytes: %w", len(kept), err)
		}
		if len(text) > pack.MaxText {
			return c, fmt.Errorf("a message of %d bytes unpacks to more than %d", len(kept), pack.MaxText)
		}
		return c, decode(&c, string(text))
	case packedV2:
		said, n := binary.Uvarint([]byte(kept))
		if n <= 0 || said > pack.MaxText {
			return c, fmt.Errorf("a message of %d bytes does not say what is said in it", len(kept))
		}
		wanted := int(said)
		if withLedger {
			wanted = pack.MaxText
		}
		text, err := packer.Unpack([]byte(kept[n:]), wanted)
		if err != nil || len(text) < int(said) {
			return c, fmt.Errorf("unpack message of %d bytes: %w", len(kept), err)
		}
		if len(text) > int(said) {
			c.Ledger = text[said:]
		}
		return c, decode(&c.said, string(text[:said]))
	}
	return c, fmt.Errorf("a message of %d bytes is packed in an unknown way", len(kept))
}

func decode(v any, text string) error {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("decode message: %w", err)
	}
	return nil
}
