package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	"github.com/google/go-cmp/cmp"

	"omniops/local/clock"
	"omniops/local/faults"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const content = "content" // the bucket of these tests

// bench is a server, its clock and the SDK's client for it.
type bench struct {
	*testing.T
	server *Server
	clock  *clock.Clock
	front  *httptest.Server
	client *api.Client
	rules  *faults.Set
	logged *bytes.Buffer // what the client warns of
}

func newBench(t *testing.T, dir string, serve func(http.Handler) *httptest.Server) *bench {
	t.Helper()
	b := &bench{T: t, clock: clock.Fixed(start), rules: faults.New(1), logged: &bytes.Buffer{}}
	server, err := New(Options{Dir: dir, Now: b.clock.Now, Buckets: []string{content}, Faults: b.rules,
		Credentials: map[string]string{"local": "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	b.server, b.front = server, serve(server)
	t.Cleanup(func() { b.front.Close(); server.Close() })
	b.client = b.as("secret")
	t.Cleanup(func() {
		if b.logged.Len() > 0 {
			t.Errorf("the client warned: %s", b.logged)
		}
	})
	return b
}

// as is a client with that secret.
func (b *bench) as(secret string) *api.Client {
	return api.New(api.Options{
		Region:       "eu-west-2",
		BaseEndpoint: &b.front.URL,
		HTTPClient:   b.front.Client(),
		Credentials:  credentials.NewStaticCredentialsProvider("local", secret, ""),
		Retryer:      aws.NopRetryer{},
		Logger:       logging.NewStandardLogger(b.logged),
	})
}

func (b *bench) put(key, body string) string {
	b.Helper()
	out, err := b.client.PutObject(b.Context(), &api.PutObjectInput{Bucket: aws.String(content), Key: &key, Body: strings.NewReader(body)})
	if err != nil {
		b.Fatal(err)
	}
	return *out.ETag
}

func (b *bench) get(key string) string {
	b.Helper()
	out, err := b.client.GetObject(b.Context(), &api.GetObjectInput{Bucket: aws.String(content), Key: &key})
	if err != nil {
		b.Fatal(err)
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	if err != nil {
		b.Fatal(err)
	}
	return string(body)
}

// code is the code that the SDK reads from a failure.
func code(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

// folders are the two ways to keep objects.
func folders(t *testing.T, test func(t *testing.T, dir string)) {
	t.Run("memory", func(t *testing.T) { test(t, "") })
	t.Run("folder", func(t *testing.T) { test(t, t.TempDir()) })
}

func TestPutGetHeadDelete(t *testing.T) {
	folders(t, func(t *testing.T, dir string) {
		b := newBench(t, dir, httptest.NewServer)
		key := "shop/seite ü+&.html"
		_, err := b.client.PutObject(t.Context(), &api.PutObjectInput{Bucket: aws.String(content), Key: &key,
			Body: bytes.NewReader([]byte("hello")), ContentType: aws.String("text/html"), Metadata: map[string]string{"crawled": "today"}})
		if err != nil {
			t.Fatal(err)
		}
		out, err := b.client.HeadObject(t.Context(), &api.HeadObjectInput{Bucket: aws.String(content), Key: &key})
		if err != nil {
			t.Fatal(err)
		}
		if *out.ContentLength != 5 || *out.ContentType != "text/html" || out.Metadata["crawled"] != "today" || !out.LastModified.Equal(start) {
			t.Errorf("head %d %s %v %v", *out.ContentLength, *out.ContentType, out.Metadata, out.LastModified)
		}
		if got := b.get(key); got != "hello" {
			t.Errorf("got %q", got)
		}
		if _, err := b.client.DeleteObject(t.Context(), &api.DeleteObjectInput{Bucket: aws.String(content), Key: &key}); err != nil {
			t.Fatal(err)
		}
		var gone *types.NoSuchKey
		if _, err := b.client.GetObject(t.Context(), &api.GetObjectInput{Bucket: aws.String(content), Key: &key}); !errors.As(err, &gone) {
			t.Errorf("got a deleted object: %v", err)
		}
		var missing *types.NotFound
		if _, err := b.client.HeadObject(t.Context(), &api.HeadObjectInput{Bucket: aws.String(content), Key: &key}); !errors.As(err, &missing) {
			t.Errorf("head of a deleted object: %v", err)
		}
	})
}

// The SDK sends a checksum as a header over HTTP and as a trailer of
// aws-chunked over HTTPS. A stream of unknown contents it signs over HTTPS
// only, unless the payload is left unsigned.
func TestChecksumsAndStreams(t *testing.T) {
	unsigned := api.WithAPIOptions(v4.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware)
	for name, c := range map[string]struct {
		serve   func(http.Handler) *httptest.Server
		stream  bool
		options []func(*api.Options)
	}{
		"bytes over HTTP":           {httptest.NewServer, false, nil},
		"bytes over HTTPS":          {httptest.NewTLSServer, false, nil},
		"stream over HTTPS":         {httptest.NewTLSServer, true, nil},
		"unsigned stream over HTTP": {httptest.NewServer, true, []func(*api.Options){unsigned}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, t.TempDir(), c.serve)
			for _, algorithm := range append(types.ChecksumAlgorithmCrc32.Values(), "") {
				if c.options != nil && algorithm != "" {
					continue
				}
				switch algorithm {
				case "", "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256":
				default:
					continue // later inventions, which gofakes3 does not know
				}
				key := "object-" + string(algorithm)
				text := strings.Repeat("x", 100_000) + key
				in := &api.PutObjectInput{Bucket: aws.String(content), Key: &key, ChecksumAlgorithm: algorithm, Body: strings.NewReader(text)}
				if c.stream {
					in.Body, in.ContentLength = io.LimitReader(strings.NewReader(text), 1<<30), aws.Int64(int64(len(text)))
				}
				if _, err := b.client.PutObject(t.Context(), in, c.options...); err != nil {
					t.Fatalf("%s: %v", algorithm, err)
				}
				if got := b.get(key); got != text {
					t.Fatalf("%s: %d bytes came back, want %d", algorithm, len(got), len(text))
				}
				out, err := b.client.GetObject(t.Context(), &api.GetObjectInput{Bucket: aws.String(content), Key: &key, ChecksumMode: types.ChecksumModeEnabled})
				if err != nil {
					t.Fatal(err)
				}
				out.Body.Close()
				if out.ChecksumCRC32 == nil && out.ChecksumCRC32C == nil && out.ChecksumCRC64NVME == nil && out.ChecksumSHA1 == nil && out.ChecksumSHA256 == nil {
					t.Errorf("%s: no checksum to check the answer by", algorithm)
				}
			}
		})
	}
}

func TestDamagedBodyIsRefused(t *testing.T) {
	b := newBench(t, t.TempDir(), httptest.NewServer)
	_, err := b.client.PutObject(t.Context(), &api.PutObjectInput{Bucket: aws.String(content), Key: aws.String("k"),
		Body: strings.NewReader("x"), ChecksumCRC32: aws.String("AAAAAA==")})
	if code(err) != "BadDigest" {
		t.Errorf("stored a body with the wrong checksum: %v", err)
	}
	if left, err := os.ReadDir(b.server.store.folder(content)); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestConditions(t *testing.T) {
	folders(t, func(t *testing.T, dir string) {
		b := newBench(t, dir, httptest.NewServer)
		put := func(body string, match, none *string) error {
			_, err := b.client.PutObject(t.Context(), &api.PutObjectInput{Bucket: aws.String(content), Key: aws.String("k"),
				Body: strings.NewReader(body), IfMatch: match, IfNoneMatch: none})
			return err
		}
		if err := put("1", nil, aws.String("*")); err != nil {
			t.Fatal(err)
		}
		if err := put("2", nil, aws.String("*")); code(err) != "PreconditionFailed" {
			t.Errorf("made twice: %v", err)
		}
		first := b.put("k", "1")
		b.put("k", "2")
		if err := put("3", &first, nil); code(err) != "PreconditionFailed" {
			t.Errorf("replaced what had changed: %v", err)
		}
		if got := b.get("k"); got != "2" {
			t.Errorf("got %q", got)
		}
		if _, err := b.client.GetObject(t.Context(), &api.GetObjectInput{Bucket: aws.String(content), Key: aws.String("k"), IfMatch: &first}); code(err) != "PreconditionFailed" {
			t.Errorf("read what had changed: %v", err)
		}
	})
}

// Of many that make the same object if there is none, one succeeds.
func TestOneOfManyMakesIt(t *testing.T) {
	folders(t, func(t *testing.T, dir string) {
		b := newBench(t, dir, httptest.NewServer)
		var wg sync.WaitGroup
		results := make(chan string, 20)
		for i := range cap(results) {
			wg.Go(func() {
				_, err := b.client.PutObject(context.Background(), &api.PutObjectInput{Bucket: aws.String(content), Key: aws.String("k"),
					Body: strings.NewReader(strconv.Itoa(i)), IfNoneMatch: aws.String("*")})
				results <- code(err)
			})
		}
		wg.Wait()
		close(results)
		counts := map[string]int{}
		for r := range results {
			counts[r]++
		}
		if diff := cmp.Diff(map[string]int{"": 1, "PreconditionFailed": cap(results) - 1}, counts); diff != "" {
			t.Errorf("results (-want +got):\n%s", diff)
		}
	})
}

func TestRanges(t *testing.T) {
	folders(t, func(t *testing.T, dir string) {
		b := newBench(t, dir, httptest.NewServer)
		b.put("k", "0123456789")
		for asked, want := range map[string]string{"bytes=2-4": "234", "bytes=7-": "789", "bytes=-2": "89", "bytes=8-99": "89"} {
			out, err := b.client.GetObject(t.Context(), &api.GetObjectInput{Bucket: aws.String(content), Key: aws.String("k"), Range: &asked})
			if err != nil {
				t.Fatalf("%s: %v", asked, err)
			}
			got, _ := io.ReadAll(out.Body)
			out.Body.Close()
			if string(got) != want {
				t.Errorf("%s is %q, want %q", asked, got, want)
			}
		}
		if _, err := b.client.GetObject(t.Context(), &api.GetObjectInput{Bucket: aws.String(content), Key: aws.String("k"), Range: aws.String("bytes=10-")}); code(err) != "InvalidRange" {
			t.Errorf("beyond the end: %v", err)
		}
	})
}

func TestMultipart(t *testing.T) {
	folders(t, func(t *testing.T, dir string) {
		b := newBench(t, dir, httptest.NewServer)
		key := aws.String("export.zip")
		begun, err := b.client.CreateMultipartUpload(t.Context(), &api.CreateMultipartUploadInput{Bucket: aws.String(content), Key: key})
		if err != nil {
			t.Fatal(err)
		}
		parts := []string{strings.Repeat("a", 5<<20), "the end"}
		var done []types.CompletedPart
		for i, p := range parts {
			out, err := b.client.UploadPart(t.Context(), &api.UploadPartInput{Bucket: aws.String(content), Key: key, UploadId: begun.UploadId,
				PartNumber: aws.Int32(int32(i + 1)), Body: strings.NewReader(p)})
			if err != nil {
				t.Fatal(err)
			}
			done = append(done, types.CompletedPart{ETag: out.ETag, PartNumber: aws.Int32(int32(i + 1))})
		}
		completed, err := b.client.CompleteMultipartUpload(t.Context(), &api.CompleteMultipartUploadInput{Bucket: aws.String(content), Key: key,
			UploadId: begun.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: done}})
		if err != nil {
			t.Fatal(err)
		}
		if got := b.get(*key); sha256.Sum256([]byte(got)) != sha256.Sum256([]byte(strings.Join(parts, ""))) {
			t.Errorf("%d bytes came back", len(got))
		}
		head, err := b.client.HeadObject(t.Context(), &api.HeadObjectInput{Bucket: aws.String(content), Key: key})
		if err != nil || *head.ETag != *completed.ETag {
			t.Errorf("ETag %v, %v, want %s", head, err, *completed.ETag)
		}
	})
}

func TestList(t *testing.T) {
	b := newBench(t, t.TempDir(), httptest.NewServer)
	for _, k := range []string{"a", "shop/1", "shop/2", "shop/x/1", "shop/x/2", "shop/y/1", "shop2/1", "ü"} {
		b.put(k, "body")
	}
	for name, c := range map[string]struct {
		prefix, delimiter string
		want              []string
	}{
		"all":              {"", "", []string{"a", "shop/1", "shop/2", "shop/x/1", "shop/x/2", "shop/y/1", "shop2/1", "ü"}},
		"folders":          {"", "/", []string{"a", "shop/", "shop2/", "ü"}},
		"under a prefix":   {"shop/", "", []string{"shop/1", "shop/2", "shop/x/1", "shop/x/2", "shop/y/1"}},
		"folders under it": {"shop/", "/", []string{"shop/1", "shop/2", "shop/x/", "shop/y/"}},
		"half a name":      {"shop", "/", []string{"shop/", "shop2/"}},
		"nothing":          {"zzz", "", nil},
	} {
		for _, size := range []int32{1, 2, 3, 1000} {
			t.Run(name+" by "+strconv.Itoa(int(size)), func(t *testing.T) {
				in := &api.ListObjectsV2Input{Bucket: aws.String(content), Prefix: &c.prefix, MaxKeys: &size}
				if c.delimiter != "" {
					in.Delimiter = &c.delimiter
				}
				got := map[string]bool{}
				for pages := api.NewListObjectsV2Paginator(b.client, in); pages.HasMorePages(); {
					page, err := pages.NextPage(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					for _, o := range page.Contents {
						got[*o.Key] = true
						if *o.Size != 4 || !o.LastModified.Equal(start) {
							t.Errorf("%s has %d bytes of %v", *o.Key, *o.Size, *o.LastModified)
						}
					}
					for _, p := range page.CommonPrefixes {
						got[*p.Prefix] = true
					}
					if n := len(page.Contents) + len(page.CommonPrefixes); n > int(size) {
						t.Errorf("page of %d", n)
					}
				}
				want := map[string]bool{}
				for _, k := range c.want {
					want[k] = true
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("keys (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestCopyAndDeleteMany(t *testing.T) {
	b := newBench(t, t.TempDir(), httptest.NewServer)
	b.put("from", "body")
	if _, err := b.client.CopyObject(t.Context(), &api.CopyObjectInput{Bucket: aws.String(content), Key: aws.String("to"), CopySource: aws.String(content + "/from")}); err != nil {
		t.Fatal(err)
	}
	if got := b.get("to"); got != "body" {
		t.Errorf("got %q", got)
	}
	out, err := b.client.DeleteObjects(t.Context(), &api.DeleteObjectsInput{Bucket: aws.String(content),
		Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("from")}, {Key: aws.String("to")}, {Key: aws.String("never")}}}})
	if err != nil || len(out.Deleted) != 3 || len(out.Errors) != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := b.client.DeleteBucket(t.Context(), &api.DeleteBucketInput{Bucket: aws.String(content)}); err != nil {
		t.Errorf("empty bucket: %v", err)
	}
}

func TestRestart(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, dir, httptest.NewServer)
	b.put("Key", "upper")
	b.put("key", "lower")
	etag := b.put("key", "lower again")
	b.clock.SetOffset(time.Hour)
	if err := os.WriteFile(b.server.store.folder(content)+"/1"+draftSuffix, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}

	b = newBench(t, dir, httptest.NewServer)
	if got := []string{b.get("Key"), b.get("key")}; !cmp.Equal(got, []string{"upper", "lower again"}) {
		t.Errorf("got %q", got)
	}
	out, err := b.client.HeadObject(t.Context(), &api.HeadObjectInput{Bucket: aws.String(content), Key: aws.String("key"), IfMatch: &etag})
	if err != nil || !out.LastModified.Equal(start) {
		t.Errorf("head %+v, %v", out, err)
	}
	if left, err := os.ReadDir(b.server.store.folder(content)); err != nil || len(left) != 2 {
		t.Errorf("%d files, %v", len(left), err)
	}
}

func TestSignatures(t *testing.T) {
	b := newBench(t, "", httptest.NewServer)
	b.put("k", "body")
	if _, err := b.as("wrong").GetObject(t.Context(), &api.GetObjectInput{Bucket: aws.String(content), Key: aws.String("k")}); code(err) != "SignatureDoesNotMatch" {
		t.Errorf("wrong secret: %v", err)
	}
	plain, err := http.Get(b.front.URL + "/" + content + "/k")
	if err != nil {
		t.Fatal(err)
	}
	plain.Body.Close()
	if plain.StatusCode != http.StatusForbidden {
		t.Errorf("unsigned: %s", plain.Status)
	}
	link, err := api.NewPresignClient(b.client).PresignGetObject(t.Context(), &api.GetObjectInput{Bucket: aws.String(content), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := http.Get(link.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer signed.Body.Close()
	if body, _ := io.ReadAll(signed.Body); string(body) != "body" {
		t.Errorf("presigned: %s %s", signed.Status, body)
	}
}

func TestFaultsAndCalls(t *testing.T) {
	b := newBench(t, "", httptest.NewServer)
	for kind, want := range map[faults.Kind]string{faults.Throttle: "SlowDown", faults.AppliedThenError: "InternalError"} {
		if err := b.rules.Replace(faults.Rule{Service: "s3", Operation: "PutObject", Kind: kind, Count: 1}); err != nil {
			t.Fatal(err)
		}
		_, err := b.client.PutObject(t.Context(), &api.PutObjectInput{Bucket: aws.String(content), Key: aws.String("k"), Body: strings.NewReader(string(kind))})
		if code(err) != want {
			t.Errorf("%s: %v, want %s", kind, err, want)
		}
	}
	if got := b.get("k"); got != string(faults.AppliedThenError) {
		t.Errorf("stored %q", got)
	}
	if got, want := b.server.Calls(), map[string]int{"PutObject": 2, "GetObject": 1}; !cmp.Equal(got, want) {
		t.Errorf("calls %v, want %v", got, want)
	}
}

func TestOperationOf(t *testing.T) {
	for request, want := range map[string]string{
		"GET /":                            "ListBuckets",
		"PUT /b":                           "CreateBucket",
		"PUT /b/":                          "CreateBucket",
		"GET /b?list-type=2&prefix=x":      "ListObjectsV2",
		"GET /b":                           "ListObjects",
		"GET /b?uploads":                   "ListMultipartUploads",
		"HEAD /b":                          "HeadBucket",
		"GET /b/k/l":                       "GetObject",
		"HEAD /b/k":                        "HeadObject",
		"PUT /b/k":                         "PutObject",
		"PUT /b/k?partNumber=1&uploadId=u": "UploadPart",
		"POST /b/k?uploads":                "CreateMultipartUpload",
		"POST /b/k?uploadId=u":             "CompleteMultipartUpload",
		"DELETE /b/k?uploadId=u":           "AbortMultipartUpload",
		"GET /b/k?uploadId=u":              "ListParts",
		"POST /b?delete":                   "DeleteObjects",
		"DELETE /b/k":                      "DeleteObject",
		"DELETE /b":                        "DeleteBucket",
	} {
		method, target, _ := strings.Cut(request, " ")
		if got := OperationOf(httptest.NewRequest(method, target, nil)); got != want {
			t.Errorf("%s is %s, want %s", request, got, want)
		}
	}
}
