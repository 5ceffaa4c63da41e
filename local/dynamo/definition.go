package dynamo

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"omniops/local/dynamo/attribute"
)

// definition is what CreateTable says of a table, and what has been set since.
// It is the table's record in the log.
type definition struct {
	TableName                 string
	AttributeDefinitions      []attributeDefinition
	KeySchema                 []keyElement
	GlobalSecondaryIndexes    []indexDefinition `json:",omitempty"`
	BillingMode               string            `json:",omitempty"`
	ProvisionedThroughput     *throughput       `json:",omitempty"`
	DeletionProtectionEnabled bool              `json:",omitempty"`

	ID                  string    `json:",omitempty"`
	Created             time.Time `json:",omitzero"`
	TTLAttribute        string    `json:",omitempty"`
	PointInTimeRecovery bool      `json:",omitempty"`
}

type attributeDefinition struct {
	AttributeName string
	AttributeType attribute.Kind
}

type keyElement struct{ AttributeName, KeyType string }

type throughput struct{ ReadCapacityUnits, WriteCapacityUnits int64 }

type indexDefinition struct {
	IndexName             string
	KeySchema             []keyElement
	Projection            projection
	ProvisionedThroughput *throughput `json:",omitempty"`
}

type projection struct {
	ProjectionType   string
	NonKeyAttributes []string `json:",omitempty"`
}

var validName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

// checkName refuses a name that no table or index may have.
func checkName(name, member string) error {
	switch {
	case name == "":
		return invalid("The parameter '" + strings.ToUpper(member[:1]) + member[1:] + "' is required but was not present in the request")
	case len(name) < 3 || len(name) > 255:
		return invalid(strings.ToUpper(member[:1]) + member[1:] + " must be at least 3 characters long and at most 255 characters long")
	case !validName.MatchString(name):
		return constraint(name, member, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
	}
	return nil
}

const (
	maxIndexes   = 20
	maxProjected = 100 // names in all INCLUDE projections of a table
)

// build checks the definition and makes the table that it describes.
func (d definition) build() (*table, error) {
	if err := checkName(d.TableName, "tableName"); err != nil {
		return nil, err
	}
	if err := d.checkBilling(); err != nil {
		return nil, err
	}
	kinds := map[string]attribute.Kind{}
	for _, a := range d.AttributeDefinitions {
		if err := oneOf(string(a.AttributeType), "attributeDefinitions.member.attributeType", "B", "N", "S"); err != nil || a.AttributeType == "" {
			return nil, constraint(string(a.AttributeType), "attributeDefinitions.member.attributeType", "Member must satisfy enum value set: [B, N, S]")
		}
		if kinds[a.AttributeName] != "" {
			return nil, invalid("One or more parameter values were invalid: Duplicate AttributeDefinition: " + a.AttributeName)
		}
		kinds[a.AttributeName] = a.AttributeType
	}
	used := map[string]bool{}
	key, err := buildKey(d.KeySchema, kinds, used)
	if err != nil {
		return nil, err
	}
	t := &table{definition: d, key: key, items: newTree()}
	if len(d.GlobalSecondaryIndexes) > maxIndexes {
		return nil, invalid(fmt.Sprintf("One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of %d", maxIndexes))
	}
	projected := 0
	for _, x := range d.GlobalSecondaryIndexes {
		built, err := x.build(key, kinds, used)
		if err != nil {
			return nil, err
		}
		if t.index(x.IndexName) != nil {
			return nil, invalid("One or more parameter values were invalid: Duplicate index name: " + x.IndexName)
		}
		t.indexes = append(t.indexes, built)
		projected += len(x.Projection.NonKeyAttributes)
	}
	if projected > maxProjected {
		return nil, invalid(fmt.Sprintf("One or more parameter values were invalid: Number of NonKeyAttributes exceeds the limit of %d", maxProjected))
	}
	if len(used) != len(kinds) {
		return nil, invalid("One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	if t.definition.ID == "" {
		t.definition.ID = strings.ToLower(rand.Text())
	}
	return t, nil
}

func (d definition) checkBilling() error {
	if err := oneOf(d.BillingMode, "billingMode", "PROVISIONED", "PAY_PER_REQUEST"); err != nil {
		return err
	}
	switch p := d.ProvisionedThroughput; {
	case d.BillingMode == "PAY_PER_REQUEST" && p != nil && *p != throughput{}:
		return invalid("One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	case d.BillingMode == "PAY_PER_REQUEST":
		return nil
	case p == nil:
		return invalid("One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	case p.ReadCapacityUnits < 1 || p.WriteCapacityUnits < 1:
		return invalid("One or more parameter values were invalid: capacity units must be at least 1")
	}
	return nil
}

func (x indexDefinition) build(table keySchema, kinds map[string]attribute.Kind, used map[string]bool) (*index, error) {
	if err := checkName(x.IndexName, "indexName"); err != nil {
		return nil, err
	}
	key, err := buildKey(x.KeySchema, kinds, used)
	if err != nil {
		return nil, err
	}
	built := &index{name: x.IndexName, key: key, project: map[string]bool{}, entries: newTree()}
	for _, a := range slices.Concat(table.attributes(), key.attributes()) {
		built.project[a.name] = true
	}
	include := x.Projection.ProjectionType == "INCLUDE"
	switch x.Projection.ProjectionType {
	case "ALL":
		built.all = true
	case "KEYS_ONLY", "INCLUDE":
	case "":
		return nil, invalid("One or more parameter values were invalid: Unknown ProjectionType: null")
	default:
		return nil, oneOf(x.Projection.ProjectionType, "globalSecondaryIndexes.member.projection.projectionType", "ALL", "INCLUDE", "KEYS_ONLY")
	}
	if include != (len(x.Projection.NonKeyAttributes) > 0) {
		return nil, invalid("One or more parameter values were invalid: ProjectionType is " + x.Projection.ProjectionType +
			", and NonKeyAttributes is specified only for INCLUDE")
	}
	for _, name := range x.Projection.NonKeyAttributes {
		built.project[name] = true
	}
	return built, nil
}

// buildKey checks a KeySchema against the defined kinds and marks what it uses.
func buildKey(elements []keyElement, kinds map[string]attribute.Kind, used map[string]bool) (keySchema, error) {
	var key keySchema
	if len(elements) < 1 || len(elements) > 2 {
		return key, constraint(fmt.Sprint(elements), "keySchema", "Member must have length less than or equal to 2 and greater than or equal to 1")
	}
	for i, e := range elements {
		want := []string{"HASH", "RANGE"}[i]
		if e.KeyType != want {
			return key, invalid("Invalid KeySchema: element " + fmt.Sprint(i) + " is not a " + want + " key type")
		}
		if i == 1 && e.AttributeName == elements[0].AttributeName {
			return key, invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
		}
		if kinds[e.AttributeName] == "" {
			return key, invalid("One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [" + e.AttributeName + "]")
		}
		used[e.AttributeName] = true
		a := keyAttribute{name: e.AttributeName, kind: kinds[e.AttributeName]}
		if i == 0 {
			key.partition = a
		} else {
			key.sort = a
		}
	}
	return key, nil
}
