package meta

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/fault"
	"omniops/shared/webhook"
)

// Secrets are the app's secret and, while it is being changed, the one before:
// what either has signed is accepted.
type Secrets struct {
	header  *webhook.Signature // X-Hub-Signature-256
	request *webhook.Signature // of a signed request
}

// unset is the value of a secret that the operator has not set.
const unset = "unset"

// NewSecrets makes a Secrets. An empty or unset secret is left out; without any,
// nothing is accepted.
func NewSecrets(secrets ...string) Secrets {
	var keys [][]byte
	for _, secret := range secrets {
		if secret != unset {
			keys = append(keys, []byte(secret))
		}
	}
	return Secrets{webhook.NewHex(keys...), webhook.NewBase64URL(keys...)}
}

// Check checks the X-Hub-Signature-256 header against the body as it came:
// Unauthenticated if no secret has signed it.
func (s Secrets) Check(header string, body []byte) error { return s.header.Check(header, body) }

// Sign makes the X-Hub-Signature-256 header of a body.
func Sign(secret string, body []byte) string { return webhook.NewHex([]byte(secret)).Sign(body) }

// SignedRequest is who asks for deletion, or has removed the app, by Meta's
// word. The user's id is app-scoped: it names somebody who logged in to connect
// an account.
type SignedRequest struct {
	User    string // "0" when a Page removed the app
	Profile string // that Page
	Issued  time.Time
}

// maxAge is how old a signed request may be: Meta sends it at once, and may try
// again for some days.
const (
	maxAge   = 7 * 24 * time.Hour
	maxAhead = 5 * time.Minute
	// maxSigned bounds a signed request, in bytes.
	maxSigned = 8 << 10
)

// Request checks and reads a signed_request
// (https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback,
// read 2026-11). Whatever is wrong with it, it is Invalid and nothing more is
// said.
func (s Secrets) Request(signed string, now time.Time) (SignedRequest, error) {
	invalid := fault.E(fault.Invalid, "That is not a signed request of this app.", nil)
	signature, payload, two := strings.Cut(signed, ".")
	if !two || len(signed) > maxSigned {
		return SignedRequest{}, invalid
	}
	if s.request.Check(signature, []byte(payload)) != nil {
		return SignedRequest{}, invalid
	}
	plain, err := decodeURL(payload)
	if err != nil {
		return SignedRequest{}, invalid
	}
	var p struct {
		Algorithm string `json:"algorithm"`
		Issued    int64  `json:"issued_at"`
		Expires   int64  `json:"expires"`
		User      text   `json:"user_id"`
		Profile   text   `json:"profile_id"`
	}
	if json.Unmarshal(plain, &p) != nil || !strings.EqualFold(p.Algorithm, "HMAC-SHA256") {
		return SignedRequest{}, invalid
	}
	r := SignedRequest{string(p.User), string(p.Profile), time.Unix(p.Issued, 0).UTC()}
	if p.Issued <= 0 || now.Sub(r.Issued) > maxAge || r.Issued.Sub(now) > maxAhead ||
		p.Expires > 0 && !now.Before(time.Unix(p.Expires, 0)) {
		return SignedRequest{}, invalid
	}
	if !number(r.User) || r.Profile != "" && !number(r.Profile) || r.User == "0" && r.Profile == "" {
		return SignedRequest{}, invalid
	}
	return r, nil
}

// NewRequest signs a request as Meta does, for those who play its part.
func NewRequest(secret, payload string) string {
	encoded := base64.RawURLEncoding.EncodeToString([]byte(payload))
	return webhook.NewBase64URL([]byte(secret)).Sign([]byte(encoded)) + "." + encoded
}

// decodeURL reads base64url with or without padding, in its one spelling.
func decodeURL(s string) ([]byte, error) {
	return base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(s, "="))
}

func number(s string) bool { return s != "" && len(s) <= 32 && strings.Trim(s, "0123456789") == "" }

// FromForm reads the signed_request of a callback: Invalid without exactly one.
func (s Secrets) FromForm(r *http.Request, now time.Time) (SignedRequest, error) {
	body, err := apigw.Body(r, 2*maxSigned)
	if err != nil {
		return SignedRequest{}, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || len(form["signed_request"]) != 1 {
		return s.Request("", now)
	}
	return s.Request(form.Get("signed_request"), now)
}
