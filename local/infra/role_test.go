package infra

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"omniops/shared/claim"
)

// statement is one statement of a policy document.
type statement struct {
	where     string
	sid       string
	effect    string
	actions   []string
	resources []string
	condition map[string]any
}

func statements(where string, policyDocument any) []statement {
	var out []statement
	for _, s := range mappings(at(policyDocument, "Statement")) {
		sid, _ := s["Sid"].(string)
		effect, _ := s["Effect"].(string)
		condition, _ := s["Condition"].(map[string]any)
		out = append(out, statement{where + "." + sid, sid, effect, texts(s["Action"]), texts(s["Resource"]), condition})
	}
	return out
}

// roleStatements are all statements of a role's own policies.
func roleStatements(role resource) []statement {
	var out []statement
	for _, policy := range mappings(role.properties["Policies"]) {
		out = append(out, statements(role.id, policy["PolicyDocument"])...)
	}
	return out
}

// A star may end a resource whose beginning names what is ours; an action never
// has one. A key policy's resource * is the key itself, and a denial is no grant.
func TestNoStarIsGranted(t *testing.T) {
	claim.Proves(t, "C093")
	d := load(t)
	checked := 0
	for _, r := range d.resources("") {
		kind, _ := r.whole["Type"].(string)
		var all []statement
		all = append(all, roleStatements(r)...)
		all = append(all, statements(r.id, r.properties["PolicyDocument"])...)
		all = append(all, statements(r.id, r.properties["KeyPolicy"])...)
		for _, s := range all {
			if s.effect != "Allow" {
				continue
			}
			checked++
			if len(s.actions) == 0 || len(s.resources) == 0 {
				t.Errorf("%s: cannot be read", s.where)
			}
			for _, a := range s.actions {
				if strings.Contains(a, "*") || !strings.Contains(a, ":") {
					t.Errorf("%s allows the action %s", s.where, a)
				}
			}
			for _, on := range s.resources {
				name, star := strings.CutSuffix(on, "*")
				if kind == "AWS::KMS::Key" && on == "*" {
					continue
				}
				if strings.Contains(name, "*") || star && !strings.Contains(name, "${Stage}-") && !strings.HasPrefix(name, "${ContentBucket.Arn}/") {
					t.Errorf("%s allows the resource %s", s.where, on)
				}
			}
		}
		for _, notThis := range []string{"NotAction", "NotResource", "NotPrincipal"} {
			walk(r.id, r.properties, func(path string, _ any) {
				if strings.HasSuffix(path, "."+notThis) {
					t.Errorf("%s grants what is not listed", path)
				}
			})
		}
		// SAM gives a role of its own making policies with stars, so no function has one.
		if kind == "AWS::Serverless::Function" {
			for _, p := range []string{"Policies", "PermissionsBoundary", "Tracing"} {
				if r.properties[p] != nil {
					t.Errorf("%s.%s belongs into its role", r.id, p)
				}
			}
		}
		if managed := texts(r.properties["ManagedPolicyArns"]); managed != nil && r.id != "ApiLogsRole" {
			t.Errorf("%s has policies that others write: %v", r.id, managed)
		}
	}
	if checked < 20 {
		t.Errorf("only %d statements were found", checked)
	}
}

func TestEachFunctionHasItsOwnRole(t *testing.T) {
	d := load(t)
	owner := map[string]string{}
	for _, f := range d.functions(t) {
		if other := owner[f.role.id]; other != "" {
			t.Errorf("%s and %s share %s", f.id, other, f.role.id)
		}
		owner[f.role.id] = f.id
		if f.role.id != f.id+"Role" {
			t.Errorf("%s runs as %s", f.id, f.role.id)
		}
		trust := mappings(at(f.role.properties, "AssumeRolePolicyDocument", "Statement"))
		if len(trust) != 1 || at(trust[0], "Principal", "Service") != "lambda.amazonaws.com" {
			t.Errorf("%s can be assumed by others: %v", f.role.id, trust)
		}
	}
}

