package page

import (
	"embed"
	"encoding/json"
	"fmt"
)

//go:embed text/*.json
var texts embed.FS

// Languages are those the pages come in, the first for everybody else.
var Languages = []string{"en", "de", "fr"}

// names are the languages in themselves.
var names = map[string]string{"en": "English", "de": "Deutsch", "fr": "Français"}

// catalogue is the words of one language, by group and key.
type catalogue map[string]map[string]string

func readTexts() (map[string]catalogue, error) {
	all := map[string]catalogue{}
	for _, language := range Languages {
		raw, err := texts.ReadFile("text/" + language + ".json")
		if err != nil {
			return nil, err
		}
		var c catalogue
		if err := json.Unmarshal(raw, &c); err != nil {
			return nil, fmt.Errorf("read texts in %s: %w", language, err)
		}
		all[language] = c
	}
	return all, nil
}

// say gives a text, and the key itself where there is none.
func (c catalogue) say(group, key string) string {
	if text := c[group][key]; text != "" {
		return text
	}
	return key
}
