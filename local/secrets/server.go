// Package secrets is a stand-in for AWS Secrets Manager that speaks to the
// unmodified SDK. It starts with the values its owner gives it, those of
// local/sandbox.env, and keeps what is put later.
package secrets

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"omniops/local/awsfront/awsjson"
	"omniops/local/faults"
)

const arnPrefix = "arn:aws:secretsmanager:eu-west-2:000000000000:secret:"

// maxValue is the largest value of a secret, in bytes.
const maxValue = 65_536

// Options says which secrets there are at the start.
type Options struct {
	Dir    string            // folder of the file of put values; "" keeps them in memory
	Now    func() time.Time  // nil is time.Now
	Values map[string]string // by name or by ARN; a value put later wins
	Faults *faults.Set       // may be nil
}

// Server is all secrets of one account. It is safe for concurrent use.
type Server struct {
	*awsjson.Handler
	now func() time.Time
	dir string

	mu      sync.Mutex
	secrets map[string]secret // by ARN; values are never changed in place
}

// New opens the secrets in o.Dir beside those in o.Values.
func New(o Options) (*Server, error) {
	s := &Server{now: o.Now, dir: o.Dir, secrets: map[string]secret{}}
	if s.now == nil {
		s.now = time.Now
	}
	for name, value := range o.Values {
		first := newSecret(name, s.now())
		first.Versions = []version{{ID: versionOf(value), String: &value, Created: first.Created}}
		s.secrets[first.ARN] = first
	}
	put, err := load(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("open secrets: %w", err)
	}
	maps.Copy(s.secrets, put)
	s.Handler = awsjson.NewHandler(awsjson.Service{
		Name: "secretsmanager", Target: "secretsmanager", Version: "1.1",
		Throttled: awsjson.Errorf("ThrottlingException", "Rate exceeded"),
		Failed: &awsjson.Error{Code: "InternalServiceError", Status: http.StatusInternalServerError,
			Message: "An error occurred on the server side."},
		Operations: map[string]awsjson.Operation{
			"CreateSecret":   awsjson.Op(s.CreateSecret),
			"DescribeSecret": awsjson.Op(s.DescribeSecret),
			"GetSecretValue": awsjson.Op(s.GetSecretValue),
			"PutSecretValue": awsjson.Op(s.PutSecretValue),
		},
	}, o.Faults)
	return s, nil
}

// Close is for symmetry with the other stand-ins: every change is on disk
// when its call returns.
func (s *Server) Close() error { return nil }

// secret is one secret with its current and its previous value.
type secret struct {
	ARN         string    `json:"arn"`
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Created     time.Time `json:"created"`
	Versions    []version `json:"versions"` // at most two, newest first
	Put         bool      `json:"put"`      // by a call, so it is kept
}

// version is one value.
type version struct {
	ID      string    `json:"id"`
	String  *string   `json:"string,omitempty"`
	Binary  []byte    `json:"binary,omitempty"`
	Created time.Time `json:"created"`
}

// stages are the labels of the versions, by their place.
var stages = []string{"AWSCURRENT", "AWSPREVIOUS"}

// newSecret makes a secret without a value. AWS ends an ARN in six random
// characters; here they follow from the name, so that they stay the same.
func newSecret(name string, now time.Time) secret {
	sum := sha256.Sum256([]byte(name))
	s := secret{ARN: arnPrefix + name + "-" + hex.EncodeToString(sum[:3]), Name: name, Created: now.UTC()}
	if strings.HasPrefix(name, "arn:") {
		s.ARN, s.Name = name, name[strings.LastIndexByte(name, ':')+1:]
	}
	return s
}

// versionOf is the version ID of a value given at the start.
func versionOf(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:16])
}

// find is the secret with a name, an ARN, or an ARN without its last six
// characters. The caller holds s.mu.
func (s *Server) find(id *string) (secret, error) {
	name := aws.ToString(id)
	if found, ok := s.secrets[name]; ok {
		return found, nil
	}
	for _, found := range s.secrets {
		if found.Name == name || arnPrefix+found.Name == name {
			return found, nil
		}
	}
	return secret{}, notFound()
}

