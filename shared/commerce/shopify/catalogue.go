package shopify

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"omniops/shared/commerce"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// Product is what is kept of a shop's product, and all that is: its name, its
// variants with prices and availability, and what the shop itself publishes of it
// (C051).
type Product struct {
	Handle      string    `json:"handle"`
	Name        string    `json:"name"`
	URL         string    `json:"url"`
	Description string    `json:"description"`
	Variants    []Variant `json:"variants"`
}

// Variant is one form of a product that can be bought.
type Variant struct {
	Name      string         `json:"name"`
	Price     commerce.Money `json:"price"`
	Available bool           `json:"available"`
}

// Progress is how far a shop's products have been read.
type Progress struct {
	Products int
	SyncedAt time.Time // when a whole reading ended
}

const (
	maxDescription = 4000 // of a product, in bytes
	maxVariants    = 250
)

// Catalogue keeps the products of merchants' shops.
type Catalogue struct{ table *table.Store }

// NewCatalogue makes a Catalogue on the main table.
func NewCatalogue(t *table.Store) *Catalogue { return &Catalogue{t} }

// productItem is a Product as stored. Its number finds it when the shop says that
// it was deleted, which is all it says then.
type productItem struct {
	table.Key
	Number    string    `dynamodbav:"number"`  // the shop's
	Product   string    `dynamodbav:"product"` // JSON
	UpdatedAt time.Time `dynamodbav:"updated_at"`
	Run       string    `dynamodbav:"run"` // of the reading that saw it last
}

// Inventory makes productItem a table.Record.
func (productItem) Inventory() inventory.Entry {
	return catalogueEntry("commerce.product", map[string]inventory.Category{
		"number": inventory.PublicContent, "product": inventory.PublicContent, "updated_at": inventory.None, "run": inventory.None,
	})
}

// numberItem finds a product by the shop's number of it.
type numberItem struct {
	table.Key
	Handle string `dynamodbav:"handle"`
}

// Inventory makes numberItem a table.Record.
func (numberItem) Inventory() inventory.Entry {
	return catalogueEntry("commerce.product-number", map[string]inventory.Category{"handle": inventory.PublicContent})
}

// catalogueItem is how far a tenant's products have been read.
type catalogueItem struct {
	table.Key
	Run      string    `dynamodbav:"run"`   // the whole reading under way or, if none is, the last
	Since    time.Time `dynamodbav:"since"` // what changed before is read already
	Products int       `dynamodbav:"products"`
	SyncedAt time.Time `dynamodbav:"synced_at"`
}

// Inventory makes catalogueItem a table.Record.
func (catalogueItem) Inventory() inventory.Entry {
	return catalogueEntry("commerce.catalogue", map[string]inventory.Category{
		"run": inventory.None, "since": inventory.None, "products": inventory.BusinessData, "synced_at": inventory.BusinessData,
	})
}

func catalogueEntry(record string, fields map[string]inventory.Category) inventory.Entry {
	return inventory.Entry{
		Record:     record,
		Subject:    inventory.NoSubject,
		Fields:     fields,
		Purpose:    inventory.KnowledgeBase,
		LegalBasis: inventory.Contract,
		Role:       inventory.Processor,
		Retention:  inventory.ContentRetention,
		Source:     inventory.FromShopify,
	}
}

// ByHandles reads products by their handles, in one call; those that are not there
// are left out. At most 100 are read.
func (c *Catalogue) ByHandles(ctx context.Context, t id.Tenant, handles ...string) ([]Product, error) {
	var keys []table.Key
	for _, h := range handles[:min(len(handles), 100)] {
		if key, err := table.Product(t, h); err == nil {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	items, err := c.table.Eventual().GetAll(ctx, t, keys...)
	if err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	var out []Product
	for _, i := range items {
		if !i.Exists() {
			continue
		}
		var stored productItem
		var p Product
		if err := i.Decode(&stored); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(stored.Product), &p); err != nil {
			return nil, fmt.Errorf("decode product: %w", err)
		}
		out = append(out, p)
	}
	return out, nil
}

// Progress says how far a tenant's products have been read.
func (c *Catalogue) Progress(ctx context.Context, t id.Tenant) (Progress, error) {
	item, err := c.state(ctx, t)
	return Progress{item.Products, item.SyncedAt}, err
}

func (c *Catalogue) state(ctx context.Context, t id.Tenant) (catalogueItem, error) {
	item := catalogueItem{Key: table.Catalogue(t)}
	err := c.table.Get(ctx, t, item.Key, &item)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return item, fmt.Errorf("read state of catalogue: %w", err)
	}
	return item, nil
}

// put stores a product of the shop. One that is not published is removed.
func (c *Catalogue) put(ctx context.Context, t id.Tenant, n productNode, run string) error {
	nr := number("Product", n.ID)
	if nr == "" {
		return nil
	}
	p, published := n.product()
	key, err := table.Product(t, p.Handle)
	if !published || err != nil {
		return c.remove(ctx, t, nr)
	}
	var before numberItem
	err = c.table.Get(ctx, t, table.ProductNumber(t, nr), &before)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if err == nil && before.Handle != p.Handle { // renamed
		if err := c.remove(ctx, t, nr); err != nil {
			return err
		}
	}
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode product: %w", err)
	}
	// The number first: it may point to nothing, but nothing is there without it.
	return c.table.PutAll(ctx, t,
		numberItem{Key: table.ProductNumber(t, nr), Handle: p.Handle},
		productItem{Key: key, Number: nr, Product: string(text), UpdatedAt: n.UpdatedAt.UTC(), Run: run})
}

