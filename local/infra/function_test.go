package infra

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"omniops/shared/claim"
)

// folders are the names of the folders directly in a folder of the repository.
func folders(t *testing.T, of string) []string {
	t.Helper()
	entries, err := os.ReadDir(root + of)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, e.Name())
		}
	}
	return out
}

func TestFoldersAndFunctionsAreTheSame(t *testing.T) {
	var names []string
	for _, f := range load(t).functions(t) {
		names = append(names, f.name)
		var id string
		for word := range strings.SplitSeq(f.name, "-") {
			id += strings.ToUpper(word[:1]) + word[1:]
		}
		if f.id != id || f.properties["FunctionName"] != "omniops-${Stage}-"+f.name {
			t.Errorf("functions/%s is %s, named %v", f.name, f.id, f.properties["FunctionName"])
		}
	}
	slices.Sort(names)
	for _, of := range []string{"functions", "events"} {
		if got := folders(t, of); !slices.Equal(got, names) {
			t.Errorf("%s/ holds %v; the template has %v", of, got, names)
		}
	}
}

// The whole system, and everything it needs of an account, is in the template:
// nothing is made by hand, and every function is made alike.
func TestEverythingIsProvisionedFromTheTemplate(t *testing.T) {
	claim.Proves(t, "C109")
	d := load(t)
	for _, f := range d.functions(t) {
		p := f.properties
		for property, want := range map[string]any{
			"Runtime": "provided.al2023", "Handler": "bootstrap", "CodeUri": ".build/functions/" + f.name + "/",
			"AutoPublishAlias": "live", "Architectures": []any{"arm64"},
			"LoggingConfig": map[string]any{"LogFormat": "JSON", "LogGroup": "${" + f.id + "Logs}"},
		} {
			if !reflect.DeepEqual(p[property], want) {
				t.Errorf("%s.%s is %v, want %v", f.id, property, p[property], want)
			}
		}
		if at(p, "DeploymentPreference", "Type") != "Canary10Percent5Minutes" ||
			!slices.Equal(texts(at(p, "DeploymentPreference", "Alarms")), []string{"${" + f.id + "Errors}"}) ||
			at(p, "DeploymentPreference", "Role") != "${DeploymentRole.Arn}" {
			t.Errorf("%s is not deployed by a canary that its alarm rolls back: %v", f.id, p["DeploymentPreference"])
		}
		alarm := d.get(t, f.id+"Errors").properties
		dimensions := map[string]any{}
		for _, m := range mappings(alarm["Dimensions"]) {
			dimensions[m["Name"].(string)] = m["Value"]
		}
		if alarm["MetricName"] != "Errors" || alarm["TreatMissingData"] != "notBreaching" ||
			!maps.Equal(dimensions, map[string]any{"FunctionName": "${" + f.id + "}", "Resource": "${" + f.id + "}:live"}) {
			t.Errorf("%sErrors watches something else: %v", f.id, alarm)
		}
		if days := d.get(t, f.id+"Logs").properties["RetentionInDays"]; days != 30 {
			t.Errorf("%s keeps its log for %v days", f.id, days)
		}
		if limit, _ := p["Timeout"].(int); limit < 1 || limit > 900 {
			t.Errorf("%s may run for %d s", f.id, limit)
		}
	}
	for _, alarm := range d.resources("AWS::CloudWatch::Alarm") {
		if !slices.Equal(texts(alarm.properties["AlarmActions"]), []string{"${AlarmTopic}"}) {
			t.Errorf("%s tells nobody", alarm.id)
		}
		// The deployment role may look at alarms of this name only.
		if name, _ := alarm.properties["AlarmName"].(string); !strings.HasPrefix(name, "omniops-${Stage}-") {
			t.Errorf("%s is named %s", alarm.id, name)
		}
	}
	watched := map[string]bool{}
	for _, alarm := range d.resources("AWS::CloudWatch::Alarm") {
		id := alarm.id
		if !strings.HasSuffix(id, "Throttles") || id == "TableThrottles" {
			continue
		}
		metrics := mappings(alarm.properties["Metrics"])
		if len(metrics) > 1+10 { // the sum, and what CloudWatch adds up at most
			t.Errorf("%s adds up %d metrics", id, len(metrics)-1)
		}
		for _, m := range metrics {
			for _, dimension := range mappings(at(m, "MetricStat", "Metric", "Dimensions")) {
				watched[fmt.Sprint(dimension["Value"])] = true
			}
		}
	}
	for _, f := range d.functions(t) {
		if !watched["${"+f.id+"}"] {
			t.Errorf("nobody notices when %s is throttled", f.id)
		}
	}
	for _, id := range []string{"ChatSlow", "TableThrottles", "ApiFailures", "CrawlFailuresWaiting", "VerificationFailuresWaiting", "OrderFailuresWaiting", "ShopFailuresWaiting", "FailedRunsWaiting", "MetaFailuresWaiting", "MetaQuarantineWaiting", "DeletionFailuresWaiting", "DeletionsLate", "DeletionsCritical"} {
		d.get(t, id)
	}
	// Whatever is referred to is made here, or comes with the account.
	known := map[string]bool{}
	for _, s := range []string{"Parameters", "Resources"} {
		for id := range d.section(s) {
			known[id] = true
		}
	}
	reference := regexp.MustCompile(`\$\{([\w:]+)[\w.]*\}`)
	for _, s := range []string{"Globals", "Conditions", "Rules", "Resources", "Outputs"} {
		walk(s, d.section(s), func(path string, v any) {
			text, _ := v.(string)
			for _, m := range reference.FindAllStringSubmatch(text, -1) {
				if !known[m[1]] && !strings.HasPrefix(m[1], "AWS::") {
					t.Errorf("%s: nothing is called %s", path, m[1])
				}
			}
			if strings.Contains(text, "{{resolve:") || path[strings.LastIndex(path, ".")+1:] == "Fn::ImportValue" {
				t.Errorf("%s needs something made by hand: %s", path, text)
			}
		})
	}
	for id, p := range d.section("Parameters") {
		if at(p, "Default") == nil && id != "DomainName" {
			t.Errorf("parameter %s has no default; only the domain is an operator's to choose", id)
		}
	}
}

