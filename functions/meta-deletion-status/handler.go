package main

import (
	"fmt"
	"html"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"omniops/shared/apigw"
	"omniops/shared/channel/erasure"
	"omniops/shared/fault"
	"omniops/shared/id"
)

type handler struct{ status *erasure.Status }

// show answers with a page in the reader's language. It says how far the deletion
// is and nothing about whose it is.
func (h *handler) show(w http.ResponseWriter, r *http.Request) error {
	language := apigw.Language(r, slices.Collect(maps.Keys(texts))...)
	code, err := id.Parse[id.Request](r.PathValue("code"))
	if err != nil {
		return write(w, http.StatusNotFound, unknownPage(language))
	}
	deletion, err := h.status.Get(r.Context(), code)
	if fault.KindOf(err) == fault.NotFound {
		return write(w, http.StatusNotFound, unknownPage(language))
	}
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, statusPage(language, deletion))
}

func write(w http.ResponseWriter, status int, page string) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Vary", "Accept-Language")
	w.WriteHeader(status)
	if _, err := w.Write([]byte(page)); err != nil {
		return fmt.Errorf("send the page: %w", err)
	}
	return nil
}

// statusPage is the page of a deletion.
func statusPage(language string, d erasure.Deletion) string {
	t := texts[language]
	if d.State == erasure.Done {
		return page(language, t.doneTitle, fmt.Sprintf(t.done, t.date(d.AskedAt), t.date(d.DoneAt)), t.code+" "+string(d.Code))
	}
	return page(language, t.pendingTitle, fmt.Sprintf(t.pending, t.date(d.AskedAt), t.date(d.DueAt)), t.code+" "+string(d.Code))
}

func unknownPage(language string) string {
	t := texts[language]
	return page(language, t.unknownTitle, t.unknown, "")
}

// page puts sentences into the page's frame.
func page(language, title, text, code string) string {
	return fmt.Sprintf(frame, language, html.EscapeString(title), html.EscapeString(title), html.EscapeString(text), html.EscapeString(code))
}

const frame = `<!doctype html>
<html lang="%s">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
<style>
  :root { color-scheme: light dark }
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1c1f24; background: #fbfbfa }
  @media (prefers-color-scheme: dark) { body { color: #e8eaee; background: #15171b } }
  main { max-inline-size: 68ch; margin-inline: auto; padding: 48px 16px }
  h1 { font-size: 28px; line-height: 1.25; margin: 0 0 16px }
  p { margin: 0 0 16px; overflow-wrap: anywhere }
  small { font-size: 14px }
</style>
<main>
  <h1>%s</h1>
  <p>%s</p>
  <p><small>%s</small></p>
</main>
</html>
`

// text is the page in one language. %s are dates.
type text struct {
	doneTitle, done, pendingTitle, pending, unknownTitle, unknown, code string

	months   string // of the year, separated by spaces
	weekdays string // from Sunday
	layout   string // weekday, day, month, year
}

var texts = map[string]text{
	"en": {
		doneTitle:    "Your data has been deleted",
		done:         "You asked for it on %s. It was done on %s: the connected accounts, their access and all messages that came through them.",
		pendingTitle: "Your data is being deleted",
		pending:      "You asked for it on %s. Access to your accounts was removed at once. The rest is normally gone within minutes, and at the latest on %s.",
		unknownTitle: "There is no such deletion",
		unknown:      "Please check the address. It must be exactly the one you were shown.",
		code:         "Confirmation code:",
		months:       "January February March April May June July August September October November December",
		weekdays:     "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
		layout:       "%s %d %s %d",
	},
	"de": {
		doneTitle:    "Ihre Daten sind gelöscht",
		done:         "Sie haben es am %s verlangt. Seit %s ist es erledigt: die verbundenen Konten, der Zugang zu ihnen und alle Nachrichten, die darüber kamen.",
		pendingTitle: "Ihre Daten werden gelöscht",
		pending:      "Sie haben es am %s verlangt. Der Zugang zu Ihren Konten wurde sofort entfernt. Der Rest ist meist nach Minuten gelöscht, spätestens am %s.",
		unknownTitle: "Diese Löschung gibt es nicht",
		unknown:      "Bitte prüfen Sie die Adresse. Es muss genau die sein, die Ihnen gezeigt wurde.",
		code:         "Bestätigungscode:",
		months:       "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
		weekdays:     "Sonntag, Montag, Dienstag, Mittwoch, Donnerstag, Freitag, Samstag,",
		layout:       "%s %d. %s %d",
	},
	"fr": {
		doneTitle:    "Vos données ont été supprimées",
		done:         "Vous l'avez demandé le %s. C'est fait depuis le %s : les comptes connectés, leur accès et tous les messages reçus par leur biais.",
		pendingTitle: "Vos données sont en cours de suppression",
		pending:      "Vous l'avez demandé le %s. L'accès à vos comptes a été retiré aussitôt. Le reste disparaît en général en quelques minutes, au plus tard le %s.",
		unknownTitle: "Cette suppression n'existe pas",
		unknown:      "Merci de vérifier l'adresse. Elle doit être exactement celle qui vous a été indiquée.",
		code:         "Code de confirmation :",
		months:       "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		weekdays:     "dimanche lundi mardi mercredi jeudi vendredi samedi",
		layout:       "%s %d %s %d",
	},
}

// date writes a day in full.
func (t text) date(at time.Time) string {
	at = at.UTC()
	return fmt.Sprintf(t.layout, strings.Fields(t.weekdays)[at.Weekday()], at.Day(), strings.Fields(t.months)[at.Month()-1], at.Year())
}
