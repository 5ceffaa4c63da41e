package s3

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/btree"
	"github.com/rclone/gofakes3"
)

// object is what is known of an object without reading it. It is never
// changed in place.
type object struct {
	Key      string            `json:"key"`
	Size     int64             `json:"size"`
	MD5      []byte            `json:"md5"`
	Metadata map[string]string `json:"metadata"` // headers as gofakes3 wants them back
	Modified time.Time         `json:"modified"`
	blob     blob
}

func (o *object) etag() string { return `"` + hex.EncodeToString(o.MD5) + `"` }

// bucket is one bucket's objects by key.
type bucket struct {
	created time.Time
	objects *btree.BTreeG[*object]
}

func newBucket(created time.Time) *bucket {
	return &bucket{created: created, objects: btree.NewG(32, func(a, b *object) bool { return a.Key < b.Key })}
}

func (b *bucket) get(key string) *object {
	o, _ := b.objects.Get(&object{Key: key})
	return o
}

// store is a gofakes3.Backend.
type store struct {
	dir string // "" for memory
	now func() time.Time

	mu      sync.RWMutex
	buckets map[string]*bucket
}

var _ gofakes3.Backend = (*store)(nil)

func openStore(dir string, now func() time.Time) (*store, error) {
	s := &store{dir: dir, now: now, buckets: map[string]*bucket{}}
	if dir == "" {
		return s, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		b := newBucket(info.ModTime())
		if err := readBlobs(filepath.Join(dir, e.Name()), func(o *object) { b.objects.ReplaceOrInsert(o) }); err != nil {
			return nil, err
		}
		s.buckets[e.Name()] = b
	}
	return s, nil
}

// folder is where a bucket's blobs are, "" in memory.
func (s *store) folder(bucket string) string {
	if s.dir == "" {
		return ""
	}
	return filepath.Join(s.dir, bucket)
}

// find is an object that exists. The caller holds s.mu.
func (s *store) find(bucketName, key string) (*object, error) {
	b := s.buckets[bucketName]
	if b == nil {
		return nil, gofakes3.BucketNotFound(bucketName)
	}
	if o := b.get(key); o != nil {
		return o, nil
	}
	return nil, gofakes3.KeyNotFound(key)
}

// ListBuckets implements gofakes3.Backend.
func (s *store) ListBuckets(context.Context) ([]gofakes3.BucketInfo, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []gofakes3.BucketInfo
	for name, b := range s.buckets {
		out = append(out, gofakes3.BucketInfo{Name: name, CreationDate: gofakes3.NewContentTime(b.created)})
	}
	return out, nil
}

// CreateBucket implements gofakes3.Backend.
func (s *store) CreateBucket(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buckets[name] != nil {
		return gofakes3.ResourceError(gofakes3.ErrBucketAlreadyExists, name)
	}
	if s.dir != "" {
		if err := os.MkdirAll(s.folder(name), 0o700); err != nil {
			return err
		}
	}
	s.buckets[name] = newBucket(s.now())
	return nil
}

// BucketExists implements gofakes3.Backend.
func (s *store) BucketExists(_ context.Context, name string) (bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.buckets[name] != nil, nil
}

// DeleteBucket implements gofakes3.Backend.
func (s *store) DeleteBucket(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[name]
	switch {
	case b == nil:
		return gofakes3.BucketNotFound(name)
	case b.objects.Len() > 0:
		return gofakes3.ResourceError(gofakes3.ErrBucketNotEmpty, name)
	}
	if s.dir != "" {
		if err := os.RemoveAll(s.folder(name)); err != nil {
			return err
		}
	}
	delete(s.buckets, name)
	return nil
}

