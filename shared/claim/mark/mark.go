// Package mark finds in the source which tests say that they prove a claim.
// Whether they pass is for a run to say.
package mark

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

// Mark is one test that says it proves one claim.
type Mark struct {
	Claim string // its id
	Test  string // the function
	File  string // relative to the root
}

// Package is the folder of the test, as go test takes it.
func (m Mark) Package() string { return "./" + filepath.ToSlash(filepath.Dir(m.File)) }

// Find reads every test file under a root.
func Find(root string) ([]Mark, error) {
	var found []Mark
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && (name == "node_modules" || name == "testdata" || len(name) > 2 && strings.HasPrefix(name, ".")) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("read the marks of %s: %w", path, err)
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return fmt.Errorf("name the file %s: %w", path, err)
		}
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok {
				continue
			}
			for _, id := range marked(function) {
				found = append(found, Mark{Claim: id, Test: function.Name.Name, File: name})
			}
		}
		return nil
	})
	return found, err
}

// marked lists the claims that one function names.
func marked(function *ast.FuncDecl) []string {
	var ids []string
	ast.Inspect(function, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "Proves" {
			return true
		}
		for _, arg := range call.Args[1:] {
			if literal, ok := arg.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if id, err := strconv.Unquote(literal.Value); err == nil {
					ids = append(ids, id)
				}
			}
		}
		return true
	})
	return ids
}
