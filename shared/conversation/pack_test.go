package conversation

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPackIsReversible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entry := rapid.String().Draw(t, "entry")
		packed, err := pack([]byte(entry))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unpack(packed); err != nil || got != entry {
			t.Fatalf("got %q, %v; want %q", got, err, entry)
		}
	})
}

func TestPackMakesPromptsSmall(t *testing.T) {
	prompt := strings.Repeat("You may return a kettle within 30 days of delivery, even if you have used it. ", 40)
	packed, err := pack([]byte(prompt))
	if err != nil || len(packed) > len(prompt)/4 {
		t.Errorf("%d of %d bytes, %v", len(packed), len(prompt), err)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add("")
	f.Add("\x01\x00\x00\xff\xff")
	f.Fuzz(func(t *testing.T, packed string) {
		if entry, err := unpack(packed); err == nil && len(entry) > maxEntry {
			t.Fatalf("%d bytes came out", len(entry))
		}
	})
}