// keyPrefixes lists, function by function and table by table, the partitions
// that a role may touch. shared/table spells the keys.
var keyPrefixes = map[string]map[string][]string{
	"chat-reply":           {"${Table.Arn}": {"T#*"}, "${KeyTable.Arn}": {"T#*"}},
	"widget-session":       {"${Table.Arn}": {"T#*", "X#domain#*"}},
	"feedback-send":        {"${Table.Arn}": {"T#*"}, "${KeyTable.Arn}": {"T#*"}},
	"merchant-feedback":    {"${Table.Arn}": {"T#*"}, "${Table.Arn}/index/due": {"T#*"}, "${KeyTable.Arn}": {"T#*"}},
	"merchant-question":    {"${Table.Arn}": {"T#*"}},
	"merchant-key":         {"${Table.Arn}": {"T#*"}},
	"merchant-answer":      {"${Table.Arn}": {"T#*"}, "${Table.Arn}/index/due": {"T#*"}, "${KeyTable.Arn}": {"T#*"}},
	"merchant-review":      {},
	"merchant-site":        {"${Table.Arn}": {"T#*"}},
	"order-lookup":         {"${Table.Arn}": {"T#*"}, "${KeyTable.Arn}": {"T#*"}},
	"order-verify":         {"${Table.Arn}": {"T#*"}, "${KeyTable.Arn}": {"T#*"}},
	"order-action":         {"${Table.Arn}": {"T#*"}, "${KeyTable.Arn}": {"T#*"}},
	"order-execute":        {"${Table.Arn}": {"T#*"}, "${KeyTable.Arn}": {"T#*"}},
	"merchant-rule":        {"${Table.Arn}": {"T#*"}},
	"merchant-approval":    {"${Table.Arn}": {"T#*"}, "${KeyTable.Arn}": {"T#*"}},
	"shopify-callback":     {"${Table.Arn}": {"T#*", "X#shop#*"}},
	"shopify-install":      {"${Table.Arn}": {"T#*", "X#shop#*"}},
	"shopify-webhook":      {"${Table.Arn}": {"X#shop#*"}},
	"shopify-sync":         {"${Table.Arn}": {"T#*", "X#shop#*"}},
	"shopify-reconcile":    {"${Table.Arn}/index/due": {"shop#*"}},
	"health":               {"${Table.Arn}": {"X#ping#"}, "${KeyTable.Arn}": {"X#ping#"}},
	"site-crawl":           {"${Table.Arn}": {"T#*"}},
	"site-refresh":         {"${Table.Arn}/index/due": {"crawl#*"}},
	"privacy-request":      {"${Table.Arn}": {"T#*", "X#domain#*"}},
	"privacy-verify":       {"${Table.Arn}": {"T#*"}},
	"privacy-status":       {"${Table.Arn}": {"T#*"}},
	"privacy-erase":        {"${Table.Arn}": {"T#*"}, "${KeyTable.Arn}": {"T#*", "X#erased#*"}},
	"privacy-resume":       {"${Table.Arn}": {"T#*"}, "${Table.Arn}/index/due": {"rights#copy#*", "rights#waiting"}},
	"merchant-register":    {"${Table.Arn}": {"T#*", "X#owner#*", "X#registration#*"}},
	"tenant-provision":     {"${Table.Arn}": {"T#*", "X#domain#*"}},
	"consent-record":       {"${Table.Arn}": {"T#*#V#*", "X#domain#*"}},
	"merchant-consent":     {"${Table.Arn}": {"T#*#V#merchant"}},
	"consent-withdraw":     {"${Table.Arn}": {"T#*#V#*"}},
	"analytics-collect":    {"${Table.Arn}": {"T#*#A#*", "T#*#V#*", "X#domain#*"}},
	"meta-webhook":         {"${Table.Arn}": {"T#*", "X#channel#*"}},
	"meta-data-deletion":   {"${Table.Arn}": {"T#*", "X#channel#*", "X#channeluser#*", "X#deletion#*"}},
	"meta-deauthorize":     {"${Table.Arn}": {"T#*", "X#channel#*", "X#channeluser#*", "X#deletion#*"}},
	"meta-deletion-status": {"${Table.Arn}": {"X#deletion#*"}},
	"meta-deletion-run":    {"${Table.Arn}": {"T#*", "X#channel#*", "X#channeluser#*", "X#deletion#*"}, "${KeyTable.Arn}": {"T#*"}},
	"meta-callback":        {"${Table.Arn}": {"T#*", "X#channeluser#*"}},
	"meta-check":           {"${Table.Arn}": {"T#*", "X#deletion#*"}, "${Table.Arn}/index/due": {"deletion#*", "token#*"}},
	"meta-reply":           {"${Table.Arn}": {"T#*", "X#deletion#*"}, "${KeyTable.Arn}": {"T#*"}},
	"meta-connect":         {"${Table.Arn}": {"T#*", "X#channel#*", "X#channeluser#*"}},
	"privacy-download":     {"${Table.Arn}": {"T#*"}},
	"privacy-export":       {"${Table.Arn}": {"T#*"}, "${KeyTable.Arn}": {"T#*"}},
	"retention-sweep":      {"${Table.Arn}": {"T#*"}, "${Table.Arn}/index/due": {"T#*", "tenant"}, "${KeyTable.Arn}": {"T#*"}},
	"audit-verify":         {"${Table.Arn}": {"T#*"}, "${Table.Arn}/index/due": {"audit#*"}, "${KeyTable.Arn}": {"T#*"}},
	"erasure-replay":       {"${Table.Arn}": {"T#*"}, "${KeyTable.Arn}": {"T#*", "X#erased#*"}},
	"merchant-settings":    {"${Table.Arn}": {"T#*"}, "${KeyTable.Arn}": {"T#*"}},
	"merchant-request":     {"${Table.Arn}": {"T#*"}, "${KeyTable.Arn}": {"T#*"}},
	"policy-page":          {},

	"merchant-conversation": {"${Table.Arn}": {"T#*"}, "${Table.Arn}/index/due": {"T#*"}, "${KeyTable.Arn}": {"T#*"}},
}

