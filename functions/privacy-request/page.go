package main

import (
	_ "embed"
	"sync"

	"omniops/shared/apigw"
)

// pageHTML is the page on which anybody asks about their own data.
//
//go:embed page.html
var pageHTML string

// wordsJSON holds the page's words by language.
//
//go:embed page.json
var wordsJSON []byte

var page = sync.OnceValues(func() (*apigw.Page, error) { return apigw.NewPage(pageHTML, wordsJSON) })
