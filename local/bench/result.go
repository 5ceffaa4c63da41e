package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Result is one target and what became of it.
type Result struct {
	ID       string `json:"id"`
	Value    string `json:"value"` // parts are separated by slashes, as in Unit
	Unit     string `json:"unit"`
	Ratio    string `json:"ratio"` // to the baseline of the same run
	Target   string `json:"target"`
	Floor    string `json:"floor"` // what physics or prices leave
	Moonshot string `json:"moonshot"`
	Verdict  string `json:"verdict"` // PASS or FAIL
	// Reached says that the moonshot is reached too.
	Reached bool `json:"moonshot_reached"`
	// Reasons say why it is a FAIL.
	Reasons []string `json:"reasons,omitempty"`
	// Notes are what was subtracted, and what the line has no room for.
	Notes   []string           `json:"notes,omitempty"`
	Numbers map[string]float64 `json:"numbers,omitempty"`

	unmeasured bool // it could not be measured
	short      bool // a moonshot is missed
}

// passed and failed are the verdicts.
const (
	passed = "PASS"
	failed = "FAIL"
)

// need gates the result: a value above the target is a FAIL. The moonshot only
// informs.
func (r *Result) need(name string, value, target, moonshot float64) {
	if !(value <= target) { // NaN fails
		r.Reasons = append(r.Reasons, fmt.Sprintf("%s is %s, the target is %s", name, number(value), number(target)))
	}
	if !(value <= moonshot) {
		r.short = true
	}
}

// valid fails a result that is lost in the noise.
func (r *Result) valid(value, noise time.Duration) {
	if drowned(value, noise) {
		r.Reasons = append(r.Reasons, fmt.Sprintf("invalid: %v is less than a tenth of the noise, %v", value, noise))
	}
}

// note adds a remark that is printed above the line.
func (r *Result) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// unmeasured is the result of a bench that could not run.
func unmeasured(id string, err error) Result {
	return Result{ID: id, Reasons: []string{"not measured: " + strings.Join(strings.Fields(err.Error()), " ")}, unmeasured: true}
}

// judged gives the result with its verdict.
func (r Result) judged() Result {
	r.Verdict = passed
	if len(r.Reasons) > 0 {
		r.Verdict = failed
	}
	r.Reached = r.Verdict == passed && !r.short
	return r
}

// Line is the result as `id value unit ratio target floor PASS|FAIL`. Each field
// is one word; an absent one is a hyphen.
func (r Result) Line() string {
	fields := []string{r.ID, r.Value, r.Unit, r.Ratio, r.Target, r.Floor, r.Verdict}
	for i, f := range fields {
		if f = strings.Join(strings.Fields(f), ""); f == "" {
			f = "-"
		}
		fields[i] = f
	}
	return strings.Join(fields, " ")
}

// Remarks are lines that say more than Line. Each begins with "# ".
func (r Result) Remarks() []string {
	var out []string
	for _, n := range r.Notes {
		out = append(out, "# "+r.ID+" "+n)
	}
	for _, why := range r.Reasons {
		out = append(out, "# "+r.ID+" FAIL: "+why)
	}
	if r.Reached {
		out = append(out, "# "+r.ID+" moonshot reached: "+r.Moonshot)
	}
	return out
}

// number writes a value with about three digits.
func number(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "-"
	case a == 0:
		return "0"
	case a >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case a >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case a >= 0.1:
		return strconv.FormatFloat(v, 'f', 2, 64)
	default:
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
}

// parts joins the parts of a value.
func parts(values ...float64) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = number(v)
	}
	return strings.Join(words, "/")
}

// times writes a ratio.
func times(v float64) string {
	if s := number(v); s != "-" {
		return s + "x"
	}
	return "-"
}
