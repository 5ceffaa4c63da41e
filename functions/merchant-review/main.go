// Merchant-review shows a merchant what the last reading of the site found worth
// a look: what changed since the one before, and where pages contradict each
// other.
package main

import (
	"context"
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/boot"
	"omniops/shared/identity"
	"omniops/shared/knowledge/contradiction"
	"omniops/shared/knowledge/library"
	"omniops/shared/object"
	"omniops/shared/problem"
)

// settings is everything this function reads from its environment.
type settings struct {
	Bucket        string      `env:"CONTENT_BUCKET"`
	SessionSecret boot.Secret `env:"SESSION_SECRET_ARN"`
}

func main() { boot.HTTP(build) }

func build(_ context.Context, rt *boot.Runtime, s settings) (http.Handler, error) {
	tokens, err := identity.NewTokens(s.SessionSecret.Bytes(), rt.Now)
	if err != nil {
		return nil, err
	}
	h := &handler{tokens: tokens, library: library.New(object.NewBucket(rt.AWS, s.Bucket))}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/merchant/site/review", problem.Handler(h.show))
	return apigw.CORS("GET", mux), nil
}

type handler struct {
	tokens  *identity.Tokens
	library *library.Library
}

// reviewView is what the last reading found; both parts are empty before the
// first.
type reviewView struct {
	Changes        library.Changes      `json:"changes"`
	Contradictions []contradiction.Pair `json:"contradictions"`
}

func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	who, err := h.tokens.FromRequest(r)
	if err != nil {
		return err
	}
	var out reviewView
	if out.Changes, err = h.library.Changes(r.Context(), who.Tenant); err != nil {
		return err
	}
	if out.Contradictions, err = h.library.Contradictions(r.Context(), who.Tenant); err != nil {
		return err
	}
	return apigw.WriteJSON(w, http.StatusOK, out)
}
