package meta

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"omniops/shared/channel"
	"omniops/shared/egress"
)

// Graph calls the Graph API.
type Graph struct {
	base   string // "https://graph.facebook.com"
	app    string
	secret string
	http   *http.Client
}

// Version is the Graph API's version that all calls name. It was released on 29
// July 2026.
const Version = "v26.0"

// NewGraph makes a client of the app whose secret proves its calls.
func NewGraph(base, app, secret string, client *http.Client) *Graph {
	return &Graph{base: strings.TrimSuffix(base, "/"), app: app, secret: secret, http: client}
}

// maxAnswer bounds an answer, in bytes.
const maxAnswer = 4 << 20

// ErrMaybeDone says that it is not known whether a call had its effect.
var ErrMaybeDone = errors.New("the answer was lost")

// Refusal is an error that the Graph API answers with. Its text is Meta's and
// stays out of it: it may name people.
type Refusal struct {
	Status    int
	Code      int
	Subcode   int
	Transient bool
}

// Error is the text for the log.
func (r *Refusal) Error() string {
	return fmt.Sprintf("the Graph API refused: status %d, code %d, subcode %d", r.Status, r.Code, r.Subcode)
}

// proof shows that whoever holds a token is the app.
func proof(secret, token string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(token))
	return hex.EncodeToString(mac.Sum(nil))
}

