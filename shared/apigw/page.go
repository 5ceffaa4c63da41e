package apigw

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Page is a page in several languages. Its script and style are in it, and allowed
// by their hashes alone.
type Page struct{ languages map[string]document }

// document is what is sent in one language.
type document struct{ body, policy string }

// NewPage makes a page of HTML in which {{name}} stands for a word, {{lang}} for the
// language and {{words}} for the script's own words. The words are JSON: by language,
// "page" and "script" of texts by name. English must be one of the languages.
func NewPage(text string, words []byte) (*Page, error) {
	var all map[string]struct {
		Page   map[string]string `json:"page"`
		Script map[string]string `json:"script"`
	}
	if err := json.Unmarshal(words, &all); err != nil {
		return nil, fmt.Errorf("read words of the page: %w", err)
	}
	p := &Page{map[string]document{}}
	for language, w := range all {
		script, err := json.Marshal(w.Script) // escapes < and >, so that no word ends the script
		if err != nil {
			return nil, fmt.Errorf("encode words of the page: %w", err)
		}
		body := strings.NewReplacer("{{lang}}", language, "{{words}}", string(script)).Replace(text)
		for name, word := range w.Page {
			body = strings.ReplaceAll(body, "{{"+name+"}}", html.EscapeString(word))
		}
		p.languages[language] = document{body, fmt.Sprintf("default-src 'none'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; style-src %s; script-src %s",
			hashOf(body, "<style>", "</style>"), hashOf(body, "<script>", "</script>"))}
	}
	return p, nil
}

// hashOf allows one inline style or script in a content security policy.
func hashOf(body, begin, end string) string {
	_, rest, _ := strings.Cut(body, begin)
	inner, _, _ := strings.Cut(rest, end)
	sum := sha256.Sum256([]byte(inner))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Show sends the page in the language that is asked for (?lang=), or the browser's,
// or English.
func (p *Page) Show(w http.ResponseWriter, r *http.Request) error {
	shown := p.languages[Language(r, slices.Collect(maps.Keys(p.languages))...)]
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", shown.policy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "public, max-age=300")
	header.Set("Vary", "Accept-Language")
	_, err := w.Write([]byte(shown.body))
	return err
}

// Language is the first language that a request asks for (?lang=, then
// Accept-Language, whose weights are as good as always in order) and that is one of
// the known: English if none is.
func Language(r *http.Request, known ...string) string {
	for _, wanted := range append([]string{r.URL.Query().Get("lang")}, strings.Split(r.Header.Get("Accept-Language"), ",")...) {
		tag, _, _ := strings.Cut(strings.TrimSpace(wanted), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if slices.Contains(known, base) {
			return base
		}
	}
	return "en"
}
