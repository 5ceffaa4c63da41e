package wish

import (
	"embed"

	"omniops/shared/phrasebook"
)

// Text is what is said about wishes in one language.
type Text struct {
	Says map[Wish]string `json:"says"` // what becomes of a wish. access: %d messages, %s the site, %d days; no-ai, human, child: %s is the shop's address

	Press string `json:"press"` // behind what a button asks for
	Get   string `json:"get"`   // on the button for one's own data
	Wipe  string `json:"wipe"`  // on the button for erasing a chat
	Ask   string `json:"ask"`   // on the button for any other request

	Begun string `json:"begun"` // where there are no buttons: %s the last day for an answer, %s a link
	Fetch string `json:"fetch"` // where there are no buttons: %s the link to the copy

	WithoutAI  string `json:"without_ai"` // to every message after no-ai; %s is the shop's address
	Restricted string `json:"restricted"` // the chat is kept but not used; %s is the shop's address
	Attended   string `json:"attended"`   // somebody at the shop has taken the chat over
}

//go:embed text/*.json
var textFiles embed.FS

var texts = phrasebook.New[Text](textFiles, "text")

// TextIn gives what is said in a language, such as de-AT, or in English.
func TextIn(language string) Text { return texts.In(language) }
