package sandbox

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// toolOffer is a tool in a chat completion request.
type toolOffer struct {
	Function struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Parameters  json.RawMessage `json:"parameters"`
	} `json:"function"`
}

// toolCall is a call in an answer or in an earlier message.
type toolCall struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

// choose decides whether the question calls for a tool: when it names one, when
// it shares two words or more with what a tool is for, or when the request
// insists. Its arguments are taken from the question.
func choose(offers []toolOffer, choice string, in reading) (toolCall, bool) {
	if len(offers) == 0 || len(in.results) > 0 || choice == `"none"` {
		return toolCall{}, false
	}
	best, most := -1, 1
	for i, offer := range offers {
		name := offer.Function.Name
		if strings.Contains(in.question, name) || strings.Contains(choice, `"`+name+`"`) {
			best = i
			break
		}
		purpose := split(strings.ReplaceAll(name, "_", " ") + " " + offer.Function.Description)
		shared := 0
		for w := range words(strings.Join(split(in.question), " ")) {
			if len(w) > 3 && slices.Contains(purpose, w) {
				shared++
			}
		}
		if _, said := enumSaid(offer.Function.Parameters, in.question); said {
			if asksHowItIs.MatchString(in.question) {
				continue // whether it is done is no wish that it be done
			}
			shared += 2
		}
		if shared > most {
			best, most = i, shared
		}
	}
	if best < 0 {
		if choice != `"required"` {
			return toolCall{}, false
		}
		best = 0
	}
	var call toolCall
	call.Type, call.Function.Name = "function", offers[best].Function.Name
	call.Function.Arguments = arguments(offers[best].Function.Parameters, in)
	return call, true
}

// asksHowItIs finds a question about how something is.
var asksHowItIs = regexp.MustCompile(`(?i)^\W*((and|und|et) )?(is|are|was|were|has|have|did|does|when|how (long|soon)|wie lange|bis wann|combien de temps|why|where|what|ist|sind|wurde|hat|haben|habt|wann|warum|wo|was|est|a|quand|pourquoi|où)\b[^.!?]*\?\s*$`)

// shapes tell what in a question an argument of a name may be.
var shapes = []struct {
	name  *regexp.Regexp
	value *regexp.Regexp
}{
	{regexp.MustCompile(`(?i)mail`), regexp.MustCompile(`\[email_\d+\]|[^\s@]+@[^\s@]+\w`)},
	{regexp.MustCompile(`(?i)phone`), regexp.MustCompile(`\[phone_\d+\]|\+?\d[\d ()-]{6,}\d`)},
	{regexp.MustCompile(`(?i)order|number|id$`), regexp.MustCompile(`#?\b[A-Z]*-?\d{3,}\b`)},
}

// arguments fills in a tool's parameters.
func arguments(schema json.RawMessage, in reading) string {
	question := in.question
	var s struct {
		Properties map[string]struct {
			Type string `json:"type"`
			Enum []any  `json:"enum"`
		} `json:"properties"`
	}
	_ = json.Unmarshal(schema, &s) // a tool without parameters has no schema
	args := map[string]any{}
	for name, p := range s.Properties {
		switch {
		case len(p.Enum) > 0:
			args[name] = p.Enum[0]
			if said, ok := enumSaid(schema, question); ok {
				args[name] = said
			}
		case p.Type == "integer" || p.Type == "number":
			args[name] = 1
		case p.Type == "boolean":
			args[name] = true
		case p.Type == "array":
			args[name] = itemsSaid(in)
		default:
			args[name] = question
			for _, shape := range shapes {
				if found := shape.value.FindString(question); found != "" && shape.name.MatchString(name) {
					args[name] = found
					break
				}
			}
		}
	}
	out, _ := json.Marshal(args) // made of strings and numbers
	return string(out)
}

// sayings are how people say what a tool's enumeration names, by the beginning of a
// word.
var sayings = map[string][]string{
	"cancel": {"cancel", "stornier", "annul"}, "return": {"return", "zurückgeb", "zurückschick", "retourn", "renvoy"},
	"refund": {"refund", "money back", "erstatt", "rembours"}, "address": {"address", "adress"},
}

// enumSaid finds the value of a tool's enumeration that a question speaks of.
func enumSaid(schema json.RawMessage, question string) (string, bool) {
	var s struct {
		Properties map[string]struct {
			Enum []string `json:"enum"`
		} `json:"properties"`
	}
	_ = json.Unmarshal(schema, &s) // a tool without parameters has no schema
	question = strings.ToLower(question)
	for _, p := range s.Properties {
		for _, value := range p.Enum {
			for _, saying := range append([]string{strings.ToLower(value)}, sayings[value]...) {
				if strings.Contains(question, saying) {
					return value, true
				}
			}
		}
	}
	return "", false
}

// itemLine is an item of an order in a passage.
var itemLine = regexp.MustCompile(`(?m)Item: (\d+) × ([^\n]+)`)

// itemsSaid lists the items of an order that a question speaks of.
func itemsSaid(in reading) []any {
	said := []any{}
	asked := words(strings.Join(split(in.question), " "))
	for _, p := range in.passages {
		for _, m := range itemLine.FindAllStringSubmatch(strings.Join(p.lines, "\n"), -1) {
			title, _, _ := strings.Cut(m[2], ", ")
			for _, w := range split(title) {
				if asked[w] && len(w) > 3 {
					said = append(said, map[string]any{"title": title, "quantity": 1})
					break
				}
			}
		}
	}
	return said
}
