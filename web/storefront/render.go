package storefront

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"
	text "text/template"
)

//go:embed templates shapes shop.css
var files embed.FS

// link is an entry of a navigation.
type link struct{ Path, Title string }

// column is a group of links in the footer.
type column struct {
	Title string
	Links []link
}

// view is everything the layout shows.
type view struct {
	Path, Title, Description, Canonical, Widget string
	Nav                                         []link
	Crumbs                                      []link
	Footer                                      []column
	Data                                        any // schema.org, as JSON-LD
	Body                                        template.HTML
}

// site holds the parsed templates of the shop.
type site struct {
	html     *template.Template
	pictures map[string][]byte // by path
	widget   string            // the origin of the chat
}

func newSite(widgetOrigin string) (*site, error) {
	funcs := template.FuncMap{
		"stores": func() []store { return stores },
		"sized":  sized,
		"suits":  suits,
		"guides": func() []page {
			return slices.DeleteFunc(slices.Clone(pages), func(p page) bool { return path.Dir(p.Path) != "/guides" })
		},
	}
	html, err := template.New("").Funcs(funcs).ParseFS(files, "templates/*.html", "templates/pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse the shop's templates: %w", err)
	}
	pictures, err := draw()
	if err != nil {
		return nil, err
	}
	return &site{html: html, pictures: pictures, widget: widgetOrigin}, nil
}

// draw makes a picture of each product from its shape and colours.
func draw() (map[string][]byte, error) {
	shapes, err := text.ParseFS(files, "shapes/*.svg")
	if err != nil {
		return nil, fmt.Errorf("parse the shop's drawings: %w", err)
	}
	logo, err := files.ReadFile("shapes/logo.svg")
	if err != nil {
		return nil, err
	}
	pictures := map[string][]byte{"/img/logo.svg": logo}
	for _, p := range products {
		var b bytes.Buffer
		colours := struct{ Name, Body, Trim, Bg string }{p.Name, p.body, p.trim, p.bg}
		if err := shapes.ExecuteTemplate(&b, p.shape+".svg", colours); err != nil {
			return nil, fmt.Errorf("draw %s: %w", p.Slug, err)
		}
		pictures["/img/"+p.Slug+".svg"] = bytes.TrimSpace(b.Bytes())
	}
	return pictures, nil
}

// paths lists every page, in the order of the sitemap.
func paths() []string {
	list := []string{"/"}
	for _, c := range categories {
		list = append(list, "/"+c.Slug)
	}
	for _, p := range products {
		list = append(list, "/products/"+p.Slug)
	}
	for _, p := range pages {
		list = append(list, p.Path)
	}
	return list
}

// page renders one page of the shop as seen under origin; false if there is no
// such page.
func (s *site) page(where, origin string) ([]byte, bool, error) {
	v := view{Path: where, Canonical: origin + where, Widget: s.widget + "/widget/omniops-page.js", Nav: nav(), Footer: footer()}
	var name string
	var data any
	switch {
	case where == "/":
		v.Title, v.Description = "Kettles, teapots and mugs", "Kettles, teapots and mugs that can be mended, from a workshop in Bath."
		v.Data = organisation(origin)
		name, data = "home", struct {
			Best       []product
			Categories []category
			Terms      policy
		}{bestsellers(), categories, terms}
	case strings.HasPrefix(where, "/products/"):
		i := slices.IndexFunc(products, func(p product) bool { return "/products/"+p.Slug == where })
		if i < 0 {
			return nil, false, nil
		}
		p := products[i]
		c := categories[slices.IndexFunc(categories, func(c category) bool { return c.Slug == p.Category })]
		v.Title, v.Description = p.Name, p.Summary
		v.Crumbs = []link{{"/", "Home"}, {"/" + c.Slug, c.Name}}
		v.Data = offer(p, origin)
		name, data = "product", struct {
			Product product
			Related []product
			Terms   policy
		}{p, related(p), terms}
	default:
		if i := slices.IndexFunc(categories, func(c category) bool { return "/"+c.Slug == where }); i >= 0 {
			c := categories[i]
			v.Title, v.Description, v.Crumbs = c.Name, c.Intro, []link{{"/", "Home"}}
			name, data = "category", struct {
				Category category
				Products []product
			}{c, in(c.Slug)}
			break
		}
		i := slices.IndexFunc(pages, func(p page) bool { return p.Path == where })
		if i < 0 {
			return nil, false, nil
		}
		p := pages[i]
		content, err := s.execute(path.Base(p.Path)+".html", terms)
		if err != nil {
			return nil, false, err
		}
		v.Title, v.Description, v.Crumbs = p.Title, p.Description, []link{{"/", "Home"}}
		if path.Dir(p.Path) == "/guides" {
			v.Crumbs = append(v.Crumbs, link{"/guides", "Guides"})
		}
		name, data = "article", struct {
			Page    page
			Content template.HTML
		}{p, content}
	}
	var err error
	if v.Body, err = s.execute(name, data); err != nil {
		return nil, false, err
	}
	whole, err := s.execute("layout", v)
	return []byte(whole), err == nil, err
}

func (s *site) execute(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := s.html.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("render %s: %w", name, err)
	}
	return template.HTML(b.String()), nil // the output of html/template
}

func nav() []link {
	var list []link
	for _, c := range categories {
		list = append(list, link{"/" + c.Slug, c.Name})
	}
	return append(list, link{"/guides", "Guides"}, link{"/faq", "Help"})
}

func footer() []column {
	var columns []column
	for _, title := range []string{"Help", "Guides", "Shop", "Company"} {
		c := column{Title: title}
		for _, p := range pages {
			if p.Crumb == title {
				c.Links = append(c.Links, link{p.Path, p.Title})
			}
		}
		columns = append(columns, c)
	}
	return columns
}

// in lists what stands on a shelf.
func in(slug string) []product {
	return slices.DeleteFunc(slices.Clone(products), func(p product) bool { return p.Category != slug })
}

func bestsellers() []product {
	var list []product
	for _, slug := range []string{"harbour-electric-kettle", "orchard-teapot", "tide-mug", "pour-over-gooseneck-kettle"} {
		list = append(list, products[slices.IndexFunc(products, func(p product) bool { return p.Slug == slug })])
	}
	return list
}

// related suggests something from each of the other shelves.
func related(p product) []product {
	var list []product
	for _, c := range categories {
		if c.Slug != p.Category {
			list = append(list, in(c.Slug)[len(p.Slug)%len(in(c.Slug))])
		}
	}
	return list
}

// sized lists what holds water.
func sized() []product {
	return slices.DeleteFunc(slices.Clone(products), func(p product) bool { return p.Millilitres == 0 })
}

// suits says for how many people a number of cups is.
func suits(cups int) string {
	switch {
	case cups < 2:
		return "one cup"
	case cups < 4:
		return "one person"
	case cups < 6:
		return "two or three people"
	}
	return "four or more people"
}
