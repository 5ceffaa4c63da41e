package dynamo

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync"
)

// Cost is how often an operation was carried out on a table and the capacity
// that took, indexes included. A request that failed its condition counts too.
type Cost struct {
	Requests int64   `json:"requests"`
	Read     float64 `json:"read"`  // read units
	Write    float64 `json:"write"` // write units
}

// Usage is the cost by table and operation.
type Usage map[string]map[string]Cost

// Total is the sum over all tables and operations.
func (u Usage) Total() Cost {
	var all Cost
	for _, operations := range u {
		for _, c := range operations {
			all = all.plus(c)
		}
	}
	return all
}

func (c Cost) plus(d Cost) Cost {
	return Cost{c.Requests + d.Requests, c.Read + d.Read, c.Write + d.Write}
}

type meter struct {
	mu    sync.Mutex
	usage Usage
}

// count adds one request on a table.
func (m *meter) count(table, operation string, c cost) {
	total := c.total()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.usage == nil {
		m.usage = Usage{}
	}
	if m.usage[table] == nil {
		m.usage[table] = map[string]Cost{}
	}
	m.usage[table][operation] = m.usage[table][operation].plus(Cost{1, total.read, total.write})
}

// countAll adds one request on each of several tables.
func (s *Server) countAll(operation string, costs map[string]cost) {
	for table, c := range costs {
		s.meter.count(table, operation, c)
	}
}

// Meter is what requests took since the server was made or ResetMeter called.
func (s *Server) Meter() Usage {
	s.meter.mu.Lock()
	defer s.meter.mu.Unlock()
	copied := Usage{}
	for table, operations := range s.meter.usage {
		copied[table] = maps.Clone(operations)
	}
	return copied
}

// ResetMeter starts counting from zero.
func (s *Server) ResetMeter() {
	s.meter.mu.Lock()
	defer s.meter.mu.Unlock()
	s.meter.usage = nil
}

// MeterHandler is /_meter: GET shows the usage as JSON, DELETE resets it.
func (s *Server) MeterHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet:
		case http.MethodDelete:
			s.ResetMeter()
		default:
			w.Header().Set("Allow", "GET, DELETE")
			http.Error(w, "GET or DELETE", http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.Meter()) // the client may have gone
	})
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
