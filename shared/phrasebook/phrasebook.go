// Package phrasebook gives what a program says in the languages it speaks. Each
// language is a JSON file of its own, which is read when somebody first speaks it:
// a new instance of a function has no time for those that nobody does.
package phrasebook

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// fallback is the language of those who speak none that there is.
const fallback = "en"

// Book is a T, such as a struct of sentences, in every language.
type Book[T any] struct {
	pages func() pages[T]
}

// pages is the languages and what is said in them.
type pages[T any] struct {
	languages []string // sorted
	in        map[string]func() T
}

// New gives the book of a folder's files, such as de.json. A file that cannot be
// read is a bug, and a panic when its language is first spoken.
func New[T any](files embed.FS, folder string) *Book[T] {
	return &Book[T]{sync.OnceValue(func() pages[T] {
		list, err := files.ReadDir(folder)
		if err != nil {
			panic(err)
		}
		p := pages[T]{in: make(map[string]func() T, len(list))}
		for _, f := range list {
			language := strings.TrimSuffix(f.Name(), ".json")
			p.languages = append(p.languages, language)
			p.in[language] = sync.OnceValue(func() T { return read[T](files, folder+"/"+f.Name()) })
		}
		return p
	})}
}

func read[T any](files embed.FS, path string) (t T) {
	data, err := files.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &t)
	}
	if err != nil {
		panic(fmt.Sprintf("%s: %v", path, err))
	}
	return t
}

// Languages lists the languages, sorted. It is not to be changed.
func (b *Book[T]) Languages() []string { return b.pages().languages }

// Spoken gives the language that serves a tag such as de-AT best.
func (b *Book[T]) Spoken(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if _, ok := b.pages().in[base]; ok {
		return base
	}
	return fallback
}

// In gives what is said in the language that serves a tag best.
func (b *Book[T]) In(tag string) T { return b.pages().in[b.Spoken(tag)]() }
