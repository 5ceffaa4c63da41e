package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path of this repository's module.
const module = "omniops"

// graph is what each package of the repository imports, tests aside. Our own
// packages are named by their folder.
type graph map[string][]string

// read parses the imports of every Go file below root.
func read(t *testing.T, root string) graph {
	t.Helper()
	sets := map[string]map[string]bool{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && file != root && (name[0] == '.' || name == "testdata" || name == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		folder = filepath.ToSlash(folder)
		if sets[folder] == nil {
			sets[folder] = map[string]bool{}
		}
		for _, i := range tree.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			sets[folder][strings.TrimPrefix(name, module+"/")] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	g := graph{}
	for folder, set := range sets {
		g[folder] = slices.Sorted(maps.Keys(set))
	}
	return g
}

// chain finds the shortest way from a package to one that matches a pattern.
func (g graph) chain(from, to string) []string {
	before := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at != from && matches(to, at) {
			var way []string
			for ; at != ""; at = before[at] {
				way = append([]string{at}, way...)
			}
			return way
		}
		for _, next := range g[at] {
			if _, seen := before[next]; !seen {
				before[next] = at
				queue = append(queue, next)
			}
		}
	}
	return nil
}

// broken lists every breach of the rules, as sentences.
func (g graph) broken() (out []string) {
	for _, from := range slices.Sorted(maps.Keys(g)) {
		height := layerOf(from)
		if strings.HasPrefix(from, "shared/") && height < 0 {
			out = append(out, from+" is in no layer of the map")
		}
		for _, to := range g[from] {
			above := layerOf(to)
			if height >= 0 && above > height {
				out = append(out, from+" ("+layers[height].name+") imports "+to+" ("+layers[above].name+"): imports point down")
			}
			if host, _, _ := strings.Cut(to, "/"); height == 0 && strings.Contains(host, ".") {
				out = append(out, from+" imports "+to+": the vocabulary is built on the standard library alone")
			}
			for _, k := range keepers {
				if (height >= 0) && matches(k.to, to) && !matches(k.from, from) {
					out = append(out, from+" imports "+to+": "+k.why)
				}
			}
		}
		for _, r := range rules {
			if !matches(r.from, from) {
				continue
			}
			if way := g.chain(from, r.to); way != nil {
				out = append(out, strings.Join(way, " → ")+": "+r.why)
			}
		}
		if strings.HasPrefix(from, "functions/") && !strings.HasPrefix(from, "functions/privacy-") {
			support, assistant := g.chain(from, `shared/support`), g.chain(from, `shared/assistant`)
			if support != nil && assistant != nil {
				out = append(out, strings.Join(support, " → ")+" and "+strings.Join(assistant, " → ")+": no function links both engines")
			}
		}
	}
	return out
}

func TestImportsFollowTheMap(t *testing.T) {
	g := read(t, "../..")
	if len(g["shared/boot"]) == 0 {
		t.Fatal("found no package shared/boot: the repository is elsewhere")
	}
	for _, breach := range g.broken() {
		t.Error(breach)
	}
}

// The rules find what they are for.
func TestRules(t *testing.T) {
	for name, c := range map[string]struct {
		graph graph
		want  []string
	}{
		"as it should be": {graph{
			"functions/chat-reply": {"shared/support", "shared/boot"},
			"shared/support":       {"shared/llm", "shared/fault"},
			"shared/boot":          {"github.com/aws/aws-lambda-go/lambda", "shared/fault"},
			"shared/fault":         {"errors", "crypto/rand", "shared/id"},
			"local/lambda":         {"shared/boot", "unsafe"},
		}, nil},
		"upwards": {graph{"shared/table": {"shared/tenant"}},
			[]string{"shared/table (platform) imports shared/tenant (product): imports point down"}},
		"engine through others": {graph{"shared/support/text": {}, "shared/support": {"shared/knowledge"}, "shared/knowledge": {"shared/assistant"}},
			[]string{"shared/support → shared/knowledge → shared/assistant: shopper text must not reach merchant tools"}},
		"both engines": {graph{"functions/daily-report": {"shared/assistant", "shared/ropa"}, "shared/ropa": {"shared/support"}},
			[]string{"functions/daily-report → shared/ropa → shared/support and functions/daily-report → shared/assistant: no function links both engines"}},
		"a function as a library": {graph{"functions/a": {"functions/b"}},
			[]string{"functions/a → functions/b: a function is a program, not a library"}},
		"the local cloud": {graph{"shared/queue": {"local/sqs"}},
			[]string{"shared/queue → local/sqs: what runs on AWS knows nothing of the local cloud"}},
		"off the map": {graph{"shared/utils": {}},
			[]string{"shared/utils is in no layer of the map"}},
		"vocabulary with a dependency": {graph{"shared/id": {"github.com/oklog/ulid/v2", "encoding/json"}},
			[]string{"shared/id imports github.com/oklog/ulid/v2: the vocabulary is built on the standard library alone"}},
		"around the keeper": {graph{"shared/tenant": {"github.com/aws/aws-sdk-go-v2/service/dynamodb"}},
			[]string{"shared/tenant imports github.com/aws/aws-sdk-go-v2/service/dynamodb: table makes the seven calls itself: nothing is stored but registered records, and the SDK costs every cold start"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.graph.broken(); !slices.Equal(got, c.want) {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
		})
	}
}
