package holding

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"omniops/shared/consent"
	"omniops/shared/consent/analytics"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/rights"
)

// browsers is what a person chose about cookies, and the page views that rest on it.
type browsers struct {
	receipts *consent.Store
	events   *analytics.Store
	now      func() time.Time
}

func (b browsers) shelf() rights.Shelf {
	return rights.Shelf{Records: []string{"consent.receipt", "analytics.event"}, Erase: b.erase, Copy: b.copy}
}

// erase takes the consent back, so that nothing more is counted, and then removes
// what was. The choices themselves stay: they show that what was done was agreed to.
func (b browsers) erase(ctx context.Context, p rights.Person) (effects []rights.Effect, err error) {
	if len(p.Request.Visitors) == 0 {
		return nil, nil
	}
	events, receipts, until := 0, 0, time.Time{}
	kept, _ := inventory.AuditRetention.Period()
	for _, v := range p.Request.Visitors {
		if err := b.withdraw(ctx, p.Tenant, v, p.Request.ID); err != nil {
			return nil, err
		}
		n, err := b.events.Forget(ctx, p.Tenant, v)
		if err != nil {
			return nil, err
		}
		events += n
		history, err := b.receipts.History(ctx, p.Tenant, v)
		if err != nil {
			return nil, err
		}
		for _, r := range history {
			receipts++
			if ends := r.At.Add(kept); ends.After(until) {
				until = ends
			}
		}
	}
	effects = append(effects, rights.Effect{Store: "analytics.event", Outcome: rights.Erased, Count: events, Why: "Page views and interactions that were counted in your browser. Nothing more is counted."})
	if receipts > 0 {
		effects = append(effects, rights.Effect{Store: "consent.receipt", Outcome: rights.Kept, Count: receipts, Until: until.Truncate(time.Second).UTC(),
			Why: "What you chose about cookies, under a random number: the shop must be able to show that you agreed (GDPR Art. 7(1), 17(3)(b))."})
	}
	return effects, nil
}

// withdraw takes a browser's consent back, if there is any to take.
func (b browsers) withdraw(ctx context.Context, t id.Tenant, v id.Visitor, r id.Request) error {
	last, _, err := b.receipts.Current(ctx, t, v)
	if err != nil || !last.Allows(consent.Analytics, b.now()) {
		return err
	}
	_, err = b.receipts.Withdraw(ctx, t, v, []consent.Purpose{consent.Analytics}, "request/"+string(r))
	return err
}

// sheetRows is how many events a sheet has before another is begun.
const sheetRows = 1000

// copy gives the choices first, and then the events of one browser after another, from
// the first day of which any may be kept. The place is the browser and the day.
func (b browsers) copy(ctx context.Context, p rights.Person, after string) (rights.Sheet, string, error) {
	if after == "" {
		s, err := b.choices(ctx, p)
		period, _ := inventory.AnalyticsRetention.Period()
		return s, "0 " + b.now().UTC().Add(-period).Format(time.DateOnly), err
	}
	var n int
	var first string
	if _, err := fmt.Sscanf(after, "%d %s", &n, &first); err != nil {
		return rights.Sheet{}, "", fmt.Errorf("read place in a copy: %w", err)
	}
	day, err := time.Parse(time.DateOnly, first)
	if err != nil {
		return rights.Sheet{}, "", fmt.Errorf("read place in a copy: %w", err)
	}
	s := rights.Sheet{Name: "page-views", Title: "What was counted in your browser",
		Columns: []string{"browser", "visit", "at", "kind", "path", "device", "program", "system", "network", "receipt"}}
	for ; n < len(p.Request.Visitors); n++ {
		for ; !day.After(b.now()); day = day.Add(inventory.Day) {
			if len(s.Rows) >= sheetRows {
				return s, fmt.Sprintf("%d %s", n, day.Format(time.DateOnly)), nil
			}
			events, err := b.events.On(ctx, p.Tenant, p.Request.Visitors[n], day)
			if err != nil {
				return s, "", err
			}
			for _, e := range events {
				s.Rows = append(s.Rows, []string{string(e.Visitor), e.Visit, moment(e.At), string(e.Kind), e.Path, string(e.Agent.Device), string(e.Agent.Browser), string(e.Agent.System), e.Network, strconv.Itoa(e.Receipt)})
			}
		}
		period, _ := inventory.AnalyticsRetention.Period()
		day = b.now().UTC().Add(-period).Truncate(inventory.Day)
	}
	return s, "", nil
}

func (b browsers) choices(ctx context.Context, p rights.Person) (rights.Sheet, error) {
	s := rights.Sheet{Name: "choices", Title: "What you chose about cookies",
		Columns: []string{"browser", "number", "at", "agreed_to", "wording", "language", "how", "signal", "filed_as"}}
	for _, v := range p.Request.Visitors {
		history, err := b.receipts.History(ctx, p.Tenant, v)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return s, err
		}
		for _, r := range history {
			var agreed []string
			for _, purpose := range r.Granted {
				agreed = append(agreed, string(purpose))
			}
			s.Rows = append(s.Rows, []string{string(v), strconv.Itoa(r.N), moment(r.At), strings.Join(agreed, ", "), r.Version, r.Language, string(r.Method), string(r.Signal), r.Evidence})
		}
	}
	return s, nil
}
