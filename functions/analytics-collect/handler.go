package main

import (
	"fmt"
	"net/http"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/consent"
	"omniops/shared/consent/analytics"
	"omniops/shared/fault"
	"omniops/shared/tenant"
)

const (
	maxBody   = 8 << 10 // of a request, in bytes
	maxEvents = 20      // in a request
)

type handler struct {
	visitors *consent.Visitors
	tenants  *tenant.Store
	receipts *consent.Store
	events   *analytics.Store
	now      func() time.Time
}

// report is what a browser saw happen. Device, browser, system, network and time
// are not for it to say.
type report struct {
	Visit  string `json:"visit"`
	Events []struct {
		Kind analytics.Kind `json:"kind"`
		Path string         `json:"path"`
	} `json:"events"`
}

// outcome says what became of a report.
type outcome struct {
	Stored int            `json:"stored"`
	Reason string         `json:"reason,omitempty"` // why nothing was: signal or consent
	Signal consent.Signal `json:"signal,omitempty"` // the browser's, which is honoured
	Expire []string       `json:"expire,omitempty"` // cookies that the page is to drop
}

// collect stores what a browser reports, if its user agreed and does not say
// otherwise through the browser. Else it stores nothing and says so; the answer
// takes the analytics cookies away.
func (h *handler) collect(w http.ResponseWriter, r *http.Request) error {
	here, err := consent.At(w, r, h.tenants)
	if err != nil {
		return err
	}
	var in report
	if err := apigw.DecodeJSON(r, maxBody, &in); err != nil {
		return err
	}
	if len(in.Events) == 0 || len(in.Events) > maxEvents {
		return fault.E(fault.Invalid, fmt.Sprintf("A report has 1 to %d events.", maxEvents), nil)
	}
	for _, e := range in.Events {
		if err := (analytics.Seen{Kind: e.Kind, Path: e.Path, Visit: in.Visit}).Validate(); err != nil {
			return err
		}
	}
	if signal := consent.SignalOf(r); signal != consent.NoSignal {
		return apigw.WriteJSON(w, http.StatusOK, outcome{Reason: "signal", Signal: signal, Expire: consent.ExpireAnalytics(w)})
	}
	who, found, err := h.visitors.FromRequest(r)
	if err != nil && fault.KindOf(err) != fault.Unauthenticated {
		return err
	}
	var last consent.Receipt
	if err == nil && found && who.Tenant == here.Tenant {
		if last, _, err = h.receipts.Current(r.Context(), here.Tenant, who.ID); err != nil {
			return err
		}
	}
	if !last.Allows(consent.Analytics, h.now()) {
		return apigw.WriteJSON(w, http.StatusOK, outcome{Reason: "consent", Expire: consent.ExpireAnalytics(w)})
	}
	agent, network := analytics.AgentOf(r.Header.Get("User-Agent")), analytics.Shorten(apigw.SourceIP(r.Context()))
	events := make([]analytics.Event, len(in.Events))
	for i, e := range in.Events {
		events[i] = analytics.Event{Visitor: who.ID, Visit: in.Visit, Kind: e.Kind, Path: e.Path, Agent: agent, Network: network, Receipt: last.N}
	}
	if err := h.events.Add(r.Context(), here.Tenant, events...); err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, outcome{Stored: len(events)})
}
