// Package inventory declares what personal data a record holds: the one
// declaration from which expiry, export, erasure, the Article 30 record and
// the policy page are derived.
package inventory

import (
	"fmt"
	"sort"
	"time"
)

// Category is the kind of data a stored attribute holds.
type Category string

// The categories. None is an answer; silence is not.
const (
	None           Category = "none"            // says nothing about a person
	Identifier     Category = "identifier"      // pseudonymous: a session, a conversation
	ContactDetail  Category = "contact-detail"  // e-mail, phone, postal address, name
	MessageContent Category = "message-content" // what a person wrote, or was answered
	DeviceData     Category = "device-data"     // browser, operating system, network address
	CommercialData Category = "commercial-data" // orders and purchases
	ActivityData   Category = "activity-data"   // pages viewed, interactions, choices made
	BusinessData   Category = "business-data"   // a merchant's account and settings
	PublicContent  Category = "public-content"  // the merchant's own published pages
	SecretMaterial Category = "secret-material" // keys and credentials, always encrypted
)

// Personal reports whether the category can be about a person.
func (c Category) Personal() bool {
	switch c {
	case Identifier, ContactDetail, MessageContent, DeviceData, CommercialData, ActivityData:
		return true
	}
	return false
}

// Subject is whom a record is about.
type Subject string

// The data subjects.
const (
	NoSubject Subject = "none"
	Shopper   Subject = "shopper"
	Merchant  Subject = "merchant"
)

// Purpose is what a record is processed for.
type Purpose string

// The purposes.
const (
	CustomerSupport  Purpose = "customer-support"
	Transparency     Purpose = "ai-transparency"
	AccountOperation Purpose = "account-operation"
	KnowledgeBase    Purpose = "knowledge-base"
	SecurityAndFraud Purpose = "security-and-fraud"
	Billing          Purpose = "billing"
	LegalCompliance  Purpose = "legal-compliance"
	UsageAnalytics   Purpose = "usage-analytics"
)

// Basis is the legal basis of GDPR Article 6(1).
type Basis string

// The legal bases.
const (
	Contract           Basis = "contract"            // Art. 6(1)(b)
	Consent            Basis = "consent"             // Art. 6(1)(a)
	LegalObligation    Basis = "legal-obligation"    // Art. 6(1)(c)
	LegitimateInterest Basis = "legitimate-interest" // Art. 6(1)(f)
)

// Role is OmniOps' role for a record under GDPR Article 4(7) and (8).
type Role string

// The roles.
const (
	Controller Role = "controller" // we decide why and how
	Processor  Role = "processor"  // on a merchant's behalf
)

// Source is where a record's data came from.
type Source string

// The sources.
const (
	FirstParty   Source = "first-party"
	MerchantSite Source = "merchant-site"
	FromShopify  Source = "shopify"
	FromMeta     Source = "meta"
	Derived      Source = "derived" // made by us from other records
)

// Retention is how long a record is kept.
type Retention string

// The retention classes.
const (
	ChatRetention       Retention = "chat"       // 90 days, or the merchant's shorter setting
	AnalyticsRetention  Retention = "analytics"  // 180 days
	AuditRetention      Retention = "audit"      // 24 months
	ContentRetention    Retention = "content"    // until refreshed, or the account is closed
	AccountRetention    Retention = "account"    // the account's life; then 2 years for the legal subset
	OperationRetention  Retention = "operation"  // 2 days: counters and work in flight
	DeliveryRetention   Retention = "delivery"   // 10 days: what a platform has delivered already, as it may come again for a week
	AccountingRetention Retention = "accounting" // 6 years: what a shop must be able to show of money that moved
	KeyRetention        Retention = "key"        // as long as anything sealed under it
)

// Day is 24 hours; retention is counted in these.
const Day = 24 * time.Hour

// Period is the longest a record of the class is kept after it was written, and
// whether the class ends by time at all. Content, accounts and keys end by an
// event instead.
func (r Retention) Period() (time.Duration, bool) {
	switch r {
	case ChatRetention:
		return 90 * Day, true
	case AnalyticsRetention:
		return 180 * Day, true
	case AuditRetention:
		return 730 * Day, true
	case OperationRetention:
		return 2 * Day, true
	case DeliveryRetention:
		return 10 * Day, true
	case AccountingRetention:
		return 2192 * Day, true
	}
	return 0, false
}

// Entry is the declaration of one record type.
type Entry struct {
	Record     string              // stable name, such as "conversation.message"
	Subject    Subject             // whom it is about
	SubjectKey string              // the attribute that access and erasure search by
	Fields     map[string]Category // every stored attribute outside the key
	Purpose    Purpose
	LegalBasis Basis
	Role       Role
	Retention  Retention
	Source     Source
	Exported   bool // part of an access request's answer
}

// Validate reports what the declaration leaves open. It returns nil for a
// complete one.
func (e Entry) Validate() error {
	for name, value := range map[string]string{
		"record": e.Record, "subject": string(e.Subject), "purpose": string(e.Purpose),
		"legal basis": string(e.LegalBasis), "role": string(e.Role),
		"retention": string(e.Retention), "source": string(e.Source),
	} {
		if value == "" {
			return fmt.Errorf("inventory entry %q declares no %s", e.Record, name)
		}
	}
	if len(e.Fields) == 0 {
		return fmt.Errorf("inventory entry %q declares no fields", e.Record)
	}
	if e.Subject != NoSubject && e.SubjectKey == "" {
		return fmt.Errorf("inventory entry %q is about a %s but names no subject key", e.Record, e.Subject)
	}
	for field, category := range e.Fields {
		if category == "" {
			return fmt.Errorf("inventory entry %q leaves the category of %q open", e.Record, field)
		}
		if category.Personal() && e.Subject == NoSubject {
			return fmt.Errorf("inventory entry %q holds %s in %q but says it is about nobody", e.Record, category, field)
		}
	}
	return nil
}

// Attributes lists the declared attributes in order.
func (e Entry) Attributes() []string {
	names := make([]string, 0, len(e.Fields))
	for name := range e.Fields {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
