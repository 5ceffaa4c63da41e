package meta

import (
	"context"
	"slices"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// userItem is what somebody has connected: what goes when they ask Meta for
// deletion.
type userItem struct {
	table.Key
	User     id.Subject `dynamodbav:"user"`
	Accounts []string   `dynamodbav:"accounts"` // tenant, channel and number
	Version  string     `dynamodbav:"version"`
}

// Inventory makes userItem a table.Record.
func (userItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "meta.user", Subject: inventory.Merchant, SubjectKey: "user",
		Fields:     map[string]inventory.Category{"user": inventory.Identifier, "accounts": inventory.BusinessData, "version": inventory.None},
		Purpose:    inventory.AccountOperation,
		LegalBasis: inventory.Contract,
		Role:       inventory.Processor,
		Retention:  inventory.AccountRetention,
		Source:     inventory.FromMeta,
		Exported:   true,
	}
}

// link notes what somebody has connected.
func (s *Connections) link(ctx context.Context, c Connection) error {
	if c.User == "" {
		return nil
	}
	return s.change(ctx, c.Tenant, c.User, func(u *userItem) bool {
		if slices.Contains(u.Accounts, entryOf(c)) {
			return false
		}
		u.Accounts = append(u.Accounts, entryOf(c))
		return true
	})
}

// unlink is link backwards.
func (s *Connections) unlink(ctx context.Context, c Connection) error {
	if c.User == "" {
		return nil
	}
	return s.change(ctx, c.Tenant, c.User, func(u *userItem) bool {
		before := len(u.Accounts)
		u.Accounts = slices.DeleteFunc(u.Accounts, func(a string) bool { return a == entryOf(c) })
		return len(u.Accounts) < before
	})
}

// userLoginItem says for which merchant somebody has logged in, for as long as what
// that granted is kept: it goes when they ask Meta for deletion.
type userLoginItem struct {
	table.Key
	User     id.Subject `dynamodbav:"user"`
	Tenant   id.Tenant  `dynamodbav:"tenant"`
	ExpireAt int64      `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes userLoginItem a table.Record.
func (userLoginItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record: "meta.user-login", Subject: inventory.Merchant, SubjectKey: "user",
		Fields:     map[string]inventory.Category{"user": inventory.Identifier, "tenant": inventory.BusinessData, "expires_at": inventory.None},
		Purpose:    inventory.AccountOperation,
		LegalBasis: inventory.Contract,
		Role:       inventory.Processor,
		Retention:  inventory.OperationRetention,
		Source:     inventory.FromMeta,
	}
}

// change changes what is noted of somebody, unless somebody else has changed it
// meanwhile: then again. It leaves what f reports to be as it was.
func (s *Connections) change(ctx context.Context, t id.Tenant, user id.Subject, f func(*userItem) bool) error {
	for range 5 {
		item := userItem{Key: table.ChannelUser(user), User: user}
		err := s.table.Lookup(ctx, item.Key, &item)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		was := item.Version
		if !f(&item) {
			return nil
		}
		if len(item.Accounts) == 0 {
			return s.table.Delete(ctx, t, item.Key)
		}
		item.Version = string(id.Random[id.Message]())
		if was == "" {
			err = s.table.Create(ctx, t, item)
		} else {
			err = s.table.Replace(ctx, t, item, "version", was)
		}
		if fault.KindOf(err) != fault.Conflict || err == nil {
			return err
		}
	}
	return fault.E(fault.Conflict, "This log-in keeps changing. Please try again.", nil)
}

// OfUser lists what somebody has connected, each as tenant, channel and number.
func (s *Connections) OfUser(ctx context.Context, user id.Subject) ([]string, error) {
	var item userItem
	err := s.table.Lookup(ctx, table.ChannelUser(user), &item)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	return item.Accounts, err
}

// ForgetLogins removes what the log-ins of somebody have granted, which is kept for
// choosing accounts: without a new log-in nothing can be connected any more.
func (s *Connections) ForgetLogins(ctx context.Context, user id.Subject) error {
	items, err := s.table.List(ctx, table.ChannelUserLogins(user))
	if err != nil {
		return err
	}
	for _, i := range items {
		var item userLoginItem
		if err := i.Decode(&item); err != nil {
			return err
		}
		if err := s.ForgetLogin(ctx, item.Tenant, user); err != nil {
			return err
		}
	}
	return nil
}

// ForgetLogin removes what the log-in for a merchant has granted: any, or only that of
// a user, if one is named.
func (s *Connections) ForgetLogin(ctx context.Context, t id.Tenant, of id.Subject) error {
	var login loginItem
	err := s.table.Get(ctx, t, table.ChannelLogin(t), &login)
	if fault.KindOf(err) == fault.NotFound || err == nil && of != "" && login.User != of {
		return nil
	}
	if err != nil {
		return err
	}
	// Written over, so that no role needs to delete for it: it has ended.
	return s.table.Put(ctx, t, loginItem{Key: login.Key, User: login.User, ExpireAt: s.table.Now().Unix()})
}
