package infra

import (
	"slices"
	"strings"
	"testing"
	"time"

	"omniops/shared/claim"
	"omniops/shared/object"
	"omniops/shared/rights"
)

// Everything at rest is under AES-256. Tables and log groups always are, under
// the service's own key, unless a property weakens or replaces that; buckets and
// queues say so.
func TestEverythingStoredIsEncrypted(t *testing.T) {
	claim.Proves(t, "C090")
	d := load(t)
	stores := 0
	for _, r := range d.resources("") {
		kind, _ := r.whole["Type"].(string)
		switch kind {
		case "AWS::DynamoDB::Table":
			if sse := r.properties["SSESpecification"]; sse != nil && at(sse, "SSEEnabled") != true {
				t.Errorf("%s: %v", r.id, sse)
			}
		case "AWS::S3::Bucket":
			rules := mappings(at(r.properties, "BucketEncryption", "ServerSideEncryptionConfiguration"))
			if len(rules) != 1 || !slices.Contains([]any{"AES256", "aws:kms"}, at(rules[0], "ServerSideEncryptionByDefault", "SSEAlgorithm")) {
				t.Errorf("%s is not encrypted", r.id)
			}
		case "AWS::SQS::Queue":
			if r.properties["SqsManagedSseEnabled"] != true && r.properties["KmsMasterKeyId"] == nil {
				t.Errorf("%s is not encrypted", r.id)
			}
		case "AWS::Logs::LogGroup":
			// Always AES-256-GCM. The infrequent-access class is as well, but it
			// cannot be searched in an incident.
			if class := r.properties["LogGroupClass"]; class != nil && class != "STANDARD" {
				t.Errorf("%s is of class %v", r.id, class)
			}
		case "AWS::SecretsManager::Secret": // always under KMS
		case "AWS::Backup::BackupVault":
			if r.properties["EncryptionKeyArn"] == nil {
				t.Errorf("%s is not encrypted", r.id)
			}
		default:
			for _, service := range []string{"AWS::RDS::", "AWS::EFS::", "AWS::ElastiCache::", "AWS::OpenSearch", "AWS::Kinesis", "AWS::DynamoDB::GlobalTable", "AWS::S3", "AWS::EC2::Volume"} {
				if strings.HasPrefix(kind, service) && !strings.HasSuffix(kind, "Policy") {
					t.Errorf("%s (%s) stores data, and nothing here checks how", r.id, kind)
				}
			}
			continue
		}
		stores++
	}
	if stores < 10 {
		t.Errorf("only %d stores were found", stores)
	}
}

func TestTables(t *testing.T) {
	d := load(t)
	for _, r := range d.resources("AWS::DynamoDB::Table") {
		p := r.properties
		if p["BillingMode"] != "PAY_PER_REQUEST" || p["DeletionProtectionEnabled"] != true {
			t.Errorf("%s: on demand and protected against deletion, please", r.id)
		}
		if r.whole["DeletionPolicy"] != "Retain" || r.whole["UpdateReplacePolicy"] != "Retain" {
			t.Errorf("%s goes with the stack", r.id)
		}
		if at(p, "TimeToLiveSpecification", "AttributeName") != "expires_at" || at(p, "TimeToLiveSpecification", "Enabled") != true {
			t.Errorf("%s does not expire by expires_at", r.id)
		}
		var key []string
		for _, k := range mappings(p["KeySchema"]) {
			key = append(key, k["AttributeName"].(string)+" "+k["KeyType"].(string))
		}
		if !slices.Equal(key, []string{"PK HASH", "SK RANGE"}) {
			t.Errorf("%s has key %v", r.id, key)
		}
	}
	if at(d.get(t, "Table").properties, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
		t.Error("Table cannot be restored to a point in time")
	}
	if d.get(t, "KeyTable").properties["PointInTimeRecoverySpecification"] != nil {
		t.Error("a restored KeyTable would undo the destruction of keys")
	}
	indexes := mappings(d.get(t, "Table").properties["GlobalSecondaryIndexes"])
	if len(indexes) != 1 || indexes[0]["IndexName"] != "due" {
		t.Errorf("indexes: %v", indexes)
	}
}

// A copy of somebody's data is gone a day after it could last be fetched, and parts of
// one that was never finished a day after they were made, whatever fails.
func TestBucketRemovesCopies(t *testing.T) {
	file := string(rights.FileKey("demo", "r1"))
	copies, parts := false, false
	for _, rule := range mappings(at(load(t).get(t, "ContentBucket").properties, "LifecycleConfiguration", "Rules")) {
		if rule["Status"] != "Enabled" {
			continue
		}
		prefix, _ := rule["Prefix"].(string)
		days, ends := rule["ExpirationInDays"].(int)
		switch {
		case ends && prefix != object.Copies+"/":
			t.Errorf("everything below %q goes after %d days", prefix, days)
		case ends:
			copies = strings.HasPrefix(file, prefix) && time.Duration(days)*24*time.Hour == rights.FileLife+24*time.Hour
		case at(rule, "AbortIncompleteMultipartUpload", "DaysAfterInitiation") == 1:
			parts = prefix == ""
		}
	}
	if !copies || !parts {
		t.Errorf("copies go: %v; their parts go: %v", copies, parts)
	}
}

