package ingest_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// site is a website whose pages change between crawls. Every page links to every
// other, and has an ETag.
type site struct {
	mu     sync.Mutex
	text   map[string]string // by path
	status map[string]int    // instead of the page
	full   []string          // paths served in full since the last reset
	hook   func(path string) // called before each answer, if set
}

// ServeHTTP answers like a shop.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	text, ok := s.text[r.URL.Path]
	status, hook := s.status[r.URL.Path], s.hook
	var links strings.Builder
	for path := range s.text {
		fmt.Fprintf(&links, "<a href=%q>%s</a> ", path, path)
	}
	s.mu.Unlock()
	if hook != nil {
		hook(r.URL.Path)
	}
	if status != 0 {
		w.WriteHeader(status)
		return
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	etag := fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(text)))
	w.Header().Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.mu.Lock()
	s.full = append(s.full, r.URL.Path)
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><html lang=en><title>%s</title><nav>%s</nav><main><h1>Good to know</h1><p>%s</p></main></html>",
		strings.Trim(r.URL.Path, "/"), links.String(), text)
}

// change alters the site, and forgets what was served.
func (s *site) change(alter func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alter()
	s.full = nil
}

// served lists what was served in full since the last change.
func (s *site) served() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.full...)
}
