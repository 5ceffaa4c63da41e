package shopify

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// maxPage is how many objects a connection gives at once.
const maxPage = 250

// entry is one object of a connection, by the id that its cursor holds.
type entry struct {
	id   string
	node func() node
}

// connection makes a connection over what is there, already sorted.
func connection(typ string, all []entry) field {
	return func(args arguments) (any, error) {
		if args.yes("reverse") {
			all = slices.Clone(all)
			slices.Reverse(all)
		}
		first, hasFirst := number(args["first"])
		last, hasLast := number(args["last"])
		if !hasFirst && !hasLast {
			return nil, &problem{code: "BAD_REQUEST", message: "you must provide one of first or last"}
		}
		if first < 0 || last < 0 || first > maxPage || last > maxPage {
			return nil, &problem{code: "BAD_REQUEST", message: "first and last must be between 0 and " + strconv.Itoa(maxPage)}
		}
		from, to := 0, len(all)
		if after := args.text("after"); after != "" {
			at := position(all, after)
			if at < 0 {
				return nil, &problem{code: "BAD_REQUEST", message: "Invalid cursor for current pagination sort."}
			}
			from = at + 1
		}
		if before := args.text("before"); before != "" {
			at := position(all, before)
			if at < 0 {
				return nil, &problem{code: "BAD_REQUEST", message: "Invalid cursor for current pagination sort."}
			}
			to = at
		}
		to = max(from, to)
		if hasFirst {
			to = min(to, from+first)
		}
		if hasLast {
			from = max(from, to-last)
		}
		page := all[from:to]
		info := node{"hasNextPage": to < len(all), "hasPreviousPage": from > 0, "startCursor": nil, "endCursor": nil}
		var nodes, edges []node
		for _, e := range page {
			n := e.node()
			nodes = append(nodes, n)
			edges = append(edges, node{"cursor": cursor(e.id), "node": n})
		}
		if len(page) > 0 {
			info["startCursor"], info["endCursor"] = cursor(page[0].id), cursor(page[len(page)-1].id)
		}
		return node{"__typename": typ + "Connection", "nodes": nodes, "edges": edges, "pageInfo": info}, nil
	}
}

func cursor(id string) string {
	return base64.StdEncoding.EncodeToString([]byte(`{"last_id":"` + id + `"}`))
}

func position(all []entry, c string) int {
	raw, err := base64.StdEncoding.DecodeString(c)
	if err != nil {
		return -1
	}
	id := strings.TrimSuffix(strings.TrimPrefix(string(raw), `{"last_id":"`), `"}`)
	return slices.IndexFunc(all, func(e entry) bool { return e.id == id })
}

// few makes a plain list that may be cut by first.
func few(all []node) field {
	return func(args arguments) (any, error) {
		if first, ok := number(args["first"]); ok && first >= 0 && first < len(all) {
			return all[:first], nil
		}
		return all, nil
	}
}

// gid is a global id.
func gid(typ string, id int64) string {
	return "gid://shopify/" + typ + "/" + strconv.FormatInt(id, 10)
}

// parseGID reads a global id of a type.
func parseGID(typ, text string) (int64, bool) {
	digits, ok := strings.CutPrefix(text, "gid://shopify/"+typ+"/")
	id, err := strconv.ParseInt(digits, 10, 64)
	return id, ok && err == nil
}
