// Package awsfront is the local cloud's one AWS endpoint: it hands each
// request to the stand-in it is meant for, so that a single
// AWS_ENDPOINT_URL serves every SDK client.
package awsfront

import (
	"net/http"
	"strings"

	"omniops/local/awsfront/awsjson"
)

// Services are the stand-ins behind the endpoint. One that is nil is not
// served.
type Services struct {
	DynamoDB http.Handler
	SQS      http.Handler
	KMS      http.Handler
	Secrets  http.Handler
	S3       http.Handler // everything that names no other service
}

// New serves all of s.
func New(s Services) http.Handler {
	byTarget := map[string]http.Handler{
		"DynamoDB_20120810": s.DynamoDB,
		"AmazonSQS":         s.SQS,
		"TrentService":      s.KMS,
		"secretsmanager":    s.Secrets,
	}
	unknown := awsjson.NewHandler(awsjson.Service{Version: "1.0"}, nil)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next := s.S3
		if target := r.Header.Get("X-Amz-Target"); target != "" {
			prefix, _, _ := strings.Cut(target, ".")
			next = byTarget[prefix]
		}
		if next == nil {
			next = unknown
		}
		next.ServeHTTP(w, r)
	})
}
