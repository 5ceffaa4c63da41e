package object_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"omniops/local/s3"
	"omniops/shared/fault"
	"omniops/shared/object"
)

// config points at a server of a test.
func config(url, secret string) aws.Config {
	return aws.Config{
		Region: "eu-west-2", BaseEndpoint: &url, HTTPClient: http.DefaultClient,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: secret}, nil
		}),
	}
}

// start runs S3, which checks signatures, with one bucket.
func start(t *testing.T) (url string) {
	t.Helper()
	emulator, err := s3.New(s3.Options{Buckets: []string{"content"}, Credentials: map[string]string{"AKID": "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(emulator)
	t.Cleanup(func() {
		server.Close()
		if err := emulator.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.URL
}

func TestObjects(t *testing.T) {
	b := object.NewBucket(config(start(t), "secret"), "content")
	ctx, key := t.Context(), object.KeyOf("acme", "index", "pages 1+2=é%~.json")
	if key != "t/acme/index/pages 1+2=é%~.json" {
		t.Errorf("key %q", key)
	}
	if _, err := b.Get(ctx, key, 100); fault.KindOf(err) != fault.NotFound {
		t.Errorf("absent: %v", err)
	}
	first, err := b.Put(ctx, key, []byte("one"), "application/json")
	if err != nil || first == "" {
		t.Fatal(first, err)
	}
	o, err := b.Get(ctx, key, 3)
	if want := (object.Object{Body: []byte("one"), ContentType: "application/json", ETag: first}); err != nil || !cmp.Equal(o, want) {
		t.Errorf("got %+v, %v", o, err)
	}
	if _, err := b.Get(ctx, key, 2); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("too large: %v", err)
	}
	if o, changed, err := b.GetIfChanged(ctx, key, first, 100); changed || err != nil || o.Body != nil || o.ETag != first {
		t.Errorf("unchanged: %+v %v %v", o, changed, err)
	}
	if _, err := b.Put(ctx, key, bytes.Repeat([]byte("x"), 1<<20), "text/plain"); err != nil {
		t.Fatal(err)
	}
	if o, changed, err := b.GetIfChanged(ctx, key, first, 1<<20); !changed || err != nil || len(o.Body) != 1<<20 || o.ETag == first {
		t.Errorf("changed: %d bytes, %v %v", len(o.Body), changed, err)
	}
	for range 2 {
		if err := b.Delete(ctx, key); err != nil {
			t.Error(err)
		}
	}
	if _, err := b.Get(ctx, key, 100); fault.KindOf(err) != fault.NotFound {
		t.Errorf("deleted: %v", err)
	}
}

func TestListStaysInsideOneTenant(t *testing.T) {
	b := object.NewBucket(config(start(t), "secret"), "content")
	for _, key := range []object.Key{object.KeyOf("acme", "a", "2"), object.KeyOf("acme", "a", "1 +"), object.KeyOf("acme2", "a", "1"), object.KeyOf("acme", "b")} {
		if _, err := b.Put(t.Context(), key, nil, "text/plain"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := b.List(t.Context(), object.KeyOf("acme", "a")+"/")
	if want := []object.Key{"t/acme/a/1 +", "t/acme/a/2"}; err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestListReadsEveryPage(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := r.URL.Query().Get("continuation-token")
		_, _ = fmt.Fprintf(w, `<ListBucketResult><Contents><Key>k%s</Key></Contents><IsTruncated>%t</IsTruncated><NextContinuationToken>%s+</NextContinuationToken></ListBucketResult>`,
			token, len(token) < 2, token)
	}))
	defer s.Close()
	got, err := object.NewBucket(config(s.URL, "secret"), "content").List(t.Context(), "t/acme/")
	if want := []object.Key{"k", "k+", "k++"}; err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestWrongSecretIsRefused(t *testing.T) {
	b := object.NewBucket(config(start(t), "wrong"), "content")
	if _, err := b.Put(t.Context(), object.KeyOf("acme", "a"), []byte("x"), "text/plain"); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("got %v", err)
	}
}

func TestLengthIsNotBelieved(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush() // chunked: no length
		_, _ = w.Write(make([]byte, 1000))
	}))
	defer s.Close()
	if _, err := object.NewBucket(config(s.URL, "secret"), "content").Get(t.Context(), "t/a/b", 999); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("got %v", err)
	}
}

// On AWS the bucket is part of the host name.
func TestBucketOnAWS(t *testing.T) {
	cfg := config("", "secret")
	cfg.BaseEndpoint = nil
	var got string
	cfg.HTTPClient = doer(func(r *http.Request) (*http.Response, error) {
		got = r.URL.String()
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Header: http.Header{}}, nil
	})
	if _, err := object.NewBucket(cfg, "content").Put(t.Context(), "t/a/b c", nil, "text/plain"); err != nil {
		t.Fatal(err)
	}
	if want := "https://content.s3.eu-west-2.amazonaws.com/t/a/b%20c"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// doer is an aws.HTTPClient.
type doer func(*http.Request) (*http.Response, error)

// Do answers the request.
func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

func TestKeysStayInTheirFolder(t *testing.T) {
	for _, part := range []string{"", ".", "..", "a/b", `a\b`} {
		func() {
			defer func() {
				if v := recover(); v == nil || !strings.Contains(fmt.Sprint(v), "cannot be part") {
					t.Errorf("%q became part of a key", part)
				}
			}()
			object.KeyOf("acme", part)
		}()
	}
}
