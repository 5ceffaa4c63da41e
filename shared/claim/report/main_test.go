package main

import (
	"bytes"
	"strings"
	"testing"

	"omniops/shared/claim"
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
	proofs, failed, err := collect(strings.NewReader(events))
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

func TestRegistryIsComplete(t *testing.T) {
	claims, err := claim.All()
	if err != nil {
		t.Fatal(err)
	}
	if len(claims) != 160 {
		t.Errorf("%d claims, want 160", len(claims))
	}
}