func TestBucketKeepsNothingDeleted(t *testing.T) {
	p := load(t).get(t, "ContentBucket").properties
	if p["VersioningConfiguration"] != nil || p["ReplicationConfiguration"] != nil || p["ObjectLockEnabled"] != nil {
		t.Error("a deleted object would live on")
	}
	for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		if at(p, "PublicAccessBlockConfiguration", block) != true {
			t.Errorf("%s is not set", block)
		}
	}
}

func TestQueues(t *testing.T) {
	d := load(t)
	for _, f := range d.functions(t) {
		for name, event := range eventsOf(f) {
			if event["Type"] != "SQS" {
				continue
			}
			p, _ := event["Properties"].(map[string]any)
			queue := d.get(t, strings.TrimSuffix(strings.TrimPrefix(p["Queue"].(string), "${"), ".Arn}")).properties
			limit, _ := f.properties["Timeout"].(int)
			if visible, _ := queue["VisibilityTimeout"].(int); visible < 6*limit || visible > 43200 {
				t.Errorf("%s: a message is hidden for %d s, a run takes up to %d", name, visible, limit)
			}
			if !slices.Equal(texts(p["FunctionResponseTypes"]), []string{"ReportBatchItemFailures"}) {
				t.Errorf("%s: one bad message would bring back its whole batch", name)
			}
			if n, _ := at(p, "ScalingConfig", "MaximumConcurrency").(int); n < 2 {
				t.Errorf("%s has no bound of its own", name)
			}
			target, _ := at(queue, "RedrivePolicy", "deadLetterTargetArn").(string)
			failures := d.get(t, strings.TrimSuffix(strings.TrimPrefix(target, "${"), ".Arn}")).properties
			if failures["FifoQueue"] != queue["FifoQueue"] {
				t.Errorf("%s: the queue and its failures must both be FIFO or neither", name)
			}
			if days, _ := failures["MessageRetentionPeriod"].(int); days != 14*24*3600 {
				t.Errorf("%s: failures are kept %d s", name, days)
			}
		}
	}
	for _, r := range d.resources("AWS::SQS::Queue") {
		name, _ := r.properties["QueueName"].(string)
		if strings.HasSuffix(name, ".fifo") != (r.properties["FifoQueue"] == true) {
			t.Errorf("%s is named %s", r.id, name)
		}
	}
}

// Nothing is placed, copied or cached outside the listed regions: the stack
// refuses any other, and no resource in it spans regions.
func TestDataStaysInEurope(t *testing.T) {
	claim.Proves(t, "C123", "C124")
	d := load(t)
	var regions []string
	for _, a := range mappings(at(d.section("Rules"), "DataStaysInEurope", "Assertions")) {
		list, _ := at(a, "Assert", "Fn::Contains").([]any)
		if len(list) == 2 && list[1] == "${AWS::Region}" {
			regions = texts(list[0])
		}
	}
	if at(d.section("Rules"), "DataStaysInEurope", "RuleCondition") != nil {
		t.Error("the rule holds only sometimes")
	}
	if len(regions) == 0 {
		t.Fatal("the stack accepts any region")
	}
	european := []string{ // Frankfurt, Stockholm, Milan, Spain, Ireland, London, Paris
		"eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
	}
	for _, r := range regions {
		if !slices.Contains(european, r) {
			t.Errorf("%s is not in the EU or the UK", r)
		}
	}
	for _, r := range d.resources("") {
		kind, _ := r.whole["Type"].(string)
		for _, spanning := range []string{"AWS::CloudFront::", "AWS::DynamoDB::GlobalTable", "AWS::KMS::ReplicaKey", "AWS::GlobalAccelerator::", "AWS::CloudFormation::StackSet"} {
			if strings.HasPrefix(kind, spanning) {
				t.Errorf("%s (%s) spans regions", r.id, kind)
			}
		}
		walk(r.id, r.properties, func(path string, v any) {
			for _, property := range []string{".ReplicaRegions", ".ReplicationConfiguration", ".Replicas", ".MultiRegion"} {
				if strings.HasSuffix(path, property) {
					t.Errorf("%s copies data to another region", path)
				}
			}
			s, _ := v.(string)
			if s == "EDGE" {
				t.Errorf("%s: an edge endpoint answers from anywhere", path)
			}
			for _, other := range []string{"us-east-", "us-west-", "ap-", "sa-east-", "ca-central-", "af-south-", "me-"} {
				if strings.Contains(s, ":"+other) || strings.HasPrefix(s, other) && strings.Count(s, "-") == 2 {
					t.Errorf("%s names a region outside Europe: %s", path, s)
				}
			}
		})
	}
}
