package infra

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"omniops/local/template"
	"omniops/shared/claim"
)

// roles are those of the real template, in a stage called test.
func roles(t testing.TB) *Roles {
	t.Helper()
	resolved, err := template.Load(root+"template.yaml", template.Options{
		Parameters: map[string]string{"Stage": "test", "DomainName": "api.example.com", "HostedZoneId": "Z1"},
		QueueBase:  "http://127.0.0.1:4566",
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRoles(resolved)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const (
	dynamo  = "DynamoDB_20120810."
	sqs     = "AmazonSQS."
	kms     = "TrentService."
	secrets = "secretsmanager."
)

// The roles of the template, asked with the requests that the SDK sends: what a
// function needs passes, what an attacker inside it would want does not.
func TestRolesStopWhatFunctionsDoNotDo(t *testing.T) {
	claim.Proves(t, "C093", "C094")
	r := roles(t)
	keyring, secretsKey := "", ""
	for arn := range r.keys {
		id := arn[strings.LastIndex(arn, "/")+1:]
		if strings.Contains(fmt.Sprint(r.functions["MerchantKey"].rules), arn) {
			secretsKey = id
		} else {
			keyring = id
		}
	}
	for _, c := range []struct {
		name, function string
		target, body   string // or, for S3, method and path
		allowed        bool
	}{
		{"its tenant's thread", "ChatReply", dynamo + "Query", `{"TableName":"omniops-test","KeyConditionExpression":"#k = :k AND SK BETWEEN :a AND :b","ExpressionAttributeNames":{"#k":"PK"},"ExpressionAttributeValues":{":k":{"S":"T#shop#C#1"},":a":{"S":"M#"},":b":{"S":"META"}}}`, true},
		{"a look-up by domain", "ChatReply", dynamo + "GetItem", `{"TableName":"omniops-test","Key":{"PK":{"S":"X#domain#shop"},"SK":{"S":"X"}}}`, false},
		{"a look-up by domain", "WidgetSession", dynamo + "GetItem", `{"TableName":"omniops-test","Key":{"PK":{"S":"X#domain#shop"},"SK":{"S":"X"}}}`, true},
		{"a merchant's token", "WidgetSession", dynamo + "GetItem", `{"TableName":"omniops-test","Key":{"PK":{"S":"X#token#abc"},"SK":{"S":"X"}}}`, false},
		{"everybody's items", "ChatReply", dynamo + "Scan", `{"TableName":"omniops-test"}`, false},
		{"keys of texts", "WidgetSession", dynamo + "GetItem", `{"TableName":"omniops-test-keys","Key":{"PK":{"S":"T#shop"},"SK":{"S":"KEY"}}}`, false},
		{"a batch of keys of texts", "ChatReply", dynamo + "BatchGetItem", `{"RequestItems":{"omniops-test-keys":{"Keys":[{"PK":{"S":"T#shop"},"SK":{"S":"KEY"}},{"PK":{"S":"T#shop#S#1"},"SK":{"S":"KEY"}}]}}}`, true},
		{"a batch that reaches further", "ChatReply", dynamo + "BatchGetItem", `{"RequestItems":{"omniops-test-keys":{"Keys":[{"PK":{"S":"T#shop"},"SK":{"S":"KEY"}},{"PK":{"S":"X#domain#a"},"SK":{"S":"X"}}]}}}`, false},
		{"destroying a key", "ChatReply", dynamo + "DeleteItem", `{"TableName":"omniops-test-keys","Key":{"PK":{"S":"T#shop"},"SK":{"S":"KEY"}}}`, false},
		{"deleting in a transaction", "ChatReply", dynamo + "TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"omniops-test","Key":{"PK":{"S":"T#shop"},"SK":{"S":"MERCHANT"}}}}]}`, false},
		{"a table dropped", "TenantProvision", dynamo + "DeleteTable", `{"TableName":"omniops-test"}`, false},
		{"the tenant's key", "ChatReply", kms + "Decrypt", `{"KeyId":"` + keyring + `","EncryptionContext":{"tenant":"shop","purpose":"keyring"}}`, true},
		{"a key for no tenant", "ChatReply", kms + "Decrypt", `{"KeyId":"` + keyring + `","EncryptionContext":{"purpose":"keyring"}}`, false},
		{"a key for another purpose", "ChatReply", kms + "Decrypt", `{"KeyId":"` + keyring + `","EncryptionContext":{"tenant":"shop","purpose":"secret:openai"}}`, false},
		{"a key with more context", "ChatReply", kms + "Decrypt", `{"KeyId":"` + keyring + `","EncryptionContext":{"tenant":"shop","purpose":"keyring","as":"admin"}}`, false},
		{"a key by no name", "ChatReply", kms + "Decrypt", `{"EncryptionContext":{"tenant":"shop","purpose":"keyring"}}`, false},
		{"merchants' secrets", "ChatReply", kms + "Decrypt", `{"KeyId":"` + secretsKey + `","EncryptionContext":{"tenant":"shop","purpose":"secret:openai"}}`, false},
		{"the shop's tokens", "ChatReply", kms + "Decrypt", `{"KeyId":"` + secretsKey + `","EncryptionContext":{"tenant":"shop","purpose":"secret:shopify"}}`, true},
		{"setting a secret", "MerchantKey", kms + "Encrypt", `{"KeyId":"` + secretsKey + `","EncryptionContext":{"tenant":"shop","purpose":"secret:openai"}}`, true},
		{"reading a secret back", "MerchantKey", kms + "Decrypt", `{"KeyId":"` + secretsKey + `","EncryptionContext":{"tenant":"shop","purpose":"secret:openai"}}`, false},
		{"the session key", "WidgetSession", secrets + "GetSecretValue", `{"SecretId":"arn:aws:secretsmanager:eu-west-2:000000000000:secret:omniops-test/session"}`, true},
		{"the model's key", "WidgetSession", secrets + "GetSecretValue", `{"SecretId":"omniops-test/openai-api-key"}`, false},
		{"changing the session key", "WidgetSession", secrets + "PutSecretValue", `{"SecretId":"omniops-test/session"}`, false},
		{"queuing a crawl", "SiteRefresh", sqs + "SendMessage", `{"QueueUrl":"http://127.0.0.1:4566/000000000000/omniops-test-site-crawl.fifo"}`, true},
		{"queuing a crawl", "ChatReply", sqs + "SendMessage", `{"QueueUrl":"http://127.0.0.1:4566/000000000000/omniops-test-site-crawl.fifo"}`, false},
		{"emptying a queue", "SiteCrawl", sqs + "PurgeQueue", `{"QueueUrl":"http://127.0.0.1:4566/000000000000/omniops-test-site-crawl.fifo"}`, false},
		{"an index", "ChatReply", "GET", "/omniops-test-content-000000000000/t/shop/index/1", true},
		{"writing an index", "ChatReply", "PUT", "/omniops-test-content-000000000000/t/shop/index/1", false},
		{"writing an index", "SiteCrawl", "PUT", "/omniops-test-content-000000000000/t/shop/index/1", true},
		{"another bucket", "SiteCrawl", "PUT", "/somewhere-else/t/shop/index/1", false},
		{"the empty corner of the bucket", "Health", "GET", "/omniops-test-content-000000000000?list-type=2&prefix=t%2Fhealth%2F", true},
		{"the whole bucket", "Health", "GET", "/omniops-test-content-000000000000?list-type=2", false},
		{"a shop", "Health", dynamo + "GetItem", `{"TableName":"omniops-test","Key":{"PK":{"S":"T#shop"},"SK":{"S":"MERCHANT"}}}`, false},
		{"crawls that are due", "SiteRefresh", dynamo + "Query", `{"TableName":"omniops-test","IndexName":"due","KeyConditionExpression":"due_pk = :d","ExpressionAttributeValues":{":d":{"S":"crawl#2026-10-16"}}}`, true},
		{"other work that is due", "SiteRefresh", dynamo + "Query", `{"TableName":"omniops-test","IndexName":"due","KeyConditionExpression":"due_pk = :d","ExpressionAttributeValues":{":d":{"S":"erasure#2026-10-16"}}}`, false},
		{"a service of no use here", "SiteCrawl", "AWSEvents.PutEvents", "{}", false},
		{"a body that is no JSON", "ChatReply", dynamo + "GetItem", "{", false},
		{"not a function", "console", dynamo + "Scan", `{"TableName":"omniops-test"}`, true},
	} {
		t.Run(c.function+": "+c.name, func(t *testing.T) {
			q := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(c.body))
			if strings.Contains(c.target, ".") {
				q.Header.Set("X-Amz-Target", c.target)
			} else {
				q = httptest.NewRequest(c.target, c.body, nil)
			}
			q.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+c.function+"/20261016/eu-west-2/x/aws4_request, SignedHeaders=host, Signature=0")
			passed := false
			w := httptest.NewRecorder()
			r.Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed = true })).ServeHTTP(w, q)
			if passed != c.allowed {
				t.Errorf("passed: %v, answered %d %s", passed, w.Code, w.Body)
			}
			if !c.allowed && !strings.Contains(w.Body.String(), "AccessDenied") {
				t.Errorf("refused with %d %s", w.Code, w.Body)
			}
		})
	}
	used := "ChatReply: kms:Decrypt on " + r.arn("kms", "key/"+keyring)
	for _, permission := range r.Unused() {
		if permission == used {
			t.Errorf("%s was used", used)
		}
	}
	if len(r.Unused()) == 0 {
		t.Error("nothing is left unused after so few calls")
	}
}

