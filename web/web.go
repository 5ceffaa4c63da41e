// Package web carries the sources of everything that runs in a browser. The
// Go packages below it build and serve them.
package web

import "embed"

// Sources holds the widget's TypeScript and CSS and the shared design tokens.
//
//go:embed tokens.css widget/*.ts widget/*.css widget/orders
var Sources embed.FS