// remove forgets a product by the shop's number of it.
func (c *Catalogue) remove(ctx context.Context, t id.Tenant, nr string) error {
	var item numberItem
	err := c.table.Get(ctx, t, table.ProductNumber(t, nr), &item)
	if err != nil {
		return ignore(err, fault.NotFound)
	}
	key, err := table.Product(t, item.Handle)
	if err != nil {
		return err
	}
	var stored productItem
	err = c.table.Get(ctx, t, key, &stored)
	if err == nil && stored.Number == nr { // another product may have the handle by now
		err = c.table.Delete(ctx, t, key)
	}
	if err := ignore(err, fault.NotFound); err != nil {
		return err
	}
	return c.table.Delete(ctx, t, table.ProductNumber(t, nr))
}

// Forget removes all products of a tenant.
func (c *Catalogue) Forget(ctx context.Context, t id.Tenant) error {
	for _, r := range []table.Range{table.Products(t), table.ProductNumbers(t)} {
		if _, err := c.table.DeleteRange(ctx, t, r); err != nil {
			return fmt.Errorf("forget products: %w", err)
		}
	}
	return c.table.Delete(ctx, t, table.Catalogue(t))
}

// sweep removes what a whole reading did not see, and gives how many are left.
func (c *Catalogue) sweep(ctx context.Context, t id.Tenant, run string, began time.Time) (left int, err error) {
	items, err := c.table.Earliest(ctx, t, table.Products(t), 0)
	if err != nil {
		return 0, fmt.Errorf("list products: %w", err)
	}
	for _, i := range items {
		var stored productItem
		if err := i.Decode(&stored); err != nil {
			return 0, err
		}
		// What a webhook brought since the reading began may not be in it.
		if stored.Run == run || stored.UpdatedAt.After(began) {
			left++
			continue
		}
		if err := c.remove(ctx, t, stored.Number); err != nil {
			return 0, err
		}
	}
	return left, nil
}

// productFields are what is read of a product.
const productFields = `id title handle status description onlineStoreUrl updatedAt
      variants(first: 25) { ` + variantFields + ` }`

const variantFields = `nodes { title price availableForSale } pageInfo { hasNextPage endCursor }`

var (
	productPage = operation{"Products", `query Products($q: String, $after: String) {
  shop { currencyCode }
  products(first: 20, after: $after, query: $q, sortKey: UPDATED_AT) {
    nodes { ` + productFields + ` }
    pageInfo { hasNextPage endCursor } }
}`}
	productOne = operation{"Product", `query Product($id: ID!) {
  shop { currencyCode }
  product(id: $id) { ` + productFields + ` }
}`}
	productRest = operation{"Variants", `query Variants($id: ID!, $after: String) {
  product(id: $id) { variants(first: 100, after: $after) { ` + variantFields + ` } }
}`}
)

// productNode is a product as the shop gives it.
type productNode struct {
	ID             string
	Title          string
	Handle         string
	Status         string
	Description    string
	OnlineStoreURL *string
	UpdatedAt      time.Time
	Variants       variantPage
	currency       string
}

// variantPage is a page of a product's variants.
type variantPage struct {
	Nodes []struct {
		Title            string
		Price            string
		AvailableForSale bool
	}
	PageInfo struct {
		HasNextPage bool
		EndCursor   *string
	}
}

// complete reads the rest of a product's variants, as far as they are kept. A product
// that is gone meanwhile has no more.
func (w *Worker) complete(ctx context.Context, a commerce.Access, n *productNode) error {
	for len(n.Variants.Nodes) < maxVariants && n.Variants.PageInfo.HasNextPage && n.Variants.PageInfo.EndCursor != nil {
		var got struct {
			Product *struct{ Variants variantPage }
		}
		if err := w.Client.call(ctx, a, productRest, map[string]any{"id": n.ID, "after": *n.Variants.PageInfo.EndCursor}, &got); err != nil {
			return err
		}
		if got.Product == nil || len(got.Product.Variants.Nodes) == 0 {
			return nil
		}
		n.Variants.Nodes = append(n.Variants.Nodes, got.Product.Variants.Nodes...)
		n.Variants.PageInfo = got.Product.Variants.PageInfo
	}
	return nil
}

// product is what is kept, and whether anybody may see it: an active product that
// is in the online store.
func (n productNode) product() (Product, bool) {
	p := Product{Handle: n.Handle, Name: n.Title, URL: https(text(n.OnlineStoreURL)), Description: cut(n.Description, maxDescription)}
	for _, v := range n.Variants.Nodes[:min(len(n.Variants.Nodes), maxVariants)] {
		price, err := commerce.ParseMoney(v.Price, n.currency)
		if err != nil {
			continue // without its price it cannot be talked about
		}
		p.Variants = append(p.Variants, Variant{v.Title, price, v.AvailableForSale})
	}
	return p, n.Status == "ACTIVE" && p.URL != "" && p.Name != "" && len(p.Variants) > 0
}

// cut keeps the first bytes of a text, in whole characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}
