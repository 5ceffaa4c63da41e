package conversation

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPackIsReversible(t *testing.T) {
	var p packer // one for all: its writers are used again
	rapid.Check(t, func(t *rapid.T) {
		entry := strings.Repeat(rapid.String().Draw(t, "entry"), rapid.IntRange(1, 200).Draw(t, "times"))
		packed, err := p.pack([]byte(entry))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unpack(packed); err != nil || got != entry {
			t.Fatalf("got %q, %v; want %q", got, err, entry)
		}
	})
}

// The frame and the prompt cost next to nothing; what is left are the passages.
func TestPackMakesPromptsSmall(t *testing.T) {
	var p packer
	entry := strings.ReplaceAll(string(dictionary), "the shop", "Fern & Co")
	packed, err := p.pack([]byte(entry))
	if err != nil || len(packed) > len(entry)/10 {
		t.Errorf("%d of %d bytes, %v", len(packed), len(entry), err)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add("")
	f.Add("\x01\x00\x00\xff\xff")
	f.Fuzz(func(t *testing.T, packed string) {
		if entry, err := unpack(packed); err == nil && len(entry) > maxMessage {
			t.Fatalf("%d bytes came out", len(entry))
		}
	})
}
