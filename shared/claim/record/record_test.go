// Package record holds the dated documents in docs/records to what they must
// say.
package record

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"omniops/shared/claim"
	"omniops/shared/processor"
)

// agreement is the record of one processor's contract.
type agreement struct {
	Processor    processor.Name        `yaml:"processor"`
	Role         string                `yaml:"role"`
	Agreement    string                `yaml:"agreement"`
	AgreementURL string                `yaml:"agreement_url"`
	Mechanisms   []processor.Mechanism `yaml:"mechanisms"`
	Surfaces     []processor.Surface   `yaml:"surfaces"`
	Retention    string                `yaml:"retention"`
	Training     string                `yaml:"training"`
	AcceptedOn   string                `yaml:"accepted_on"`
	AcceptedBy   string                `yaml:"accepted_by"`
}

// freshFor is how long an accepted agreement stands without another look.
const freshFor = 366 * 24 * time.Hour

// TestAgreements holds that each AI provider which this build can call has a
// complete record. The promise itself is proven once all are accepted.
func TestAgreements(t *testing.T) {
	_ = os.Getenv("CLAIMS_DAY") // a pass is remembered for the day only, as a record grows old by itself
	files, err := filepath.Glob("../../../docs/records/processor-*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no records: %v", err)
	}
	accepted := true
	recorded := map[processor.Name]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var a agreement
		err = yaml.Unmarshal(text, &a)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		recorded[a.Processor] = true
		if a.Role == "" || a.Agreement == "" || a.AgreementURL == "" || a.Retention == "" || a.Training == "" || len(a.Surfaces) == 0 || len(a.Mechanisms) == 0 {
			t.Errorf("%s leaves something open: %+v", file, a)
		}
		on, err := time.Parse(time.DateOnly, a.AcceptedOn)
		if a.AcceptedOn != "" && (err != nil || a.AcceptedBy == "") {
			t.Errorf("%s: accepted_on %q by %q", file, a.AcceptedOn, a.AcceptedBy)
		}
		accepted = accepted && a.AcceptedOn != "" && time.Since(on) < freshFor
	}
	if !recorded[processor.OpenAI] {
		t.Errorf("no record of OpenAI's agreement")
	}
	if accepted {
		claim.Proves(t, "C062")
	}
}
