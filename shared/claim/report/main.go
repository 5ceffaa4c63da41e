// Report runs every test, collects which claims the passing ones prove, and
// prints a line for each claim and the total.
//
// With -record it also writes what was proved to a file, for the public pages to
// show.
//
// It fails when a test fails, when a test names a claim that the registry does
// not have, and when a claim says what enforces it but nothing proves it.
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"omniops/shared/claim"
)

func main() {
	record := flag.String("record", "", "file to write what was proved to")
	flag.Parse()
	if err := run(os.Stdout, *record); err != nil {
		fmt.Fprintln(os.Stderr, "claims:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, record string) error {
	claims, err := claim.All()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(context.Background(), "go", "test", "-json", "-tags", "lambda.norpc", "-timeout", "14m", "./...")
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	proofs, failed, err := collect(stdout)
	if err != nil {
		return err
	}
	_ = cmd.Wait() // a failure is in the events
	if err := print(out, claims, proofs, failed); err != nil || record == "" {
		return err
	}
	return write(record, claim.Proofs{At: time.Now().UTC().Truncate(time.Second), Tests: proofs})
}

// write records what was proved.
func write(path string, p claim.Proofs) error {
	for _, tests := range p.Tests {
		slices.Sort(tests)
	}
	raw, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(raw, '\n'), 0o644)
}

// event is a line of go test -json.
type event struct {
	Action, Package, Test, Key, Value string
}

// collect reads which tests passed with which claims, and which failed.
func collect(r io.Reader) (proofs map[string][]string, failed []string, err error) {
	marked := map[string][]string{} // test -> claims
	proofs = map[string][]string{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue // not an event: a build error, which the failing package repeats
		}
		name := strings.TrimPrefix(e.Package, "omniops/") + "." + e.Test
		switch {
		case e.Action == "attr" && e.Key == "claim":
			marked[name] = append(marked[name], e.Value)
		case e.Action == "pass" && e.Test != "":
			for _, c := range marked[name] {
				if !slices.Contains(proofs[c], name) {
					proofs[c] = append(proofs[c], name)
				}
			}
		case e.Action == "fail" && e.Test != "":
			failed = append(failed, name)
		case e.Action == "fail":
			failed = append(failed, e.Package)
		}
	}
	return proofs, failed, lines.Err()
}

// print writes the table, and gives an error for what must not be.
func print(out io.Writer, claims []claim.Claim, proofs map[string][]string, failed []string) error {
	var problems []string
	known := map[string]bool{}
	proven := 0
	for _, c := range claims {
		known[c.ID] = true
		by := proofs[c.ID]
		slices.Sort(by)
		switch {
		case len(by) > 0:
			proven++
			fmt.Fprintf(out, "%s  proven      %s\n", c.ID, strings.Join(by, ", "))
		case c.Elsewhere != "":
			fmt.Fprintf(out, "%s  not here    proved in %s\n", c.ID, c.Elsewhere)
		case c.Proof == claim.Record:
			fmt.Fprintf(out, "%s  not proven  waits for its record: %s\n", c.ID, c.Statement)
		case len(c.EnforcedBy) > 0:
			problems = append(problems, fmt.Sprintf("%s says %s enforces it, but no test proves it", c.ID, strings.Join(c.EnforcedBy, ", ")))
			fallthrough
		default:
			fmt.Fprintf(out, "%s  not proven  %s\n", c.ID, c.Statement)
		}
	}
	for id, tests := range proofs {
		if !known[id] {
			problems = append(problems, fmt.Sprintf("%s proves unknown claim %s", strings.Join(tests, ", "), id))
		}
	}
	for _, test := range failed {
		problems = append(problems, test+" failed")
	}
	fmt.Fprintf(out, "claims proven: %d/%d\n", proven, len(claims))
	if len(problems) > 0 {
		slices.SortFunc(problems, cmp.Compare[string])
		return fmt.Errorf("%s", strings.Join(problems, "\n  "))
	}
	return nil
}
