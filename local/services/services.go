// Package services runs the stand-ins of the AWS services that template.yaml
// uses behind one endpoint, and makes the tables, queues, buckets, keys and
// secrets that it describes.
package services

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"omniops/local/awsfront"
	"omniops/local/clock"
	"omniops/local/dynamo"
	"omniops/local/faults"
	"omniops/local/infra"
	"omniops/local/kms"
	"omniops/local/s3"
	"omniops/local/secrets"
	"omniops/local/sqs"
	"omniops/local/template"
)

// Options say where the services keep their data and what they obey.
type Options struct {
	Template   string            // path of template.yaml
	Parameters map[string]string // of the template
	Secrets    map[string]string // values by the variable's name, such as OPENAI_API_KEY
	Dir        string            // "" keeps everything in memory
	Clock      *clock.Clock
	Faults     *faults.Set
}

// Services are running.
type Services struct {
	Endpoint string // http://127.0.0.1:…
	Template *template.Template
	AWS      aws.Config   // for clients in this process, which may do anything
	Roles    *infra.Roles // what the functions may do
	Dynamo   *dynamo.Server
	SQS      *sqs.Server
	KMS      *kms.Server

	server  *http.Server
	closers []func() error
}

// Credentials are accepted by every stand-in, and by nothing else. A function
// has its logical id for an access key, by which its role is known.
const (
	AccessKey = "AKIALOCALCLOUDONLY00"
	SecretKey = "local-cloud-only-not-a-secret"
)

// Start runs the services on a free port of 127.0.0.1.
func Start(ctx context.Context, o Options) (s *Services, err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s = &Services{Endpoint: "http://" + listener.Addr().String()}
	defer func() {
		if err != nil {
			_ = listener.Close()
			_ = s.Close()
		}
	}()
	if s.Template, err = template.Load(o.Template, template.Options{Parameters: o.Parameters, QueueBase: s.Endpoint}); err != nil {
		return nil, err
	}
	if s.Roles, err = infra.NewRoles(s.Template); err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	s.AWS = aws.Config{
		Region:       "eu-west-2",
		BaseEndpoint: &s.Endpoint,
		Credentials:  credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, ""),
		// As boot sets them for a function.
		RetryMode:        aws.RetryModeStandard,
		RetryMaxAttempts: 2,
		HTTPClient: &http.Client{Transport: &http.Transport{
			MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute,
		}},
	}
	handler, err := s.open(o)
	if err != nil {
		return nil, err
	}
	s.server = &http.Server{Handler: s.Roles.Guard(handler), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(listener) }()
	return s, s.provision(ctx)
}

// open makes the stand-ins.
func (s *Services) open(o Options) (http.Handler, error) {
	dir := func(name string) string {
		if o.Dir == "" {
			return ""
		}
		return filepath.Join(o.Dir, name)
	}
	var err error
	if s.Dynamo, err = dynamo.New(dynamo.Options{Dir: dir("dynamodb"), Now: o.Clock.Now, Faults: o.Faults}); err != nil {
		return nil, fmt.Errorf("start DynamoDB: %w", err)
	}
	s.closers = append(s.closers, s.Dynamo.Close)
	if s.SQS, err = sqs.New(sqs.Options{Dir: dir("sqs"), Now: o.Clock.Now, BaseURL: s.Endpoint, Faults: o.Faults}); err != nil {
		return nil, fmt.Errorf("start SQS: %w", err)
	}
	s.closers = append(s.closers, s.SQS.Close)
	if err := s.SQS.Release(); err != nil {
		return nil, fmt.Errorf("release messages of the last run: %w", err)
	}
	if s.KMS, err = kms.New(kms.Options{Dir: dir("kms"), Now: o.Clock.Now, Faults: o.Faults}); err != nil {
		return nil, fmt.Errorf("start KMS: %w", err)
	}
	s.closers = append(s.closers, s.KMS.Close)
	var buckets []string
	for _, b := range s.Template.Buckets {
		buckets = append(buckets, b.Name)
	}
	keys := map[string]string{AccessKey: SecretKey}
	for _, f := range s.Template.Functions {
		keys[f.ID] = SecretKey
	}
	objects, err := s3.New(s3.Options{Dir: dir("s3"), Now: o.Clock.Now, Buckets: buckets, Credentials: keys, Faults: o.Faults})
	if err != nil {
		return nil, fmt.Errorf("start S3: %w", err)
	}
	s.closers = append(s.closers, objects.Close)
	values, err := secretValues(s.Template, o.Secrets)
	if err != nil {
		return nil, err
	}
	store, err := secrets.New(secrets.Options{Dir: dir("secrets"), Now: o.Clock.Now, Values: values, Faults: o.Faults})
	if err != nil {
		return nil, fmt.Errorf("start Secrets Manager: %w", err)
	}
	s.closers = append(s.closers, store.Close)
	o.Clock.OnChange(func(time.Duration) { s.SQS.Wake() })
	return awsfront.New(awsfront.Services{DynamoDB: s.Dynamo, SQS: s.SQS, KMS: s.KMS, Secrets: store, S3: objects}), nil
}

