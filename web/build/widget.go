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
	WidgetBudget = 14 << 10
	// TotalBudget is for everything, with the part that shows orders, in bytes.
	TotalBudget = 30 * 1000
	// PageBudget is for loader and cookie banner in one file, in bytes: still a
	// part of one round trip.
	PageBudget = 8 * 1000
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

// Assets are the widget's files: the loader, alone or with the cookie banner, whose
// names never change, and the chat and the part that shows orders, whose names carry
// the hash of their content.
type Assets struct {
	Loader Asset
	Page   Asset // loader and banner
	UI     Asset
	Orders Asset
}

// Widget builds the widget. It fails if a source does not build, or if the
// result is larger than its budget.
func Widget() (Assets, error) { return widget(web.Sources) }

func widget(sources fs.FS) (Assets, error) {
	orders, err := bundle(sources, "widget/orders/desk.ts", api.FormatESModule, nil)
	if err != nil {
		return Assets{}, err
	}
	ordersName := hashed("orders", orders)
	ui, err := bundle(sources, "widget/ui.ts", api.FormatESModule, map[string]string{"ORDERS_FILE": `"` + ordersName + `"`})
	if err != nil {
		return Assets{}, err
	}
	name := hashed("ui", ui)
	loader, err := bundle(sources, "widget/loader.ts", api.FormatIIFE, map[string]string{"UI_FILE": `"` + name + `"`})
	if err != nil {
		return Assets{}, err
	}
	page, err := bundle(sources, "consent/page.ts", api.FormatIIFE, map[string]string{"UI_FILE": `"` + name + `"`})
	if err != nil {
		return Assets{}, err
	}
	soon := fmt.Sprintf("public, max-age=%d", int(loaderAge.Seconds()))
	const forever = "public, max-age=31536000, immutable"
	a := Assets{
		Loader: newAsset("/widget/omniops.js", loader, soon),
		Page:   newAsset("/widget/omniops-page.js", page, soon),
		UI:     newAsset("/widget/"+name, ui, forever),
		Orders: newAsset("/widget/"+ordersName, orders, forever),
	}
	return a, a.check()
}

// hashed names a part of the widget after its content.
func hashed(part string, body []byte) string {
	sum := sha256.Sum256(body)
	return "omniops-" + part + "." + hex.EncodeToString(sum[:6]) + ".js"
}

// first is what a shopper's browser fetches to open the chat, in bytes.
func (a Assets) first() int { return len(a.Loader.Brotli) + len(a.UI.Brotli) }

// total is everything that a shopper's browser may fetch, in bytes.
func (a Assets) total() int { return a.first() + len(a.Orders.Brotli) }

// check compares the sizes with the budgets.
func (a Assets) check() error {
	var errs []error
	if n := len(a.Loader.Brotli); n > LoaderBudget {
		errs = append(errs, fmt.Errorf("the loader has %d bytes, %d more than its budget", n, n-LoaderBudget))
	}
	if n := a.first(); n > WidgetBudget {
		errs = append(errs, fmt.Errorf("loader and chat have %d bytes, %d more than their budget", n, n-WidgetBudget))
	}
	if n := len(a.Page.Brotli); n > PageBudget {
		errs = append(errs, fmt.Errorf("loader and banner have %d bytes, %d more than their budget", n, n-PageBudget))
	}
	if n := a.total(); n > TotalBudget {
		errs = append(errs, fmt.Errorf("the widget has %d bytes, %d more than its budget", n, n-TotalBudget))
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
	fmt.Fprintf(&b, "%-12s %8d %8d %8d\n", "with banner", len(a.Page.Body), len(a.Page.Brotli), PageBudget)
	fmt.Fprintf(&b, "%-12s %8d %8d %8s\n", "chat", len(a.UI.Body), len(a.UI.Brotli), "")
	fmt.Fprintf(&b, "%-12s %8d %8d %8d\n", "together", len(a.Loader.Body)+len(a.UI.Body), a.first(), WidgetBudget)
	fmt.Fprintf(&b, "%-12s %8d %8d %8s\n", "orders", len(a.Orders.Body), len(a.Orders.Brotli), "")
	fmt.Fprintf(&b, "%-12s %8d %8d %8d\n", "in all", len(a.Loader.Body)+len(a.UI.Body)+len(a.Orders.Body), a.total(), TotalBudget)
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
