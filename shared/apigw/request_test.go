package apigw_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"omniops/shared/apigw"
)

// seen is a request as a handler sees it.
type seen struct {
	Method, URI, Path, Host, Remote, Body string
	Length                                int64
	Header                                http.Header
	Query                                 url.Values
	RequestID, SourceIP                   string
}

func see(t *testing.T, r *http.Request) seen {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return seen{r.Method, r.RequestURI, r.URL.Path, r.Host, r.RemoteAddr, string(body), r.ContentLength, r.Header,
		r.URL.Query(), apigw.RequestID(r.Context()), apigw.SourceIP(r.Context())}
}

func TestNewRequest(t *testing.T) {
	from := events.APIGatewayProxyRequestContext{
		RequestID: "req-1", DomainName: "api.example.com", Stage: "prod", Path: "/prod/v1/chat",
		Identity: events.APIGatewayRequestIdentity{SourceIP: "192.0.2.7"},
	}
	for name, c := range map[string]struct {
		event events.APIGatewayProxyRequest
		want  seen
	}{
		"several values": {
			events.APIGatewayProxyRequest{
				HTTPMethod: "GET", Path: "/v1/chat", RequestContext: from,
				Headers:                         map[string]string{"x-last": "only"},
				MultiValueHeaders:               map[string][]string{"AUTHORIZATION": {"Bearer t"}, "host": {"shop.example"}, "x-a": {"1", "2"}},
				QueryStringParameters:           map[string]string{"a": "2"},
				MultiValueQueryStringParameters: map[string][]string{"a": {"1", "2 &="}},
			},
			seen{
				Method: "GET", URI: "/v1/chat?a=1&a=2+%26%3D", Path: "/v1/chat", Host: "shop.example", Remote: "192.0.2.7",
				Header:    http.Header{"Authorization": {"Bearer t"}, "X-A": {"1", "2"}},
				Query:     url.Values{"a": {"1", "2 &="}},
				RequestID: "req-1", SourceIP: "192.0.2.7",
			},
		},
		"single values and a body": {
			events.APIGatewayProxyRequest{
				HTTPMethod: "POST", Path: "/v1/chat", RequestContext: from, Body: `{"a":1}`,
				Headers: map[string]string{"content-type": "application/json"}, QueryStringParameters: map[string]string{"q": "x"},
			},
			seen{
				Method: "POST", URI: "/v1/chat?q=x", Path: "/v1/chat", Host: "api.example.com", Remote: "192.0.2.7", Body: `{"a":1}`, Length: 7,
				Header:    http.Header{"Content-Type": {"application/json"}, "Content-Length": {"7"}},
				Query:     url.Values{"q": {"x"}},
				RequestID: "req-1", SourceIP: "192.0.2.7",
			},
		},
		"base64 and an escaped path": {
			events.APIGatewayProxyRequest{HTTPMethod: "PUT", Path: "/v1/pages/a%2Fb%20c", Body: "AP/+", IsBase64Encoded: true},
			seen{
				Method: "PUT", URI: "/v1/pages/a%2Fb%20c", Path: "/v1/pages/a/b c", Body: "\x00\xff\xfe", Length: 3,
				Header: http.Header{"Content-Length": {"3"}}, Query: url.Values{},
			},
		},
		"null maps and a path that is no URL": {
			events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/100%"},
			seen{Method: "GET", URI: "/100%25", Path: "/100%", Header: http.Header{}, Query: url.Values{}},
		},
		"a path that looks like a host": {
			events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "//evil.example/x"},
			seen{Method: "GET", URI: "//evil.example/x", Path: "//evil.example/x", Header: http.Header{}, Query: url.Values{}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, see(t, apigw.NewRequest(t.Context(), &c.event))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBodyThatIsNotBase64FailsWhenRead(t *testing.T) {
	r := apigw.NewRequest(t.Context(), &events.APIGatewayProxyRequest{HTTPMethod: "POST", Path: "/", Body: "???", IsBase64Encoded: true})
	if _, err := io.ReadAll(r.Body); err == nil {
		t.Error("read a body that is not base64")
	}
}

// Whatever the event, a request comes out, its headers are canonical and its
// query says what the event said.
func FuzzNewRequest(f *testing.F) {
	f.Add([]byte(`{"httpMethod":"GET","path":"/a","multiValueQueryStringParameters":{"a":["1"]},"multiValueHeaders":{"x-y":["z"]}}`))
	f.Add([]byte(`{"httpMethod":"","path":"%zz","body":"!","isBase64Encoded":true}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e events.APIGatewayProxyRequest
		if json.Unmarshal(data, &e) != nil {
			return
		}
		r := apigw.NewRequest(context.Background(), &e)
		for name := range r.Header {
			if textproto.CanonicalMIMEHeaderKey(name) != name {
				t.Errorf("header %q is not canonical", name)
			}
		}
		want := url.Values(maps.Clone(e.MultiValueQueryStringParameters))
		maps.DeleteFunc(want, func(_ string, v []string) bool { return len(v) == 0 })
		got, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil || len(e.QueryStringParameters) == 0 && !maps.EqualFunc(got, want, func(a, b []string) bool { return cmp.Equal(a, b) }) {
			t.Errorf("query %q of %v: %v", r.URL.RawQuery, want, err)
		}
		_, _ = io.ReadAll(r.Body)
	})
}
