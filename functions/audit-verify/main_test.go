package main

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/local/localtest"
	"omniops/shared/audit"
	"omniops/shared/boot"
	"omniops/shared/claim"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Scenario 44: the daily walk says of which shop, which month and which entry a row was
// changed, removed or slipped in, and is silent when none was.
func TestScenario44TheDailyWalkPointsAtTheRow(t *testing.T) {
	claim.Proves(t, "C098")
	for name, c := range map[string]struct {
		tamper func(t *testing.T, c *localtest.Cloud, name string, rows []map[string]types.AttributeValue)
		says   string
	}{
		"a row is changed": {func(t *testing.T, c *localtest.Cloud, name string, rows []map[string]types.AttributeValue) {
			entry := rows[2]["entry"].(*types.AttributeValueMemberS)
			entry.Value = strings.Replace(entry.Value, `"delete"`, `"read"`, 1)
			put(t, c, name, rows[2])
		}, "entry 3: it was changed"},
		"a row is removed": {func(t *testing.T, c *localtest.Cloud, name string, rows []map[string]types.AttributeValue) {
			remove(t, c, name, rows[1])
		}, "entry 2: it is missing"},
		"the end is cut off": {func(t *testing.T, c *localtest.Cloud, name string, rows []map[string]types.AttributeValue) {
			remove(t, c, name, rows[4])
		}, "entry 5: it is missing, and all after it"},
		"a row takes another's place": {func(t *testing.T, c *localtest.Cloud, name string, rows []map[string]types.AttributeValue) {
			rows[1]["SK"] = rows[3]["SK"]
			put(t, c, name, rows[1])
		}, "entry 4: it was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := localtest.Start(t)
			main, keys := cloud.Env(t, "audit-verify", "TABLE_NAME"), cloud.Env(t, "audit-verify", "KEY_TABLE_NAME")
			walk, err := build(t.Context(), &boot.Runtime{AWS: cloud.AWS, Now: cloud.Clock.Now, Log: slog.New(slog.DiscardHandler)}, settings{
				Table: main, KeyTable: keys, SessionSecret: boot.NewSecret(localtest.SessionSecret),
			})
			must(t, err)
			log, err := audit.New(table.New(cloud.AWS, main, cloud.Clock.Now), []byte(localtest.SessionSecret), "test")
			must(t, err)
			for range 5 {
				for _, shop := range []id.Tenant{"demo", "rival"} {
					must(t, log.Append(t.Context(), shop, audit.Entry{Actor: audit.System, Action: audit.Delete, Record: "conversation", Why: inventory.LegalCompliance}))
				}
			}
			must(t, walk(t.Context()))
			out, err := dynamodb.NewFromConfig(cloud.AWS).Query(t.Context(), &dynamodb.QueryInput{
				TableName: &main, KeyConditionExpression: ptr("PK = :pk"),
				ExpressionAttributeValues: map[string]types.AttributeValue{":pk": &types.AttributeValueMemberS{Value: "T#demo#AUDIT#2026-11"}},
			})
			must(t, err)
			if len(out.Items) != 5 {
				t.Fatalf("there are %d rows", len(out.Items))
			}
			c.tamper(t, cloud, main, out.Items)
			err = walk(t.Context())
			if err == nil || !strings.Contains(err.Error(), "demo for 2026-11") || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "rival") {
				t.Errorf("the walk says %v, want %q", err, c.says)
			}
		})
	}
}

func ptr(s string) *string { return &s }

func put(t *testing.T, c *localtest.Cloud, name string, row map[string]types.AttributeValue) {
	t.Helper()
	_, err := dynamodb.NewFromConfig(c.AWS).PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: row})
	must(t, err)
}

func remove(t *testing.T, c *localtest.Cloud, name string, row map[string]types.AttributeValue) {
	t.Helper()
	_, err := dynamodb.NewFromConfig(c.AWS).DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &name, Key: map[string]types.AttributeValue{"PK": row["PK"], "SK": row["SK"]}})
	must(t, err)
}