// ListBucket implements gofakes3.Backend.
func (s *store) ListBucket(_ context.Context, name string, p *gofakes3.Prefix, page gofakes3.ListBucketPage) (*gofakes3.ObjectList, error) {
	if p == nil {
		p = &gofakes3.Prefix{}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := s.buckets[name]
	if b == nil {
		return nil, gofakes3.BucketNotFound(name)
	}
	out := gofakes3.NewObjectList()
	count, last, group := int64(0), "", ""
	b.objects.AscendGreaterOrEqual(&object{Key: max(p.Prefix, page.Marker)}, func(o *object) bool {
		rest, under := strings.CutPrefix(o.Key, p.Prefix)
		switch {
		case !under:
			return false
		case page.HasMarker && o.Key <= page.Marker:
			return true
		}
		common := ""
		if p.Delimiter != "" {
			if first, _, ok := strings.Cut(rest, p.Delimiter); ok {
				common = p.Prefix + first + p.Delimiter
			}
		}
		if common != "" && (common == group || page.HasMarker && common == page.Marker) {
			return true // counted already, on this page or as the last of the one before
		}
		if page.MaxKeys > 0 && count == page.MaxKeys {
			out.IsTruncated, out.NextMarker = true, last
			return false
		}
		count++
		if common != "" {
			group, last = common, common
			out.AddPrefix(common)
			return true
		}
		last = o.Key
		out.Add(&gofakes3.Content{Key: o.Key, LastModified: gofakes3.NewContentTime(o.Modified), ETag: o.etag(), Size: o.Size})
		return true
	})
	return out, nil
}

// GetObject implements gofakes3.Backend.
func (s *store) GetObject(_ context.Context, bucketName, key string, asked *gofakes3.ObjectRangeRequest) (*gofakes3.Object, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	o, err := s.find(bucketName, key)
	if err != nil {
		return nil, err
	}
	part, err := asked.Range(o.Size)
	if err != nil {
		return nil, err
	}
	start, length := int64(0), o.Size
	if part != nil {
		start, length = part.Start, part.Length
	}
	// Opened under the lock, the blob stays readable when it is replaced.
	contents, err := o.blob.open(start, length)
	if err != nil {
		return nil, err
	}
	return &gofakes3.Object{Name: key, Metadata: o.Metadata, Size: o.Size, Hash: o.MD5, Range: part, Contents: contents}, nil
}

// HeadObject implements gofakes3.Backend.
func (s *store) HeadObject(_ context.Context, bucketName, key string) (*gofakes3.Object, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	o, err := s.find(bucketName, key)
	if err != nil {
		return nil, err
	}
	return &gofakes3.Object{Name: key, Metadata: o.Metadata, Size: o.Size, Hash: o.MD5, Contents: io.NopCloser(strings.NewReader(""))}, nil
}

// PutObject implements gofakes3.Backend.
func (s *store) PutObject(ctx context.Context, bucketName, key string, metadata map[string]string, body io.Reader, size int64) (gofakes3.PutObjectResult, error) {
	var none gofakes3.PutObjectResult
	if ok, _ := s.BucketExists(ctx, bucketName); !ok {
		return none, gofakes3.BucketNotFound(bucketName)
	}
	draft, err := newDraft(s.folder(bucketName))
	if err != nil {
		return none, err
	}
	defer draft.discard()
	digest, sum := md5.New(), crc64.New(nvme)
	n, err := io.Copy(io.MultiWriter(draft, digest, sum), body)
	if err != nil {
		return none, err
	}
	if size >= 0 && n != size {
		return none, gofakes3.ErrIncompleteBody
	}
	o := &object{Key: key, Size: n, MD5: digest.Sum(nil), Metadata: withChecksum(metadata, sum.Sum(nil)), Modified: s.now().UTC()}

	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[bucketName]
	if b == nil {
		return none, gofakes3.BucketNotFound(bucketName)
	}
	old := b.get(key)
	etag := ""
	if old != nil {
		etag = old.etag()
	}
	if err := gofakes3.CheckWriteConditions(ctx, old != nil, etag); err != nil {
		return none, err
	}
	if o.blob, err = draft.keep(o); err != nil {
		return none, err
	}
	b.objects.ReplaceOrInsert(o)
	return gofakes3.PutObjectResult{ETag: o.etag()}, nil
}

// nvme is the polynomial of CRC-64/NVME.
var nvme = crc64.MakeTable(0x9a6c9329ac4bc9b5)

// withChecksum adds the checksum that S3 computes of an object which came
// without one.
func withChecksum(metadata map[string]string, sum []byte) map[string]string {
	out := map[string]string{}
	for k, v := range metadata {
		if strings.HasPrefix(k, "X-Amz-Checksum-") {
			return metadata
		}
		out[k] = v
	}
	out["X-Amz-Checksum-Crc64nvme"] = base64.StdEncoding.EncodeToString(sum)
	return out
}

// CopyObject implements gofakes3.Backend.
func (s *store) CopyObject(ctx context.Context, fromBucket, fromKey, toBucket, toKey string, metadata map[string]string) (gofakes3.CopyObjectResult, error) {
	var none gofakes3.CopyObjectResult
	from, err := s.GetObject(ctx, fromBucket, fromKey, nil)
	if err != nil {
		return none, err
	}
	defer from.Contents.Close()
	made, err := s.PutObject(ctx, toBucket, toKey, metadata, from.Contents, from.Size)
	if err != nil {
		return none, err
	}
	return gofakes3.CopyObjectResult{ETag: made.ETag, LastModified: gofakes3.NewContentTime(s.now().UTC())}, nil
}

// DeleteObject implements gofakes3.Backend.
func (s *store) DeleteObject(_ context.Context, bucketName, key string) (gofakes3.ObjectDeleteResult, error) {
	var none gofakes3.ObjectDeleteResult
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[bucketName]
	if b == nil {
		return none, gofakes3.BucketNotFound(bucketName)
	}
	o := b.get(key)
	if o == nil {
		return none, nil
	}
	if err := o.blob.remove(); err != nil {
		return none, fmt.Errorf("delete %s: %w", key, err)
	}
	b.objects.Delete(o)
	return none, nil
}

// DeleteMulti implements gofakes3.Backend.
func (s *store) DeleteMulti(ctx context.Context, bucketName string, keys ...string) (gofakes3.MultiDeleteResult, error) {
	var out gofakes3.MultiDeleteResult
	for _, key := range keys {
		if _, err := s.DeleteObject(ctx, bucketName, key); err != nil {
			failed := gofakes3.ErrorResultFromError(err)
			failed.Key = key
			out.Error = append(out.Error, failed)
			continue
		}
		out.Deleted = append(out.Deleted, gofakes3.ObjectID{Key: key})
	}
	return out, nil
}
