// Package kms is a stand-in for AWS KMS that speaks to the unmodified SDK:
// AES-256-GCM under keys that never leave it, bound to an encryption context,
// with aliases, rotation, disabling and scheduled deletion.
//
// Keys are real and kept in a file that only its owner can read. Who has the
// file can read what the keys protect: it belongs to the local cloud's data
// and is cleared with it.
package kms

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"omniops/local/awsfront/awsjson"
	"omniops/local/faults"
)

const (
	account = "000000000000"
	region  = "eu-west-2"
)

// Options says where a Server keeps its keys and what time it is.
type Options struct {
	Dir    string           // folder of the key file; "" keeps keys in memory
	Now    func() time.Time // nil is time.Now
	Faults *faults.Set      // may be nil
}

// Server is all keys of one account. It is safe for concurrent use.
type Server struct {
	*awsjson.Handler
	now func() time.Time
	dir string

	mu    sync.Mutex
	state state
}

// New opens the keys in o.Dir.
func New(o Options) (*Server, error) {
	s := &Server{now: o.Now, dir: o.Dir}
	if s.now == nil {
		s.now = time.Now
	}
	var err error
	if s.state, err = load(o.Dir); err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	s.Handler = awsjson.NewHandler(awsjson.Service{
		Name: "kms", Target: "TrentService", Version: "1.1",
		Throttled: awsjson.Errorf("ThrottlingException", "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."),
		Failed: &awsjson.Error{Code: "KMSInternalException", Status: http.StatusInternalServerError,
			Message: "The request was rejected because an internal exception occurred."},
		Operations: map[string]awsjson.Operation{
			"CancelKeyDeletion":               awsjson.Op(s.CancelKeyDeletion),
			"CreateAlias":                     awsjson.Op(s.CreateAlias),
			"CreateKey":                       awsjson.Op(s.CreateKey),
			"Decrypt":                         awsjson.Op(s.Decrypt),
			"DescribeKey":                     awsjson.Op(s.DescribeKey),
			"DisableKey":                      awsjson.Op(s.DisableKey),
			"EnableKey":                       awsjson.Op(s.EnableKey),
			"Encrypt":                         awsjson.Op(s.Encrypt),
			"GenerateDataKey":                 awsjson.Op(s.GenerateDataKey),
			"GenerateDataKeyWithoutPlaintext": awsjson.Op(s.GenerateDataKeyWithoutPlaintext),
			"GenerateMac":                     awsjson.Op(s.GenerateMac),
			"GenerateRandom":                  awsjson.Op(s.GenerateRandom),
			"ReEncrypt":                       awsjson.Op(s.ReEncrypt),
			"RotateKeyOnDemand":               awsjson.Op(s.RotateKeyOnDemand),
			"ScheduleKeyDeletion":             awsjson.Op(s.ScheduleKeyDeletion),
			"VerifyMac":                       awsjson.Op(s.VerifyMac),
		},
	}, o.Faults)
	return s, nil
}

// Close is for symmetry with the other stand-ins: every change is on disk
// when its call returns.
func (s *Server) Close() error { return nil }

// ARN is a key's resource name.
func ARN(keyID string) string { return "arn:aws:kms:" + region + ":" + account + ":key/" + keyID }

func aliasARN(alias string) string { return "arn:aws:kms:" + region + ":" + account + ":" + alias }

func validation(format string, args ...any) error {
	return awsjson.Errorf("ValidationException", format, args...)
}
