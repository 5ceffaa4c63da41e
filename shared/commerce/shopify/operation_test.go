package shopify

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	sandbox "omniops/local/sandbox/shopify"
	"omniops/shared/commerce"
	"omniops/shared/fault"
)

// operations are all documents of ours, with variables of the shape that they are
// sent with, and with what they cost at most.
var operations = []struct {
	operation
	variables map[string]any
	cost      int
}{
	{orderFind, map[string]any{"q": "name:'#1042'"}, 5},
	{orderContact, map[string]any{"id": "gid://shopify/Order/1"}, 4},
	{orderDetail, map[string]any{"id": "gid://shopify/Order/1"}, 999},
	{orderLines, map[string]any{"id": "gid://shopify/Order/1", "after": "x"}, 200},
	{orderState, map[string]any{"id": "gid://shopify/Order/1"}, 999},
	{orderCancel, map[string]any{"orderId": "gid://shopify/Order/1", "note": "x"}, 30},
	{cancelState, map[string]any{"id": "gid://shopify/OrderCancelJobResult/1"}, 10},
	{suggested, map[string]any{"id": "gid://shopify/Order/1", "items": []any{}}, 100},
	{refundCreate, map[string]any{"key": "k", "input": map[string]any{"orderId": "gid://shopify/Order/1"}}, 20},
	{returnRequest, map[string]any{"input": map[string]any{"orderId": "gid://shopify/Order/1", "returnLineItems": []any{}}}, 20},
	{orderUpdate, map[string]any{"input": map[string]any{"id": "gid://shopify/Order/1"}}, 20},
	{shopFacts, nil, 1},
	{appUninstall, nil, 20},
	{subscriptions, map[string]any{"topics": topics}, 102},
	{subscribe, map[string]any{"topic": "SHOP_UPDATE", "uri": "https://api.test/"}, 20},
	{unsubscribe, map[string]any{"id": "gid://shopify/WebhookSubscription/1"}, 20},
	{productPage, map[string]any{"q": "status:active", "after": nil}, 999},
	{productOne, map[string]any{"id": "gid://shopify/Product/1"}, 100},
	{productRest, map[string]any{"id": "gid://shopify/Product/1", "after": "x"}, 110},
}

// Every document is one that the published schema of the pinned version allows, by
// the name that it is sent with, and costs less than a single query may, by the
// strict reading.
func TestDocumentsAreOfThePublishedSchema(t *testing.T) {
	if Version != sandbox.Version {
		t.Fatalf("written for %s, validated against %s", Version, sandbox.Version)
	}
	store := sandbox.New(sandbox.Options{Now: time.Now})
	var names []string
	for _, o := range operations {
		t.Run(o.name, func(t *testing.T) {
			cost, err := store.Cost(o.text, o.name, o.variables)
			if err != nil || cost > o.cost || cost >= 1000 {
				t.Errorf("it costs %d, at most %d: %v", cost, o.cost, err)
			}
			if _, err := store.Cost(strings.Replace(o.text, " id ", " identifier ", 1), o.name, o.variables); err == nil && strings.Contains(o.text, " id ") {
				t.Error("a field that is not there is allowed")
			}
		})
		names = append(names, o.name)
	}
	slices.Sort(names)
	if declared := declaredOperations(t); !slices.Equal(names, declared) {
		t.Errorf("validated are %q, the package has %q", names, declared)
	}
}

// declaredOperations lists the names of all operations that the package has.
func declaredOperations(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	must(t, err)
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		must(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.CompositeLit); ok {
				if of, ok := literal.Type.(*ast.Ident); ok && of.Name == "operation" {
					if name, ok := literal.Elts[0].(*ast.BasicLit); ok {
						names = append(names, strings.Trim(name.Value, `"`))
					}
				}
			}
			return true
		})
	}
	slices.Sort(names)
	return names
}

// A bucket that empties makes calls wait for exactly as long as it needs, and no call
// is lost; one that would wait long says when to come again.
func TestABucketThatEmpties(t *testing.T) {
	b := newBench(t)
	b.connect(t, merchant)
	b.Shopify.Switch(func(s *sandbox.Switches) { s.Bucket, s.Restore = 60, 20 })
	before := b.Clock.Now()
	for range 40 { // 5 points each
		if found, err := b.client.Find(t.Context(), verification(merchant), "1042"); err != nil || len(found) != 1 {
			t.Fatalf("%v, %v", found, err)
		}
	}
	spent := b.Shopify.Counts()["orders"] * 4 // what one really costs: an order, and its connection
	waited := b.Clock.Now().Sub(before)
	if least := time.Duration(float64(spent-60) / 20 * float64(time.Second)); waited < least-time.Second || waited > least+5*time.Second {
		t.Errorf("waited %s for %d points, at least %s", waited, spent, least)
	}
	if b.Shopify.Counts()["orders"] != 40 {
		t.Errorf("carried out %d times", b.Shopify.Counts()["orders"])
	}
	// Restored slowly, it is the caller's to wait.
	b.Shopify.Switch(func(s *sandbox.Switches) { s.Restore = 1 })
	var limited error
	for range 40 {
		if _, limited = b.client.Find(t.Context(), verification(merchant), "1042"); limited != nil {
			break
		}
	}
	wantKind(t, limited, fault.RateLimited)
	wait := fault.RetryAfter(limited)
	if wait < 2*time.Second || wait > 10*time.Second {
		t.Errorf("come again in %s", wait)
	}
	b.Advance(wait)
	_, err := b.client.Find(t.Context(), verification(merchant), "1042")
	must(t, err)
	if errors.Is(limited, commerce.ErrDisconnected) {
		t.Error("a busy shop is taken for none")
	}
}
