package infra

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"omniops/shared/claim"
)

// payment matches the names of fields for what a payment provider holds: a
// card's number, holder, code or end, a bank account.
var payment = regexp.MustCompile(`(?i)^(pan|cvv2?|cvc2?|csc|iban|bic|swift)$|(^|[_-])(pan|cvv2?|cvc2?|iban)([_-]|$)|card_?-?(number|no|holder|brand|code|exp|last|token|data)|credit_?-?card|debit_?-?card|payment_?-?(method|details|card|token)|account_?-?number|routing_?-?number|security_?-?code|last_?-?four|last4$|expiry_?-?(month|year)|sort_?-?code`)

// merchantsKey is a field for the end of a merchant's own API key.
var merchantsKey = map[string]bool{"last4": true, "last_four": true}

// TestNoSchemaHasAFieldForPaymentData looks at every stored record, at the
// published API and at the sample events, and at what is asked of a shop.
func TestNoSchemaHasAFieldForPaymentData(t *testing.T) {
	claim.Proves(t, "C007", "C058")
	root := filepath.Join("..", "..")
	stored, asked := 0, 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && (name == "node_modules" || name == "local" || len(name) > 2 && name[0] == '.') {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				if n.Tag == nil {
					break
				}
				tag, err := strconv.Unquote(n.Tag.Value)
				if err != nil {
					t.Fatal(err)
				}
				for _, key := range []string{"dynamodbav", "json"} {
					name, _, _ := strings.Cut(reflect.StructTag(tag).Get(key), ",")
					if key == "dynamodbav" && name != "" {
						stored++
					}
					if payment.MatchString(name) && !merchantsKey[name] {
						t.Errorf("%s: a field %q", path, name)
					}
				}
			case *ast.BasicLit:
				if n.Kind == token.STRING && strings.Contains(n.Value, "edges") || n.Kind == token.STRING && strings.Contains(n.Value, "nodes {") {
					asked++
					for _, field := range []string{"paymentDetails", "creditCard", "accountNumber", "paymentId", "receiptJson", "cardPaymentDetails", "accountDetails", "clientIp", "customerJourney", "browserIp"} {
						if strings.Contains(n.Value, field) {
							t.Errorf("%s: a query asks for %s", path, field)
						}
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
	if stored < 50 {
		t.Errorf("only %d stored fields were found", stored)
	}
	if asked == 0 {
		t.Error("no query of a shop was found")
	}
	raw, err := os.ReadFile(filepath.Join(root, "docs", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var document any
	if err := yaml.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	fields := 0
	fieldNames(document, func(name string) {
		fields++
		if payment.MatchString(name) && !merchantsKey[name] {
			t.Errorf("openapi.yaml: a field %q", name)
		}
	})
	if fields < 50 {
		t.Errorf("only %d fields of the API were found", fields)
	}
}

// fieldNames calls f with the name of each property and parameter in a document.
func fieldNames(node any, f func(string)) {
	switch node := node.(type) {
	case map[string]any:
		if properties, ok := node["properties"].(map[string]any); ok {
			for name := range properties {
				f(name)
			}
		}
		if _, in := node["in"].(string); in {
			if name, ok := node["name"].(string); ok {
				f(name)
			}
		}
		for _, child := range node {
			fieldNames(child, f)
		}
	case []any:
		for _, child := range node {
			fieldNames(child, f)
		}
	}
}
