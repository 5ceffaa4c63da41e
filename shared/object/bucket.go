// Package object keeps whole objects in one S3 bucket (REST API 2006-03-01). It
// signs its own requests: the SDK's client for S3 would add 2 MB to a function
// and a third to its cold start for five operations.
package object

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"omniops/shared/boot/awsapi"
	"omniops/shared/fault"
	"omniops/shared/id"
)

// Key names an object. The tenant leads, as in every store.
type Key string

// KeyOf makes the key t/<tenant>/<part>/<part>… Parts are identifiers and file
// names of ours; a slash in one would reach into another folder, so it panics.
func KeyOf(tenant id.Tenant, parts ...string) Key { return keyIn("t", tenant, parts) }

// CopyOf makes the key of what is made for one person and soon goes again: the
// bucket itself removes everything below Copies.
func CopyOf(tenant id.Tenant, name string) Key { return keyIn(Copies, tenant, []string{name}) }

// Copies is the folder of such objects.
const Copies = "copies"

func keyIn(folder string, tenant id.Tenant, parts []string) Key {
	k := folder + "/" + string(tenant)
	for _, p := range parts {
		if p == "" || p == "." || p == ".." || strings.ContainsAny(p, "/\\") {
			panic(fmt.Sprintf("object: %q cannot be part of a key", p))
		}
		k += "/" + p
	}
	return Key(k)
}

// Object is what a Get returns.
type Object struct {
	Body        []byte
	ContentType string
	ETag        string // names this version of the content
}

// Bucket is one S3 bucket.
type Bucket struct {
	client *awsapi.Client
	base   string // URL up to and with the slash before the key
}

// NewBucket gives access to a bucket.
func NewBucket(cfg aws.Config, name string) *Bucket {
	client := awsapi.New(cfg, "S3", "s3")
	base, custom := client.Endpoint()
	if custom {
		base += "/" + name + "/" // a stand-in has no name of its own per bucket
	} else {
		base = strings.Replace(base, "https://", "https://"+name+".", 1) + "/"
	}
	return &Bucket{client: client, base: base}
}

// Get reads an object of at most max bytes. A missing one is NotFound, a longer
// one TooLarge.
func (b *Bucket) Get(ctx context.Context, key Key, max int) (Object, error) {
	o, _, err := b.GetIfChanged(ctx, key, "", max)
	return o, err
}

// GetIfChanged reads an object unless its ETag is still etag; it then reports
// false and gives no body. The errors are those of Get.
func (b *Bucket) GetIfChanged(ctx context.Context, key Key, etag string, max int) (Object, bool, error) {
	header := http.Header{}
	if etag != "" {
		header.Set("If-None-Match", etag)
	}
	resp, err := b.client.Do(ctx, http.MethodGet, b.url(key), header, nil)
	if refused, ok := errors.AsType[*awsapi.Error](err); ok && refused.Status == http.StatusNotModified {
		return Object{ETag: etag}, false, nil
	}
	if err != nil {
		return Object{}, false, fmt.Errorf("get object %s: %w", key, err)
	}
	defer func() { _ = resp.Body.Close() }()
	tooLarge := fault.E(fault.TooLarge, "", fmt.Errorf("object %s has more than %d bytes", key, max))
	if resp.ContentLength > int64(max) {
		return Object{}, false, tooLarge
	}
	body, err := read(resp, max)
	if err != nil {
		return Object{}, false, fault.E(fault.Unavailable, "", fmt.Errorf("get object %s: %w", key, err))
	}
	if len(body) > max {
		return Object{}, false, tooLarge
	}
	return Object{Body: body, ContentType: resp.Header.Get("Content-Type"), ETag: resp.Header.Get("ETag")}, true, nil
}

// read reads at most one byte more than max, in one allocation when the length
// is known.
func read(resp *http.Response, max int) ([]byte, error) {
	if resp.ContentLength >= 0 {
		body := make([]byte, resp.ContentLength)
		_, err := io.ReadFull(resp.Body, body)
		return body, err
	}
	return io.ReadAll(io.LimitReader(resp.Body, int64(max)+1))
}

// Put stores an object, over one that is there, and gives its ETag.
func (b *Bucket) Put(ctx context.Context, key Key, body []byte, contentType string) (etag string, err error) {
	resp, err := b.client.Do(ctx, http.MethodPut, b.url(key), http.Header{"Content-Type": {contentType}}, body)
	if err != nil {
		return "", fmt.Errorf("put object %s: %w", key, err)
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.Header.Get("ETag"), nil
}

// Delete removes an object; one that is not there is no error.
func (b *Bucket) Delete(ctx context.Context, key Key) error {
	resp, err := b.client.Do(ctx, http.MethodDelete, b.url(key), nil, nil)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("delete object %s: %w", key, err)
	}
	return resp.Body.Close()
}

// List gives the keys that begin with prefix, in order. Give a prefix of one
// tenant: KeyOf(tenant, "index") + "/".
func (b *Bucket) List(ctx context.Context, prefix Key) ([]Key, error) {
	var keys []Key
	query := url.Values{"list-type": {"2"}, "prefix": {string(prefix)}}
	for {
		// S3 signs a space as %20, never as +.
		target := b.base + "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
		resp, err := b.client.Do(ctx, http.MethodGet, target, nil, nil)
		if err != nil {
			return nil, fmt.Errorf("list objects %s: %w", prefix, err)
		}
		var page struct {
			Contents              []struct{ Key Key }
			IsTruncated           bool
			NextContinuationToken string
		}
		err = xml.NewDecoder(io.LimitReader(resp.Body, 4<<20)).Decode(&page) // 1,000 keys are 500 kB at most
		_ = resp.Body.Close()
		if err != nil {
			return nil, fault.E(fault.Unavailable, "", fmt.Errorf("list objects %s: %w", prefix, err))
		}
		for _, o := range page.Contents {
			keys = append(keys, o.Key)
		}
		if !page.IsTruncated || page.NextContinuationToken == "" {
			return keys, nil
		}
		query.Set("continuation-token", page.NextContinuationToken)
	}
}

// url is the address of an object, escaped as S3 signs it: everything but
// letters, digits, "-", "_", ".", "~" and the slash.
func (b *Bucket) url(key Key) string {
	escaped := strings.ReplaceAll(url.QueryEscape(string(key)), "+", "%20")
	return b.base + strings.ReplaceAll(escaped, "%2F", "/")
}
