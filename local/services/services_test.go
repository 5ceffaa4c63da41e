package services_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"omniops/local/localtest"
	"omniops/local/template"
)

// What the template describes is there as it describes it, and is there still when
// the services start again on the same folder.
func TestWhatTheTemplateDescribesIsThere(t *testing.T) {
	dir := t.TempDir()
	for _, start := range []string{"first", "again"} {
		t.Run(start, func(t *testing.T) {
			c := localtest.StartIn(t, dir)
			if len(c.Template.Tables) < 2 || len(c.Template.Queues) < 5 || len(c.Template.Keys) < 2 {
				t.Fatalf("%d tables, %d queues, %d keys", len(c.Template.Tables), len(c.Template.Queues), len(c.Template.Keys))
			}
			db := dynamodb.NewFromConfig(c.AWS)
			for _, want := range c.Template.Tables {
				checkTable(t, db, want)
			}
			for _, want := range c.Template.Queues {
				checkQueue(t, sqs.NewFromConfig(c.AWS), want)
			}
		})
	}
}

func keysOf(schema []types.KeySchemaElement) (k template.Keys) {
	for _, e := range schema {
		if e.KeyType == types.KeyTypeHash {
			k.Hash = *e.AttributeName
		} else {
			k.Range = *e.AttributeName
		}
	}
	return k
}

func checkTable(t *testing.T, db *dynamodb.Client, want template.Table) {
	t.Helper()
	got, err := db.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &want.Name})
	if err != nil {
		t.Fatal(err)
	}
	if keys := keysOf(got.Table.KeySchema); keys != want.Keys {
		t.Errorf("%s is keyed by %+v, want %+v", want.Name, keys, want.Keys)
	}
	indexes := map[string]template.Keys{}
	for _, ix := range got.Table.GlobalSecondaryIndexes {
		indexes[*ix.IndexName] = keysOf(ix.KeySchema)
	}
	wanted := map[string]template.Keys{}
	for _, ix := range want.Indexes {
		wanted[ix.Name] = ix.Keys
	}
	if diff := cmp.Diff(wanted, indexes); diff != "" {
		t.Errorf("indexes of %s (-want +got)\n%s", want.Name, diff)
	}
	ttl, err := db.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &want.Name})
	if err != nil {
		t.Fatal(err)
	}
	if name := aws.ToString(ttl.TimeToLiveDescription.AttributeName); name != want.TTLAttribute {
		t.Errorf("%s expires by %q, want %q", want.Name, name, want.TTLAttribute)
	}
}

func checkQueue(t *testing.T, client *sqs.Client, want template.Queue) {
	t.Helper()
	got, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &want.URL, AttributeNames: []sqstypes.QueueAttributeName{"All"}})
	if err != nil {
		t.Fatalf("%s: %v", want.Name, err)
	}
	seconds := func(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }
	for name, value := range map[string]string{
		"DelaySeconds": seconds(want.Delay), "VisibilityTimeout": seconds(want.Visibility), "MessageRetentionPeriod": seconds(want.Retention), "QueueArn": want.ARN,
	} {
		if (name == "VisibilityTimeout" || name == "MessageRetentionPeriod") && value == "0" { // the service's own
			continue
		}
		if got.Attributes[name] != value {
			t.Errorf("%s has %s %q, want %q", want.Name, name, got.Attributes[name], value)
		}
	}
	if fifo := got.Attributes["FifoQueue"] == "true"; fifo != want.FIFO {
		t.Errorf("%s is a FIFO queue: %v", want.Name, fifo)
	}
	if redrive := got.Attributes["RedrivePolicy"]; (redrive != "") != (want.DeadLetter != "") {
		t.Errorf("%s gives up to %q, want %q", want.Name, redrive, want.DeadLetter)
	}
}
