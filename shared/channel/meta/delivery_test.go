package meta

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"omniops/shared/channel"
	"omniops/shared/claim"
	"omniops/shared/fault"
	"omniops/shared/inventory"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var app = App{ID: "1001001001"}

func all(channel.Account) bool { return true }

// Each delivery of testdata is in the shape that Meta documents; beside it stands
// what is read from it.
func TestDeliveries(t *testing.T) {
	claim.Proves(t, "C071")
	files, err := filepath.Glob("testdata/deliveries/*.json")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d deliveries, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d, err := app.Parse(body, all)
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, e := range d.Events {
				fmt.Fprintf(&b, "%s %s %s at %s: %+v\n", e.Account, e.Kind, e.Name, e.At.Format(time.RFC3339Nano), e.Content)
			}
			for _, m := range d.Malformed {
				fmt.Fprintf(&b, "malformed: %s\n", m.Reason)
			}
			fmt.Fprintf(&b, "ignored: %d\n", d.Ignored)
			golden := strings.TrimSuffix(file, ".json") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if b.String() != string(want) {
				t.Errorf("read:\n%s\nwant:\n%s", b.String(), want)
			}
		})
	}
}

// Meta's own test vectors.
func TestSignatureVectors(t *testing.T) {
	secrets := NewSecrets("appsecret")
	body := []byte(`{"object":"page","entry":[]}`)
	if err := secrets.Check("sha256=0e9e0080a310f376450c46d999aa4d49ed772bfe43c13205f38a3a6e6611ed2b", body); err != nil {
		t.Error(err)
	}
	const signed = "0tUuMUtKoaDh_rRA7S2rUVRT_Ivk5c2fPx_XDF-xAVs.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6MTcwMDAwMDAwMCwidXNlcl9pZCI6IjIxODQ3MSJ9"
	at := time.Unix(1700000000, 0)
	r, err := secrets.Request(signed, at.Add(time.Minute))
	if err != nil || r.User != "218471" || !r.Issued.Equal(at) {
		t.Errorf("%+v, %v", r, err)
	}
	if got := NewRequest("appsecret", `{"algorithm":"HMAC-SHA256","issued_at":1700000000,"user_id":"218471"}`); got != signed {
		t.Errorf("signed %s", got)
	}
	if got := proof("appsecret", "EAAtoken"); got != "b15e563de2a106036cef7807b362777b33c08f4b1fb1251b4a3f5a9eeca7c277" {
		t.Errorf("proof %s", got)
	}
}

