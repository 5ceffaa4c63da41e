package openai_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"omniops/shared/claim"
)

// TestOnlyAnswersAndVectors reads the source: nobody but this package uses the
// OpenAI library, and this package asks it for answers and vectors alone. It
// uploads no file, starts no training and keeps no conversation there.
func TestOnlyAnswersAndVectors(t *testing.T) {
	claim.Proves(t, "C064")
	const library = "github.com/sashabaranov/go-openai"
	calls := map[string]int{}
	for _, root := range []string{"../..", "../../../functions"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			for _, i := range file.Imports {
				name, err := strconv.Unquote(i.Path.Value)
				if err != nil {
					return err
				}
				if name == library && filepath.Base(filepath.Dir(path)) != "openai" {
					t.Errorf("%s uses the library", path)
				}
			}
			if filepath.Clean(filepath.Dir(path)) != "../../llm/openai" {
				return nil
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok {
					if x, ok := sel.X.(*ast.Ident); ok && x.Name == "client" {
						calls[sel.Sel.Name]++
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name := range calls {
		switch name {
		case "CreateChatCompletionStream", "CreateEmbeddings":
		default:
			t.Errorf("the library is asked for %s", name)
		}
	}
	if len(calls) != 2 {
		t.Errorf("calls %v", calls)
	}
}
