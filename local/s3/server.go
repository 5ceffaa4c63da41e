// Package s3 is a stand-in for Amazon S3: the protocol, its signatures,
// conditions, ranges and multipart uploads are gofakes3's, the objects are
// files in a folder (or memory) kept by the store of this package.
package s3

import (
	"context"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/rclone/gofakes3"

	"omniops/local/awsfront/awsjson"
	"omniops/local/faults"
)

// Options says where a Server keeps its objects and what time it is.
type Options struct {
	Dir         string            // folder with one folder per bucket; "" keeps objects in memory
	Now         func() time.Time  // nil is time.Now
	Buckets     []string          // made if they do not exist
	Credentials map[string]string // secret by access key, to check signatures; nil takes any signature
	Faults      *faults.Set       // may be nil
}

// Server is all buckets of one account. It is safe for concurrent use.
type Server struct {
	store *store
	next  http.Handler

	mu    sync.Mutex
	calls map[string]int
}

// New opens the buckets in o.Dir.
func New(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	st, err := openStore(o.Dir, o.Now)
	if err != nil {
		return nil, fmt.Errorf("open buckets in %s: %w", o.Dir, err)
	}
	s := &Server{store: st, calls: map[string]int{}}
	for _, name := range o.Buckets {
		if err := s.Ensure(name); err != nil {
			return nil, err
		}
	}
	// Requests are signed by the machine's clock, which gofakes3 checks with
	// the signature; o.Now may be months ahead of it.
	fake := gofakes3.New(st,
		gofakes3.WithTimeSource(source(o.Now)),
		gofakes3.WithTimeSkewLimit(0),
		gofakes3.WithV4Auth(o.Credentials))
	s.next = o.Faults.Wrap("s3", OperationOf,
		func(w http.ResponseWriter, r *http.Request) {
			fail(w, http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
		},
		func(w http.ResponseWriter, r *http.Request) {
			fail(w, http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again.")
		},
		fake.Server())
	return s, nil
}

// Ensure makes a bucket if it does not exist.
func (s *Server) Ensure(bucket string) error {
	if err := gofakes3.ValidateBucketName(bucket); err != nil {
		return fmt.Errorf("bucket %q: %w", bucket, err)
	}
	err := s.store.CreateBucket(context.Background(), bucket)
	if gofakes3.HasErrorCode(err, gofakes3.ErrBucketAlreadyExists) {
		return nil
	}
	return err
}

// Calls counts the requests since the start by operation, failed ones included.
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

// Close is for symmetry with the other stand-ins: an object is a file when
// its PUT is answered.
func (s *Server) Close() error { return nil }

// ServeHTTP refuses what is not signed.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !awsjson.Signed(r) {
		fail(w, http.StatusForbidden, "AccessDenied", "Access Denied") // S3's MissingAuthenticationToken
		return
	}
	s.mu.Lock()
	s.calls[OperationOf(r)]++
	s.mu.Unlock()
	s.next.ServeHTTP(w, r)
}

// fail writes an error as S3 does.
func fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: code, Message: message})
}

// OperationOf names the operation of a request: S3 has method, path and query
// instead of X-Amz-Target.
func OperationOf(r *http.Request) string {
	query := r.URL.Query()
	bucket, object, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	kind := "Object"
	switch {
	case bucket == "":
		return "ListBuckets"
	case object == "":
		kind = "Bucket"
	}
	switch r.Method {
	case http.MethodGet:
		switch {
		case kind == "Object" && query.Has("uploadId"):
			return "ListParts"
		case kind == "Object":
			return "GetObject"
		case query.Has("uploads"):
			return "ListMultipartUploads"
		case query.Get("list-type") == "2":
			return "ListObjectsV2"
		}
		return "ListObjects"
	case http.MethodHead:
		return "Head" + kind
	case http.MethodDelete:
		if query.Has("uploadId") {
			return "AbortMultipartUpload"
		}
		return "Delete" + kind
	case http.MethodPost:
		switch {
		case query.Has("uploads"):
			return "CreateMultipartUpload"
		case query.Has("uploadId"):
			return "CompleteMultipartUpload"
		case query.Has("delete"):
			return "DeleteObjects"
		}
		return "PostObject"
	case http.MethodPut:
		switch {
		case kind == "Bucket":
			return "CreateBucket"
		case query.Has("uploadId"):
			return "UploadPart"
		case r.Header.Get("X-Amz-Copy-Source") != "":
			return "CopyObject"
		}
		return "PutObject"
	}
	return r.Method
}

// source is a clock as gofakes3 wants it.
type source func() time.Time

func (s source) Now() time.Time                  { return s().UTC() }
func (s source) Since(t time.Time) time.Duration { return s().Sub(t) }
