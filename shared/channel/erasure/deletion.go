package erasure

import (
	"context"
	"fmt"
	"slices"
	"time"

	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/queue"
	"omniops/shared/table"
)

// Within is how long a deletion may take; it is normally done in minutes.
const Within = 30 * 24 * time.Hour

// Late and Critical are when somebody is told about one that is not done.
const (
	Late     = 25 * 24 * time.Hour
	Critical = 29 * 24 * time.Hour
)

// State is how far a deletion is.
type State string

// The states.
const (
	Pending State = "pending"
	Done    State = "done"
)

// Deletion is a deletion that was asked for.
type Deletion struct {
	Code    id.Request // the confirmation code: whoever has it may see the state
	State   State
	AskedAt time.Time
	DueAt   time.Time
	DoneAt  time.Time // zero until then
	Threads int       // erased so far

	accounts []string
	version  string
}

// Order is a Deletion on its way through the queue.
type Order struct {
	Code id.Request `json:"code"`
}

// Queue hands orders to the worker. The queue drops a second order of the same
// deletion within five minutes, unless it is for another leg.
func Queue(sender *queue.Sender[Order], now func() time.Time) func(context.Context, Order) error {
	return func(ctx context.Context, o Order) error {
		return sender.Send(ctx, string(o.Code), fmt.Sprintf("%s-%d", o.Code, now().UnixMilli()), o)
	}
}

// platform stands for the tenant where a record is nobody's in particular.
const platform id.Tenant = "platform"

