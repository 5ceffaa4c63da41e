package expression

import "omniops/local/dynamo/attribute"

// KeyCondition says which items a Query reads: those with one partition key
// and, perhaps, a range of sort keys.
type KeyCondition struct {
	Partition attribute.Value
	// Operator is =, <, <=, >, >=, BETWEEN or begins_with on the sort key, or
	// "" when all of the partition is read.
	Operator string
	// Values are the operator's one value or, for BETWEEN, two.
	Values []attribute.Value
}

// KeyCondition parses a KeyConditionExpression for a key of these attributes;
// sort is "" when the key has none.
func (s *Scope) KeyCondition(text, partition, sort string) (KeyCondition, error) {
	const kind = "KeyConditionExpression"
	parsed, err := s.Condition(kind, text)
	if err != nil {
		return KeyCondition{}, err
	}
	found := map[string]KeyCondition{}
	if err := keyTerms(parsed.test, found); err != nil {
		return KeyCondition{}, err
	}
	hash, ok := found[partition]
	if !ok {
		return KeyCondition{}, attribute.Invalid("Query condition missed key schema element: " + partition)
	}
	if hash.Operator != "=" {
		return KeyCondition{}, attribute.Invalid("Query key condition not supported")
	}
	key := KeyCondition{Partition: hash.Values[0]}
	delete(found, partition)
	if term, ok := found[sort]; ok && sort != "" {
		key.Operator, key.Values = term.Operator, term.Values
		delete(found, sort)
	}
	if len(found) > 0 {
		if sort != "" && key.Operator == "" {
			return KeyCondition{}, attribute.Invalid("Query condition missed key schema element: " + sort)
		}
		return KeyCondition{}, attribute.Invalid("Query key condition not supported")
	}
	return key, nil
}

// keyTerms collects the conditions that are joined by AND, by attribute.
func keyTerms(t test, found map[string]KeyCondition) error {
	var left operand
	var term KeyCondition
	var right []operand
	switch t := t.(type) {
	case and:
		if err := keyTerms(t.left, found); err != nil {
			return err
		}
		return keyTerms(t.right, found)
	case group:
		return keyTerms(t.of, found)
	case compare:
		if t.operator == "<>" {
			return attribute.Invalid("Invalid operator used in KeyConditionExpression: <>")
		}
		left, term.Operator, right = t.left, t.operator, []operand{t.right}
	case between:
		left, term.Operator, right = t.operand, "BETWEEN", []operand{t.low, t.high}
	case call:
		if t.function != "begins_with" {
			return attribute.Invalid("Invalid operator used in KeyConditionExpression: " + t.function)
		}
		left, term.Operator, right = t.operands[0], t.function, t.operands[1:]
	case or:
		return attribute.Invalid("Invalid operator used in KeyConditionExpression: OR")
	case not:
		return attribute.Invalid("Invalid operator used in KeyConditionExpression: NOT")
	default:
		return attribute.Invalid("Invalid operator used in KeyConditionExpression: IN")
	}
	path, ok := left.(Path)
	if !ok {
		return attribute.Invalid("Invalid condition in KeyConditionExpression: No key attribute specified")
	}
	if len(path) > 1 {
		return attribute.Invalid("KeyConditionExpressions cannot have conditions on nested attributes")
	}
	for _, o := range right {
		l, ok := o.(literal)
		if !ok {
			return attribute.Invalid("Invalid condition in KeyConditionExpression: Multiple attributes used in one condition")
		}
		term.Values = append(term.Values, l.is)
	}
	if _, twice := found[path.Top()]; twice {
		return attribute.Invalid("KeyConditionExpressions must only contain one condition per key")
	}
	found[path.Top()] = term
	return nil
}
