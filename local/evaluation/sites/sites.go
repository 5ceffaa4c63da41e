// Package sites serves the made-up shops whose pages answers are evaluated on.
// Each shop is a folder: layout.html around every page, product.html and
// listing.html for what shop.json lists, and pages/ with the rest.
package sites

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"omniops/shared/fault"
)

// Names are the shops, as Handler and the files of questions call them.
var Names = []string{"wolle", "savon"}

//go:embed wolle savon
var files embed.FS

// shop is what shop.json holds.
type shop struct {
	Categories []category
	Products   []product
	Alternates map[string]string // a page's address and that of its translation
}

// category is a page that lists products.
type category struct {
	Path, Name, Intro string
	Language          string
	Products          []product `json:"-"`
}

// product is one page of the catalogue. Price is in euros, as "149.00".
type product struct {
	Path, Category, Name, SKU, Price string
	Language                         string
	Stock                            string // the last part of a schema.org availability
	StockNote                        string
	Structured                       bool // has its price in markup for machines too
	Text                             []string
	Facts                            [][2]string
	Sizes                            [][]string // the first row is the header
	Related                          []product  `json:"-"`
}

// Shown is the price as the shop's pages write it.
func (p product) Shown() string {
	if p.Language == "en" {
		return "€" + p.Price
	}
	return strings.Replace(p.Price, ".", ",", 1) + " €"
}

// view is what a template is given.
type view struct {
	Base, Path, Language string
	Alternate            string // the address of the translation, if there is one
	Shop                 shop
	Category             category
	Product              product
}

// Handler serves a shop whose own absolute addresses start with base, such as
// "http://127.0.0.1:1234". An unknown name is fault.NotFound.
func Handler(name, base string) (http.Handler, error) {
	if !slices.Contains(Names, name) {
		return nil, fault.E(fault.NotFound, "There is no such shop.", fmt.Errorf("shop %q", name))
	}
	pages, err := render(name, strings.TrimSuffix(base, "/"))
	if err != nil {
		return nil, fmt.Errorf("render shop %s: %w", name, err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := pages[r.URL.Path]
		switch {
		case !ok:
			http.NotFound(w, r)
			return
		case strings.HasSuffix(r.URL.Path, ".xml"):
			w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		case strings.HasSuffix(r.URL.Path, ".txt"):
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
		}
		_, _ = w.Write(body) // the reader has gone
	}), nil
}

// render makes every page of a shop, by path.
func render(name, base string) (map[string][]byte, error) {
	raw, err := files.ReadFile(name + "/shop.json")
	if err != nil {
		return nil, err
	}
	var s shop
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	s.join()
	layout, err := template.ParseFS(files, name+"/layout.html")
	if err != nil {
		return nil, err
	}
	pages := map[string][]byte{}
	add := func(file string, v view) error {
		t, err := template.Must(layout.Clone()).ParseFS(files, file)
		if err != nil {
			return err
		}
		v.Base, v.Shop, v.Alternate = base, s, s.Alternates[v.Path]
		if v.Language == "" && strings.HasPrefix(v.Path, "/en") {
			v.Language = "en"
		}
		var b bytes.Buffer
		if err := t.ExecuteTemplate(&b, "layout.html", v); err != nil {
			return err
		}
		pages[v.Path] = b.Bytes()
		return nil
	}
	for _, c := range s.Categories {
		if err := add(name+"/listing.html", view{Path: c.Path, Language: c.Language, Category: c}); err != nil {
			return nil, err
		}
	}
	for _, p := range s.Products {
		if err := add(name+"/product.html", view{Path: p.Path, Language: p.Language, Product: p}); err != nil {
			return nil, err
		}
	}
	root := name + "/pages"
	err = fs.WalkDir(files, root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		path := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(file, root), ".html"), "/index")
		if path == "" {
			path = "/"
		}
		return add(file, view{Path: path})
	})
	if err != nil {
		return nil, err
	}
	pages["/sitemap.xml"] = sitemap(base, pages)
	pages["/robots.txt"] = fmt.Appendf(nil, "User-agent: *\nAllow: /\n\nSitemap: %s/sitemap.xml\n", base)
	return pages, nil
}

// join gives each category its products, and each product two others of its
// category that its page recommends.
func (s *shop) join() {
	for i, c := range s.Categories {
		for _, p := range s.Products {
			if p.Category == c.Path {
				s.Categories[i].Products = append(s.Categories[i].Products, p)
			}
		}
	}
	for i, p := range s.Products {
		for _, q := range s.Products {
			if q.Category == p.Category && q.Path != p.Path && len(s.Products[i].Related) < 2 {
				s.Products[i].Related = append(s.Products[i].Related, q)
			}
		}
	}
}

// sitemap lists all pages.
func sitemap(base string, pages map[string][]byte) []byte {
	var paths []string
	for path := range pages {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	out := []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for _, path := range paths {
		out = fmt.Appendf(out, "<url><loc>%s%s</loc></url>\n", base, path)
	}
	return append(out, "</urlset>\n"...)
}