// call makes one call and reads its answer into out, which may be nil.
func (g *Graph) call(ctx context.Context, method, path, token string, query url.Values, in, out any) error {
	if query == nil {
		query = url.Values{}
	}
	header := http.Header{}
	if token != "" {
		// https://developers.facebook.com/docs/graph-api/guides/secure-requests, read 2026-11
		query.Set("appsecret_proof", proof(g.secret, token))
		header.Set("Authorization", "Bearer "+token)
	}
	var payload io.Reader
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode a call: %w", err)
		}
		payload = bytes.NewReader(encoded)
		header.Set("Content-Type", "application/json")
	}
	req, err := http.NewRequestWithContext(ctx, method, g.base+"/"+Version+"/"+path+"?"+query.Encode(), payload)
	if err != nil {
		return errors.New("the call has no address")
	}
	req.Header = header
	resp, err := g.http.Do(req)
	if err != nil {
		if neverLeft(err) {
			return fmt.Errorf("reach the Graph API: %w", bare(err))
		}
		return fmt.Errorf("%w: %w", ErrMaybeDone, bare(err))
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMaybeDone, bare(err))
	}
	if resp.StatusCode/100 == 2 {
		if out == nil {
			return nil
		}
		if err := json.Unmarshal(body, out); err != nil {
			return fmt.Errorf("%w: the answer is not the JSON that is expected", ErrMaybeDone)
		}
		return nil
	}
	var failure struct {
		Error *struct {
			Code      int  `json:"code"`
			Subcode   int  `json:"error_subcode"`
			Transient bool `json:"is_transient"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &failure) != nil || failure.Error == nil {
		if resp.StatusCode/100 == 4 {
			return &Refusal{Status: resp.StatusCode}
		}
		return fmt.Errorf("%w: status %d", ErrMaybeDone, resp.StatusCode)
	}
	return &Refusal{resp.StatusCode, failure.Error.Code, failure.Error.Subcode, failure.Error.Transient}
}

// bare is a client's error without the address, which has the proof of the token
// in it.
func bare(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

// neverLeft reports whether a call failed before anything of it was sent.
func neverLeft(err error) bool {
	if _, refused := errors.AsType[*egress.Refused](err); refused {
		return true
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// Note is a message to send.
type Note struct {
	To       channel.Contact
	Text     string
	Template string // WhatsApp: the name of a template instead of words
	Language string // of the template, such as en_GB
	Late     bool   // under the tag for people
	Ours     string // our own name for the message, which comes back with what is said of it
}

// Send sends a message and gives the platform's id for it.
func (g *Graph) Send(ctx context.Context, c Connection, token string, n Note) (string, error) {
	path := c.Through + "/messages"
	if c.Account.Kind == channel.WhatsApp {
		in := map[string]any{"messaging_product": "whatsapp", "recipient_type": "individual", "biz_opaque_callback_data": n.Ours}
		address(in, n.To)
		if n.Template != "" {
			in["type"], in["template"] = "template", map[string]any{"name": n.Template, "language": map[string]string{"code": n.Language}}
		} else {
			in["type"], in["text"] = "text", map[string]any{"body": n.Text, "preview_url": false}
		}
		var out struct {
			Messages []struct {
				ID string `json:"id"`
			} `json:"messages"`
		}
		if err := g.call(ctx, http.MethodPost, path, token, nil, in, &out); err != nil {
			return "", err
		}
		if len(out.Messages) == 0 {
			return "", fmt.Errorf("%w: no message is named", ErrMaybeDone)
		}
		return out.Messages[0].ID, nil
	}
	in := map[string]any{
		"recipient": map[string]string{"id": n.To.Person}, "messaging_type": "RESPONSE",
		"message": map[string]string{"text": n.Text, "metadata": n.Ours},
	}
	if n.Late {
		in["messaging_type"], in["tag"] = "MESSAGE_TAG", "HUMAN_AGENT"
	}
	var out struct {
		MessageID string `json:"message_id"`
	}
	if err := g.call(ctx, http.MethodPost, path, token, nil, in, &out); err != nil {
		return "", err
	}
	return out.MessageID, nil
}

// address says whom a WhatsApp message is for. The phone number is the surer way
// while sending to scoped ids is being rolled out.
func address(in map[string]any, to channel.Contact) {
	if to.Phone != "" {
		in["to"] = to.Phone
	} else {
		in["recipient"] = to.Person
	}
}

// Typing shows that an answer is being written. of is the message that is
// answered.
func (g *Graph) Typing(ctx context.Context, c Connection, token string, to channel.Contact, of string) error {
	var in any
	if c.Account.Kind == channel.WhatsApp {
		in = map[string]any{
			"messaging_product": "whatsapp", "status": "read", "message_id": of, "typing_indicator": map[string]string{"type": "text"},
		}
	} else {
		in = map[string]any{"recipient": map[string]string{"id": to.Person}, "sender_action": "typing_on"}
	}
	return g.call(ctx, http.MethodPost, c.Through+"/messages", token, nil, in, nil)
}

// Remedy is what is to be done about a refusal.
type Remedy string

// The remedies.
const (
	TryAgain   Remedy = "try-again" // soon
	LogInAgain Remedy = "log-in"    // the token or a permission is gone
	HandOver   Remedy = "hand-over" // a person at the shop must look
	BeSilent   Remedy = "be-silent" // another app has the thread
	LeaveAlone Remedy = "leave"     // the person wants no such messages
	TooLate    Remedy = "too-late"  // the window is closed
)

// Remedy says what is to be done, by code and subcode and never by the text
// (https://developers.facebook.com/documentation/business-messaging, read 2026-11).
func (r *Refusal) Remedy(on channel.Kind) Remedy {
	if r.Code == 368 { // blocked for policy
		return HandOver
	}
	if on == channel.WhatsApp {
		switch r.Code {
		case 131047:
			return TooLate
		case 131050:
			return LeaveAlone
		case 190, 0, 10:
			return LogInAgain
		case 1, 2, 4, 80007, 130429, 131000, 131016, 131056:
			return TryAgain
		}
		if r.Code >= 200 && r.Code < 300 {
			return LogInAgain
		}
		return HandOver
	}
	switch {
	case r.Code == 10 && (r.Subcode == 2018278 || r.Subcode == 2018065 || r.Subcode == 2534022):
		return TooLate
	case r.Subcode == 2018300 || r.Subcode == 2534037:
		return BeSilent
	case r.Code == 10 && r.Subcode == 1893063: // the account is restricted
		return HandOver
	case r.Subcode == 1545041: // described as a closed window and as a person who is gone
		return HandOver
	case r.Code == 190, r.Code == 10, r.Code >= 200 && r.Code < 300:
		return LogInAgain
	case r.Code == 1, r.Code == 2, r.Code == 4, r.Code == 613, r.Subcode == 2534040, r.Transient:
		return TryAgain
	}
	return HandOver
}
