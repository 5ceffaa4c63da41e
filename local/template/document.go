package template

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// short maps a YAML tag to the long name of the intrinsic function it stands
// for. A tag that is not here is one that this package does not know.
var short = map[string]string{
	"!Ref": "Ref", "!Condition": "Condition", "!GetAtt": "Fn::GetAtt", "!Sub": "Fn::Sub", "!Join": "Fn::Join",
	"!If": "Fn::If", "!Equals": "Fn::Equals", "!Not": "Fn::Not", "!And": "Fn::And", "!Or": "Fn::Or",
	"!FindInMap": "Fn::FindInMap", "!Select": "Fn::Select", "!Split": "Fn::Split",
	"!ImportValue": "Fn::ImportValue", "!Base64": "Fn::Base64",
	// Those of the Rules section, which is about deployments: it is read, not evaluated.
	"!Contains": "Fn::Contains", "!EachMemberEquals": "Fn::EachMemberEquals", "!EachMemberIn": "Fn::EachMemberIn",
	"!RefAll": "Fn::RefAll", "!ValueOf": "Fn::ValueOf", "!ValueOfAll": "Fn::ValueOfAll",
}

// yaml11 are words that CloudFormation, which reads YAML 1.1, takes for
// booleans and YAML 1.2 does not. Written bare they mean one thing here and
// another there, so they must be quoted.
var yaml11 = map[string]bool{"on": true, "off": true, "yes": true, "no": true, "y": true, "n": true}

// parse reads YAML into maps, slices, strings, ints, floats and bools, with
// every intrinsic function in its long form.
func parse(data []byte) (map[string]any, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("read template: the document is not a mapping")
	}
	v, err := convert(doc.Content[0])
	if err != nil {
		return nil, err
	}
	return v.(map[string]any), nil
}

func convert(n *yaml.Node) (any, error) {
	v, err := untagged(n)
	if err != nil || !strings.HasPrefix(n.Tag, "!") || strings.HasPrefix(n.Tag, "!!") {
		return v, err
	}
	name, ok := short[n.Tag]
	if !ok {
		return nil, fmt.Errorf("line %d: %s is not an intrinsic function this reader knows", n.Line, n.Tag)
	}
	if s, ok := v.(string); ok && name == "Fn::GetAtt" {
		resource, attribute, ok := strings.Cut(s, ".")
		if !ok {
			return nil, fmt.Errorf("line %d: !GetAtt %s names no attribute", n.Line, s)
		}
		v = []any{resource, attribute}
	}
	return map[string]any{name: v}, nil
}

func untagged(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode || key.Value == "<<" {
				return nil, fmt.Errorf("line %d: a key must be plain text", key.Line)
			}
			if _, twice := m[key.Value]; twice {
				return nil, fmt.Errorf("line %d: key %s appears twice", key.Line, key.Value)
			}
			v, err := convert(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			m[key.Value] = v
		}
		return m, nil
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			v, err := convert(c)
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	case yaml.ScalarNode:
		return scalar(n)
	default:
		return nil, fmt.Errorf("line %d: CloudFormation has no YAML aliases", n.Line)
	}
}

func scalar(n *yaml.Node) (any, error) {
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return n.Value, nil
	}
	if yaml11[strings.ToLower(n.Value)] {
		return nil, fmt.Errorf("line %d: quote %s, which CloudFormation reads as a boolean", n.Line, n.Value)
	}
	switch n.ShortTag() {
	case "!!int":
		// A number too long for an int stays the text it was.
		if i, err := strconv.Atoi(n.Value); err == nil {
			return i, nil
		}
	case "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f, nil
		}
	case "!!bool":
		return strings.EqualFold(n.Value, "true"), nil
	case "!!null":
		return nil, nil
	}
	return n.Value, nil
}
