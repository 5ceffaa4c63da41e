package library_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"omniops/local/localtest"
	"omniops/shared/fault"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
)

// denying answers as S3 does to a role that may list only a part of the bucket:
// an object that is missing is denied.
type denying struct{ aws.HTTPClient }

func (d denying) Do(r *http.Request) (*http.Response, error) {
	resp, err := d.HTTPClient.Do(r)
	if err == nil && resp.StatusCode == http.StatusNotFound {
		resp.StatusCode = http.StatusForbidden
	}
	return resp, err
}

// A first crawl finds nothing of an earlier one, and goes on.
func TestWhatIsMissingMayBeDenied(t *testing.T) {
	c := localtest.Start(t)
	config := c.AWS
	config.HTTPClient = denying{config.HTTPClient}
	l := library.New(object.NewBucket(config, c.Env(t, "site-crawl", "CONTENT_BUCKET")))
	if p, err := l.Checkpoint(t.Context(), "kettles"); err != nil || p.Run != "" {
		t.Errorf("checkpoint %+v, %v", p, err)
	}
	none := func(p library.Page) error {
		t.Errorf("page %+v", p)
		return nil
	}
	if e, err := l.LoadPages(t.Context(), "kettles", none); err != nil || e.Run != "" {
		t.Errorf("pages %+v, %v", e, err)
	}
	if _, err := l.Changes(t.Context(), "kettles"); err != nil && fault.KindOf(err) != fault.NotFound {
		t.Errorf("changes: %v", err)
	}
	if _, err := l.Contradictions(t.Context(), "kettles"); err != nil && fault.KindOf(err) != fault.NotFound {
		t.Errorf("contradictions: %v", err)
	}
	// What is there is still read, and its neighbour is not taken for it.
	point := library.Checkpoint{Run: "20261124T093000.000", StartedAt: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)}
	if err := l.SaveCheckpoint(t.Context(), "kettles-2", &point, nil); err != nil {
		t.Fatal(err)
	}
	if p, err := l.Checkpoint(t.Context(), "kettles-2"); err != nil || p.Run != point.Run {
		t.Errorf("checkpoint %+v, %v", p, err)
	}
	if p, err := l.Checkpoint(t.Context(), "kettles"); err != nil || p.Run != "" {
		t.Errorf("checkpoint %+v, %v", p, err)
	}
}
