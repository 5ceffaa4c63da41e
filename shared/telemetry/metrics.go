package telemetry

import (
	"encoding/json"
	"io"
	"time"
)

// Metrics writes CloudWatch metrics as log lines in the embedded metric format
// (CloudWatch user guide, "Embedded metric format specification", read 2026-07).
type Metrics struct {
	w        io.Writer
	now      func() time.Time
	function string
}

// namespace holds all metrics of OmniOps.
const namespace = "OmniOps"

// NewMetrics makes the metrics of a function; they carry its name as their only
// dimension, so that their number, and their price, stays small.
func NewMetrics(w io.Writer, now func() time.Time, function string) *Metrics {
	return &Metrics{w: w, now: now, function: function}
}

// Count adds n to a counter.
func (m *Metrics) Count(name string, n int) { m.write(name, "Count", float64(n)) }

// Duration records how long something took.
func (m *Metrics) Duration(name string, d time.Duration) {
	m.write(name, "Milliseconds", float64(d.Microseconds())/1000)
}

// write emits one line in one write.
func (m *Metrics) write(name, unit string, value float64) {
	type metric struct{ Name, Unit string }
	type directive struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []metric
	}
	type metadata struct {
		Timestamp         int64 // milliseconds since 1970
		CloudWatchMetrics []directive
	}
	line, err := json.Marshal(map[string]any{
		"_aws":     metadata{m.now().UnixMilli(), []directive{{namespace, [][]string{{"Function"}}, []metric{{name, unit}}}}},
		"Function": m.function,
		name:       value,
	})
	if err == nil { // an infinite value is the only way to fail
		_, _ = m.w.Write(append(line, '\n'))
	}
}
