package web

import "embed"

// ConsentSources holds the TypeScript and CSS of the banner and the preference
// centre, and the tokens they share with everything else.
//
//go:embed tokens.css consent/*.ts consent/*.css
var ConsentSources embed.FS