// Scenario 6, and all else that is not a signed request: one answer for all.
func TestSignedRequestsThatAreNone(t *testing.T) {
	secrets, now := NewSecrets("appsecret"), time.Unix(1700000000, 0)
	payload := func(format string, args ...any) string { return NewRequest("appsecret", fmt.Sprintf(format, args...)) }
	good := payload(`{"algorithm":"hmac-sha256","issued_at":1700000000,"user_id":"218471"}`)
	if _, err := secrets.Request(good, now); err != nil {
		t.Errorf("the algorithm's name may be in any case: %v", err)
	}
	signature, body, _ := strings.Cut(good, ".")
	if _, err := secrets.Request(signature+"=."+body, now); err != nil {
		t.Errorf("padding is accepted: %v", err)
	}
	for name, signed := range map[string]string{
		"nothing": "", "no full stop": "abc", "only a full stop": ".", "a wrong key": NewRequest("other", `{"algorithm":"HMAC-SHA256","issued_at":1700000000,"user_id":"1"}`),
		"another payload":   signature + "." + body + "A",
		"a line break":      signature[:10] + "\n" + signature[10:] + "." + body,
		"another algorithm": payload(`{"algorithm":"none","issued_at":1700000000,"user_id":"1"}`),
		"no algorithm":      payload(`{"issued_at":1700000000,"user_id":"1"}`),
		"no time":           payload(`{"algorithm":"HMAC-SHA256","user_id":"1"}`),
		"too old":           payload(`{"algorithm":"HMAC-SHA256","issued_at":%d,"user_id":"1"}`, now.Add(-maxAge-time.Second).Unix()),
		"from the future":   payload(`{"algorithm":"HMAC-SHA256","issued_at":%d,"user_id":"1"}`, now.Add(maxAhead+time.Second).Unix()),
		"expired":           payload(`{"algorithm":"HMAC-SHA256","issued_at":1700000000,"expires":1700000000,"user_id":"1"}`),
		"nobody":            payload(`{"algorithm":"HMAC-SHA256","issued_at":1700000000}`),
		"no number":         payload(`{"algorithm":"HMAC-SHA256","issued_at":1700000000,"user_id":"x"}`),
		"no Page":           payload(`{"algorithm":"HMAC-SHA256","issued_at":1700000000,"user_id":"0"}`),
		"no JSON":           payload(`hello`),
		"too long":          payload(`{"algorithm":"HMAC-SHA256","issued_at":1700000000,"user_id":"1","x":"%s"}`, strings.Repeat("x", maxSigned)),
	} {
		_, err := secrets.Request(signed, now)
		if fault.KindOf(err) != fault.Invalid || err.Error() != "That is not a signed request of this app." {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewSecrets("unset", "").Request(NewRequest("unset", `{"algorithm":"HMAC-SHA256","issued_at":1700000000,"user_id":"1"}`), now); err == nil {
		t.Error("a secret that was never set signs")
	}
}

// FuzzParse: whatever comes, there is no panic, and each event is fit for the
// queue.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/deliveries/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	veil, err := channel.NewVeil([]byte(strings.Repeat("k", 32)))
	if err != nil {
		f.Fatal(err)
	}
	now := time.Unix(1795512600, 0)
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := app.Parse(body, all)
		if err != nil && len(d.Events) > 0 {
			t.Fatalf("an error and %d events", len(d.Events))
		}
		for i, e := range d.Events {
			in, err := e.Inbound("demo", veil, now)
			if err != nil {
				t.Fatal(err)
			}
			if err := in.Validate(); err != nil {
				t.Fatalf("%+v: %v", e, err)
			}
			c, err := veil.Open(in)
			if err != nil || c.Person != e.Content.Person || c.Text != e.Content.Text {
				t.Fatalf("%+v becomes %+v, %v", e.Content, c, err)
			}
			if i > 0 && e.At.Before(d.Events[i-1].At) {
				t.Fatal("out of order")
			}
			if encoded, err := json.Marshal(in); err != nil || len(encoded) > 200<<10 {
				t.Fatalf("%d bytes for the queue, %v", len(encoded), err)
			}
		}
		none, err := app.Parse(body, func(channel.Account) bool { return false })
		if err == nil && len(none.Events) > 0 {
			t.Fatal("what nobody wants was read")
		}
	})
}

// FuzzRequest: exactly what the key signs is accepted.
func FuzzRequest(f *testing.F) {
	f.Add(NewRequest("appsecret", `{"algorithm":"HMAC-SHA256","issued_at":1700000000,"user_id":"218471"}`))
	f.Add("a.b")
	secrets, now := NewSecrets("appsecret"), time.Unix(1700000000, 0)
	f.Fuzz(func(t *testing.T, signed string) {
		if _, err := secrets.Request(signed, now); err != nil {
			return
		}
		_, payload, _ := strings.Cut(signed, ".")
		plain, err := decodeURL(payload)
		if err != nil {
			t.Fatal(err)
		}
		again := NewRequest("appsecret", string(plain))
		signature, _, _ := strings.Cut(signed, ".")
		want, _, _ := strings.Cut(again, ".")
		if strings.TrimRight(payload, "=") == payload && strings.TrimRight(signature, "=") != want {
			t.Fatalf("accepted %q, signed %q", signed, again)
		}
	})
}

// FuzzSignature: exactly the header that the key signs is accepted, whatever the
// case of its digits.
func FuzzSignature(f *testing.F) {
	f.Add("sha256=0e9e0080a310f376450c46d999aa4d49ed772bfe43c13205f38a3a6e6611ed2b", []byte(`{"object":"page","entry":[]}`))
	secrets := NewSecrets("appsecret")
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		signed := Sign("appsecret", body)
		if accepted := secrets.Check(header, body) == nil; accepted != strings.EqualFold(strings.TrimPrefix(header, "sha256="), strings.TrimPrefix(signed, "sha256=")) && accepted {
			t.Fatalf("accepted %q, signed %q", header, signed)
		}
		if err := secrets.Check(signed, body); err != nil {
			t.Fatal(err)
		}
	})
}

