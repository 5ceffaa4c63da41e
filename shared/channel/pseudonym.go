package channel

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/seal"
)

// Veil keeps persons out of keys and queues: it turns a platform's identifiers
// into keyed hashes, and seals the content of events on their way. Both rest on
// the platform's signing secret.
type Veil struct {
	names *seal.Signer
	aead  cipher.AEAD
}

// NewVeil makes a Veil of the platform's signing secret, which must have at least
// 32 bytes.
func NewVeil(secret []byte) (*Veil, error) {
	if len(secret) < 32 {
		return nil, fmt.Errorf("signing secret has %d bytes, want at least 32", len(secret))
	}
	block, err := aes.NewCipher(derive(secret, "omniops channel content v1"))
	if err != nil {
		return nil, fmt.Errorf("make veil: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make veil: %w", err)
	}
	names, err := seal.NewSigner(secret, "channel")
	if err != nil {
		return nil, fmt.Errorf("make veil: %w", err)
	}
	return &Veil{names, aead}, nil
}

func derive(secret []byte, purpose string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

// Thread names the thread of a person with an account.
func (v *Veil) Thread(t id.Tenant, a Account, person string) id.Conversation {
	return id.Conversation(v.names.Name("thread", string(t), a.String(), person))
}

// Event names an event by the platform's own name for it.
func (v *Veil) Event(t id.Tenant, a Account, name string) id.Message {
	return id.Message(v.names.Name("event", string(t), a.String(), name))
}

// Answer names what a person at the shop writes in a transcript, by the client's own
// key for it.
func (v *Veil) Answer(t id.Tenant, chat id.Conversation, key string) id.Message {
	return id.Message(v.names.Name("answer", string(t), string(chat), key))
}

// Conversation names the transcript of a thread. A thread that was erased goes on
// in another one: its generation counts the erasures.
func (v *Veil) Conversation(thread id.Conversation, generation int) id.Conversation {
	return id.Conversation(v.names.Name("conversation", string(thread), strconv.Itoa(generation)))
}

// Shopper names the person of a thread.
func (v *Veil) Shopper(thread id.Conversation, generation int) id.Shopper {
	return id.Shopper(v.names.Name("shopper", string(thread), strconv.Itoa(generation)))
}

// Login names somebody who connected accounts, by the platform's id for them.
func (v *Veil) Login(user string) id.Subject { return id.Subject(v.names.Name("login", user)) }

// Deletion names the nth deletion that somebody asks for. Nobody can guess it.
func (v *Veil) Deletion(who string, n int) string {
	return v.names.Name("deletion", who, strconv.Itoa(n))
}

// Seal puts content into an event.
func (v *Veil) Seal(in *Inbound, c Content) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode content: %w", err)
	}
	in.Content = v.seal(plain, in.bound())
	return nil
}

// Open gives the content of an event: Invalid if it was not sealed for this one.
func (v *Veil) Open(in Inbound) (Content, error) {
	var c Content
	plain, err := v.open(in.Content, in.bound())
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(plain, &c); err != nil {
		return c, fault.E(fault.Invalid, "The content cannot be read.", nil)
	}
	return c, nil
}

// SealRaw seals bytes that could not be read as events, for whoever looks into
// why.
func (v *Veil) SealRaw(raw []byte) []byte { return v.seal(raw, "raw") }

// OpenRaw gives what SealRaw sealed.
func (v *Veil) OpenRaw(sealed []byte) ([]byte, error) { return v.open(sealed, "raw") }

func (v *Veil) seal(plain []byte, bound string) []byte {
	nonce := make([]byte, v.aead.NonceSize(), v.aead.NonceSize()+len(plain)+v.aead.Overhead())
	_, _ = rand.Read(nonce) // documented never to fail
	return v.aead.Seal(nonce, nonce, plain, []byte(bound))
}

func (v *Veil) open(sealed []byte, bound string) ([]byte, error) {
	n := v.aead.NonceSize()
	if len(sealed) < n {
		return nil, fault.E(fault.Invalid, "The content is not sealed.", nil)
	}
	plain, err := v.aead.Open(nil, sealed[:n], sealed[n:], []byte(bound))
	if err != nil {
		return nil, fault.E(fault.Invalid, "The content does not open.", errors.New("it was sealed for another event, or with another secret"))
	}
	return plain, nil
}

// bound is what content is bound to.
func (in Inbound) bound() string {
	return strings.Join([]string{string(in.Tenant), in.Account.String(), string(in.Thread), string(in.ID), string(in.Event)}, "|")
}
