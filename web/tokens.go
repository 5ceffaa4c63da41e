package web

import _ "embed"

// Tokens is the design tokens, for pages that are made on a server.
//
//go:embed tokens.css
var Tokens string
