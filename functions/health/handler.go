package main

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"omniops/shared/apigw"
)

const (
	checkFor = 3 * time.Second  // a check that takes longer has failed
	keepFor  = 10 * time.Second // a report is given again for so long, so that asking often costs little
)

// check is one thing that must work.
type check struct {
	name string
	run  func(context.Context) error
}

type handler struct {
	now    func() time.Time
	checks []check

	mu   sync.Mutex
	last reportView
}

// reportView tells no more than that a part works and how fast.
type reportView struct {
	Status    string      `json:"status"` // "ok" or "degraded"
	CheckedAt time.Time   `json:"checked_at"`
	Checks    []checkView `json:"checks"`
}

type checkView struct {
	Name     string `json:"name"`
	OK       bool   `json:"ok"`
	Duration int64  `json:"duration_ms"`
}

// report answers 200 when everything works, 503 when something does not.
func (h *handler) report(w http.ResponseWriter, r *http.Request) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.now().Sub(h.last.CheckedAt) >= keepFor || h.now().Before(h.last.CheckedAt) {
		h.last = h.examine(r.Context())
	}
	status := http.StatusOK
	if h.last.Status != "ok" {
		status = http.StatusServiceUnavailable
	}
	return apigw.WriteJSON(w, status, h.last)
}

// examine runs all checks at once.
func (h *handler) examine(ctx context.Context) reportView {
	ctx, cancel := context.WithTimeout(ctx, checkFor)
	defer cancel()
	view := reportView{Status: "ok", CheckedAt: h.now().UTC(), Checks: make([]checkView, len(h.checks))}
	var wait sync.WaitGroup
	for i, c := range h.checks {
		wait.Go(func() {
			start := time.Now()
			err := c.run(ctx)
			view.Checks[i] = checkView{c.name, err == nil, time.Since(start).Milliseconds()}
			if err != nil {
				slog.WarnContext(ctx, "health check failed", "check", c.name, "error", err)
			}
		})
	}
	wait.Wait()
	for _, c := range view.Checks {
		if !c.OK {
			view.Status = "degraded"
		}
	}
	return view
}
