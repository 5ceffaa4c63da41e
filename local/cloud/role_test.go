package cloud_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"

	"omniops/local/contract"
	"omniops/local/services"
)

// Somebody who takes over a function can do what its role allows, no more.
func TestAFunctionCannotLeaveItsRole(t *testing.T) {
	s := running(t)
	s.arrive(t).ask(question) // so that there is something to take
	as := func(function string) aws.Config {
		c := s.AWS.Copy()
		c.Credentials = credentials.NewStaticCredentialsProvider(function, services.SecretKey, "")
		return c
	}
	item := func(table, partition string) *dynamodb.GetItemInput {
		return &dynamodb.GetItemInput{TableName: &table, Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: partition}, "SK": &types.AttributeValueMemberS{Value: "META"},
		}}
	}
	table, keys, bucket := s.env(t, "chat-reply", "TABLE_NAME"), s.env(t, "chat-reply", "KEY_TABLE_NAME"), s.env(t, "chat-reply", "CONTENT_BUCKET")
	keyring, body := s.env(t, "chat-reply", "KEYRING_KEY_ID"), strings.NewReader("x")
	context := map[string]string{"tenant": "demo", "purpose": "keyring"}
	for name, c := range map[string]struct {
		do      func() error
		allowed bool
	}{
		"the crawler reads a shop": {func() error {
			_, err := dynamodb.NewFromConfig(as("SiteCrawl")).GetItem(t.Context(), item(table, "T#demo"))
			return err
		}, true},
		"the crawler reads who has a domain": {func() error {
			_, err := dynamodb.NewFromConfig(as("SiteCrawl")).GetItem(t.Context(), item(table, "X#domain#a"))
			return err
		}, false},
		"chat reads everything": {func() error {
			_, err := dynamodb.NewFromConfig(as("ChatReply")).Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
			return err
		}, false},
		"the widget's session reads keys": {func() error {
			_, err := dynamodb.NewFromConfig(as("WidgetSession")).GetItem(t.Context(), item(keys, "T#demo"))
			return err
		}, false},
		"the widget's session uses the keyring": {func() error {
			_, err := kms.NewFromConfig(as("WidgetSession")).GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{KeyId: &keyring, KeySpec: "AES_256", EncryptionContext: context})
			return err
		}, false},
		"chat writes an index": {func() error {
			_, err := s3.NewFromConfig(as("ChatReply"), pathStyle).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: aws.String("t/demo/index/x"), Body: body})
			return err
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.do()
			e, failed := errors.AsType[smithy.APIError](err)
			refused := failed && strings.HasPrefix(e.ErrorCode(), "AccessDenied")
			if c.allowed && err != nil || !c.allowed && !refused {
				t.Errorf("error %v", err)
			}
		})
	}
	stranger := s.AWS.Copy()
	stranger.Credentials = credentials.NewStaticCredentialsProvider("ChatReply", "not-its-secret", "")
	if _, err := s3.NewFromConfig(stranger, pathStyle).GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: aws.String("t/demo/index/x")}); err == nil || !strings.Contains(err.Error(), "SignatureDoesNotMatch") {
		t.Errorf("a wrong signature: %v", err)
	}
}

func pathStyle(o *s3.Options) { o.UsePathStyle = true }

