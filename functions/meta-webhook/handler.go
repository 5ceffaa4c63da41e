package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"omniops/shared/apigw"
	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/fault"
	"omniops/shared/id"
	"omniops/shared/queue"
	"omniops/shared/telemetry"
)

// maxDelivery is the largest delivery that is read, in bytes: WhatsApp's own
// limit, and some room.
const maxDelivery = 3<<20 + 64<<10

// senders is how many threads' events are queued at once.
const senders = 16

type handler struct {
	app         meta.App
	secrets     meta.Secrets
	verifyToken string
	connections *meta.Connections
	veil        *channel.Veil
	inbound     *queue.Sender[channel.Inbound]
	quarantine  *queue.Sender[quarantined]
	now         func() time.Time
}

// quarantined is a part of a delivery that could not be read, kept for whoever
// finds out why.
type quarantined struct {
	Object string    `json:"object"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	Raw    []byte    `json:"raw"` // sealed
}

// verify answers the challenge by which Meta makes sure that this address is the
// app's.
func (h *handler) verify(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	matches := subtle.ConstantTimeCompare([]byte(q.Get("hub.verify_token")), []byte(h.verifyToken)) == 1
	challenge := q.Get("hub.challenge")
	if q.Get("hub.mode") != "subscribe" || !matches || h.verifyToken == "" || h.verifyToken == "unset" || !isChallenge(challenge) {
		return fault.E(fault.Forbidden, "The verify token does not match.", nil)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, err := w.Write([]byte(challenge))
	return err
}

// isChallenge reports whether a text may be sent back as it came.
func isChallenge(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// receive queues every event of a delivery, then answers 200. Meta sends the
// delivery again after any other answer, for up to a week; events are told apart
// by their own names, so that queuing one twice is harmless. What cannot be read
// would be sent again in vain: it is put aside, and the rest goes on.
func (h *handler) receive(w http.ResponseWriter, r *http.Request) error {
	body, err := apigw.Body(r, maxDelivery)
	if err != nil {
		return err
	}
	if err := h.secrets.Check(r.Header.Get("X-Hub-Signature-256"), body); err != nil {
		return err
	}
	owners := map[channel.Account]id.Tenant{}
	var unknown error // whose an account is
	delivery, err := h.app.Parse(body, func(a channel.Account) bool {
		if _, seen := owners[a]; !seen {
			t, err := h.connections.Owner(r.Context(), a)
			if err != nil && fault.KindOf(err) != fault.NotFound {
				unknown = errors.Join(unknown, err)
			}
			owners[a] = t
		}
		return owners[a] != ""
	})
	if err != nil {
		delivery.Malformed = []meta.Malformed{{Object: "unknown", Raw: body, Reason: err}}
	}
	if unknown != nil {
		return fault.E(fault.Unavailable, "The delivery cannot be taken right now.", unknown)
	}
	threads, err := h.threads(owners, delivery.Events)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(r.Context())
	group.SetLimit(senders)
	for _, m := range delivery.Malformed {
		group.Go(func() error { return h.putAside(ctx, m) })
	}
	for _, events := range threads {
		group.Go(func() error { return h.enqueue(ctx, events) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	telemetry.Note(r.Context(), "events", strconv.Itoa(len(delivery.Events)))
	telemetry.Note(r.Context(), "malformed", strconv.Itoa(len(delivery.Malformed)))
	telemetry.Note(r.Context(), "ignored", strconv.Itoa(delivery.Ignored))
	w.WriteHeader(http.StatusOK)
	return nil
}

// threads makes the events fit for the queue, and sorts them by thread.
func (h *handler) threads(owners map[channel.Account]id.Tenant, events []meta.Event) (map[id.Conversation][]channel.Inbound, error) {
	all := map[id.Conversation][]channel.Inbound{}
	for _, e := range events {
		in, err := e.Inbound(owners[e.Account], h.veil, h.now())
		if err != nil {
			return nil, err
		}
		all[in.Thread] = append(all[in.Thread], in)
	}
	return all, nil
}

// enqueue queues the events of one thread, one after the other.
func (h *handler) enqueue(ctx context.Context, events []channel.Inbound) error {
	for _, e := range events {
		if err := h.inbound.Send(ctx, e.Group(), string(e.ID), e); err != nil {
			return fmt.Errorf("queue event %s: %w", e.ID, err)
		}
	}
	return nil
}

// maxRaw is how much is kept of what could not be read, in bytes.
const maxRaw = 64 << 10

// putAside keeps what could not be read. The queue for it has an alarm.
func (h *handler) putAside(ctx context.Context, m meta.Malformed) error {
	sum := sha256.Sum256(m.Raw)
	name := hex.EncodeToString(sum[:])
	err := h.quarantine.Send(ctx, "malformed", name, quarantined{
		Object: m.Object, Reason: m.Reason.Error(), At: h.now().UTC(), Raw: h.veil.SealRaw(m.Raw[:min(len(m.Raw), maxRaw)]),
	})
	if err != nil {
		return fmt.Errorf("put a malformed part aside: %w", err)
	}
	return nil
}
