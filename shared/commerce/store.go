package commerce

import (
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// The states of a verification.
const (
	waiting = "waiting"
	used    = "used"
)

// verificationItem is a verification as stored, for as long as its code is good.
type verificationItem struct {
	table.Key
	Shopper  id.Shopper `dynamodbav:"shopper"`
	Body     seal.Text  `dynamodbav:"body"`            // a form
	State    string     `dynamodbav:"state"`           // waiting or used
	Order    id.Order   `dynamodbav:"order,omitempty"` // what it matched
	Issue    string     `dynamodbav:"issue,omitempty"` // the code that opens it
	Quiet    bool       `dynamodbav:"quiet,omitempty"` // no letter was sent for it: there had been enough
	ExpireAt int64      `dynamodbav:"expires_at"`      // Unix seconds; DynamoDB TTL
}

// Inventory makes verificationItem a table.Record.
func (verificationItem) Inventory() inventory.Entry {
	e := shopperEntry("commerce.verification", map[string]inventory.Category{
		"shopper": inventory.Identifier, "body": inventory.ContactDetail, "state": inventory.None, "order": inventory.CommercialData,
		"issue": inventory.None, "quiet": inventory.None, "expires_at": inventory.None,
	})
	e.Retention, e.Exported = inventory.OperationRetention, false // a proof under way
	return e
}

// grantItem is a Grant as stored.
type grantItem struct {
	table.Key
	Shopper  id.Shopper `dynamodbav:"shopper"`
	ExpireAt int64      `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes grantItem a table.Record.
func (grantItem) Inventory() inventory.Entry {
	e := shopperEntry("commerce.grant", map[string]inventory.Category{"shopper": inventory.Identifier, "expires_at": inventory.None})
	e.Retention, e.Exported = inventory.OperationRetention, false
	return e
}

// actionItem is an Action as stored.
type actionItem struct {
	table.Key
	Shopper  id.Shopper `dynamodbav:"shopper"`
	Order    id.Order   `dynamodbav:"order"`
	Kind     ActionKind `dynamodbav:"kind"`
	State    State      `dynamodbav:"state"`
	Body     seal.Text  `dynamodbav:"body"`               // details
	Until    int64      `dynamodbav:"until"`              // Unix seconds; when a proposal lapses
	Attempts int        `dynamodbav:"attempts,omitempty"` // at carrying it out
	ExpireAt int64      `dynamodbav:"expires_at"`         // Unix seconds; DynamoDB TTL
}

// Inventory makes actionItem a table.Record.
func (actionItem) Inventory() inventory.Entry {
	return shopperEntry("commerce.action", map[string]inventory.Category{
		"shopper": inventory.Identifier, "order": inventory.CommercialData, "kind": inventory.None, "state": inventory.None,
		"body": inventory.CommercialData, "until": inventory.None, "attempts": inventory.None, "expires_at": inventory.None,
	})
}

// approvalItem points to an action that a person decides on.
type approvalItem struct {
	table.Key
	Conversation id.Conversation `dynamodbav:"conversation"`
	Shopper      id.Shopper      `dynamodbav:"shopper"`
	Same         string          `dynamodbav:"same,omitempty"` // hash of what is asked of which order
	ExpireAt     int64           `dynamodbav:"expires_at"`     // Unix seconds; DynamoDB TTL
}

// Inventory makes approvalItem a table.Record.
func (approvalItem) Inventory() inventory.Entry {
	return shopperEntry("commerce.approval", map[string]inventory.Category{
		"conversation": inventory.Identifier, "shopper": inventory.Identifier, "same": inventory.None, "expires_at": inventory.None,
	})
}

// tallyItem counts what one customer was granted of a kind. Who it is, is a keyed
// hash.
type tallyItem struct {
	table.Key
	Times    int64 `dynamodbav:"times"`
	ExpireAt int64 `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes tallyItem a table.Record.
func (tallyItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "commerce.tally", Subject: inventory.NoSubject,
		Fields:  map[string]inventory.Category{"times": inventory.None, "expires_at": inventory.None},
		Purpose: inventory.SecurityAndFraud, LegalBasis: inventory.LegitimateInterest, Role: inventory.Processor,
		Retention: inventory.ChatRetention, Source: inventory.Derived,
	}
}

// shopperEntry is what all records of orders have in common.
func shopperEntry(record string, fields map[string]inventory.Category) inventory.Entry {
	return inventory.Entry{
		Record: record, Subject: inventory.Shopper, SubjectKey: "shopper", Fields: fields,
		Purpose: inventory.CustomerSupport, LegalBasis: inventory.Contract, Role: inventory.Processor,
		Retention: inventory.ChatRetention, Source: inventory.FirstParty, Exported: true,
	}
}
