package table

import (
	"fmt"
	"strings"

	"omniops/shared/fault"
	"omniops/shared/id"
)

// Key is the primary key of an item. Every record embeds it, which is also what
// makes a type a candidate for Record.
type Key struct {
	PK string `dynamodbav:"PK"`
	SK string `dynamodbav:"SK"`
}

func (k Key) key() Key { return k }

// This file is the only one that spells a key. The tenant leads every partition,
// so that a role can be held to one by dynamodb:LeadingKeys; no part of a key is
// personal data; testdata/keys.golden lists every shape.

func tenantPK(t id.Tenant) string { return "T#" + string(t) }

func conversationPK(t id.Tenant, c id.Conversation) string {
	return tenantPK(t) + "#C#" + string(c)
}

// Merchant is the account and its settings.
func Merchant(t id.Tenant) Key { return Key{tenantPK(t), "MERCHANT"} }

// Owner is the look-up from who registered an account, by a keyed hash of their
// address, to the account.
func Owner(who id.Subject) Key { return Key{"X#owner#" + string(who), "X"} }

// RegistrationLink says that a link to register with was used.
func RegistrationLink(once id.Job) Key { return Key{"X#registration#" + string(once), "X"} }

// RegistrationMails counts the links that an address, by its keyed hash, or "all"
// were sent in a span of time, such as a day written 2006-01-02.
func RegistrationMails(who id.Subject, span string) Key {
	return Key{"X#registration#" + string(who), "MAILS#" + span}
}

// Usage counts one UTC day's turns of a tenant; day is written 2006-01-02.
func Usage(t id.Tenant, day string) Key { return Key{tenantPK(t), "USAGE#" + day} }

// Secret is one of the merchant's own API keys, named by what it is for.
func Secret(t id.Tenant, purpose string) Key { return Key{tenantPK(t), "SECRET#" + purpose} }

// Secrets is the range of all of a merchant's API keys.
func Secrets(t id.Tenant) Range { return prefix(tenantPK(t), "SECRET#") }

// Integration is a merchant's connection to an outside system, such as shopify.
func Integration(t id.Tenant, kind string) Key { return Key{tenantPK(t), "INTEGRATION#" + kind} }

// Shop is the look-up from a Shopify shop's domain to the tenant it is connected
// to. A domain with a "#" is Invalid.
func Shop(domain string) (Key, error) {
	if domain == "" || strings.ContainsAny(domain, "#/ ") {
		return Key{}, fault.E(fault.Invalid, "That is not a shop.", nil)
	}
	return Key{"X#shop#" + domain, "X"}, nil
}

// ShopEvent says that an event of a shop has been handled; event is its hash.
func ShopEvent(t id.Tenant, event string) Key { return Key{tenantPK(t) + "#E", "SHOPIFY#" + event} }

// Catalogue is how far a tenant's products have been read from its shop system.
func Catalogue(t id.Tenant) Key { return Key{tenantPK(t) + "#P", "CATALOGUE"} }

// Product is one product of a tenant's shop, by its handle. A handle with a "#"
// is Invalid.
func Product(t id.Tenant, handle string) (Key, error) {
	if handle == "" || len(handle) > 512 || strings.Contains(handle, "#") {
		return Key{}, fault.E(fault.Invalid, "That is not a product.", nil)
	}
	return Key{tenantPK(t) + "#P", "PRODUCT#" + handle}, nil
}

// ProductNumber finds a product of a tenant's shop by the shop's number of it.
func ProductNumber(t id.Tenant, number string) Key {
	return Key{tenantPK(t) + "#P", "NUMBER#" + number}
}

// ProductNumbers is the range of all numbers of a tenant's products.
func ProductNumbers(t id.Tenant) Range { return prefix(tenantPK(t)+"#P", "NUMBER#") }

// Products is the range of all of a tenant's products.
func Products(t id.Tenant) Range { return prefix(tenantPK(t)+"#P", "PRODUCT#") }

// Site is the state of a tenant's crawled website.
func Site(t id.Tenant) Key { return Key{tenantPK(t) + "#K", "SITE"} }

// Question is a question that a merchant measures the knowledge of its site by.
func Question(t id.Tenant, q id.Question) Key {
	return Key{tenantPK(t) + "#K", "QUESTION#" + string(q)}
}

// Questions is the range of all of a merchant's questions.
func Questions(t id.Tenant) Range { return prefix(tenantPK(t)+"#K", "QUESTION#") }

// Conversation is the head of a thread: everything about it but its messages.
// It sorts directly after the messages, so that one backward query reads the
// head and then the latest messages.
func Conversation(t id.Tenant, c id.Conversation) Key {
	return Key{conversationPK(t, c), "META"}
}

