// Privacy-download hands out the copy of their data that a person has asked for: once.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/object"
	"omniops/shared/problem"
	"omniops/shared/rights"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	Bucket        string      `env:"CONTENT_BUCKET"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.Stream(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	tickets, err := rights.NewTickets(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	requests, err := rights.NewStore(table.New(rt.AWS, s.Table, rt.Now), s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	h := &handler{tickets: tickets, requests: requests, bucket: object.NewBucket(rt.AWS, s.Bucket)}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/privacy/requests/{request}/file", problem.Handler(h.fetch))
	return apigw.CORS("GET", mux), nil
}