func TestRolesReachOnlyTheirPartitions(t *testing.T) {
	claim.Proves(t, "C094")
	for _, f := range load(t).functions(t) {
		got := map[string][]string{}
		for _, s := range roleStatements(f.role) {
			for _, a := range s.actions {
				op, isTable := strings.CutPrefix(a, "dynamodb:")
				if !isTable {
					continue
				}
				if op == "Scan" || strings.HasPrefix(op, "PartiQL") {
					t.Errorf("%s may %s, which no partition bounds", f.id, op)
				}
				for _, on := range s.resources {
					prefixes := texts(at(s.condition, "ForAllValues:StringLike", "dynamodb:LeadingKeys"))
					if len(prefixes) == 0 {
						t.Errorf("%s: %s on %s in any partition", s.where, op, on)
					}
					got[on] = append(got[on], prefixes...)
				}
			}
		}
		want := keyPrefixes[f.name]
		if want == nil {
			t.Errorf("%s: keyPrefixes does not say what it may touch", f.name)
		}
		for on := range got {
			if _, ok := want[on]; !ok {
				t.Errorf("%s reaches %s", f.name, on)
			}
		}
		for on, prefixes := range want {
			slices.Sort(got[on])
			if !slices.Equal(slices.Compact(got[on]), prefixes) {
				t.Errorf("%s reaches %v of %s, want %v", f.name, got[on], on, prefixes)
			}
		}
	}
}

// Whoever may use a key may do so only for one tenant and one purpose.
func TestKeysOpenForOneTenantAndPurpose(t *testing.T) {
	d := load(t)
	purposes := map[string]string{"KeyringKey": "keyring", "SecretsKey": "secret:*"}
	keys := d.resources("AWS::KMS::Key")
	if len(keys) != len(purposes) {
		t.Errorf("there are %d keys", len(keys))
	}
	crypto := []string{"kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:CreateGrant"}
	for _, key := range keys {
		if key.properties["EnableKeyRotation"] != true || key.whole["DeletionPolicy"] != "Retain" || key.properties["PendingWindowInDays"] != 30 {
			t.Errorf("%s: rotate it, keep it", key.id)
		}
		used := false
		for _, s := range statements(key.id, key.properties["KeyPolicy"]) {
			if !slices.ContainsFunc(s.actions, func(a string) bool { return slices.Contains(crypto, a) }) {
				continue
			}
			used = true
			purpose := at(s.condition, "StringEquals", "kms:EncryptionContext:purpose")
			if purpose == nil {
				purpose = at(s.condition, "StringLike", "kms:EncryptionContext:purpose")
			}
			principal, _ := at(s.condition, "ArnLike", "aws:PrincipalArn").(string)
			names := texts(at(s.condition, "ForAllValues:StringEquals", "kms:EncryptionContextKeys"))
			if at(s.condition, "Null", "kms:EncryptionContext:tenant") != "false" || purpose != purposes[key.id] ||
				!slices.Equal(names, []string{"tenant", "purpose"}) || !strings.HasSuffix(principal, ":role/${AWS::StackName}-*") {
				t.Errorf("%s: %v", s.where, s.condition)
			}
		}
		if !used {
			t.Errorf("nobody can use %s", key.id)
		}
	}
}

