package sites

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

const base = "https://shop.example"

// get is the body of a page, which must be there.
func get(t *testing.T, h http.Handler, path string) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		t.Errorf("%s answers %d", path, w.Code)
	}
	return w.Body.Bytes()
}

// Whoever follows links from the start page finds every page that the sitemap
// lists, and none that is missing.
func TestLinks(t *testing.T) {
	for _, name := range Names {
		t.Run(name, func(t *testing.T) {
			h, err := Handler(name, base)
			if err != nil {
				t.Fatal(err)
			}
			listed := string(get(t, h, "/sitemap.xml"))
			if !strings.Contains(string(get(t, h, "/robots.txt")), base+"/sitemap.xml") {
				t.Error("robots.txt does not name the sitemap")
			}
			seen := map[string]bool{"/": true}
			for todo := []string{"/"}; len(todo) > 0; {
				path := todo[0]
				todo = todo[1:]
				if !strings.Contains(listed, "<loc>"+base+path+"</loc>") {
					t.Errorf("the sitemap lacks %s", path)
				}
				for _, next := range links(t, path, get(t, h, path)) {
					if !seen[next] {
						seen[next] = true
						todo = append(todo, next)
					}
				}
			}
			if n := strings.Count(listed, "<loc>"); n != len(seen) {
				t.Errorf("the sitemap lists %d pages, links reach %d", n, len(seen))
			}
		})
	}
}

// links are the paths of the shop's own pages that a page links to.
func links(t *testing.T, path string, body []byte) []string {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	from, err := url.Parse(base + path)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for n := range root.Descendants() {
		if n.Data != "a" && n.Data != "link" {
			continue
		}
		for _, a := range n.Attr {
			if a.Key != "href" {
				continue
			}
			to, err := from.Parse(a.Val)
			if err != nil {
				t.Fatal(err)
			}
			if to.Scheme+"://"+to.Host == base {
				paths = append(paths, to.Path)
			}
		}
	}
	return paths
}

func TestUnknownShop(t *testing.T) {
	if _, err := Handler("käse", base); err == nil {
		t.Error("a shop nobody made is served")
	}
}

// question is one of ../questions, see package evaluation.
type question struct {
	ID, Language, Text string
	Pages, Answers     []string
	Unanswerable       bool
}

// Every label holds: what a question expects is read on the pages it names.
func TestQuestions(t *testing.T) {
	for _, name := range Names {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile("../questions/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var questions []question
			if err := json.Unmarshal(raw, &questions); err != nil {
				t.Fatal(err)
			}
			h, err := Handler(name, base)
			if err != nil {
				t.Fatal(err)
			}
			ids, texts, unanswerable := map[string]bool{}, map[string]bool{}, 0
			for _, q := range questions {
				if ids[q.ID] || texts[q.Text] {
					t.Errorf("%s %q is there twice", q.ID, q.Text)
				}
				ids[q.ID], texts[q.Text] = true, true
				if q.Unanswerable {
					unanswerable++
				}
				if q.Unanswerable != (len(q.Pages) == 0) || q.Unanswerable != (len(q.Answers) == 0) {
					t.Errorf("%s: pages and answers belong to what can be answered", q.ID)
				}
				for _, path := range q.Pages {
					if text := readable(t, path, get(t, h, path)); !containsAny(text, q.Answers) {
						t.Errorf("%s %q: none of %q on %s", q.ID, q.Text, q.Answers, path)
					}
				}
			}
			if len(questions) < 90 || unanswerable*100 < 15*len(questions) {
				t.Errorf("%d questions, %d of them unanswerable", len(questions), unanswerable)
			}
		})
	}
}

// readable is the text of a page between its header and its footer, in lower
// case. It is read without the product's own extractor, which the questions test.
func readable(t *testing.T, path string, body []byte) string {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool {
			return a.Key == "id" && (a.Val == "inhalt" || a.Val == "contenu")
		}) {
			continue
		}
		for c := range n.Descendants() {
			if c.Type == html.TextNode {
				b.WriteString(c.Data + "\n")
			}
		}
	}
	if b.Len() == 0 {
		t.Errorf("%s has no text", path)
	}
	return strings.ToLower(b.String())
}

func containsAny(text string, answers []string) bool {
	for _, a := range answers {
		if strings.Contains(text, strings.ToLower(a)) {
			return true
		}
	}
	return false
}
