package page

import (
	"strconv"
	"strings"
	"time"

	"omniops/shared/consent"
	"omniops/shared/inventory"
	"omniops/shared/processor"
	"omniops/shared/ropa"
)

// cookieGroup is the essential ones, or those that need consent.
type cookieGroup struct {
	ID, Title, Text string
	Rows            []cookieRow
}

// cookieRow is one thing that is kept in a browser.
type cookieRow struct{ Name, Place, Use, About, Life, By, Where string }

func (p *Pages) cookies(words catalogue) []cookieGroup {
	groups := []cookieGroup{
		{ID: "essential", Title: words.say("ui", "essential"), Text: words.say("ui", "essential-text")},
		{ID: "optional", Title: words.say("ui", "optional"), Text: words.say("ui", "optional-text")},
	}
	for _, s := range p.stored {
		g := &groups[0]
		if !s.Use.Essential() {
			g = &groups[1]
		}
		g.Rows = append(g.Rows, cookieRow{
			Name: s.Name, Place: words.say("place", string(s.Place)), Use: words.say("use", string(s.Use)), About: words.say("about", s.About),
			Life: life(s, words), By: s.SetBy, Where: words.say("ui", "on-"+s.On),
		})
	}
	return groups
}

// life is how long something is kept, in words.
func life(s consent.Stored, words catalogue) string {
	const day = 24 * time.Hour
	switch d := s.Lifetime; {
	case s.Until != "":
		return words.say("until", s.Until)
	case d == 0:
		return words.say("ui", "session-life")
	case d >= 2*day:
		return strconv.Itoa(int(d/day)) + " " + words.say("unit", "days")
	case d >= 2*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " " + words.say("unit", "hours")
	default:
		return strconv.Itoa(int(d/time.Minute)) + " " + words.say("unit", "minutes")
	}
}

// processorRow is one processor.
type processorRow struct {
	Company, Country, Purpose, Policy     string
	Surfaces, Receives, Mechanisms, Hosts []string
}

func (p *Pages) processors(words catalogue) []processorRow {
	var list []processorRow
	for _, row := range p.register {
		v := processorRow{
			Company: row.Company, Country: words.say("country", string(row.Country)), Policy: row.Policy, Hosts: row.Hosts,
			Purpose: words.say("processor", string(row.Name)),
		}
		if words["processor"][string(row.Name)] == "" {
			v.Purpose = row.Purpose
		}
		for _, m := range row.Mechanisms {
			v.Mechanisms = append(v.Mechanisms, words.say("mechanism", string(m)))
		}
		seen := map[inventory.Category]bool{}
		for _, u := range row.Uses {
			v.Surfaces = append(v.Surfaces, words.say("surface", string(u.Surface)))
			for _, c := range u.Classes {
				if !seen[c] {
					v.Receives = append(v.Receives, words.say("category", string(c)))
				}
				seen[c] = true
			}
		}
		list = append(list, v)
	}
	return list
}

// integrations are the systems that a merchant may connect, as egress obeys them.
func integrations(words catalogue) []processorRow {
	var list []processorRow
	for _, i := range processor.Integrations() {
		v := processorRow{Company: i.Company, Policy: i.Policy, Hosts: i.Hosts, Purpose: words["processor"][string(i.Name)]}
		if v.Purpose == "" {
			v.Purpose = i.Purpose
		}
		for _, c := range i.Scope {
			v.Receives = append(v.Receives, words.say("category", string(c)))
		}
		list = append(list, v)
	}
	return list
}

// surfaceRow is a part of the product that asks models, in the order of asking.
type surfaceRow struct {
	Surface string
	Chain   []processorRow
}

func (p *Pages) surfaces(words catalogue) []surfaceRow {
	var list []surfaceRow
	for _, s := range []processor.Surface{processor.CustomerChat, processor.MerchantAssistant, processor.Embeddings} {
		row := surfaceRow{Surface: words.say("surface", string(s))}
		for _, one := range p.register.Chain(s) {
			use, _ := one.Use(s)
			v := processorRow{Company: one.Company, Country: words.say("country", string(one.Country))}
			for _, c := range use.Classes {
				v.Receives = append(v.Receives, words.say("category", string(c)))
			}
			row.Chain = append(row.Chain, v)
		}
		list = append(list, row)
	}
	return list
}

// activityRow is a line of the record of processing activities.
type activityRow struct {
	Purpose, Basis                                           string
	Subjects, Categories, Sources, Kept, Recipients, Records []string
}

func (p *Pages) activities(words catalogue, role inventory.Role) []activityRow {
	var list []activityRow
	for _, a := range ropa.Article30(p.entries, role) {
		list = append(list, activityRow{
			Purpose: words.say("purpose", string(a.Purpose)), Basis: words.say("basis", string(a.Basis)),
			Subjects: said(words, "subject", a.Subjects), Categories: said(words, "category", a.Categories),
			Sources: said(words, "source", a.Sources), Kept: said(words, "retention", a.Retention),
			Recipients: companies(a.Recipients), Records: a.Records,
		})
	}
	return list
}

// holdingRow is a line of the map of personal data.
type holdingRow struct {
	Category                                                         string
	Subjects, Purposes, Bases, Sources, Kept, Recipients, Attributes []string
}

func (p *Pages) holdings(words catalogue) []holdingRow {
	var list []holdingRow
	for _, h := range ropa.DataMap(p.entries) {
		list = append(list, holdingRow{
			Category: words.say("category", string(h.Category)), Subjects: said(words, "subject", h.Subjects),
			Purposes: said(words, "purpose", h.Purposes), Bases: said(words, "basis", h.Bases), Sources: said(words, "source", h.Sources),
			Kept: said(words, "retention", h.Retention), Recipients: companies(h.Recipients), Attributes: h.Attributes,
		})
	}
	return list
}

// collectedRow is a statutory category of the past 12 months.
type collectedRow struct {
	Category                      string
	Sources, Purposes, Attributes []string
}

func (p *Pages) collected(words catalogue) ([]collectedRow, error) {
	all, err := ropa.PastYear(p.entries)
	if err != nil {
		return nil, err
	}
	var list []collectedRow
	for _, c := range all {
		list = append(list, collectedRow{
			Category: words.say("statutory", string(c.Category)), Sources: said(words, "source", c.Sources),
			Purposes: said(words, "purpose", c.Purposes), Attributes: c.Attributes,
		})
	}
	return list, nil
}

// staysRow is the records that stay equally long.
type staysRow struct {
	Kept    string
	Records []string
}

// stays groups the records about a person by how long they stay, in the order of
// their names.
func (p *Pages) stays(words catalogue) []staysRow {
	var list []staysRow
	at := map[inventory.Retention]int{}
	for _, e := range p.entries {
		if e.Subject == inventory.NoSubject {
			continue
		}
		n, seen := at[e.Retention]
		if !seen {
			n = len(list)
			at[e.Retention] = n
			list = append(list, staysRow{Kept: words.say("retention", string(e.Retention))})
		}
		list[n].Records = append(list[n].Records, e.Record)
	}
	return list
}

// said puts a list into words.
func said[T ~string](words catalogue, group string, list []T) []string {
	var out []string
	for _, v := range list {
		out = append(out, words.say(group, string(v)))
	}
	return out
}

func companies(list []processor.Processor) []string {
	var out []string
	for _, p := range list {
		out = append(out, strings.TrimSpace(p.Company))
	}
	return out
}
