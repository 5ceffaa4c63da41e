package canary

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
)

// counter counts what is reported.
type counter struct{ n int }

func (*counter) Helper()                 {}
func (c *counter) Errorf(string, ...any) { c.n++ }

func TestSeen(t *testing.T) {
	cage := All()
	for _, k := range cage {
		inJSON, err := json.Marshal(map[string]string{"text": "before " + k.Value + " after"})
		if err != nil {
			t.Fatal(err)
		}
		for form, body := range map[string]string{
			"as it is": k.Value, "in JSON": string(inJSON), "in a URL": "https://x.example/?q=" + url.QueryEscape(k.Value),
			"in base 64": base64.StdEncoding.EncodeToString([]byte("x" + k.Value + "yz")), "in hex": fmt.Sprintf("%X", k.Value),
			"spaced": k.Value[:5] + " " + k.Value[5:],
		} {
			seen := Cage{k}.Seen([]byte(body))
			if len(seen) != 1 || seen[0] != k {
				t.Errorf("%s %s is not seen in %q", k.Name, form, body)
			}
		}
	}
	if seen := cage.Seen([]byte("Order #1042: a canary cage, £12.50, sent on 24 November to 10115 Berlin.")); len(seen) != 0 {
		t.Errorf("seen where there is none: %v", seen)
	}
}

func TestCheck(t *testing.T) {
	cage := Payment()
	var c counter
	cage.Check(&c)
	if c.n != 1 {
		t.Error("checking nothing is fine")
	}
	cage.Check(&c, []byte("nothing"), []byte(cage.Value("gateway")+cage.Value("iban")))
	if c.n != 3 {
		t.Errorf("%d reports", c.n)
	}
	if len(cage.Record()) != len(cage) {
		t.Error("two canaries share a name")
	}
}
