package shopify

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// product is an article of a store.
type product struct {
	id                         int64
	handle, title, vendor      string
	kind, html, text, status   string // status ACTIVE, ARCHIVED, DRAFT or UNLISTED
	tags                       []string
	url, picture               string // empty if it is not in the online shop
	option                     string // name of its only option
	variants                   []*variant
	createdAt, updatedAt       time.Time
	untracked, needsNoShipping bool
}

// variant is what is bought.
type variant struct {
	id       int64
	title    string
	sku      string
	price    int64 // minor
	compare  int64 // minor; 0 is none
	stock    int
	position int
}

func (p *product) stock() (n int) {
	for _, v := range p.variants {
		n += v.stock
	}
	return n
}

func (p *product) node() node {
	if p == nil {
		return nil
	}
	low, high := p.variants[0].price, p.variants[0].price
	var values []string
	var variants []entry
	for _, v := range p.variants {
		low, high = min(low, v.price), max(high, v.price)
		values = append(values, v.title)
		variants = append(variants, entry{strconv.FormatInt(v.id, 10), func() node { return p.variantNode(v) }})
	}
	n := node{
		"__typename": "Product", "id": gid("Product", p.id), "legacyResourceId": strconv.FormatInt(p.id, 10), "title": p.title, "handle": p.handle,
		"status": p.status, "vendor": p.vendor, "productType": p.kind, "tags": p.tags, "descriptionHtml": p.html,
		"description": field(func(args arguments) (any, error) {
			if at := args.count("truncateAt", 0); at > 0 && at < len(p.text) {
				return strings.ToValidUTF8(p.text[:at], "") + "...", nil
			}
			return p.text, nil
		}),
		"onlineStoreUrl": optional(p.url), "totalInventory": p.stock(), "tracksInventory": !p.untracked,
		"createdAt": p.createdAt, "updatedAt": p.updatedAt, "publishedAt": nil,
		"priceRangeV2":  node{"minVariantPrice": money(low, currency), "maxVariantPrice": money(high, currency)},
		"options":       few([]node{{"id": gid("ProductOption", p.id), "name": p.option, "position": 1, "values": values}}),
		"featuredMedia": nil, "variants": connection("ProductVariant", variants),
	}
	if p.url != "" {
		n["publishedAt"] = p.createdAt
	}
	if p.picture != "" {
		image := node{"id": gid("ImageSource", p.id), "url": field(func(arguments) (any, error) { return p.picture, nil }), "altText": p.title, "width": 800, "height": 800}
		n["featuredMedia"] = node{"__typename": "MediaImage", "id": gid("MediaImage", p.id), "alt": p.title, "preview": node{"image": image}, "image": image}
	}
	return n
}

func (p *product) variantNode(v *variant) node {
	if v == nil {
		return nil
	}
	name := p.title
	if v.title != defaultTitle {
		name += " - " + v.title
	}
	n := node{
		"__typename": "ProductVariant", "id": gid("ProductVariant", v.id), "legacyResourceId": strconv.FormatInt(v.id, 10), "title": v.title, "displayName": name,
		"sku": optional(v.sku), "price": decimal(v.price, currency), "compareAtPrice": nil, "availableForSale": p.untracked || v.stock > 0,
		"inventoryQuantity": v.stock, "inventoryPolicy": "DENY", "selectedOptions": []node{{"name": p.option, "value": v.title}},
		"product": field(func(arguments) (any, error) { return p.node(), nil }), "position": v.position, "updatedAt": p.updatedAt,
	}
	if v.compare > 0 {
		n["compareAtPrice"] = decimal(v.compare, currency)
	}
	return n
}

// defaultTitle is the title of the variant of a product that has no choice.
const defaultTitle = "Default Title"

var productFields = []string{"id", "title", "handle", "sku", "status", "vendor", "tag", "product_type", "created_at", "updated_at", "published_at"}

func (p *product) document() document {
	var skus []string
	for _, v := range p.variants {
		skus = append(skus, v.sku)
	}
	return document{
		text:     map[string][]string{"title": {p.title}, "handle": {p.handle}, "sku": skus, "vendor": {p.vendor}, "tag": p.tags, "product_type": {p.kind}},
		exact:    map[string]string{"status": p.status, "id": strconv.FormatInt(p.id, 10)},
		when:     map[string]time.Time{"created_at": p.createdAt, "updated_at": p.updatedAt, "published_at": p.createdAt},
		anywhere: slices.Concat([]string{p.title, p.vendor, p.kind}, skus, p.tags),
	}
}
