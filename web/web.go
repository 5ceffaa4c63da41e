// Package web carries the sources of everything that runs in a browser. The
// Go packages below it build and serve them.
package web

import "embed"

// Sources holds the TypeScript and CSS of the widget, and of the cookie banner with
// the preference centre, and the tokens they share.
//
//go:embed tokens.css widget/*.ts widget/*.css widget/orders consent/*.ts consent/*.css
var Sources embed.FS
