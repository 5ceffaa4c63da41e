package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/google/go-cmp/cmp"

	"omniops/local/contract"
	"omniops/local/localtest"
	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/channel/webchat"
	"omniops/shared/claim"
	"omniops/shared/id"
	"omniops/shared/identity"
)

const (
	shop   = id.Tenant("demo")
	rival  = id.Tenant("rival")
	secret = "sk-canary-0123456789-abcdefghij-WXYZ"
)

// bench is the function on local services.
type bench struct {
	*localtest.Cloud
	handler http.Handler
	url     string
	client  *http.Client
	tokens  *identity.Tokens
	log     *bytes.Buffer
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c := localtest.Start(t)
	b := &bench{Cloud: c, client: contract.Client(t), log: &bytes.Buffer{}}
	var err error
	b.handler, err = build(t.Context(), &boot.Runtime{AWS: c.AWS, Now: c.Clock.Now, Log: slog.New(slog.NewTextHandler(b.log, nil))}, settings{
		Table: c.Env(t, "merchant-key", "TABLE_NAME"), SecretsKey: c.Env(t, "merchant-key", "SECRETS_KEY_ID"),
		SessionSecret: boot.NewSecret(localtest.SessionSecret),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b.handler)
	t.Cleanup(server.Close)
	b.url = server.URL
	if b.tokens, err = identity.NewTokens([]byte(localtest.SessionSecret), c.Clock.Now); err != nil {
		t.Fatal(err)
	}
	return b
}

// token acts as a merchant for an hour.
func (b *bench) token(t *testing.T, name id.Tenant) string {
	t.Helper()
	token, err := b.tokens.Mint(name, b.Clock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// do sends a request and gives what came back.
func (b *bench) do(t *testing.T, method, purpose, token, body string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.url+"/v1/merchant/keys/"+purpose, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(all), secret[:20]) {
		t.Errorf("%s shows the key: %s", method, all)
	}
	return resp.StatusCode, string(all)
}

func (b *bench) set(t *testing.T, name id.Tenant, purpose, key string) {
	t.Helper()
	if status, answer := b.do(t, http.MethodPut, purpose, b.token(t, name), fmt.Sprintf(`{"key":%q}`, key)); status != http.StatusOK {
		t.Fatalf("set %s of %s: %d, %s", purpose, name, status, answer)
	}
}

// stored gives the item of a key, with the text of all its attributes.
func (b *bench) stored(t *testing.T, purpose string) (item map[string]types.AttributeValue, text string) {
	t.Helper()
	name := b.Env(t, "merchant-key", "TABLE_NAME")
	out, err := dynamodb.NewFromConfig(b.AWS).Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range out.Items {
		var all strings.Builder
		for name, v := range i {
			switch v := v.(type) {
			case *types.AttributeValueMemberS:
				fmt.Fprintln(&all, name, v.Value)
			case *types.AttributeValueMemberB:
				fmt.Fprintln(&all, name, string(v.Value))
			default:
				t.Errorf("attribute %s is a %T", name, v)
			}
		}
		if strings.Contains(all.String(), purpose) {
			return i, all.String()
		}
	}
	t.Fatalf("no item for %s", purpose)
	return nil, ""
}

// The stored item holds what only KMS opens, and only for the merchant and the
// purpose that the key is for.
func TestKeysAreEncryptedForTheirMerchantAndPurpose(t *testing.T) {
	claim.Proves(t, "C095")
	b := newBench(t)
	b.set(t, shop, "openai", secret)
	item, text := b.stored(t, "openai")
	if strings.Contains(text, secret[:8]) || strings.Contains(text, secret[10:20]) || !strings.Contains(text, "T#demo") {
		t.Errorf("the item can be read: %s", text)
	}
	sealed := item["ciphertext"].(*types.AttributeValueMemberB).Value
	client, key := kms.NewFromConfig(b.AWS), b.Env(t, "merchant-key", "SECRETS_KEY_ID")
	open := func(with map[string]string) (string, error) {
		out, err := client.Decrypt(t.Context(), &kms.DecryptInput{KeyId: &key, CiphertextBlob: sealed, EncryptionContext: with})
		if err != nil {
			return "", err
		}
		return string(out.Plaintext), nil
	}
	if got, err := open(map[string]string{"tenant": "demo", "purpose": "secret:openai"}); err != nil || got != secret {
		t.Errorf("it opens as %q, %v", got, err)
	}
	for name, with := range map[string]map[string]string{
		"no context": nil, "another merchant": {"tenant": "rival", "purpose": "secret:openai"}, "another purpose": {"tenant": "demo", "purpose": "secret:google"},
		"half of it": {"tenant": "demo"}, "more": {"tenant": "demo", "purpose": "secret:openai", "as": "admin"},
	} {
		if _, err := open(with); err == nil {
			t.Errorf("%s: it opens", name)
		} else if _, refused := errors.AsType[*kmstypes.InvalidCiphertextException](err); !refused {
			t.Errorf("%s: %v", name, err)
		}
	}
	if strings.Contains(b.log.String(), secret[:8]) {
		t.Error("the log holds the key")
	}

	b.set(t, shop, "openai", secret)
	if again, _ := b.stored(t, "openai"); bytes.Equal(again["ciphertext"].(*types.AttributeValueMemberB).Value, sealed) {
		t.Error("the same key is stored as the same bytes")
	}
}

func TestAKeyIsWriteOnly(t *testing.T) {
	claim.Proves(t, "C095")
	b := newBench(t)
	token := b.token(t, shop)
	if status, _ := b.do(t, http.MethodGet, "openai", token, ""); status != http.StatusNotFound {
		t.Errorf("before it is set: %d", status)
	}
	view := func(method, body string) keyView {
		t.Helper()
		status, answer := b.do(t, method, "openai", token, body)
		var v keyView
		if err := json.Unmarshal([]byte(answer), &v); err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d, %s", method, status, answer)
		}
		return v
	}
	want := keyView{Purpose: "openai", LastFour: "WXYZ", UpdatedAt: b.Clock.Now()}
	put, got := view(http.MethodPut, fmt.Sprintf(`{"key":%q}`, secret)), view(http.MethodGet, "")
	if put != want || got != want {
		t.Errorf("put %+v, get %+v, want %+v", put, got, want)
	}
	b.Advance(time.Minute)
	if v := view(http.MethodPut, `{"key":"sk-another-key-9876"}`); v.LastFour != "9876" || !v.UpdatedAt.Equal(b.Clock.Now()) {
		t.Errorf("replaced: %+v", v)
	}
	for range 2 { // the second finds nothing to remove
		if status, answer := b.do(t, http.MethodDelete, "openai", token, ""); status != http.StatusNoContent || answer != "" {
			t.Errorf("removed: %d, %s", status, answer)
		}
	}
	if status, _ := b.do(t, http.MethodGet, "openai", token, ""); status != http.StatusNotFound {
		t.Errorf("after its removal: %d", status)
	}
}

func TestOtherMerchantsSeeNothing(t *testing.T) {
	claim.Proves(t, "C094")
	b := newBench(t)
	b.set(t, shop, "openai", secret)
	token := b.token(t, rival)
	missing, absent := b.do(t, http.MethodGet, "openai", token, "")
	_, unset := b.do(t, http.MethodGet, "google", token, "")
	if missing != http.StatusNotFound || absent != unset {
		t.Errorf("another's key: %d, %s; none: %s", missing, absent, unset)
	}
	b.set(t, rival, "openai", "sk-the-rival-key-0000")
	if status, _ := b.do(t, http.MethodDelete, "openai", token, ""); status != http.StatusNoContent {
		t.Errorf("removal: %d", status)
	}
	if _, answer := b.do(t, http.MethodGet, "openai", b.token(t, shop), ""); !strings.Contains(answer, "WXYZ") {
		t.Errorf("the other's removal reached this key: %s", answer)
	}
}

func TestOnlyMerchantsTokensWork(t *testing.T) {
	b := newBench(t)
	b.set(t, shop, "openai", secret)
	sessions, err := webchat.NewSessions([]byte(localtest.SessionSecret), b.Clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	_, shopper, err := sessions.Start(shop, "shop.example", "en")
	if err != nil {
		t.Fatal(err)
	}
	forger, err := identity.NewTokens([]byte("another-signing-secret-of-enough-length"), b.Clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := forger.Mint(shop, b.Clock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	good := b.token(t, shop)
	for name, token := range map[string]string{"none": "", "a shopper's": shopper, "forged": forged, "damaged": good[:len(good)-1] + "!", "no token": "canary"} {
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
			body := ""
			if method == http.MethodPut {
				body = `{"key":"sk-somebody-elses-key"}`
			}
			if status, answer := b.do(t, method, "openai", token, body); status != http.StatusUnauthorized {
				t.Errorf("%s with a token that is %s: %d, %s", method, name, status, answer)
			}
		}
	}
	b.Advance(time.Hour)
	if status, _ := b.do(t, http.MethodGet, "openai", good, ""); status != http.StatusUnauthorized {
		t.Errorf("a token that has run out: %d", status)
	}
	if _, answer := b.do(t, http.MethodGet, "openai", b.token(t, shop), ""); !strings.Contains(answer, "WXYZ") {
		t.Errorf("the key was changed: %s", answer)
	}
}

func TestBadInput(t *testing.T) {
	b := newBench(t)
	token := b.token(t, shop)
	for name, c := range map[string]struct {
		purpose, body string
		status        int
	}{
		"the shortest":         {"openai", `{"key":"0123456789abcdef"}`, 200},
		"the longest":          {"openai", `{"key":"` + strings.Repeat("k", 4096) + `"}`, 200},
		"too short":            {"openai", `{"key":"0123456789abcde"}`, 400},
		"too long":             {"openai", `{"key":"` + strings.Repeat("k", 4097) + `"}`, 400},
		"empty":                {"openai", `{"key":""}`, 400},
		"none":                 {"openai", `{}`, 400},
		"null":                 {"openai", `null`, 400},
		"with spaces":          {"openai", `{"key":"0123456789 abcdef 01"}`, 400},
		"with a line break":    {"openai", `{"key":"0123456789abcdef\r\nX-Evil: 1"}`, 400},
		"with other letters":   {"openai", `{"key":"0123456789abcdefé"}`, 400},
		"not a text":           {"openai", `{"key":1234567890123456}`, 400},
		"an unknown field":     {"openai", `{"key":"0123456789abcdef","tenant":"rival"}`, 400},
		"not JSON":             {"openai", `key=0123456789abcdef`, 400},
		"two":                  {"openai", `{"key":"0123456789abcdef"}{}`, 400},
		"a huge body":          {"openai", `{"key":"` + strings.Repeat("k", 8<<10) + `"}`, 413},
		"an unknown purpose":   {"stripe", `{"key":"0123456789abcdef"}`, 404},
		"another spelling":     {"OpenAI", `{"key":"0123456789abcdef"}`, 404},
		"a purpose with a #":   {"openai%23x", `{"key":"0123456789abcdef"}`, 404},
		"a purpose that is up": {"..%2f..%2fopenai", `{"key":"0123456789abcdef"}`, 404},
	} {
		t.Run(name, func(t *testing.T) {
			if status, answer := b.do(t, http.MethodPut, c.purpose, token, c.body); status != c.status {
				t.Errorf("status %d, %s, want %d", status, answer, c.status)
			}
		})
	}
}

func TestEncryptionDown(t *testing.T) {
	b := newBench(t)
	client, key := kms.NewFromConfig(b.AWS), b.Env(t, "merchant-key", "SECRETS_KEY_ID")
	if _, err := client.DisableKey(t.Context(), &kms.DisableKeyInput{KeyId: &key}); err != nil {
		t.Fatal(err)
	}
	token := b.token(t, shop)
	if status, answer := b.do(t, http.MethodPut, "openai", token, fmt.Sprintf(`{"key":%q}`, secret)); status != http.StatusServiceUnavailable {
		t.Errorf("status %d, %s", status, answer)
	}
	if status, _ := b.do(t, http.MethodGet, "openai", token, ""); status != http.StatusNotFound {
		t.Errorf("something was stored: %d", status)
	}
}

func TestTheSampleEvents(t *testing.T) {
	b := newBench(t)
	statuses := map[string]int{}
	for _, name := range []string{"put", "get", "delete"} {
		var e events.APIGatewayProxyRequest
		contract.Sample(t, "merchant-key/"+name+".json", &e)
		e.Headers["Authorization"] = "Bearer " + b.token(t, shop)
		e.MultiValueHeaders["Authorization"] = []string{e.Headers["Authorization"]}
		statuses[name] = apigw.Buffered(t.Context(), b.handler, &e).StatusCode
	}
	if diff := cmp.Diff(map[string]int{"put": 200, "get": 200, "delete": 204}, statuses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
