package template

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// The types of resources that the local cloud runs. Their attributes are
// exact; those of other types are recognisable stand-ins.
const (
	functionType = "AWS::Serverless::Function"
	apiType      = "AWS::Serverless::Api"
	tableType    = "AWS::DynamoDB::Table"
	queueType    = "AWS::SQS::Queue"
	bucketType   = "AWS::S3::Bucket"
	keyType      = "AWS::KMS::Key"
	aliasType    = "AWS::KMS::Alias"
	secretType   = "AWS::SecretsManager::Secret"
)

// naming says which property gives a resource of a type its physical name, and
// how its ARN is written.
var naming = map[string]struct{ property, arn string }{
	functionType:               {"FunctionName", "lambda:{region}:{account}:function:{name}"},
	apiType:                    {"", "apigateway:{region}::/restapis/{name}"},
	tableType:                  {"TableName", "dynamodb:{region}:{account}:table/{name}"},
	queueType:                  {"QueueName", "sqs:{region}:{account}:{name}"},
	bucketType:                 {"BucketName", "s3:::{name}"},
	keyType:                    {"", "kms:{region}:{account}:key/{name}"},
	aliasType:                  {"AliasName", "kms:{region}:{account}:{name}"},
	secretType:                 {"Name", "secretsmanager:{region}:{account}:secret:{name}"},
	"AWS::IAM::Role":           {"RoleName", "iam::{account}:role/{name}"},
	"AWS::SNS::Topic":          {"TopicName", "sns:{region}:{account}:{name}"},
	"AWS::Logs::LogGroup":      {"LogGroupName", "logs:{region}:{account}:log-group:{name}:*"},
	"AWS::CloudWatch::Alarm":   {"AlarmName", "cloudwatch:{region}:{account}:alarm:{name}"},
	"AWS::Scheduler::Schedule": {"Name", "scheduler:{region}:{account}:schedule/default/{name}"},
}

// digest is n hexadecimal digits that depend on the parts alone, so a resource
// keeps its identity from one start to the next.
func digest(n int, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])[:n]
}

// kind is the type of a resource, and whether there is such a resource under
// the conditions that hold.
func (r *resolver) kind(id string) (string, error) {
	resource, ok := r.resources[id]
	if !ok {
		return "", fmt.Errorf("no resource %s", id)
	}
	if c, ok := resource["Condition"].(string); ok {
		if yes, err := r.namedCondition(c); err != nil || !yes {
			return "", fmt.Errorf("resource %s is switched off by condition %s", id, c)
		}
	}
	t, _ := resource["Type"].(string)
	return t, nil
}

// name is the physical name of a resource.
func (r *resolver) name(id string) (string, error) {
	if name, ok := r.names[id]; ok {
		return name, nil
	}
	t, err := r.kind(id)
	if err != nil {
		return "", err
	}
	name := r.options.Stack + "-" + id
	properties, _ := r.resources[id]["Properties"].(map[string]any)
	if written, ok := properties[naming[t].property]; ok {
		if r.busy[id] {
			return "", fmt.Errorf("the name of %s depends on itself", id)
		}
		r.busy[id] = true
		name, err = r.text(written, "Resources."+id+".Properties."+naming[t].property)
		delete(r.busy, id)
		if err != nil {
			return "", err
		}
	} else {
		switch t {
		case keyType:
			h := digest(32, "key", id)
			name = h[:8] + "-" + h[8:12] + "-5" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
		case apiType:
			name = digest(10, "api", id)
		case bucketType:
			name = strings.ToLower(name)
		case queueType:
			if properties["FifoQueue"] == true {
				name += ".fifo"
			}
		}
	}
	r.names[id] = name
	return name, nil
}

// ref is what !Ref gives for a parameter, a pseudo parameter or a resource.
func (r *resolver) ref(id string) (any, error) {
	if v, ok := r.parameters[id]; ok {
		return v, nil
	}
	switch id {
	case "AWS::Region":
		return r.options.Region, nil
	case "AWS::AccountId":
		return r.options.Account, nil
	case "AWS::Partition":
		return "aws", nil
	case "AWS::URLSuffix":
		return "amazonaws.com", nil
	case "AWS::StackName":
		return r.options.Stack, nil
	case "AWS::StackId":
		return r.arn("cloudformation:{region}:{account}:stack/{name}", r.options.Stack), nil
	case "AWS::NoValue":
		return noValue{}, nil
	}
	if resource, attribute, ok := strings.Cut(id, "."); ok {
		return r.attribute(resource, attribute)
	}
	if _, ok := r.resources[id]; !ok {
		return r.generated(id)
	}
	t, err := r.kind(id)
	if err != nil {
		return nil, err
	}
	switch t {
	case queueType:
		return r.attribute(id, "QueueUrl")
	case secretType, "AWS::SNS::Topic":
		return r.attribute(id, "Arn")
	}
	return r.name(id)
}

