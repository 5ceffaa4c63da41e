package shopify

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const authorizePath = "/admin/oauth/authorize"

// Grant types (RFC 6749 and 8693).
const (
	grantRefresh  = "refresh_token"
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
	offlineToken  = "urn:shopify:params:oauth:token-type:offline-access-token"
)

// scopeNames are the scopes that the sandbox knows, with what a store's owner is
// told about them.
var scopeNames = map[string]string{
	"read_orders": "View orders of the last 60 days", "write_orders": "Cancel, refund and edit orders", "read_all_orders": "View all orders",
	"read_products": "View products", "write_products": "Edit products", "read_customers": "View customers", "write_customers": "Edit customers",
	"read_returns": "View returns", "write_returns": "Make and approve returns", "read_fulfillments": "View deliveries", "write_fulfillments": "Edit deliveries",
	"read_legal_policies": "View the store's policies", "read_inventory": "View stock", "read_locations": "View locations", "read_content": "View pages",
	"read_assigned_fulfillment_orders": "View deliveries to be made", "read_merchant_managed_fulfillment_orders": "View deliveries to be made", "read_shipping": "View delivery rates",
}

// scopesOf reads a list of scopes.
func scopesOf(list string) (scopes []string, known bool) {
	for _, one := range strings.Split(list, ",") {
		one = strings.TrimSpace(one)
		if one == "" || slices.Contains(scopes, one) {
			continue
		}
		if scopeNames[one] == "" {
			return nil, false
		}
		scopes = append(scopes, one)
	}
	return scopes, len(scopes) > 0
}

// consent is what the authorisation page shows and sends on.
type consent struct {
	Page
	Action string
	Words  []string
	Query  url.Values
}

// Approve is a store's owner pressing Install on the page at an address. It gives
// the address that the browser is sent back to.
func (s *Shopify) Approve(address string) (string, error) { return s.answered(address, true) }

// Refuse is a store's owner pressing Cancel there.
func (s *Shopify) Refuse(address string) (string, error) { return s.answered(address, false) }

func (s *Shopify) answered(address string, yes bool) (string, error) {
	to, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	q := to.Query()
	domain := q.Get("shop")
	if domain == "" {
		domain = to.Hostname()
	}
	s.mu.Lock()
	there := s.shops[domain]
	s.mu.Unlock()
	back, err := url.Parse(q.Get("redirect_uri"))
	scopes, known := scopesOf(q.Get("scope"))
	if err != nil || there == nil || !known || q.Get("client_id") != s.options.ClientID || to.Path != authorizePath {
		return "", fmt.Errorf("%s asks for nothing that could be installed", address)
	}
	if !yes {
		return s.refused(there, back, q.Get("state")), nil
	}
	return s.installed(there, back, q.Get("state"), scopes), nil
}

// refused is where a browser goes after Cancel.
func (s *Shopify) refused(there *shop, back *url.URL, state string) string {
	return s.Callback(back, url.Values{
		"shop": {there.domain}, "state": {state}, "timestamp": {strconv.FormatInt(s.now().Unix(), 10)}, "error": {"access_denied"},
	})
}

// installed is where a browser goes after Install.
func (s *Shopify) installed(there *shop, back *url.URL, state string, scopes []string) string {
	s.mu.Lock()
	code := s.newCode(there, scopes)
	s.mu.Unlock()
	return s.Callback(back, url.Values{
		"shop": {there.domain}, "state": {state}, "timestamp": {strconv.FormatInt(s.now().Unix(), 10)}, "code": {code},
		"host": {base64.RawStdEncoding.EncodeToString([]byte("admin.shopify.com/store/" + strings.TrimSuffix(there.domain, ".myshopify.com")))},
	})
}

// authorize shows what the app asks for, and redirects with the owner's answer.
func (s *Shopify) authorize(w http.ResponseWriter, r *http.Request, there *shop) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form makes no sense.", http.StatusBadRequest)
		return
	}
	q := r.Form
	back, err := url.Parse(q.Get("redirect_uri"))
	scopes, known := scopesOf(q.Get("scope"))
	switch {
	case q.Get("client_id") != s.options.ClientID:
		oauthPage(w, "Oauth error invalid_client: Could not find Shopify API application with api_key")
		return
	case err != nil || back.Host == "" || back.Scheme != "https" && !(back.Scheme == "http" && local(back.Hostname())):
		oauthPage(w, "Oauth error invalid_request: The redirect_uri is not whitelisted")
		return
	case !known:
		oauthPage(w, "Oauth error invalid_scope: The access scope is invalid")
		return
	}
	if r.Method == http.MethodGet {
		s.mu.Lock()
		view := consent{Page: s.page(there, "Install app", ""), Action: r.URL.Path, Query: q}
		s.mu.Unlock()
		for _, one := range scopes {
			if !slices.Contains(view.Words, scopeNames[one]) {
				view.Words = append(view.Words, scopeNames[one])
			}
		}
		show(w, "authorize", view)
		return
	}
	if r.PostForm.Get("answer") == "install" {
		http.Redirect(w, r, s.installed(there, back, q.Get("state"), scopes), http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, s.refused(there, back, q.Get("state")), http.StatusSeeOther)
}

