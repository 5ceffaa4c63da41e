package dynamo

import (
	"context"
	"time"

	"omniops/local/dynamo/attribute"
)

type timeToLiveSpecification struct {
	AttributeName string
	Enabled       bool
}

type updateTimeToLiveInput struct {
	TableName               string
	TimeToLiveSpecification timeToLiveSpecification
}

type updateTimeToLiveOutput struct {
	TimeToLiveSpecification timeToLiveSpecification
}

func (s *Server) updateTimeToLive(_ context.Context, in *updateTimeToLiveInput) (*updateTimeToLiveOutput, error) {
	want := in.TimeToLiveSpecification
	if want.AttributeName == "" || len(want.AttributeName) > 255 {
		return nil, constraint(want.AttributeName, "timeToLiveSpecification.attributeName", "Member must have length between 1 and 255")
	}
	_, err := s.redefine(in.TableName, func(d *definition) error {
		switch {
		case want.Enabled && d.TTLAttribute != "":
			return invalid("TimeToLive is already enabled")
		case !want.Enabled && d.TTLAttribute == "":
			return invalid("TimeToLive is already disabled")
		case !want.Enabled && d.TTLAttribute != want.AttributeName:
			return invalid("TimeToLive is active on a different AttributeName: current AttributeName is " + d.TTLAttribute)
		}
		d.TTLAttribute = ""
		if want.Enabled {
			d.TTLAttribute = want.AttributeName
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &updateTimeToLiveOutput{want}, nil
}

type timeToLiveDescription struct {
	TimeToLiveStatus string
	AttributeName    string `json:",omitempty"`
}

type describeTimeToLiveOutput struct{ TimeToLiveDescription timeToLiveDescription }

func (s *Server) describeTimeToLive(_ context.Context, in *tableInput) (*describeTimeToLiveOutput, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, err := s.lookup(in.TableName)
	if err != nil {
		return nil, named(err, in.TableName)
	}
	name := t.definition.TTLAttribute
	return &describeTimeToLiveOutput{timeToLiveDescription{enabled(name != ""), name}}, nil
}

// tooOld is how long past an expiry is taken for a mistake and ignored
// (developer guide, "Using time to live", read 2026-11-20).
const tooOld = 5 * 365 * 24 * time.Hour

// ExpireNow deletes the items of every table that expired more than the
// TTLDelay ago, and returns how many. Like DynamoDB's own, the deletions cost
// nothing; until its owner calls it, expired items stay as they are.
func (s *Server) ExpireNow() (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var due []change
	for _, name := range sortedKeys(s.tables) {
		t := s.tables[name]
		if t.definition.TTLAttribute == "" {
			continue
		}
		t.items.Ascend(func(e entry) bool {
			n, ok := e.item[t.definition.TTLAttribute].(attribute.Number)
			if !ok {
				return true
			}
			seconds, ok := n.Int64()
			expiry := time.Unix(seconds, 0)
			if ok && !expiry.Add(s.ttlDelay).After(now) && now.Sub(expiry) < tooOld {
				due = append(due, change{table: t, position: e.position, key: t.key.of(e.item)})
			}
			return true
		})
	}
	_, err := s.commit(due)
	if err != nil {
		return 0, err
	}
	return len(due), nil
}
