package build

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"

	"omniops/web"
)

// The most that a shopper's browser ever fetches, compressed with brotli.
const (
	// LoaderBudget is for what every page of a shop loads, in bytes.
	LoaderBudget = 2048
	// WidgetBudget is for loader and chat together, in bytes: one round trip
	// of a fresh connection.
	WidgetBudget = 14 * 1024
)

// loaderAge is how long a changed loader may take to reach every shop.
const loaderAge = 5 * time.Minute

// Asset is one file of the widget, ready to be served or uploaded.
type Asset struct {
	Path         string // below the API's origin, with the leading slash
	Body         []byte
	Brotli       []byte // Body, compressed
	ContentType  string
	CacheControl string
	ETag         string // quoted, as in the header
	Integrity    string // for a script tag's integrity attribute
}

// Assets are the widget's files: the loader, whose name never changes, and the
// chat, whose name carries the hash of its content.
type Assets struct {
	Loader Asset
	UI     Asset
}

// Widget builds the widget. It fails if a source does not build, or if the
// result is larger than its budget.
func Widget() (Assets, error) { return widget(web.Sources) }

func widget(sources fs.FS) (Assets, error) {
	ui, err := bundle(sources, "widget/ui.ts", api.FormatESModule, nil)
	if err != nil {
		return Assets{}, err
	}
	sum := sha256.Sum256(ui)
	name := "omniops-ui." + hex.EncodeToString(sum[:6]) + ".js"
	loader, err := bundle(sources, "widget/loader.ts", api.FormatIIFE, map[string]string{"UI_FILE": `"` + name + `"`})
	if err != nil {
		return Assets{}, err
	}
	a := Assets{
		Loader: newAsset("/widget/omniops.js", loader, fmt.Sprintf("public, max-age=%d", int(loaderAge.Seconds()))),
		UI:     newAsset("/widget/"+name, ui, "public, max-age=31536000, immutable"),
	}
	return a, a.check()
}

// check compares the sizes with the budgets.
func (a Assets) check() error {
	var errs []error
	if n := len(a.Loader.Brotli); n > LoaderBudget {
		errs = append(errs, fmt.Errorf("the loader has %d bytes, %d more than its budget", n, n-LoaderBudget))
	}
	if n := len(a.Loader.Brotli) + len(a.UI.Brotli); n > WidgetBudget {
		errs = append(errs, fmt.Errorf("the widget has %d bytes, %d more than its budget", n, n-WidgetBudget))
	}
	if len(errs) > 0 {
		return fmt.Errorf("%w\n%s", errors.Join(errs...), a.Sizes())
	}
	return nil
}

// Sizes is a table of what the files weigh beside their budgets.
func (a Assets) Sizes() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s %8s %8s %8s\n", "widget", "bytes", "brotli", "budget")
	fmt.Fprintf(&b, "%-12s %8d %8d %8d\n", "loader", len(a.Loader.Body), len(a.Loader.Brotli), LoaderBudget)
	fmt.Fprintf(&b, "%-12s %8d %8d %8s\n", "chat", len(a.UI.Body), len(a.UI.Brotli), "")
	fmt.Fprintf(&b, "%-12s %8d %8d %8d\n", "together", len(a.Loader.Body)+len(a.UI.Body), len(a.Loader.Brotli)+len(a.UI.Brotli), WidgetBudget)
	return b.String()
}

func newAsset(path string, body []byte, cache string) Asset {
	sum := sha256.Sum256(body)
	var compressed bytes.Buffer
	w := brotli.NewWriterLevel(&compressed, brotli.BestCompression)
	_, _ = w.Write(body) // a bytes.Buffer takes everything
	_ = w.Close()
	return Asset{
		Path:         path,
		Body:         body,
		Brotli:       compressed.Bytes(),
		ContentType:  "text/javascript; charset=utf-8",
		CacheControl: cache,
		ETag:         `"` + hex.EncodeToString(sum[:8]) + `"`,
		Integrity:    "sha256-" + base64.StdEncoding.EncodeToString(sum[:]),
	}
}
