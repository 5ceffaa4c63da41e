// Package archtest holds the import rules of the repository as tests. It parses
// the imports itself: `go list` would hide what it reads from the test cache.
package archtest

import "regexp"

// layers lists the parts of the map in house style, the lowest first. A package
// imports its own layer and lower ones only.
var layers = []struct{ name, packages string }{
	{"vocabulary", `shared/(id|fault|inventory|claim|processor)`},
	{"platform", `shared/(boot|apigw|problem|table|queue|object|seal|webhook|egress|llm|mask|audit|phrasebook|subject|telemetry|archtest)`},
	{"product", `shared/(conversation|support|assistant|knowledge|commerce|channel|workspace|ads|tenant|identity|consent|feedback|rights|wish|billing|notify|ropa)`},
	{"functions", `functions/[^/]+`},
}

// rules lists what a package may never reach, directly or through others.
var rules = []rule{
	{`shared/support`, `shared/assistant`, "shopper text must not reach merchant tools"},
	{`shared/assistant`, `shared/support`, "the engines change for different reasons"},
	{`functions/(chat|meta|webchat|email|widget)-.*`, `shared/(assistant|billing)`, "channel input stays away from business tools"},
	{`shared/(apigw|boot|queue|table|webhook)`, `shared/(conversation|support|assistant)`, "infrastructure does not know the product"},
	{`shared/.*|functions/.*`, `local|local/.*`, "what runs on AWS knows nothing of the local cloud"},
	{`shared/.*|functions/.*|local|local/.*`, `functions/[^/]+`, "a function is a program, not a library"},
}

// keepers lists the packages outside this repository that only one of ours may
// import, so that its rules cannot be walked around.
var keepers = []rule{
	{`none`, `github\.com/aws/aws-sdk-go-v2/(service/dynamodb|feature/dynamodb/.*)(/types)?`, "table makes the seven calls itself: nothing is stored but registered records, and the SDK costs every cold start"},
	{`none`, `github\.com/aws/aws-sdk-go-v2/service/kms`, "seal makes the four calls itself; the SDK costs every cold start"},
	{`shared/llm(/.*)?`, `github\.com/(sashabaranov/go-openai|anthropics/.*)|google\.golang\.org/genai`, "there is one way to a model"},
	{`shared/boot(/.*)?`, `github\.com/aws/aws-lambda-go/(lambda|lambdacontext)(/.*)?`, "functions are started in one place"},
	{`shared/egress|shared/knowledge/crawl`, `code\.dny\.dev/ssrf`, "there is one way out, and one for the crawler"},
	{`none`, `github\.com/aws/aws-sdk-go-v2/config`, "it costs every cold start; boot reads the environment"},
	{`none`, `unsafe|math/rand(/v2)?`, "randomness is crypto/rand; memory is Go's"},
}

// rule says that packages matching from may not reach (or, for a keeper, that
// they alone may import) packages matching to.
type rule struct{ from, to, why string }

// matches reports whether a whole path matches a rule's pattern.
func matches(pattern, path string) bool {
	return regexp.MustCompile(`^(` + pattern + `)$`).MatchString(path)
}

// layerOf gives the height of a package, or -1 if it is in no layer.
func layerOf(path string) int {
	for i, l := range layers {
		if matches(l.packages+`(/.*)?`, path) {
			return i
		}
	}
	return -1
}
