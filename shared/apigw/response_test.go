package apigw_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"omniops/shared/apigw"
)

func TestBuffered(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    events.APIGatewayProxyResponse
	}{
		"text": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Add("Vary", "Origin")
				w.Header().Add("Vary", "Accept")
				w.WriteHeader(http.StatusCreated)
				w.Header().Set("X-Late", "lost")
				w.WriteHeader(http.StatusTeapot)
				_, _ = w.Write([]byte(`{"a":`))
				_, _ = w.Write([]byte(`"é"}`))
			},
			events.APIGatewayProxyResponse{
				StatusCode: 201, Body: `{"a":"é"}`,
				Headers:           map[string]string{"Content-Type": "application/json"},
				MultiValueHeaders: map[string][]string{"Vary": {"Origin", "Accept"}},
			},
		},
		"bytes": {
			func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'})
			},
			events.APIGatewayProxyResponse{
				StatusCode: 200, Body: "iVBORw0KGgo=", IsBase64Encoded: true,
				Headers: map[string]string{"Content-Type": "image/png"},
			},
		},
		"nothing": {
			func(http.ResponseWriter, *http.Request) {},
			events.APIGatewayProxyResponse{StatusCode: 200, Headers: map[string]string{}},
		},
		"flushed": {
			func(w http.ResponseWriter, _ *http.Request) {
				if err := http.NewResponseController(w).Flush(); err != nil {
					t.Error(err)
				}
			},
			events.APIGatewayProxyResponse{StatusCode: 200, Headers: map[string]string{}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := apigw.Buffered(t.Context(), c.handler, &events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/"})
			if diff := cmp.Diff(&c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
