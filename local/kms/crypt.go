package kms

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"omniops/local/awsfront/awsjson"
)

// maxPlaintext is the most that a key encrypts directly, in bytes.
const maxPlaintext = 4096

const algorithm = types.EncryptionAlgorithmSpecSymmetricDefault

// Encrypt encrypts up to 4096 bytes.
func (s *Server) Encrypt(_ context.Context, in *api.EncryptInput) (*api.EncryptOutput, error) {
	if n := len(in.Plaintext); n == 0 || n > maxPlaintext {
		return nil, validation("Plaintext has %d bytes; it must have between 1 and %d.", n, maxPlaintext)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.usable(in.KeyId, types.KeyUsageTypeEncryptDecrypt)
	if err != nil {
		return nil, err
	}
	return &api.EncryptOutput{
		CiphertextBlob:      k.seal(in.Plaintext, in.EncryptionContext),
		EncryptionAlgorithm: algorithm,
		KeyId:               aws.String(ARN(k.ID)),
	}, nil
}

// Decrypt decrypts what Encrypt or GenerateDataKey made of the same context.
func (s *Server) Decrypt(_ context.Context, in *api.DecryptInput) (*api.DecryptOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, plaintext, err := s.decrypt(in.CiphertextBlob, in.KeyId, in.EncryptionContext)
	if err != nil {
		return nil, err
	}
	return &api.DecryptOutput{EncryptionAlgorithm: algorithm, KeyId: aws.String(ARN(k.ID)), Plaintext: plaintext}, nil
}

// decrypt finds the key of a ciphertext and opens it. expected is the key the
// caller thinks it is, or nil. The caller holds s.mu.
func (s *Server) decrypt(ciphertext []byte, expected *string, context map[string]string) (key, []byte, error) {
	h, sealed, err := parseCiphertext(ciphertext)
	if err != nil {
		return key{}, nil, invalidCiphertext()
	}
	if err := s.destroyDue(); err != nil {
		return key{}, nil, err
	}
	if expected != nil {
		k, err := s.find(expected)
		if err != nil {
			return key{}, nil, err
		}
		if k.ID != h.keyID {
			return key{}, nil, awsjson.Errorf("IncorrectKeyException", "The key ID in the request does not identify the key that can perform this operation.")
		}
	}
	if _, ok := s.state.Keys[h.keyID]; !ok {
		// What AWS says of a key that was destroyed, unless the caller named it.
		return key{}, nil, awsjson.Errorf("AccessDeniedException", "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.")
	}
	k, err := s.usable(&h.keyID, types.KeyUsageTypeEncryptDecrypt)
	if err != nil {
		return key{}, nil, err
	}
	plaintext, err := k.open(h, sealed, context)
	if err != nil {
		return key{}, nil, invalidCiphertext()
	}
	return k, plaintext, nil
}

func invalidCiphertext() error {
	return awsjson.Errorf("InvalidCiphertextException", "The ciphertext, its encryption context or both are not those of an encryption here.")
}

// ReEncrypt decrypts and encrypts again, under another key or context.
func (s *Server) ReEncrypt(_ context.Context, in *api.ReEncryptInput) (*api.ReEncryptOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, plaintext, err := s.decrypt(in.CiphertextBlob, in.SourceKeyId, in.SourceEncryptionContext)
	if err != nil {
		return nil, err
	}
	to, err := s.usable(in.DestinationKeyId, types.KeyUsageTypeEncryptDecrypt)
	if err != nil {
		return nil, err
	}
	return &api.ReEncryptOutput{
		CiphertextBlob:                 to.seal(plaintext, in.DestinationEncryptionContext),
		DestinationEncryptionAlgorithm: algorithm,
		KeyId:                          aws.String(ARN(to.ID)),
		SourceEncryptionAlgorithm:      algorithm,
		SourceKeyId:                    aws.String(ARN(from.ID)),
	}, nil
}

// GenerateDataKey makes a data key and encrypts it.
func (s *Server) GenerateDataKey(_ context.Context, in *api.GenerateDataKeyInput) (*api.GenerateDataKeyOutput, error) {
	size := int(aws.ToInt32(in.NumberOfBytes))
	switch {
	case (in.KeySpec == "") == (in.NumberOfBytes == nil):
		return nil, validation("Please specify either number of bytes or key spec.")
	case in.KeySpec == types.DataKeySpecAes256:
		size = 32
	case in.KeySpec == types.DataKeySpecAes128:
		size = 16
	case in.KeySpec != "":
		return nil, validation("%s is no data key spec.", in.KeySpec)
	case size < 1 || size > 1024:
		return nil, validation("NumberOfBytes must be between 1 and 1024.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.usable(in.KeyId, types.KeyUsageTypeEncryptDecrypt)
	if err != nil {
		return nil, err
	}
	plaintext := make([]byte, size)
	rand.Read(plaintext)
	return &api.GenerateDataKeyOutput{
		CiphertextBlob: k.seal(plaintext, in.EncryptionContext),
		KeyId:          aws.String(ARN(k.ID)),
		Plaintext:      plaintext,
	}, nil
}

// GenerateDataKeyWithoutPlaintext makes a data key and answers it encrypted
// only.
func (s *Server) GenerateDataKeyWithoutPlaintext(ctx context.Context, in *api.GenerateDataKeyWithoutPlaintextInput) (*api.GenerateDataKeyWithoutPlaintextOutput, error) {
	out, err := s.GenerateDataKey(ctx, &api.GenerateDataKeyInput{
		KeyId: in.KeyId, EncryptionContext: in.EncryptionContext, KeySpec: in.KeySpec, NumberOfBytes: in.NumberOfBytes,
	})
	if err != nil {
		return nil, err
	}
	return &api.GenerateDataKeyWithoutPlaintextOutput{CiphertextBlob: out.CiphertextBlob, KeyId: out.KeyId}, nil
}

// GenerateRandom makes 1 to 1024 random bytes.
func (s *Server) GenerateRandom(_ context.Context, in *api.GenerateRandomInput) (*api.GenerateRandomOutput, error) {
	n := int(aws.ToInt32(in.NumberOfBytes))
	if n < 1 || n > 1024 {
		return nil, validation("NumberOfBytes must be between 1 and 1024.")
	}
	b := make([]byte, n)
	rand.Read(b)
	return &api.GenerateRandomOutput{Plaintext: b}, nil
}

// GenerateMac is the HMAC-SHA-256 of up to 4096 bytes.
func (s *Server) GenerateMac(_ context.Context, in *api.GenerateMacInput) (*api.GenerateMacOutput, error) {
	k, mac, err := s.mac(in.KeyId, in.MacAlgorithm, in.Message)
	if err != nil {
		return nil, err
	}
	return &api.GenerateMacOutput{KeyId: aws.String(ARN(k.ID)), Mac: mac, MacAlgorithm: in.MacAlgorithm}, nil
}

// VerifyMac fails unless GenerateMac makes the same of the same message.
func (s *Server) VerifyMac(_ context.Context, in *api.VerifyMacInput) (*api.VerifyMacOutput, error) {
	k, mac, err := s.mac(in.KeyId, in.MacAlgorithm, in.Message)
	if err != nil {
		return nil, err
	}
	if !hmac.Equal(mac, in.Mac) {
		return nil, awsjson.Errorf("KMSInvalidMacException", "The HMAC is not that of the message.")
	}
	return &api.VerifyMacOutput{KeyId: aws.String(ARN(k.ID)), MacAlgorithm: in.MacAlgorithm, MacValid: true}, nil
}

func (s *Server) mac(name *string, by types.MacAlgorithmSpec, message []byte) (key, []byte, error) {
	switch {
	case by != types.MacAlgorithmSpecHmacSha256:
		return key{}, nil, validation("%s is not supported here.", by)
	case len(message) == 0 || len(message) > maxPlaintext:
		return key{}, nil, validation("Message must have between 1 and %d bytes.", maxPlaintext)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.usable(name, types.KeyUsageTypeGenerateVerifyMac)
	if err != nil {
		return key{}, nil, err
	}
	h := hmac.New(sha256.New, k.Material[0])
	h.Write(message)
	return k, h.Sum(nil), nil
}