// secretValues gives each secret of the template the value of the variable that
// the template's metadata names for it.
func secretValues(t *template.Template, values map[string]string) (map[string]string, error) {
	metadata, _ := t.Document["Metadata"].(map[string]any)
	variables, _ := metadata["Secrets"].(map[string]any)
	byARN := map[string]string{}
	for _, secret := range t.Secrets {
		variable, _ := variables[secret.ID].(string)
		if variable == "" {
			return nil, fmt.Errorf("secret %s: no variable is listed for its value", secret.ID)
		}
		value, ok := values[variable]
		if !ok {
			value = "unset" // as the operator's secrets are until they are set
		}
		byARN[secret.ARN] = value
	}
	return byARN, nil
}

// provision makes what the template describes and is not there yet.
func (s *Services) provision(ctx context.Context) error {
	for _, key := range s.Template.Keys {
		if err := s.KMS.Ensure(key.KeyID, key.Aliases...); err != nil {
			return fmt.Errorf("make key %s: %w", key.ID, err)
		}
	}
	for _, q := range s.Template.Queues { // dead-letter queues need not come first
		if _, err := s.SQS.Ensure(q.Name, queueAttributes(q)); err != nil {
			return fmt.Errorf("make queue %s: %w", q.Name, err)
		}
	}
	db := dynamodb.NewFromConfig(s.AWS)
	for _, t := range s.Template.Tables {
		if err := makeTable(ctx, db, t); err != nil {
			return fmt.Errorf("make table %s: %w", t.Name, err)
		}
	}
	return nil
}

func queueAttributes(q template.Queue) map[string]string {
	seconds := func(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }
	attributes := map[string]string{"DelaySeconds": seconds(q.Delay), "ReceiveMessageWaitTimeSeconds": seconds(q.Wait)}
	if q.Visibility > 0 {
		attributes["VisibilityTimeout"] = seconds(q.Visibility)
	}
	if q.Retention > 0 {
		attributes["MessageRetentionPeriod"] = seconds(q.Retention)
	}
	if q.FIFO {
		attributes["FifoQueue"] = "true"
		attributes["ContentBasedDeduplication"] = strconv.FormatBool(q.ContentDedup)
	}
	if q.DeadLetter != "" {
		attributes["RedrivePolicy"] = fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":%d}`, q.DeadLetter, q.MaxReceives)
	}
	return attributes
}

func makeTable(ctx context.Context, db *dynamodb.Client, t template.Table) error {
	keys := func(k template.Keys) []types.KeySchemaElement {
		schema := []types.KeySchemaElement{{AttributeName: aws.String(k.Hash), KeyType: types.KeyTypeHash}}
		if k.Range != "" {
			schema = append(schema, types.KeySchemaElement{AttributeName: aws.String(k.Range), KeyType: types.KeyTypeRange})
		}
		return schema
	}
	in := &dynamodb.CreateTableInput{TableName: &t.Name, KeySchema: keys(t.Keys), BillingMode: types.BillingModePayPerRequest}
	for name, kind := range t.Attributes {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(name), AttributeType: types.ScalarAttributeType(kind),
		})
	}
	for _, ix := range t.Indexes {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(ix.Name), KeySchema: keys(ix.Keys),
			Projection: &types.Projection{ProjectionType: types.ProjectionType(ix.Projection), NonKeyAttributes: ix.Include},
		})
	}
	if _, err := db.CreateTable(ctx, in); err != nil {
		if _, there := errors.AsType[*types.ResourceInUseException](err); there {
			return nil
		}
		return err
	}
	if t.TTLAttribute == "" {
		return nil
	}
	_, err := db.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               &t.Name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &t.TTLAttribute, Enabled: aws.Bool(true)},
	})
	return err
}

// Environment is what a process needs to use these services through the SDK, but
// for the access key, which says who it is.
func (s *Services) Environment() map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL": s.Endpoint, "AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-2",
		"AWS_SECRET_ACCESS_KEY": SecretKey, "AWS_EC2_METADATA_DISABLED": "true",
	}
}

// Close stops the services and keeps their data.
func (s *Services) Close() error {
	var failed error
	if s.server != nil {
		failed = s.server.Close()
	}
	for _, c := range s.closers {
		failed = errors.Join(failed, c())
	}
	return failed
}
