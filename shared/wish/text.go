package wish

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
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

// texts is what is said, by language. It is read when it is first needed.
var texts = sync.OnceValue(func() map[string]Text {
	all := map[string]Text{}
	files, err := textFiles.ReadDir("text")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		data, err := textFiles.ReadFile("text/" + f.Name())
		if err != nil {
			panic(err)
		}
		var t Text
		if err := json.Unmarshal(data, &t); err != nil {
			panic(fmt.Sprintf("text/%s: %v", f.Name(), err))
		}
		all[strings.TrimSuffix(f.Name(), ".json")] = t
	}
	return all
})

// TextIn gives what is said in a language, such as de-AT, or in English.
func TextIn(language string) Text {
	if t, ok := texts()[baseOf(language)]; ok {
		return t
	}
	return texts()["en"]
}
