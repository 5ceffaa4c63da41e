// Health says whether the parts that a shopper's answer depends on can be
// reached. A probe outside asks it every few minutes.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/object"
	"omniops/shared/problem"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table      string `env:"TABLE_NAME"`
	KeyTable   string `env:"KEY_TABLE_NAME"`
	Bucket     string `env:"CONTENT_BUCKET"`
	KeyringKey string `env:"KEYRING_KEY_ID"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	main, keys := table.New(rt.AWS, s.Table, rt.Now), table.New(rt.AWS, s.KeyTable, rt.Now)
	bucket, key := object.NewBucket(rt.AWS, s.Bucket), seal.NewKMSKey(rt.AWS, s.KeyringKey)
	h := &handler{now: rt.Now, checks: []check{
		{"table", main.Ping},
		{"keys", keys.Ping},
		{"objects", func(ctx context.Context) error { _, err := bucket.List(ctx, "t/health/"); return err }},
		{"encryption", key.Check},
	}}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/health", problem.Handler(h.report))
	return apigw.CORS("GET", mux), nil
}
