package kms

import (
	"bytes"
	"maps"
	"testing"

	"pgregory.net/rapid"
)

// The law of encryption: the same context opens it, whatever key rotations lie
// between, and no other context, no other key and no changed byte does.
func TestEncryptionLaw(t *testing.T) {
	contexts := rapid.MapOfN(rapid.StringN(0, 6, -1), rapid.StringN(0, 6, -1), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		k := newKey("law", "", "", start)
		plaintext := rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(t, "plaintext")
		context := contexts.Draw(t, "context")
		ciphertext := k.seal(plaintext, context)
		for range rapid.IntRange(0, 3).Draw(t, "rotations") {
			k.Material = append(k.Material, newMaterial())
		}
		open := func(k key, b []byte, context map[string]string) ([]byte, error) {
			h, sealed, err := parseCiphertext(b)
			if err != nil {
				return nil, err
			}
			return k.open(h, sealed, context)
		}

		if got, err := open(k, ciphertext, context); err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("opened %x, %v, want %x", got, err, plaintext)
		}
		if other := contexts.Draw(t, "other context"); !maps.Equal(other, context) {
			if _, err := open(k, ciphertext, other); err == nil {
				t.Fatalf("%v opened what %v sealed", other, context)
			}
		}
		if _, err := open(newKey("law", "", "", start), ciphertext, context); err == nil {
			t.Fatal("another key opened it")
		}
		changed := bytes.Clone(ciphertext)
		changed[rapid.IntRange(0, len(changed)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := open(k, changed, context); err == nil {
			t.Fatal("a changed ciphertext was opened")
		}
	})
}

// What parses as a ciphertext is its header and the rest, byte for byte.
func FuzzParseCiphertext(f *testing.F) {
	f.Add(newKey("k", "", "", start).seal([]byte("x"), nil))
	f.Add([]byte{version, 200})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, sealed, err := parseCiphertext(b)
		if err != nil {
			return
		}
		if again := append(h.bytes(), sealed...); !bytes.Equal(again, b) {
			t.Fatalf("%x became %x", b, again)
		}
		if len(sealed) < nonceSize {
			t.Fatalf("no nonce in %x", b)
		}
		if _, err := newKey(h.keyID, "", "", start).open(h, sealed, nil); err == nil {
			t.Fatal("opened under a fresh key")
		}
	})
}
