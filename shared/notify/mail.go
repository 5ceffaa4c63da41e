// Package notify sends the e-mails of the service, through Resend. They are about
// what their reader has done or is a party to; there is no other kind, and so no
// marketing.
package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"omniops/shared/fault"
)

// Kind is what an e-mail is for.
type Kind string

// The kinds: all are transactional (C127).
const (
	OrderCode      Kind = "order-code"      // proves that an order is its reader's
	OrderNews      Kind = "order-news"      // what came of a change to an order
	ApprovalNeeded Kind = "approval-needed" // a merchant decides about an order
	PrivacyCode    Kind = "privacy-code"    // proves whose data is asked for
	PrivacyNews    Kind = "privacy-news"    // what came of a request about personal data
	AccountLink    Kind = "account-link"    // opens a merchant's account
	Operation      Kind = "operation"       // a merchant's connection or settings need care
)

var kinds = map[Kind]bool{OrderCode: true, OrderNews: true, ApprovalNeeded: true, PrivacyCode: true, PrivacyNews: true, AccountLink: true, Operation: true}

// Mail is one e-mail.
type Mail struct {
	Kind    Kind
	To      string // one address
	From    string // the name it comes from, such as the shop's; the address is ours
	ReplyTo string // where an answer goes; empty for nowhere
	Subject string
	Text    string
	Key     string // the same for the same e-mail: it is sent once within a day
}

// Mailer sends e-mail. It is safe for concurrent use.
type Mailer struct {
	url    string
	key    string
	from   string
	client *http.Client
}

// NewMailer makes a Mailer at Resend's API, or what stands in for it. From is the
// address that all e-mail comes from.
func NewMailer(baseURL, key, from string, client *http.Client) *Mailer {
	return &Mailer{strings.TrimSuffix(baseURL, "/") + "/emails", key, from, client}
}

// Bounds of a call and of an answer that is read.
const (
	sendTimeout = 10 * time.Second
	maxAnswer   = 64 << 10
	maxKey      = 256
)

// Send hands an e-mail over. It is Invalid when there is something wrong with it,
// RateLimited or Unavailable when it may be tried again with the same key.
func (m *Mailer) Send(ctx context.Context, mail Mail) error {
	body, err := m.encode(mail)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("send %s e-mail: %w", mail.Kind, err)
	}
	r.Header.Set("Authorization", "Bearer "+m.key)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", mail.Key)
	resp, err := m.client.Do(r)
	if err != nil {
		return fault.E(fault.Unavailable, "E-mail cannot be sent right now.", fmt.Errorf("send %s e-mail: %w", mail.Kind, withoutURL(err)))
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fault.E(fault.Unavailable, "E-mail cannot be sent right now.", fmt.Errorf("send %s e-mail: %w", mail.Kind, err))
	}
	return refusal(mail.Kind, resp, answer)
}

// withoutURL is a client's error without the address it names.
func withoutURL(err error) error {
	if named, ok := errors.AsType[*url.Error](err); ok {
		return named.Err
	}
	return err
}

func (m *Mailer) encode(in Mail) ([]byte, error) {
	to, err := mail.ParseAddress(in.To)
	if err != nil || to.Address != in.To || strings.ContainsAny(in.Subject, "\r\n") || in.Text == "" || in.Key == "" || len(in.Key) > maxKey {
		return nil, fault.E(fault.Invalid, "That is not an e-mail that can be sent.", nil)
	}
	if !kinds[in.Kind] {
		return nil, fault.E(fault.Forbidden, "", fmt.Errorf("there is no e-mail of kind %q", in.Kind))
	}
	out := struct {
		From    string   `json:"from"`
		To      []string `json:"to"`
		ReplyTo []string `json:"reply_to,omitempty"`
		Subject string   `json:"subject"`
		Text    string   `json:"text"`
		Tags    []tag    `json:"tags"`
	}{(&mail.Address{Name: in.From, Address: m.from}).String(), []string{in.To}, nil, in.Subject, in.Text, []tag{{"kind", string(in.Kind)}}}
	if in.ReplyTo != "" {
		out.ReplyTo = []string{in.ReplyTo}
	}
	body, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("encode e-mail: %w", err)
	}
	return body, nil
}

type tag struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// refusal is what an answer means; nil when the e-mail was taken. Nothing of what
// the answer says is passed on but the name of the error: it may hold the address.
func refusal(kind Kind, resp *http.Response, answer []byte) error {
	if resp.StatusCode/100 == 2 {
		return nil
	}
	var said struct {
		Name string `json:"name"`
	}
	_ = json.Unmarshal(answer, &said) // without a name the status has to do
	cause := fmt.Errorf("send %s e-mail: status %d %s", kind, resp.StatusCode, said.Name)
	switch {
	case resp.StatusCode == http.StatusConflict && said.Name == "invalid_idempotent_request":
		return nil // it went out before, in other words
	case resp.StatusCode == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After")) // 0 when it does not say
		return fault.After(fault.RateLimited, "E-mail cannot be sent right now.", max(time.Duration(seconds)*time.Second, time.Second), cause)
	case resp.StatusCode >= 500, resp.StatusCode == http.StatusConflict:
		return fault.E(fault.Unavailable, "E-mail cannot be sent right now.", cause)
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		return fault.E(fault.Internal, "", cause) // our key is wrong
	}
	return fault.E(fault.Invalid, "That is not an e-mail that can be sent.", cause)
}
