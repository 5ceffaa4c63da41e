// Privacy-resume runs every few minutes and starts the privacy requests that wait:
// those that a platform handed over, those that could not be queued, and those that
// are to be looked over once more. It also removes the copies whose time is over.
package main

import (
	"context"
	"errors"

	"omniops/shared/boot"
	"omniops/shared/conversation"
	"omniops/shared/object"
	"omniops/shared/queue"
	"omniops/shared/rights"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table         string      `env:"TABLE_NAME"`
	ErasureQueue  string      `env:"ERASURE_QUEUE_URL"`
	ExportQueue   string      `env:"EXPORT_QUEUE_URL"`
	Bucket        string      `env:"CONTENT_BUCKET"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.Schedule(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (func(context.Context) error, error) {
	main := table.New(rt.AWS, s.Table, rt.Now)
	requests, err := rights.NewStore(main, s.SessionSecret.Bytes())
	if err != nil {
		return nil, err
	}
	desk := &rights.Desk{
		Requests: requests,
		Chats:    conversation.NewStore(main, nil), // standings only: nothing is opened here
		Erasures: queue.NewSender[rights.Work](rt.AWS, s.ErasureQueue),
		Exports:  queue.NewSender[rights.Work](rt.AWS, s.ExportQueue),
	}
	bucket := object.NewBucket(rt.AWS, s.Bucket)
	return func(ctx context.Context) error {
		_, expired := rights.ExpireCopies(ctx, requests, bucket)
		return errors.Join(desk.Resume(ctx), expired)
	}, nil
}
