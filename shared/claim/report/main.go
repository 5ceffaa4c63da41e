// Report runs every test that marks a claim, collects which claims the passing
// ones prove, and prints a line for each claim and the total.
//
// With -record it also writes what was proved to a file, for the public pages to
// show.
//
// It fails when such a test fails, when a test names a claim that the registry
// does not have, and when a claim says what enforces it but nothing proves it. What
// was proved is written all the same: a package that fails or hangs costs its own
// claims only. A run that was stopped goes on where it was, as go test remembers
// what has passed and is unchanged.
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"time"

	"omniops/shared/claim"
	"omniops/shared/claim/mark"
)

// perPackage is how long the proofs of one package may take.
const perPackage = "6m"

func main() {
	record := flag.String("record", "", "file to write what was proved to")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Stderr, *record)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "claims:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, progress io.Writer, record string) error {
	claims, err := claim.All()
	if err != nil {
		return err
	}
	marks, err := mark.Find(".")
	if err != nil {
		return err
	}
	args, packages := arguments(marks)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "CLAIMS_DAY="+time.Now().UTC().Format(time.DateOnly))
	cmd.Stderr = progress
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	proofs, failed, err := collect(stdout, progress, packages)
	_ = cmd.Wait() // a failure is in the events
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return errors.New("stopped; the same command goes on with what is left")
	}
	unproven := print(out, claims, proofs, failed)
	if record == "" {
		return unproven
	}
	return errors.Join(unproven, write(record, claim.Proofs{At: time.Now().UTC().Truncate(time.Second), Tests: proofs}))
}

// arguments is one go test over the packages and tests that mark a claim, and
// over nothing else, and how many packages that is. A test of the same name in
// another of these packages runs too, and does no harm.
func arguments(marks []mark.Mark) (args []string, packages int) {
	var tests, folders []string
	for _, m := range marks {
		tests, folders = append(tests, m.Test), append(folders, m.Package())
	}
	slices.Sort(tests)
	slices.Sort(folders)
	tests, folders = slices.Compact(tests), slices.Compact(folders)
	args = []string{"test", "-json", "-tags", "lambda.norpc", "-timeout", perPackage, "-run", "^(" + strings.Join(tests, "|") + ")$"}
	return append(args, folders...), len(folders)
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
	Action, Package, Test, Key, Value, Output string
	Elapsed                                   float64 // seconds
}

// maxSaid is how many lines of a failed test are shown.
const maxSaid = 40

// collect reads which tests passed with which claims, and which failed. It says
// when a package has finished, and what a failed test had to say.
func collect(r io.Reader, progress io.Writer, packages int) (proofs map[string][]string, failed []string, err error) {
	marked := map[string][]string{} // test -> claims
	said := map[string][]string{}   // test -> its output
	finished := 0
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
		case e.Action == "output" && len(said[name]) < maxSaid:
			said[name] = append(said[name], e.Output)
		case e.Action == "pass" && e.Test != "":
			for _, c := range marked[name] {
				if !slices.Contains(proofs[c], name) {
					proofs[c] = append(proofs[c], name)
				}
			}
			delete(said, name)
		case e.Action == "fail" && e.Test != "":
			failed = append(failed, name)
			fmt.Fprint(progress, strings.Join(said[name], ""))
		case e.Test == "" && (e.Action == "pass" || e.Action == "fail" || e.Action == "skip"):
			finished++
			fmt.Fprintf(progress, "%3d/%d  %-4s %6.1f s  %s\n", finished, packages, e.Action, e.Elapsed, strings.TrimPrefix(e.Package, "omniops/"))
			if e.Action == "fail" {
				failed = append(failed, e.Package)
				fmt.Fprint(progress, strings.Join(said[name], ""))
			}
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
