package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// ConnectShop connects a Shopify shop to the merchant whose token it is, as the
// merchant would in a browser: begin, say yes at Shopify, come back.
func (c *Cloud) ConnectShop(ctx context.Context, token, shop string) error {
	var begun struct {
		AuthorizeURL string `json:"authorize_url"`
	}
	body, err := json.Marshal(map[string]string{"shop": shop})
	if err != nil {
		return err
	}
	answer, err := visit(ctx, http.MethodPost, c.API+"/v1/merchant/shopify/installs", body, token)
	if err != nil {
		return fmt.Errorf("begin to connect %s: %w", shop, err)
	}
	if err := json.Unmarshal(answer, &begun); err != nil {
		return fmt.Errorf("begin to connect %s: %w", shop, err)
	}
	back, err := c.Shopify.Approve(begun.AuthorizeURL)
	if err != nil {
		return fmt.Errorf("allow the app in %s: %w", shop, err)
	}
	if _, err := visit(ctx, http.MethodGet, back, nil, ""); err != nil {
		return fmt.Errorf("come back from %s: %w", shop, err)
	}
	return nil
}

// visit sends one request and gives the answer's body.
func visit(ctx context.Context, method, address string, body []byte, token string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // read to its end
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %.300s", resp.Status, answer)
	}
	return answer, nil
}
