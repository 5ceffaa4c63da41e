package page

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// boilerplate matches the headings of what shops put below their own content:
// other products, and what others have written.
var boilerplate = lazily(`(?i)^\W*(you (may|might) (also )?(like|love)|(customers|people|others) (also|who) (bought|viewed|liked?|loved?|purchased)|frequently bought|related (products|items|articles)|similar (products|items)|` +
	`recently viewed|more from|recommended for you|goes (well|great) with|complete the (look|set)|shop the look|pairs well|follow us|share this|(customer |product )?reviews?\b( \(\d+\))?$|\d+ reviews?\b|what (our )?customers say|write a review|` +
	`das könnte (dir|ihnen|sie|dich) (auch|gefallen|interessieren)|(dir|ihnen) könnte auch|kunden (kauften|haben auch|interessierten)|ähnliche (produkte|artikel)|passend dazu|dazu passt|zuletzt angesehen|wird oft zusammen|zubehör und ähnliche|(kunden)?(bewertungen|rezensionen)\b|bewertung schreiben|folge uns|` +
	`vous (aimerez (aussi|également)|pourriez (aussi|également|aimer))|(produits|articles) (similaires|associés|apparentés|liés)|les clients (ont|qui ont) (aussi|également|acheté)|récemment (vus|consultés)|dans la même catégorie|\d+ autres produits|complétez|avis (clients?|vérifiés)|\d+ avis|(les )?avis$|suivez-nous|` +
	`también te (puede|podría)|productos relacionados|potrebbe (anche )?(piacerti|interessarti)|prodotti (correlati|simili)|misschien vind je|gerelateerde producten)`)

// dropSections removes the sections under such headings: the box around one if
// that holds no other content, else what follows it up to the next heading of
// its level.
func dropSections(root *html.Node) {
	var found []*html.Node
	for n := range root.Descendants() {
		if headings[n.DataAtom] && n.DataAtom != atom.H1 && len(found) < maxProducts {
			if said := strings.TrimSpace(text(n)); len(said) <= 80 && boilerplate.MatchString(said) {
				found = append(found, n)
			}
		}
	}
	for _, h := range found {
		section := h
		for p := h.Parent; p != nil && p != root && !whole[p.Data] && firstHeading(p) == h; p = p.Parent {
			if find(p, func(n *html.Node) bool { return n != h && headings[n.DataAtom] && n.Data <= h.Data }) != nil {
				break
			}
			section = p
		}
		for n := section.NextSibling; section == h && n != nil; {
			next := n.NextSibling
			if find(n, func(e *html.Node) bool { return headings[e.DataAtom] && e.Data <= h.Data }) != nil {
				break
			}
			n.Parent.RemoveChild(n)
			n = next
		}
		if section.Parent != nil {
			section.Parent.RemoveChild(section)
		}
	}
}

// firstHeading is the first heading inside an element, if no text of weight
// precedes it.
func firstHeading(n *html.Node) *html.Node {
	letters := 0
	for d := range n.Descendants() {
		if headings[d.DataAtom] {
			return d
		}
		if d.Type == html.TextNode {
			if letters += len(strings.TrimSpace(d.Data)); letters > 40 {
				return nil
			}
		}
	}
	return nil
}