// Message is one transcript line. Turns count up from 1 within a conversation;
// side is 0 for what came in and 1 for the answer to it.
func Message(t id.Tenant, c id.Conversation, turn, side int) Key {
	return Key{conversationPK(t, c), fmt.Sprintf("M#%06d#%d", turn, side)}
}

// Standing is what a person has asked for their conversation: it sorts directly
// after the head, and is read with it.
func Standing(t id.Tenant, c id.Conversation) Key {
	return Key{conversationPK(t, c), "META#STANDING"}
}

// Thread is the range of a conversation's messages, then its head, then what the
// person has asked for it.
func Thread(t id.Tenant, c id.Conversation) Range {
	return Range{pk: conversationPK(t, c), from: "M#", to: "META#STANDING"}
}

// Head is the range of a conversation's head alone.
func Head(t id.Tenant, c id.Conversation) Range {
	return Range{pk: conversationPK(t, c), from: "META", to: "META"}
}

// BelowStanding and AboveStanding are all else that a conversation's partition
// holds.
func BelowStanding(t id.Tenant, c id.Conversation) Range {
	return Range{pk: conversationPK(t, c), from: " ", to: "META#STANDIN"}
}

// AboveStanding is the rest of BelowStanding.
func AboveStanding(t id.Tenant, c id.Conversation) Range {
	return Range{pk: conversationPK(t, c), from: "META#STANDING ", to: "~"}
}

// Messages is the range of a conversation's messages without its head.
func Messages(t id.Tenant, c id.Conversation) Range { return prefix(conversationPK(t, c), "M#") }

// Ledger records what a model was sent for one turn, for the answer m: a turn
// that was taken over has two.
func Ledger(t id.Tenant, c id.Conversation, turn int, m id.Message) Key {
	return Key{conversationPK(t, c), fmt.Sprintf("L#%06d#%s", turn, m)}
}

// Ledgers is the range of a conversation's ledger entries.
func Ledgers(t id.Tenant, c id.Conversation) Range {
	return prefix(conversationPK(t, c), "L#")
}

// Feedback is what a shopper sent about the help in a conversation.
func Feedback(t id.Tenant, c id.Conversation, n id.Message) Key {
	return Key{conversationPK(t, c), "F#" + string(n)}
}

// FeedbackOf is the range of all that was sent about a conversation.
func FeedbackOf(t id.Tenant, c id.Conversation) Range { return prefix(conversationPK(t, c), "F#") }

// FeedbackGiven lists what a tenant's shoppers sent on a day, written 2006-01-02.
func FeedbackGiven(t id.Tenant, c id.Conversation, n id.Message, day string) Due {
	return Due{tenantPK(t) + "#feedback#" + day, string(c) + "#" + string(n)}
}

// Audit is one entry of a tenant's audit log of a month, written 2006-01.
func Audit(t id.Tenant, month string, seq int) Key {
	return Key{tenantPK(t) + "#AUDIT#" + month, fmt.Sprintf("%010d", seq)}
}

// AuditMonth is the range of a month's entries.
func AuditMonth(t id.Tenant, month string) Range {
	return Range{pk: tenantPK(t) + "#AUDIT#" + month, from: "0", to: "9~"}
}

// AuditEntry is the range of one entry.
func AuditEntry(k Key) Range { return only(k) }

// AuditAnchor notes the end of a month's log, in the table of the keys.
func AuditAnchor(t id.Tenant, month string) Key { return Key{tenantPK(t), "AUDIT#" + month} }

// Retention is the state of a tenant's retention sweep.
func Retention(t id.Tenant) Key { return Key{tenantPK(t), "RETENTION"} }

// Whole is the range of everything in a conversation's partition.
func Whole(t id.Tenant, c id.Conversation) Range {
	return Range{pk: conversationPK(t, c), from: "A", to: "~"}
}

// ChannelEvent is an event of a channel that has been taken care of.
func ChannelEvent(t id.Tenant, thread id.Conversation, event id.Message) Key {
	return Key{conversationPK(t, thread), "E#" + string(event)}
}

func channelPK(t id.Tenant, a id.Account) string { return tenantPK(t) + "#CH#" + string(a) }

// ChannelThread is the state of one person's thread with an account of a channel.
func ChannelThread(t id.Tenant, a id.Account, thread id.Conversation) Key {
	return Key{channelPK(t, a), "TH#" + string(thread)}
}

// ChannelThreads is the range of all threads of an account.
func ChannelThreads(t id.Tenant, a id.Account) Range { return prefix(channelPK(t, a), "TH#") }

