package object

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"omniops/shared/boot/awsapi"
	"omniops/shared/fault"
)

// MinPart is the smallest part of an upload but its last, in bytes (Amazon S3,
// multipart upload limits, read 2026-11-24).
const MinPart = 5 << 20

// Upload is an object that is stored in parts, by one process after another: what
// has been uploaded stays until Complete or Abort, or for a day.
type Upload struct {
	Key   Key      `json:"key"`
	ID    string   `json:"id"`
	Parts []string `json:"parts"` // the ETag of each
}

// Begin begins an upload.
func (b *Bucket) Begin(ctx context.Context, key Key, contentType string) (Upload, error) {
	resp, err := b.client.Do(ctx, http.MethodPost, b.url(key)+"?uploads=", http.Header{"Content-Type": {contentType}}, nil)
	if err != nil {
		return Upload{}, fmt.Errorf("begin upload of %s: %w", key, err)
	}
	defer func() { _ = resp.Body.Close() }()
	var begun struct {
		UploadID string `xml:"UploadId"`
	}
	if err := xml.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&begun); err != nil || begun.UploadID == "" {
		return Upload{}, fault.E(fault.Unavailable, "", fmt.Errorf("begin upload of %s: %w", key, err))
	}
	return Upload{Key: key, ID: begun.UploadID}, nil
}

// Add uploads the next part. Adding the same one again after a failure is harmless:
// it takes its own place.
func (b *Bucket) Add(ctx context.Context, u *Upload, body []byte) error {
	query := "?partNumber=" + strconv.Itoa(len(u.Parts)+1) + "&uploadId=" + url.QueryEscape(u.ID)
	resp, err := b.client.Do(ctx, http.MethodPut, b.url(u.Key)+query, nil, body)
	if err != nil {
		return fmt.Errorf("upload part of %s: %w", u.Key, err)
	}
	defer func() { _ = resp.Body.Close() }()
	u.Parts = append(u.Parts, resp.Header.Get("ETag"))
	return nil
}

// Complete makes one object of the parts.
func (b *Bucket) Complete(ctx context.Context, u Upload) error {
	var body strings.Builder
	body.WriteString("<CompleteMultipartUpload>")
	for i, etag := range u.Parts {
		fmt.Fprintf(&body, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", i+1, strings.ReplaceAll(etag, `"`, "&quot;"))
	}
	body.WriteString("</CompleteMultipartUpload>")
	resp, err := b.client.Do(ctx, http.MethodPost, b.url(u.Key)+"?uploadId="+url.QueryEscape(u.ID), nil, []byte(body.String()))
	if err != nil {
		return fmt.Errorf("complete upload of %s: %w", u.Key, err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10)) // a failure may come with 200
	if err != nil || strings.Contains(string(answer), "<Error>") {
		return fault.E(fault.Unavailable, "", fmt.Errorf("complete upload of %s: %w", u.Key, errors.Join(err, errors.New("S3 has refused"))))
	}
	return nil
}

// Abort gives an upload up. One that is gone is no error.
func (b *Bucket) Abort(ctx context.Context, u Upload) error {
	resp, err := b.client.Do(ctx, http.MethodDelete, b.url(u.Key)+"?uploadId="+url.QueryEscape(u.ID), nil, nil)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("abort upload of %s: %w", u.Key, err)
	}
	return resp.Body.Close()
}

// Stream copies an object to w, without holding more than a little of it. A missing
// one is NotFound.
func (b *Bucket) Stream(ctx context.Context, key Key, w io.Writer) (int64, error) {
	resp, err := b.client.Do(ctx, http.MethodGet, b.url(key), nil, nil)
	if refused, ok := errors.AsType[*awsapi.Error](err); ok && refused.Status == http.StatusNotFound {
		return 0, fault.E(fault.NotFound, "There is nothing here.", err)
	}
	if err != nil {
		return 0, fmt.Errorf("get object %s: %w", key, err)
	}
	defer func() { _ = resp.Body.Close() }()
	n, err := io.Copy(w, resp.Body)
	if err != nil {
		return n, fault.E(fault.Unavailable, "", fmt.Errorf("stream object %s: %w", key, err))
	}
	return n, nil
}