// Every variable that a function reads is set for it, and the reverse: main.go
// and the platform packages say what is read, the template what is set.
func TestEnvironmentIsWhatFunctionsRead(t *testing.T) {
	platform := map[string]bool{threads: true} // of the runtime package
	for _, of := range []string{"shared/boot", "shared/egress", "shared/telemetry"} {
		for _, name := range environmentNames(t, root+of) {
			platform[name] = true
		}
	}
	// Set by Lambda itself, or by the local cloud alone.
	const provided = "^(AWS_.*|_.*|CLOCK_OFFSET)$"
	for _, f := range load(t).functions(t) {
		folder := root + "functions/" + f.name
		if _, err := os.Stat(folder + "/main.go"); err != nil {
			t.Errorf("%s: %v", f.name, err)
			continue
		}
		reads := map[string]bool{}
		for _, name := range environmentNames(t, folder) {
			reads[name] = true
			if _, set := f.env[name]; !set && !regexp.MustCompile(provided).MatchString(name) {
				t.Errorf("%s reads %s, which the template does not set for it", f.name, name)
			}
		}
		for name := range f.env {
			if !reads[name] && !platform[name] {
				t.Errorf("the template sets %s for %s, which does not read it", name, f.name)
			}
		}
	}
}

// threads is the variable that says how many threads run Go code at once.
const threads = "GOMAXPROCS"

// A function with less than a core has one thread: a second one is only handed work
// and hands it back. Who is given a core or more says how many.
func TestFunctionsHaveAThreadPerCore(t *testing.T) {
	const core = 1769 // MB, by AWS's "Configure Lambda function memory", read 2026-11-24
	for _, f := range load(t).functions(t) {
		memory, ok := at(f.properties, "MemorySize").(int)
		if !ok {
			t.Fatalf("%s has no memory", f.name)
		}
		if got, want := f.env[threads], strconv.Itoa(max(1, memory/core)); got != want {
			t.Errorf("%s has %d MB and %q threads, not %s", f.name, memory, got, want)
		}
	}
}

// environmentNames are the variables that the Go files of one folder, tests
// aside, name in an env tag or look up by name.
func environmentNames(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				if n.Tag != nil {
					tag, _ := strconv.Unquote(n.Tag.Value)
					if name, _, _ := strings.Cut(reflect.StructTag(tag).Get("env"), ","); name != "" {
						out = append(out, name)
					}
				}
			case *ast.CallExpr:
				called, _ := n.Fun.(*ast.SelectorExpr)
				if called == nil || len(n.Args) == 0 || !slices.Contains([]string{"Getenv", "LookupEnv", "getenv"}, called.Sel.Name) {
					return true
				}
				if name, ok := n.Args[0].(*ast.BasicLit); ok {
					text, _ := strconv.Unquote(name.Value)
					out = append(out, text)
				}
			}
			return true
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// The variable of a parameter is its name in upper snake case; that of a secret
// is listed, and is the name of the variable with its ARN but for the _ARN.
func TestParametersAndSandboxNameTheSameVariables(t *testing.T) {
	d := load(t)
	secrets, _ := at(d.root, "Metadata", "Secrets").(map[string]any)
	variables := map[string]bool{}
	for id := range d.section("Parameters") {
		if snake := upperSnake(id); pascal(snake) != id {
			t.Errorf("%s becomes %s and then %s", id, snake, pascal(snake))
		} else {
			variables[snake] = true
		}
	}
	for _, r := range d.resources("AWS::SecretsManager::Secret") {
		name, _ := secrets[r.id].(string)
		if snake := upperSnake(r.id); name == "" || snake != name && snake != name+"_SECRET" {
			t.Errorf("secret %s is the variable %q", r.id, name)
		}
		variables[name] = true
	}
	for _, f := range d.functions(t) {
		for variable, v := range f.env {
			id := strings.TrimSuffix(strings.TrimPrefix(v, "${"), "}")
			if at(d.root, "Parameters", id) != nil && upperSnake(id) != variable {
				t.Errorf("%s: parameter %s is set as %s", f.id, id, variable)
			}
			if name, ok := strings.CutSuffix(variable, "_ARN"); ok && secrets[id] != name {
				t.Errorf("%s: %s is %s, listed as %v", f.id, variable, id, secrets[id])
			}
		}
	}
	data, err := os.ReadFile(root + "local/sandbox.env")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		if name, _, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			listed[strings.TrimPrefix(name, "export ")] = true
			if !variables[strings.TrimPrefix(name, "export ")] && !strings.HasPrefix(name, "DEMO_") { // the local cloud's own
				t.Errorf("local/sandbox.env lists %s, which is neither a parameter nor a secret", name)
			}
		}
	}
	for name := range variables {
		if !listed[name] {
			t.Errorf("local/sandbox.env does not list %s", name)
		}
	}
}

func upperSnake(pascal string) string {
	return strings.ToUpper(regexp.MustCompile(`([a-z0-9])([A-Z])`).ReplaceAllString(pascal, "${1}_$2"))
}

func pascal(snake string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(strings.ToLower(snake), "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
