package support

import (
	"reflect"
	"strings"
	"testing"
)

// Every language says everything that the engine says, with the same gaps.
func TestEveryLanguageSaysEverything(t *testing.T) {
	english := reflect.ValueOf(TextIn("en"))
	for _, l := range Languages() {
		text := reflect.ValueOf(TextIn(l))
		for i := range text.NumField() {
			field := text.Type().Field(i)
			if text.Field(i).Kind() != reflect.String {
				continue
			}
			if text.Field(i).String() == "" || strings.Count(text.Field(i).String(), "%s") != strings.Count(english.Field(i).String(), "%s") {
				t.Errorf("%s: %s is %q", l, field.Name, text.Field(i))
			}
		}
	}
}
