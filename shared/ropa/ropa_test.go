package ropa

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"omniops/shared/claim"
	"omniops/shared/inventory"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func all(t *testing.T) []inventory.Entry {
	t.Helper()
	list, err := All()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// source is what a package of the repository says about records.
type source struct {
	types   []string        // that have an Inventory method
	strings map[string]bool // every string literal
	checked bool            // its tests call tabletest.Check
}

// sources parses every package below shared, functions and web.
func sources(t *testing.T) map[string]*source {
	t.Helper()
	found := map[string]*source{}
	for _, top := range []string{"shared", "functions"} {
		err := filepath.WalkDir(filepath.Join("..", "..", top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
				return err
			}
			folder := filepath.Dir(path)
			s := found[folder]
			if s == nil {
				s = &source{strings: map[string]bool{}}
				found[folder] = s
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			test := strings.HasSuffix(path, "_test.go")
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Recv != nil && n.Name.Name == "Inventory" && !test {
						s.types = append(s.types, fmt.Sprint(n.Recv.List[0].Type))
					}
				case *ast.BasicLit:
					if value, err := strconv.Unquote(n.Value); err == nil && !test {
						s.strings[value] = true
					}
				case *ast.SelectorExpr:
					if test && n.Sel.Name == "Check" && fmt.Sprint(n.X) == "tabletest" {
						s.checked = true
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
	return found
}

// Every type of the repository that can be stored is in the list: tabletest.Check
// holds each type of a package to its published entry, and here nobody gets
// around it. An entry whose type is gone fails too.
func TestEveryRecordTypeIsPublished(t *testing.T) {
	claim.Proves(t, "C002", "C027")
	types := 0
	declared := map[string]bool{}
	for folder, s := range sources(t) {
		if len(s.types) == 0 {
			continue
		}
		types += len(s.types)
		if !s.checked {
			t.Errorf("%s stores %v, and no test of it calls tabletest.Check", folder, s.types)
		}
		for text := range s.strings {
			declared[text] = true
		}
	}
	list := all(t)
	if len(list) != types {
		t.Errorf("%d record types exist, %d are published", types, len(list))
	}
	for _, e := range list {
		if !declared[e.Record] {
			t.Errorf("%s is published, and no package declares it", e.Record)
		}
		switch e.LegalBasis {
		case inventory.Contract, inventory.Consent, inventory.LegalObligation, inventory.LegitimateInterest:
		default:
			t.Errorf("%s has %q, which is no basis of Article 6", e.Record, e.LegalBasis)
		}
	}
}

// What an incomplete declaration would hide is not published at all.
func TestAnIncompleteEntryIsAnError(t *testing.T) {
	for name, text := range map[string]string{
		"no basis": `{"Record":"a.b","Subject":"none","Fields":{"x":"none"},"Purpose":"billing","Role":"controller","Retention":"account","Source":"first-party"}`,
		"no JSON":  `{`,
	} {
		if list, err := read(fstest.MapFS{"entries/a.b.json": {Data: []byte(text)}}); err == nil {
			t.Errorf("%s: %v", name, list)
		}
	}
}

func TestContractIsTheBasisOfTheService(t *testing.T) {
	claim.Proves(t, "C028")
	want := map[string]inventory.Basis{
		"conversation.head": inventory.Contract, "conversation.message": inventory.Contract,
		"tenant.account": inventory.Contract, "tenant.usage": inventory.Contract,
		"analytics.event": inventory.Consent,
		"consent.receipt": inventory.LegalObligation, "consent.merchant-receipt": inventory.LegalObligation,
	}
	got := map[string]inventory.Basis{}
	for _, e := range all(t) {
		if want[e.Record] != "" {
			got[e.Record] = e.LegalBasis
		}
		// One purpose rests on one basis in one role: device and person level
		// analytics on consent and nothing else.
		if e.Purpose == inventory.UsageAnalytics && e.LegalBasis != inventory.Consent {
			t.Errorf("%s is analytics on %s", e.Record, e.LegalBasis)
		}
		if e.LegalBasis == inventory.Consent && e.Purpose == inventory.CustomerSupport {
			t.Errorf("%s is support on consent", e.Record)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("bases %v, want %v", got, want)
	}
}

// The golden file is the record of processing activities as an authority would be
// given it; a change of any declaration shows here.
func TestArticle30(t *testing.T) {
	claim.Proves(t, "C004")
	var b strings.Builder
	list := all(t)
	for _, role := range []inventory.Role{inventory.Controller, inventory.Processor} {
		fmt.Fprintf(&b, "# as %s\n", role)
		for _, a := range Article30(list, role) {
			fmt.Fprintf(&b, "\n%s (%s)\n  about %v: %v\n  from %v, kept %v\n  records %v\n  recipients", a.Purpose, a.Basis, a.Subjects, a.Categories, a.Sources, a.Retention, a.Records)
			for _, p := range a.Recipients {
				fmt.Fprintf(&b, " %s(%s)", p.Name, p.Country)
				if !p.MayTransfer("OTHER") {
					t.Errorf("%s receives data without a ground for the transfer", p.Name)
				}
			}
			b.WriteString("\n")
		}
		b.WriteString("\n")
	}
	path := filepath.Join("testdata", "article30.golden")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || b.String() != string(want) {
		t.Errorf("the record of processing has changed (-update rewrites it; review reads it):\n%s", b.String())
	}
}

// Every personal attribute of every record is on the map, under its category.
func TestTheMapLeavesNothingOut(t *testing.T) {
	list := all(t)
	var want, got []string
	for _, e := range list {
		for name, c := range e.Fields {
			if c.Personal() {
				want = append(want, string(c)+" "+e.Record+"."+name)
			}
		}
	}
	for _, h := range DataMap(list) {
		if len(h.Purposes) == 0 || len(h.Bases) == 0 || len(h.Sources) == 0 || len(h.Retention) == 0 || len(h.Subjects) == 0 {
			t.Errorf("%s leaves something open: %+v", h.Category, h)
		}
		for _, a := range h.Attributes {
			got = append(got, string(h.Category)+" "+a)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the map has %v\nwant %v", got, want)
	}
}

// The categories of the past 12 months follow the schema: a new record shows up,
// and a category that the law's are not mapped to is an error.
func TestPastYearFollowsTheSchema(t *testing.T) {
	claim.Proves(t, "C154", "C155", "C156")
	list := all(t)
	attributes := func(list []inventory.Entry, s Statutory) []string {
		t.Helper()
		collected, err := PastYear(list)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range collected {
			if c.Category == s {
				return c.Attributes
			}
		}
		return nil
	}
	for s, want := range map[Statutory][]string{
		Identifiers:      {"tenant.account.contact_email", "analytics.event.network", "conversation.head.shopper", "consent.receipt.visitor"},
		InternetActivity: {"analytics.event.path", "analytics.event.kind", "conversation.message.body"},
	} {
		got := attributes(list, s)
		for _, a := range want {
			if !slices.Contains(got, a) {
				t.Errorf("%s holds %v, and not %s", s, got, a)
			}
		}
	}
	if got := attributes(list, Commercial); len(got) == 0 {
		t.Error("no commercial information, though orders are looked up")
	}
	fresh := inventory.Entry{
		Record: "test.purchase", Subject: inventory.Shopper, SubjectKey: "who", Purpose: inventory.CustomerSupport, LegalBasis: inventory.Contract,
		Role: inventory.Processor, Retention: inventory.ChatRetention, Source: inventory.FromShopify,
		Fields: map[string]inventory.Category{"who": inventory.Identifier, "total": inventory.CommercialData},
	}
	if got := attributes(append(slices.Clone(list), fresh), Commercial); !slices.Contains(got, "test.purchase.total") {
		t.Errorf("a new record does not show: %v", got)
	}
	if got := attributes([]inventory.Entry{fresh}, InternetActivity); got != nil {
		t.Errorf("what no record holds is reported: %v", got)
	}
	for category := range statutory {
		if !category.Personal() {
			t.Errorf("%s is mapped, and is not personal", category)
		}
	}
}