// grants says which actions on what a variable of the environment stands for:
// naming a store without access to it, or the reverse, is a mistake.
var grants = map[string]struct {
	resource *regexp.Regexp
	service  string
}{
	"TABLE_NAME":                {regexp.MustCompile(`^\$\{Table\.Arn\}`), "dynamodb:"},
	"KEY_TABLE_NAME":            {regexp.MustCompile(`^\$\{KeyTable\.Arn\}`), "dynamodb:"},
	"CONTENT_BUCKET":            {regexp.MustCompile(`^\$\{ContentBucket\.Arn\}`), "s3:"},
	"CRAWL_QUEUE_URL":           {regexp.MustCompile(`^\$\{CrawlQueue\.Arn\}`), "sqs:"},
	"META_QUEUE_URL":            {regexp.MustCompile(`^\$\{MetaQueue\.Arn\}`), "sqs:"},
	"DELETION_QUEUE_URL":        {regexp.MustCompile(`^\$\{DeletionQueue\.Arn\}`), "sqs:"},
	"META_QUARANTINE_URL":       {regexp.MustCompile(`^\$\{MetaQuarantine\.Arn\}`), "sqs:"},
	"META_APP_SECRET_ARN":       {regexp.MustCompile(`^\$\{MetaAppSecret\}$`), "secretsmanager:"},
	"META_APP_SECRET_SPARE_ARN": {regexp.MustCompile(`^\$\{MetaAppSecretSpare\}$`), "secretsmanager:"},
	"META_VERIFY_TOKEN_ARN":     {regexp.MustCompile(`^\$\{MetaVerifyToken\}$`), "secretsmanager:"},
	"PARK_QUEUE_URL":            {regexp.MustCompile(`^\$\{\w+Failures\.Arn\}`), "sqs:"},
	"SHOPIFY_CLIENT_SECRET_ARN": {regexp.MustCompile(`^\$\{ShopifyClientSecret\}$`), "secretsmanager:"},
	"RESEND_API_KEY_ARN":        {regexp.MustCompile(`^\$\{ResendApiKeySecret\}$`), "secretsmanager:"},
	"SHOP_QUEUE_URL":            {regexp.MustCompile(`^\$\{ShopQueue\.Arn\}`), "sqs:"},
	"KEYRING_KEY_ID":            {regexp.MustCompile(`^\$\{KeyringKey\.Arn\}`), "kms:"},
	"SECRETS_KEY_ID":            {regexp.MustCompile(`^\$\{SecretsKey\.Arn\}`), "kms:"},
	"SESSION_SECRET_ARN":        {regexp.MustCompile(`^\$\{SessionSecret\}$`), "secretsmanager:"},
	"OPENAI_API_KEY_ARN":        {regexp.MustCompile(`^\$\{OpenaiApiKeySecret\}$`), "secretsmanager:"},
	"ERASURE_QUEUE_URL":         {regexp.MustCompile(`^\$\{ErasureQueue\.Arn\}`), "sqs:"},
	"EXPORT_QUEUE_URL":          {regexp.MustCompile(`^\$\{ExportQueue\.Arn\}`), "sqs:"},
	"SENTRY_DSN_ARN":            {regexp.MustCompile(`^\$\{SentryDsnSecret\}$`), "secretsmanager:"},
}

func TestRolesMatchTheEnvironment(t *testing.T) {
	for _, f := range load(t).functions(t) {
		queueSource := false
		for _, e := range eventsOf(f) {
			queueSource = queueSource || e["Type"] == "SQS"
		}
		for variable, g := range grants {
			granted := false
			for _, s := range roleStatements(f.role) {
				for _, on := range s.resources {
					if g.resource.MatchString(on) {
						granted = true
						if !slices.ContainsFunc(s.actions, func(a string) bool { return strings.HasPrefix(a, g.service) }) {
							t.Errorf("%s: %v on %s", s.where, s.actions, on)
						}
					}
				}
			}
			_, named := f.env[variable]
			if named != granted && !(strings.HasSuffix(variable, "_QUEUE_URL") && queueSource) {
				t.Errorf("%s: %s set %v, granted %v", f.id, variable, named, granted)
			}
		}
		logs := false
		for _, s := range roleStatements(f.role) {
			logs = logs || slices.Equal(s.actions, []string{"logs:CreateLogStream", "logs:PutLogEvents"}) && slices.Equal(s.resources, []string{"${" + f.id + "Logs.Arn}"})
		}
		if !logs {
			t.Errorf("%s cannot write its log, or more than that", f.id)
		}
	}
}