// Callback is the address that an installation ends at, its query signed.
func (s *Shopify) Callback(back *url.URL, answer url.Values) string {
	s.Sign(answer)
	to := *back
	query := to.Query()
	for name := range answer {
		query.Set(name, answer.Get(name))
	}
	to.RawQuery = query.Encode()
	return to.String()
}

// Sign adds the signature to a query that a browser is sent back with.
func (s *Shopify) Sign(query url.Values) {
	query.Set("hmac", signQuery(s.options.ClientSecret, query))
}

// signQuery signs a query as Shopify does (Authorization code grant, read
// 2026-11-23): sorted, form-encoded with %20 for spaces, in lower-case hex.
func signQuery(secret string, query url.Values) string {
	signed := url.Values{}
	for name, values := range query {
		if name != "hmac" && name != "signature" {
			signed[name] = values
		}
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strings.ReplaceAll(signed.Encode(), "+", "%20")))
	return hex.EncodeToString(mac.Sum(nil))
}

func local(host string) bool { return host == "127.0.0.1" || host == "localhost" || host == "::1" }

func oauthPage(w http.ResponseWriter, message string) {
	http.Error(w, message, http.StatusBadRequest)
}

// flexible is a JSON string, number or boolean, as text.
type flexible string

// UnmarshalJSON takes "1", 1 and true alike.
func (f *flexible) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		text = string(b)
	}
	*f = flexible(text)
	return nil
}

// exchange gives tokens for a code, a refresh token or an old token.
func (s *Shopify) exchange(w http.ResponseWriter, r *http.Request, there *shop) {
	var in struct {
		ClientID     string   `json:"client_id"`
		ClientSecret string   `json:"client_secret"`
		GrantType    string   `json:"grant_type"`
		Code         string   `json:"code"`
		RefreshToken string   `json:"refresh_token"`
		SubjectToken string   `json:"subject_token"`
		SubjectType  string   `json:"subject_token_type"`
		Requested    string   `json:"requested_token_type"`
		Expiring     flexible `json:"expiring"`
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		_ = r.ParseForm() // what cannot be read is missing
		f := r.PostForm
		in.ClientID, in.ClientSecret, in.GrantType, in.Code = f.Get("client_id"), f.Get("client_secret"), f.Get("grant_type"), f.Get("code")
		in.RefreshToken, in.Expiring = f.Get("refresh_token"), flexible(f.Get("expiring"))
	} else if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		oauthError(w, http.StatusBadRequest, "invalid_request", "The request body makes no sense")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts["accessToken"]++
	if in.ClientID != s.options.ClientID || subtle.ConstantTimeCompare([]byte(in.ClientSecret), []byte(s.options.ClientSecret)) != 1 {
		oauthError(w, http.StatusUnauthorized, "invalid_client", "Client authentication failed")
		return
	}
	expiring := in.Expiring == "1" || in.Expiring == "true"
	switch in.GrantType {
	case "", "authorization_code":
		grant, there2 := s.codes[in.Code]
		delete(s.codes, in.Code) // once, whatever comes of it
		if !there2 || grant.shop != there || !s.clock().Before(grant.expires) {
			oauthError(w, http.StatusBadRequest, "invalid_request", "The authorization code was not found or was already used")
			return
		}
		writeJSON(w, http.StatusOK, s.issue(there, grant.scopes, expiring))
	case grantRefresh:
		held := s.refresh[in.RefreshToken]
		if held == nil || held.shop != there || held.used || held.revoked || !s.clock().Before(held.expires) {
			oauthError(w, http.StatusBadRequest, "invalid_grant", "This request requires an active refresh_token")
			return
		}
		held.used = true
		s.counts["refresh"]++
		writeJSON(w, http.StatusOK, s.issue(there, held.scopes, true))
	case grantExchange:
		held := s.holder(in.SubjectToken, there)
		if held == nil || in.SubjectType != offlineToken || in.Requested != offlineToken {
			oauthError(w, http.StatusBadRequest, "invalid_subject_token", "The subject token is not active")
			return
		}
		writeJSON(w, http.StatusOK, s.issue(there, held.scopes, expiring))
	default:
		oauthError(w, http.StatusBadRequest, "unsupported_grant_type", "The grant type is not supported")
	}
}

func oauthError(w http.ResponseWriter, status int, code, description string) {
	writeJSON(w, status, map[string]string{"error": code, "error_description": description})
}

// locked reports whether nothing lets the app into a store any more.
func (s *Shopify) locked(there *shop, now time.Time) bool {
	for _, t := range s.access {
		if t.shop == there && !t.revoked && (t.expires.IsZero() || now.Before(t.expires)) {
			return false
		}
	}
	return true
}