func notFound() error {
	return awsjson.Errorf("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

// store keeps a secret as it now is. The caller holds s.mu.
func (s *Server) store(changed secret) error {
	changed.Put = true
	next := maps.Clone(s.secrets)
	next[changed.ARN] = changed
	if err := save(s.dir, next); err != nil {
		return err
	}
	s.secrets = next
	return nil
}

// GetSecretValue answers a secret's current value, or the version or stage
// asked for.
func (s *Server) GetSecretValue(_ context.Context, in *api.GetSecretValueInput) (*api.GetSecretValueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.find(in.SecretId)
	if err != nil {
		return nil, err
	}
	for i, v := range found.Versions {
		if in.VersionId != nil && *in.VersionId != v.ID ||
			in.VersionStage != nil && *in.VersionStage != stages[i] {
			continue
		}
		return &api.GetSecretValueOutput{
			ARN: &found.ARN, Name: &found.Name, CreatedDate: &v.Created, VersionId: &v.ID, VersionStages: stages[i : i+1],
			SecretString: v.String, SecretBinary: v.Binary,
		}, nil
	}
	return nil, awsjson.Errorf("ResourceNotFoundException", "Secrets Manager can't find the specified secret value.")
}

// DescribeSecret tells what a secret is, without its value.
func (s *Server) DescribeSecret(_ context.Context, in *api.DescribeSecretInput) (*api.DescribeSecretOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.find(in.SecretId)
	if err != nil {
		return nil, err
	}
	out := &api.DescribeSecretOutput{ARN: &found.ARN, Name: &found.Name, CreatedDate: &found.Created, VersionIdsToStages: map[string][]string{}}
	if found.Description != "" {
		out.Description = &found.Description
	}
	for i, v := range found.Versions {
		out.VersionIdsToStages[v.ID] = stages[i : i+1]
	}
	if len(found.Versions) > 0 {
		out.LastChangedDate = &found.Versions[0].Created
	}
	return out, nil
}

// CreateSecret makes a secret, with a value or without.
func (s *Server) CreateSecret(_ context.Context, in *api.CreateSecretInput) (*api.CreateSecretOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	made := newSecret(aws.ToString(in.Name), s.now())
	made.Description = aws.ToString(in.Description)
	if in.Name == nil || *in.Name == "" {
		return nil, awsjson.Errorf("ValidationException", "A secret needs a name.")
	}
	if _, err := s.find(in.Name); err == nil {
		return nil, awsjson.Errorf("ResourceExistsException", "The operation failed because the secret %s already exists.", *in.Name)
	}
	out := &api.CreateSecretOutput{ARN: &made.ARN, Name: &made.Name}
	if in.SecretString != nil || in.SecretBinary != nil {
		v, err := s.newVersion(in.SecretString, in.SecretBinary, in.ClientRequestToken)
		if err != nil {
			return nil, err
		}
		made.Versions = []version{v}
		out.VersionId = &v.ID
	}
	return out, s.store(made)
}

// PutSecretValue gives a secret a new current value; the one before stays as
// the previous one. The same request token puts it once.
func (s *Server) PutSecretValue(_ context.Context, in *api.PutSecretValueInput) (*api.PutSecretValueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.find(in.SecretId)
	if err != nil {
		return nil, err
	}
	if len(in.VersionStages) > 1 || len(in.VersionStages) == 1 && in.VersionStages[0] != stages[0] {
		return nil, awsjson.Errorf("InvalidParameterException", "Only the stage %s is supported here.", stages[0])
	}
	v, err := s.newVersion(in.SecretString, in.SecretBinary, in.ClientRequestToken)
	if err != nil {
		return nil, err
	}
	out := &api.PutSecretValueOutput{ARN: &found.ARN, Name: &found.Name, VersionId: &v.ID, VersionStages: stages[:1]}
	for _, old := range found.Versions {
		if old.ID != v.ID {
			continue
		}
		if aws.ToString(old.String) != aws.ToString(v.String) || !slices.Equal(old.Binary, v.Binary) {
			return nil, awsjson.Errorf("ResourceExistsException", "The version %s exists with another value.", v.ID)
		}
		return out, nil
	}
	found.Versions = append([]version{v}, found.Versions[:min(1, len(found.Versions))]...)
	return out, s.store(found)
}

func (s *Server) newVersion(text *string, binary []byte, token *string) (version, error) {
	switch {
	case (text == nil) == (binary == nil):
		return version{}, awsjson.Errorf("InvalidParameterException", "You must provide either SecretString or SecretBinary.")
	case len(aws.ToString(text))+len(binary) > maxValue:
		return version{}, awsjson.Errorf("ValidationException", "A secret value has at most %d bytes.", maxValue)
	}
	id := aws.ToString(token)
	if id == "" {
		id = rand.Text()
	}
	return version{ID: id, String: text, Binary: binary, Created: s.now().UTC()}, nil
}
