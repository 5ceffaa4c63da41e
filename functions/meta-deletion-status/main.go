// Meta-deletion-status shows how far a deletion is to whoever has its code, in a
// page that needs no script.
package main

import (
	"context"
	"net/http"

	"omniops/shared/boot"
	"omniops/shared/channel/erasure"
	"omniops/shared/problem"
	"omniops/shared/table"
)

// settings is everything this function reads from its environment.
type settings struct {
	Table string `env:"TABLE_NAME"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	h := &handler{status: erasure.NewStatus(table.New(rt.AWS, s.Table, rt.Now))}
	mux := http.NewServeMux()
	mux.Handle("GET /meta/deletion/{code}", problem.Handler(h.show))
	return mux, nil
}