// spare are permissions that this day in the system's life does not use, with
// what does: of every function, or of the one that is named.
var spare = map[string]string{
	"RetentionSweep: dynamodb:Query on arn:aws:dynamodb:eu-west-2:000000000000:table/omniops-local":                  "rows that DynamoDB's TTL has not removed yet",
	"RetentionSweep: dynamodb:BatchWriteItem on arn:aws:dynamodb:eu-west-2:000000000000:table/omniops-local":         "rows that DynamoDB's TTL has not removed yet",
	"MetaDataDeletion: dynamodb:Query on arn:aws:dynamodb:eu-west-2:000000000000:table/omniops-local":                "somebody who connected accounts has their data deleted",
	"dynamodb:PutItem on arn:aws:dynamodb:eu-west-2:000000000000:table/omniops-local-keys":                           "the first text of a day, or about a shopper",
	"kms:Encrypt on arn:aws:kms:eu-west-2:000000000000:key/ccfed091-c9b7-5545-a10c-b3d7d7d2ee44":                     "a shop's token that ended when it was needed",
	"sqs:SendMessage on arn:aws:sqs:eu-west-2:000000000000:omniops-local-order-verify-failures.fifo":                 "a shop that is no longer connected",
	"sqs:SendMessage on arn:aws:sqs:eu-west-2:000000000000:omniops-local-order-execute-failures.fifo":                "a change of which nobody knows whether it was made",
	"PrivacyExport: s3:GetObject on arn:aws:s3:::omniops-local-content-000000000000/copies/*":                        "a copy that goes on where it was stopped",
	"PrivacyErase: s3:GetObject on arn:aws:s3:::omniops-local-content-000000000000/copies/*":                         "a copy that is being made of what is erased",
	"ErasureReplay: s3:GetObject on arn:aws:s3:::omniops-local-content-000000000000/copies/*":                        "a copy that is being made of what is erased",
	"ErasureReplay: dynamodb:GetItem on arn:aws:dynamodb:eu-west-2:000000000000:table/omniops-local":                 "what a restored backup has brought back of a thread on a channel",
	"ErasureReplay: dynamodb:DeleteItem on arn:aws:dynamodb:eu-west-2:000000000000:table/omniops-local":              "what a restored backup has brought back of links and approvals",
	"PrivacyErase: dynamodb:BatchGetItem on arn:aws:dynamodb:eu-west-2:000000000000:table/omniops-local-keys":        "a chat in which money moved: what the shop must keep of it is put aside",
	"PrivacyErase: kms:Decrypt on arn:aws:kms:eu-west-2:000000000000:key/1c023c5f-34e9-549c-a6de-e6305797de98":       "a chat in which money moved: what the shop must keep of it is put aside",
	"s3:AbortMultipartUpload on arn:aws:s3:::omniops-local-content-000000000000/copies/*":                            "a copy of which some was erased while it was made",
	"sqs:ChangeMessageVisibility on arn:aws:sqs:eu-west-2:000000000000:omniops-local-privacy-erase.fifo":             "Lambda itself, when it gives messages back",
	"sqs:ChangeMessageVisibility on arn:aws:sqs:eu-west-2:000000000000:omniops-local-privacy-export.fifo":            "Lambda itself, when it gives messages back",
	"sqs:SendMessage on arn:aws:sqs:eu-west-2:000000000000:omniops-local-privacy-erase-failures.fifo":                "a request that cannot be carried out",
	"sqs:SendMessage on arn:aws:sqs:eu-west-2:000000000000:omniops-local-privacy-export-failures.fifo":               "a request that cannot be carried out",
	"secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-2:000000000000:secret:omniops-local/sentry-dsn": "the first report of an internal error",
	"sqs:SendMessage on arn:aws:sqs:eu-west-2:000000000000:omniops-local-failed-runs":                                "Lambda itself, when a scheduled run has failed for good",
	"sqs:SendMessage on arn:aws:sqs:eu-west-2:000000000000:omniops-local-site-crawl.fifo":                            "a site too large to be read in one call",
	"sqs:ChangeMessageVisibility on arn:aws:sqs:eu-west-2:000000000000:omniops-local-site-crawl.fifo":                "Lambda itself, when it gives messages back",
	"sqs:ChangeMessageVisibility on arn:aws:sqs:eu-west-2:000000000000:omniops-local-shop.fifo":                      "Lambda itself, when it gives messages back",
	"kms:GenerateDataKey on arn:aws:kms:eu-west-2:000000000000:key/1c023c5f-34e9-549c-a6de-e6305797de98":             "the first text of a shop, through whichever channel it comes",
	"sqs:ChangeMessageVisibility on arn:aws:sqs:eu-west-2:000000000000:omniops-local-meta-inbound.fifo":              "Lambda itself, when it gives messages back",
	"sqs:ChangeMessageVisibility on arn:aws:sqs:eu-west-2:000000000000:omniops-local-meta-deletion.fifo":             "Lambda itself, when it gives messages back",
	"sqs:SendMessage on arn:aws:sqs:eu-west-2:000000000000:omniops-local-meta-deletion.fifo":                         "a deletion that does not fit into one call, or is not done a day later",
}

