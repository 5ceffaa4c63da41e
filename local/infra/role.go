package infra

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"omniops/local/template"
)

// Call is one thing a function asks of AWS, in the words of IAM.
type Call struct {
	Action   string              // such as "dynamodb:Query"
	Resource string              // ARN
	Context  map[string][]string // condition keys, such as "dynamodb:LeadingKeys"
}

// Roles decide what each function may do: what its role in the template allows
// and, for a KMS key, its key policy as well. They are a part of IAM's rules,
// the part that the template uses; a condition they do not know is an error.
type Roles struct {
	region, account string
	hashKeys        map[string]string // by ARN of a table or index
	functions       map[string]*role  // by the function's logical id
	keys            map[string][]rule // key policies by the key's ARN

	mu   sync.Mutex
	used map[string]map[string]bool // by function, "action on resource" as written
}

type role struct {
	arn   string
	rules []rule
}

// rule is a statement that allows.
type rule struct {
	sid        string
	actions    []string
	resources  []string
	conditions []condition
}

// condition reports whether a call's context meets one line of a Condition.
type condition func(map[string][]string) bool

// NewRoles reads the roles of a resolved template.
func NewRoles(t *template.Template) (*Roles, error) {
	r := &Roles{
		hashKeys: map[string]string{}, functions: map[string]*role{}, keys: map[string][]rule{},
		used: map[string]map[string]bool{},
	}
	if len(t.Functions) == 0 {
		return nil, errors.New("the template has no functions")
	}
	place := strings.Split(t.Functions[0].ARN, ":")
	r.region, r.account = place[3], place[4]
	roles := map[string]template.Resource{} // by ARN
	for _, resource := range t.Resources {
		if resource.Type == "AWS::IAM::Role" {
			roles["arn:aws:iam::"+r.account+":role/"+resource.Name] = resource
		}
	}
	for _, f := range t.Functions {
		own := &role{arn: fmt.Sprint(t.Resources[f.ID].Properties["Role"])}
		resource, ok := roles[own.arn]
		if !ok {
			return nil, fmt.Errorf("function %s: no role %s", f.ID, own.arn)
		}
		policies, _ := resource.Properties["Policies"].([]any)
		for _, p := range policies {
			document, _ := p.(map[string]any)
			rules, err := readRules(document["PolicyDocument"])
			if err != nil {
				return nil, fmt.Errorf("role %s: %w", resource.ID, err)
			}
			own.rules = append(own.rules, rules...)
		}
		r.functions[f.ID] = own
	}
	for _, table := range t.Tables {
		arn := r.arn("dynamodb", "table/"+table.Name)
		r.hashKeys[arn] = table.Keys.Hash
		for _, index := range table.Indexes {
			r.hashKeys[arn+"/index/"+index.Name] = index.Keys.Hash
		}
	}
	for _, key := range t.Keys {
		rules, err := readRules(t.Resources[key.ID].Properties["KeyPolicy"])
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", key.ID, err)
		}
		r.keys[key.ARN] = rules
	}
	return r, nil
}

func (r *Roles) arn(service, name string) string {
	if service == "s3" {
		return "arn:aws:s3:::" + name
	}
	return "arn:aws:" + service + ":" + r.region + ":" + r.account + ":" + name
}

// Allows reports whether a function, named by its logical id, may make a call,
// and remembers the permission as used.
func (r *Roles) Allows(function string, c Call) bool {
	own, ok := r.functions[function]
	if !ok {
		return false
	}
	if policy, isKey := r.keys[c.Resource]; isKey {
		with := maps.Clone(c.Context)
		if with == nil {
			with = map[string][]string{}
		}
		with["aws:PrincipalArn"] = []string{own.arn}
		if _, ok := allowing(policy, Call{c.Action, c.Resource, with}); !ok {
			return false
		}
	}
	permission, ok := allowing(own.rules, c)
	if ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.used[function] == nil {
			r.used[function] = map[string]bool{}
		}
		r.used[function][permission] = true
	}
	return ok
}

