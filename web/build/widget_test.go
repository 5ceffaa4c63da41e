package build

import "testing"

func TestWidget(t *testing.T) {
	a, err := Widget()
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + a.Sizes())
}
