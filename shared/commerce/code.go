package commerce

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/table"
)

// codeLength is how many digits a code has.
const codeLength = 8

// Bounds on what is sent to the address on one order. Beyond the codes, the latest
// one is sent again and opens what is claimed next; beyond the letters none is sent,
// but the latest code, which is in the mailbox, still opens it. So whoever has the
// mailbox gets in, however often others have asked, and is not flooded.
var (
	freshCodes = []window{{3, time.Hour}, {10, 24 * time.Hour}}
	letterCaps = []window{{6, time.Hour}, {20, 24 * time.Hour}}
)

// window is how often something may happen in the span of time that ends now.
type window struct {
	most int
	in   time.Duration
}

// open reports whether, after what happened at these times, it may happen again.
func open(windows []window, times []int64, now time.Time) bool {
	return !slices.ContainsFunc(windows, func(w window) bool {
		since, n := now.Add(-w.in).Unix(), 0
		for _, t := range times {
			if t > since {
				n++
			}
		}
		return n >= w.most
	})
}

// codeItem is what was sent to the address on one order in the last day. The order
// is a keyed hash.
type codeItem struct {
	table.Key
	Issue    string  `dynamodbav:"issue"`  // names the latest code
	Issued   []int64 `dynamodbav:"issued"` // when codes were made, Unix seconds
	Sent     []int64 `dynamodbav:"sent"`   // when letters were, Unix seconds
	Change   string  `dynamodbav:"change"` // random: tells one state from the next
	ExpireAt int64   `dynamodbav:"expires_at"`
}

// Inventory makes codeItem a table.Record.
func (codeItem) Inventory() inventory.Entry {
	e := counterItem{}.Inventory()
	e.Record, e.Fields = "commerce.code", map[string]inventory.Category{
		"issue": inventory.None, "issued": inventory.None, "sent": inventory.None, "change": inventory.None, "expires_at": inventory.None,
	}
	return e
}

// maxRaces bounds how often a code is chosen that others were faster than.
const maxRaces = 5

// issue chooses the code that opens an order for one claim more, and reports whether
// a letter with it is to be sent.
func (v *Verifier) issue(ctx context.Context, t id.Tenant, o id.Order) (name string, send bool, err error) {
	key := table.OrderCode(t, v.hash(t, "code", string(o)))
	for range maxRaces {
		var item codeItem
		found, err := v.table.GetAll(ctx, t, key)
		if err != nil {
			return "", false, fmt.Errorf("read codes of an order: %w", err)
		}
		if found[0].Exists() {
			if err := found[0].Decode(&item); err != nil {
				return "", false, err
			}
		}
		was, now := item.Change, v.table.Now()
		old := func(at int64) bool { return at <= now.Add(-24*time.Hour).Unix() }
		item.Key, item.Change, item.ExpireAt = key, rand.Text(), now.Add(24*time.Hour).Unix()
		item.Issued, item.Sent = slices.DeleteFunc(item.Issued, old), slices.DeleteFunc(item.Sent, old)
		if item.Issue == "" || open(freshCodes, item.Issued, now) {
			item.Issue, item.Issued = rand.Text(), append(item.Issued, now.Unix())
		}
		if send = open(letterCaps, item.Sent, now); send {
			item.Sent = append(item.Sent, now.Unix())
		}
		if was == "" {
			err = v.table.Create(ctx, t, item)
		} else {
			err = v.table.Replace(ctx, t, item, "change", was)
		}
		if err == nil {
			return item.Issue, send, nil
		}
		if fault.KindOf(err) != fault.Conflict {
			return "", false, fmt.Errorf("choose a code: %w", err)
		}
	}
	return "", false, fault.After(fault.Unavailable, "The service is busy. Please try again.", time.Second, nil)
}

// spend takes a code that was right, and reports whether it had not been taken yet.
// Whoever has the mailbox has shown it, so that the counts begin anew.
func (v *Verifier) spend(ctx context.Context, t id.Tenant, o id.Order, issue string) (bool, error) {
	ends := v.table.Now().Add(24 * time.Hour).Unix()
	n, err := v.table.Add(ctx, t, counterItem{Key: table.Counter(t, "code-used", issue, 0), ExpireAt: ends}, "times", 1)
	if err != nil {
		return false, fmt.Errorf("use code: %w", err)
	}
	if n > 1 {
		return false, nil
	}
	fresh := codeItem{Key: table.OrderCode(t, v.hash(t, "code", string(o))), Change: rand.Text(), ExpireAt: ends}
	if err := v.table.Put(ctx, t, fresh); err != nil {
		return false, fmt.Errorf("forget codes of an order: %w", err)
	}
	return true, nil
}

// code is a code of eight digits, by its name: made of a secret of the platform, so
// that it is stored nowhere, and made again if need be.
func (v *Verifier) code(t id.Tenant, o id.Order, issue string) string {
	mac := hmac.New(sha256.New, v.secret)
	fmt.Fprintf(mac, "code|%s|%s|%s", t, o, issue)
	return fmt.Sprintf("%0*d", codeLength, binary.BigEndian.Uint64(mac.Sum(nil))%100_000_000)
}

// hash is what a counter knows of a value that may be personal.
func (v *Verifier) hash(t id.Tenant, kind, value string) string {
	mac := hmac.New(sha256.New, v.secret)
	fmt.Fprintf(mac, "count|%s|%s|%s", t, kind, value)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}
