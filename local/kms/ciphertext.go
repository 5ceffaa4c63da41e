package kms

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
)

// A ciphertext is
//
//	version (1) | length of key ID (1) | key ID | generation (4) | nonce (12) | AES-256-GCM
//
// and everything before the nonce, with the encryption context, is its
// additional data.

const (
	version   = 1
	nonceSize = 12
)

var errNotOurs = errors.New("not a ciphertext of this version")

// header is the part of a ciphertext that says how to read the rest.
type header struct {
	keyID      string
	generation uint32 // index into the key's material
}

func (h header) bytes() []byte {
	b := append([]byte{version, byte(len(h.keyID))}, h.keyID...)
	return binary.BigEndian.AppendUint32(b, h.generation)
}

// parseCiphertext splits a ciphertext; sealed is the nonce and what follows.
func parseCiphertext(b []byte) (h header, sealed []byte, err error) {
	if len(b) < 2 || b[0] != version {
		return header{}, nil, errNotOurs
	}
	n := int(b[1])
	if len(b) < 2+n+4+nonceSize {
		return header{}, nil, errNotOurs
	}
	h = header{keyID: string(b[2 : 2+n]), generation: binary.BigEndian.Uint32(b[2+n:])}
	return h, b[2+n+4:], nil
}

// additionalData binds a ciphertext to its header and encryption context.
// Lengths keep neighbouring texts apart, sorting makes the order not matter.
func additionalData(h header, context map[string]string) []byte {
	b := h.bytes()
	add := func(text string) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
		b = append(b, text...)
	}
	for _, k := range slices.Sorted(maps.Keys(context)) {
		add(k)
		add(context[k])
	}
	return b
}

func newGCM(material []byte) cipher.AEAD {
	block, err := aes.NewCipher(material)
	if err != nil {
		panic(err) // material is materialSize bytes
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return gcm
}

// seal encrypts under the newest material of k.
func (k key) seal(plaintext []byte, context map[string]string) []byte {
	h := header{keyID: k.ID, generation: uint32(len(k.Material) - 1)}
	nonce := make([]byte, nonceSize)
	rand.Read(nonce)
	out := append(h.bytes(), nonce...)
	return newGCM(k.Material[h.generation]).Seal(out, nonce, plaintext, additionalData(h, context))
}

// open decrypts what seal made of the same context under k.
func (k key) open(h header, sealed []byte, context map[string]string) ([]byte, error) {
	if int64(h.generation) >= int64(len(k.Material)) {
		return nil, errNotOurs
	}
	return newGCM(k.Material[h.generation]).Open(nil, sealed[:nonceSize], sealed[nonceSize:], additionalData(h, context))
}
