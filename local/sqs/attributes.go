package sqs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxMessage is the largest message and the largest batch, attributes
// included, in bytes.
const maxMessage = 1 << 20

// settings are a queue's attributes, understood.
type settings struct {
	fifo         bool
	contentDedup bool
	groupDedup   bool // deduplicate within a message group, not the whole queue
	delay        time.Duration
	retention    time.Duration
	visibility   time.Duration
	wait         time.Duration
	maxSize      int
	deadLetter   string // name of the dead-letter queue, "" for none
	maxReceive   int
}

// redrivePolicy is the RedrivePolicy attribute.
type redrivePolicy struct {
	Target     string     `json:"deadLetterTargetArn"`
	MaxReceive jsonNumber `json:"maxReceiveCount"`
}

// jsonNumber is a whole number, written as one or as a string.
type jsonNumber int

func (n *jsonNumber) UnmarshalJSON(b []byte) error {
	v, err := strconv.Atoi(strings.Trim(string(b), `"`))
	*n = jsonNumber(v)
	return err
}

// defaults are the attributes that every queue has, as AWS sets them.
var defaults = map[string]string{
	"DelaySeconds":                  "0",
	"MaximumMessageSize":            strconv.Itoa(maxMessage),
	"MessageRetentionPeriod":        "345600",
	"ReceiveMessageWaitTimeSeconds": "0",
	"VisibilityTimeout":             "30",
	"SqsManagedSseEnabled":          "true",
}

// fifoDefaults are those that a FIFO queue has besides.
var fifoDefaults = map[string]string{
	"ContentBasedDeduplication": "false",
	"DeduplicationScope":        "queue",
	"FifoThroughputLimit":       "perQueue",
}

// readSettings understands attributes that checkAttribute has accepted.
func readSettings(attributes map[string]string) settings {
	number := func(name string) int {
		n, _ := strconv.Atoi(attributes[name])
		return n
	}
	seconds := func(name string) time.Duration { return time.Duration(number(name)) * time.Second }
	s := settings{
		fifo:         attributes["FifoQueue"] == "true",
		contentDedup: attributes["ContentBasedDeduplication"] == "true",
		groupDedup:   attributes["DeduplicationScope"] == "messageGroup",
		delay:        seconds("DelaySeconds"),
		retention:    seconds("MessageRetentionPeriod"),
		visibility:   seconds("VisibilityTimeout"),
		wait:         seconds("ReceiveMessageWaitTimeSeconds"),
		maxSize:      number("MaximumMessageSize"),
	}
	if p := attributes["RedrivePolicy"]; p != "" {
		var policy redrivePolicy
		_ = json.Unmarshal([]byte(p), &policy) // it was checked when it was set
		s.deadLetter = queueOf(policy.Target)
		s.maxReceive = int(policy.MaxReceive)
	}
	return s
}

// queueOf is the name of the queue with an ARN, "" if it is none.
func queueOf(arn string) string {
	name, ok := strings.CutPrefix(arn, ARN(""))
	if !ok {
		return ""
	}
	return name
}

// checkAttribute refuses an attribute that a queue cannot have.
func checkAttribute(name, value string, fifo bool) error {
	within := func(low, high int) error {
		if n, err := strconv.Atoi(value); err != nil || n < low || n > high {
			return invalidAttribute(name, value, fmt.Sprintf("Must be between %d and %d.", low, high))
		}
		return nil
	}
	oneOf := func(values ...string) error {
		if !slices.Contains(values, value) {
			return invalidAttribute(name, value, "Must be one of "+strings.Join(values, ", ")+".")
		}
		return nil
	}
	switch name {
	case "DelaySeconds":
		return within(0, 900)
	case "MaximumMessageSize":
		return within(1024, maxMessage)
	case "MessageRetentionPeriod":
		return within(60, 1_209_600)
	case "ReceiveMessageWaitTimeSeconds":
		return within(0, 20)
	case "VisibilityTimeout":
		return within(0, 43_200)
	case "KmsDataKeyReusePeriodSeconds":
		return within(60, 86_400)
	case "SqsManagedSseEnabled":
		return oneOf("true", "false")
	case "Policy", "RedriveAllowPolicy", "KmsMasterKeyId":
		return nil // kept, not enforced
	case "RedrivePolicy":
		return checkRedrive(value, fifo)
	case "FifoQueue":
		if value != "true" || !fifo {
			return invalidAttribute(name, value, "FifoQueue is true for a queue whose name ends in .fifo, and absent otherwise.")
		}
		return nil
	}
	if fifo {
		switch name {
		case "ContentBasedDeduplication":
			return oneOf("true", "false")
		case "DeduplicationScope":
			return oneOf("queue", "messageGroup")
		case "FifoThroughputLimit":
			return oneOf("perQueue", "perMessageGroupId")
		}
	}
	return failure("InvalidAttributeName", "InvalidAttributeName", "Unknown Attribute %s.", name)
}

func checkRedrive(value string, fifo bool) error {
	if value == "" {
		return nil // takes the policy away
	}
	var p redrivePolicy
	if err := json.Unmarshal([]byte(value), &p); err != nil {
		return invalidAttribute("RedrivePolicy", value, "Redrive policy is not a valid JSON map.")
	}
	name := queueOf(p.Target)
	switch {
	case name == "":
		return invalidAttribute("RedrivePolicy", value, "deadLetterTargetArn is not the ARN of a queue here.")
	case strings.HasSuffix(name, ".fifo") != fifo:
		return invalidAttribute("RedrivePolicy", value, "Dead-letter target must be same type of queue as the source.")
	case p.MaxReceive < 1 || p.MaxReceive > 1000:
		return invalidAttribute("RedrivePolicy", value, "Invalid value for maxReceiveCount.")
	}
	return nil
}

func invalidAttribute(name, value, reason string) error {
	return failure("InvalidAttributeValue", "InvalidAttributeValue", "Invalid value %s for the parameter %s. Reason: %s", value, name, reason)
}

// completed are the attributes of a new queue: those asked for, and the
// defaults.
func completed(asked map[string]string, fifo bool) map[string]string {
	all := maps.Clone(defaults)
	if fifo {
		maps.Copy(all, fifoDefaults)
	}
	maps.Copy(all, asked)
	return all
}