// What is stored of a connection is what the policy lists: ids and names, tokens
// encrypted, and nothing of a person.
func TestStoredFieldsAreThoseOfThePolicy(t *testing.T) {
	claim.Proves(t, "C068", "C070", "C072")
	want := map[string]inventory.Category{
		"kind": inventory.BusinessData, "number": inventory.BusinessData, // Page id, Instagram business id, registered number
		"name": inventory.BusinessData, "through": inventory.BusinessData, "business": inventory.BusinessData, // names, WABA id
		"ciphertext": inventory.SecretMaterial, // the token that is needed to read and send
		"state":      inventory.None, "enabled": inventory.None, "scopes": inventory.None, "user": inventory.Identifier, "late_tag": inventory.None,
		"connected_at": inventory.BusinessData, "token_ends": inventory.None, "template": inventory.BusinessData, "due_pk": inventory.None, "due_sk": inventory.None,
	}
	got := connectionItem{}.Inventory()
	if fmt.Sprint(got.Fields) != fmt.Sprint(want) {
		t.Errorf("stored are %v, want %v", got.Fields, want)
	}
	for _, entry := range []inventory.Entry{got, accountItem{}.Inventory(), userItem{}.Inventory(), loginItem{}.Inventory()} {
		if entry.Source != inventory.FromMeta || entry.Purpose != inventory.AccountOperation {
			t.Errorf("%s is from %s, for %s", entry.Record, entry.Source, entry.Purpose)
		}
	}
}

// No more is asked for than the channels need; nothing of advertising.
func TestScopesAreThoseOfThePolicy(t *testing.T) {
	claim.Proves(t, "C080")
	want := "instagram_basic instagram_manage_messages pages_manage_metadata pages_messaging pages_show_list whatsapp_business_management whatsapp_business_messaging"
	if got := strings.Join(AllScopes(), " "); got != want {
		t.Errorf("asked for are %s", got)
	}
	for _, host := range []string{"graph.facebook.com", "graph.instagram.com"} {
		if !Listed(host) {
			t.Errorf("%s cannot be reached", host)
		}
	}
	for _, host := range []string{"business.facebook.com", "www.facebook.com", "graph.facebook.com.evil.example", "connect.facebook.net", "api.instagram.com"} {
		if Listed(host) {
			t.Errorf("%s can be reached", host)
		}
	}
}

// Each documented code has its remedy.
func TestRemedies(t *testing.T) {
	for _, c := range []struct {
		on            channel.Kind
		code, subcode int
		want          Remedy
	}{
		{channel.Messenger, 10, 2018278, TooLate}, {channel.Messenger, 10, 2018065, TooLate}, {channel.Instagram, 10, 2534022, TooLate},
		{channel.WhatsApp, 131047, 0, TooLate}, {channel.WhatsApp, 131050, 0, LeaveAlone}, {channel.Messenger, 190, 0, LogInAgain},
		{channel.WhatsApp, 190, 0, LogInAgain}, {channel.WhatsApp, 0, 0, LogInAgain}, {channel.Messenger, 200, 0, LogInAgain}, {channel.Messenger, 10, 0, LogInAgain},
		{channel.Messenger, 551, 0, HandOver}, {channel.Messenger, 551, 1545041, HandOver}, {channel.Messenger, 613, 0, TryAgain}, {channel.Instagram, 100, 2534040, TryAgain},
		{channel.Messenger, 4, 0, TryAgain}, {channel.Messenger, 1, 0, TryAgain}, {channel.Messenger, 2, 0, TryAgain}, {channel.Messenger, 100, 2018001, HandOver},
		{channel.Instagram, 100, 2534014, HandOver}, {channel.Messenger, 100, 2018300, BeSilent}, {channel.Instagram, 100, 2534037, BeSilent},
		{channel.Messenger, 10, 1893063, HandOver}, {channel.Messenger, 368, 0, HandOver}, {channel.WhatsApp, 368, 0, HandOver}, {channel.WhatsApp, 131026, 0, HandOver},
		{channel.WhatsApp, 131049, 0, HandOver}, {channel.WhatsApp, 130429, 0, TryAgain}, {channel.WhatsApp, 80007, 0, TryAgain}, {channel.WhatsApp, 131056, 0, TryAgain},
		{channel.WhatsApp, 131048, 0, HandOver}, {channel.WhatsApp, 131031, 0, HandOver}, {channel.WhatsApp, 132001, 0, HandOver}, {channel.WhatsApp, 131042, 0, HandOver},
		{channel.WhatsApp, 131000, 0, TryAgain}, {channel.WhatsApp, 131016, 0, TryAgain}, {channel.WhatsApp, 10, 0, LogInAgain}, {channel.WhatsApp, 299, 0, LogInAgain},
	} {
		if got := (&Refusal{Code: c.code, Subcode: c.subcode}).Remedy(c.on); got != c.want {
			t.Errorf("%s %d/%d: %s, want %s", c.on, c.code, c.subcode, got, c.want)
		}
	}
}
