// Package ropa is every inventory entry of the system in one list, and what the
// law asks to be made of it: the record of processing activities (GDPR Art. 30),
// the map of personal data for the right to know, and the categories that were
// collected in the past 12 months (CCPA).
//
// The entries are files that the tests of the record types write and hold to
// what the types declare. So this package needs none of the packages that store
// them, and the list cannot fall behind.
package ropa

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"omniops/shared/inventory"
	"omniops/shared/processor"
)

//go:embed entries/*.json
var entries embed.FS

// All gives every entry, by name.
func All() ([]inventory.Entry, error) { return read(entries) }

func read(files fs.FS) ([]inventory.Entry, error) {
	names, err := fs.Glob(files, "entries/*.json")
	if err != nil {
		return nil, err
	}
	all := make([]inventory.Entry, 0, len(names))
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		var e inventory.Entry
		if err := json.Unmarshal(raw, &e); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if err := e.Validate(); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b inventory.Entry) int { return strings.Compare(a.Record, b.Record) })
	return all, nil
}

// Activity is one line of the record of processing activities: all records that
// are kept in one role for one purpose on one basis.
type Activity struct {
	Role       inventory.Role
	Purpose    inventory.Purpose
	Basis      inventory.Basis
	Subjects   []inventory.Subject
	Categories []inventory.Category // of personal data
	Sources    []inventory.Source
	Retention  []inventory.Retention
	Records    []string
	Recipients []processor.Processor // who may receive any of it
}

// Article30 makes the record of processing activities in a role: as controller
// (Art. 30(1)) or as processor for the merchants (Art. 30(2)). Records that hold
// nothing personal are not processing of personal data and are left out.
func Article30(all []inventory.Entry, role inventory.Role) []Activity {
	type key struct {
		purpose inventory.Purpose
		basis   inventory.Basis
	}
	byKey := map[key]*Activity{}
	for _, e := range all {
		personal := Personal(e)
		if e.Role != role || len(personal) == 0 {
			continue
		}
		k := key{e.Purpose, e.LegalBasis}
		a := byKey[k]
		if a == nil {
			a = &Activity{Role: role, Purpose: e.Purpose, Basis: e.LegalBasis}
			byKey[k] = a
		}
		a.Subjects = add(a.Subjects, e.Subject)
		a.Categories = add(a.Categories, personal...)
		a.Sources = add(a.Sources, e.Source)
		a.Retention = add(a.Retention, e.Retention)
		a.Records = add(a.Records, e.Record)
	}
	var list []Activity
	for _, a := range byKey {
		a.Recipients = Recipients(a.Purpose, a.Categories)
		list = append(list, *a)
	}
	slices.SortFunc(list, func(a, b Activity) int {
		return strings.Compare(string(a.Purpose)+string(a.Basis), string(b.Purpose)+string(b.Basis))
	})
	return list
}

// Holding is one line of the map of personal data: what is known of a category.
type Holding struct {
	Category   inventory.Category
	Subjects   []inventory.Subject
	Purposes   []inventory.Purpose
	Bases      []inventory.Basis
	Sources    []inventory.Source
	Retention  []inventory.Retention
	Attributes []string              // as record.attribute
	Recipients []processor.Processor // who may receive it, for whichever purpose
}

// DataMap makes the map of personal data: what is collected, from whom, what
// for, who receives it and how long it is kept.
func DataMap(all []inventory.Entry) []Holding {
	byCategory := map[inventory.Category]*Holding{}
	for _, e := range all {
		for _, name := range e.Attributes() {
			c := e.Fields[name]
			if !c.Personal() {
				continue
			}
			h := byCategory[c]
			if h == nil {
				h = &Holding{Category: c}
				byCategory[c] = h
			}
			h.Subjects, h.Purposes, h.Bases = add(h.Subjects, e.Subject), add(h.Purposes, e.Purpose), add(h.Bases, e.LegalBasis)
			h.Sources, h.Retention = add(h.Sources, e.Source), add(h.Retention, e.Retention)
			h.Attributes = add(h.Attributes, e.Record+"."+name)
		}
	}
	var list []Holding
	for _, c := range slices.Sorted(maps.Keys(byCategory)) {
		h := byCategory[c]
		for _, p := range h.Purposes {
			for _, r := range Recipients(p, []inventory.Category{c}) {
				if !slices.ContainsFunc(h.Recipients, func(have processor.Processor) bool { return have.Name == r.Name }) {
					h.Recipients = append(h.Recipients, r)
				}
			}
		}
		list = append(list, *h)
	}
	return list
}

// Personal lists the categories of personal data that a record holds.
func Personal(e inventory.Entry) []inventory.Category {
	var list []inventory.Category
	for _, c := range e.Fields {
		if c.Personal() {
			list = add(list, c)
		}
	}
	return list
}

// surfaces are the parts of the product that process for a purpose. Storing and
// delivering serve every purpose.
var surfaces = map[inventory.Purpose][]processor.Surface{
	inventory.CustomerSupport:  {processor.CustomerChat, processor.Embeddings, processor.Email},
	inventory.AccountOperation: {processor.Email, processor.MerchantAssistant},
	inventory.LegalCompliance:  {processor.Email},
	inventory.SecurityAndFraud: {processor.ErrorMonitoring},
	inventory.KnowledgeBase:    {processor.CustomerChat, processor.Embeddings},
}

// Recipients lists the processors that may receive any of the categories in what
// is done for a purpose.
func Recipients(p inventory.Purpose, categories []inventory.Category) []processor.Processor {
	used := append([]processor.Surface{processor.Hosting, processor.Delivery}, surfaces[p]...)
	var list []processor.Processor
	for _, row := range processor.All() {
		if slices.ContainsFunc(row.Uses, func(u processor.Use) bool {
			return slices.Contains(used, u.Surface) && slices.ContainsFunc(categories, func(c inventory.Category) bool { return slices.Contains(u.Classes, c) })
		}) {
			list = append(list, row)
		}
	}
	return list
}

// add puts values into a sorted list that holds each once.
func add[T ~string](list []T, values ...T) []T {
	for _, v := range values {
		if i, found := slices.BinarySearch(list, v); !found {
			list = slices.Insert(list, i, v)
		}
	}
	return list
}
