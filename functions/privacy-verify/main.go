// Privacy-verify takes the code that proves whose a privacy request is, and begins
// with the request.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/conversation"
	"omniops/shared/problem"
	"omniops/shared/queue"
	"omniops/shared/rights"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	ErasureQueue  string      `env:"ERASURE_QUEUE_URL"`
	ExportQueue   string      `env:"EXPORT_QUEUE_URL"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	main := table.New(rt.AWS, s.Table, rt.Now)
	tickets, err := rights.NewTickets(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	requests, err := rights.NewStore(main, s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	h := &handler{
		tickets:  tickets,
		requests: requests,
		desk: &rights.Desk{
			Requests: requests,
			Chats:    conversation.NewStore(main, nil), // standings only: nothing is opened here
			Erasures: queue.NewSender[rights.Work](rt.AWS, s.ErasureQueue),
			Exports:  queue.NewSender[rights.Work](rt.AWS, s.ExportQueue),
		},
	}
	mux := http.NewServeMux()
	mux.Handle("POST /v1/privacy/requests/{request}/verification", problem.Handler(h.verify))
	return apigw.CORS("POST", mux), nil
}
