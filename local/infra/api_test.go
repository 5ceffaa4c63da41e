package infra

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/problem"
)

const tls13 = "SecurityPolicy_TLS13_1_3_2025_09"

func TestOnlyTLS13ReachesTheAPI(t *testing.T) {
	claim.Proves(t, "C091")
	d := load(t)
	if n := len(d.resources("AWS::Serverless::Api")); n != 1 {
		t.Fatalf("there are %d APIs, want one", n)
	}
	api := d.get(t, "Api").properties
	for _, want := range []struct {
		path []string
		want any
	}{
		{[]string{"SecurityPolicy"}, tls13},
		{[]string{"EndpointAccessMode"}, "BASIC"},
		{[]string{"DisableExecuteApiEndpoint"}, true},
		{[]string{"EndpointConfiguration", "Type"}, "REGIONAL"},
	} {
		if got := at(api, want.path...); got != want.want {
			t.Errorf("Api %s is %v, want %v", strings.Join(want.path, "."), got, want.want)
		}
	}
	domains := d.resources("AWS::ApiGateway::DomainName")
	if len(domains) == 0 {
		t.Fatal("there is no custom domain, and the default endpoint is off")
	}
	for _, domain := range domains {
		if domain.properties["SecurityPolicy"] != tls13 || domain.properties["EndpointAccessMode"] != "BASIC" {
			t.Errorf("%s accepts older TLS", domain.id)
		}
		if _, optional := domain.whole["Condition"]; optional {
			t.Errorf("%s can be left out", domain.id)
		}
	}
	for _, kind := range []string{"AWS::ApiGatewayV2::Api", "AWS::Serverless::HttpApi", "AWS::Lambda::Url", "AWS::ApiGateway::RestApi"} {
		for _, r := range d.resources(kind) {
			t.Errorf("%s (%s) is a second front door", r.id, kind)
		}
	}
	for _, f := range d.functions(t) {
		if f.properties["FunctionUrlConfig"] != nil {
			t.Errorf("%s has a URL of its own", f.id)
		}
	}
	refuses := map[string]bool{}
	for _, s := range mappings(at(d.get(t, "ContentBucketPolicy").properties, "PolicyDocument", "Statement")) {
		if s["Effect"] == "Deny" && s["Principal"] == "*" {
			refuses["plain"] = refuses["plain"] || at(s, "Condition", "Bool", "aws:SecureTransport") == "false"
			refuses["old"] = refuses["old"] || at(s, "Condition", "NumericLessThan", "s3:TlsVersion") == "1.3"
		}
	}
	if !refuses["plain"] || !refuses["old"] {
		t.Error("the bucket does not refuse plain HTTP and TLS before 1.3")
	}
}

// SAM takes STREAM, plain CloudFormation's word, without complaint and makes a
// buffered route of it.
func TestChatIsStreamedAndTheRestIsNot(t *testing.T) {
	d := load(t)
	for _, f := range d.functions(t) {
		modes := map[any]bool{}
		for name, event := range eventsOf(f) {
			if event["Type"] != "Api" {
				continue
			}
			p, _ := event["Properties"].(map[string]any)
			if p["RestApiId"] != "${Api}" {
				t.Errorf("%s.%s belongs to no API of ours", f.id, name)
			}
			modes[p["ResponseTransferMode"]] = true
			limit, _ := f.properties["Timeout"].(int)
			if p["ResponseTransferMode"] == nil {
				if limit > 29 {
					t.Errorf("%s may run for %d s, but the gateway waits for 29", f.id, limit)
				}
				continue
			}
			if p["ResponseTransferMode"] != "RESPONSE_STREAM" {
				t.Errorf("%s.%s has ResponseTransferMode %v", f.id, name, p["ResponseTransferMode"])
			}
			if wait, _ := p["TimeoutInMillis"].(int); wait != limit*1000 {
				t.Errorf("%s.%s: the gateway waits %d ms, the function runs for %d s", f.id, name, wait, limit)
			}
		}
		if len(modes) > 1 {
			t.Errorf("%s is both streamed and buffered, which are different formats", f.id)
		}
		if f.name == "chat-reply" && !modes["RESPONSE_STREAM"] {
			t.Error("chat-reply is not streamed")
		}
	}
}

