package claim_test

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

// marked finds every claim that a test of this repository marks as proven, and
// where.
func marked(t *testing.T) map[string][]string {
	t.Helper()
	proofs := map[string][]string{}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
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
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "Proves" {
				return true
			}
			for _, arg := range call.Args[1:] {
				if literal, ok := arg.(*ast.BasicLit); ok && literal.Kind == token.STRING {
					if id, err := strconv.Unquote(literal.Value); err == nil {
						proofs[id] = append(proofs[id], path)
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return proofs
}

// TestNoClaimIsAnOrphan holds that a claim which names what enforces it is
// marked by a test, that a marked claim exists, and that it says what enforces
// it. Whether the marked tests pass is make claims' to say.
func TestNoClaimIsAnOrphan(t *testing.T) {
	claim.Proves(t, "C001")
	claims, err := claim.All()
	if err != nil {
		t.Fatal(err)
	}
	proofs := marked(t)
	known := map[string]claim.Claim{}
	for _, c := range claims {
		known[c.ID] = c
		if len(c.EnforcedBy) > 0 && len(proofs[c.ID]) == 0 {
			t.Errorf("%s is enforced by %s, but no test proves it", c.ID, strings.Join(c.EnforcedBy, ", "))
		}
	}
	for id, files := range proofs {
		if c, ok := known[id]; !ok {
			t.Errorf("%s: proves unknown claim %q", strings.Join(files, ", "), id)
		} else if len(c.EnforcedBy) == 0 {
			t.Errorf("%s proves %s, which does not say what enforces it", strings.Join(files, ", "), id)
		}
	}
	regimes, err := claim.Regimes()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range claims {
		if len(regimes[c.ID]) == 0 {
			t.Errorf("%s answers to no provision", c.ID)
		}
	}
	if len(regimes) != len(claims) {
		t.Errorf("%d claims have provisions, there are %d", len(regimes), len(claims))
	}
	if _, err := claim.LastProofs(); err != nil {
		t.Error(err)
	}
	for _, regime := range []string{"GDPR", "CCPA", "AI Act"} {
		if !strings.Contains(known["C001"].Statement, regime) {
			t.Errorf("C001 does not name the %s", regime)
		}
	}
}