// attribute is what !GetAtt gives.
func (r *resolver) attribute(id, attribute string) (any, error) {
	if _, ok := r.resources[id]; !ok {
		if fn, ok := strings.CutSuffix(id, "Role"); ok && attribute == "Arn" && r.isFunction(fn) {
			return r.arn("iam::{account}:role/{name}", r.options.Stack+"-"+id), nil
		}
	}
	t, err := r.kind(id)
	if err != nil {
		return nil, err
	}
	name, err := r.name(id)
	if err != nil {
		return nil, err
	}
	arn := r.arn(naming[t].arn, name)
	switch t + "." + attribute {
	case functionType + ".Arn", tableType + ".Arn", queueType + ".Arn", bucketType + ".Arn", keyType + ".Arn", secretType + ".Arn", secretType + ".Id":
		return arn, nil
	case functionType + ".Alias", functionType + ".Version":
		properties, _ := r.resources[id]["Properties"].(map[string]any)
		alias, _ := properties["AutoPublishAlias"].(string)
		if alias == "" {
			return nil, fmt.Errorf("function %s publishes no alias", id)
		}
		if attribute == "Version" {
			alias = "1"
		}
		return arn + ":" + alias, nil
	case apiType + ".Stage":
		properties, _ := r.resources[id]["Properties"].(map[string]any)
		return r.value(properties["StageName"], "Resources."+id+".Properties.StageName")
	case apiType + ".RootResourceId", apiType + ".RestApiId", apiType + ".DomainName", apiType + ".Deployment":
		return name, nil
	case tableType + ".StreamArn":
		return arn + "/stream/local", nil
	case queueType + ".QueueName", keyType + ".KeyId":
		return name, nil
	case queueType + ".QueueUrl":
		return r.options.QueueBase + "/" + r.options.Account + "/" + name, nil
	case bucketType + ".DomainName":
		return name + ".s3.amazonaws.com", nil
	case bucketType + ".RegionalDomainName":
		return name + ".s3." + r.options.Region + ".amazonaws.com", nil
	}
	switch t {
	case functionType, apiType, tableType, queueType, bucketType, keyType, secretType:
		return nil, fmt.Errorf("%s %s has no attribute %s", t, id, attribute)
	}
	if attribute == "Arn" {
		if naming[t].arn == "" {
			return r.arn("local:{region}:{account}:{name}", name), nil
		}
		return arn, nil
	}
	return "local." + id + "." + attribute, nil
}

// generated is a reference to a resource that the SAM transform adds: a
// function's role or alias, an API's stage.
func (r *resolver) generated(id string) (any, error) {
	for _, owner := range sortedKeys(r.resources) {
		suffix, ok := strings.CutPrefix(id, owner)
		if !ok {
			continue
		}
		properties, _ := r.resources[owner]["Properties"].(map[string]any)
		switch {
		case r.isFunction(owner) && suffix == "Role":
			return r.options.Stack + "-" + id, nil
		case r.isFunction(owner) && strings.HasPrefix(suffix, "Alias") && suffix != "Alias" && suffix == "Alias"+textOrEmpty(properties["AutoPublishAlias"]):
			return r.attribute(owner, "Alias")
		case r.resources[owner]["Type"] == apiType && suffix == textOrEmpty(properties["StageName"])+"Stage": // the name counts only if it is literal
			return r.attribute(owner, "Stage")
		}
	}
	return nil, fmt.Errorf("no parameter or resource %s", id)
}

func (r *resolver) isFunction(id string) bool {
	return r.resources[id] != nil && r.resources[id]["Type"] == functionType
}

func textOrEmpty(v any) string {
	s, _ := v.(string)
	return s
}

func (r *resolver) arn(pattern, name string) string {
	return "arn:aws:" + strings.NewReplacer(
		"{region}", r.options.Region, "{account}", r.options.Account, "{name}", name).Replace(pattern)
}
