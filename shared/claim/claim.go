// Package claim holds the promises OmniOps publishes, what enforces each one
// and how it is proved.
package claim

// Tester is the part of *testing.T that a proof uses.
type Tester interface {
	Helper()
	Attr(key, value string)
}

// Proves marks the running test as a proof of the claims with these ids. The
// mark appears in the test's output, where `make claims` collects it; it counts
// only if the test passes.
func Proves(t Tester, ids ...string) {
	t.Helper()
	for _, id := range ids {
		t.Attr("claim", id)
	}
}