// ChannelPlace says which thread of a channel a transcript is of.
func ChannelPlace(t id.Tenant, c id.Conversation) Key {
	return Key{tenantPK(t) + "#CH", "C#" + string(c)}
}

// ChannelPlaces is the range of the place of one transcript.
func ChannelPlaces(t id.Tenant, c id.Conversation) Range {
	k := ChannelPlace(t, c)
	return Range{pk: k.PK, from: k.SK, to: k.SK}
}

// ChannelWish says that the person of a thread does not want to be written to.
func ChannelWish(t id.Tenant, thread id.Conversation) Key {
	return Key{tenantPK(t) + "#CH", "W#" + string(thread)}
}

// only is the range of one key.
func only(k Key) Range { return Range{pk: k.PK, from: k.SK, to: k.SK} }

// Connection is an account of a channel that a merchant has connected.
func Connection(t id.Tenant, a id.Account) Key {
	return Key{tenantPK(t), "INTEGRATION#meta#" + string(a)}
}

// Connections is the range of all accounts of channels that a merchant has
// connected.
func Connections(t id.Tenant) Range { return prefix(tenantPK(t), "INTEGRATION#meta#") }

// ChannelLogin is a merchant's log-in to connect accounts.
func ChannelLogin(t id.Tenant) Key { return Key{tenantPK(t), "METALOGIN"} }

// ChannelAccount is the look-up from an account of a channel to the tenant.
func ChannelAccount(a id.Account) Key { return Key{"X#channel#" + string(a), "X"} }

// ChannelUser is the look-up from somebody who connected accounts to what they
// connected.
func ChannelUser(user id.Subject) Key { return Key{"X#channeluser#" + string(user), "X"} }

// ChannelUserLogin says that somebody who connects accounts has logged in for a tenant.
func ChannelUserLogin(user id.Subject, t id.Tenant) Key {
	return Key{ChannelUser(user).PK, "L#" + string(t)}
}

// ChannelUserLogins is the range of all of somebody's log-ins.
func ChannelUserLogins(user id.Subject) Range { return prefix(ChannelUser(user).PK, "L#") }

// Deletion is a deletion that was asked for through a platform, by its
// confirmation code.
func Deletion(code id.Request) Key { return Key{"X#deletion#" + string(code), "X"} }

// TokenDue lists the connections whose tokens' end is to be announced on a day,
// written 2006-01-02.
func TokenDue(t id.Tenant, a id.Account, day string) Due {
	return Due{duePK("token", day), string(t) + " " + string(a)}
}

// DeletionDue lists the deletions that must be done by a day, written 2006-01-02.
func DeletionDue(code id.Request, day string) Due { return Due{duePK("deletion", day), string(code)} }

// Request is a request that a person made about their data.
func Request(t id.Tenant, r id.Request) Key { return Key{tenantPK(t) + "#R", "REQ#" + string(r)} }

// Requests is the range of a tenant's privacy requests.
func Requests(t id.Tenant) Range { return prefix(tenantPK(t)+"#R", "REQ#") }

// RequestCode is the code that was sent to prove whose a request is.
func RequestCode(t id.Tenant, r id.Request) Key {
	return Key{tenantPK(t) + "#R", "CODE#" + string(r)}
}

// SubjectMails counts the codes that one person was sent on a UTC day.
func SubjectMails(t id.Tenant, s id.Subject, day string) Key {
	return Key{subjectPK(t, s), "MAILS#" + day}
}

// PrivacyMails counts the codes that a tenant's shoppers were sent in an hour, written
// 2006-01-02T15, or the letters that the tenant was sent on a day, written 2006-01-02.
func PrivacyMails(t id.Tenant, span string) Key { return Key{tenantPK(t) + "#R", "MAILS#" + span} }

func subjectPK(t id.Tenant, s id.Subject) string { return tenantPK(t) + "#S#" + string(s) }

// SubjectLink says that a conversation is a person's, who is named by a keyed hash.
func SubjectLink(t id.Tenant, s id.Subject, c id.Conversation) Key {
	return Key{subjectPK(t, s), "C#" + string(c)}
}

// SubjectErased says that a person's records were erased.
func SubjectErased(t id.Tenant, s id.Subject) Key { return Key{subjectPK(t, s), "ERASED"} }

// Erasure is one line of the ledger of erasures, listed by day, written 2006-01-02:
// a conversation that must stay erased, even when a backup brings it back.
func Erasure(t id.Tenant, c id.Conversation, day string) Key {
	return Key{"X#erased#" + day, string(t) + "#" + string(c)}
}