// Unused lists the permissions that no call has needed so far, as
// "function: action on resource". What Lambda itself does for a function, such
// as writing its log and receiving from its queue, is not counted.
func (r *Roles) Unused() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	platform := []string{"logs:CreateLogStream", "logs:PutLogEvents", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
	var out []string
	for function, own := range r.functions {
		for _, rule := range own.rules {
			for _, action := range rule.actions {
				for _, resource := range rule.resources {
					if permission := action + " on " + resource; !slices.Contains(platform, action) && !r.used[function][permission] {
						out = append(out, function+": "+permission)
					}
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// allowing finds the permission that allows a call.
func allowing(rules []rule, c Call) (permission string, ok bool) {
	for _, rule := range rules {
		for _, action := range rule.actions {
			if !like(action, c.Action) {
				continue
			}
			for _, resource := range rule.resources {
				if like(resource, c.Resource) && !slices.ContainsFunc(rule.conditions, func(met condition) bool { return !met(c.Context) }) {
					return action + " on " + resource, true
				}
			}
		}
	}
	return "", false
}

// readRules reads the statements of a policy document. A Deny is an error: no
// role or key of ours has one.
func readRules(document any) ([]rule, error) {
	body, _ := document.(map[string]any)
	statements, ok := body["Statement"].([]any)
	if !ok {
		return nil, fmt.Errorf("policy has no statements")
	}
	var out []rule
	for i, s := range statements {
		m, _ := s.(map[string]any)
		if m["Effect"] != "Allow" {
			return nil, fmt.Errorf("statement %d: effect %v", i, m["Effect"])
		}
		sid, _ := m["Sid"].(string)
		r := rule{sid: sid, actions: list(m["Action"]), resources: list(m["Resource"])}
		operators, _ := m["Condition"].(map[string]any)
		for operator, v := range operators {
			operands, _ := v.(map[string]any)
			for key, want := range operands {
				c, err := readCondition(operator, key, list(want))
				if err != nil {
					return nil, fmt.Errorf("statement %d: %w", i, err)
				}
				r.conditions = append(r.conditions, c)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// readCondition reads one condition. A key that a call does not have fails every
// operator but Null and those with ForAllValues, as in IAM.
func readCondition(operator, key string, want []string) (condition, error) {
	matches := func(equal func(pattern, s string) bool) func(string) bool {
		return func(s string) bool {
			return slices.ContainsFunc(want, func(w string) bool { return equal(w, s) })
		}
	}
	exactly := func(pattern, s string) bool { return pattern == s }
	every := func(match func(string) bool) condition {
		return func(with map[string][]string) bool {
			return !slices.ContainsFunc(with[key], func(s string) bool { return !match(s) })
		}
	}
	single := func(match func(string) bool) condition {
		return func(with map[string][]string) bool { return len(with[key]) == 1 && match(with[key][0]) }
	}
	switch operator {
	case "StringEquals":
		return single(matches(exactly)), nil
	case "StringLike", "ArnLike":
		return single(matches(like)), nil
	case "ForAllValues:StringEquals":
		return every(matches(exactly)), nil
	case "ForAllValues:StringLike":
		return every(matches(like)), nil
	case "Null":
		return func(with map[string][]string) bool {
			return slices.Contains(want, fmt.Sprint(len(with[key]) == 0))
		}, nil
	}
	return nil, fmt.Errorf("condition operator %s is not known here", operator)
}

// like matches as IAM does: * is any text, ? any one character.
func like(pattern, s string) bool {
	star, resume := -1, 0 // the last *, and where the text it stands for ends
	i, j := 0, 0
	for j < len(s) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, resume = i, j
			i++
		case i < len(pattern) && (pattern[i] == '?' || pattern[i] == s[j]):
			i++
			j++
		case star >= 0: // let the * stand for one more
			resume++
			i, j = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}

// list reads a text or a list of texts.
func list(v any) []string {
	switch v := v.(type) {
	case []any:
		out := make([]string, len(v))
		for i, e := range v {
			out[i] = fmt.Sprint(e)
		}
		return out
	case nil:
		return nil
	default:
		return []string{fmt.Sprint(v)}
	}
}
