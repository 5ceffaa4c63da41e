package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"omniops/shared/fault"
)

// Signer makes and checks self-contained tokens: claims as JSON and a MAC over
// them. Checking one costs no read. A token of one purpose is worth nothing for
// another.
type Signer struct {
	key  []byte
	macs sync.Pool // of hash.Hash with that key, for names
}

// NewSigner derives the signer of one purpose from the platform's signing
// secret, which must have at least 32 bytes.
func NewSigner(secret []byte, purpose string) (*Signer, error) {
	if len(secret) < 32 {
		return nil, fmt.Errorf("signing secret has %d bytes, want at least 32", len(secret))
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("omniops token v1|" + purpose))
	return &Signer{key: mac.Sum(nil)}, nil
}

// maxToken bounds a token, in bytes.
const maxToken = 2048

var encoding = base64.RawURLEncoding.Strict()

// Sign makes a token of the claims. Claims that are too long for one are an error.
func (s *Signer) Sign(claims any) (string, error) {
	body, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	payload := encoding.EncodeToString(body)
	token := payload + "." + s.tag(payload)
	if len(token) > maxToken {
		return "", fmt.Errorf("token has %d bytes, want at most %d", len(token), maxToken)
	}
	return token, nil
}

// Verify checks a token and fills claims, a pointer. Any other than one that
// Sign made with the same key is Unauthenticated.
func (s *Signer) Verify(token string, claims any) error {
	payload, tag, ok := strings.Cut(token, ".")
	if len(token) > maxToken || !ok {
		return refused()
	}
	// Compared as written: one MAC has one spelling, while a decoder would skip
	// line breaks.
	if !hmac.Equal([]byte(tag), []byte(s.tag(payload))) {
		return refused()
	}
	body, err := encoding.DecodeString(payload)
	if err != nil || json.Unmarshal(body, claims) != nil {
		return refused()
	}
	return nil
}

func (s *Signer) tag(payload string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(payload))
	return encoding.EncodeToString(mac.Sum(nil))
}

func refused() error {
	return fault.E(fault.Unauthenticated, "The token is missing, damaged or out of date.", nil)
}

// Bearer gives the token of a request's Authorization header. The name of the
// scheme may be in either case (RFC 9110, section 11.1).
func Bearer(r *http.Request) (token string, ok bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return token, ok && strings.EqualFold(scheme, "Bearer")
}

// Name gives some texts a name of 26 characters, of id's alphabet, that nobody can
// tell the texts by who does not have the secret. The same texts have the same name,
// and others another: "a", "b" is not "ab".
func (s *Signer) Name(texts ...string) string {
	var space [256]byte
	message := append(space[:0], "name|"...)
	for _, t := range texts {
		message = append(append(append(strconv.AppendInt(message, int64(len(t)), 10), ':'), t...), '|')
	}
	mac, _ := s.macs.Get().(hash.Hash)
	if mac == nil {
		mac = hmac.New(sha256.New, s.key)
	}
	mac.Reset()
	mac.Write(message) // a Hash does not fail
	var sum [sha256.Size]byte
	name := names.EncodeToString(mac.Sum(sum[:0])[:16])
	s.macs.Put(mac)
	return name
}

// names is Crockford's base 32 in lower case, as identifiers are written.
var names = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)
