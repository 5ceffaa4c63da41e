package rights

import (
	"context"

	"omniops/shared/id"
	"omniops/shared/seal"
)

// notePurpose is what notes are encrypted for.
const notePurpose = "privacy-note"

// Notes encrypts what a person adds to a request in their own words. It is kept
// apart from the keys of chats, whose days end sooner than a request may.
type Notes struct{ secrets *seal.Secrets }

// NewNotes makes a Notes.
func NewNotes(secrets *seal.Secrets) *Notes { return &Notes{secrets} }

// Seal encrypts a note of a tenant's request.
func (n *Notes) Seal(ctx context.Context, t id.Tenant, note string) ([]byte, error) {
	return n.secrets.Seal(ctx, t, notePurpose, note)
}

// Open decrypts it.
func (n *Notes) Open(ctx context.Context, t id.Tenant, sealed []byte) (seal.Personal, error) {
	if len(sealed) == 0 {
		return seal.Personal{}, nil
	}
	note, err := n.secrets.Open(ctx, t, notePurpose, sealed)
	return seal.Clear(note), err
}