func TestRoutes(t *testing.T) {
	want := []string{
		"DELETE /v1/merchant/keys/{purpose} merchant-key",
		"DELETE /v1/merchant/meta/accounts/{channel}/{account} meta-connect",
		"DELETE /v1/merchant/questions/{question} merchant-question",
		"DELETE /v1/merchant/shopify shopify-install",
		"DELETE /v1/merchant/site merchant-site",
		"GET /api/meta/webhook meta-webhook",
		"GET /meta/deletion/{code} meta-deletion-status",
		"GET /privacy/{page} policy-page",
		"GET /v1/chat chat-reply",
		"GET /v1/consent consent-record",
		"GET /v1/health health",
		"GET /v1/merchant/answers merchant-answer",
		"GET /v1/merchant/approvals merchant-approval",
		"GET /v1/merchant/consent merchant-consent",
		"GET /v1/merchant/conversations merchant-conversation",
		"GET /v1/merchant/conversations/{conversation} merchant-conversation",
		"GET /v1/merchant/feedback merchant-feedback",
		"GET /v1/merchant/keys/{purpose} merchant-key",
		"GET /v1/merchant/meta meta-connect",
		"GET /v1/merchant/questions merchant-question",
		"GET /v1/merchant/requests merchant-request",
		"GET /v1/merchant/rules merchant-rule",
		"GET /v1/merchant/settings merchant-settings",
		"GET /v1/merchant/shopify shopify-install",
		"GET /v1/merchant/site merchant-site",
		"GET /v1/merchant/site/review merchant-review",
		"GET /v1/meta/callback meta-callback",
		"GET /v1/orders/actions/{action} order-action",
		"GET /v1/orders/progress order-lookup",
		"GET /v1/privacy/requests privacy-request",
		"GET /v1/privacy/requests/{request} privacy-status",
		"GET /v1/privacy/requests/{request}/file privacy-download",
		"GET /v1/registrations merchant-register",
		"GET /v1/registrations/terms merchant-register",
		"GET /v1/shopify/callback shopify-callback",
		"POST /api/meta/data-deletion meta-data-deletion",
		"POST /api/meta/deauthorize meta-deauthorize",
		"POST /api/meta/webhook meta-webhook",
		"POST /api/shopify/webhook shopify-webhook",
		"POST /v1/analytics analytics-collect",
		"POST /v1/chat chat-reply",
		"POST /v1/consent consent-record",
		"POST /v1/feedback feedback-send",
		"POST /v1/merchant/consent merchant-consent",
		"POST /v1/merchant/conversations/{conversation}/messages merchant-conversation",
		"POST /v1/merchant/meta/logins meta-connect",
		"POST /v1/merchant/questions/evaluation merchant-question",
		"POST /v1/merchant/shopify/installs shopify-install",
		"POST /v1/merchant/site/crawls merchant-site",
		"POST /v1/orders/actions/{action} order-action",
		"POST /v1/orders/confirm order-lookup",
		"POST /v1/orders/verify order-lookup",
		"POST /v1/privacy/requests privacy-request",
		"POST /v1/privacy/requests/{request}/verification privacy-verify",
		"POST /v1/registrations merchant-register",
		"POST /v1/registrations/opening merchant-register",
		"POST /v1/sessions widget-session",
		"PUT /v1/merchant/approvals/{action} merchant-approval",
		"PUT /v1/merchant/conversations/{conversation}/handler merchant-conversation",
		"PUT /v1/merchant/conversations/{conversation}/messages/{message} merchant-conversation",
		"PUT /v1/merchant/keys/{purpose} merchant-key",
		"PUT /v1/merchant/meta/accounts/{channel}/{account} meta-connect",
		"PUT /v1/merchant/questions/{question} merchant-question",
		"PUT /v1/merchant/requests/{request} merchant-request",
		"PUT /v1/merchant/rules merchant-rule",
		"PUT /v1/merchant/settings merchant-settings",
		"PUT /v1/merchant/site merchant-site",
		"PUT /v1/privacy/requests/{request} privacy-status",
	}
	d := load(t)
	allowed, _ := at(d.get(t, "Api").properties, "Cors", "AllowMethods").(string)
	var got []string
	for _, f := range d.functions(t) {
		for _, event := range eventsOf(f) {
			if event["Type"] != "Api" {
				continue
			}
			method := strings.ToUpper(at(event, "Properties", "Method").(string))
			got = append(got, method+" "+at(event, "Properties", "Path").(string)+" "+f.name)
			if !slices.Contains(strings.Split(strings.Trim(allowed, "'"), ","), method) {
				t.Errorf("a browser is not told that it may %s", method)
			}
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("routes:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The access log may say what was asked and how it went, not by whom.
func TestAccessLogNamesNobody(t *testing.T) {
	d := load(t)
	api := d.get(t, "Api").properties
	format, _ := at(api, "AccessLogSetting", "Format").(string)
	if err := json.Unmarshal([]byte(format), new(map[string]string)); err != nil {
		t.Fatalf("the access log is not JSON: %v", err)
	}
	harmless := []string{"requestId", "httpMethod", "resourcePath", "status", "responseLatency", "integrationLatency", "error.responseType"}
	for _, m := range regexp.MustCompile(`\$context\.([\w.]+)`).FindAllStringSubmatch(format, -1) {
		if !slices.Contains(harmless, m[1]) {
			t.Errorf("the access log holds %s", m[1])
		}
	}
	if api["TracingEnabled"] == true || at(d.root, "Globals", "Api", "TracingEnabled") == true {
		t.Error("traces hold callers' addresses")
	}
	settings := mappings(api["MethodSettings"])
	if len(settings) == 0 {
		t.Fatal("there are no method settings")
	}
	for _, s := range settings {
		if s["DataTraceEnabled"] != false || s["LoggingLevel"] != "OFF" {
			t.Errorf("the gateway's own log would hold bodies: %v", s)
		}
		if rate, _ := s["ThrottlingRateLimit"].(int); rate <= 0 {
			t.Errorf("a route is not throttled: %v", s)
		}
	}
	walk("Firewall", d.get(t, "Firewall").properties, func(path string, v any) {
		if strings.HasSuffix(path, ".SampledRequestsEnabled") && v != false {
			t.Errorf("%s: request samples hold callers' addresses", path)
		}
	})
	if n := len(d.resources("AWS::WAFv2::LoggingConfiguration")); n != 0 {
		t.Error("the firewall's log would hold callers' addresses")
	}
}

func TestFirewallGuardsTheStage(t *testing.T) {
	d := load(t)
	association := d.get(t, "FirewallAssociation").properties
	if association["WebACLArn"] != "${Firewall.Arn}" || !strings.HasSuffix(association["ResourceArn"].(string), "/restapis/${Api}/stages/${Api.Stage}") {
		t.Errorf("the firewall is not in front of the API: %v", association)
	}
	var rate, managed bool
	for _, rule := range mappings(d.get(t, "Firewall").properties["Rules"]) {
		if limit, ok := at(rule, "Statement", "RateBasedStatement", "Limit").(int); ok {
			rate = limit >= 100 && at(rule, "Action", "Block", "CustomResponse", "ResponseCode") == 429
		}
		if at(rule, "Statement", "ManagedRuleGroupStatement", "Name") == "AWSManagedRulesCommonRuleSet" {
			for _, o := range mappings(at(rule, "Statement", "ManagedRuleGroupStatement", "RuleActionOverrides")) {
				managed = managed || o["Name"] == "SizeRestrictions_BODY" && at(o, "ActionToUse", "Count") != nil
			}
		}
	}
	if !rate {
		t.Error("one address may send without limit")
	}
	if !managed {
		t.Error("the common rules are missing, or refuse bodies over 8 KB while a chat body may have 16 KB")
	}
}

// What the gateway refuses by itself must look like what functions refuse, and
// be readable to a page of another origin.
func TestGatewayAnswersAreProblems(t *testing.T) {
	d := load(t)
	kinds := map[string]problem.Problem{}
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		p := problem.Of(fault.E(k, "", nil), "")
		kinds[p.Type] = p
	}
	responses, _ := at(d.get(t, "Api").properties, "GatewayResponses").(map[string]any)
	for _, name := range []string{"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", "REQUEST_TOO_LARGE", "MISSING_AUTHENTICATION_TOKEN"} {
		if responses[name] == nil {
			t.Errorf("%s has no answer", name)
		}
	}
	for name, r := range responses {
		body, _ := at(r, "ResponseTemplates", "application/json").(string)
		var got problem.Problem
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want := kinds[got.Type]; want.Title != got.Title || got.Instance != "$context.requestId" {
			t.Errorf("%s is no problem document of ours: %s", name, body)
		}
		if code := at(r, "StatusCode"); code != nil && (code != got.Status || code != kinds[got.Type].Status) {
			t.Errorf("%s is sent as %v and says %d", name, code, got.Status)
		}
		headers, _ := at(r, "ResponseParameters", "Headers").(map[string]any)
		if headers["Content-Type"] != "'application/problem+json'" || headers["Access-Control-Allow-Origin"] != "'*'" {
			t.Errorf("%s has headers %v", name, headers)
		}
		if (got.Status == 429 || got.Status == 503) && headers["Retry-After"] == nil {
			t.Errorf("%s does not say when to try again", name)
		}
	}
}

func eventsOf(f function) map[string]map[string]any {
	out := map[string]map[string]any{}
	all, _ := f.properties["Events"].(map[string]any)
	for name, e := range all {
		out[name], _ = e.(map[string]any)
	}
	return out
}