func TestLikeIsIAMsWildcard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringOfN(rapid.RuneFrom([]rune("ab#*?")), 0, 8, -1).Draw(t, "pattern")
		s := rapid.StringOfN(rapid.RuneFrom([]rune("ab#")), 0, 10, -1).Draw(t, "s")
		oracle := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
		if got, want := like(pattern, s), regexp.MustCompile("^"+oracle+"$").MatchString(s); got != want {
			t.Fatalf("like(%q, %q) is %v", pattern, s, got)
		}
	})
}

// FuzzTableCalls: whatever a request to DynamoDB holds, it is either refused or
// read as calls that each name a table.
func FuzzTableCalls(f *testing.F) {
	for _, seed := range []string{
		`{"TableName":"a","Key":{"PK":{"S":"T#x"}}}`,
		`{"RequestItems":{"a":[{"PutRequest":{"Item":{"PK":{"S":"T#x"}}}},{"DeleteRequest":{"Key":{"PK":{"S":"T#x"}}}}]}}`,
		`{"TransactItems":[{"Put":{"TableName":"a","Item":{"PK":{"S":"T#x"}}}}]}`,
		`{"TableName":"a","IndexName":"due","KeyConditionExpression":"due_pk = :d","ExpressionAttributeValues":{":d":{"S":"x"}}}`,
	} {
		for _, operation := range []string{"GetItem", "BatchGetItem", "BatchWriteItem", "TransactWriteItems", "Query", "Scan"} {
			f.Add(operation, seed)
		}
	}
	r := roles(f)
	f.Fuzz(func(t *testing.T, operation, body string) {
		calls, err := r.tableCalls(operation, []byte(body))
		if err == nil && len(calls) == 0 {
			t.Errorf("%s %s asks for nothing", operation, body)
		}
		for _, c := range calls {
			if !strings.HasPrefix(c.Action, "dynamodb:") || !strings.HasPrefix(c.Resource, r.arn("dynamodb", "table/")) {
				t.Errorf("%+v", c)
			}
		}
	})
}
