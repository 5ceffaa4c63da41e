package shopify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// sign adds what Shopify signs a query with.
func sign(q url.Values) {
	var parts []string
	for name := range q {
		if name != "hmac" {
			parts = append(parts, url.QueryEscape(name)+"="+strings.ReplaceAll(url.QueryEscape(q.Get(name)), "+", "%20"))
		}
	}
	slices.Sort(parts)
	mac := hmac.New(sha256.New, []byte(app.Secret))
	mac.Write([]byte(strings.Join(parts, "&")))
	q.Set("hmac", hex.EncodeToString(mac.Sum(nil)))
}