// VisitorErasure is the line of a browser that must stay forgotten.
func VisitorErasure(t id.Tenant, v id.Visitor, day string) Key {
	return Key{"X#erased#" + day, string(t) + "#V#" + string(v)}
}

// Erasures is the range of a day's erasures.
func Erasures(day string) Range { return Range{pk: "X#erased#" + day, from: " ", to: "~"} }

// SubjectLinks is the range of the conversations that are a person's.
func SubjectLinks(t id.Tenant, s id.Subject) Range { return prefix(subjectPK(t, s), "C#") }

// Linked says whose a conversation is, in the conversation: the way back from
// SubjectLink.
func Linked(t id.Tenant, c id.Conversation, s id.Subject) Key {
	return Key{conversationPK(t, c), "B#" + string(s)}
}

// LinkedAll is the range of all whose a conversation is.
func LinkedAll(t id.Tenant, c id.Conversation) Range { return prefix(conversationPK(t, c), "B#") }

// Verification is one attempt to prove that an order is the shopper's.
func Verification(t id.Tenant, c id.Conversation, v id.Verification) Key {
	return Key{conversationPK(t, c), "V#" + string(v)}
}

// Verifications is the range of a conversation's attempts to prove an order, by time.
func Verifications(t id.Tenant, c id.Conversation) Range { return prefix(conversationPK(t, c), "V#") }

// OrderGrant says that the shopper of a conversation has proved that an order is
// theirs.
func OrderGrant(t id.Tenant, c id.Conversation, o id.Order) Key {
	return Key{conversationPK(t, c), "O#" + string(o)}
}

// OrderGrants is the range of all orders a conversation's shopper has proved.
func OrderGrants(t id.Tenant, c id.Conversation) Range { return prefix(conversationPK(t, c), "O#") }

// Action is a change to an order that was proposed in a conversation.
func Action(t id.Tenant, c id.Conversation, a id.Action) Key {
	return Key{conversationPK(t, c), "A#" + string(a)}
}

// Actions is the range of all changes that were proposed in a conversation.
func Actions(t id.Tenant, c id.Conversation) Range { return prefix(conversationPK(t, c), "A#") }

// Approval is a proposed change that waits for the merchant's decision.
func Approval(t id.Tenant, a id.Action) Key { return Key{tenantPK(t) + "#R", "APPROVAL#" + string(a)} }

// Approvals is the range of all of a merchant's approvals.
func Approvals(t id.Tenant) Range { return prefix(tenantPK(t)+"#R", "APPROVAL#") }

// Settlement is what stays of a change to an order that moved money.
func Settlement(t id.Tenant, a id.Action) Key {
	return Key{tenantPK(t) + "#R", "SETTLED#" + string(a)}
}

// OrderRules are a merchant's rules for changes to orders.
func OrderRules(t id.Tenant) Key { return Key{tenantPK(t), "RULES"} }

// Counter counts what one party (a keyed hash or an identifier) did of a kind in
// one span of time, which is named by when it began, in Unix seconds.
func Counter(t id.Tenant, kind, who string, began int64) Key {
	return Key{tenantPK(t) + "#N#" + kind + "#" + who, fmt.Sprintf("%d", began)}
}

// OrderCode is what was sent to prove one order, which is named by a keyed hash.
func OrderCode(t id.Tenant, order string) Key { return Key{tenantPK(t) + "#N#code#" + order, "CODE"} }

// Consent is the n-th choice about cookies that was made in a browser. Numbers
// count up from 1, so that a choice is written once and never over another.
func Consent(t id.Tenant, v id.Visitor, n int) Key {
	return Key{visitorPK(t, v), fmt.Sprintf("CONSENT#%06d", n)}
}

// Consents is the range of all choices made in a browser, oldest first.
func Consents(t id.Tenant, v id.Visitor) Range { return prefix(visitorPK(t, v), "CONSENT#") }

func visitorPK(t id.Tenant, v id.Visitor) string { return tenantPK(t) + "#V#" + string(v) }

// Analytics is one page view or chat interaction of a UTC day, written
// 2006-01-02, in one of the day's shards.
func Analytics(t id.Tenant, day string, shard int, v id.Visitor, e id.Event) Key {
	return Key{analyticsPK(t, day, shard), "E#" + string(v) + "#" + string(e)}
}

// AnalyticsShard is the range of everything in one shard of a day.
func AnalyticsShard(t id.Tenant, day string, shard int) Range {
	return prefix(analyticsPK(t, day, shard), "E#")
}

// AnalyticsOf is the range of one browser's events in a shard of a day.
func AnalyticsOf(t id.Tenant, day string, shard int, v id.Visitor) Range {
	return prefix(analyticsPK(t, day, shard), "E#"+string(v)+"#")
}

