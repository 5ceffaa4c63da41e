package table_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/local/localtest"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// The merchants and the conversation of these tests. One tenant's name is the
// beginning of the other's.
const (
	shop    id.Tenant       = "shop"
	rival   id.Tenant       = "shop-2"
	chat    id.Conversation = "chat"
	mainFor                 = "chat-reply"
)

// bench is the main table of template.yaml, and the way around the store to it.
type bench struct {
	*localtest.Cloud
	*table.Store
	name string
	db   *dynamodb.Client
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	name := c.Env(t, mainFor, "TABLE_NAME")
	return &bench{c, table.New(c.AWS, name, c.Clock.Now), name, dynamodb.NewFromConfig(c.AWS)}
}

// hasty is the store without the SDK's own second try.
func (b *bench) hasty() *table.Store {
	cfg := b.AWS.Copy()
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return table.New(cfg, b.name, b.Clock.Now)
}

// stored reads an item as DynamoDB holds it, expired or not.
func (b *bench) stored(t *testing.T, k table.Key) map[string]types.AttributeValue {
	t.Helper()
	out, err := b.db.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &b.name, ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: k.PK}, "SK": &types.AttributeValueMemberS{Value: k.SK},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// in is the expiry of what is kept for d from now.
func (b *bench) in(d time.Duration) int64 { return b.Clock.Now().Add(d).Unix() }

// note is a record that is kept for a time.
type note struct {
	table.Key
	Text     string `dynamodbav:"text"`
	Version  int    `dynamodbav:"version"`
	Count    int64  `dynamodbav:"count,omitempty"`
	ExpireAt int64  `dynamodbav:"expires_at,omitempty"`
}

func (note) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "test.note", Subject: inventory.NoSubject,
		Fields: map[string]inventory.Category{
			"text": inventory.None, "version": inventory.None, "count": inventory.None, "expires_at": inventory.None,
		},
		Purpose: inventory.CustomerSupport, LegalBasis: inventory.Contract, Role: inventory.Processor,
		Retention: inventory.ChatRetention, Source: inventory.FirstParty,
	}
}

// pin is a record that is kept until something happens, and may be due.
type pin struct {
	table.Key
	table.Due
	Text string `dynamodbav:"text"`
}

func (pin) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "test.pin", Subject: inventory.NoSubject,
		Fields:  map[string]inventory.Category{"text": inventory.None, "due_pk": inventory.None, "due_sk": inventory.None},
		Purpose: inventory.KnowledgeBase, LegalBasis: inventory.Contract, Role: inventory.Processor,
		Retention: inventory.ContentRetention, Source: inventory.FirstParty,
	}
}

func wantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("error %v is %s, want %s", err, fault.KindOf(err), want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
