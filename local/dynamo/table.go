package dynamo

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// table is a table's items and indexes. Its key and indexes never change; the
// rest is guarded by Server.mu.
type table struct {
	definition definition
	key        keySchema
	items      *tree
	bytes      int
	indexes    []*index
}

// index is the index of that name, or nil.
func (t *table) index(name string) *index {
	i := slices.IndexFunc(t.indexes, func(x *index) bool { return x.name == name })
	if i < 0 {
		return nil
	}
	return t.indexes[i]
}

func (t *table) name() string { return t.definition.TableName }

const arnPrefix = "arn:aws:dynamodb:eu-west-2:000000000000:table/"

// description is a table as DescribeTable shows it.
type description struct {
	TableName                 string
	AttributeDefinitions      []attributeDefinition
	KeySchema                 []keyElement
	GlobalSecondaryIndexes    []indexDescription `json:",omitempty"`
	BillingModeSummary        map[string]string
	ProvisionedThroughput     throughput
	DeletionProtectionEnabled bool
	TableStatus               string
	TableArn, TableId         string
	CreationDateTime          float64 // seconds since 1970
	ItemCount                 int
	TableSizeBytes            int
}

type indexDescription struct {
	indexDefinition
	ProvisionedThroughput     throughput
	IndexStatus, IndexArn     string
	ItemCount, IndexSizeBytes int
}

func (t *table) describe(status string) description {
	d := t.definition
	out := description{
		TableName: d.TableName, AttributeDefinitions: d.AttributeDefinitions, KeySchema: d.KeySchema,
		BillingModeSummary:        map[string]string{"BillingMode": d.BillingMode},
		DeletionProtectionEnabled: d.DeletionProtectionEnabled,
		TableStatus:               status,
		TableArn:                  arnPrefix + d.TableName,
		TableId:                   d.ID,
		CreationDateTime:          float64(d.Created.UnixMilli()) / 1000,
		ItemCount:                 t.items.Len(),
		TableSizeBytes:            t.bytes,
	}
	if d.ProvisionedThroughput != nil {
		out.ProvisionedThroughput = *d.ProvisionedThroughput
	}
	for i, x := range d.GlobalSecondaryIndexes {
		shown := indexDescription{
			indexDefinition: x,
			IndexStatus:     status,
			IndexArn:        out.TableArn + "/index/" + x.IndexName,
			ItemCount:       t.indexes[i].entries.Len(),
			IndexSizeBytes:  t.indexes[i].bytes,
		}
		if x.ProvisionedThroughput != nil {
			shown.ProvisionedThroughput = *x.ProvisionedThroughput
		}
		out.GlobalSecondaryIndexes = append(out.GlobalSecondaryIndexes, shown)
	}
	return out
}

// lookup finds a table by its name or ARN, for the caller who holds the lock.
func (s *Server) lookup(name string) (*table, error) {
	_, short, isARN := strings.Cut(name, ":table/")
	if !isARN || !strings.HasPrefix(name, "arn:") {
		short = name
	}
	if err := checkName(short, "tableName"); err != nil {
		return nil, err
	}
	t := s.tables[short]
	if t == nil {
		return nil, notFound("Requested resource not found")
	}
	return t, nil
}

// table finds a table by its name or ARN.
func (s *Server) table(name string) (*table, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.lookup(name)
}

type createTableInput struct {
	definition
	LocalSecondaryIndexes json.RawMessage
	StreamSpecification   struct{ StreamEnabled bool }
}

type tableOutput struct {
	TableDescription description
}

func (s *Server) createTable(_ context.Context, in *createTableInput) (*tableOutput, error) {
	if len(in.LocalSecondaryIndexes) > 0 {
		return nil, invalid("Local secondary indexes are not supported here")
	}
	if in.StreamSpecification.StreamEnabled {
		return nil, invalid("Streams are not supported here")
	}
	d := in.definition
	d.ID, d.Created, d.TTLAttribute, d.PointInTimeRecovery = "", s.now().UTC(), "", false
	if d.BillingMode == "" {
		d.BillingMode = "PROVISIONED"
	}
	t, err := d.build()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tables[t.name()] != nil {
		return nil, fail("ResourceInUseException", "Table already exists: "+t.name())
	}
	if err := s.log(logRecord{Define: &t.definition}); err != nil {
		return nil, err
	}
	s.tables[t.name()] = t
	return &tableOutput{t.describe("CREATING")}, nil
}

type tableInput struct{ TableName string }

type describeTableOutput struct{ Table description }

