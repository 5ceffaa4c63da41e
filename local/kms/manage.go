package kms

import (
	"context"
	"crypto/rand"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"omniops/local/awsfront/awsjson"
)

var (
	keyName   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	aliasName = regexp.MustCompile(`^alias/[A-Za-z0-9/_-]{1,250}$`)
)

// Ensure makes an enabled encryption key with this ID, and these aliases for
// it ("alias/name"), if they do not exist.
func (s *Server) Ensure(keyID string, aliases ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !keyName.MatchString(keyID) {
		return fmt.Errorf("key ID %q is not one", keyID)
	}
	for _, a := range aliases {
		if !aliasName.MatchString(a) {
			return fmt.Errorf("alias %q is not one", a)
		}
	}
	if err := s.destroyDue(); err != nil {
		return err
	}
	if _, ok := s.state.Keys[keyID]; ok && !slices.ContainsFunc(aliases, func(a string) bool { return s.state.Aliases[a] != keyID }) {
		return nil
	}
	return s.update(func(st state) {
		if _, ok := st.Keys[keyID]; !ok {
			st.Keys[keyID] = newKey(keyID, types.KeyUsageTypeEncryptDecrypt, types.KeySpecSymmetricDefault, s.now())
		}
		for _, a := range aliases {
			st.Aliases[a] = keyID
		}
	})
}

func newKey(id string, usage types.KeyUsageType, spec types.KeySpec, now time.Time) key {
	return key{ID: id, Usage: usage, Spec: spec, State: types.KeyStateEnabled, Created: now.UTC(), Material: [][]byte{newMaterial()}}
}

func newMaterial() []byte {
	b := make([]byte, materialSize)
	rand.Read(b)
	return b
}

