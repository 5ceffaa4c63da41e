package analytics

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"omniops/shared/id"
	"omniops/shared/inventory"
	"omniops/shared/mask"
	"omniops/shared/table"
)

// Shards spread a busy day of one shop over so many partitions. One browser's
// events of a day are in one of them.
const Shards = 8

// Store keeps events.
type Store struct{ table *table.Store }

// NewStore makes a Store on the main table.
func NewStore(t *table.Store) *Store { return &Store{t} }

// eventItem is an Event as stored.
type eventItem struct {
	table.Key
	Visitor  string    `dynamodbav:"visitor"`
	Visit    string    `dynamodbav:"visit"`
	Kind     Kind      `dynamodbav:"kind"`
	Path     string    `dynamodbav:"path"`
	Device   Device    `dynamodbav:"device"`
	Browser  Browser   `dynamodbav:"browser"`
	System   System    `dynamodbav:"system"`
	Network  string    `dynamodbav:"network"`
	Receipt  int       `dynamodbav:"receipt"`
	At       time.Time `dynamodbav:"at"`
	ExpireAt int64     `dynamodbav:"expires_at"` // Unix seconds; DynamoDB TTL
}

// Inventory makes eventItem a table.Record.
func (eventItem) Inventory() inventory.Entry {
	return inventory.Entry{
		Record:     "analytics.event",
		Subject:    inventory.Shopper,
		SubjectKey: "visitor",
		Fields: map[string]inventory.Category{
			"visitor": inventory.Identifier, "visit": inventory.Identifier,
			"kind": inventory.ActivityData, "path": inventory.ActivityData,
			"device": inventory.DeviceData, "browser": inventory.DeviceData, "system": inventory.DeviceData, "network": inventory.DeviceData,
			"receipt": inventory.None, "at": inventory.ActivityData, "expires_at": inventory.None,
		},
		Purpose:    inventory.UsageAnalytics,
		LegalBasis: inventory.Consent,
		Role:       inventory.Processor,
		Retention:  inventory.AnalyticsRetention,
		Source:     inventory.FirstParty,
		Exported:   true,
	}
}

// Records lists what this package stores.
func Records() []table.Record { return []table.Record{eventItem{}} }

// Add stores up to 25 events of one visitor, as of now. What has the shape of
// personal data is taken out of their paths.
func (s *Store) Add(ctx context.Context, t id.Tenant, events ...Event) error {
	period, _ := inventory.AnalyticsRetention.Period()
	now := s.table.Now().UTC()
	day := now.Format(time.DateOnly)
	records := make([]table.Record, len(events))
	for i, e := range events {
		records[i] = eventItem{
			Key:     table.Analytics(t, day, shardOf(e.Visitor), e.Visitor, id.New[id.Event](now)),
			Visitor: string(e.Visitor), Visit: e.Visit, Kind: e.Kind, Path: mask.New().Mask(e.Path),
			Device: e.Agent.Device, Browser: e.Agent.Browser, System: e.Agent.System, Network: e.Network,
			Receipt: e.Receipt, At: now, ExpireAt: now.Add(period).Unix(),
		}
	}
	if err := s.table.PutAll(ctx, t, records...); err != nil {
		return fmt.Errorf("store events: %w", err)
	}
	return nil
}

// Day gives every event of a UTC day, by browser and then in the order of time.
func (s *Store) Day(ctx context.Context, t id.Tenant, day time.Time) ([]Event, error) {
	var all []Event
	for shard := range Shards {
		part, err := s.read(ctx, t, table.AnalyticsShard(t, day.UTC().Format(time.DateOnly), shard))
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}

// Of gives everything that is kept of one browser, the latest day first: what an
// access request is answered with.
func (s *Store) Of(ctx context.Context, t id.Tenant, v id.Visitor) ([]Event, error) {
	var all []Event
	for _, day := range s.days() {
		part, err := s.read(ctx, t, table.AnalyticsOf(t, day, shardOf(v), v))
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}

// On gives what is kept of one browser of a UTC day, by time.
func (s *Store) On(ctx context.Context, t id.Tenant, v id.Visitor, day time.Time) ([]Event, error) {
	return s.read(ctx, t, table.AnalyticsOf(t, day.UTC().Format(time.DateOnly), shardOf(v), v))
}

// Forget removes everything that is kept of one browser, and says how many
// events that were.
func (s *Store) Forget(ctx context.Context, t id.Tenant, v id.Visitor) (int, error) {
	total := 0
	for _, day := range s.days() {
		n, err := s.table.DeleteRange(ctx, t, table.AnalyticsOf(t, day, shardOf(v), v))
		total += n
		if err != nil {
			return total, fmt.Errorf("forget events of %s: %w", day, err)
		}
	}
	return total, nil
}

// days lists the days of which anything may be kept, the latest first.
func (s *Store) days() []string {
	period, _ := inventory.AnalyticsRetention.Period()
	today := s.table.Now().UTC()
	var days []string
	for back := time.Duration(0); back <= period; back += inventory.Day {
		days = append(days, today.Add(-back).Format(time.DateOnly))
	}
	return days
}

func (s *Store) read(ctx context.Context, t id.Tenant, r table.Range) ([]Event, error) {
	items, err := s.table.Earliest(ctx, t, r, 0)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	events := make([]Event, len(items))
	for n, item := range items {
		var i eventItem
		if err := item.Decode(&i); err != nil {
			return nil, err
		}
		events[n] = Event{
			Visitor: id.Visitor(i.Visitor), Visit: i.Visit, Kind: i.Kind, Path: i.Path,
			Agent: Agent{i.Device, i.Browser, i.System}, Network: i.Network, Receipt: i.Receipt, At: i.At,
		}
	}
	return events, nil
}

func shardOf(v id.Visitor) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(v)) // documented never to fail
	return int(h.Sum32() % Shards)
}
