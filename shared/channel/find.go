package channel

import (
	"context"
	"strings"

	"omniops/shared/fault"
	"omniops/shared/id"
)

// AccountOf reads an account as its String gives it; false for anything else, such as
// the host of a site.
func AccountOf(s string) (Account, bool) {
	kind, number, _ := strings.Cut(s, "-")
	a, err := ParseAccount(kind, number)
	return a, err == nil
}

// Of gives the thread of an account whose transcript a conversation is: NotFound if
// there is none. It looks through all threads of the account.
func (s *Threads) Of(ctx context.Context, t id.Tenant, a Account, c id.Conversation) (Thread, error) {
	all, err := s.All(ctx, t, a)
	if err != nil {
		return Thread{}, err
	}
	for _, thread := range all {
		if thread.Conversation == c {
			return thread, nil
		}
	}
	return Thread{}, fault.E(fault.NotFound, "There is no such thread.", nil)
}
