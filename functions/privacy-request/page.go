package main

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strings"
	"sync"
)

// pageHTML is the page on which anybody asks about their own data. Its script and
// style are in it, and allowed by their hashes alone.
//
//go:embed page.html
var pageHTML string

// wordsJSON holds the page's words by language.
//
//go:embed page.json
var wordsJSON []byte

// page is what is sent in one language.
type page struct{ body, policy string }

var pages = sync.OnceValues(func() (map[string]page, error) {
	var all map[string]struct {
		Page   map[string]string `json:"page"`
		Script map[string]string `json:"script"`
	}
	if err := json.Unmarshal(wordsJSON, &all); err != nil {
		return nil, fmt.Errorf("read words of the page: %w", err)
	}
	made := map[string]page{}
	for language, w := range all {
		script, err := json.Marshal(w.Script) // escapes < and >, so that no word ends the script
		if err != nil {
			return nil, err
		}
		body := strings.NewReplacer("{{lang}}", language, "{{words}}", string(script)).Replace(pageHTML)
		for name, text := range w.Page {
			body = strings.ReplaceAll(body, "{{"+name+"}}", html.EscapeString(text))
		}
		made[language] = page{body, fmt.Sprintf("default-src 'none'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; style-src %s; script-src %s",
			hashOf(body, "<style>", "</style>"), hashOf(body, "<script>", "</script>"))}
	}
	return made, nil
})

// hashOf allows one inline style or script in a content security policy.
func hashOf(body, begin, end string) string {
	_, rest, _ := strings.Cut(body, begin)
	inner, _, _ := strings.Cut(rest, end)
	sum := sha256.Sum256([]byte(inner))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// show sends the page in the language that is asked for, or the browser's, or English.
func (*handler) show(w http.ResponseWriter, r *http.Request) error {
	all, err := pages()
	if err != nil {
		return err
	}
	made := all["en"]
	for _, wanted := range append([]string{r.URL.Query().Get("lang")}, strings.Split(r.Header.Get("Accept-Language"), ",")...) {
		base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(wanted)), "-")
		base, _, _ = strings.Cut(base, ";")
		if p, ok := all[base]; ok {
			made = p
			break
		}
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", made.policy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "public, max-age=300")
	header.Set("Vary", "Accept-Language")
	_, err = w.Write([]byte(made.body))
	return err
}
