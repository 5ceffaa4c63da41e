package sqs

import (
	"cmp"
	"context"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

var (
	entryID       = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)
	groupOrDedup  = regexp.MustCompile("^[A-Za-z0-9!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~]{1,128}$")
	attributeName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,256}$`)
	attributeType = regexp.MustCompile(`^(String|Number|Binary)(\..{1,249})?$`)
)

// SendMessage puts one message into a queue.
func (s *Server) SendMessage(_ context.Context, in *api.SendMessageInput) (*api.SendMessageOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	sent, err := s.send(q, &types.SendMessageBatchRequestEntry{
		MessageBody:             in.MessageBody,
		DelaySeconds:            in.DelaySeconds,
		MessageAttributes:       in.MessageAttributes,
		MessageSystemAttributes: in.MessageSystemAttributes,
		MessageDeduplicationId:  in.MessageDeduplicationId,
		MessageGroupId:          in.MessageGroupId,
	})
	if err != nil {
		return nil, err
	}
	return &api.SendMessageOutput{
		MD5OfMessageAttributes:       sent.MD5OfMessageAttributes,
		MD5OfMessageBody:             sent.MD5OfMessageBody,
		MD5OfMessageSystemAttributes: sent.MD5OfMessageSystemAttributes,
		MessageId:                    sent.MessageId,
		SequenceNumber:               sent.SequenceNumber,
	}, nil
}

// SendMessageBatch puts up to ten messages into a queue; each succeeds or
// fails by itself.
func (s *Server) SendMessageBatch(_ context.Context, in *api.SendMessageBatchInput) (*api.SendMessageBatchOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if err := checkBatch(in.Entries, func(e types.SendMessageBatchRequestEntry) *string { return e.Id }); err != nil {
		return nil, err
	}
	total := 0
	for _, e := range in.Entries {
		total += size(aws.ToString(e.MessageBody), e.MessageAttributes)
	}
	if total > maxMessage {
		return nil, failure("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong", "Batch requests cannot be longer than %d bytes. You have sent %d bytes.", maxMessage, total)
	}
	var out api.SendMessageBatchOutput
	for _, e := range in.Entries {
		sent, err := s.send(q, &e)
		if err != nil {
			out.Failed = append(out.Failed, failedEntry(e.Id, err))
			continue
		}
		sent.Id = e.Id
		out.Successful = append(out.Successful, *sent)
	}
	return &out, nil
}

// checkBatch refuses a batch as a whole.
func checkBatch[E any](entries []E, id func(E) *string) error {
	switch {
	case len(entries) == 0:
		return failure("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", "There should be at least one entry in the request.")
	case len(entries) > 10:
		return failure("TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent %d.", len(entries))
	}
	seen := map[string]bool{}
	for _, e := range entries {
		switch i := aws.ToString(id(e)); {
		case !entryID.MatchString(i):
			return failure("InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.")
		case seen[i]:
			return failure("BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "Id %s repeated.", i)
		default:
			seen[i] = true
		}
	}
	return nil
}

// failedEntry reports one entry of a batch by the code of the query protocol,
// as SQS does.
func failedEntry(id *string, err error) types.BatchResultErrorEntry {
	code, message, sender := "InternalError", "Internal error.", false
	if e := known(err); e != nil {
		query, fault, _ := strings.Cut(e.Query, ";")
		code, message, sender = query, e.Message, fault == "Sender"
	}
	return types.BatchResultErrorEntry{Id: id, Code: &code, Message: &message, SenderFault: sender}
}

// send checks and stores one message. The caller holds s.mu.
func (s *Server) send(q *queue, e *types.SendMessageBatchRequestEntry) (*types.SendMessageBatchResultEntry, error) {
	if err := checkMessage(q, e); err != nil {
		return nil, err
	}
	now := s.now()
	m := &message{
		ID:         newID(),
		Body:       *e.MessageBody,
		Attributes: e.MessageAttributes,
		System:     e.MessageSystemAttributes,
		Group:      aws.ToString(e.MessageGroupId),
		Sequence:   s.sequence + 1,
		Sent:       now,
	}
	if delay := cmp.Or(time.Duration(e.DelaySeconds)*time.Second, q.settings.delay); delay > 0 {
		m.Seen.VisibleAt = now.Add(delay)
	}
	out := &types.SendMessageBatchResultEntry{MD5OfMessageBody: aws.String(md5Hex([]byte(m.Body)))}
	if len(m.Attributes) > 0 {
		out.MD5OfMessageAttributes = aws.String(md5OfAttributes(m.Attributes))
	}
	if len(m.System) > 0 {
		out.MD5OfMessageSystemAttributes = aws.String(md5OfSystem(m.System))
	}
	if !q.settings.fifo {
		out.MessageId = &m.ID
		return out, s.commit(record{Queue: q.name, Put: m})
	}
	if m.Dedup = aws.ToString(e.MessageDeduplicationId); m.Dedup == "" {
		sum := sha256.Sum256([]byte(m.Body))
		m.Dedup = hex.EncodeToString(sum[:])
	}
	key := m.Dedup
	if q.settings.groupDedup {
		key = m.Group + "\n" + key
	}
	if first, again := q.duplicateOf(key, now); again {
		out.MessageId, out.SequenceNumber = &first.ID, aws.String(sequenceNumber(first.Sequence))
		return out, nil
	}
	out.MessageId, out.SequenceNumber = &m.ID, aws.String(sequenceNumber(m.Sequence))
	return out, s.commit(record{Queue: q.name, Put: m},
		record{Queue: q.name, Sent: &sent{Key: key, ID: m.ID, Sequence: m.Sequence, At: now}})
}

// checkMessage refuses what the queue does not take.
func checkMessage(q *queue, e *types.SendMessageBatchRequestEntry) error {
	body, group, dedup := aws.ToString(e.MessageBody), aws.ToString(e.MessageGroupId), aws.ToString(e.MessageDeduplicationId)
	switch n := size(body, e.MessageAttributes); {
	case body == "":
		return missing("MessageBody")
	case n > q.settings.maxSize:
		return invalid("MessageBody", fmt.Sprintf("of %d bytes", n), fmt.Sprintf("Message must be shorter than %d bytes.", q.settings.maxSize))
	case !utf8.ValidString(body) || strings.ContainsFunc(body, notInXML):
		return failure("InvalidMessageContents", "InvalidMessageContents", "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.")
	case e.DelaySeconds < 0 || e.DelaySeconds > 900:
		return invalid("DelaySeconds", fmt.Sprint(e.DelaySeconds), "DelaySeconds must be >= 0 and <= 900.")
	case group != "" && !groupOrDedup.MatchString(group):
		return invalid("MessageGroupId", group, "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.")
	case dedup != "" && !groupOrDedup.MatchString(dedup):
		return invalid("MessageDeduplicationId", dedup, "MessageDeduplicationId can only include alphanumeric and punctuation characters. 1 to 128 in length.")
	case !q.settings.fifo && dedup != "":
		return invalid("MessageDeduplicationId", dedup, "The request include parameter that is not valid for this queue type.")
	case q.settings.fifo && group == "":
		return missing("MessageGroupId")
	case q.settings.fifo && e.DelaySeconds > 0:
		return invalid("DelaySeconds", fmt.Sprint(e.DelaySeconds), "The request include parameter that is not valid for this queue type.")
	case q.settings.fifo && dedup == "" && !q.settings.contentDedup:
		return failure("InvalidParameterValueException", "InvalidParameterValue", "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly.")
	}
	return checkAttributes(e.MessageAttributes)
}

func checkAttributes(attributes map[string]types.MessageAttributeValue) error {
	if len(attributes) > 10 {
		return failure("InvalidParameterValueException", "InvalidParameterValue", "Number of message attributes [%d] exceeds the allowed maximum [10].", len(attributes))
	}
	for name, v := range attributes {
		kind := aws.ToString(v.DataType)
		binary := strings.HasPrefix(kind, "Binary")
		switch {
		case !attributeName.MatchString(name):
			return invalid("MessageAttributes", name, "Message attribute name can contain A-Z, a-z, 0-9, underscore, hyphen and period.")
		case !attributeType.MatchString(kind):
			return invalid("MessageAttributes", name, "The type of message (user) attribute must be String, Number or Binary.")
		case binary && len(v.BinaryValue) == 0 || !binary && aws.ToString(v.StringValue) == "":
			return invalid("MessageAttributes", name, "Message (user) attribute must contain a non-empty value of its type.")
		}
	}
	return nil
}

func notInXML(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

// size is what SQS counts of a message: body, attribute names, types and values.
func size(body string, attributes map[string]types.MessageAttributeValue) int {
	n := len(body)
	for name, v := range attributes {
		n += len(name) + len(aws.ToString(v.DataType)) + len(aws.ToString(v.StringValue)) + len(v.BinaryValue)
	}
	return n
}

func md5Hex(b []byte) string {
	sum := md5.Sum(b)
	return hex.EncodeToString(sum[:])
}

// md5OfAttributes is the digest of message attributes.
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation (read 2026-11).
func md5OfAttributes(attributes map[string]types.MessageAttributeValue) string {
	var b []byte
	add := func(text string) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
		b = append(b, text...)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		v := attributes[name]
		add(name)
		add(aws.ToString(v.DataType))
		if v.StringValue != nil {
			b = append(b, 1)
			add(*v.StringValue)
		} else {
			b = append(b, 2)
			add(string(v.BinaryValue))
		}
	}
	return md5Hex(b)
}

func md5OfSystem(system map[string]types.MessageSystemAttributeValue) string {
	same := map[string]types.MessageAttributeValue{}
	for k, v := range system {
		same[k] = types.MessageAttributeValue{DataType: v.DataType, StringValue: v.StringValue, BinaryValue: v.BinaryValue}
	}
	return md5OfAttributes(same)
}

// sequenceNumber is a message's place in its FIFO queue, in SQS's 20 digits.
func sequenceNumber(n uint64) string { return fmt.Sprintf("1%019d", n) }

// newID makes a message ID, a random UUID.
func newID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
