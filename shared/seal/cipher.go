package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"omniops/shared/id"
)

// keySize is that of AES-256, in bytes.
const keySize = 32

// A sealed text is: version (1 byte), day (4 bytes: days since 1970-01-01), mark
// of the key (4 bytes), nonce (12 bytes), ciphertext and tag. The header is
// authenticated with it.
const (
	version    = 1
	dayAt      = 1
	markAt     = dayAt + 4
	markSize   = 4
	headerSize = markAt + markSize
	nonceSize  = 12
)

// errSealed is a sealed text or key that has been changed since it was made.
var errSealed = errors.New("sealed text does not open")

// day counts days since 1970-01-01 UTC.
type day uint32

func dayOf(t time.Time) day { return day(t.UTC().Unix() / 86400) }

// String is the day as 2006-01-02.
func (d day) String() string { return d.start().Format(time.DateOnly) }

func (d day) start() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func aead(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// subjectDayKey seals one subject's text of one day. Its mark tells it from a key
// that took its place after it was destroyed.
type subjectDayKey struct {
	aead cipher.AEAD
	mark []byte
}

// textKey combines a day's key and a subject's, so that without either one the
// text is unreadable.
func textKey(dayKey, subjectKey []byte, t id.Tenant, s id.Shopper, d day) (subjectDayKey, error) {
	secret := make([]byte, 0, len(dayKey)+len(subjectKey))
	secret = append(append(secret, dayKey...), subjectKey...)
	info := fmt.Sprintf("omniops text v1|%s|%s|%s", t, s, d)
	out, err := hkdf.Key(sha256.New, secret, nil, info, keySize+markSize)
	if err != nil {
		return subjectDayKey{}, err
	}
	gcm, err := aead(out[:keySize])
	return subjectDayKey{gcm, out[keySize:]}, err
}

func sealText(k subjectDayKey, d day, plain []byte) Text {
	out := make([]byte, headerSize+nonceSize, headerSize+nonceSize+len(plain)+k.aead.Overhead())
	out[0] = version
	binary.BigEndian.PutUint32(out[dayAt:], uint32(d))
	copy(out[markAt:], k.mark)
	nonce := out[headerSize : headerSize+nonceSize]
	_, _ = rand.Read(nonce) // documented never to fail
	return k.aead.Seal(out, nonce, plain, out[:headerSize])
}

// sealedDay reads which day's key a sealed text needs.
func sealedDay(t Text) (day, error) {
	if len(t) < headerSize+nonceSize || t[0] != version {
		return 0, errSealed
	}
	return day(binary.BigEndian.Uint32(t[dayAt:])), nil
}

func openText(k subjectDayKey, t Text) ([]byte, error) {
	if !bytes.Equal(t[markAt:headerSize], k.mark) {
		return nil, destroyed()
	}
	plain, err := k.aead.Open(nil, t[headerSize:headerSize+nonceSize], t[headerSize+nonceSize:], t[:headerSize])
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

// wrap encrypts a key under another, bound to the name it is stored by.
func wrap(under, key []byte, name string) ([]byte, error) {
	gcm, err := aead(under)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, nonceSize, nonceSize+len(key)+gcm.Overhead())
	_, _ = rand.Read(nonce)
	return gcm.Seal(nonce, nonce, key, []byte(name)), nil
}

func unwrap(under, wrapped []byte, name string) ([]byte, error) {
	gcm, err := aead(under)
	if err != nil {
		return nil, err
	}
	if len(wrapped) < nonceSize {
		return nil, errSealed
	}
	key, err := gcm.Open(nil, wrapped[:nonceSize], wrapped[nonceSize:], []byte(name))
	if err != nil {
		return nil, errSealed
	}
	return key, nil
}
