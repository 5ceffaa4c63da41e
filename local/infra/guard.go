package infra

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxRequest is the largest request that is looked into, in bytes: more than any
// service takes.
const maxRequest = 32 << 20

var (
	credential = regexp.MustCompile(`Credential=([^/,\s]+)/`)
	equality   = regexp.MustCompile(`([#\w]+)\s*=\s*(:\w+)`)
)

// Guard lets through to next, the stand-ins for AWS, only what the caller's role
// allows. A function is known by its access key id, which must be its logical
// id; other callers, such as the local cloud itself, are let through.
func (r *Roles) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		m := credential.FindStringSubmatch(q.Header.Get("Authorization"))
		if m == nil || r.functions[m[1]] == nil {
			next.ServeHTTP(w, q)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, maxRequest))
		if err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		q.Body = io.NopCloser(bytes.NewReader(body))
		calls, err := r.calls(q, body)
		if err != nil {
			deny(w, q, err.Error())
			return
		}
		for _, c := range calls {
			if !r.Allows(m[1], c) {
				deny(w, q, fmt.Sprintf("%s is not authorized to perform: %s on resource: %s %v", m[1], c.Action, c.Resource, c.Context))
				return
			}
		}
		next.ServeHTTP(w, q)
	})
}

// calls says in IAM's words what a request asks for.
func (r *Roles) calls(q *http.Request, body []byte) ([]Call, error) {
	target, operation, _ := strings.Cut(q.Header.Get("X-Amz-Target"), ".")
	switch target {
	case "DynamoDB_20120810":
		return r.tableCalls(operation, body)
	case "AmazonSQS":
		var in struct{ QueueUrl, QueueName string }
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, err
		}
		name := in.QueueName + in.QueueUrl[strings.LastIndex(in.QueueUrl, "/")+1:]
		return []Call{{Action: "sqs:" + strings.TrimSuffix(operation, "Batch"), Resource: r.arn("sqs", name)}}, nil
	case "secretsmanager":
		var in struct{ SecretId string }
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(in.SecretId, "arn:") {
			in.SecretId = r.arn("secretsmanager", "secret:"+in.SecretId)
		}
		return []Call{{Action: "secretsmanager:" + operation, Resource: in.SecretId}}, nil
	case "TrentService":
		return r.keyCalls(operation, body)
	case "":
		return []Call{r.objectCall(q)}, nil
	}
	return nil, fmt.Errorf("no service is called %s", target)
}

func (r *Roles) keyCalls(operation string, body []byte) ([]Call, error) {
	var in struct {
		KeyId             string
		EncryptionContext map[string]string
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	if in.KeyId == "" {
		return nil, errors.New("the request names no key")
	}
	if !strings.HasPrefix(in.KeyId, "arn:") {
		in.KeyId = r.arn("kms", "key/"+in.KeyId)
	}
	with := map[string][]string{}
	for name, v := range in.EncryptionContext {
		with["kms:EncryptionContext:"+name] = []string{v}
		with["kms:EncryptionContextKeys"] = append(with["kms:EncryptionContextKeys"], name)
	}
	return []Call{{"kms:" + operation, in.KeyId, with}}, nil
}

// objectCall reads a path-style S3 request.
func (r *Roles) objectCall(q *http.Request) Call {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(q.URL.Path, "/"), "/")
	if key == "" {
		return Call{"s3:ListBucket", r.arn("s3", bucket), map[string][]string{"s3:prefix": {q.URL.Query().Get("prefix")}}}
	}
	action := map[string]string{
		http.MethodGet: "s3:GetObject", http.MethodHead: "s3:GetObject",
		http.MethodPut: "s3:PutObject", http.MethodPost: "s3:PutObject", http.MethodDelete: "s3:DeleteObject",
	}[q.Method]
	return Call{Action: action, Resource: r.arn("s3", bucket+"/"+key)}
}

// attributes are an item or a key of which only texts matter here.
type attributes map[string]struct{ S string }

// tableRequest holds what all DynamoDB requests say about whose items they touch.
type tableRequest struct {
	TableName, IndexName      string
	Key, Item                 attributes
	KeyConditionExpression    string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues attributes
}

// tableCalls gives one call for each table and action of a DynamoDB request, with
// the partitions as dynamodb:LeadingKeys.
func (r *Roles) tableCalls(operation string, body []byte) ([]Call, error) {
	var in struct {
		tableRequest
		RequestItems  map[string]json.RawMessage
		TransactItems []map[string]tableRequest
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	partitions := map[string][]string{}
	for name, raw := range in.RequestItems {
		if operation == "BatchGetItem" {
			var get struct{ Keys []attributes }
			if err := json.Unmarshal(raw, &get); err != nil {
				return nil, err
			}
			for _, k := range get.Keys {
				partitions[name] = append(partitions[name], r.partition(name, tableRequest{Key: k}))
			}
			continue
		}
		var writes []struct {
			PutRequest    *struct{ Item attributes }
			DeleteRequest *struct{ Key attributes }
		}
		if err := json.Unmarshal(raw, &writes); err != nil {
			return nil, err
		}
		for _, w := range writes {
			one := tableRequest{}
			if w.PutRequest != nil {
				one.Item = w.PutRequest.Item
			} else if w.DeleteRequest != nil {
				one.Key = w.DeleteRequest.Key
			}
			partitions[name] = append(partitions[name], r.partition(name, one))
		}
	}
	var out []Call
	add := func(action, name, index string, leading []string) {
		on := r.arn("dynamodb", "table/"+name)
		if index != "" {
			on += "/index/" + index
		}
		with := map[string][]string{}
		if leading != nil {
			with["dynamodb:LeadingKeys"] = leading
		}
		out = append(out, Call{"dynamodb:" + action, on, with})
	}
	for _, name := range slices.Sorted(maps.Keys(partitions)) {
		add(operation, name, "", partitions[name])
	}
	for _, item := range in.TransactItems {
		for verb, one := range item {
			action := map[string]string{"Get": "GetItem", "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}[verb]
			add(action, one.TableName, "", []string{r.partition(one.TableName, one)})
		}
	}
	switch operation {
	case "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query":
		name := in.TableName
		if in.IndexName != "" {
			name += "/index/" + in.IndexName
		}
		add(operation, in.TableName, in.IndexName, []string{r.partition(name, in.tableRequest)})
	default:
		if out == nil {
			add(operation, in.TableName, in.IndexName, nil)
		}
	}
	return out, nil
}

// partition is the hash key's value in a request for one item or one query on a
// table or, as table/index/name, one of its indexes.
func (r *Roles) partition(name string, q tableRequest) string {
	hash := r.hashKeys[r.arn("dynamodb", "table/"+name)]
	for _, m := range equality.FindAllStringSubmatch(q.KeyConditionExpression, -1) {
		attribute := m[1]
		if full, ok := q.ExpressionAttributeNames[attribute]; ok {
			attribute = full
		}
		if attribute == hash {
			return q.ExpressionAttributeValues[m[2]].S
		}
	}
	return q.Key[hash].S + q.Item[hash].S
}

// deny answers as the service that was asked would.
func deny(w http.ResponseWriter, q *http.Request, message string) {
	if q.Header.Get("X-Amz-Target") == "" {
		body, _ := xml.Marshal(struct {
			XMLName       xml.Name `xml:"Error"`
			Code, Message string
		}{Code: "AccessDenied", Message: message})
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write(body)
		return
	}
	body, _ := json.Marshal(map[string]string{"__type": "AccessDeniedException", "message": message, "Message": message})
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)) // DynamoDB's clients check it
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write(body)
}