// deletionItem is a Deletion as stored. Its key is a keyed hash; it names accounts
// of shops and nobody else.
type deletionItem struct {
	table.Key
	table.Due
	Code     id.Request `dynamodbav:"code"`
	State    State      `dynamodbav:"state"`
	AskedAt  time.Time  `dynamodbav:"asked_at"`
	DoneAt   int64      `dynamodbav:"done_at"` // Unix milliseconds; 0 until then
	Threads  int        `dynamodbav:"threads"`
	Accounts []string   `dynamodbav:"accounts,omitempty"` // still to be erased
	Version  string     `dynamodbav:"version"`
	ExpireAt int64      `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes deletionItem a table.Record.
func (deletionItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "channel.deletion", Subject: inventory.NoSubject,
		Fields: map[string]inventory.Category{
			"code": inventory.None, "state": inventory.None, "asked_at": inventory.None, "done_at": inventory.None, "threads": inventory.None,
			"accounts": inventory.BusinessData, "version": inventory.None, "expires_at": inventory.None, "due_pk": inventory.None, "due_sk": inventory.None,
		},
		Purpose:    inventory.LegalCompliance,
		LegalBasis: inventory.LegalObligation, // that we can show what we did
		Role:       inventory.Processor,
		Retention:  inventory.AuditRetention,
		Source:     inventory.FromMeta,
	}
}

// Deletions keeps and carries out deletions.
type Deletions struct {
	Eraser      *Eraser
	Connections *meta.Connections
	Queue       func(context.Context, Order) error // hands an order to the worker
}

// Ask records that the person of a signed request wants everything deleted, and
// takes the tokens of what they connected away before it returns. Asked again it
// gives the same code, as long as there is nothing new to delete.
func (d *Deletions) Ask(ctx context.Context, r meta.SignedRequest) (Deletion, error) {
	accounts, err := d.accountsOf(ctx, r)
	if err != nil {
		return Deletion{}, err
	}
	for _, a := range accounts {
		t, account, err := parseEntry(a)
		if err != nil {
			return Deletion{}, err
		}
		if err := disconnect(ctx, d.Connections, t, account); err != nil {
			return Deletion{}, err
		}
	}
	if err := d.forgetLogins(ctx, r, accounts); err != nil {
		return Deletion{}, err
	}
	who := "user:" + r.User
	if r.User == "0" {
		who = "page:" + r.Profile
	}
	deletion, err := d.record(ctx, who, accounts)
	if err != nil || deletion.State == Done {
		return deletion, err
	}
	// Should this fail, the daily check orders it again.
	return deletion, d.Queue(ctx, Order{deletion.Code})
}

// forgetLogins takes away what was granted for choosing accounts: by the person who
// asks, and for the merchants whose accounts these are.
func (d *Deletions) forgetLogins(ctx context.Context, r meta.SignedRequest, accounts []string) error {
	for _, a := range accounts {
		t, _, err := parseEntry(a)
		if err != nil {
			return err
		}
		if err := d.Connections.ForgetLogin(ctx, t, ""); err != nil {
			return err
		}
	}
	if r.User == "0" {
		return nil
	}
	return d.Connections.ForgetLogins(ctx, d.Eraser.Veil.Login(r.User))
}

// accountsOf lists what somebody connected, or what belongs to a Page.
func (d *Deletions) accountsOf(ctx context.Context, r meta.SignedRequest) ([]string, error) {
	if r.User != "0" {
		return d.Connections.OfUser(ctx, d.Eraser.Veil.Login(r.User))
	}
	page := channel.Account{Kind: channel.Messenger, ID: r.Profile}
	t, err := d.Connections.TenantOf(ctx, page)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := d.Connections.List(ctx, t)
	var accounts []string
	for _, c := range all {
		if c.Through == r.Profile && c.Account.Kind != channel.WhatsApp {
			accounts = append(accounts, entry(t, c.Account))
		}
	}
	return accounts, err
}

// record finds the deletion that somebody has asked for, or makes a new one.
func (d *Deletions) record(ctx context.Context, who string, accounts []string) (Deletion, error) {
	for n := range 100 {
		code := id.Request(d.Eraser.Veil.Deletion(who, n))
		now := d.Eraser.Now().UTC()
		fresh := Deletion{Code: code, State: Pending, AskedAt: now, DueAt: now.Add(Within), accounts: accounts, version: string(id.Random[id.Message]())}
		if len(accounts) == 0 { // there is nothing to erase
			fresh.State, fresh.DoneAt = Done, now
		}
		err := d.Eraser.Table.Create(ctx, platform, itemOf(fresh))
		if err == nil {
			return fresh, nil
		}
		if fault.KindOf(err) != fault.Conflict {
			return Deletion{}, err
		}
		known, err := d.Get(ctx, code)
		if err != nil {
			return Deletion{}, err
		}
		if known.State == Pending || len(accounts) == 0 {
			return known, d.extend(ctx, known, accounts)
		}
		// That one is done, and there is something new.
	}
	return Deletion{}, fault.E(fault.Conflict, "There are too many deletions of this kind.", nil)
}

// extend adds what has been connected since to a deletion under way.
func (d *Deletions) extend(ctx context.Context, known Deletion, accounts []string) error {
	missing := slices.DeleteFunc(slices.Clone(accounts), func(a string) bool { return slices.Contains(known.accounts, a) })
	if len(missing) == 0 {
		return nil
	}
	known.accounts = append(slices.Clone(known.accounts), missing...)
	return d.replace(ctx, &known)
}

// Get reads a deletion: NotFound if there is none.
func (d *Deletions) Get(ctx context.Context, code id.Request) (Deletion, error) {
	return read(ctx, d.Eraser.Table, code)
}

// read reads a deletion.
func read(ctx context.Context, t *table.Store, code id.Request) (Deletion, error) {
	var item deletionItem
	if err := t.Lookup(ctx, table.Deletion(code), &item); err != nil {
		return Deletion{}, err
	}
	return deletionOf(item), nil
}

// Run carries a deletion out, until it is done or the time is over. It reports
// whether it is done; if not, it is to be run again.
func (d *Deletions) Run(ctx context.Context, code id.Request, until time.Time) (bool, error) {
	deletion, err := d.Get(ctx, code)
	if fault.KindOf(err) == fault.NotFound {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	for deletion.State == Pending && len(deletion.accounts) > 0 {
		t, account, err := parseEntry(deletion.accounts[0])
		if err != nil {
			return false, err
		}
		if err := disconnect(ctx, d.Connections, t, account); err != nil { // connected anew meanwhile
			return false, err
		}
		erased, done, err := d.Eraser.Account(ctx, t, account, deletion.AskedAt, until)
		deletion.Threads += erased
		if err != nil || !done {
			if erased > 0 {
				if saved := d.replace(ctx, &deletion); saved != nil && err == nil {
					err = saved
				}
			}
			return false, err
		}
		if err := d.Connections.Forget(ctx, t, account); err != nil {
			return false, err
		}
		deletion.accounts = deletion.accounts[1:]
		if err := d.replace(ctx, &deletion); err != nil {
			return false, err
		}
	}
	if deletion.State == Done {
		return true, nil
	}
	deletion.State, deletion.DoneAt = Done, d.Eraser.Now().UTC()
	return true, d.replace(ctx, &deletion)
}

// Word erases a thread because its person asked for it there, and gives the code
// under which that can be seen.
func (d *Deletions) Word(ctx context.Context, t id.Tenant, a channel.Account, thread id.Conversation, event id.Message) (id.Request, error) {
	code := id.Request(d.Eraser.Veil.Deletion("event:"+string(event), 0))
	now := d.Eraser.Now().UTC()
	deletion := Deletion{Code: code, State: Pending, AskedAt: now, DueAt: now.Add(Within), version: string(id.Random[id.Message]())}
	err := d.Eraser.Table.Create(ctx, platform, itemOf(deletion))
	if fault.KindOf(err) == fault.Conflict {
		deletion, err = d.Get(ctx, code)
	}
	if err != nil {
		return "", err
	}
	if err := d.Eraser.Thread(ctx, t, a, thread); err != nil {
		return "", err
	}
	deletion.State, deletion.DoneAt, deletion.Threads = Done, d.Eraser.Now().UTC(), 1
	return code, d.replace(ctx, &deletion)
}

// replace stores a deletion over what was read.
func (d *Deletions) replace(ctx context.Context, deletion *Deletion) error {
	was := deletion.version
	deletion.version = string(id.Random[id.Message]())
	if err := d.Eraser.Table.Replace(ctx, platform, itemOf(*deletion), "version", was); err != nil {
		return fmt.Errorf("store deletion %s: %w", deletion.Code, err)
	}
	return nil
}

// Open lists the deletions that are not done, by when they are due, from those of
// a month ago on.
func (d *Deletions) Open(ctx context.Context) ([]Deletion, error) {
	today := d.Eraser.Now().UTC()
	var open []Deletion
	for day := -31; day <= 31; day++ {
		codes, err := d.Eraser.Table.DeletionsDue(ctx, today.AddDate(0, 0, day).Format(time.DateOnly))
		if err != nil {
			return nil, fmt.Errorf("list deletions: %w", err)
		}
		for _, code := range codes {
			deletion, err := d.Get(ctx, code)
			if fault.KindOf(err) == fault.NotFound {
				continue
			}
			if err != nil {
				return nil, err
			}
			if deletion.State == Pending {
				open = append(open, deletion)
			}
		}
	}
	return open, nil
}

func itemOf(d Deletion) deletionItem {
	item := deletionItem{
		Key: table.Deletion(d.Code), Code: d.Code, State: d.State, AskedAt: d.AskedAt, Threads: d.Threads, Accounts: d.accounts, Version: d.version,
	}
	period, _ := inventory.AuditRetention.Period()
	item.ExpireAt = d.AskedAt.Add(period).Unix()
	if d.State == Pending {
		item.Due = table.DeletionDue(d.Code, d.DueAt.Format(time.DateOnly))
	} else {
		item.DoneAt = d.DoneAt.UnixMilli()
	}
	return item
}

func deletionOf(item deletionItem) Deletion {
	d := Deletion{
		Code: item.Code, State: item.State, AskedAt: item.AskedAt, DueAt: item.AskedAt.Add(Within), Threads: item.Threads,
		accounts: item.Accounts, version: item.Version,
	}
	if item.DoneAt > 0 {
		d.DoneAt = time.UnixMilli(item.DoneAt).UTC()
	}
	return d
}
