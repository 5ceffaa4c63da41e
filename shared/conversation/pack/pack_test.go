package pack_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"omniops/shared/conversation/pack"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const dictionary = `You may return most items within 14 days of delivery. {"text":"","sources":[]} Delivery costs £3.95 and takes 2 to 3 working days.`

// One for all, as a function has it: what one message taught must not reach the
// next.
var packer = pack.New(dictionary)

// Whatever is packed comes back, and so does each beginning of it.
func TestPackIsReversible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.OneOf(rapid.String(), rapid.SampledFrom(strings.SplitAfter(dictionary, " ")), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
		text := strings.Repeat(strings.Join(rapid.SliceOf(piece).Draw(t, "pieces"), ""), rapid.IntRange(1, 50).Draw(t, "times"))
		packed, err := packer.Pack([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := pack.New(dictionary).Pack([]byte(text)); !bytes.Equal(again, packed) {
			t.Fatalf("packed as %x after others, as %x before", packed, again)
		}
		n := rapid.IntRange(0, len(text)+10).Draw(t, "at most")
		if got, err := packer.Unpack(packed, n); err != nil || string(got) != text[:min(n, len(text))] {
			t.Fatalf("got %q, %v; want %q", got, err, text[:min(n, len(text))])
		}
	})
}

func TestTextsThatAreTooLong(t *testing.T) {
	if _, err := packer.Pack(make([]byte, pack.MaxText+1)); err == nil {
		t.Error("packed")
	}
	packed, err := packer.Pack(make([]byte, pack.MaxText))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := packer.Unpack(packed, pack.MaxText); err != nil || len(got) != pack.MaxText || len(packed) > 64 {
		t.Errorf("%d bytes of %d, %v", len(got), len(packed), err)
	}
}

// What was packed by an earlier version can be read by this one.
func TestFormat(t *testing.T) {
	const text = `{"text":"Delivery costs £3.95 and takes 2 to 3 working days [1].","sources":[{"n":1,"title":"Delivery › Delivery"}]} Привет 😀`
	const golden = "testdata/message.golden"
	packed, err := packer.Pack([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(hex.EncodeToString(packed)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	before, err := hex.DecodeString(strings.TrimSpace(string(stored)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := packer.Unpack(before, pack.MaxText); err != nil || string(got) != text {
		t.Errorf("got %q, %v", got, err)
	}
	if !bytes.Equal(packed, before) {
		t.Errorf("is packed as %x now", packed)
	}
}

func TestWhatWasNotPacked(t *testing.T) {
	for name, packed := range map[string]string{
		"nothing":            "",
		"no bytes behind it": "\x80\x80\x01",
		"half a length":      "\xff",
		"too long":           "\xff\xff\xff\x7f\x01",
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := packer.Unpack([]byte(packed), pack.MaxText); !errors.Is(err, pack.ErrPacked) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// Bytes of any kind give a text that is no longer than was asked for, or nothing.
func FuzzUnpack(f *testing.F) {
	packed, err := packer.Pack([]byte(dictionary + dictionary))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed, 1000)
	f.Add([]byte("\x05hello"), 3)
	f.Add([]byte("\xff\xff\x3f\x00\xff"), 1<<20)
	f.Fuzz(func(t *testing.T, packed []byte, atMost int) {
		if text, err := packer.Unpack(packed, max(atMost, 0)); err == nil && len(text) > min(max(atMost, 0), pack.MaxText) {
			t.Fatalf("%d bytes came out, at most %d were wanted", len(text), atMost)
		}
	})
}

// A text comes back as it was, whatever it is.
func FuzzPack(f *testing.F) {
	f.Add([]byte(dictionary))
	f.Add([]byte("How long do I have to return a kettle?"))
	f.Add(bytes.Repeat([]byte{0, 255}, 300))
	f.Fuzz(func(t *testing.T, text []byte) {
		packed, err := packer.Pack(text)
		if err != nil {
			if len(text) <= pack.MaxText {
				t.Fatalf("%d bytes are refused: %v", len(text), err)
			}
			return
		}
		if got, err := packer.Unpack(packed, pack.MaxText); err != nil || !bytes.Equal(got, text) {
			t.Fatalf("got %q, %v", got, err)
		}
	})
}
