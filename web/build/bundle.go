// Package build bundles the chat widget and serves it. It needs no npm: esbuild
// is a Go library here, and the sources are compiled in.
package build

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundle builds one entry point below sources into a single minified script.
// Constants are replaced by the JavaScript expressions given.
func bundle(sources fs.FS, entry string, format api.Format, constants map[string]string) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{entry},
		Bundle:            true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Format:            format,
		Target:            api.ES2022,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		TsconfigRaw:       `{"compilerOptions":{"strict":true}}`,
		Define:            constants,
		Plugins:           []api.Plugin{from(sources)},
		LogLevel:          api.LogLevelSilent,
	})
	if len(result.Errors) > 0 {
		var errs []error
		for _, line := range api.FormatMessages(result.Errors, api.FormatMessagesOptions{}) {
			errs = append(errs, errors.New(strings.TrimSpace(line)))
		}
		return nil, fmt.Errorf("bundle %s: %w", entry, errors.Join(errs...))
	}
	return result.OutputFiles[0].Contents, nil
}

// from has esbuild read sources instead of the disk. A style sheet is imported
// as its minified text.
func from(sources fs.FS) api.Plugin {
	const namespace = "sources"
	return api.Plugin{
		Name: namespace,
		Setup: func(b api.PluginBuild) {
			b.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
				name := path.Clean(args.Path) // an entry that is also on the disk comes as ./name
				if args.Importer != "" {
					name = path.Join(path.Dir(args.Importer), name)
				}
				if path.Ext(name) == "" {
					name += ".ts"
				}
				return api.OnResolveResult{Path: name, Namespace: namespace}, nil
			})
			b.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: namespace}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
				raw, err := fs.ReadFile(sources, args.Path)
				if err != nil {
					return api.OnLoadResult{}, err
				}
				text, loader := string(raw), api.LoaderTS
				if path.Ext(args.Path) == ".css" {
					if text, err = minifyCSS(text); err != nil {
						return api.OnLoadResult{}, fmt.Errorf("style sheet %s: %w", args.Path, err)
					}
					loader = api.LoaderText
				}
				return api.OnLoadResult{Contents: &text, Loader: loader}, nil
			})
		},
	}
}

func minifyCSS(text string) (string, error) {
	result := api.Transform(text, api.TransformOptions{
		Loader:           api.LoaderCSS,
		MinifyWhitespace: true,
		MinifySyntax:     true,
		// Browsers that know light-dark() know every feature used here.
		Engines: []api.Engine{{Name: api.EngineChrome, Version: "123"}, {Name: api.EngineFirefox, Version: "120"}, {Name: api.EngineSafari, Version: "17.5"}},
		Charset: api.CharsetUTF8,
	})
	if len(result.Errors) > 0 {
		return "", errors.New(result.Errors[0].Text)
	}
	return strings.TrimSpace(string(result.Code)), nil
}
