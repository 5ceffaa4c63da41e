package kms

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"omniops/local/awsfront/awsjson"
)

// materialSize is the length of a key's material in bytes: AES-256, and
// HMAC-SHA-256.
const materialSize = 32

// key is one KMS key. Its values are never changed in place.
type key struct {
	ID          string             `json:"id"`
	Description string             `json:"description,omitempty"`
	Usage       types.KeyUsageType `json:"usage"`
	Spec        types.KeySpec      `json:"spec"`
	State       types.KeyState     `json:"state"`
	Created     time.Time          `json:"created"`
	DeleteAt    time.Time          `json:"deleteAt,omitzero"`
	Material    [][]byte           `json:"material"` // one per rotation, newest last
}

// state is everything a Server keeps.
type state struct {
	Keys    map[string]key    `json:"keys"`
	Aliases map[string]string `json:"aliases"` // "alias/name" -> key ID
}

func keyFile(dir string) string { return filepath.Join(dir, "keys.json") }

// load reads the state in dir; there need not be any.
func load(dir string) (state, error) {
	st := state{Keys: map[string]key{}, Aliases: map[string]string{}}
	if dir == "" {
		return st, nil
	}
	text, err := os.ReadFile(keyFile(dir))
	if os.IsNotExist(err) {
		return st, nil
	}
	if err != nil {
		return state{}, err
	}
	if err := json.Unmarshal(text, &st); err != nil {
		return state{}, fmt.Errorf("%s: %w", keyFile(dir), err)
	}
	for id, k := range st.Keys {
		if len(k.Material) == 0 || slices.ContainsFunc(k.Material, func(m []byte) bool { return len(m) != materialSize }) {
			return state{}, fmt.Errorf("%s: key %s has no usable material", keyFile(dir), id)
		}
	}
	return st, nil
}

// save replaces the key file. It is synced: a lost key is lost data.
func save(dir string, st state) error {
	if dir == "" {
		return nil
	}
	text, err := json.MarshalIndent(st, "", "\t")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	next, err := os.OpenFile(keyFile(dir)+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer next.Close()
	if _, err := next.Write(text); err != nil {
		return err
	}
	if err := next.Sync(); err != nil {
		return err
	}
	return os.Rename(next.Name(), keyFile(dir))
}

// update changes the state if the change can be saved. The caller holds s.mu.
func (s *Server) update(change func(state)) error {
	next := state{Keys: maps.Clone(s.state.Keys), Aliases: maps.Clone(s.state.Aliases)}
	change(next)
	if err := save(s.dir, next); err != nil {
		return err
	}
	s.state = next
	return nil
}

// put stores k as it now is. The caller holds s.mu.
func (s *Server) put(k key) error {
	return s.update(func(st state) { st.Keys[k.ID] = k })
}

// find is the key with an ID, an ARN or an alias. The caller holds s.mu.
func (s *Server) find(name *string) (key, error) {
	if name == nil || *name == "" {
		return key{}, validation("KeyId is missing.")
	}
	if err := s.destroyDue(); err != nil {
		return key{}, err
	}
	id := strings.TrimPrefix(*name, ARN(""))
	if alias := strings.TrimPrefix(*name, aliasARN("")); strings.HasPrefix(alias, "alias/") {
		if id = s.state.Aliases[alias]; id == "" {
			return key{}, awsjson.Errorf("NotFoundException", "Alias %s is not found.", aliasARN(alias))
		}
	}
	k, ok := s.state.Keys[id]
	if !ok {
		return key{}, awsjson.Errorf("NotFoundException", "Key '%s' does not exist", ARN(id))
	}
	return k, nil
}

// usable is the key by that name, if it may be used for usage now. The caller
// holds s.mu.
func (s *Server) usable(name *string, usage types.KeyUsageType) (key, error) {
	k, err := s.find(name)
	switch {
	case err != nil:
		return key{}, err
	case k.State == types.KeyStateDisabled:
		return key{}, awsjson.Errorf("DisabledException", "%s is disabled.", ARN(k.ID))
	case k.State != types.KeyStateEnabled:
		return key{}, pending(k)
	case k.Usage != usage:
		return key{}, awsjson.Errorf("InvalidKeyUsageException", "%s key usage is %s which is not valid for this operation.", ARN(k.ID), k.Usage)
	}
	return k, nil
}

func pending(k key) error {
	return awsjson.Errorf("KMSInvalidStateException", "%s is pending deletion.", ARN(k.ID))
}

// destroyDue forgets the keys whose day of deletion has come. The caller
// holds s.mu.
func (s *Server) destroyDue() error {
	now := s.now()
	due := func(k key) bool { return k.State == types.KeyStatePendingDeletion && !now.Before(k.DeleteAt) }
	for _, k := range s.state.Keys {
		if due(k) {
			return s.update(func(st state) {
				maps.DeleteFunc(st.Keys, func(_ string, k key) bool { return due(k) })
				maps.DeleteFunc(st.Aliases, func(_, id string) bool { _, left := st.Keys[id]; return !left })
			})
		}
	}
	return nil
}