// newID makes a key ID, a random UUID.
func newID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// CreateKey makes a symmetric encryption key or an HMAC-SHA-256 key.
func (s *Server) CreateKey(_ context.Context, in *api.CreateKeyInput) (*api.CreateKeyOutput, error) {
	usage, spec := in.KeyUsage, in.KeySpec
	if usage == "" {
		usage = types.KeyUsageTypeEncryptDecrypt
	}
	if spec == "" {
		spec = types.KeySpecSymmetricDefault
	}
	encrypts := usage == types.KeyUsageTypeEncryptDecrypt && spec == types.KeySpecSymmetricDefault
	macs := usage == types.KeyUsageTypeGenerateVerifyMac && spec == types.KeySpecHmac256
	if !encrypts && !macs {
		return nil, awsjson.Errorf("UnsupportedOperationException", "KeyUsage %s with KeySpec %s is not supported here.", usage, spec)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := newKey(newID(), usage, spec, s.now())
	k.Description = aws.ToString(in.Description)
	return &api.CreateKeyOutput{KeyMetadata: metadata(k)}, s.put(k)
}

// DescribeKey tells what a key is and the state it is in.
func (s *Server) DescribeKey(_ context.Context, in *api.DescribeKeyInput) (*api.DescribeKeyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(in.KeyId)
	if err != nil {
		return nil, err
	}
	return &api.DescribeKeyOutput{KeyMetadata: metadata(k)}, nil
}

func metadata(k key) *types.KeyMetadata {
	m := &types.KeyMetadata{
		AWSAccountId:          aws.String(account),
		Arn:                   aws.String(ARN(k.ID)),
		CreationDate:          &k.Created,
		CustomerMasterKeySpec: types.CustomerMasterKeySpec(k.Spec),
		Description:           &k.Description,
		Enabled:               k.State == types.KeyStateEnabled,
		KeyId:                 &k.ID,
		KeyManager:            types.KeyManagerTypeCustomer,
		KeySpec:               k.Spec,
		KeyState:              k.State,
		KeyUsage:              k.Usage,
		MultiRegion:           aws.Bool(false),
		Origin:                types.OriginTypeAwsKms,
	}
	if k.Usage == types.KeyUsageTypeEncryptDecrypt {
		m.EncryptionAlgorithms = []types.EncryptionAlgorithmSpec{types.EncryptionAlgorithmSpecSymmetricDefault}
	} else {
		m.MacAlgorithms = []types.MacAlgorithmSpec{types.MacAlgorithmSpecHmacSha256}
	}
	if !k.DeleteAt.IsZero() {
		m.DeletionDate = &k.DeleteAt
	}
	return m
}

// CreateAlias gives a key a name.
func (s *Server) CreateAlias(_ context.Context, in *api.CreateAliasInput) (*api.CreateAliasOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alias := aws.ToString(in.AliasName)
	k, err := s.find(in.TargetKeyId)
	switch {
	case !aliasName.MatchString(alias):
		return nil, awsjson.Errorf("InvalidAliasNameException", "%s is not an alias name.", alias)
	case err != nil:
		return nil, err
	case k.State == types.KeyStatePendingDeletion:
		return nil, pending(k)
	case s.state.Aliases[alias] != "":
		return nil, awsjson.Errorf("AlreadyExistsException", "An alias with the name %s already exists.", aliasARN(alias))
	}
	return &api.CreateAliasOutput{}, s.update(func(st state) { st.Aliases[alias] = k.ID })
}

// EnableKey lets a disabled key be used again.
func (s *Server) EnableKey(_ context.Context, in *api.EnableKeyInput) (*api.EnableKeyOutput, error) {
	return &api.EnableKeyOutput{}, s.switchTo(in.KeyId, types.KeyStateEnabled)
}

// DisableKey stops a key from being used.
func (s *Server) DisableKey(_ context.Context, in *api.DisableKeyInput) (*api.DisableKeyOutput, error) {
	return &api.DisableKeyOutput{}, s.switchTo(in.KeyId, types.KeyStateDisabled)
}

func (s *Server) switchTo(name *string, to types.KeyState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(name)
	switch {
	case err != nil:
		return err
	case k.State == types.KeyStatePendingDeletion:
		return pending(k)
	}
	k.State = to
	return s.put(k)
}

// ScheduleKeyDeletion stops a key from being used, and destroys it after 7 to
// 30 days (30 if not said).
func (s *Server) ScheduleKeyDeletion(_ context.Context, in *api.ScheduleKeyDeletionInput) (*api.ScheduleKeyDeletionOutput, error) {
	days := int32(30)
	if in.PendingWindowInDays != nil {
		days = *in.PendingWindowInDays
	}
	if days < 7 || days > 30 {
		return nil, validation("PendingWindowInDays must be between 7 and 30.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(in.KeyId)
	switch {
	case err != nil:
		return nil, err
	case k.State == types.KeyStatePendingDeletion:
		return nil, pending(k)
	}
	k.State, k.DeleteAt = types.KeyStatePendingDeletion, s.now().UTC().AddDate(0, 0, int(days))
	return &api.ScheduleKeyDeletionOutput{
		DeletionDate: &k.DeleteAt, KeyId: aws.String(ARN(k.ID)), KeyState: k.State, PendingWindowInDays: &days,
	}, s.put(k)
}

// CancelKeyDeletion keeps a key that was to be destroyed; it is disabled.
func (s *Server) CancelKeyDeletion(_ context.Context, in *api.CancelKeyDeletionInput) (*api.CancelKeyDeletionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(in.KeyId)
	switch {
	case err != nil:
		return nil, err
	case k.State != types.KeyStatePendingDeletion:
		return nil, awsjson.Errorf("KMSInvalidStateException", "%s is not pending deletion.", ARN(k.ID))
	}
	k.State, k.DeleteAt = types.KeyStateDisabled, time.Time{}
	return &api.CancelKeyDeletionOutput{KeyId: aws.String(ARN(k.ID))}, s.put(k)
}

// RotateKeyOnDemand gives a key new material. What the old encrypted stays
// readable.
func (s *Server) RotateKeyOnDemand(_ context.Context, in *api.RotateKeyOnDemandInput) (*api.RotateKeyOnDemandOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.usable(in.KeyId, types.KeyUsageTypeEncryptDecrypt)
	if err != nil {
		return nil, err
	}
	k.Material = append(slices.Clip(k.Material), newMaterial())
	return &api.RotateKeyOnDemandOutput{KeyId: &k.ID}, s.put(k)
}