// Every permission of every role is used in the course of what the system does:
// one that is not is one too many.
func TestNoRoleHasMoreThanItNeeds(t *testing.T) {
	s := begin(t, "")
	defer s.end(t)

	p := s.arrive(t)
	p.ask(question)
	p.ask("And if it is unopened?")
	p.transcript()
	p.renew()
	for _, c := range [][2]string{{http.MethodPut, `{"key":"sk-0123456789abcdef"}`}, {http.MethodGet, ""}, {http.MethodDelete, ""}} {
		if resp, body := call(t, c[0], s.API+"/v1/merchant/keys/openai", c[1], "Authorization", "Bearer "+s.token); resp.StatusCode/100 != 2 {
			t.Errorf("%s a key: %d, %s", c[0], resp.StatusCode, body)
		}
	}
	if resp, body := call(t, http.MethodGet, s.API+"/v1/merchant/answers?source="+url.QueryEscape(s.Storefront+"/returns"), "", "Authorization", "Bearer "+s.token); resp.StatusCode != http.StatusOK {
		t.Errorf("past answers: %d, %s", resp.StatusCode, body)
	}
	if resp := p.send(http.MethodPost, "/v1/feedback", []byte(`{"kind":"opinion","rating":5,"text":"Quick."}`)); resp.StatusCode != http.StatusCreated || resp.Body.Close() != nil {
		t.Errorf("feedback: %d", resp.StatusCode)
	}
	if resp, body := call(t, http.MethodGet, s.API+"/v1/merchant/feedback", "", "Authorization", "Bearer "+s.token); resp.StatusCode != http.StatusOK || !strings.Contains(body, "Quick.") {
		t.Errorf("feedback as the merchant reads it: %d, %s", resp.StatusCode, body)
	}
	if resp, body := call(t, http.MethodGet, s.API+"/v1/health", ""); resp.StatusCode != http.StatusOK {
		t.Errorf("health: %d, %s", resp.StatusCode, body)
	}
	// A domain comes and goes.
	after := s.log.length()
	order := s.order()
	order["domains"] = append(order["domains"].([]string), "shop.example")
	for _, o := range []map[string]any{order, s.order()} {
		if err := s.Invoke(t.Context(), "tenant-provision", o, &struct{}{}); err != nil {
			t.Fatal(err)
		}
	}
	// An order that cannot be fulfilled is put aside.
	queue, group, nobody := s.env(t, "site-refresh", "CRAWL_QUEUE_URL"), "nobody", `{"tenant":"nobody"}`
	if _, err := sqs.NewFromConfig(s.AWS).SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: &queue, MessageBody: &nobody, MessageGroupId: &group, MessageDeduplicationId: &group,
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.log.await(t.Context(), after, "read account nobody"); err != nil {
		t.Fatal(err)
	}
	s.sell(t)
	s.Clock.SetOffset(s.Clock.Offset() + 5*time.Second) // that there was no shop is believed for so long
	s.orderDay(t)
	// A day later the site is read again, with another index in the end.
	s.Clock.SetOffset(s.Clock.Offset() + 25*time.Hour)
	var sample json.RawMessage
	contract.Sample(t, "site-refresh/schedule.json", &sample)
	if err := s.Invoke(t.Context(), "site-refresh", sample, new(any)); err != nil {
		t.Fatal(err)
	}
	if err := s.log.await(t.Context(), after, `"site read"`); err != nil {
		t.Fatal(err)
	}
	p.renew()
	p.ask("How much is delivery?")
	for _, c := range [][3]string{
		{http.MethodPut, "/returns", `{"text":"How long do I have to return a kettle?","pages":["/returns"]}`}, {http.MethodGet, "", ""},
		{http.MethodPost, "/evaluation", ""}, {http.MethodDelete, "/returns", ""},
	} {
		if resp, body := call(t, c[0], s.API+"/v1/merchant/questions"+c[1], c[2], "Authorization", "Bearer "+s.token); resp.StatusCode/100 != 2 {
			t.Errorf("%s questions%s: %d, %s", c[0], c[1], resp.StatusCode, body)
		}
	}
	s.lookAfterShops(t)
	s.choose(t)
	s.liveOnMeta(t)
	// The merchant looks at what was read, has it read again, and forgets it.
	for _, c := range [][3]string{
		{http.MethodGet, "/review", ""}, {http.MethodPost, "/crawls", ""}, {http.MethodPut, "", `{"url":"` + s.Storefront + `/"}`},
		{http.MethodGet, "", ""}, {http.MethodDelete, "", ""},
	} {
		if resp, body := call(t, c[0], s.API+"/v1/merchant/site"+c[1], c[2], "Authorization", "Bearer "+s.token); resp.StatusCode/100 != 2 {
			t.Errorf("%s site%s: %d, %s", c[0], c[1], resp.StatusCode, body)
		}
	}

	s.register(t, "owner@moss.example")
	privacyDay(t, s)

	for _, permission := range s.Roles.Unused() {
		if _, on, _ := strings.Cut(permission, ": "); spare[on] != "" || spare[permission] != "" {
			continue
		}
		t.Errorf("nothing uses %s", permission)
	}
	if log := s.log.all(); strings.Contains(log, "AccessDenied") || strings.Contains(log, "not authorized") {
		i := strings.Index(log, "not authorized")
		t.Errorf("a function was refused what it needs: %.600s", log[max(0, i-300):])
	}
}