func (s *Server) describeTable(_ context.Context, in *tableInput) (*describeTableOutput, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, err := s.lookup(in.TableName)
	if err != nil {
		return nil, named(err, in.TableName)
	}
	return &describeTableOutput{t.describe("ACTIVE")}, nil
}

// named says in a ResourceNotFoundException which table is missing.
func named(err error, table string) error {
	if f := asFailure(err); f.kind == "ResourceNotFoundException" {
		return notFound("Requested resource not found: Table: " + table + " not found")
	}
	return err
}

func (s *Server) deleteTable(_ context.Context, in *tableInput) (*tableOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.lookup(in.TableName)
	if err != nil {
		return nil, named(err, in.TableName)
	}
	if t.definition.DeletionProtectionEnabled {
		return nil, invalid("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	if err := s.log(logRecord{Drop: t.name()}); err != nil {
		return nil, err
	}
	delete(s.tables, t.name())
	return &tableOutput{t.describe("DELETING")}, nil
}

type updateTableInput struct {
	TableName                   string
	DeletionProtectionEnabled   *bool
	GlobalSecondaryIndexUpdates json.RawMessage
	BillingMode                 json.RawMessage
	ProvisionedThroughput       json.RawMessage
}

// updateTable switches deletion protection, all that can be changed here.
func (s *Server) updateTable(_ context.Context, in *updateTableInput) (*tableOutput, error) {
	if in.DeletionProtectionEnabled == nil || in.GlobalSecondaryIndexUpdates != nil || in.BillingMode != nil || in.ProvisionedThroughput != nil {
		return nil, invalid("Only DeletionProtectionEnabled can be changed here")
	}
	t, err := s.redefine(in.TableName, func(d *definition) error {
		d.DeletionProtectionEnabled = *in.DeletionProtectionEnabled
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &tableOutput{*t}, nil
}

// redefine changes a table's definition and describes the table.
func (s *Server) redefine(name string, change func(*definition) error) (*description, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.lookup(name)
	if err != nil {
		return nil, named(err, name)
	}
	changed := t.definition
	if err := change(&changed); err != nil {
		return nil, err
	}
	if err := s.log(logRecord{Define: &changed}); err != nil {
		return nil, err
	}
	t.definition = changed
	out := t.describe("ACTIVE")
	return &out, nil
}

type listTablesInput struct {
	ExclusiveStartTableName string
	Limit                   *int
}

type listTablesOutput struct {
	TableNames             []string
	LastEvaluatedTableName string `json:",omitempty"`
}

func (s *Server) listTables(_ context.Context, in *listTablesInput) (*listTablesOutput, error) {
	limit := 100
	if in.Limit != nil {
		limit = *in.Limit
	}
	if limit < 1 || limit > 100 {
		return nil, constraint(strconv.Itoa(limit), "limit", "Member must have value greater than or equal to 1 and less than or equal to 100")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := &listTablesOutput{TableNames: []string{}}
	for _, name := range sortedKeys(s.tables) {
		if name <= in.ExclusiveStartTableName {
			continue
		}
		if len(out.TableNames) == limit {
			out.LastEvaluatedTableName = out.TableNames[limit-1]
			break
		}
		out.TableNames = append(out.TableNames, name)
	}
	return out, nil
}

type continuousBackupsInput struct {
	TableName                        string
	PointInTimeRecoverySpecification struct{ PointInTimeRecoveryEnabled bool }
}

type continuousBackupsOutput struct {
	ContinuousBackupsDescription struct {
		ContinuousBackupsStatus        string
		PointInTimeRecoveryDescription struct{ PointInTimeRecoveryStatus string }
	}
}

func (s *Server) updateContinuousBackups(ctx context.Context, in *continuousBackupsInput) (*continuousBackupsOutput, error) {
	_, err := s.redefine(in.TableName, func(d *definition) error {
		d.PointInTimeRecovery = in.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.describeContinuousBackups(ctx, in)
}

// describeContinuousBackups only repeats the setting: nothing is backed up here.
func (s *Server) describeContinuousBackups(_ context.Context, in *continuousBackupsInput) (*continuousBackupsOutput, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, err := s.lookup(in.TableName)
	if err != nil {
		return nil, fail("TableNotFoundException", "Table not found: "+in.TableName)
	}
	out := &continuousBackupsOutput{}
	out.ContinuousBackupsDescription.ContinuousBackupsStatus = "ENABLED"
	out.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus = enabled(t.definition.PointInTimeRecovery)
	return out, nil
}

func enabled(on bool) string {
	if on {
		return "ENABLED"
	}
	return "DISABLED"
}
