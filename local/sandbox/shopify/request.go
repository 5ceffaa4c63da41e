package shopify

import (
	"encoding/json"
	"net/http"
	"slices"
)

// maxRequests bounds the requests that are remembered.
const maxRequests = 2000

// Request is what a store was asked, as it came.
type Request struct {
	Shop, Path, Token string
	Operation         string // name of the GraphQL operation; empty for tokens
	Query             string // its document
	Variables         map[string]any
	Ask               map[string]string // what tokens are asked for with
}

// Script answers an operation in the place of a store: with a status, and with the
// whole body as JSON.
type Script func(Request) (status int, body any)

// Script makes stores answer the operation of a name as told, for what no store can
// be brought to say; nil lets them answer again. A document that the schema does not
// allow, or a token that is not good, is refused as ever.
func (s *Shopify) Script(operation string, answer Script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answer == nil {
		delete(s.scripts, operation)
		return
	}
	s.scripts[operation] = answer
}

func (s *Shopify) script(operation string) Script {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.scripts[operation]
}

// Requests lists what stores were asked, oldest first, also in vain.
func (s *Shopify) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// note remembers a request.
func (s *Shopify) note(r *http.Request, domain string, body []byte) Request {
	out := Request{Shop: domain, Path: r.URL.Path, Token: r.Header.Get("X-Shopify-Access-Token")}
	if isGraphQL(r.URL.Path) {
		var in struct {
			OperationName string         `json:"operationName"`
			Query         string         `json:"query"`
			Variables     map[string]any `json:"variables"`
		}
		_ = json.Unmarshal(body, &in) // what cannot be read is refused later
		out.Operation, out.Query, out.Variables = in.OperationName, in.Query, in.Variables
	} else {
		_ = json.Unmarshal(body, &out.Ask) // a page is asked for without
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.requests = append(s.requests, out); len(s.requests) > maxRequests {
		s.requests = slices.Clone(s.requests[maxRequests/2:])
	}
	return out
}
