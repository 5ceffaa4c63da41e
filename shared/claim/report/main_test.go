package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"omniops/shared/claim"
	"omniops/shared/claim/mark"
)

const events = `{"Action":"attr","Package":"omniops/shared/a","Test":"TestX","Key":"claim","Value":"C001"}
{"Action":"pass","Package":"omniops/shared/a","Test":"TestX"}
{"Action":"attr","Package":"omniops/shared/a","Test":"TestY","Key":"claim","Value":"C002"}
{"Action":"fail","Package":"omniops/shared/a","Test":"TestY"}
{"Action":"attr","Package":"omniops/shared/a","Test":"TestZ","Key":"claim","Value":"C999"}
{"Action":"pass","Package":"omniops/shared/a","Test":"TestZ"}
not json
`

func TestOnlyPassingTestsProve(t *testing.T) {
	claims := []claim.Claim{
		{ID: "C001", Statement: "one"}, {ID: "C002", Statement: "two", EnforcedBy: []string{"shared/a"}}, {ID: "C003", Statement: "three"},
	}
	proofs, failed, err := collect(strings.NewReader(events), io.Discard, 1)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = print(&out, claims, proofs, failed)
	want := "C001  proven      shared/a.TestX\nC002  not proven  two\nC003  not proven  three\nclaims proven: 1/3\n"
	if out.String() != want {
		t.Errorf("got:\n%swant:\n%s", out.String(), want)
	}
	for _, problem := range []string{"C002 says shared/a enforces it", "proves unknown claim C999", "shared/a.TestY failed"} {
		if err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("error %v does not say %q", err, problem)
		}
	}
}

// A package that hangs or does not build costs its own claims, and is named.
func TestOnePackageThatFailsDoesNotLoseTheRest(t *testing.T) {
	broken := `{"Action":"output","Package":"omniops/shared/b","Output":"panic: test timed out after 6m0s\n"}
{"Action":"fail","Package":"omniops/shared/b","Elapsed":360}
`
	var progress bytes.Buffer
	proofs, failed, err := collect(strings.NewReader(broken+events), &progress, 2)
	if err != nil || len(proofs["C001"]) != 1 || len(failed) != 2 {
		t.Errorf("%v, %v, %v", proofs, failed, err)
	}
	for _, want := range []string{"  1/2  fail  360.0 s  shared/b\n", "test timed out"} {
		if !strings.Contains(progress.String(), want) {
			t.Errorf("%q is not said:\n%s", want, progress.String())
		}
	}
}

func TestOnlyWhatMarksAClaimIsRun(t *testing.T) {
	args, packages := arguments([]mark.Mark{
		{Claim: "C002", Test: "TestB", File: "shared/b/b_test.go"}, {Claim: "C001", Test: "TestA", File: "shared/a/a_test.go"},
		{Claim: "C001", Test: "TestB", File: "shared/b/b_test.go"},
	})
	if got := strings.Join(args[len(args)-3:], " "); packages != 2 || got != "^(TestA|TestB)$ ./shared/a ./shared/b" {
		t.Errorf("%d packages, %s", packages, got)
	}
}

func TestRegistryIsComplete(t *testing.T) {
	claims, err := claim.All()
	if err != nil {
		t.Fatal(err)
	}
	if len(claims) != 160 {
		t.Errorf("%d claims, want 160", len(claims))
	}
}
