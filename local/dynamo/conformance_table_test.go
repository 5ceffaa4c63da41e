package dynamo_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func TestCreateTableRefuses(t *testing.T) {
	c := newClient(t)
	include := types.Projection{ProjectionType: types.ProjectionTypeInclude}
	cases := map[string]func() *dynamodb.CreateTableInput{
		"short name": func() *dynamodb.CreateTableInput { in := keyed("pk:S"); in.TableName = aws.String("ab"); return in },
		"long name": func() *dynamodb.CreateTableInput {
			in := keyed("pk:S")
			in.TableName = aws.String(strings.Repeat("a", 256))
			return in
		},
		"spaces": func() *dynamodb.CreateTableInput { in := keyed("pk:S"); in.TableName = aws.String("a b c"); return in },
		"no key": func() *dynamodb.CreateTableInput { in := keyed("pk:S"); in.KeySchema = nil; return in },
		"undefined key": func() *dynamodb.CreateTableInput {
			in := keyed("pk:S", "sk:S")
			in.AttributeDefinitions = in.AttributeDefinitions[:1]
			return in
		},
		"unused attribute": func() *dynamodb.CreateTableInput {
			in := keyed("pk:S", "sk:S")
			in.KeySchema = in.KeySchema[:1]
			return in
		},
		"same key twice": func() *dynamodb.CreateTableInput { return keyed("pk:S", "pk:S") },
		"key of a list":  func() *dynamodb.CreateTableInput { return keyed("pk:L") },
		"two hashes": func() *dynamodb.CreateTableInput {
			in := keyed("pk:S", "sk:S")
			in.KeySchema[1].KeyType = types.KeyTypeHash
			return in
		},
		"no throughput": func() *dynamodb.CreateTableInput {
			in := keyed("pk:S")
			in.BillingMode = types.BillingModeProvisioned
			return in
		},
		"index twice": func() *dynamodb.CreateTableInput {
			return withIndex(withIndex(keyed("pk:S"), "idx", projectAll, "a:S"), "idx", projectAll, "a:S")
		},
		"include of nothing":     func() *dynamodb.CreateTableInput { return withIndex(keyed("pk:S"), "idx", include, "a:S") },
		"index of no projection": func() *dynamodb.CreateTableInput { return withIndex(keyed("pk:S"), "idx", types.Projection{}, "a:S") },
		"short index name":       func() *dynamodb.CreateTableInput { return withIndex(keyed("pk:S"), "i", projectAll, "a:S") },
	}
	for name, in := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := c.CreateTable(t.Context(), in())
			wantError(t, err, validation)
		})
	}
}

func TestTables(t *testing.T) {
	c := newClient(t)
	in := withIndex(keyed("pk:S", "sk:N"), "by-gk", projectKeys, "gk:B")
	in.DeletionProtectionEnabled = aws.Bool(true)
	table := create(t, c, in)
	store(t, c, table, m{"pk": "p", "sk": n("1"), "gk": []byte{1}}, m{"pk": "p", "sk": n("2")})
	_, err := c.CreateTable(t.Context(), in)
	wantError(t, err, "ResourceInUseException")

	out, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
	wantError(t, err, "")
	d := out.Table
	if *d.TableName != table || d.TableStatus != types.TableStatusActive || len(d.AttributeDefinitions) != 3 || len(d.KeySchema) != 2 ||
		*d.KeySchema[1].AttributeName != "sk" || !*d.DeletionProtectionEnabled || d.CreationDateTime == nil || *d.TableArn == "" ||
		d.BillingModeSummary.BillingMode != types.BillingModePayPerRequest || *d.ItemCount != 2 {
		t.Errorf("described as %+v", d)
	}
	if x := d.GlobalSecondaryIndexes[0]; *x.IndexName != "by-gk" || x.IndexStatus != types.IndexStatusActive ||
		x.Projection.ProjectionType != types.ProjectionTypeKeysOnly || *x.ItemCount != 1 {
		t.Errorf("index described as %+v", x)
	}
	same(t, fetch(t, c, *d.TableArn, m{"pk": "p", "sk": n("2")}), item(m{"pk": "p", "sk": n("2")})) // by ARN

	_, err = c.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table})
	wantError(t, err, validation)
	_, err = c.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: &table, DeletionProtectionEnabled: aws.Bool(false)})
	wantError(t, err, "")
	_, err = c.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table})
	wantError(t, err, "")
	for name, call := range map[string]func() error{
		"describe": func() error {
			_, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
			return err
		},
		"delete": func() error {
			_, err := c.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table})
			return err
		},
		"put": func() error {
			_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item(m{"pk": "p", "sk": n("1")})})
			return err
		},
		"scan": func() error { _, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table}); return err },
		"ttl": func() error {
			_, err := c.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &table})
			return err
		},
	} {
		t.Run(name+" of no table", func(t *testing.T) { wantError(t, call(), missing) })
	}
}

func TestListTables(t *testing.T) {
	c := newClient(t)
	want := map[string]bool{}
	for range 5 {
		want[create(t, c, keyed("pk:S"))] = true
	}
	pages := 0
	p := dynamodb.NewListTablesPaginator(c, &dynamodb.ListTablesInput{Limit: aws.Int32(2)})
	for p.HasMorePages() {
		out, err := p.NextPage(t.Context())
		wantError(t, err, "")
		for _, name := range out.TableNames {
			delete(want, name)
		}
		pages++
	}
	if len(want) != 0 || pages < 3 {
		t.Errorf("not listed: %v, on %d pages", want, pages)
	}
	_, err := c.ListTables(t.Context(), &dynamodb.ListTablesInput{Limit: aws.Int32(101)})
	wantError(t, err, validation)
}

func TestTimeToLiveSetting(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S"))
	set := func(name string, on bool) error {
		_, err := c.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{TableName: &table,
			TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &name, Enabled: &on}})
		return err
	}
	status := func() types.TimeToLiveStatus {
		out, err := c.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &table})
		wantError(t, err, "")
		return out.TimeToLiveDescription.TimeToLiveStatus
	}
	if s := status(); s != types.TimeToLiveStatusDisabled {
		t.Errorf("at first %s", s)
	}
	wantError(t, set("expires", false), validation)
	wantError(t, set("expires", true), "")
	if s := status(); s != types.TimeToLiveStatusEnabled {
		t.Errorf("then %s", s)
	}
	wantError(t, set("expires", true), validation)
	wantError(t, set("other", true), validation)
}

func TestContinuousBackups(t *testing.T) {
	c := newClient(t)
	table := create(t, c, keyed("pk:S"))
	_, err := c.UpdateContinuousBackups(t.Context(), &dynamodb.UpdateContinuousBackupsInput{TableName: &table,
		PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true)}})
	wantError(t, err, "")
	out, err := c.DescribeContinuousBackups(t.Context(), &dynamodb.DescribeContinuousBackupsInput{TableName: &table})
	wantError(t, err, "")
	if s := out.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus; s != types.PointInTimeRecoveryStatusEnabled {
		t.Errorf("status %s", s)
	}
	_, err = c.DescribeContinuousBackups(t.Context(), &dynamodb.DescribeContinuousBackupsInput{TableName: aws.String("no-table")})
	wantError(t, err, "TableNotFoundException")
}