func analyticsPK(t id.Tenant, day string, shard int) string {
	return fmt.Sprintf("%s#A#%s#%d", tenantPK(t), day, shard)
}

// TenantKey is the wrapped key that wraps a tenant's other keys.
func TenantKey(t id.Tenant) Key { return Key{tenantPK(t), "KEY"} }

// DayKey is a tenant's wrapped key of one UTC day, written 2006-01-02.
func DayKey(t id.Tenant, day string) Key { return Key{tenantPK(t), "DAY#" + day} }

// DayKeys is the range of a tenant's keys of all days up to one, written 2006-01-02.
func DayKeys(t id.Tenant, last string) Range {
	return Range{pk: tenantPK(t), from: "DAY#", to: DayKey(t, last).SK}
}

// IsDayKey reports whether a key is a tenant's of some day.
func IsDayKey(k Key, t id.Tenant) bool {
	return k.PK == tenantPK(t) && strings.HasPrefix(k.SK, "DAY#")
}

// SubjectKey is the wrapped key of one data subject.
func SubjectKey(t id.Tenant, s id.Shopper) Key {
	return Key{tenantPK(t) + "#S#" + string(s), "KEY"}
}

// Domain is the look-up from the host (and port, where it is not the scheme's
// own) of a merchant's site to the tenant. A host with a "#" is Invalid.
func Domain(host string) (Key, error) {
	if host == "" || strings.ContainsAny(host, "#/ ") {
		return Key{}, fault.E(fault.Invalid, "That is not a host name.", nil)
	}
	return Key{"X#domain#" + host, "X"}, nil
}

// Range is a run of sort keys in one partition, both ends included.
type Range struct{ pk, from, to string }

// After is the part of a range behind a sort key; all of it for "".
func (r Range) After(sk string) Range {
	if sk != "" {
		r.from = sk + " " // nothing sorts between them
	}
	return r
}

// prefix is the range of all sort keys that begin with p. '$' is the character
// after '#', with which every prefix ends.
func prefix(pk, p string) Range {
	return Range{pk: pk, from: p, to: strings.TrimSuffix(p, "#") + "$"}
}

// owns reports whether a partition belongs to the tenant.
func owns(t id.Tenant, pk string) bool {
	rest, ok := strings.CutPrefix(pk, tenantPK(t))
	return t != "" && ok && (rest == "" || rest[0] == '#')
}

// isLookup reports whether a partition is a look-up without a tenant.
func isLookup(pk string) bool { return strings.HasPrefix(pk, "X#") }

// Due is the position of a record in the sparse index that lists work by the day
// it is due. A record that embeds it with both parts empty is not in the index.
type Due struct {
	DuePK string `dynamodbav:"due_pk,omitempty"` // kind and day; never personal
	DueSK string `dynamodbav:"due_sk,omitempty"` // what is due
}

// CrawlDue lists the tenants whose site is to be read again on a day, written
// 2006-01-02.
func CrawlDue(t id.Tenant, day string) Due { return Due{duePK("crawl", day), string(t)} }

// ShopDue lists the tenants whose connected shop is to be looked after on a day,
// written 2006-01-02.
func ShopDue(t id.Tenant, day string) Due { return Due{duePK("shop", day), string(t)} }

// ChatActive lists a tenant's conversations by the last day a shopper wrote on,
// written 2006-01-02.
func ChatActive(t id.Tenant, c id.Conversation, day string) Due {
	return Due{tenantPK(t) + "#chat#" + day, string(c)}
}

func duePK(kind, day string) string { return kind + "#" + day }

// AuditChain lists the tenants that have an audit log of a month, written 2006-01.
func AuditChain(t id.Tenant, month string) Due { return Due{duePK("audit", month), string(t)} }

// Listed lists all tenants.
func Listed(t id.Tenant) Due { return Due{"tenant", string(t)} }

// RequestWaiting lists privacy requests that wait for a worker.
func RequestWaiting(t id.Tenant, r id.Request) Due {
	return Due{"rights#waiting", string(t) + "#" + string(r)}
}

// CopyDue lists the copies that were made for privacy requests by the day on which
// they go, written 2006-01-02.
func CopyDue(t id.Tenant, r id.Request, day string) Due {
	return Due{duePK("rights#copy", day), string(t) + "#" + string(r)}
}

// RequestDue lists open privacy requests by the last day they may be answered on,
// written 2006-01-02.
func RequestDue(t id.Tenant, r id.Request, day string) Due {
	return Due{duePK("rights#due", day), string(t) + "#" + string(r)}
}
